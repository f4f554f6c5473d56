"""What tones and drums are made of: spectra, wavetables, noise.

In: settings in musical units. Out: mono samples.

- Harmonics beyond the Nyquist frequency are left out, so nothing aliases.
- Everything random comes from fixed seeds: the same sound has the same samples everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TABLE = 8192
"""Samples of a wavetable; with the nearest one taken, the error of a tone's tenth harmonic is 48 dB below it."""
HARMONICS = 100
"""As many as a tone has at most."""
SILENCE = 60.0
"""A sound that has fallen by so many dB is over."""


def ratio(decibels: float) -> float:
    """The amplitude that so many dB are."""
    return float(10 ** (decibels / 20))


def seconds_of(samples: int, rate: int) -> Floats:
    """The times of `samples` samples (n,)."""
    return np.arange(samples, dtype=np.float32) / np.float32(rate)


def dying(time: Floats, seconds: float) -> Floats:
    """An exponential fall by 60 dB in `seconds`, at the times (n,)."""
    fall: Floats = np.exp(time * np.float32(-SILENCE / 8.686 / seconds))
    return fall


def rise(sound: Floats, seconds: float, rate: int) -> Floats:
    """`sound` (n,), which is changed, beginning softly."""
    length = min(len(sound), max(1, int(seconds * rate)))
    sound[:length] *= np.sin(np.linspace(0, np.pi / 2, length, endpoint=False, dtype=np.float32)) ** 2
    return sound


@dataclass(frozen=True, slots=True)
class Timbre:
    """A spectrum. `slope`: dB an octave of harmonics, and `soft`: how many more downwards at velocity 0.

    `comb`: where the string is struck, as a part of its length (0: nowhere). `even`: the level of even harmonics.
    `formants`: resonances as (Hz, Hz wide, dB). `drawbars`: levels of the first harmonics, in place of a slope.
    `top`: the highest frequency.
    """

    slope: float = -6.0
    soft: float = 3.0
    comb: float = 0.0
    even: float = 1.0
    formants: tuple[tuple[float, float, float], ...] = ()
    drawbars: tuple[float, ...] = ()
    top: float = 16_000.0

    def amplitudes(self, hertz: float, velocity: float, rate: int) -> Floats:
        """Levels of the harmonics 1, 2, … (h,) of a tone of `hertz`; their squares sum to 1."""
        count = max(1, min(HARMONICS, int(min(self.top, 0.45 * rate) / hertz)))
        n = np.arange(1, count + 1, dtype=np.float64)
        levels = n ** ((self.slope - self.soft * (1 - velocity)) / 6.02)
        if self.drawbars:
            levels = np.resize(np.array([*self.drawbars, *[0.0] * count]), count)
        if self.comb:
            levels *= np.abs(np.sin(np.pi * n * self.comb)) + 0.02
        levels[1::2] *= self.even
        levels *= 1 + sum(ratio(dB) * np.exp(-0.5 * ((n * hertz - at) / wide) ** 2) for at, wide, dB in self.formants)
        normed: Floats = (levels / np.sqrt((levels**2).sum())).astype(np.float32)
        return normed


def tables(spectra: Floats) -> Floats:
    """One period (k, TABLE) of sine waves with the amplitudes `spectra` (k, h) of harmonics 1, 2, …"""
    bins = np.zeros((len(spectra), TABLE // 2 + 1), np.complex64)
    bins[:, 1 : spectra.shape[1] + 1] = -0.5j * TABLE * spectra
    periods: Floats = np.fft.irfft(bins, TABLE, axis=1).astype(np.float32)
    return periods


def places(cycles: NDArray[np.floating]) -> NDArray[np.int64]:
    """Where in a wavetable phases in cycles (n,) lie."""
    return (cycles * TABLE).astype(np.int64) & (TABLE - 1)


@lru_cache(maxsize=32)
def band_noise(samples: int, low: float, high: float, rate: int, seed: int) -> Floats:
    """Noise (at least `samples`,) of unit power between `low` and `high` Hz, with soft slopes; read-only."""
    size = 1 << max(8, (samples - 1).bit_length())
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / rate).astype(np.float32), 1)
    gain = np.minimum(1, hertz / np.float32(low)) ** 4 * np.minimum(1, np.float32(high) / hertz) ** 4
    noise: Floats = np.fft.irfft(gain * random_phases(len(gain), seed), size).astype(np.float32)
    noise /= np.sqrt(np.square(noise).mean())
    noise.flags.writeable = False
    return noise


@lru_cache(maxsize=8)
def random_phases(bins: int, seed: int) -> NDArray[np.complex64]:
    """Complex numbers (bins,) of size 1; read-only."""
    turns = np.random.default_rng(seed).random(bins, np.float32) * np.float32(2 * np.pi)
    phases: NDArray[np.complex64] = np.exp(np.complex64(1j) * turns)
    phases.flags.writeable = False
    return phases
