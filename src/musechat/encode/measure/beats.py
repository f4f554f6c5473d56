"""Beats: when the beats of a track fall.

In: onset envelopes of one contiguous piece and its tempo. Out: the seconds of its beats.

- A chain of beats that are strong onsets and evenly apart, by dynamic programming (Ellis, JNMR 36, 2007); as no
  step back is shorter than `shortest` of a beat, that many frames are worked out at once.
- A beat is then drawn to the onset it stands on, between frames by a parabola, and the beats around it are fitted
  with a straight line: small drifts are followed, a beat without an onset lies where its neighbours say.
- An envelope peaks a little before the sound begins, since a frame hears 16 ms to either side: `latency` is what
  clicks, drums and soft tones showed on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musechat.encode.measure.onset import ONSETS

Floats = NDArray[np.float64]
Envelopes = NDArray[np.float32]
Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class BeatSettings:
    """How even beats are, and how finely they are placed.

    `weights` of the kinds of onset; `tightness` is the cost of a step's squared log ratio to the beat; steps are
    `shortest` to `longest` beats; a beat is looked for `reach` seconds around its frame and fitted over `fit` beats to
    either side, deviations over `loose` seconds counting less and less. `least` is how far above the mean the envelope
    must be on the beats, in deviations, for there to be a pulse.
    """

    weights: tuple[float, ...] = (1.0, 1.0, 1.0, 0.3)
    tightness: float = 300.0
    shortest: float = 0.7
    longest: float = 1.4
    reach: float = 0.05
    fit: int = 6
    loose: float = 0.012
    latency: float = 0.0025
    least: float = 1.0
    bump: float = 3.0


BEATS = BeatSettings()


def track_beats(
    envelopes: Envelopes, bpm: float, expected: Floats | None = None, settings: BeatSettings = BEATS
) -> Floats:
    """The beats (b,) at about `bpm`, in seconds from the start of a piece with `envelopes` (4, t); none if unclear.

    `expected` (e,) seconds at which most beats are known to be.
    """
    step = 60 / bpm * ONSETS.frame_rate
    if envelopes.shape[1] < 4 * step:
        return np.zeros(0)
    curve = onset_curve(envelopes, settings)
    frames = _chain(curve if expected is None else curve + _bumps(expected, curve.size, settings), step, settings)
    if frames.size < 4 or curve[frames].mean() < settings.least:
        return np.zeros(0)
    peaks, heights = _peaks(curve, frames, settings)
    return _smooth(peaks, heights, settings) / ONSETS.frame_rate + settings.latency


def onset_curve(envelopes: Envelopes, settings: BeatSettings = BEATS) -> Floats:
    """All kinds of onset (4, t) in one (t,), with mean 0 and deviation 1."""
    scale = envelopes.std(axis=1) + 1e-3
    curve = (np.array(settings.weights) / scale) @ envelopes
    curve = np.convolve(curve, (0.25, 0.5, 0.25), mode="same")
    centred: Floats = (curve - curve.mean()) / (curve.std() + 1e-9)
    return centred


def _bumps(expected: Floats, count: int, settings: BeatSettings) -> Floats:
    """`bump` at each of the `expected` seconds, falling off over two frames to either side, (count,)."""
    at = np.round((expected - settings.latency) * ONSETS.frame_rate).astype(np.intp)
    spikes = np.bincount(at[(at >= 0) & (at < count)], minlength=count).clip(0, 1)
    bumps: Floats = settings.bump * np.convolve(spikes, (0.3, 0.8, 1.0, 0.8, 0.3), mode="same")
    return bumps


def _chain(curve: Floats, step: float, settings: BeatSettings) -> Index:
    """The frames (b,) of the best chain of beats through `curve` (t,), about `step` frames apart."""
    lags = np.arange(max(1, int(step * settings.shortest)), int(step * settings.longest) + 2)
    cost = settings.tightness * np.log(lags / step) ** 2
    first, last = int(lags[0]), int(lags[-1])
    score = np.zeros(last + curve.size)  # what lies before the piece is worth nothing
    back = np.zeros(curve.size, np.intp)
    behind = np.lib.stride_tricks.sliding_window_view(score, lags.size)[:, ::-1]  # row r: score at r + size - 1 .. r
    for start in range(0, curve.size, first):
        stop = min(start + first, curve.size)
        reached = behind[start:stop] - cost  # the row of frame t begins at t - last, that is at row t of the padded
        best = reached.argmax(axis=1)
        score[last + start : last + stop] = curve[start:stop] + np.maximum(
            np.take_along_axis(reached, best[:, None], axis=1)[:, 0], 0.0
        )
        back[start:stop] = np.arange(start, stop) - lags[best]
    end = max(0, curve.size - last)
    at = end + int(score[last + end :].argmax())
    chain = []
    while at >= 0:
        chain.append(at)
        at = int(back[at])
    return np.array(chain[::-1], np.intp)


def _peaks(curve: Floats, frames: Index, settings: BeatSettings) -> tuple[Floats, Floats]:
    """The onset that each of `frames` (b,) stands on, as a fraction of a frame, and how strong it is, >= 0."""
    reach = round(settings.reach * ONSETS.frame_rate)
    padded = np.pad(curve, reach + 1, mode="edge")
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 3)[frames]  # (b, 2 reach + 3)
    inner = near[:, 1:-1]
    peak = inner.argmax(axis=1)
    a, b, c = (near[np.arange(frames.size), peak + shift] for shift in range(3))
    top = (b >= a) & (b >= c)
    shift = np.where(top, 0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-9), 0.0)
    return frames + peak - reach + np.clip(shift, -0.5, 0.5), np.where(top, np.maximum(b, 0.0), 0.0)


def _smooth(peaks: Floats, heights: Floats, settings: BeatSettings) -> Floats:
    """`peaks` (b,) moved onto straight lines through their neighbours, each weighted by its height."""
    index = np.arange(peaks.size)
    reach = min(settings.fit, peaks.size - 1)
    offsets = np.arange(-reach, reach + 1)
    around = index[:, None] + offsets  # (b, 2 reach + 1)
    inside = (around >= 0) & (around < peaks.size)
    around = np.clip(around, 0, peaks.size - 1)
    window = (0.5 + 0.5 * np.cos(np.pi * offsets / (reach + 1))) * inside
    weight = window * (np.minimum(heights, 3.0) + 0.05)[around]
    loose = settings.loose * ONSETS.frame_rate
    times = peaks[around]
    line = peaks
    for _ in range(4):
        mean, slope = _lines(times, offsets, weight)
        line = mean
        off = times - (mean[:, None] + slope[:, None] * offsets)
        weight = window * (np.minimum(heights, 3.0) + 0.05)[around] / (1 + (off / loose) ** 2)
    return line


def _lines(times: Floats, offsets: NDArray[np.intp], weight: Floats) -> tuple[Floats, Floats]:
    """The weighted least-squares line through each row of `times` (b, n): its value at offset 0, and its slope."""
    total = weight.sum(axis=1)
    x = weight @ offsets / total
    y = (weight * times).sum(axis=1) / total
    spread = weight @ offsets**2 / total - x**2
    slope = ((weight * times) @ offsets / total - x * y) / np.maximum(spread, 1e-9)
    return y - slope * x, slope
