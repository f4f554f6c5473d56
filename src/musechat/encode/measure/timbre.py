"""Timbre: how bright a track sounds.

In: log-mel frames. Out: the spectral centroid, in Hz and on 0..1.

- The centroid is the mean frequency of the power spectrum (Grey & Gordon 1978), here of mel bands at their centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musechat.encode.mel import MUSICNN_MEL, mel_filters

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TimbreSettings:
    """`dark` and `bright` Hz map to 0 and 1 on a logarithmic scale; one frame in `every` is read."""

    dark: float = 100.0
    bright: float = 800.0
    every: int = 4


TIMBRE = TimbreSettings()


def spectral_centroid(pieces: Sequence[Floats], settings: TimbreSettings = TIMBRE) -> float | None:
    """The mean frequency in Hz of the power in log-mel frames (t, 96), each frame by its power; None for silence."""
    filters = mel_filters()
    hertz = np.linspace(0, MUSICNN_MEL.sample_rate / 2, filters.shape[0])
    centres = hertz @ filters / filters.sum(axis=0)  # (96,)
    power = np.zeros(centres.size)
    for piece in pieces:
        power += (10.0 ** piece[:: settings.every] - 1.0).sum(axis=0, dtype=np.float64)
    total = float((power / filters.sum(axis=0)).sum())
    return float((power / filters.sum(axis=0)) @ centres / total) if total > 1e-6 else None


def sound_brightness(centroid: float, settings: TimbreSettings = TIMBRE) -> float:
    """A centroid in Hz on 0 (dull) to 1 (bright)."""
    octaves = np.log2(max(centroid, 1.0) / settings.dark) / np.log2(settings.bright / settings.dark)
    return float(np.clip(octaves, 0, 1))
