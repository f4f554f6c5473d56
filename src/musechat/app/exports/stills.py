"""Still pictures spread evenly over a clip, for the contact sheet.

In: the decoder, a clip. Out: `Frame`s, each the nearest to its place.

- Key frames cost a fraction of a second; where they lie too far apart, the clip is gone through once instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from musechat.media import SweepPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musechat.media import Frame, SweepChunk

SHORT_SIDE = 240


class Shows(Protocol):
    """The part of the decoder that is needed here."""

    def keyframes(self, path: str | Path, at_most: int, short_side: int) -> list[Frame]:
        """Some key frames, spread over the clip."""
        ...

    def sweep(self, path: str | Path, plan: SweepPlan) -> Iterator[SweepChunk]:
        """The whole clip, chunk by chunk."""
        ...


def stills(decoder: Shows, path: Path, duration: float, count: int) -> tuple[Frame, ...]:
    """`count` frames, each nearest to the middle of its share of the clip; one frame may serve two shares.

    Raises `MediaError` for a clip without pictures.
    """
    frames = decoder.keyframes(path, 3 * count, SHORT_SIDE)
    share = duration / count
    places = [(number + 0.5) * share for number in range(count)]
    if not frames or any(abs(_nearest(frames, place).time - place) > share / 2 for place in places):
        plan = SweepPlan(SHORT_SIDE, frames_per_second=min(25.0, 3 * count / max(duration, 1.0)), max_frames=3 * count)
        swept = [frame for chunk in decoder.sweep(path, plan) for frame in chunk.frames]
        frames = swept or frames
    return tuple(_nearest(frames, place) for place in places) if frames else ()


def _nearest(frames: Sequence[Frame], place: float) -> Frame:
    return min(frames, key=lambda frame: abs(frame.time - place))
