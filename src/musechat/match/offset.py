"""Where in a track to start under a clip: `Judge`.

In: a track's marks and energy, the clip's cuts and arousal curve. Out: how well each start suits, and the best.

- A start is judged by what falls on what: cuts on beats, downbeats and borders; lifts of the music on rises of the
  picture; the energy curve along the arousal curve, in level, in shape and in its changes.
- What agrees by chance counts nothing: marks are weighed against their mean over the track.
- All starts are judged on one fine grid; the first within a hair of the best wins, for people like beginnings, and is
  then moved by milliseconds to where the cuts meet the marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.match.tape import Marks, Tape, nearest

if TYPE_CHECKING:
    from musechat.core.features import VideoProfile


@dataclass(frozen=True, slots=True)
class StartWeights:
    """What full agreement is worth, what marks are worth to a cut, and the times (s) that matter."""

    level: float = 0.2
    shape: float = 0.7
    change: float = 0.4
    cuts: float = 0.8
    sections: float = 0.6
    lifts: float = 0.3
    opening: float = 0.1
    flat: float = 0.07
    """Curves (0..1) that stray less than this from their mean say little by their shape."""
    clear: float = 0.06
    """The sum of squared rises (0..1) of a picture from which they count fully."""
    hair: float = 0.02
    beat: float = 0.5
    downbeat: float = 0.8
    border: float = 1.0
    cut_width: float = 0.035
    lift_width: float = 0.06
    grid: float = 0.02
    near: float = 0.08
    """A cut this near to a mark is on it."""
    settle: float = 0.03
    """The start may still move by this much to meet the marks."""
    around: float = 4.0
    """Seconds before and after a cut over which the picture's rise there is measured."""
    outro: float = 10.0
    """Seconds at the end that are better left alone, for tracks fade there, and what that is worth."""
    no_outro: float = 0.15
    most_cuts: int = 240
    most_starts: int = 60_000
    """A track longer than this many steps of the grid gets a coarser grid."""


@dataclass(frozen=True, slots=True)
class Clear:
    """When a rise of the picture is clear: its least size (0..1), and how many times the next one."""

    least: float = 0.12
    margin: float = 1.3
    apart: float = 6.0
    edge: float = 3.0


WEIGHTS = StartWeights()
CLEAR = Clear()


class Judge:
    """How well every start of one track suits one clip, judged once on a grid."""

    def __init__(self, tape: Tape, video: VideoProfile, weights: StartWeights = WEIGHTS) -> None:
        self._tape, self._weights = tape, weights
        self._grid = max(weights.grid, tape.duration / weights.most_starts)
        self._steps = 1 + int(tape.duration / self._grid)
        cuts = np.asarray(video.cuts or (), np.float64)
        cuts = np.unique(cuts[(cuts > 0) & (cuts < video.duration)])
        rises = picture_rises(video, cuts)
        thin = max(1, -(-cuts.size // weights.most_cuts))
        self._cuts = cuts[::thin]
        self._worth = self._judged(video, rises[::thin])

    def worth(self, starts: Marks) -> Marks:
        """The worth of `starts` (n,) within the track."""
        at = np.rint(starts / self._grid).astype(np.intp)
        worth: Marks = self._worth[np.clip(at, 0, self._worth.size - 1)]
        return worth

    def best(self, latest: float) -> float:
        """The best start in 0..`latest`."""
        grid = self._grid
        worth = self._worth[: 1 + int(latest / grid)]
        first = int(np.flatnonzero(worth >= worth.max() - self._weights.hair)[0])
        peak = first + int(worth[first : first + max(1, int(0.25 / grid))].argmax())
        return float(np.clip(self._settled(peak * grid), 0.0, latest))

    def _judged(self, video: VideoProfile, rises: Marks) -> Marks:
        tape, weights = self._tape, self._weights
        marks = self._table(
            weights.cut_width,
            (tape.beats, weights.beat),
            (tape.downbeats, weights.downbeat),
            (tape.borders, weights.border),
            (tape.lifts, weights.border),
        )
        starts = self._grid * np.arange(self._steps, dtype=np.float64)
        worth = _energy_worth(tape.energy, video, weights, starts)
        worth += weights.opening * np.where(starts == 0, 1.0, marks)
        worth -= weights.no_outro * (starts > tape.duration - video.duration - weights.outro)
        if self._cuts.size:
            worth += weights.cuts * self._on(marks, np.full(self._cuts.size, 1 / self._cuts.size))
            worth += weights.sections * self._sections(video.duration)
            if tape.lifts.size:
                lifts = self._table(weights.lift_width, (tape.lifts, tape.rises / tape.rises.max()))
                worth += weights.lifts * self._on(lifts, rises / max(rises.sum(), weights.clear))
        return worth

    def _table(self, width: float, *kinds: tuple[Marks, float | Marks]) -> Marks:
        """How much of a mark there is at each step of the grid over the track, less its mean."""
        grid = self._grid
        table = np.zeros(self._steps)
        reach = np.arange(-int(3 * width / grid), int(3 * width / grid) + 1)
        for marks, worth in kinds:
            index = np.rint(marks / grid).astype(np.intp)[:, None] + reach  # (m, 2 reach + 1)
            value = np.exp(-0.5 * ((index * grid - marks[:, None]) / width) ** 2) * np.reshape(worth, (-1, 1))
            np.maximum.at(table, np.clip(index, 0, table.size - 1), value)
        return table - float(table.mean())

    def _on(self, table: Marks, shares: Marks) -> Marks:
        """What `table` holds at the cuts, by their `shares`, for each start; beyond the track it holds its mean, 0."""
        total = np.zeros(table.size)
        for i in np.flatnonzero(shares):
            found = table[round(self._cuts[i] / self._grid) :]
            total[: found.size] += shares[i] * found
        return total

    def _sections(self, duration: float) -> Marks:
        """How many of the borders and lifts under the clip fall on a cut, less what chance gives, for each start."""
        grid, reach = self._grid, self._weights.near
        steps = int(duration / grid)
        cut = (np.abs(nearest(self._cuts, grid * np.arange(steps, dtype=np.float64))) <= reach).astype(float)[::-1]
        met, under = np.zeros(self._steps), np.zeros(self._steps)
        for mark in np.union1d(self._tape.borders, self._tape.lifts):
            last = round(mark / grid)
            first = last - steps + 1
            met[max(first, 0) : last + 1] += cut[max(-first, 0) :] - cut.mean()
            under[max(first, 0) : last + 1] += 1
        return met / (under + 1)

    def _settled(self, start: float) -> float:
        """`start` moved by milliseconds: its cuts to the marks, or itself to a mark."""
        tape, near = self._tape, self._weights.settle
        marks = np.unique(np.concatenate([tape.beats, tape.downbeats, tape.borders, tape.lifts]))
        off = nearest(marks, start + self._cuts if self._cuts.size else np.array([start]))
        off = off[np.abs(off) <= near]
        return start - float(np.clip(np.median(off), -near, near)) if off.size else start


def _energy_worth(energy: Marks, video: VideoProfile, weights: StartWeights, starts: Marks) -> Marks:
    """Level, shape and changes of the energy under the clip at `starts` (n,), judged twice a second."""
    length = max(1, round(video.duration))
    if energy.size <= length:
        return np.zeros(starts.size)
    curve = video.arousal_curve
    wanted = None
    if curve is not None and curve.size and length > 2:
        wanted = np.interp(np.linspace(0, curve.size - 1, length), np.arange(curve.size), curve)
    both = energy, (energy[1:] + energy[:-1]) / 2
    judged = np.zeros(sum(phase.size - length + 1 for phase in both))
    for place, phase in enumerate(both):
        level = np.convolve(phase, np.ones(length), "valid") / length
        worth = -weights.level * np.abs(level - (video.arousal + 1) / 2)
        if wanted is not None:
            lag = min(int(weights.around), length // 3)
            worth += weights.shape * _correlation(phase, wanted)
            worth += weights.change * _correlation(phase[lag:] - phase[:-lag], wanted[lag:] - wanted[:-lag])
        judged[place::2] = worth
    spread: Marks = np.interp(starts, np.arange(judged.size) / 2, judged)
    return spread


def picture_rises(video: VideoProfile, cuts: Marks) -> Marks:
    """By how much (0..1) the picture becomes livelier at each of `cuts` (c,), squared: arousal and cut rate."""
    around = WEIGHTS.around
    count = np.searchsorted(cuts, cuts + around) - np.arange(cuts.size) - 1
    past = np.arange(cuts.size) - np.searchsorted(cuts, cuts - around)
    rises = (count - past) / (count + past + 4.0)
    curve = video.arousal_curve
    if curve is not None and curve.size:
        total = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
        ends = np.clip(cuts + np.array([[-around], [0.0], [around]]), 0, curve.size)
        low, middle, high = np.interp(ends, np.arange(total.size), total)
        spans = np.maximum(np.diff(ends, axis=0), 1e-3)
        rises = 0.5 * rises + 0.5 * ((high - middle) / spans[1] - (middle - low) / spans[0])
    rises[(cuts < CLEAR.edge) | (cuts > video.duration - CLEAR.edge)] = 0
    clear: Marks = np.clip(rises, 0, 1) ** 2
    return clear


def picture_hit(video: VideoProfile) -> float | None:
    """The cut at which the picture takes off, None where no one rise is clear."""
    cuts = np.unique(np.asarray(video.cuts or (), np.float64))
    rises = np.sqrt(picture_rises(video, cuts))
    if not rises.size or rises.max() < CLEAR.least:
        return None
    best = int(rises.argmax())
    others = rises[np.abs(cuts - cuts[best]) > CLEAR.apart]
    return float(cuts[best]) if rises[best] >= CLEAR.margin * others.max(initial=0) else None


def _correlation(signal: Marks, curve: Marks) -> Marks:
    """Pearson correlation of each window of `signal` (m,) with `curve` (n,) → (m - n + 1,), near 0 for a flat one."""
    n = curve.size
    wanted = curve - curve.mean()
    sums = np.concatenate([[0.0], np.cumsum(signal)]), np.concatenate([[0.0], np.cumsum(signal**2)])
    total, squares = (each[n:] - each[:-n] for each in sums)
    norm = np.sqrt(np.maximum(squares - total**2 / n, 0) * (wanted**2).sum())
    found = np.correlate(signal, wanted, "valid")
    agreement: Marks = found / (norm + WEIGHTS.flat**2 * n)
    return agreement
