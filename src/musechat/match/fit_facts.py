"""What can be said about how a track is laid under a clip, each fact with its number.

In: a `Fit`, the features and the clip it was made from. Out: evidence with weight 0, for stating, not for ranking.

- That cuts fall on beats is said only where more do than two standard deviations above chance.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.evidence import Evidence
from musechat.match.fill import ends
from musechat.match.fit import mark_at
from musechat.match.offset import WEIGHTS
from musechat.match.tape import Tape, nearest, tape_of

if TYPE_CHECKING:
    from musechat.core.evidence import Subject
    from musechat.core.features import TrackFeatures, VideoProfile
    from musechat.core.fit import Fit, Piece

BEATS = "beats from onsets, cuts from pictures"
FORM = "sections and lifts from loudness and timbre"
ENERGY = "energy curve against the picture's arousal"
FILLING = "the track's length, joins and ending"
FEWEST = 3
"""Cuts and seconds below which an agreement is no news."""


def fit_evidence(
    laid: Fit, features: TrackFeatures, duration: float, video: VideoProfile, hit: float | None = None
) -> tuple[Evidence, ...]:
    """The facts of a fit; `hit`: what was asked for, also where it could not be had."""
    tape = tape_of(features, duration)
    found = [Evidence("offset", "track", "start", round(laid.start, 3), "s", "cuts, beats, sections and energy")]
    opening = "beginning" if laid.start <= 0 else mark_at(tape, laid.start)
    if opening is not None:
        found.append(_fact("opening", opening, "", FORM))
    found += [*_cuts(laid, tape, video), *_energy(laid, features, video), *_hit(laid, tape, hit), *_filling(laid, tape)]
    return tuple(found)


def _fact(name: str, value: float | str | None, unit: str, source: str, subject: Subject = "track") -> Evidence:
    return Evidence("fit", subject, name, round(value, 3) if isinstance(value, float) else value, unit, source)


def _cuts(laid: Fit, tape: Tape, video: VideoProfile) -> list[Evidence]:
    heard = [second for cut in video.cuts or () if (second := laid.heard(cut)) is not None]
    if len(heard) < FEWEST or tape.beats.size < FEWEST:
        return []
    on = int((np.abs(nearest(tape.beats, np.array(heard))) <= WEIGHTS.near).sum())
    chance = min(1.0, 2 * WEIGHTS.near / float(np.median(np.diff(tape.beats))))
    usual = chance * len(heard)
    if on < usual + 2 * math.sqrt(usual * (1 - chance)) or on <= usual:
        return []
    source = f"{BEATS}; chance gives {usual:.0f}"
    return [_fact("cuts on beats", on, f"of {len(heard)} cuts within {1000 * WEIGHTS.near:.0f} ms", source)]


def _energy(laid: Fit, features: TrackFeatures, video: VideoProfile) -> list[Evidence]:
    curve = video.arousal_curve
    if curve is None or not features.energy.size:
        return []
    pairs = [(second, value) for at, value in enumerate(curve.tolist()) if (second := laid.heard(at)) is not None]
    if len(pairs) < FEWEST:
        return []
    seconds, wanted = np.array(pairs).T
    energy = np.interp(seconds, np.arange(features.energy.size), features.energy)
    spread = float(energy.std() * wanted.std())
    if spread < 1e-6:
        return []
    agreement = float(((energy - energy.mean()) * (wanted - wanted.mean())).mean()) / spread
    return [_fact("energy agreement", agreement, "correlation −1–1", ENERGY)]


def _hit(laid: Fit, tape: Tape, asked: float | None) -> list[Evidence]:
    hit = laid.hit
    if hit is None:
        return [] if asked is None else [_fact("no moment", asked, "s", FORM)]
    source = "your words" if hit.asked_by == "you" else "cuts and arousal of the picture"
    mark = mark_at(tape, hit.track) or "beat"
    found = [_fact("hit", hit.clip, "s", source, "clip"), _fact(mark, hit.track, "s", FORM)]
    if mark == "lift":
        rise = float(tape.rises[int(np.abs(tape.lifts - hit.track).argmin())])
        found.append(_fact("rise", rise, "LU", FORM))
    if laid.pieces[0].at > 0:
        found.append(_fact("silence", laid.pieces[0].at, "s", FILLING, "clip"))
    return found


def _filling(laid: Fit, tape: Tape) -> list[Evidence]:
    pieces = laid.pieces
    found = [_fact("manner", laid.manner, "", FILLING)]
    seams = list(pairwise(pieces))
    if leaps := [(a.end, b.start) for a, b in seams if b.start > a.end]:
        found += [_fact("leaps from", leaps[-1][0], "s", FILLING), _fact("leaps to", leaps[-1][1], "s", FILLING)]
    if passage := _passage(seams):
        first, last, times = passage
        found += [_fact("repeats from", first, "s", FILLING), _fact("repeats to", last, "s", FILLING)]
        found.append(_fact("repeats", times, "times", FILLING))
    if laid.manner == "short":
        found.append(_fact("over", laid.until, "s", FILLING, "clip"))
    elif ends(tape, pieces[-1].end):
        found.append(_fact("own ending", pieces[-1].end, "s", FILLING))
    if laid.fade_out:
        found.append(_fact("fade out", laid.fade_out, "s", FILLING, "clip"))
    return found


def _passage(seams: list[tuple[Piece, Piece]]) -> tuple[float, float, int] | None:
    """The passage that is repeated most, and how often."""
    backs = [(b.start, a.end) for a, b in seams if b.start < a.end]
    return max(((*back, backs.count(back)) for back in backs), key=lambda found: found[2], default=None)
