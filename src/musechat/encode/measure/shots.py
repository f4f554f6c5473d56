"""Shots: what lies between two cuts, how bright it is and how much moves in it.

In: thumbnails and their times, the cuts, the watched spans. Out: `Shot`s in order.

- A shot ends where the watching does: of a clip that was watched in windows, nothing is said about the gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musechat.core.features import Shot
from musechat.encode.measure.motion import measure_motion


def measure_shots(
    thumbs: NDArray[np.uint8],
    times: NDArray[np.floating],
    brightness: NDArray[np.floating],
    cuts: Sequence[float],
    spans: Sequence[tuple[float, float]],
) -> tuple[Shot, ...]:
    """Shots of `thumbs` (n, 36, 64, 3) uint8 RGB shown at `times` (n,) with `brightness` (n,) in 0..1."""
    shots: list[Shot] = []
    for start, end in spans:
        for first, last in pairwise([start, *(cut for cut in cuts if start < cut < end), end]):
            rows = slice(*np.searchsorted(times, (first - 1e-6, last - 1e-6)).tolist())
            if rows.start == rows.stop:
                continue
            motion = measure_motion(thumbs[rows], times[rows]).mean
            shots.append(Shot(first, last, float(brightness[rows].mean()), motion))
    return tuple(shots)
