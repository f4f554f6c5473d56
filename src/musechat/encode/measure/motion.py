"""Motion: how much moves in the picture, second by second.

In: thumbnails, their times, and the cuts between them. Out: `Motion` in 0..1.

- Speed is the change over time divided by the change over space, summed over the picture (normal flow: Horn & Schunck
  1981), so it does not depend on contrast; pictures are freed of exposure first, so flicker is not motion.
- A step across a cut is no motion, and a second's value is the median of its steps, so a flash is none either.
- 0..1 is 1 - exp(-speed / `usual`), speed in picture widths a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musechat.encode.measure.thumbs import normalise

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """`usual`: the speed, in widths a second, that maps to 0.63. `still`: grey levels of change that are only noise.

    Pictures closer than `min_step` seconds are skipped, steps longer than `max_step` say nothing; `margin` seconds
    around a cut belong to it.
    """

    usual: float = 0.1
    still: float = 2.0
    min_step: float = 0.065
    max_step: float = 0.25
    margin: float = 0.02


MOTION = MotionSettings()


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """`mean` 0..1, None where no two pictures were close enough in time; `curve` (s,) one value a second, or empty."""

    mean: float | None
    curve: Floats


def measure_motion(
    thumbs: NDArray[np.uint8],
    times: NDArray[np.floating],
    cuts: Sequence[float] = (),
    settings: MotionSettings = MOTION,
) -> Motion:
    """Motion in `thumbs` (n, 36, 64, 3) uint8 RGB shown at `times` (n,) seconds, with `cuts` at these seconds."""
    kept = _spaced(times, settings.min_step)
    at = np.asarray(times, np.float64)[kept]
    steps = np.diff(at)
    edges = np.sort(np.asarray(cuts, np.float64))
    crossed = np.searchsorted(edges, at[1:] + settings.margin) - np.searchsorted(edges, at[:-1] + settings.margin)
    usable = np.flatnonzero((steps <= settings.max_step) & (crossed == 0))
    if usable.size == 0:
        return Motion(None, np.zeros(0, np.float32))
    speed = _speeds(thumbs[kept], usable, settings) / steps[usable]
    amount = 1.0 - np.exp(-speed / settings.usual)
    second = at[usable + 1].astype(np.intp)
    seen = np.unique(second)
    medians = np.array([np.median(amount[second == s]) for s in seen])
    curve = np.interp(np.arange(int(at[-1]) + 1), seen, medians).astype(np.float32)
    return Motion(float(medians.mean()), curve)


def _spaced(times: NDArray[np.floating], step: float) -> NDArray[np.intp]:
    """Indices of `times` (n,) that follow each other by at least `step`."""
    kept: list[int] = []
    for index, time in enumerate(times.tolist()):
        if not kept or time - times[kept[-1]] >= step - 1e-6:
            kept.append(index)
    return np.array(kept, np.intp)


def _speeds(thumbs: NDArray[np.uint8], usable: NDArray[np.intp], settings: MotionSettings) -> Floats:
    """The normal flow, in picture widths a step, from picture `usable` (p,) to the next one."""
    pictures = normalise(thumbs)
    before, after = pictures.luma[usable], pictures.luma[usable + 1]  # (p, r, c)
    noise = settings.still / np.minimum(pictures.contrast[usable], pictures.contrast[usable + 1])
    change = np.maximum(np.abs(after - before) - noise[:, None, None], 0).sum(axis=(1, 2))
    across, along = np.abs(np.diff(after, axis=2)).sum(axis=(1, 2)), np.abs(np.diff(after, axis=1)).sum(axis=(1, 2))
    slope = np.hypot(across, along)
    speed: Floats = change / np.maximum(slope, noise * after[0].size) / after.shape[2]
    return speed
