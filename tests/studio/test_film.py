from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.core.errors import InputError
from musechat.studio.cels import Cycle, Sprite, Strip
from musechat.studio.film import DEMO, SPEAKER, Film, FilmBrief, Look, Shot, film_of_cuts, palettes, plan
from musechat.studio.painter import frames, tone_curve

CALM = FilmBrief(20.0, "dusk", 0.3, 0.2, 12, talking=True)


def lightness(pictures: list[np.ndarray]) -> float:
    """Mean CIE L* / 100."""
    level = np.stack(pictures) / 255
    luminance = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    return float(np.where(luminance > 0.008856, 1.16 * np.cbrt(luminance) - 0.16, 9.033 * luminance).mean())


def painted(subject: str, look: Look, count: int = 6, seed: int = 3) -> list[np.ndarray]:
    film = Film(1, 320, 180 + 12, 25, (Shot(0, count, look, subject, seed),))
    return [picture.copy() for picture in frames(film)]


@settings(max_examples=60, deadline=None)
@given(
    seconds=st.floats(0.2, 90),
    per_minute=st.floats(0, 150),
    motion=st.floats(0, 1),
    talking=st.booleans(),
    fps=st.sampled_from((24, 25, 30)),
    seed=st.integers(0, 2**32),
)
def test_a_plan_keeps_its_order(
    seconds: float, per_minute: float, motion: float, talking: bool, fps: int, seed: int
) -> None:
    brief = FilmBrief(seconds, "noon", 0.6, motion, per_minute, talking=talking, fps=fps)
    film = plan(brief, seed)
    assert film.seconds == pytest.approx(seconds, abs=0.5 / fps + 1e-6)
    assert film.shots[0].start == 0
    assert all(a.end == b.start and a.subject != b.subject for a, b in pairwise(film.shots))
    assert all(shot.end > shot.start for shot in film.shots)
    assert all(0 <= shot.look.brightness <= 1 and 0 <= shot.look.motion <= 1 for shot in film.shots)
    assert all(0 <= start < end <= seconds + 1 for start, end in film.speech)
    assert all(end < start for (_, end), (start, _) in pairwise(film.speech))
    assert bool(film.speech) == talking
    assert plan(brief, seed) == film


def test_facts_tell_what_was_planned_as_plain_json() -> None:
    facts = plan(CALM, 5).facts()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["cuts_per_minute"] == pytest.approx(12, abs=0.1)
    assert facts["brightness"] == pytest.approx(0.3, abs=0.06)
    assert facts["motion"] == pytest.approx(0.2, abs=0.08)
    assert facts["has_sound"] is True
    assert facts["cuts"] == [shot["start"] for shot in facts["shots"][1:]]
    assert SPEAKER in {shot["subject"] for shot in facts["shots"]}


def test_a_film_may_follow_given_cuts() -> None:
    looks = [Look("neon", 0.3, 0.2), Look("dusk", 0.4, 0.9)]
    film = film_of_cuts(4.0, [1.51], looks, 1)
    assert film.cuts == (1.52,)
    assert [shot.look for shot in film.shots] == looks
    assert not film.has_sound


@pytest.mark.parametrize("cuts", [[2.0, 1.0], [0.0, 1.0], [1.0, 5.0], [1.0]])
def test_cuts_that_make_no_shots_are_refused(cuts: list[float]) -> None:
    with pytest.raises(InputError, match="ascending"):
        film_of_cuts(4.0, cuts, [Look("dusk", 0.5, 0.5)] * 3, 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"palette": "plaid"}, "plaid.*dusk"),
        ({"seconds": 0.0}, "one frame"),
        ({"seconds": float("nan")}, "one frame"),
        ({"brightness": 1.2}, "between 0 and 1"),
        ({"motion": -0.1}, "between 0 and 1"),
        ({"cuts_per_minute": 500}, "cuts a minute"),
        ({"width": 1281}, "multiples of 4"),
        ({"fps": 0}, "frames a second"),
    ],
)
def test_a_brief_that_cannot_be_filmed_says_why(change: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        replace(CALM, **change)


@pytest.mark.parametrize("subject", sorted({s for p in palettes().values() for s in p.subjects} | {SPEAKER}))
def test_every_subject_has_the_planned_brightness_and_moves_with_the_plan(subject: str) -> None:
    for brightness in (0.25, 0.65):
        assert lightness(painted(subject, Look("noon", brightness, 0.4))) == pytest.approx(brightness, abs=0.06)
    change = []
    for motion in (0.1, 0.85):
        pictures = np.stack(painted(subject, Look("noon", 0.5, motion), 8)).astype(int)
        change.append(np.abs(np.diff(pictures, axis=0)).mean())
    assert change[1] > 2 * change[0]


def test_a_film_is_painted_at_half_its_size_and_alike_each_time() -> None:
    film = plan(replace(CALM, seconds=1.0, width=320, height=192), 4)
    first, again = ([picture.copy() for picture in frames(film)] for _ in range(2))
    assert len(first) == film.frames == 25
    assert first[0].shape == (96, 160, 3)
    assert first[0].dtype == np.uint8
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_the_mouth_moves_while_somebody_speaks() -> None:
    shot = Shot(0, 50, Look("noon", 0.5, 0.0), SPEAKER, 3)
    silent = Film(1, 320, 192, 25, (shot,))
    speaking = replace(silent, speech=((0.4, 1.8),))
    pictures = [[p.copy().astype(int) for p in frames(film)] for film in (silent, speaking)]
    differ = [np.abs(a - b).max() > 20 for a, b in zip(*pictures, strict=True)]
    assert not any(differ[:10]) and not any(differ[46:])
    assert sum(differ[10:45]) > 20


def test_consecutive_shots_look_different() -> None:
    film = plan(replace(DEMO[1], width=320, height=192, seconds=12.0), 2)
    pictures = [p.copy().astype(int) for p in frames(film)]
    steps = np.array([np.abs(b - a).mean() for a, b in pairwise(pictures)])
    cuts = [shot.start - 1 for shot in film.shots[1:]]
    within = np.delete(steps, cuts)
    assert steps[cuts].min() > 1.5 * np.percentile(within, 95)


def test_the_demo_films_are_two_moods() -> None:
    evening, town = DEMO
    assert evening.talking and not town.talking
    assert town.brightness - evening.brightness > 0.3
    assert town.motion - evening.motion >= 0.5


def test_a_strip_slides_to_its_end_and_back() -> None:
    colour = np.repeat(np.arange(12, dtype=np.uint8)[None, :, None], 3, axis=2)
    draw = Strip(colour, None, 0, 2.0).drawing(np.arange(256, dtype=np.uint8), smooth=False)
    canvas = np.zeros((1, 4, 3), np.uint8)
    seen = []
    for second in (0.0, 1.0, 3.5, 4.0, 6.0):
        draw(canvas, second, 0.0)
        seen.append(int(canvas[0, 0, 0]))
    assert seen == [0, 2, 7, 6, 2]


def test_a_clear_cel_leaves_the_ground_and_an_opaque_one_covers_it() -> None:
    ground = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 256, 3)
    tone = np.arange(256, dtype=np.uint8)
    white = np.full((1, 257, 3), 255, np.uint8)
    for alpha, expected in ((0, ground), (255, np.full_like(ground, 255))):
        canvas = ground.copy()
        Strip(white, np.full((1, 257), alpha, np.uint8), 0, 0.0).drawing(tone, smooth=True)(canvas, 0.0, 0.0)
        assert np.array_equal(canvas, expected)


def test_a_sprite_outside_the_picture_is_not_drawn() -> None:
    cel = (np.full((4, 4, 3), 200, np.uint8), np.full((4, 4), 255, np.uint8))
    draw = Sprite((cel,), lambda seconds, opening: (0, 4 * seconds - 4, -2)).drawing(
        np.arange(256, dtype=np.uint8), False
    )
    canvas = np.zeros((6, 8, 3), np.uint8)
    draw(canvas, 0.0, 0.0)
    assert not canvas.any()
    draw(canvas, 1.5, 0.0)
    assert np.array_equal(np.argwhere(canvas[..., 0]).max(axis=0), (1, 5))


def test_colours_cycle() -> None:
    table = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    draw = Cycle(np.array([[0, 10]]), table, 0, 4.0).drawing(np.arange(256, dtype=np.uint8), smooth=False)
    canvas = np.zeros((1, 2, 3), np.uint8)
    draw(canvas, 2.0, 0.0)
    assert canvas[0, :, 0].tolist() == [8, 18]


def test_a_tone_curve_keeps_order_and_gives_up_on_black() -> None:
    ramp = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    curve = tone_curve(ramp, 0.3)
    assert (np.diff(curve.astype(int)) >= 0).all()
    assert lightness([curve[ramp]]) == pytest.approx(0.3, abs=0.03)
    assert tone_curve(np.zeros_like(ramp), 0.5)[0] == 0
