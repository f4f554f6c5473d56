from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encode.measure.made_media import clock, film, shot
from musechat.encode.measure import measure_cuts


def found(thumbs: np.ndarray, times: np.ndarray | None = None) -> list[tuple[float, str]]:
    cuts = measure_cuts(thumbs, clock(len(thumbs)) if times is None else times)
    return [(round(at, 2), kind) for at, kind in zip(cuts.times, cuts.kinds, strict=True)]


def test_cuts_are_found_at_the_first_picture_of_the_new_shot() -> None:
    thumbs = film(shot(1, 25), shot(2, 20), shot(3, 30))
    assert found(thumbs) == [(2.0, "cut"), (3.6, "cut")]


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 1000), st.integers(0, 50))
def test_cuts_move_with_the_clock(offset: float, seed: int) -> None:
    thumbs = film(shot(seed, 20), shot(seed + 100, 20))
    times = clock(40)
    plain, later = measure_cuts(thumbs, times), measure_cuts(thumbs, times + offset)
    assert np.allclose(np.add(plain.times, offset), later.times)
    assert plain.kinds == later.kinds == ("cut",)


def test_a_flash_is_no_cut() -> None:
    still = shot(1, 40)
    for length in (1, 2, 3):
        flashed = still.copy()
        flashed[20 : 20 + length] = 0.3 * flashed[20 : 20 + length] + 0.7 * 255
        assert found(film(flashed)) == []
    white = still.copy()
    white[20:22] = 255
    assert found(film(white)) == []


def test_exposure_steps_and_ramps_are_no_cuts() -> None:
    gain = np.concatenate([np.ones(15), np.full(15, 0.6), np.linspace(0.6, 1.0, 20)])
    assert found(film(shot(1, 50) * gain[:, None, None, None])) == []


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_a_pan_is_no_cut_and_hides_none(speed: float) -> None:
    assert found(film(shot(1, 40, speed))) == []
    assert found(film(shot(1, 40, speed), shot(2, 40, speed))) == [(3.2, "cut")]


def test_something_large_passing_is_no_cut() -> None:
    thumbs = shot(1, 40)
    for n in range(12):
        left = -30 + 8 * n
        thumbs[14 + n, 8:, max(0, left) : max(0, left + 30)] = (200, 190, 40)
    assert found(film(thumbs)) == []


def test_black_bars_hide_no_cut() -> None:
    similar = 0.75 * shot(1, 25) + 0.25 * shot(2, 25)
    plain = film(shot(1, 25), similar)
    barred = plain.copy()
    barred[:, :8] = barred[:, -8:] = 0
    assert measure_cuts(barred, clock(50)).times == measure_cuts(plain, clock(50)).times


def test_grain_is_no_cut() -> None:
    grain = np.random.default_rng(0).normal(0, 8, (50, 36, 64, 3))
    assert found(film(shot(1, 50) + grain)) == []


def test_a_dissolve_is_one_transition_in_its_middle() -> None:
    share = np.concatenate([np.zeros(20), np.linspace(0, 1, 14), np.ones(20)])[:, None, None, None]
    mixed = film(shot(1, 54) * (1 - share) + shot(2, 54) * share)
    [(at, kind)] = found(mixed)
    assert kind == "dissolve" and at == pytest.approx(26.5 / 12.5, abs=0.2)


def test_a_fade_through_black_is_one_transition() -> None:
    level = np.abs(np.linspace(-1.2, 1.2, 40)).clip(0, 1)[:, None, None, None]
    pictures = np.concatenate([shot(1, 20), shot(2, 20)])
    [(at, kind)] = found(film(pictures * level))
    assert kind == "fade" and at == pytest.approx(1.6, abs=0.25)


def test_a_fade_in_at_the_start_is_no_transition() -> None:
    level = np.linspace(0, 1, 20)[:, None, None, None]
    assert found(film(shot(1, 20) * level, shot(1, 20))) == []


def test_uneven_frame_rates_are_read_by_their_times() -> None:
    thumbs = film(shot(1, 30), shot(2, 30))
    times = clock(60)
    kept = np.flatnonzero(np.random.default_rng(3).random(60) > 0.3)
    [(at, _)] = found(thumbs[kept], times[kept])
    assert at == round(float(times[kept[kept >= 30][0]]), 2)


def test_nothing_is_said_about_gaps() -> None:
    thumbs = film(shot(1, 10), shot(2, 10))
    times = np.concatenate([clock(10), 20 + clock(10)])
    assert found(thumbs, times) == found(thumbs, np.arange(20) * 3.0) == []


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_pictures_say_nothing(count: int) -> None:
    assert found(np.zeros((count, 36, 64, 3), np.uint8), np.zeros(count)) == []


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.sampled_from(["noise", "black", "white", "switch"]))
def test_any_pictures_give_ordered_times_within_the_clip(seed: int, count: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    thumbs = rng.integers(0, 256, (count, 36, 64, 3), np.uint8)
    if kind == "switch":
        thumbs = np.where(rng.random(count) > 0.5, 0, 255).astype(np.uint8)[:, None, None, None] * np.ones_like(
            thumbs[:1]
        )
    elif kind != "noise":
        thumbs[:] = 0 if kind == "black" else 255
    times = np.cumsum(rng.uniform(0.01, 0.4, count))
    cuts = measure_cuts(thumbs, times)
    assert list(cuts.times) == sorted(set(cuts.times))
    assert all(times[0] <= at <= times[-1] for at in cuts.times)
    if kind in ("black", "white"):
        assert cuts.times == ()
