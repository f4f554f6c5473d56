"""Where in a track to start under a clip.

In: a track's energy curve and the clip's length and arousal curve. Out: a start in seconds.

- Only starts that leave enough music are tried; a track shorter than the clip starts at 0.
- With a curve of the clip the start is where both curves agree most; without one, where the energy is nearest to the
  picture's mean arousal. The first start within a hair of the best wins: people like beginnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from musechat.core.features import Floats, VideoProfile

_TOLERANCE = 0.05
"""Mean energy (0..1) by which an earlier start may be worse than the best and still win."""
_OUTRO = 10
"""Seconds at the end that are left alone where there is enough else: tracks fade there."""
_SHAPE = 0.25
"""What full agreement of the curves' shapes is worth, in mean energy."""


def best_offset(energy: Floats, video: VideoProfile) -> float:
    """Start second for a track with `energy` (s,) in 0..1 at 1 Hz under `video`."""
    length = max(1, round(video.duration))
    if energy.size <= length:
        return 0.0
    body = energy[: max(length + 1, energy.size - _OUTRO)]
    windows = sliding_window_view(body, length)  # (starts, length)
    cost = np.abs(windows.mean(axis=1) - (video.arousal + 1) / 2)
    if video.arousal_curve is not None and length > 2:
        cost = cost - _SHAPE * _agreement(windows, _resampled(video.arousal_curve, length))
    return float(np.flatnonzero(cost <= cost.min() + _TOLERANCE)[0])


def _resampled(curve: Floats, length: int) -> Floats:
    points = np.linspace(0, max(curve.size - 1, 0), length)
    return np.interp(points, np.arange(curve.size), curve).astype(np.float32)


def _agreement(windows: Floats, curve: Floats) -> Floats:
    """Pearson correlation of each window (starts, length) with `curve` (length,); 0 where either is flat."""
    centred = windows - windows.mean(axis=1, keepdims=True)
    wanted = curve - curve.mean()
    norm = np.sqrt((centred**2).sum(axis=1) * (wanted**2).sum())
    agreement: Floats = np.divide(centred @ wanted, norm, out=np.zeros_like(norm), where=norm > 1e-6)
    return agreement
