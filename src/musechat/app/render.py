"""A clip with its music as a file: `render`.

In: a clip, a track, a plan. Out: an mp4 that stands under its name whole or not at all, and what was measured on it.

- Decoding and encoding happen in the decoder's sandboxed child; here its bytes are put where it says.
- Everything that can be refused is refused before the first frame: the name, the folder, the room on the disk.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from musechat.app.record import Record, RecordError
from musechat.app.times import clock
from musechat.app.whole import OutputError, refuse_existing, refuse_unwritable, whole_file
from musechat.core.errors import InputError, MediaError
from musechat.core.protocols import Silent
from musechat.core.text import one_line
from musechat.media import RenderPlan, RenderReport

if TYPE_CHECKING:
    from musechat.app.laid import Laid
    from musechat.core.protocols import Progress
    from musechat.media import OwnSound, RenderChunk

SUFFIXES = (".mp4", ".m4v", ".mov")
SOUND_BYTES = 40_000
"""A second of the sound that is made takes at most this much (320 kbit/s)."""
SHORTER = 0.25
"""Seconds by which a clip's pictures may end before the clip does, as its sound's last packet often does not."""

_WAY_ON = "Free some space and render again, or choose another folder."


class Renders(Protocol):
    """The part of the decoder that is needed here."""

    def render(self, video: str | Path, track: str | Path, plan: RenderPlan) -> Iterator[RenderChunk | RenderReport]:
        """The file's bytes with their places, and at last the report."""
        ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file that was rendered: where it is, its bytes, from what and by which plan, and what came of it."""

    path: Path
    size: int
    laid: Laid
    plan: RenderPlan
    report: RenderReport


def render(
    decoder: Renders,
    laid: Laid,
    out: Path,
    own_sound: OwnSound = "duck",
    lufs: float = -14.0,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Rendered:
    """Renders the clip with its music to `out`.

    `own_sound`: the clip's own sound is left out ("drop"), mixed in with the music lowered under speech ("duck"), or
    mixed in ("keep"). `lufs`: the loudness of the whole. Raises `InputError` for a name that cannot be used,
    `OutputError` for a disk that is or becomes full, `MediaError` for a clip or track that cannot be decoded.
    """
    video, track = Path(laid.clip.path), Path(laid.track.path)
    check_output(out, video, track, overwrite=overwrite)
    plan = RenderPlan(laid.fit, lufs=lufs, own_sound=own_sound, speech=laid.clip.speech or ())
    _require_room(out, _bytes_needed(video, laid.clip.duration))
    told = progress or Silent()
    told.start("Rendering", 1.0)
    with whole_file(out, overwrite, _WAY_ON) as file:
        # What is left of the answer is given up with the block, however it is left.
        with contextlib.closing(_closable(decoder.render(video, track, plan))) as answer:
            report = _write(file, answer, told)
        if report is None:
            raise MediaError(f"{video.name} could not be rendered: the answer broke off.", "crashed")
    _remember(laid)
    notes = (*laid.clip.notes, *report.notes, *_missing(report.seconds, laid.clip.duration))
    return Rendered(out, out.stat().st_size, laid, plan, dataclasses.replace(report, notes=notes))


def _remember(laid: Laid) -> None:
    """That the track was used; a render stands even where that cannot be written down."""
    with contextlib.suppress(RecordError), Record() as record:
        record.rendered(laid.track.id, Path(laid.clip.path))


def check_output(out: Path, *sources: Path, overwrite: bool = False) -> None:
    """Raises `InputError` where `out` cannot be rendered to; nothing is written. `sources` must not be overwritten."""
    name = one_line(str(out), 500)
    if out.suffix.lower() not in SUFFIXES and not out.is_dir():
        raise InputError(f"A render is an MP4 file: let {name} end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    for source in sources:
        if _same(out, source):
            raise InputError(f"{name} is {one_line(source.name)} itself; give another name.")
    refuse_existing(out, overwrite)
    if not out.parent.is_dir():
        raise InputError(f"There is no folder {one_line(str(out.parent), 500)}; make it first.")
    refuse_unwritable(out.parent)


def _missing(seconds: float, said: float) -> tuple[str, ...]:
    """The music was laid under as much as the clip said it holds; where there is less, its end is missing."""
    if seconds > said - SHORTER:
        return ()
    return (f"The pictures end at {clock(seconds)}, not at {clock(said)} as the clip says, and the music with them.",)


def _same(out: Path, source: Path) -> bool:
    try:
        return out.samefile(source)
    except (OSError, ValueError):
        return False


def _bytes_needed(video: Path, seconds: float) -> int:
    """What the file may take: its pictures as they are, and the new sound. Pictures encoded anew may take more."""
    with contextlib.suppress(OSError):
        return video.stat().st_size + round(seconds * SOUND_BYTES)
    return 0  # the decoder will say what is wrong with it


def _require_room(out: Path, needed: int) -> None:
    with contextlib.suppress(OSError):  # not every disk tells
        free = shutil.disk_usage(out.parent).free
        if free < needed:
            left = f"The disk of {one_line(str(out), 500)} has {_megabytes(free)} left"
            raise OutputError(f"{left}, and about {_megabytes(needed)} are needed. {_WAY_ON}")


def _closable(
    answer: Iterator[RenderChunk | RenderReport],
) -> Generator[RenderChunk | RenderReport, None, None]:
    yield from answer


def _write(file: BinaryIO, answer: Iterator[RenderChunk | RenderReport], progress: Progress) -> RenderReport | None:
    done = 0.0
    for part in answer:
        if isinstance(part, RenderReport):
            return part
        file.seek(part.position)
        file.write(part.data)
        progress.advance(part.progress - done)
        done = part.progress
    return None


def _megabytes(size: int) -> str:
    return f"{max(0.1, size / 1e6):,.1f} MB"
