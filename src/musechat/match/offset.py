"""Where in a track to start under a clip: `Judge`.

In: a track's marks and energy, the clip's cuts, shots and arousal curve. Out: how well each start suits, and the best.

- A start is judged by how much likelier it makes what is seen, a sum of logarithms: that the music's borders lie on
  cuts and the cuts on beats, rather than anywhere; that cutting is quicker where the energy is high (a Poisson process
  whose rate follows it); that brighter and livelier shots lie on louder music; and that the picture's arousal runs with
  the energy. Music starts on a bar unless much speaks against it.
- How much each kind counts was fitted to films cut to composed music: `benchmarks/fitting.py --fit`. Those all begin on
  a bar and cannot tell what cuts on beats count, so that is set by hand: a dozen of them outweigh a start off the bar.
- All starts are judged on one fine grid; the first within a hair of the best wins, for people like beginnings, and is
  then moved by milliseconds to where the cuts meet the marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.match.tape import Marks, Tape, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musechat.core.features import VideoProfile

CLUES = ("borders", "marks", "rate", "bright", "lively", "shape", "change", "bar")


@dataclass(frozen=True, slots=True)
class StartWeights:
    """What each of `CLUES` counts, and what `Judge` takes for granted. Times in seconds.

    `answered`: the share of borders with a cut on them. `on_mark`: of cuts on a beat, of which a downbeat and a border
    draw more. `quicker`: the logarithm of how much quicker cutting is at energy 1 than at 0.
    """

    borders: float = 0.73
    marks: float = 0.3
    rate: float = 1.53
    bright: float = 0.89
    lively: float = 0.41
    shape: float = 1.34
    change: float = 1.98
    bar: float = 3.47
    level: float = 1.0
    """For each 1.0 by which the mean energy is off the picture's arousal: little, but all that some clips have."""
    answered: float = 0.75
    on_mark: float = 0.75
    quicker: float = 1.5
    beat: float = 0.5
    downbeat: float = 0.8
    border: float = 1.0
    cut_width: float = 0.035
    edge: float = 0.3
    """Borders nearer than this to the clip's ends ask for no cut."""
    flat: float = 0.07
    """Curves (0..1) that stray less than this from their mean say little by their shape."""
    hair: float = 0.1
    grid: float = 0.02
    coarse: float = 0.1
    """The grid for what changes slowly."""
    near: float = 0.08
    """A cut this near to a mark is on it."""
    settle: float = 0.03
    """The start may still move by this much to meet the marks."""
    around: float = 4.0
    """Seconds before and after a cut over which the picture's rise there is measured."""
    outro: float = 10.0
    """Seconds at the end that are better left alone, for tracks fade there, and what that is worth."""
    no_outro: float = 0.75
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
        self._tape, self._video, self._weights = tape, video, weights
        self._grid = max(weights.grid, tape.duration / weights.most_starts)
        self._steps = 1 + int(tape.duration / self._grid)
        self._starts: Marks = self._grid * np.arange(self._steps, dtype=np.float64)
        cuts = np.asarray(video.cuts or (), np.float64)
        self._all_cuts = np.unique(cuts[(cuts > 0) & (cuts < video.duration)])
        self._cuts = self._all_cuts[:: max(1, -(-self._all_cuts.size // weights.most_cuts))]
        self._energy: Marks = (
            np.interp(self._starts, np.arange(tape.energy.size) + 0.5, tape.energy)
            if tape.energy.size
            else np.zeros(self._steps)
        )
        self._clues = self._found()
        counts = [getattr(weights, clue) for clue in CLUES]
        self._worth: Marks = np.array(counts) @ self._clues - self._against()

    def worth(self, starts: Marks) -> Marks:
        """The worth of `starts` (n,) within the track."""
        worth: Marks = self._worth[self._at(starts)]
        return worth

    def clues_at(self, starts: Marks) -> Marks:
        """What speaks for `starts` (n,): a row for each of `CLUES`, (clues, n)."""
        clues: Marks = self._clues[:, self._at(starts)]
        return clues

    def _at(self, starts: Marks) -> NDArray[np.intp]:
        return np.clip(np.rint(starts / self._grid).astype(np.intp), 0, self._steps - 1)

    def best(self, latest: float) -> float:
        """The best start in 0..`latest`."""
        grid = self._grid
        worth = self._worth[: 1 + int(latest / grid)]
        first = int(np.flatnonzero(worth >= worth.max() - self._weights.hair)[0])
        peak = first + int(worth[first : first + max(1, int(0.25 / grid))].argmax())
        return float(np.clip(self._settled(peak * grid), 0.0, latest))

    def _found(self) -> Marks:
        """What speaks for each start on the grid: a row for each of `CLUES`, (clues, starts)."""
        bright, lively = self._shots()
        shape, change = self._curves()
        opening = self._table((self._tape.downbeats, 1.0), (self._tape.borders, 1.0))
        opening[0] = float(opening.any())
        return np.stack([self._borders(), self._marks(), self._rate(), bright, lively, shape, change, opening])

    def _table(self, *kinds: tuple[Marks, float]) -> Marks:
        """How much of a mark there is at each step of the grid over the track."""
        grid, width = self._grid, self._weights.cut_width
        table = np.zeros(self._steps)
        reach = np.arange(-int(3 * width / grid), int(3 * width / grid) + 1)
        for marks, worth in kinds:
            index = np.rint(marks / grid).astype(np.intp)[:, None] + reach  # (m, 2 reach + 1)
            value = worth * np.exp(-0.5 * ((index * grid - marks[:, None]) / width) ** 2)
            np.maximum.at(table, np.clip(index, 0, table.size - 1), value)
        return table

    def _at_cuts(self, table: Marks) -> Marks:
        """The sum of what `table` holds at the cuts, for each start; nothing beyond the track."""
        total = np.zeros(table.size)
        for cut in self._cuts:
            found = table[round(cut / self._grid) :]
            total[: found.size] += found
        return total

    def _marks(self) -> Marks:
        """How much likelier the cuts are where the marks are than anywhere."""
        weights, tape = self._weights, self._tape
        table = self._table(
            (tape.beats, weights.beat),
            (tape.downbeats, weights.downbeat),
            (np.union1d(tape.borders, tape.lifts), weights.border),
        )
        if not table.any():
            return table
        return self._at_cuts(np.log(1 - weights.on_mark + weights.on_mark * table / table.mean()))

    def _borders(self) -> Marks:
        """How much likelier it is that the borders under the clip have their cuts, or lack them, than by chance."""
        grid, weights, duration = self._grid, self._weights, self._video.duration
        steps = int(duration / grid)
        found = np.zeros(self._steps)
        if not self._cuts.size or duration <= 2 * weights.edge:
            return found
        times = grid * np.arange(steps, dtype=np.float64)
        on = np.abs(nearest(self._all_cuts, times)) <= weights.near
        chance = float(np.clip(on.mean(), 1e-3, 0.9))
        answered, not_answered = weights.answered / chance, (1 - weights.answered) / (1 - chance)
        value: Marks = np.log(np.where(on, answered, not_answered))
        value[(times < weights.edge) | (times > duration - weights.edge)] = 0.0
        backwards: Marks = value[::-1]
        for mark in np.union1d(self._tape.borders, self._tape.lifts):
            last = min(round(mark / grid), self._steps - 1)
            first = last - steps + 1
            found[max(first, 0) : last + 1] += backwards[max(-first, 0) :]
        return found

    def _rate(self) -> Marks:
        """How much likelier the cuts are at a rate that follows the energy than at an even one."""
        quicker = self._weights.quicker
        total = np.concatenate([[0.0], np.cumsum(np.exp(quicker * self._energy))])
        first = np.arange(self._steps)
        last = np.minimum(first + max(1, int(self._video.duration / self._grid)), self._steps)
        mean = (total[last] - total[first]) / (last - first)
        rate: Marks = quicker * self._at_cuts(self._energy) - self._cuts.size * np.log(mean)
        return rate

    def _shots(self) -> tuple[Marks, Marks]:
        """How much likelier the shots' brightness and motion are by the energy under each than without it."""
        shots = self._video.shots[:: max(1, -(-len(self._video.shots) // self._weights.most_cuts))]
        places = np.arange(0, self._steps, max(1, round(self._weights.coarse / self._grid)))
        total = np.concatenate([[0.0], np.cumsum(self._energy)])
        edges = np.array([(shot.start, shot.end) for shot in shots]).reshape(-1, 2) / self._grid
        begin, end = np.clip(np.rint(edges).astype(np.intp).T[..., None] + places, 0, self._steps)  # (shots, places)
        under = (total[end] - total[begin]) / np.maximum(end - begin, 1)
        weights = np.sqrt([shot.end - shot.start for shot in shots])
        light = np.array([shot.brightness for shot in shots])
        moving = np.array([np.nan if shot.motion is None else shot.motion for shot in shots])
        known = ~np.isnan(moving)
        bright, lively = _explained(light, under, weights), _explained(moving[known], under[known], weights[known])
        steps = np.arange(self._steps)
        return np.interp(steps, places, bright), np.interp(steps, places, lively)

    def _curves(self) -> tuple[Marks, Marks]:
        """How the energy runs with the picture's arousal, in shape and in its changes, judged twice a second."""
        length, curve, energy = max(1, round(self._video.duration)), self._video.arousal_curve, self._tape.energy
        if curve is None or not curve.size or length <= 2 or energy.size <= length:
            return np.zeros(self._steps), np.zeros(self._steps)
        wanted = np.interp(np.linspace(0, curve.size - 1, length), np.arange(curve.size), curve)
        lag = min(int(self._weights.around), length // 3)
        shape, change = (np.zeros(2 * (energy.size - length) + 1) for _ in range(2))
        for place, phase in enumerate((energy, (energy[1:] + energy[:-1]) / 2)):
            shape[place::2] = _correlation(phase, wanted)
            change[place::2] = _correlation(phase[lag:] - phase[:-lag], wanted[lag:] - wanted[:-lag])
        times = np.arange(shape.size) / 2
        return np.interp(self._starts, times, shape), np.interp(self._starts, times, change)

    def _against(self) -> Marks:
        """What speaks against each start: another level than the picture's, and the outro."""
        weights, duration = self._weights, self._video.duration
        steps = max(1, min(int(duration / self._grid), self._steps - 1))
        total = np.concatenate([[0.0], np.cumsum(self._energy)])
        last = np.minimum(np.arange(self._steps) + steps, self._steps)
        level = (total[last] - total[last - steps]) / steps
        late = self._starts > self._tape.duration - duration - weights.outro
        against: Marks = weights.level * np.abs(level - (self._video.arousal + 1) / 2) + weights.no_outro * late
        return against

    def _settled(self, start: float) -> float:
        """`start` moved by milliseconds: its cuts to the marks, or itself to a mark."""
        tape, near = self._tape, self._weights.settle
        marks = np.unique(np.concatenate([tape.beats, tape.downbeats, tape.borders, tape.lifts]))
        off = nearest(marks, start + self._cuts if self._cuts.size else np.array([start]))
        off = off[np.abs(off) <= near]
        return start - float(np.clip(np.median(off), -near, near)) if off.size else start


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


def _explained(values: Marks, under: Marks, weights: Marks) -> Marks:
    """The log likelihood ratio of `values` (s,) as a rising line of `under` (s, starts) against none, (starts,).

    That is -n/2 log(1 - r²) of a normal regression with a correlation r > 0; half as much is taken off for one < 0.
    """
    if values.size < 2:
        return np.zeros(under.shape[1])
    share = (weights / weights.sum())[:, None]
    value = values[:, None] - (share * values[:, None]).sum()
    energy = under - (share * under).sum(axis=0)
    spread = (share * value**2).sum()
    tiny = WEIGHTS.flat**2 * spread / 2 + 1e-9  # steady music explains nothing
    r = (share * energy * value).sum(axis=0) / np.sqrt((share * energy**2).sum(axis=0) * spread + tiny)
    found: Marks = -values.size / 2 * (np.log(1 - np.clip(r, 0, 0.95) ** 2) + np.clip(-r, 0, 1) / 2)
    return found


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
