from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.core.errors import InputError
from musechat.studio.pairs import pair
from musechat.studio.score import Score, Section

FORM = (
    ("intro", 8, 0.25),
    ("verse", 16, 0.45),
    ("chorus", 16, 0.85),
    ("break", 8, 0.2),
    ("drop", 16, 0.95),
    ("outro", 8, 0.3),
)


def score(form: tuple[tuple[str, int, float], ...] = FORM, bpm: float = 120.0, seed: int = 1) -> Score:
    bar, sections = 0, []
    for name, bars, energy in form:
        sections.append(Section(name, bar, bars, energy))
        bar += bars
    return Score("Piece", "house", (), seed, bpm, 4, 0, "major", tuple(sections), ())


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), bpm=st.floats(60, 190), seconds=st.floats(12, 45))
def test_a_pair_lies_in_its_piece(seed: int, bpm: float, seconds: float) -> None:
    piece = score(bpm=bpm)
    made = pair(piece, seed, seconds)
    bar = piece.time(1)
    assert made.offset / bar == pytest.approx(round(made.offset / bar))
    assert 0 <= made.offset <= piece.seconds - seconds + 1e-6
    assert made.film.seconds == pytest.approx(seconds, abs=0.021)
    inside = [b - made.offset for b in piece.borders if made.offset < b < made.offset + seconds - 0.5]
    assert inside
    assert all(min(abs(cut - border) for cut in made.film.cuts) <= 0.021 for border in inside)
    if made.hit is not None:
        assert min(abs(made.hit + made.offset - lift) for lift in piece.lifts) < 1e-6
    assert pair(piece, seed, seconds) == made


def test_cuts_follow_the_beat_the_energy_and_no_pattern() -> None:
    piece, beat = score(), 0.5
    off, loud, quiet, bright = [], [], [], []
    for seed in range(60):
        made = pair(piece, seed, 30.0)
        cuts = np.array(made.film.cuts) + made.offset
        phase = np.abs((cuts / beat + 0.5) % 1 - 0.5) * beat
        off.extend(phase > 0.03)
        energies = dict(zip(piece.borders, (e for *_, e in FORM), strict=True))
        for shot in made.film.shots:
            at = made.offset + shot.start / 25 + 0.02
            energy = energies[max(b for b in piece.borders if b <= at)]
            (loud if energy > 0.8 else quiet if energy < 0.35 else []).append((shot.end - shot.start) / 25)
            bright.append((energy, shot.look.brightness, shot.look.motion))
    assert 0.04 < np.mean(off) < 0.16
    assert np.mean(quiet) > 2 * np.mean(loud)
    assert np.std(loud) > 0.3 * np.mean(loud)
    level = np.corrcoef(np.array(bright).T)[0]
    assert 0.2 < level[1] < 0.8 and 0.4 < level[2] < 0.95


def test_most_windows_hold_a_lift_and_the_strongest_is_the_hit() -> None:
    piece = score()
    made = [pair(piece, seed, 60.0) for seed in range(40)]
    assert sum(p.hit is not None for p in made) >= 30
    both = [p for p in made if p.offset < 48 and p.offset + 60 > 96]  # the chorus lifts by .4, the drop by .75
    assert both
    assert all(p.hit == pytest.approx(96 - p.offset) for p in both)


def test_a_piece_without_lifts_has_no_hit() -> None:
    made = pair(score((("chorus", 8, 0.8), ("verse", 12, 0.5), ("outro", 8, 0.2))), 1, 16.0)
    assert made.hit is None
    assert made.film.cuts


@pytest.mark.parametrize(("form", "seconds"), [((("verse", 32, 0.5),), 20.0), (FORM, 500.0)])
def test_a_piece_that_holds_no_such_stretch_says_so(form: tuple[tuple[str, int, float], ...], seconds: float) -> None:
    with pytest.raises(InputError, match="border"):
        pair(score(form), 1, seconds)
