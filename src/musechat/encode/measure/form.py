"""Form: the beats, bars, sections and lifts of a whole track, on its own clock.

In: log-mel frames and momentary loudness of one or more contiguous pieces, and the tempo. Out: `Form`.

- Pieces are measured one by one, so nothing is claimed about what lies between them; only the first can say where the
  music starts.
- Where bars show that beats were heard half a beat off, beats are tracked again with that in mind.
- Without a tempo there are no beats, and borders and lifts fall on the strongest onset of each half second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musechat.core.features import Form
from musechat.encode.measure.bars import find_bars
from musechat.encode.measure.beats import BEATS, onset_curve, track_beats
from musechat.encode.measure.onset import ONSETS, onset_envelopes
from musechat.encode.measure.sections import SECTIONS, find_borders, find_lifts

Floats = NDArray[np.float64]
Frames = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FormSettings:
    """`sounding`: the mean log-mel from which a frame is sound. Seconds: `least` is the shortest piece that has a form,
    an onset is looked for in each `grid` where there are no beats, and beats may be `early` before the first sound."""

    sounding: float = 0.05
    least: float = 4.0
    grid: float = 0.5
    early: float = 0.03


FORM = FormSettings()


def measure_form(
    pieces: Sequence[Frames],
    starts: Sequence[float] | Floats,
    momentary: NDArray[np.floating],
    bpm: float | None,
    settings: FormSettings = FORM,
) -> Form:
    """The form of contiguous `pieces` of log-mel frames (t, 96) at 62.5 a second that begin at the seconds `starts`.

    `momentary` (m,) LUFS runs through all of them, ten values a second; where `bpm` is None no beats are claimed.
    """
    found = [[np.zeros(0)] * 5]
    used = 0
    for piece, start in zip(pieces, starts, strict=True):
        count = round(piece.shape[0] / ONSETS.frame_rate * SECTIONS.rate)
        loudness = momentary[used : used + count].astype(np.float64)
        used += count
        if piece.shape[0] >= settings.least * ONSETS.frame_rate:
            found.append(_piece(piece, float(start), loudness, bpm, settings))
    return Form(*(np.concatenate(row).astype(np.float32) for row in zip(*found, strict=True)))


def _piece(frames: Frames, start: float, momentary: Floats, bpm: float | None, settings: FormSettings) -> list[Floats]:
    """Beats, downbeats, borders, lifts and rises of one piece that begins at `start` seconds."""
    sound = np.flatnonzero(frames.mean(axis=1) > settings.sounding) / ONSETS.frame_rate
    if sound.size == 0:
        return [np.zeros(0)] * 5
    first, last = float(sound[0]), float(sound[-1])
    envelopes = onset_envelopes(frames)
    beats, down = _beats_and_bars(frames, envelopes, bpm) if bpm else (np.zeros(0), np.zeros(0, bool))
    sounding = (beats > first - settings.early) & (beats < last)
    beats, down = beats[sounding].clip(0.0), down[sounding]
    moments = beats
    if beats.size == 0:
        moments = _strongest_onsets(envelopes, settings)
        moments = moments[(moments > first) & (moments < last)]
        down = np.zeros(moments.size, np.bool_)
    borders = find_borders(frames, envelopes, moments, down)
    up, rises = find_lifts(momentary, moments, down, borders)
    first_border = [first] if start == 0 else []
    return [start + beats, start + moments[down], start + np.append(first_border, borders), start + up, rises]


def _beats_and_bars(frames: Frames, envelopes: Frames, bpm: float) -> tuple[Floats, NDArray[np.bool_]]:
    """The beats (b,) in seconds and which of them begin a bar."""
    bars = find_bars(frames, envelopes, track_beats(envelopes, bpm))
    if bars.moved:
        bars = find_bars(frames, envelopes, track_beats(envelopes, bpm, bars.beats))
    down = np.zeros(bars.beats.size, np.bool_)
    down[bars.down] = True
    return bars.beats, down


def _strongest_onsets(envelopes: Frames, settings: FormSettings) -> Floats:
    """The second (n,) of the strongest onset in each `grid` of a piece with `envelopes` (4, t)."""
    size = round(settings.grid * ONSETS.frame_rate)
    curve = onset_curve(envelopes)
    blocks = curve[: curve.size // size * size].reshape(-1, size)
    frames = np.arange(len(blocks)) * size + blocks.argmax(axis=1)
    seconds: Floats = frames / ONSETS.frame_rate + BEATS.latency
    return seconds
