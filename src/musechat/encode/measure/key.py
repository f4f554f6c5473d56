"""Key: the tonic and mode a track is heard in.

In: mono samples at 16 kHz, one or more pieces. Out: `Key` with its strength and the chroma it was read from.

- Chroma from spectral peaks rather than bins, each peak also voting for the notes it may be an overtone of (harmonic
  pitch class profile: Gómez, INFORMS JoC 2006), on a tuning that is estimated first, so a detuned track is no trap.
- The profiles are Albrecht & Shanahan's (Music Perception 31, 2013), counted in a corpus of pieces of known key.
- At most `seconds` of sound is read, spread evenly over the pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KeySettings:
    """How chroma is read (Hz, FFT bins, cents as semitones) and how certain a fit is.

    `power` compresses magnitudes; `overtones` and `overtone_decay` are the notes a peak votes for; `width` is the
    deviation allowed around a semitone; peaks `loudest_db` under a frame's highest are dropped; `silence`: the least
    amplitude that counts as sound; `sharpness` turns correlations into probabilities, a little softer than made
    tracks 1000..1199 would have it (20); chroma whose deviation over mean is under `tonal` is less and less a key.
    """

    sample_rate: int = 16_000
    n_fft: int = 8192
    hop: int = 4096
    seconds: float = 90.0
    lowest: float = 80.0
    highest: float = 2500.0
    power: float = 0.7
    overtones: int = 4
    overtone_decay: float = 0.6
    width: float = 0.2
    loudest_db: float = 60.0
    silence: float = 1e-4
    sharpness: float = 16.0
    tonal: float = 0.25
    major: tuple[float, ...] = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
    minor: tuple[float, ...] = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)


KEY = KeySettings()


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """`tonic` 0 (C) to 11 (B) and `mode`, both None where nothing is pitched.

    `strength` in 0..1: the probability of the key among all 24, above chance.
    """

    tonic: int | None
    mode: Literal["major", "minor"] | None
    strength: float


@dataclass(frozen=True, slots=True, eq=False)
class _Peaks:
    """Spectral peaks (p,): the frame each is in, its pitch in semitones (MIDI, A4 = 69), its weight in 0..1."""

    frame: NDArray[np.intp]
    pitch: Floats
    weight: Floats


def measure_key(pieces: Sequence[Samples], settings: KeySettings = KEY) -> Key:
    """The key of contiguous `pieces` (n,) of mono sound at 16 kHz."""
    chroma = measure_chroma(pieces, settings)
    if not chroma.any():
        return Key(None, None, 0.0)
    fits = np.concatenate([_fits(chroma, settings.major), _fits(chroma, settings.minor)])  # (24,)
    tonality = min(1.0, float(chroma.std() / chroma.mean()) / settings.tonal)
    likely = np.exp(settings.sharpness * tonality * (fits - fits.max()))
    best, chance = int(fits.argmax()), 1 / fits.size
    strength = (1 / float(likely.sum()) - chance) / (1 - chance)
    return Key(best % 12, "major" if best < 12 else "minor", strength)


def measure_chroma(pieces: Sequence[Samples], settings: KeySettings = KEY) -> Floats:
    """How much of each pitch class C..B sounds, (12,), summing to 1; all zero for silence."""
    peaks = _peaks(_spectra(pieces, settings), settings)
    chroma = np.zeros(12)
    if peaks.frame.size == 0:
        return chroma
    tuning = np.angle(np.sum(peaks.weight * np.exp(2j * np.pi * peaks.pitch))) / (2 * np.pi)
    frames = np.zeros((int(peaks.frame.max()) + 1) * 12)
    for overtone in range(1, settings.overtones + 1):
        pitch = peaks.pitch - tuning - 12 * np.log2(overtone)
        note = np.round(pitch)
        near = np.exp(-0.5 * ((pitch - note) / settings.width) ** 2)
        vote = peaks.weight * near * settings.overtone_decay ** (overtone - 1)
        frames += np.bincount(peaks.frame * 12 + note.astype(np.intp) % 12, vote, frames.size)
    by_frame = frames.reshape(-1, 12)
    loudest = by_frame.max(axis=1, keepdims=True)
    chroma = np.sum(by_frame / np.maximum(loudest, 1e-9), axis=0)
    total: Floats = chroma / chroma.sum()
    return total


def _fits(chroma: Floats, profile: tuple[float, ...]) -> Floats:
    """The correlation (12,) of the chroma with the profile on each tonic (Krumhansl 1990)."""
    turned = np.stack([np.roll(profile, tonic) for tonic in range(12)])
    turned = (turned - turned.mean()) / turned.std()
    centred = (chroma - chroma.mean()) / max(float(chroma.std()), 1e-9)
    fits: Floats = turned @ centred / 12
    return fits


def _spectra(pieces: Sequence[Samples], settings: KeySettings) -> Floats:
    """Magnitudes (frames, bins), as amplitudes, of frames spread evenly over the pieces, `seconds` of them at most."""
    n = settings.n_fft
    padded = [np.pad(piece, (0, max(0, n - piece.size))) for piece in pieces if piece.size]
    starts = [(piece, start) for piece in padded for start in range(0, piece.size - n + 1, settings.hop)]
    most = int(settings.seconds * settings.sample_rate / settings.hop)
    picks = np.unique(np.linspace(0, len(starts) - 1, min(len(starts), most)).astype(np.intp))
    window = np.hanning(n).astype(np.float32)
    spectra = [np.abs(np.fft.rfft(starts[i][0][starts[i][1] : starts[i][1] + n] * window)) for i in picks]
    return np.array(spectra).reshape(-1, n // 2 + 1) * (4 / n)


def _peaks(spectra: Floats, settings: KeySettings) -> _Peaks:
    """Local maxima between `lowest` and `highest`, their pitch interpolated on log magnitude (Smith & Serra 1987)."""
    hertz = settings.sample_rate / settings.n_fft
    first, stop = int(settings.lowest / hertz), int(settings.highest / hertz)
    level = np.log(spectra[:, first - 1 : stop + 1] + 1e-9)  # (frames, bins + 2)
    left, middle, right = level[:, :-2], level[:, 1:-1], level[:, 2:]
    loudest = middle.max(axis=1, keepdims=True)
    floor = np.maximum(loudest - settings.loudest_db / 20 * np.log(10), np.log(settings.silence))
    frame, column = np.nonzero((middle > left) & (middle >= right) & (middle > floor))
    a, b, c = left[frame, column], middle[frame, column], right[frame, column]
    shift = 0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-9)
    height = b - 0.25 * (a - c) * shift
    weight = np.exp(settings.power * (height - loudest[frame, 0]))
    return _Peaks(frame, 69 + 12 * np.log2((column + first + shift) * hertz / 440), weight)
