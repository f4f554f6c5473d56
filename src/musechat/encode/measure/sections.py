"""Sections: where a new part of a track begins, and where the music becomes fuller or louder for good.

In: log-mel frames, onsets, beats and momentary loudness of one contiguous piece. Out: seconds of borders and lifts.

- Novelty at a moment is how far the mean of what is heard after it lies from the mean of what was heard before: the
  checkerboard kernel along the diagonal of a self-similarity matrix (Foote, ICME 2000) with inner products for
  similarity, which is the same number without the matrix.
- Only beats can be borders and lifts, downbeats before others, so that both fall on the music's own clock; without
  beats, any half second can.
- A lift is a step in loudness between the medians of some seconds on both sides: a fill, a crash or a gap before it
  are outliers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musechat.encode.measure.onset import ONSETS

Floats = NDArray[np.float64]
Frames = NDArray[np.float32]
Index = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SectionSettings:
    """Seconds and LU. `spans`: how much on each side is compared for a border; `apart`: sections are no shorter.

    `group` mel bands are averaged; `density` weighs the onsets against the spectrum; `novelty` is the distance from
    which a border is one, and a downbeat needs `downbeat` of what another beat needs. `lift_span` seconds are compared
    for a lift, `rise` LU is the least, lifts are `lift_apart`, `lasting` of a rise must last twice as long, and silence
    before one counts as `gap` LU. One value of momentary loudness hears `momentary` seconds, there are `rate` a second.
    """

    spans: tuple[float, ...] = (4.0, 8.0)
    apart: float = 5.0
    group: int = 6
    density: float = 2.0
    novelty: float = 1.1
    downbeat: float = 0.7
    lift_span: float = 5.0
    rise: float = 1.0
    rise_alone: float = 2.0
    border: float = 0.6
    lift_apart: float = 4.0
    lasting: float = 0.5
    gap: float = 6.0
    momentary: float = 0.4
    rate: int = 10
    silence: float = -60.0


SECTIONS = SectionSettings()


def find_borders(
    frames: Frames, envelopes: Frames, moments: Floats, downbeat: Flags, settings: SectionSettings = SECTIONS
) -> Floats:
    """Which of `moments` (n,) seconds are borders, (s,), in a piece with `frames` (t, 96) and `envelopes` (4, t).

    `downbeat` (n,): which moments begin a bar. The first and last moments are the ends of the music, and no borders.
    """
    if moments.size < 4:
        return np.zeros(0)
    new = _novelty(frames, envelopes, moments, settings) * np.where(downbeat, 1.0, settings.downbeat)
    inner = (moments > moments[0] + settings.apart) & (moments < moments[-1] - settings.apart)
    return moments[_highest(np.where(inner, new, 0.0), moments, settings.novelty, settings.apart)]


def find_lifts(
    momentary: Floats, moments: Floats, downbeat: Flags, borders: Floats, settings: SectionSettings = SECTIONS
) -> tuple[Floats, Floats]:
    """Which of `moments` (n,) seconds are lifts, (l,), and by how many LU each rises, for `momentary` (m,) LUFS.

    `downbeat` (n,): which moments begin a bar; `borders` (s,): those that begin a section, where a smaller rise counts.
    """
    width = round(settings.lift_span * settings.rate)
    levels = np.where(momentary > settings.silence, momentary, settings.silence)  # nan is silence
    sounding = np.flatnonzero(levels > settings.silence)
    if sounding.size < 2 * width:
        return np.zeros(0), np.zeros(0)
    past = np.floor(moments * settings.rate + 1e-6).astype(np.intp)  # values that end by then
    heard = past + round(settings.momentary * settings.rate)  # the first that begins after
    before, after, long = (_windows(levels, *at) for at in ((past - width, width), (heard, width), (heard, 2 * width)))
    level = np.median(before, axis=1)
    rise = np.median(after, axis=1) - level
    lasting = np.median(long, axis=1) - level > settings.lasting * rise
    step = after.mean(axis=1) - np.maximum(before, level[:, None] - settings.gap).mean(axis=1)
    known = (past >= sounding[0] + 0.75 * width) & (heard <= sounding[-1] - 0.75 * width)
    border = np.isin(moments, borders)
    enough = rise >= np.where(border, settings.rise, settings.rise_alone)
    score = np.where(known & lasting & enough, step, 0.0)
    score *= np.where(border, 1.0, settings.border) * np.where(downbeat, 1.0, settings.downbeat)
    picked = _highest(score, moments, 1e-6, settings.lift_apart)
    return moments[picked], rise[picked]


def _novelty(frames: Frames, envelopes: Frames, moments: Floats, settings: SectionSettings) -> Floats:
    """How far what is heard after each of `moments` (n,) lies from what was heard before, (n,) >= 0."""
    heard = _heard(frames, envelopes, moments, settings)
    total = np.concatenate([np.zeros((1, heard.shape[1])), np.cumsum(heard, axis=0)])
    index = np.arange(moments.size)
    new = np.zeros(moments.size)
    for span in settings.spans:
        width = max(1, round(span / float(np.median(np.diff(moments)))))
        first, stop = np.maximum(index - width, 0), np.minimum(index + width, moments.size)
        before, after = index - first, stop - index
        apart = (total[stop] - total[index]) / after[:, None]
        apart -= (total[index] - total[first]) / np.maximum(before, 1)[:, None]
        whole = np.minimum(before, after) / width  # less is known near the ends
        new += np.sqrt((apart**2).sum(axis=1) * whole) / len(settings.spans)
    return new


def _heard(frames: Frames, envelopes: Frames, moments: Floats, settings: SectionSettings) -> Floats:
    """What is heard from each of `moments` (n,) to the next, (n, features): spectrum and density of onsets."""
    starts = np.clip(np.round(moments * ONSETS.frame_rate).astype(np.intp), 0, frames.shape[0] - 1)
    grouped = frames.reshape(frames.shape[0], -1, settings.group).mean(axis=2)  # (t, 96 / group)
    onsets = envelopes[:3].T / (envelopes[:3].std(axis=1) + 1e-3)
    both = np.concatenate([grouped, settings.density * onsets], axis=1)
    lengths = np.maximum(np.diff(np.append(starts, frames.shape[0])), 1)
    mean: Floats = np.add.reduceat(both, starts, axis=0, dtype=np.float64) / lengths[:, None]
    return mean


def _windows(levels: Floats, starts: Index, width: int) -> Floats:
    """`levels` (m,) from each of `starts` (n,) on, (n, width), the end values repeated beyond the ends."""
    windows: Floats = levels[np.clip(starts[:, None] + np.arange(width), 0, levels.size - 1)]
    return windows


def _highest(score: Floats, moments: Floats, least: float, apart: float) -> Index:
    """Indices of the scores (n,) >= `least` that no higher one is nearer to than `apart` seconds, ascending."""
    kept: list[int] = []
    for index in np.argsort(-score, kind="stable"):
        if score[index] < least:
            break
        if all(abs(moments[index] - moments[other]) >= apart for other in kept):
            kept.append(int(index))
    return np.array(sorted(kept), np.intp)
