"""Bars: which beats begin one, and whether the beats are beats at all rather than the half beats between them.

In: log-mel frames, onsets and beats of one contiguous piece. Out: `Bars`.

- Every beat and the middle between two is a place; what is heard at a place (onsets of three kinds, how much the
  harmony changes, how much the sound of four beats differs from that of the four before) is weighed by where in a bar
  of three or four beats it would be. The best phase says where bars begin.
- The phase may move within a piece (a beat too many, or beats that were heard half a beat off), at a `cost`: the best
  path is found by the Viterbi algorithm, a bar at a time.
- The weights are those of a conditional logistic regression over composed pieces and the made tracks 1000 to 1159;
  `python benchmarks/form.py --fit` makes them again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musechat.encode.measure.beats import BEATS
from musechat.encode.measure.onset import ONSETS

Floats = NDArray[np.float64]
Frames = NDArray[np.float32]
Index = NDArray[np.intp]
CLUES = ("low", "middle", "high", "harmony", "longer harmony", "sound")


@dataclass(frozen=True, slots=True)
class BarSettings:
    """`four`, `three`: the weight of each of `CLUES` at each half beat of a bar, and `three_bias` on top of three.

    Mel bands of `harmony` tell chords. Clues that stray less than `least` from their mean are not blown up to count
    as much as others: a bare metronome has no bars. `sure` is the probability from which bars are told, `off` that
    from which beats are moved by half a beat.
    """

    four: tuple[tuple[float, ...], ...] = (
        (0.92, 0.56, -0.05, 1.34, 1.21, -0.35),
        (-0.83, -0.45, -0.30, -0.23, 0.29, -0.49),
        (-0.41, 0.15, 0.17, -0.31, 0.29, 0.08),
        (0.03, 0.30, -0.12, -0.10, -0.31, 0.40),
        (0.19, -0.89, -0.11, 0.13, -1.01, 0.55),
        (0.38, 0.18, -0.04, 0.00, -0.72, 0.22),
        (-0.39, 0.03, 0.56, -0.44, 0.13, -0.31),
        (0.10, 0.11, -0.12, -0.36, 0.14, -0.09),
    )
    three: tuple[tuple[float, ...], ...] = (
        (0.83, 0.05, 0.25, 1.06, 0.81, 0.06),
        (-0.36, -0.11, -0.08, 0.17, 0.35, -0.15),
        (-0.45, 0.13, -0.01, -0.14, -0.24, 0.11),
        (-0.20, -0.10, -0.07, -0.57, -0.66, -0.10),
        (0.14, 0.10, -0.20, -0.41, -0.40, -0.02),
        (0.04, -0.08, 0.11, -0.12, 0.15, 0.08),
    )
    three_bias: float = -0.51
    harmony: tuple[int, int] = (2, 44)
    group: int = 6
    least: tuple[float, ...] = (0.1, 0.05, 0.01, 0.06, 0.06, 0.3)
    cost: float = 45.0
    sure: float = 0.37
    off: float = 0.55


BARS = BarSettings()


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """`beats` (b,) seconds, moved by half a beat where they were off; `down` (d,): those that begin a bar, if told.

    `sure`: the probability of metre (3 or 4 beats a bar) and phase. `moved`: whether any beat was moved.
    """

    beats: Floats
    down: Index
    sure: float
    moved: bool


def find_bars(frames: Frames, envelopes: Frames, beats: Floats, settings: BarSettings = BARS) -> Bars:
    """The bars over `beats` (b,) seconds in a piece with `frames` (t, 96) and `envelopes` (4, t)."""
    if beats.size < 8:
        return Bars(beats, np.zeros(0, np.intp), 0.0, False)
    places = half_beats(beats)
    clues = place_clues(frames, envelopes, places, settings)
    four = _best_path(clues @ np.array(settings.four).T, settings.cost)
    three = _best_path(clues @ np.array(settings.three).T, settings.cost)
    scores = np.concatenate([four.turned, three.turned + settings.three_bias])
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    best, first = (four, 0) if likely[0] >= likely[four.turned.size] else (three, four.turned.size)
    size = best.turned.size
    sure, same = float(likely[first]), likely[first : first + size]
    if same[::2].sum() < settings.off * same.sum():  # turned by whole beats, a phase has the same beats
        return Bars(beats, np.zeros(0, np.intp), sure, False)
    in_bar = (np.arange(places.size) - best.phase) % size
    kept = np.flatnonzero(in_bar % 2 == 0)
    down = np.flatnonzero(in_bar[kept] == 0) if sure >= settings.sure else np.zeros(0, np.intp)
    return Bars(places[kept], down, sure, bool((kept % 2).any()))


def half_beats(beats: Floats) -> Floats:
    """`beats` (b,) and the middles between them, (2 b - 1,)."""
    places = np.empty(2 * beats.size - 1)
    places[::2] = beats
    places[1::2] = (beats[1:] + beats[:-1]) / 2
    return places


def place_clues(frames: Frames, envelopes: Frames, places: Floats, settings: BarSettings = BARS) -> Floats:
    """What is heard at `places` (p,) seconds, half a beat apart: (p, clues), of mean 0 and deviation 1 at most."""
    count = frames.shape[0]
    at = np.clip(np.round((places - BEATS.latency) * ONSETS.frame_rate).astype(np.intp), 0, count - 1)
    near = np.clip(at[:, None] + (-1, 0, 1), 0, count - 1)
    onsets = envelopes[:3, near].max(axis=2).T  # (p, 3)
    lengths = np.maximum(np.diff(np.append(at, count)), 1)
    sound = np.add.reduceat(frames, at, axis=0) / lengths[:, None]  # (p, 96)
    tonal = sound[:, slice(*settings.harmony)]
    tonal = tonal - tonal.mean(axis=1, keepdims=True)
    coarse = sound.reshape(places.size, -1, settings.group).mean(axis=2)
    before, after = _sides(coarse, 8)
    clues = np.column_stack([onsets, _turn(tonal, 2), _turn(tonal, 4), np.sqrt(((after - before) ** 2).sum(axis=1))])
    clues[[0, 1, -2, -1], 5] = 0.0
    if at[0] <= 1:  # an onset at the very start of a piece is not heard as one
        clues[0, :3] = clues[2, :3]
    scaled: Floats = (clues - clues.mean(axis=0)) / np.maximum(clues.std(axis=0), settings.least)
    return scaled


def _sides(sound: Floats, width: int) -> tuple[Floats, Floats]:
    """The means of `sound` (p, features) over `width` places before each place and from it on."""
    count = sound.shape[0]
    total = np.zeros((count + 1, sound.shape[1]))
    np.cumsum(sound, axis=0, out=total[1:])
    index = np.arange(count)
    first, stop = np.maximum(index - width, 0), np.minimum(index + width, count)
    before = (total[index] - total[first]) / np.maximum(index - first, 1)[:, None]
    return before, (total[stop] - total[index]) / (stop - index)[:, None]


def _turn(tonal: Floats, width: int) -> Floats:
    """1 - correlation of the spectra (p, bands) of `width` places before each place and from it on, (p,) in 0..2."""
    before, after = _sides(tonal, width)
    energy = np.sqrt((before**2).sum(axis=1) * (after**2).sum(axis=1))
    turn: Floats = 1 - (before * after).sum(axis=1) / np.maximum(energy, 1e-6)
    turn[0] = 0.0
    return turn


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """`phase` (p,) at each place, and the mean evidence a bar for it `turned` (size,) by 0, 1, ... half beats."""

    phase: Index
    turned: Floats


def _best_path(evidence: Floats, cost: float) -> _Path:
    """The best phases for `evidence` (p, size) of each place being at each half beat of a bar of `size` of them."""
    count, size = evidence.shape
    bars = -(-count // size)
    padded = np.zeros((bars * size, size))
    padded[:count] = evidence
    place = np.arange(size)
    turn = (place[None, :] - place[:, None]) % size  # (phase, place): where in a bar the place is
    of_phase = padded.reshape(bars, size, size)[:, place, turn].sum(axis=2)  # (bars, phase)
    score, back = of_phase[0], np.tile(place, (bars, 1))
    for bar in range(1, bars):
        best = int(score.argmax())
        back[bar] = np.where(score >= score[best] - cost, place, best)
        score = np.maximum(score, score[best] - cost) + of_phase[bar]
    phase = np.empty(bars, np.intp)
    phase[-1] = score.argmax()
    for bar in range(bars - 1, 0, -1):
        phase[bar - 1] = back[bar, phase[bar]]
    turned = np.array([of_phase[np.arange(bars), (phase + shift) % size].sum() for shift in range(size)])
    return _Path(np.repeat(phase, size)[:count], turned * size / count)
