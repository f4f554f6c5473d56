"""A conversation about one clip: `Session`, what the doors and notebooks hold.

In: a `Library`, a clip's path (or none), words and gestures. Out: turns.

- The first look comes from keyframes, at once; `recommend` watches the whole clip and answers from all of it.
- The conversation is an immutable `Conversation`; a session only carries it along, and writes each turn into a `Record`
  where it was given one, before anybody sees it.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from musechat.app.opening import Opening, start
from musechat.concepts.written import read_written, written
from musechat.core.conversation import Conversation
from musechat.core.errors import InputError
from musechat.core.protocols import Silent
from musechat.core.request import Constraints, Request
from musechat.core.text import folded, one_line
from musechat.dialogue.step import (
    Tools,
    answer,
    artist_on_table,
    chosen_turn,
    edited_turn,
    first_turn,
    next_turn,
    why_not_turn,
)
from musechat.reason.template import TemplateNarrator

if TYPE_CHECKING:
    from musechat.app.laid import Laid
    from musechat.app.library import Library
    from musechat.app.record import Record
    from musechat.app.render import Rendered
    from musechat.core.conversation import Start, Turn
    from musechat.core.evidence import Ranked
    from musechat.core.features import VideoProfile
    from musechat.core.protocols import Progress
    from musechat.media import OwnSound
    from musechat.reason.template import Narrator

SAME_LENGTH = 0.05
"""Seconds by which a clip's length may differ from what was seen: no decoder is exact to the frame."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds from the session's start to the first answer, and of the full pass; the track first thought of."""

    first_look: float | None = None
    first_track: str | None = None
    watched: float | None = None


class Session:
    """Talks about one clip over one library."""

    def __init__(
        self,
        library: Library,
        video: str | Path | None = None,
        *,
        opening: Opening | None = None,
        narrator: Narrator | None = None,
        record: Record | None = None,
        hear: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """`video`: the clip's path, or None to talk about music alone. Nothing is read before the first turn.

        `narrator`: who words replies, the template where None; `record`: where turns are kept; `hear`: is given each
        sentence of a reply as soon as it stands.
        """
        self._library = library
        self._video = None if video is None else Path(video)
        self._opening = opening or Opening()
        self._narrator = narrator or TemplateNarrator()
        self._record, self._id = record, None if record is None else ""
        self._hear = hear
        self._profile: VideoProfile | None = None
        self._begun = time.perf_counter()
        self._so_far: Conversation | None = None
        self.timings = Timings()
        library.require_tracks()

    @classmethod
    def resume(
        cls,
        library: Library,
        record: Record,
        session: str,
        *,
        narrator: Narrator | None = None,
        hear: Callable[[str], None] = lambda sentence: None,
    ) -> Session:
        """Takes up a kept conversation; `library` is the one it is about.

        Raises `InputError` for one that is not kept, and where its clip is gone or another one lies in its place.
        """
        kept, profile, conversation = record.load(session)
        if kept.video is not None:
            _require_clip(library, Path(kept.video), profile, kept.id)
        resumed = cls(library, kept.video, narrator=narrator, record=record, hear=hear)
        resumed._id, resumed._profile, resumed._so_far = kept.id, profile, conversation
        return resumed

    @property
    def id(self) -> str | None:
        """What the conversation is called in the record; None where it is not kept, or has not begun."""
        return self._id or None

    @property
    def conversation(self) -> Conversation:
        """What was said so far."""
        return self._so_far or Conversation()

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
        turn = first_turn(
            Conversation(start=self._start), self._profile, dataclasses.replace(self._tools(), hear=_nobody)
        )
        first = None if turn.choice is None else turn.choice.track.id
        self.timings = dataclasses.replace(
            self.timings, first_look=time.perf_counter() - self._begun, first_track=first
        )
        return turn

    def recommend(self, progress: Progress | None = None) -> Turn:
        """The first turn: the whole clip is watched, and the answer comes from all of it."""
        if self.conversation.turns:
            raise InputError("The first proposal was made already; answer it with say().")
        if self._video is not None and (self._profile is None or self._profile.stage != "full"):
            begun = time.perf_counter()
            self._profile = self._library.models.videos.watch(self._video, progress or Silent())
            self.timings = dataclasses.replace(self.timings, watched=time.perf_counter() - begun)
        self._so_far = Conversation(start=self._start)
        if self._record is not None and not self._id:
            self._id = self._record.create(self._library.folder, self._video, self._start)
        if self._record is not None and self._id and self._profile is not None:
            self._record.saw(self._id, self._profile)
        return self._add(first_turn(self.conversation, self._profile, self._tools()))

    def say(self, words: str) -> Turn:
        """The answer to `words`. Without a first proposal yet, that is made first."""
        return self._add(next_turn(self._begin(), _decoded(words), self._profile, self._tools()))

    def understood(self) -> str:
        """Everything that is wished so far, as text that `edit` takes."""
        return written(self._begin().wishes.request)

    def edit(self, text: str) -> Turn:
        """The answer to wishes that were edited as text; they replace all others. Raises `InputError` for bad text."""
        request = read_written(_decoded(text), self._library.models.vocabulary)
        return self._add(edited_turn(self._begin(), request, self._profile, self._tools()))

    def alternatives(self) -> tuple[Ranked, ...]:
        """The tracks that came next, best first."""
        return self._begin().turns[-1].alternatives

    def choose(self, which: str) -> Turn:
        """Puts an alternative, by its number from 1, or any track, by title or id, on the table.

        Raises `InputError` for a number or name that stands for none.
        """
        conversation = self._begin()
        other = self._alternative(which)
        track = self._library.find(which).id if other is None else other.track.id
        return self._add(chosen_turn(conversation, track, self._profile, self._tools()))

    def why_not(self, track: str) -> Turn:
        """Why an alternative, by its number, or any track, by title, path or id, was not proposed.

        Raises `InputError` for a number or name that stands for none.
        """
        conversation, other = self._begin(), self._alternative(track)
        known = self._library.find(track) if other is None else other.track
        return self._add(why_not_turn(conversation, known.id, known.title.value, self._profile, self._tools()))

    def never(self, artist: str | None = None) -> Turn:
        """Another track, and nothing by this artist any more; the artist on the table where None.

        Raises `InputError` for a name that no artist of the library bears: nothing would be kept out.
        """
        conversation = self._begin()
        name = one_line(artist_on_table(conversation) or "" if artist is None else artist)
        if not name:
            raise InputError("The artist of the track on the table is not known, so none can be excluded; give a name.")
        if artist is not None and not self._library.supervisor.corpus().by((name,)).any():
            known = {folded(other): other for other in self._library.supervisor.artists()}
            near = get_close_matches(folded(name), known, n=3, cutoff=0.6)
            hint = f" Did you mean {', '.join(one_line(known[other]) for other in near)}?" if near else ""
            raise InputError(f"Nothing in the library is by {name!r}.{hint}")
        asked = Request(f"never {name}", "refine", constraints=Constraints(not_artists=(name,)))
        return self._add(answer(conversation, asked.text, asked, self._profile, self._tools()))

    def undo(self) -> Turn:
        """Back to the track that was on the table before."""
        return self._add(answer(self._begin(), "undo", Request("undo", "undo"), self._profile, self._tools()))

    def why(self) -> Turn:
        """Why the track on the table is there."""
        return self._add(answer(self._begin(), "why?", Request("why?", "why"), self._profile, self._tools()))

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

    @cached_property
    def _start(self) -> Start:
        if self._so_far is not None:
            return self._so_far.start
        return start(self._library, self._video, self._opening, self._record)

    def _alternative(self, which: str) -> Ranked | None:
        """The alternative with this number from 1; None for what is no such number, and so a name."""
        number, others = which.strip(), self.alternatives()
        if not number.isdecimal() or len(number) > 2:
            return None
        if not 1 <= int(number) <= len(others):
            raise InputError(f"There is no alternative {int(number)}; there are {len(others)}.")
        return others[int(number) - 1]

    def _begin(self) -> Conversation:
        """The conversation, with the first proposal made."""
        if not self.conversation.turns:
            self.recommend()
        return self.conversation

    def _add(self, turn: Turn) -> Turn:
        if self._record is not None and self._id:
            self._record.append(self._id, len(self.conversation.turns), turn)
        self._so_far = self.conversation.add(turn)
        return turn

    def _tools(self) -> Tools:
        library = self._library
        return Tools(
            library.understand, library.supervisor, self._narrator, library.phrase, library.opposite, self._hear
        )


def _require_clip(library: Library, video: Path, seen: VideoProfile | None, session: str) -> None:
    """Raises `InputError` where the clip is gone, or one of another length or size lies in its place."""
    name = one_line(str(video), 500)
    if not video.is_file():
        raise InputError(
            f"The clip of the conversation {session} is gone from {name}; put it back, or "
            f"export what was said with: musechat sessions export {session} FOLDER"
        )
    if seen is None:
        return
    info = library.models.decoder.probe(video)
    sides = None if info.video is None else {info.video.width, info.video.height}
    if sides != {seen.width, seen.height} or abs(info.clip_seconds - seen.duration) > SAME_LENGTH:
        raise InputError(
            f"{name} is not the clip any more that the conversation {session} is about: its length or size is another. "
            f"Put that one back, or begin anew with: musechat chat {name}"
        )


def _decoded(words: str) -> str:
    """Words as text that can be written down anywhere; bytes that were no text, and NUL, become U+FFFD."""
    return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def _nobody(sentence: str) -> None:
    """Hears nothing: a first look is no part of the conversation."""
