"""Onsets: where in a track something starts to sound.

In: log-mel frames. Out: onset envelopes of four kinds of event, and how many onsets a second there are.

- Spectral flux with a maximum filter over frequency, so that vibrato is not an onset (SuperFlux: Böck & Widmer,
  DAFx 2013), in three bands: low (kick, bass), middle (snare, chords, voice), high (hi-hat, consonants).
- The fourth envelope is harmonic novelty: how little the spectrum after a moment resembles the one before it, which
  peaks where the chord changes (after Foote, ICME 2000).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class OnsetSettings:
    """Bands are half-open ranges of mel bands (31 Hz apart below 1 kHz); times are in seconds."""

    frame_rate: float = 62.5
    low: tuple[int, int] = (0, 5)
    middle: tuple[int, int] = (5, 60)
    high: tuple[int, int] = (60, 96)
    harmonic: tuple[int, int] = (2, 44)
    trend: float = 1.0
    novelty_span: float = 0.13
    peak_sigmas: float = 1.0


ONSETS = OnsetSettings()
KINDS = ("low", "middle", "high", "harmony")


def onset_envelopes(frames: Floats, settings: OnsetSettings = ONSETS) -> Floats:
    """Envelopes (4, t) >= 0 in the order of `KINDS` of log-mel frames (t, 96); all zero for fewer than two frames."""
    count = frames.shape[0]
    envelopes = np.zeros((len(KINDS), count), np.float32)
    if count < 2:
        return envelopes
    ceiling = frames[:-1].copy()  # (t - 1, 96)
    np.maximum(ceiling[:, 1:], frames[:-1, :-1], out=ceiling[:, 1:])
    np.maximum(ceiling[:, :-1], frames[:-1, 1:], out=ceiling[:, :-1])
    flux = np.maximum(frames[1:] - ceiling, 0.0)
    for row, (first, stop) in enumerate((settings.low, settings.middle, settings.high)):
        rise = flux[:, first:stop].mean(axis=1)
        envelopes[row, 1:] = np.maximum(rise - _moving_mean(rise, settings.trend * settings.frame_rate), 0.0)
    envelopes[3] = _harmonic_novelty(frames, settings)
    return envelopes


def onset_density(pieces: list[Floats], settings: OnsetSettings = ONSETS) -> float:
    """Onsets a second over the pieces of log-mel frames (t, 96): peaks of the summed flux that stand out."""
    onsets, frames = 0, 0
    for piece in pieces:
        summed = onset_envelopes(piece, settings)[:3].sum(axis=0)
        frames += summed.size
        if summed.size < 3:
            continue
        inner = summed[1:-1]
        bar = summed.mean() + settings.peak_sigmas * summed.std()
        onsets += int(np.sum((inner > summed[:-2]) & (inner >= summed[2:]) & (inner > bar)))
    return onsets * settings.frame_rate / frames if frames else 0.0


def _moving_mean(values: Floats, width: float) -> Floats:
    """The centred mean of `values` (t,) over about `width` frames, over what there is of them near the ends."""
    half = min(int(width) // 2, values.size)
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    index = np.arange(values.size)
    first, stop = np.maximum(index - half, 0), np.minimum(index + half + 1, values.size)
    mean: Floats = ((total[stop] - total[first]) / (stop - first)).astype(np.float32)
    return mean


def _harmonic_novelty(frames: Floats, settings: OnsetSettings) -> Floats:
    """1 - correlation of the mean spectra on both sides of each frame, (t,) in 0..2; zero near the ends."""
    span = round(settings.novelty_span * settings.frame_rate)
    novelty = np.zeros(frames.shape[0], np.float32)
    if frames.shape[0] < 2 * span:
        return novelty
    spectrum = frames[:, slice(*settings.harmonic)]
    spectrum = spectrum - spectrum.mean(axis=1, keepdims=True)
    total = np.zeros((frames.shape[0] + 1, spectrum.shape[1]), np.float64)
    np.cumsum(spectrum, axis=0, out=total[1:])
    sums = (total[span:] - total[:-span]).astype(np.float32)  # (t - span + 1, bands)
    before, after = sums[:-span], sums[span:]
    energy = np.sqrt(np.sum(before**2, axis=1) * np.sum(after**2, axis=1))
    alike = np.sum(before * after, axis=1) / np.maximum(energy, 1e-6)
    novelty[span : span + alike.size] = np.where(energy > 1e-6, 1.0 - alike, 0.0)
    return novelty
