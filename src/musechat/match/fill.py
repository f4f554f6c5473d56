"""How a stretch of a clip is filled with music: `lead_in` before a moment of the track, `go_on` after it.

In: a `Tape`, a moment, seconds. Out: spans of the track that sound one after the other.

- Music that is too short is repeated by whole bars, from one join back to an earlier one; music that is long enough
  may leap to a later join so that the track's own ending closes the clip.
- A seam costs what could be heard of it: a change of energy, a passage of few bars or an odd number of them, a join
  that is no border.
- The track's own ending counts as heard when its last beat still rings before the clip is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.match.tape import BEATS_A_BAR, Marks, Tape, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musechat.core.fit import Manner

    Bools = NDArray[np.bool_]

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Costs:
    """What makes a seam worse, in changes of energy (0..1), and when an ending can be had."""

    no_border: float = 0.25
    """For each side of a seam that is no border."""
    odd_bars: float = 0.2
    """For a seam over a number of bars that four does not divide."""
    few_bars: float = 1.0
    """For a passage of no length; nothing from `enough_bars` on."""
    enough_bars: int = 8
    edge: float = 0.3
    """For repeating the first or last tenth of a track."""
    repeat: float = 0.15
    no_ending: float = 0.4
    ring: float = 0.4
    """Seconds that the last beat must ring."""
    cut_off: float = 0.3
    """Seconds of its end that no track is missed for."""
    leap: float = 0.75
    """The most that a leap may cost."""
    leap_least: float = 20.0
    """Seconds of clip below which nothing is gained by a leap."""
    settle: float = 4.0
    """Seconds of music before a leap and after it, at least."""
    shortest: float = 2.0
    """Seconds of the shortest passage that is repeated where there are no bars."""


COSTS = Costs()


@dataclass(frozen=True, slots=True)
class Filling:
    """`spans` (start, end) of the track in order; `whole`: the track's own ending is heard."""

    spans: tuple[Span, ...]
    manner: Manner
    whole: bool = False


def lead_in(tape: Tape, until: float, seconds: float) -> tuple[Span, ...] | None:
    """Spans that last `seconds` and end at track second `until`; None where no passage can be repeated for that."""
    if seconds <= until:
        return ((until - seconds, until),)
    free = until - tape.bar if tape.metrical and until - tape.bar > 2 * tape.bar else until
    joins = tape.joins[tape.joins <= free]
    if joins.size < 2:
        return None
    passage = joins[:, None] - joins  # (leave, enter)
    times = np.ceil((seconds - until) / np.maximum(passage, 1e-9) - 1e-9)
    first = times * passage - (seconds - until)
    possible = (passage >= _shortest(tape)) & (first < joins[:, None] - 1e-6)
    cost = _seams(tape, joins, joins) + _short(tape, passage) + _edges(tape, joins) + COSTS.repeat * times
    best = _best(cost, possible)
    if best is None:
        return None
    leave, enter, count = float(joins[best[0]]), float(joins[best[1]]), int(times[best])
    start = max(0.0, until - seconds + count * (leave - enter))
    return ((start, leave), *(((enter, leave),) * (count - 1)), (enter, until))


def go_on(tape: Tape, start: float, seconds: float, keep: float = 0.0) -> Filling:
    """`seconds` of music from track second `start` on, the first `keep` of them untouched."""
    end = start + seconds
    if end > tape.duration + 1e-6:
        return _loop(tape, start, seconds, keep)
    whole = ends(tape, end)
    if not whole and seconds >= COSTS.leap_least and (spans := _leap(tape, start, seconds, keep)):
        return Filling(spans, "ending", True)
    return Filling(((start, min(end, tape.duration)),), "trim", whole)


def ends(tape: Tape, end: float) -> bool:
    """Whether music that stops at track second `end` has come to the track's own ending."""
    return float(tape.over - end) <= _tail(tape)


def _tail(tape: Tape) -> float:
    """How many of its last seconds the track can do without, its last beat still ringing."""
    last = tape.beats[-1] + COSTS.ring if tape.beats.size else tape.over
    return float(max(COSTS.cut_off, tape.over - last))


def _leap(tape: Tape, start: float, seconds: float, keep: float) -> tuple[Span, ...] | None:
    """Out at one join and in at a later one from which the track ends with the clip."""
    if not tape.metrical:
        return None
    least = max(COSTS.settle, 2 * tape.bar)
    leave = tape.joins[(tape.joins >= start + keep + least) & (tape.joins <= start + seconds - least)]
    enter = tape.joins[tape.joins > start + seconds - least]
    end = enter + (start + seconds - leave[:, None])  # (leave, enter): where the track is when the clip is over
    cost = _seams(tape, leave, enter)
    possible = (end <= tape.duration) & (tape.over - end <= _tail(tape)) & (cost <= COSTS.leap)
    best = _best(cost, possible)
    if best is None:
        return None
    return ((start, float(leave[best[0]])), (float(enter[best[1]]), float(end[best])))


def _loop(tape: Tape, start: float, seconds: float, keep: float) -> Filling:
    """Back from one join to an earlier one as often as needed, and on to the track's own ending."""
    joins = tape.joins
    over = max(tape.over, start)
    leave, enter = joins[:, None], joins
    passage = leave - enter
    missing = seconds - (over - start)
    times = np.maximum(1, np.ceil(missing / np.maximum(passage, 1e-9) - 1e-9))
    end = over - (times * passage - missing)  # where the track is when the clip is over
    possible = (passage >= _shortest(tape)) & (leave <= over) & (end > enter + 1e-3) & (end <= tape.duration)
    settled = leave >= start + keep + min(COSTS.settle, 2 * tape.bar)
    possible &= settled if (possible & settled).any() else leave > start + keep
    ending = over - end <= _tail(tape)
    cost = _seams(tape, joins, joins) + _short(tape, passage) + _edges(tape, joins) + COSTS.repeat * times
    cost = cost + np.where(ending, 0.0, COSTS.no_ending)
    best = _best(cost, possible)
    if best is None:
        return Filling(((start, tape.duration),), "short", True)
    out, back, count = float(joins[best[0]]), float(joins[best[1]]), int(times[best])
    spans = ((start, out), *(((back, out),) * (count - 1)), (back, float(end[best])))
    return Filling(spans, "loop", bool(ending[best]))


def _shortest(tape: Tape) -> float:
    return tape.bar * 0.9 if tape.metrical else COSTS.shortest


def _best(cost: Marks, possible: Bools) -> tuple[int, int] | None:
    if not possible.any():
        return None
    row, column = divmod(int(np.where(possible, cost, np.inf).argmin()), cost.shape[1])
    return row, column


def _seams(tape: Tape, leave: Marks, enter: Marks) -> Marks:
    """What is heard of going from each of `leave` (n,) to each of `enter` (m,) → (n, m)."""
    (left, gone), (come, entered) = tape.levels(leave), tape.levels(enter)
    out, into = (
        np.where(np.abs(nearest(tape.borders, joins)) < 0.05, 0.0, COSTS.no_border) for joins in (leave, enter)
    )
    cost: Marks = np.abs(left[:, None] - come) + np.abs(gone[:, None] - entered) + out[:, None] + into
    if tape.metrical:
        phrases = (leave[:, None] - enter) / (BEATS_A_BAR * tape.bar)
        cost += np.where(np.abs(phrases - np.rint(phrases)) < 0.06, 0.0, COSTS.odd_bars)
    return cost


def _short(tape: Tape, passage: Marks) -> Marks:
    cost: Marks = COSTS.few_bars * np.clip(1 - passage / (COSTS.enough_bars * tape.bar), 0, 1)
    return cost


def _edges(tape: Tape, joins: Marks) -> Marks:
    """For passages (leave, enter) that reach into the track's first or last tenth."""
    edge = tape.duration / 10
    return COSTS.edge * ((joins < edge).astype(float) + (joins[:, None] > tape.duration - edge))
