from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encode.measure.made_media import clock, film, shot
from musechat.encode.measure import measure_motion


def mean(thumbs: np.ndarray, times: np.ndarray, cuts: tuple[float, ...] = ()) -> float:
    motion = measure_motion(thumbs, times, cuts)
    assert motion.mean is not None
    return motion.mean


def test_faster_is_more_and_still_is_none() -> None:
    speeds = [mean(film(shot(1, 40, speed)), clock(40)) for speed in (0.0, 0.25, 1.0, 2.0)]
    assert speeds[0] == 0
    assert speeds == sorted(speeds) and speeds[-1] > 2 * speeds[1] > 0


def test_a_cut_is_no_motion() -> None:
    thumbs = film(shot(1, 13), shot(2, 12))
    assert measure_motion(thumbs[8:18], clock(10), ()).curve.max() >= 0
    assert mean(thumbs, clock(25), (13 / 12.5,)) == 0
    alternating = film(*(shot(n, 2) for n in range(20)))
    assert mean(alternating, clock(40), tuple(clock(40)[2::2])) == 0


def test_flicker_grain_and_exposure_are_no_motion() -> None:
    flicker = (1 + 0.2 * np.sin(np.arange(50)))[:, None, None, None]
    assert mean(film(0.8 * shot(1, 50) * flicker), clock(50)) < 0.05
    grain = np.random.default_rng(0).normal(0, 2, (50, 36, 64, 3))
    assert mean(film(shot(1, 50) + grain), clock(50)) < 0.02


def test_the_same_movement_counts_alike_at_any_frame_rate() -> None:
    slow = mean(film(shot(1, 30, 1.0)), clock(30, 12.5))
    fast = mean(film(shot(1, 60, 0.5)), clock(60, 25))
    assert fast == pytest.approx(slow, abs=0.1)


def test_the_curve_tells_when_it_moves() -> None:
    thumbs = film(shot(1, 25), shot(1, 25, 1.5))
    curve = measure_motion(thumbs, clock(50)).curve
    assert curve.shape == (4,)
    assert curve[0] == 0 and curve[3] > 0.3


def test_seconds_without_pictures_are_filled_from_their_neighbours() -> None:
    times = np.concatenate([clock(20), 4 + clock(20)])
    curve = measure_motion(film(shot(1, 40, 1.0)), times).curve
    assert curve.shape == (6,) and curve.min() > 0


@pytest.mark.parametrize(("count", "step"), [(0, 1.0), (1, 1.0), (5, 4.0)])
def test_pictures_too_far_apart_say_nothing(count: int, step: float) -> None:
    motion = measure_motion(np.zeros((count, 36, 64, 3), np.uint8), np.arange(count) * step)
    assert motion.mean is None and motion.curve.size == 0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.booleans())
def test_any_pictures_give_values_in_range(seed: int, count: int, flat: bool) -> None:
    rng = np.random.default_rng(seed)
    thumbs = rng.integers(0, 256, (count, 36, 64, 3), np.uint8)
    if flat:
        thumbs[:] = thumbs[:, :1, :1]
    times = np.cumsum(rng.uniform(0.01, 0.2, count))
    motion = measure_motion(thumbs, times)
    assert np.isfinite(motion.curve).all()
    assert motion.mean is None or 0 <= motion.mean <= 1
