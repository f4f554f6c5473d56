"""A track as something to cut: `Tape`.

In: `TrackFeatures` and the decoded length. Out: marks that lie within the track, and its loudness around them.

- What was measured may reach past the end of what is decoded, or be empty; here every mark can be cut at.
- Joins are where a cut is least heard: downbeats, else every fourth beat, else whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from musechat.core.features import TrackFeatures

Marks = NDArray[np.float64]

BEATS_A_BAR = 4
"""Where no downbeats were found."""
_UNMETERED_BAR = 2.0
_FAINT = 0.02
"""Energy (0..1) below which the end of a track is silence."""
_CONTEXT = 2.0
"""Seconds before and after a mark that say how loud it is there."""
_MOST_JOINS = 160
"""Joins are thinned to about so many, so that all pairs of them can be weighed."""


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """`beats`, `downbeats`, `borders`, `lifts`: seconds, ascending, within 0..`duration`; `rises`: of the lifts, in LU.

    `over`: where the last sound has died away; `bar`: the length of a bar; `joins` (j,); `metrical`: whether they lie
    on beats; `energy` (s,) at 1 Hz in 0..1.
    """

    duration: float
    over: float
    bar: float
    energy: Marks
    beats: Marks
    downbeats: Marks
    borders: Marks
    lifts: Marks
    rises: Marks
    joins: Marks
    metrical: bool

    def levels(self, times: Marks) -> tuple[Marks, Marks]:
        """The mean energy just before and just after each of `times` (n,)."""
        if not self.energy.size:
            return np.zeros(times.size), np.zeros(times.size)
        total = np.concatenate([[0.0], np.cumsum(self.energy)])

        def mean(first: Marks, last: Marks) -> Marks:
            ends = np.clip(np.stack([first, last]), 0, self.energy.size)
            low, high = np.interp(ends, np.arange(total.size), total)
            level: Marks = (high - low) / np.maximum(ends[1] - ends[0], 1e-3)
            return level

        return mean(times - _CONTEXT, times), mean(times, times + _CONTEXT)


def tape_of(features: TrackFeatures, duration: float) -> Tape:
    """The tape of a track of `duration` seconds."""
    length = max(0.0, duration)
    form = features.form
    beats, downbeats, borders = (_within(marks, length) for marks in (form.beats, form.downbeats, form.borders))
    known = min(form.lifts.size, form.rises.size)
    lifts, rises = np.asarray(form.lifts[:known], np.float64), np.asarray(form.rises[:known], np.float64)
    inside = np.isfinite(rises) & (rises > 0) & (lifts >= 0) & (lifts < length)
    bars = downbeats if downbeats.size > 1 else beats[::BEATS_A_BAR]
    bar = float(np.median(np.diff(bars))) if bars.size > 1 else _UNMETERED_BAR
    joins = np.union1d(bars, borders) if bars.size > 1 else np.arange(0.0, length)
    thin = -(-joins.size // _MOST_JOINS)
    energy = np.nan_to_num(np.asarray(features.energy, np.float64))
    loud = np.flatnonzero(energy > _FAINT)
    return Tape(
        duration=length,
        over=min(length, float(loud[-1] + 1)) if loud.size else length,
        bar=max(bar, 0.2),
        energy=energy,
        beats=beats,
        downbeats=downbeats,
        borders=borders,
        lifts=lifts[inside],
        rises=rises[inside],
        joins=joins if thin <= 1 else np.union1d(joins[::thin], borders[:_MOST_JOINS]),
        metrical=bars.size > 1,
    )


def nearest(marks: Marks, times: Marks) -> Marks:
    """For each of `times` (n,) how far (seconds, signed) it lies after its nearest mark; infinite without marks."""
    if not marks.size:
        return np.full(np.shape(times), np.inf)
    middles = (marks[1:] + marks[:-1]) / 2
    off: Marks = times - marks[np.searchsorted(middles, times)]
    return off


def _within(marks: NDArray[np.float32], length: float) -> Marks:
    kept = np.asarray(marks, np.float64)
    return np.unique(kept[(kept >= 0) & (kept < length)])
