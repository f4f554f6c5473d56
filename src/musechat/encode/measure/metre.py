"""Metre: which of several related tempos a listener would tap.

In: a track's periodicity and candidate tempos. Out: how well each candidate explains the metre, as a probability.

- A beat shows in more than its own period: the kick repeats every bar of four beats, snare and chords every two, the
  kick and the hi-hat or snare take turns on it, and harmony moves between beats rather than within them.
- The weights are those of a conditional logistic regression over the candidates of 1,000 made tracks (seeds 1000 to
  1999 of `benchmarks/generate.py`); `python benchmarks/tempo_key.py --fit` makes them again.
- `spread` is the resonance of tempo perception (van Noorden & Moelants, JNMR 1999), given rather than fitted, because
  the made tracks are evenly spread over tempo and music is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musechat.encode.measure.onset import KINDS

Floats = NDArray[np.float64]
ROWS = ("sum", *KINDS)


@dataclass(frozen=True, slots=True)
class Clue:
    """The autocorrelation of one kind of onset at `beats` beats; `typical` stands in where a lag is too long."""

    kind: str
    beats: float
    weight: float
    typical: float


@dataclass(frozen=True, slots=True)
class MetreSettings:
    """Weights of the evidence for a tempo; tempo enters as octaves above `centre` BPM.

    `fold_bins` in a beat; `fold_frames`: how long a stretch may share one beat phase.
    """

    centre: float = 115.0
    spread: float = 0.7
    octave_weight: float = 1.79
    alternation_weight: float = -3.27
    fold_bins: int = 12
    fold_frames: int = 750
    clues: tuple[Clue, ...] = (
        Clue("sum", 1, 3.49, 0.19),
        Clue("low", 4, 3.91, 0.28),
        Clue("low", 12, 2.05, 0.37),
        Clue("middle", 2 / 3, -4.89, 0.05),
        Clue("middle", 3 / 2, -2.59, 0.13),
        Clue("middle", 2, 3.69, 0.30),
        Clue("high", 16, 2.23, 0.37),
        Clue("harmony", 1 / 3, -3.95, -0.06),
        Clue("harmony", 1 / 2, 2.11, -0.06),
        Clue("harmony", 3 / 4, -2.23, 0.01),
        Clue("harmony", 12, 1.95, 0.55),
    )


METRE = MetreSettings()


@dataclass(frozen=True, slots=True, eq=False)
class Periodicity:
    """What repeats in a track, and after how long.

    `envelopes`: one (4, t) array of onset envelopes per piece, each kind scaled to unit deviation.
    `correlation` (5, lags): autocorrelation, 1 at lag 0, of their sum and of each.
    `known`: how many of those lags the pieces are long enough to show.
    """

    envelopes: tuple[NDArray[np.float32], ...]
    correlation: Floats
    known: int
    frame_rate: float

    def at(self, row: int, seconds: Floats, unknown: float = 0.0) -> Floats:
        """Row `row` of the correlation at lags of `seconds` (...,); `unknown` beyond the lags that are known."""
        lags = np.arange(self.known)
        return np.interp(seconds * self.frame_rate, lags, self.correlation[row, : self.known], right=unknown)


def metre_evidence(period: Periodicity, bpm: Floats, settings: MetreSettings = METRE) -> Floats:
    """The evidence (candidates, clues + 2) for tempos `bpm` (candidates,): clues, alternation, octave."""
    seconds = 60.0 / bpm
    clues = [period.at(ROWS.index(c.kind), seconds * c.beats, c.typical) for c in settings.clues]
    alternation = np.array([_alternation(period, float(tempo), settings) for tempo in bpm])
    return np.stack([*clues, alternation, np.log2(bpm / settings.centre)], axis=1)


def metre_probability(period: Periodicity, bpm: Floats, settings: MetreSettings = METRE) -> Floats:
    """The probability (candidates,) that each tempo is the one a listener would tap; they sum to 1."""
    evidence = metre_evidence(period, bpm, settings)
    weights = np.array([*(c.weight for c in settings.clues), settings.alternation_weight, settings.octave_weight])
    score = evidence @ weights - 0.5 * (evidence[:, -1] / settings.spread) ** 2
    likely = np.exp(score - score.max())
    share: Floats = likely / likely.sum()
    return share


def beat_profile(envelope: NDArray[np.float32], beat_frames: float, settings: MetreSettings = METRE) -> Floats:
    """`envelope` (t,) folded over four beats of `beat_frames` in each of its windows, smoothed: (windows, 4 * bins)."""
    bins = 4 * settings.fold_bins
    frame = np.arange(envelope.size)
    windows = max(1, envelope.size // settings.fold_frames)
    phase = (frame / beat_frames % 4 * settings.fold_bins).astype(np.intp)
    slot = frame * windows // envelope.size * bins + phase
    total = np.bincount(slot, weights=envelope, minlength=windows * bins)
    count = np.bincount(slot, minlength=windows * bins)
    fold = (total / np.maximum(count, 1)).reshape(windows, bins)
    profile: Floats = fold + 0.5 * np.roll(fold, 1, axis=1) + 0.5 * np.roll(fold, -1, axis=1)
    return profile


def beat_phase(profile: Floats, settings: MetreSettings = METRE) -> NDArray[np.intp]:
    """The bin (windows,) within a beat at which the beats of a `profile` (windows, 4 * bins) fall."""
    phase: NDArray[np.intp] = profile.reshape(-1, 4, settings.fold_bins).mean(axis=1).argmax(axis=1)
    return phase


def _alternation(period: Periodicity, bpm: float, settings: MetreSettings) -> float:
    """How much low and high onsets are strong on the same beats (positive) or take turns (negative), about -1..1."""
    frames = 60.0 / bpm * period.frame_rate
    products: list[Floats] = []
    for piece in period.envelopes:
        if piece.shape[1] < 4 * frames:
            continue
        phase = beat_phase(beat_profile(piece[:3].sum(axis=0), frames, settings), settings)
        at = (phase[:, None] + settings.fold_bins * np.arange(4)) % (4 * settings.fold_bins)
        low, high = (
            _accent(np.take_along_axis(beat_profile(piece[row], frames, settings), at, axis=1)) for row in (0, 2)
        )
        products.append((low * high).mean(axis=1))
    return float(np.concatenate(products).mean()) if products else 0.0


def _accent(beats: Floats) -> Floats:
    """Each of four beats' strength (windows, 4) relative to their mean."""
    mean = beats.mean(axis=1, keepdims=True)
    accent: Floats = (beats - mean) / (mean + 1e-6)
    return accent
