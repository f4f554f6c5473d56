"""Pairs of each clip with its own soundtrack: `pairs_from_videos`.

In: a folder of clips with music, a library. Out: the soundtracks in the library, and a pair for each clip.

- A soundtrack is a track like any other: known by its packets, named by the file's tags or name, analysed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musechat.core.errors import InputError, MediaError
from musechat.core.text import one_line
from musechat.library.naming import VIDEO_SUFFIXES

if TYPE_CHECKING:
    from musechat.app.library import Library
    from musechat.core.protocols import Progress


@dataclass(frozen=True, slots=True)
class Paired:
    """Each clip with the id of its soundtrack, and the clips that have none that can be used, with the reason."""

    pairs: tuple[tuple[Path, str], ...]
    faulty: tuple[tuple[Path, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "schema_version": 1,
            "pairs": [{"video": str(clip), "track": track} for clip, track in self.pairs],
            "faulty": [{"video": str(clip), "why": why} for clip, why in self.faulty],
        }


def pairs_from_videos(library: Library, folder: Path, progress: Progress) -> Paired:
    """All clips at and below `folder`. Raises `InputError` where there are none, `LibraryError` as an import does."""
    if not folder.is_dir():
        raise InputError(f"There is no folder at {one_line(str(folder), 500)}.")
    clips = sorted(path for path in folder.rglob("*") if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file())
    if not clips:
        kinds = ", ".join(sorted(suffix[1:] for suffix in VIDEO_SUFFIXES))
        raise InputError(f"There are no clips ({kinds}) below {one_line(str(folder), 500)}.")
    library.index(clips, progress=progress)
    wrong = {Path(error.path): error.message for error in library.errors()}
    present = {track.id for track in library.tracks()}
    pairs: list[tuple[Path, str]] = []
    faulty: list[tuple[Path, str]] = []
    for clip in clips:
        try:
            track = library.models.decoder.identify(clip).audio_id
            if track not in present:
                raise InputError(wrong.get(clip.absolute(), "its sound is not in the library"))
            pairs.append((clip, track))
        except (InputError, MediaError) as error:
            faulty.append((clip, str(error)))
    return Paired(tuple(pairs), tuple(faulty))
