"""Planted pairs of music and film: the ground truth for where in a track to start, and for hit points.

In: a `Score`, a seed, a length. Out: a film that was cut to a stretch of the piece, and where that stretch begins.

- The film is planned as an editor cuts to music: on every section's border; within a section on beats that lie close
  together where the energy is high and far apart where it is low, never evenly; some cuts miss the beat.
- Brightness and motion follow the energy only as loosely as they do in real films, in some hardly at all.
- Nothing here knows how a program looks for the offset, and nothing may: these pairs judge it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.errors import InputError
from musechat.studio.film import Look, film_of_cuts, palettes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

    from musechat.studio.film import Film
    from musechat.studio.score import Score


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """How an editor works.

    `calm`, `busy`: beats from cut to cut at energy 0 and 1, least and most. `skip`: the share of cuts left out; `late`
    the share that misses the beat, by `miss` seconds either way. A shot lasts `shortest` seconds at least.
    `lift_share`: of the films that could hold a lift, the share that does. Brightness spans one of `brightness` over
    the range of energy, motion one of `motion`; `noise` is the standard deviation of a shot around that.
    """

    calm: tuple[float, float] = (6.0, 12.0)
    busy: tuple[float, float] = (1.0, 4.0)
    skip: float = 0.12
    late: float = 0.1
    miss: tuple[float, float] = (0.06, 0.15)
    shortest: float = 0.28
    lift_share: float = 0.85
    brightness: tuple[float, float] = (0.05, 0.45)
    motion: tuple[float, float] = (0.15, 0.7)
    noise: float = 0.08


EDITOR = EditorSettings()


@dataclass(frozen=True, slots=True)
class Pair:
    """A film and the second of the piece at which it begins; `hit`: the film's second of the strongest lift, if any."""

    film: Film
    offset: float
    hit: float | None


def pair(score: Score, seed: int, seconds: float) -> Pair:
    """A film of `seconds`, cut to a stretch of `score` that begins on a bar and holds a section's border.

    Raises `InputError` where no such stretch exists.
    """
    rng = np.random.default_rng((seed, score.seed))
    offset = _offset(score, seconds, rng)
    borders = [second - offset for second in score.borders if offset < second < offset + seconds - EDITOR.shortest]
    cuts = _cuts(score, offset, seconds, borders, rng)
    looks = _looks(score, [offset, *(offset + cut for cut in cuts)], rng)
    film = film_of_cuts(seconds, cuts, looks, int(rng.integers(2**31)))
    return Pair(film, offset, _hit(score, offset, seconds))


def _offset(score: Score, seconds: float, rng: Generator) -> float:
    """The second of a bar from which the piece lasts long enough and a border lies well inside."""
    bar = score.time(1)
    starts = [score.time(i) for i in range(score.bars) if score.time(i) + seconds <= score.seconds + 1e-6]

    def holding(moments: Sequence[float]) -> list[float]:
        return [s for s in starts if any(s + bar <= moment <= s + seconds - bar for moment in moments)]

    bordered, lifted = holding(score.borders), holding(score.lifts)
    if not bordered:
        raise InputError(f"No {seconds:.0f} seconds of {score.title!r} hold a border between two sections.")
    choice = lifted if lifted and rng.random() < EDITOR.lift_share else bordered
    return float(choice[int(rng.integers(len(choice)))])


def _cuts(score: Score, offset: float, seconds: float, borders: Sequence[float], rng: Generator) -> list[float]:
    """Cuts in seconds of the film: every border, and beats between them."""
    beat = 60 / score.bpm
    cuts: list[float] = []
    for start, end in zip([0.0, *borders], [*borders, seconds], strict=True):
        energy = _energy(score, offset + start)
        least, most = (c + energy * (b - c) for c, b in zip(EDITOR.calm, EDITOR.busy, strict=True))
        if start > 0:
            cuts.append(start)
        at = start
        while True:
            at += beat * int(rng.integers(round(least), round(most) + 1))
            miss = float(rng.choice((-1, 1)) * rng.uniform(*EDITOR.miss)) if rng.random() < EDITOR.late else 0.0
            if at + miss > end - EDITOR.shortest:
                break
            last = cuts[-1] if cuts else 0.0
            if rng.random() >= EDITOR.skip and at + miss - last >= EDITOR.shortest:
                cuts.append(at + miss)
    return cuts


def _looks(score: Score, moments: Sequence[float], rng: Generator) -> list[Look]:
    """One look for each shot, by the energy of the music at its first moment."""
    palette = str(rng.choice(list(palettes())))
    light, pace = float(rng.uniform(*EDITOR.brightness)), float(rng.uniform(*EDITOR.motion))
    usual = float(rng.uniform(0.35, 0.6)), float(rng.uniform(0.3, 0.5))
    looks = []
    for moment in moments:
        rise = _energy(score, moment + 1e-6) - 0.5
        noise = rng.normal(0, EDITOR.noise, 2)
        brightness, motion = np.clip(
            (usual[0] + light * rise + noise[0], usual[1] + pace * rise + noise[1]), 0.03, 0.95
        )
        looks.append(Look(palette, float(brightness), float(motion)))
    return looks


def _energy(score: Score, second: float) -> float:
    """The energy of the section that sounds at a second."""
    begun = [section for section in score.sections if score.time(section.bar) <= second + 1e-6]
    return begun[-1].energy


def _hit(score: Score, offset: float, seconds: float) -> float | None:
    """The film's second of the lift with the largest rise."""
    rises = {
        score.time(after.bar): after.energy - before.energy
        for before, after in zip(score.sections, score.sections[1:], strict=False)
    }
    inside = [second for second in score.lifts if offset < second < offset + seconds]
    return max(inside, key=lambda second: rises[second]) - offset if inside else None
