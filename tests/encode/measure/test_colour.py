from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.encode.measure import colour_by_picture, measure_colour
from musechat.encode.measure.colour import NAMES, Colour


def flat(*rgb: int) -> np.ndarray:
    return np.full((2, 36, 64, 3), rgb, np.uint8)


def of(*rgb: int) -> Colour:
    colour = measure_colour(flat(*rgb))
    assert colour is not None
    return colour


@pytest.mark.parametrize(
    ("name", "rgb"),
    [
        ("black", (8, 8, 8)),
        ("white", (250, 250, 248)),
        ("grey", (128, 128, 128)),
        ("red", (200, 20, 30)),
        ("orange", (245, 140, 30)),
        ("yellow", (250, 225, 40)),
        ("green", (40, 140, 50)),
        ("blue", (30, 70, 200)),
        ("blue", (130, 190, 240)),
        ("purple", (110, 40, 150)),
        ("pink", (250, 160, 190)),
        ("brown", (110, 70, 40)),
        ("red", (200, 0, 70)),
    ],
)
def test_colours_have_the_names_people_use(name: str, rgb: tuple[int, int, int]) -> None:
    main = of(*rgb).main
    assert [(colour.name, colour.share) for colour in main] == [(name, 1.0)]


def test_white_is_bright_black_is_dark_and_both_are_colourless() -> None:
    assert of(255, 255, 255).brightness == pytest.approx(1, abs=0.01)
    assert of(0, 0, 0).brightness == pytest.approx(0, abs=0.01)
    assert of(255, 255, 255).saturation < 0.02 and of(119, 119, 119).brightness == pytest.approx(0.5, abs=0.01)


def test_orange_is_warm_blue_is_cool_grey_is_neither() -> None:
    assert of(250, 150, 60).warmth > 0.8
    assert of(60, 140, 230).warmth < 0.2
    assert of(128, 128, 128).warmth == pytest.approx(0.5, abs=0.01)


def test_main_colours_are_ordered_by_area_and_small_ones_left_out() -> None:
    pictures = flat(30, 70, 200)
    pictures[:, :, :20] = (200, 20, 30)
    pictures[:, :, 62:] = (250, 225, 40)
    colour = measure_colour(pictures)
    assert colour is not None
    assert [c.name for c in colour.main] == ["blue", "red"]
    assert colour.main[0].share == pytest.approx(42 / 64, abs=0.02)


def test_the_whole_is_the_mean_of_its_pictures() -> None:
    pictures = np.concatenate([flat(10, 20, 200), flat(240, 200, 30)])
    by_picture = colour_by_picture(pictures)
    colour = measure_colour(pictures)
    assert colour is not None and by_picture.shape == (4, 3)
    whole = (colour.brightness, colour.saturation, colour.warmth)
    assert by_picture.mean(axis=0) == pytest.approx(whole, abs=1e-5)


def test_no_picture_has_no_colour() -> None:
    assert measure_colour(np.zeros((0, 36, 64, 3), np.uint8)) is None
    assert colour_by_picture(np.zeros((0, 36, 64, 3), np.uint8)).shape == (0, 3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.sampled_from([(36, 64), (7, 5), (1, 1), (260, 260)]))
def test_any_pictures_give_values_in_range(seed: int, count: int, size: tuple[int, int]) -> None:
    pictures = np.random.default_rng(seed).integers(0, 256, (count, *size, 3), np.uint8)
    colour = measure_colour(pictures)
    assert colour is not None
    assert all(0 <= value <= 1 for value in (colour.brightness, colour.saturation, colour.warmth))
    assert 1 <= len(colour.main) <= 3 and {c.name for c in colour.main} <= set(NAMES)
