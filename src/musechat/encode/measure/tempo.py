"""Tempo: how fast a track is, how sure that is, and how clear its pulse.

In: log-mel frames of one or more contiguous pieces of a track. Out: `Tempo`, two candidates with their strengths.

- Periods come from the autocorrelation of onset envelopes, pooled over the pieces: a candidate is a period whose first
  four multiples also repeat (a comb, after Klapuri, Eronen & Astola, IEEE TASLP 2006).
- Each candidate is refined by longer and longer multiples of itself, up to 24 beats, to well under 1 %.
- Which of the related candidates is the beat is for `metre` to say, and, between the likeliest two, for `bars`: at the
  right tempo harmony and drums turn where a bar begins, at half or twice of it no phase of the bars is clear.
- Where a track changes tempo, the one that lasts longest wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musechat.encode.measure.bars import find_bars
from musechat.encode.measure.beats import track_beats
from musechat.encode.measure.metre import Periodicity, metre_probability
from musechat.encode.measure.onset import ONSETS, onset_envelopes

Floats = NDArray[np.float64]
Frames = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TempoSettings:
    """The range of tempos in BPM, how they are searched, and what counts as a pulse.

    `no_pulse` is the comb that noise reaches by chance in half a minute; `full_pulse` above it counts as strength 1.
    Bars are asked where the runner-up has a probability of `doubt`; how sure they are counts with the power `bars`.
    """

    slowest: float = 55.0
    fastest: float = 195.0
    grid: int = 800
    peaks: int = 6
    distinct: float = 0.03
    longest_beats: int = 16
    refine_beats: tuple[int, ...] = (2, 4, 8, 16, 24)
    related: tuple[float, ...] = (1 / 3, 1 / 2, 2 / 3, 3 / 2, 2, 3)
    least_seconds: float = 2.0
    least_overlap: float = 4.0
    quiet_flux: float = 1e-3
    no_pulse: float = 0.05
    full_pulse: float = 0.5
    doubt: float = 0.03
    bars: float = 3.0


TEMPO = TempoSettings()


@dataclass(frozen=True, slots=True)
class Tempo:
    """A track's tempo in BPM and the runner-up, None where there is none.

    `strength`, `second_strength`: probabilities of being the tapped tempo among the related ones. `beat_strength`: how
    clear the pulse is, 0 (none) to 1 (a click).
    """

    bpm: float | None
    strength: float
    second_bpm: float | None
    second_strength: float
    beat_strength: float


NO_TEMPO = Tempo(None, 0.0, None, 0.0, 0.0)


def measure_tempo(pieces: Sequence[Frames], settings: TempoSettings = TEMPO) -> Tempo:
    """The tempo of contiguous `pieces` of log-mel frames (t, 96) at 62.5 a second; `NO_TEMPO` where nothing pulses."""
    period = periodicity(pieces, settings)
    if period is None:
        return NO_TEMPO
    bpm = candidate_tempos(period, settings)
    if bpm.size == 0:
        return NO_TEMPO
    probability = _with_bars(pieces, bpm, metre_probability(period, bpm), settings)
    order = np.argsort(-probability)
    best = float(bpm[order[0]])
    clarity = (float(_comb(period, np.array([60 / best]), 4)[0]) - settings.no_pulse) / settings.full_pulse
    if clarity <= 0:
        return NO_TEMPO
    return Tempo(
        bpm=best,
        strength=float(probability[order[0]]),
        second_bpm=float(bpm[order[1]]) if bpm.size > 1 else None,
        second_strength=float(probability[order[1]]) if bpm.size > 1 else 0.0,
        beat_strength=min(clarity, 1.0),
    )


def _with_bars(pieces: Sequence[Frames], bpm: Floats, probability: Floats, settings: TempoSettings) -> Floats:
    """The `probability` (n,) of tempos `bpm` (n,), those of the likeliest two by how sure their bars are, too."""
    two = np.argsort(-probability)[:2]
    if two.size < 2 or probability[two[1]] < settings.doubt:
        return probability
    longest = max(pieces, key=len)
    envelopes = onset_envelopes(longest)
    sure = np.array([find_bars(longest, envelopes, track_beats(envelopes, beat)).sure for beat in bpm[two].tolist()])
    weighed = probability[two] * (sure + 0.05) ** settings.bars
    settled = probability.copy()
    settled[two] = weighed * probability[two].sum() / weighed.sum()
    return settled


def periodicity(pieces: Sequence[Frames], settings: TempoSettings = TEMPO) -> Periodicity | None:
    """The pooled autocorrelation of the pieces' onsets; None where they are too short, or nothing starts in them."""
    rate = ONSETS.frame_rate
    envelopes = [onset_envelopes(piece) for piece in pieces if piece.shape[0] >= settings.least_seconds * rate]
    if not envelopes:
        return None
    joined = np.concatenate(envelopes, axis=1)  # (4, t)
    if joined[:3].mean() < settings.quiet_flux:
        return None
    deviation = joined.std(axis=1, keepdims=True) + 1e-3
    mean = joined.mean(axis=1, keepdims=True)
    lags = int(rate * 60 / settings.slowest * settings.longest_beats)
    total, count = np.zeros((5, lags)), np.zeros(lags)
    for envelope in envelopes:
        centred = (envelope - mean) / deviation
        part = _autocorrelation(np.concatenate([centred[:3].sum(axis=0, keepdims=True), centred]), lags)
        total[:, : part.shape[1]] += part
        count += np.maximum(centred.shape[1] - np.arange(lags), 0)
    known = int(np.searchsorted(-count, -settings.least_overlap * rate, side="right"))
    if known < 2 * rate * 60 / settings.slowest:
        return None
    correlation = total / np.maximum(count, 1)
    correlation /= np.maximum(correlation[:, :1], 1e-9)
    return Periodicity(tuple(e / deviation for e in envelopes), correlation, known, rate)


def candidate_tempos(period: Periodicity, settings: TempoSettings = TEMPO) -> Floats:
    """Tempos in BPM (n,) whose multiples repeat, best comb first, refined, and the simple multiples of the first."""
    grid = np.geomspace(settings.slowest, settings.fastest, settings.grid)
    comb = _comb(period, 60 / grid, 4)
    inner = np.flatnonzero((comb[1:-1] > comb[:-2]) & (comb[1:-1] >= comb[2:])) + 1
    peaks = inner[np.argsort(-comb[inner])][: settings.peaks]
    found: list[float] = []
    for bpm in (60 / _refine(period, 60 / float(grid[peak]), settings) for peak in peaks):
        _add(found, bpm, settings)
    for ratio in settings.related:
        if found:
            _add(found, found[0] * ratio, settings)
    return np.array(found)


def _add(found: list[float], bpm: float, settings: TempoSettings) -> None:
    if settings.slowest <= bpm <= settings.fastest and all(abs(bpm / other - 1) > settings.distinct for other in found):
        found.append(bpm)


def _comb(period: Periodicity, seconds: Floats, beats: int) -> Floats:
    """The mean correlation at the first `beats` multiples of each period in `seconds` (n,)."""
    mean: Floats = period.at(0, seconds[:, None] * np.arange(1, beats + 1)).mean(axis=1)
    return mean


def _refine(period: Periodicity, seconds: float, settings: TempoSettings) -> float:
    """`seconds` moved to the best comb of ever more beats, as many as the longest known lag holds."""
    for beats in settings.refine_beats:
        if seconds * beats * period.frame_rate > period.known - 1:
            break
        near = seconds * (1 + np.linspace(-0.06, 0.06, 41) / beats)
        seconds = float(near[_comb(period, near, beats).argmax()])
    return seconds


def _autocorrelation(rows: Floats, lags: int) -> Floats:
    """Sums of products of `rows` (r, t) with themselves at lags 0..min(lags, t) - 1."""
    length = rows.shape[1]
    lags = min(lags, length)
    spectrum = np.fft.rfft(rows, 1 << (length + lags - 1).bit_length(), axis=1)
    products: Floats = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :lags]
    return products
