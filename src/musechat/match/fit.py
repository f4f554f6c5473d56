"""How a track is laid under a clip: start, filling, hit, fades.

In: `TrackFeatures`, the decoded length, a `VideoProfile`, a second to hit or none. Out: `Fit`, and the evidence for it.

- A hit that the user asks for goes before everything: the strongest lift that can fall there does, to the millisecond;
  a passage before it is repeated where the track comes too early to it. Without a lift a border, downbeat or beat
  falls there, and the evidence says which.
- Where nobody asks, a clear rise of the picture is hit when the best start brings a lift near it anyway.
- Silence before the music is the last resort.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from musechat.core.errors import InputError
from musechat.core.fit import Fit, Hit, Piece
from musechat.match.fill import Filling, go_on, lead_in
from musechat.match.offset import WEIGHTS, Judge, picture_hit
from musechat.match.tape import Marks, Tape, nearest, tape_of

if TYPE_CHECKING:
    from musechat.core.features import TrackFeatures, VideoProfile

Mark = Literal["lift", "border", "downbeat", "beat"]


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Seconds, unless said otherwise."""

    fade: float = 2.5
    fade_range: tuple[float, float] = (1.5, 3.5)
    """A fade that begins on a downbeat may be this long."""
    short_fade: float = 0.5
    soft_start: float = 0.25
    share: float = 1 / 3
    """The most of a clip (0..1) that a fade takes."""
    strong: float = 0.7
    """Lifts of at least this share (0..1) of the strongest one are as good."""
    worth_repeating: float = 0.5
    """Below this share (0..1) of the strongest lift, repeating music for the strongest is better."""
    heard: float = 0.01
    """Less music than this is none."""
    early: float = 0.25
    """The share (0..1) of a track that is shorter than the clip in which it may start."""


SETTINGS = FitSettings()


def fit(
    features: TrackFeatures,
    duration: float,
    video: VideoProfile,
    *,
    start: float | None = None,
    hit: float | None = None,
) -> Fit:
    """Lays a track of `duration` seconds under a clip.

    `hit`: the clip second on which the music's lift shall fall; it decides where to start. `start`: the track second to
    start at, None for the best. Raises `InputError` where `hit` lies outside the clip.
    """
    if hit is not None and not 0 <= hit < video.duration:
        raise InputError(f"The clip is {video.duration:.1f} s long, so nothing in it can fall on {hit:.1f} s.")
    tape, length = tape_of(features, duration), max(0.0, video.duration)
    if tape.duration < SETTINGS.heard or length <= 0:
        return Fit((Piece(0.0, 0.0, min(tape.duration, length)),), "trim" if length <= tape.duration else "short")
    judge = Judge(tape, video)
    if hit is not None and (placed := _on_the_hit(tape, judge, length, hit)) is not None:
        return placed
    if start is None:
        start = judge.best(_latest(tape, length))
        wanted = picture_hit(video)
        if wanted is not None and (snapped := _near_lift(tape, start, wanted, length)) is not None:
            begin, moment = snapped
            filling = go_on(tape, begin, length, keep=wanted)
            return _laid(tape, filling, length, 0.0, Hit(wanted, moment, "picture"))
    start = float(np.clip(start, 0.0, max(0.0, tape.duration - 1e-3)))
    return _laid(tape, go_on(tape, start, length), length, 0.0, None)


def _latest(tape: Tape, length: float) -> float:
    """The last start to think of."""
    room = tape.duration - length
    if room <= 0:
        return min(SETTINGS.early * tape.duration, 8 * tape.bar)
    return room


def _near_lift(tape: Tape, start: float, wanted: float, length: float) -> tuple[float, float] | None:
    """The start beside `start` that puts a lift exactly on clip second `wanted`, and that lift."""
    off = float(nearest(tape.lifts, np.array([start + wanted]))[0])
    begin, moment = start - off, start + wanted - off
    if abs(off) > WEIGHTS.near or begin < 0 or (begin + length > tape.duration and start + length <= tape.duration):
        return None
    return begin, moment


def _on_the_hit(tape: Tape, judge: Judge, length: float, hit: float) -> Fit | None:
    """The fit that puts the best moment of the track on clip second `hit`; None where the track has no moments."""
    none = np.zeros(0)
    for marks, rises in ((tape.lifts, tape.rises), *((m, none) for m in (tape.borders, tape.downbeats, tape.beats))):
        if not marks.size:
            continue
        direct = (marks >= hit) & (marks + length - hit <= tape.duration)
        strength = rises if rises.size else np.ones(marks.size)
        if direct.any() and strength[direct].max() >= SETTINGS.worth_repeating * strength.max():
            strong = np.flatnonzero(direct & (strength >= SETTINGS.strong * strength[direct].max()))
            return _around(tape, float(marks[strong[judge.worth(marks[strong] - hit).argmax()]]), length, hit)
        for i in np.argsort(-strength, kind="stable")[:8]:
            if (found := _around(tape, float(marks[i]), length, hit)) is not None:
                return found
    if tape.lifts.size:
        moment = float(tape.lifts[int(tape.rises.argmax())])
        filling = go_on(tape, 0.0, length - hit + moment, keep=moment)
        return _laid(tape, filling, length, hit - moment, Hit(hit, moment, "you"))
    return None


def _around(tape: Tape, moment: float, length: float, hit: float) -> Fit | None:
    before = lead_in(tape, moment, hit)
    if before is None:
        return None
    after = go_on(tape, moment, length - hit)
    spans = (*before[:-1], (before[-1][0], after.spans[0][1]), *after.spans[1:])
    looped = len(before) > 1 and after.manner in ("trim", "ending")
    filling = dataclasses.replace(after, spans=spans, manner="loop" if looped else after.manner)
    return _laid(tape, filling, length, 0.0, Hit(hit, moment, "you"))


def _laid(tape: Tape, filling: Filling, length: float, at: float, hit: Hit | None) -> Fit:
    """Pieces on the clip's clock, with fades."""
    pieces, now = [], at
    for begin, end in filling.spans:
        pieces.append(Piece(now, begin, end))
        now = pieces[-1].until
    most = SETTINGS.share * length
    if hit is not None:
        most = min(most, (length - hit.clip) / 2)
    fade_in = min(SETTINGS.soft_start, length * SETTINGS.share, hit.clip / 2 if hit else length)
    if at > 0 or filling.spans[0][0] <= 0 or abs(_off(tape.beats, filling.spans[0][0])) <= 0.03:
        fade_in = 0.0
    fade_out = min(most, _fade_out(tape, filling, length - now))
    return Fit(tuple(pieces), filling.manner, round(fade_in, 3), round(fade_out, 3), hit)


def _fade_out(tape: Tape, filling: Filling, silent: float) -> float:
    """Short on an ending or beside a border, else long and begun on a downbeat."""
    end = filling.spans[-1][1]
    if silent > 0.01 or end >= tape.duration - 0.02:
        return 0.0
    if filling.whole:
        return SETTINGS.short_fade
    off = _off(tape.borders, end)
    if abs(off) <= tape.bar:
        return max(SETTINGS.short_fade, off)
    low, high = SETTINGS.fade_range
    inside = tape.downbeats[(tape.downbeats >= end - high) & (tape.downbeats <= end - low)]
    return end - float(inside[-1]) if inside.size else SETTINGS.fade


def _off(marks: Marks, time: float) -> float:
    return float(nearest(marks, np.array([time]))[0])


def mark_at(tape: Tape, time: float) -> Mark | None:
    """What of the track lies at `time`."""
    kinds: tuple[tuple[Mark, Marks], ...] = (
        ("lift", tape.lifts),
        ("border", tape.borders),
        ("downbeat", tape.downbeats),
        ("beat", tape.beats),
    )
    return next((kind for kind, marks in kinds if abs(_off(marks, time)) < 0.03), None)
