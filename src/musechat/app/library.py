"""A music library with its models: `Library`, what the doors and notebooks hold.

In: a folder, music to import, words. Out: tracks, search results, corrections.

- Reading never waits for an import and writing is always by one process at a time: the store sees to that.
- Models are loaded when first needed, so that listing a library costs nothing of them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from musechat.app.corrections import read_corrections
from musechat.app.models import Models
from musechat.core.errors import InputError, LibraryError
from musechat.core.settings import Quality, default_library
from musechat.core.text import one_line
from musechat.library.tracks import Store

if TYPE_CHECKING:
    from types import TracebackType

    from musechat.app.laid import Laid
    from musechat.app.render import Rendered
    from musechat.core.conversation import Relaxation
    from musechat.core.evidence import Ranked
    from musechat.core.features import TrackFeatures
    from musechat.core.protocols import Progress
    from musechat.core.request import Request
    from musechat.core.track import Track
    from musechat.library.importer import Summary
    from musechat.library.tracks import FileError, Judgement
    from musechat.match.supervisor import Supervisor
    from musechat.media import OwnSound

SHOWN_TAGS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search; `relaxations` say what would help where `results` is empty."""

    request: Request
    results: tuple[Ranked, ...]
    relaxations: tuple[Relaxation, ...]


class Library:
    """One library folder. A context manager; use it from one thread."""

    def __init__(
        self, folder: str | Path | None = None, *, threads: int | None = None, models: Models | None = None
    ) -> None:
        """`folder`: the default library where None. `threads`: cores to use at most. Nothing is opened yet."""
        self.folder = Path(folder) if folder is not None else default_library()
        self.models = models or Models(threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends what was started; the library can be used again."""
        self.models.close()
        self._reopen()

    def _reopen(self) -> None:
        """What was read is read anew when next needed."""
        if "store" in self.__dict__:
            self.store.close()
        for name in ("store", "supervisor"):
            self.__dict__.pop(name, None)

    @cached_property
    def store(self) -> Store:
        """The open store, for reading. Raises `LibraryError` where there is no library yet."""
        return Store.open(self.folder, "r")

    @cached_property
    def supervisor(self) -> Supervisor:
        """What ranks the tracks of this library."""
        from musechat.match.supervisor import Supervisor

        return Supervisor(self.store, self.models.scorer, self.models.audio.tag_names)

    def index(
        self,
        paths: Iterable[str | Path],
        *,
        quality: Quality = Quality.BALANCED,
        progress: Progress | None = None,
    ) -> Summary:
        """Imports music; see `musechat.library.importer.import_music`."""
        from musechat.library.importer import import_music

        self._reopen()
        with Store.open(self.folder, "w") as store:
            return import_music(
                store,
                [Path(path) for path in paths],
                self.models.decoder.identify,
                self.models.tracks,
                quality=quality,
                threads=self.models.threads,
                progress=progress,
                stop=self.models.decoder.close,
            )

    def understand(self, text: str, this_artist: str | None = None) -> Request:
        """What a message asks, read with the names of this library's artists where there is a library.

        `this_artist`: whom "this artist" means.
        """
        from musechat.concepts.understand import understand

        artists: tuple[str, ...] = ()
        is_title: Callable[[str], bool] = _no_title
        with contextlib.suppress(LibraryError):  # without a library no name is known
            artists, is_title = self.supervisor.artists(), self.supervisor.is_title
        return understand(
            text,
            self.models.vocabulary,
            artists=artists,
            this_artist=this_artist,
            is_title=is_title,
            open_vocabulary=self.models.open_vocabulary,
        )

    def phrase(self, concept: str) -> str:
        """How a concept is said inside a sentence."""
        return self.models.vocabulary.phrase(concept)

    def opposite(self, concept: str) -> str | None:
        """The concept that asking for this one takes back, if any."""
        known = self.models.vocabulary.concepts.get(concept)
        return None if known is None else known.opposite

    def search(self, text: str, at_most: int = 20, licence: str | None = None) -> Found:
        """Tracks for words, or by name; `licence`: what they must allow. Raises `InputError` for no words."""
        if not text.strip():
            raise InputError('Say what to search for, for example: musechat search "slow sad piano"')
        self.require_tracks()
        request = self.understand(text)
        if licence is not None:
            request = replace(request, constraints=replace(request.constraints, licence=licence))
        results, ranking = self.supervisor.search(request, text, at_most)
        return Found(request, results, ranking.relaxations)

    def tracks(self) -> list[Track]:
        """All tracks by title."""
        return self.store.tracks()

    def find(self, wanted: str) -> Track:
        """The one track with this id, beginning of an id, path or title. Raises `InputError` for none or several."""
        if not wanted.strip():
            raise InputError("Name a track by its title, its path, its id or the first letters of that.")
        for track in self._with_path(wanted):
            return track
        try:
            return self.store.track(wanted)
        except InputError:
            found = self.store.find(wanted)
        exact = [track for track in found if track.title.value.casefold() == wanted.strip().casefold()]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise InputError(f"No track of the library is called {one_line(wanted)!r} or has such an id.")
        several = ", ".join(f"{track.label} ({track.id[:8]})" for track in found[:5])
        raise InputError(f"Several tracks fit {one_line(wanted)!r}: {several}; say which by its id.")

    def _with_path(self, wanted: str) -> list[Track]:
        if not os.path.exists(wanted):  # noqa: PTH110 - unlike Path.exists it never raises
            return []
        place = Path(wanted)
        return [track for track in self.store.tracks() if Path(track.path) == place.absolute()]

    def measured(self, track_id: str) -> tuple[TrackFeatures | None, list[tuple[str, float]]]:
        """What was heard in a track, and the tagger's strongest tags."""
        from musechat.match.facts import strongest_tags

        features = self.store.features(track_id)
        if features is None:
            return None, []
        return features, strongest_tags(features, self.models.audio.tag_names, SHOWN_TAGS)

    def errors(self) -> list[FileError]:
        """Files that could not be imported, with reasons."""
        return self.store.errors()

    def edit(self, track_id: str, changes: Iterable[tuple[str, str]]) -> Track:
        """Corrects facts of a track and what is heard in it; see `corrections`. Returns the track as it is then.

        All changes are read before the first is kept. Raises `InputError`.
        """
        corrections = read_corrections(changes, self.models.vocabulary)
        self._reopen()
        with Store.open(self.folder, "w") as store:
            for name, value in corrections.facts.items():
                store.edit(track_id, name, value)
            for concept, holds in corrections.judgements.items():
                store.judge(track_id, concept, holds)
            return store.track(track_id)

    def judged(self, track_id: str) -> dict[str, Judgement]:
        """What the user said of a track, by hand or in a table: concept → whether it is there."""
        return self.store.judgements().get(track_id, {})

    def render(
        self,
        video: str | Path,
        track: str | Path,
        out: str | Path,
        *,
        offset: float | None = None,
        hit: float | None = None,
        own_sound: OwnSound = "duck",
        lufs: float = -14.0,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Rendered:
        """Writes a clip with a track of this library, or any music file, under it.

        See `musechat.app.laid.lay` for where the music starts, `musechat.app.render.render` for what is written.
        """
        from musechat.app.laid import lay
        from musechat.app.render import check_output, render

        check_output(Path(out), Path(video), Path(track), overwrite=overwrite)
        laid = lay(self, Path(video), str(track), offset, hit, progress)
        return render(self.models.decoder, laid, Path(out), own_sound, lufs, overwrite, progress)

    def export(
        self, laid: Laid, folder: str | Path, *, own_sound: OwnSound = "duck", overwrite: bool = False
    ) -> tuple[Path, ...]:
        """Writes cue sheet, credits, timeline and contact sheet to a folder."""
        from musechat.app.exports.export import export

        return export(laid, Path(folder), self.models.decoder, own_sound, None, overwrite)

    def require_tracks(self) -> None:
        """Raises `InputError` while the library holds no track."""
        if not len(self.store):
            raise InputError(
                f"The library at {self.folder} holds no tracks yet; import music with: musechat index FOLDER"
            )


def _no_title(_: str) -> bool:
    return False
