"""Energy: how a track's loudness rises and falls.

In: momentary loudness, ten values a second. Out: a curve of one value a second.

- The curve is relative to the track itself: 1 is its loud seconds (their 95th percentile), 0 is `range_lu` below or
  silence. How loud the whole track is, is the integrated loudness's to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EnergySettings:
    """Levels in LUFS and LU; `silence` is the absolute gate of ITU-R BS.1770-4."""

    rate: int = 10
    silence: float = -70.0
    range_lu: float = 24.0
    loud_share: float = 0.95


ENERGY = EnergySettings()


def measure_energy(momentary: NDArray[np.floating], settings: EnergySettings = ENERGY) -> Floats:
    """The energy (s,) in 0..1, one value a second, of momentary loudness (m,) in LUFS, 10 values a second.

    nan and -inf are silence.
    """
    seconds = -(-momentary.size // settings.rate)
    power = np.zeros(seconds * settings.rate)
    heard = np.isfinite(momentary) & (momentary > settings.silence)
    if not heard.any():
        return np.zeros(seconds, np.float32)
    power[: momentary.size][heard] = 10 ** (momentary[heard].astype(np.float64) / 10)
    values = np.bincount(np.arange(momentary.size) // settings.rate, minlength=seconds)
    by_second = power.reshape(seconds, settings.rate).sum(axis=1) / np.maximum(values, 1)
    level = 10 * np.log10(np.maximum(by_second, 10 ** (settings.silence / 10)))
    loud = np.quantile(level[by_second > 0], settings.loud_share)
    curve: Floats = np.clip(1 + (level - loud) / settings.range_lu, 0, 1).astype(np.float32)
    return curve
