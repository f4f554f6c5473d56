"""A conversation about one clip: `Session`, what the doors and notebooks hold.

In: a `Library`, a clip's path (or none), words. Out: turns.

- The first look comes from keyframes, at once; `recommend` watches the whole clip and answers from all of it.
- The record is an immutable `Conversation`; a session only carries it along.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musechat.core.conversation import Conversation
from musechat.core.errors import InputError
from musechat.core.protocols import Silent
from musechat.dialogue.step import Tools, first_turn, next_turn
from musechat.reason.template import TemplateNarrator

if TYPE_CHECKING:
    from musechat.app.laid import Laid
    from musechat.app.library import Library
    from musechat.app.render import Rendered
    from musechat.core.conversation import Turn
    from musechat.core.features import VideoProfile
    from musechat.core.protocols import Progress
    from musechat.media import OwnSound


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds from the session's start to the first answer, and of the full pass; the track first thought of."""

    first_look: float | None = None
    first_track: str | None = None
    watched: float | None = None


class Session:
    """Talks about one clip over one library."""

    def __init__(self, library: Library, video: str | Path | None = None) -> None:
        """`video`: the clip's path, or None to talk about music alone. Nothing is read before the first turn."""
        self._library = library
        self._video = None if video is None else Path(video)
        self._profile: VideoProfile | None = None
        self._begun = time.perf_counter()
        self.conversation = Conversation()
        self.timings = Timings()
        library.require_tracks()

    def profile(self) -> VideoProfile:
        """What was seen in the clip so far. Raises `InputError` for a session without one."""
        if self._video is None:
            raise InputError("This conversation is not about a clip.")
        if self._profile is None:
            self._profile = self._library.models.videos.first_look(self._video)
        return self._profile

    def first_look(self) -> Turn:
        """A quick first answer from the clip's keyframes; it is not part of the conversation."""
        self.profile()
        turn = first_turn(self.conversation, self._profile, self._tools())
        first = None if turn.choice is None else turn.choice.track.id
        self.timings = dataclasses.replace(
            self.timings, first_look=time.perf_counter() - self._begun, first_track=first
        )
        return turn

    def recommend(self, progress: Progress | None = None) -> Turn:
        """The first turn: the whole clip is watched, and the answer comes from all of it."""
        if self.conversation.turns:
            raise InputError("The first proposal was made already; answer it with say().")
        if self._video is not None:
            begun = time.perf_counter()
            self._profile = self._library.models.videos.watch(self._video, progress or Silent())
            self.timings = dataclasses.replace(self.timings, watched=time.perf_counter() - begun)
        return self._add(first_turn(self.conversation, self._profile, self._tools()))

    def say(self, words: str) -> Turn:
        """The answer to `words`. Without a first proposal yet, that is made first."""
        if not self.conversation.turns:
            self.recommend()
        return self._add(next_turn(self.conversation, words, self._profile, self._tools()))

    def laid(self) -> Laid:
        """The last track that was proposed, as it lies under the clip. Raises `InputError` where there is none."""
        from musechat.app.laid import Laid, heard

        clip = self.profile()
        choice = next((turn.choice for turn in reversed(self.conversation.turns) if turn.choice), None)
        if choice is None or choice.fit is None:
            raise InputError("No track was proposed for the clip, so there is none to lay under it.")
        return Laid(clip, choice.track, choice.fit, heard(self._library, choice.track))

    def render(
        self,
        out: str | Path,
        *,
        own_sound: OwnSound = "duck",
        lufs: float = -14.0,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Rendered:
        """Writes the clip with the last proposed track under it; see `Library.render` for the rest."""
        from musechat.app.render import render

        return render(self._library.models.decoder, self.laid(), Path(out), own_sound, lufs, overwrite, progress)

    def export(self, folder: str | Path, *, own_sound: OwnSound = "duck", overwrite: bool = False) -> tuple[Path, ...]:
        """Writes cue sheet, credits, timeline, transcript and contact sheet of the last proposal to a folder."""
        from musechat.app.exports.export import export

        talk = (self.conversation, self.timings)
        return export(self.laid(), Path(folder), self._library.models.decoder, own_sound, talk, overwrite)

    def _add(self, turn: Turn) -> Turn:
        self.conversation = self.conversation.add(turn)
        return turn

    def _tools(self) -> Tools:
        library = self._library
        return Tools(library.understand, library.supervisor, TemplateNarrator(), library.phrase, library.opposite)
