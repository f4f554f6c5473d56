"""Thumbnails made comparable: small, and indifferent to exposure and to where the camera points.

In: thumbnails. Out: `Pictures`, and how differently two of them look.

- Each picture is reduced to 18 x 32, its mean brightness taken away and its contrast divided out, so a flash, a
  fade or a gain step (all affine in the pixels) leaves it as it was.
- Black bars that stay throughout are cut off: they are alike in every picture.
- A camera that moves is followed by phase correlation (Kuglin & Hines 1975) before two pictures are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ThumbSettings:
    """`rows` x `columns` of a reduced picture; `contrast_floor` in grey levels keeps flat pictures from being noise.

    Edges never brighter than `bar` grey levels are bars, as long as half of the picture remains. Pictures that
    differ less than `same` need no alignment; alignment goes up to `reach` (rows, columns).
    """

    rows: int = 18
    columns: int = 32
    contrast_floor: float = 8.0
    bar: float = 24.0
    same: float = 0.15
    reach: tuple[int, int] = (6, 11)


THUMBS = ThumbSettings()
LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """`normal` (n, r, c, 3) without brightness and contrast; `mean` and `contrast` (n,) in grey levels.

    `luma` (n, r, c) is the grey picture of `normal`; r x c is 18 x 32 less the bars.
    """

    normal: Floats
    luma: Floats
    mean: Floats
    contrast: Floats


def normalise(thumbs: Bytes, settings: ThumbSettings = THUMBS) -> Pictures:
    """`thumbs` (n, h, w, 3) uint8 RGB, h and w multiples of 18 and 32."""
    rows, columns = settings.rows, settings.columns
    blocks = thumbs.reshape(thumbs.shape[0], rows, thumbs.shape[1] // rows, columns, thumbs.shape[2] // columns, 3)
    small = blocks.mean(axis=(2, 4), dtype=np.float32)  # (n, 18, 32, 3)
    small = _without_bars(small, settings)  # (n, r, c, 3)
    luma = small @ np.array(LUMA, np.float32)
    mean, deviation = luma.mean(axis=(1, 2)), luma.std(axis=(1, 2))
    contrast = deviation + np.float32(settings.contrast_floor)
    small = small - mean[:, None, None, None]
    small /= contrast[:, None, None, None]
    return Pictures(small, (luma - mean[:, None, None]) / contrast[:, None, None], mean, contrast)


def _without_bars(pictures: Floats, settings: ThumbSettings) -> Floats:
    """`pictures` (n, 18, 32, 3) less the outer rows and columns that are black in all of them."""
    lit = pictures.max(axis=(0, 3), initial=0.0) > settings.bar  # (18, 32)
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    if rows.size == 0 or np.ptp(rows) < settings.rows // 2 or np.ptp(columns) < settings.columns // 2:
        return pictures
    return pictures[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def distances(pictures: Pictures, first: Index, second: Index, settings: ThumbSettings = THUMBS) -> Floats:
    """How differently picture `first` (p,) and picture `second` (p,) look, (p,): 0 the same, about 1 unrelated."""
    apart = np.empty(first.size, np.float32)
    for start in range(0, first.size, 256):
        part = slice(start, start + 256)
        apart[part] = np.abs(pictures.normal[first[part]] - pictures.normal[second[part]]).mean(axis=(1, 2, 3))
    far = np.flatnonzero(apart > settings.same)
    if far.size:
        down, right = _shifts(pictures.luma[first[far]], pictures.luma[second[far]], settings)
        for pair, dy, dx in zip(far, down.tolist(), right.tolist(), strict=True):
            if dy or dx:
                moved = _aligned(pictures.normal[first[pair]], pictures.normal[second[pair]], dy, dx)
                apart[pair] = min(apart[pair], moved)
    return apart


def _shifts(first: Floats, second: Floats, settings: ThumbSettings) -> tuple[Index, Index]:
    """The shift (rows, columns) of each pair (p, r, c) with the highest phase correlation within reach."""
    rows, columns = first.shape[1:]
    window = np.outer(np.hanning(rows + 2)[1:-1], np.hanning(columns + 2)[1:-1]).astype(np.float32)
    cross = np.fft.rfft2(first * window) * np.conj(np.fft.rfft2(second * window))
    size = np.abs(cross)
    cross /= size + 1e-3 * size.max(axis=(1, 2), keepdims=True) + 1e-9
    match = np.fft.irfft2(cross, s=(rows, columns), axes=(1, 2))
    down, right = np.fft.fftfreq(rows, 1 / rows).astype(np.intp), np.fft.fftfreq(columns, 1 / columns).astype(np.intp)
    near = (np.abs(down)[:, None] <= settings.reach[0]) & (np.abs(right)[None, :] <= settings.reach[1])
    best = np.where(near, match, -np.inf).reshape(len(match), -1).argmax(axis=1)
    return down[best // columns], right[best % columns]


def _aligned(first: Floats, second: Floats, down: int, right: int) -> float:
    """The mean difference of two pictures (r, c, 3) where they overlap after the shift."""
    rows, columns = first.shape[:2]
    a = first[max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)]
    b = second[max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)]
    return float(np.abs(a - b).mean())
