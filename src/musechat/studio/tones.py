"""How a tone is made: the four ways of synthesis from which instruments are built.

In: a frequency, a number of samples, a velocity. Out: mono samples that sound until they are cut off.

- `Struck` groups neighbouring harmonics in one wavetable with one decay: a tenth of the work of one oscillator each.
- `Ensemble` is many players at once, from an inverse FFT (PADsynth; Paul Nasca, 2004).
- `Solo` reads one wavetable, with vibrato and a filter. `Fm` is frequency modulation (Chowning, JAES 1973).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from musechat.studio.waves import (
    SILENCE,
    Floats,
    Timbre,
    band_noise,
    dying,
    places,
    random_phases,
    ratio,
    rise,
    seconds_of,
    tables,
)

EDGES = (1, 2, 3, 4, 6, 9, 13, 19, 28, 41)
"""The first harmonics of the groups that die away together."""
LOOP_SECONDS = 2.9
"""Of an ensemble, before it repeats; a power of two of samples at 44.1 kHz."""
BRIGHT_HERTZ = 1500.0
SPREADING = 0.7
"""How an ensemble's bands widen with the number of the harmonic; at 1 its upper ones would melt into noise."""
SWAY_AFTER = 0.3
"""Seconds until a vibrato is full."""
BLOW_SECONDS = 0.08
"""In which the noise of a blow falls by 60 dB."""


class Tone(Protocol):
    """A way to make a tone, with its settings."""

    def __call__(self, hertz: float, samples: int, velocity: float, rate: int) -> Floats:
        """Mono samples, at most `samples` of them, of a level that does not depend on `velocity` (0..1)."""
        ...


@dataclass(frozen=True, slots=True)
class Struck:
    """A string or bar that is struck or plucked and rings.

    `decay`: seconds in which the first harmonic of middle C falls by 60 dB; a tone an octave higher rings `shorter` as
    long. Harmonic n rings 1 / (1 + damping·(n - 1)) as long as the first. `stretch`: inharmonicity B of a stiff string.
    `beating`: Hz between two strings of one tone. `knock`: dB of the noise of the blow, below `knock_hertz`.
    """

    timbre: Timbre
    decay: float
    damping: float = 0.3
    shorter: float = 0.6
    stretch: float = 0.0
    beating: float = 0.0
    knock: float = -60.0
    knock_hertz: float = 2000.0
    attack: float = 0.001

    def __call__(self, hertz: float, samples: int, velocity: float, rate: int) -> Floats:
        """See `Tone`; shorter than `samples` where the tone has died away before."""
        levels = self.timbre.amplitudes(hertz, velocity, rate)
        groups = list(pairwise([edge for edge in EDGES if edge <= len(levels)] + [len(levels) + 1]))
        spectra = np.zeros((len(groups), len(levels)), np.float32)
        for row, (first, end) in enumerate(groups):
            spectra[row, first - 1 : end - 1] = levels[first - 1 : end - 1]
        ring = self.decay * self.shorter ** np.log2(hertz / 261.6)
        time = seconds_of(min(samples, int(ring * rate)), rate)
        sound = np.zeros(len(time), np.float32)
        cycles = np.arange(len(time)) * (hertz / rate)
        for wave, (first, end) in zip(tables(spectra), groups, strict=True):
            middle = (first + end - 1) / 2
            seconds = ring / (1 + self.damping * (middle - 1))
            heard = int(seconds * rate)
            fall = dying(time[:heard], seconds)
            if self.beating:
                fall *= 0.75 + 0.25 * np.cos(time[:heard] * np.float32(2 * np.pi * self.beating * middle**0.5))
            sharp = np.sqrt(1 + self.stretch * middle**2)
            sound[:heard] += wave[places(cycles[:heard] * sharp)] * fall
        if self.knock > -SILENCE:
            blow = time[: int(BLOW_SECONDS * rate)]
            noise = band_noise(int(BLOW_SECONDS * rate), 80.0, self.knock_hertz, rate, 3)
            sound[: len(blow)] += np.float32(ratio(self.knock)) * noise[: len(blow)] * dying(blow, BLOW_SECONDS)
        return rise(sound, self.attack, rate)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Many players of one note: each harmonic is a band of noise, the first one `cents` wide, wider the higher it is.

    `attack`: seconds in which they come in, and `swell` those in which what is above 1.5 kHz does.
    """

    timbre: Timbre
    cents: float = 25.0
    attack: float = 0.08
    swell: float = 0.2

    def __call__(self, hertz: float, samples: int, velocity: float, rate: int) -> Floats:
        """See `Tone`."""
        size = 1 << int(np.ceil(np.log2(LOOP_SECONDS * rate)))
        step = rate / size
        levels = self.timbre.amplitudes(hertz, velocity, rate)
        strength = np.zeros(size // 2 + 1, np.float32)
        for n, level in enumerate(levels, 1):
            width = max(1.0, (2 ** (self.cents / 1200) - 1) * hertz * n**SPREADING / step)
            centre = n * hertz / step
            first, end = int(centre - 3 * width), min(len(strength), int(centre + 3 * width) + 2)
            bell = np.exp(np.square(np.arange(first, end, dtype=np.float32) - centre) * np.float32(-0.5 / width**2))
            strength[first:end] += bell * np.float32(level * size / (2 * width**0.5 * np.pi**0.25))
        both = np.zeros((2, size // 2 + 1), np.complex64)
        split = int(BRIGHT_HERTZ / step)
        phases = random_phases(size // 2 + 1, 11)
        both[0, :split], both[1, split:] = strength[:split] * phases[:split], strength[split:] * phases[split:]
        dark, bright = (np.resize(wave, samples) for wave in np.fft.irfft(both, size, axis=1).astype(np.float32))
        return rise(dark + rise(bright, self.swell, rate), self.attack, rate)


@dataclass(frozen=True, slots=True)
class Solo:
    """One sustained voice: a wavetable at each of the detunings `cents`, with a filter, vibrato and breath.

    `closed`: dB an octave by which the filter makes the tone duller at first; it opens over `opens` seconds, or closes
    to it over as many where they are negative. `vibrato` in cents, `tremble` as a part of the level, both at `sway`
    Hz. `breath`: dB of the noise from the tone's frequency to `breath_hertz`. `fall`: seconds to fall 60 dB (0: never).
    """

    timbre: Timbre
    closed: float = 0.0
    opens: float = 0.08
    cents: tuple[float, ...] = (0.0,)
    vibrato: float = 0.0
    tremble: float = 0.0
    sway: float = 5.5
    breath: float = -60.0
    breath_hertz: float = 3000.0
    attack: float = 0.03
    fall: float = 0.0

    def __call__(self, hertz: float, samples: int, velocity: float, rate: int) -> Floats:
        """See `Tone`."""
        time = seconds_of(samples, rate)
        levels = self.timbre.amplitudes(hertz, velocity, rate)
        dull = levels * np.arange(1, len(levels) + 1, dtype=np.float32) ** (-self.closed / 6.02)
        waves = tables(np.stack([levels, dull]))
        cycles = np.arange(samples) * (hertz / rate)
        swing = np.sin(np.float32(2 * np.pi * self.sway) * time) * np.minimum(1, (time / SWAY_AFTER) ** 2)
        if self.vibrato:
            cycles += swing * ((2 ** (self.vibrato / 1200) - 1) * hertz / (2 * np.pi * self.sway))
        shut = np.exp(time * np.float32(-1 / abs(self.opens)))
        sound = np.zeros(samples, np.float32)
        for number, cent in enumerate(self.cents):
            at = places(cycles * 2 ** (cent / 1200) + 0.37 * number)
            one = waves[0][at]
            if self.closed:
                one += (waves[1][at] - one) * (shut if self.opens > 0 else 1 - shut)
            sound += one
        sound *= np.float32(len(self.cents) ** -0.5)
        if self.breath > -SILENCE:
            sound += ratio(self.breath) * np.resize(band_noise(rate, hertz, self.breath_hertz, rate, 5), samples)
        if self.tremble:
            sound *= 1 + self.tremble * swing
        if self.fall:
            sound *= dying(time, self.fall)
        return rise(sound, self.attack, rate)


@dataclass(frozen=True, slots=True)
class Fm:
    """Sine waves that are modulated by sine waves: (ratio, level, modulator's ratio, index, seconds to fall 60 dB).

    The index falls `faster` than the level and grows with velocity.
    """

    operators: tuple[tuple[float, float, float, float, float], ...]
    faster: float = 2.0
    attack: float = 0.001

    def __call__(self, hertz: float, samples: int, velocity: float, rate: int) -> Floats:
        """See `Tone`."""
        longest = max(operator[4] for operator in self.operators)
        time = seconds_of(min(samples, int(longest * rate)), rate)
        sound = np.zeros(len(time), np.float32)
        for carrier, level, modulator, index, seconds in self.operators:
            heard = time[: int(seconds * rate)]
            depth = np.float32(index * (0.3 + 0.7 * velocity)) * dying(heard, seconds / self.faster)
            turn = np.float32(2 * np.pi * hertz)
            swing = depth * np.sin(turn * np.float32(modulator) * heard)
            fall = dying(heard, seconds)
            sound[: len(heard)] += np.float32(level) * fall * np.sin(turn * np.float32(carrier) * heard + swing)
        return rise(sound, self.attack, rate)
