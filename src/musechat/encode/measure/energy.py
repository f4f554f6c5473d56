"""Energy: how a track's loudness rises and falls.

In: momentary loudness, ten values a second. Out: `Energy`: a curve of one value a second, and its shape in words.

- The curve is relative to the track itself: 1 is its loud seconds (their 95th percentile), 0 is `range_lu` below or
  silence. How loud the whole track is, is the integrated loudness's to say.
- `build` compares the ends of a straight line through the curve; `peak` is the middle of the loudest few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Build = Literal["rising", "falling", "steady"]


@dataclass(frozen=True, slots=True)
class EnergySettings:
    """Levels in LUFS and LU; `silence` is the absolute gate of ITU-R BS.1770-4; `build` is a change of 0..1 energy."""

    rate: int = 10
    silence: float = -70.0
    range_lu: float = 24.0
    loud_share: float = 0.95
    build: float = 0.15
    peak_seconds: int = 5


ENERGY = EnergySettings()


@dataclass(frozen=True, slots=True, eq=False)
class Energy:
    """`curve` (s,) in 0..1, one value a second; `change` over the track in -1..1 and `build`, its name.

    `peak`: the most energetic second, None for a track without sound.
    """

    curve: Floats
    change: float
    build: Build
    peak: int | None


def measure_energy(momentary: NDArray[np.floating], settings: EnergySettings = ENERGY) -> Energy:
    """The energy of momentary loudness (m,) in LUFS, 10 values a second; nan and -inf are silence."""
    seconds = -(-momentary.size // settings.rate)
    power = np.zeros(seconds * settings.rate)
    heard = np.isfinite(momentary) & (momentary > settings.silence)
    power[: momentary.size][heard] = 10 ** (momentary[heard].astype(np.float64) / 10)
    values = np.bincount(np.arange(momentary.size) // settings.rate, minlength=seconds)
    by_second = power.reshape(seconds, settings.rate).sum(axis=1) / np.maximum(values, 1)
    if not heard.any():
        return Energy(np.zeros(seconds, np.float32), 0.0, "steady", None)
    level = 10 * np.log10(np.maximum(by_second, 10 ** (settings.silence / 10)))
    loud = np.quantile(level[by_second > 0], settings.loud_share)
    curve = np.clip(1 + (level - loud) / settings.range_lu, 0, 1)
    change = _change(curve)
    build: Build = "rising" if change > settings.build else "falling" if change < -settings.build else "steady"
    width = min(settings.peak_seconds, seconds)
    mean = np.convolve(curve, np.ones(width) / width, mode="valid")
    peak = int(mean.argmax()) + int(curve[mean.argmax() : mean.argmax() + width].argmax())
    return Energy(curve.astype(np.float32), change, build, peak)


def _change(curve: NDArray[np.float64]) -> float:
    """The rise of the least-squares line from the first to the last second, kept in -1..1."""
    if curve.size < 3:
        return 0.0
    time = np.linspace(-0.5, 0.5, curve.size)
    return float(np.clip((time @ curve) / (time @ time), -1, 1))
