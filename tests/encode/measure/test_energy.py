from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.encode.measure import measure_energy


def test_a_track_that_grows_rises() -> None:
    energy = measure_energy(np.linspace(-40, -10, 600))
    assert energy.shape == (60,)
    assert energy[-1] - energy[0] > 0.5
    assert np.all(np.diff(energy) >= 0)


def test_level_does_not_matter_only_shape() -> None:
    momentary = -20 + 6 * np.sin(np.arange(300) / 17)
    assert np.allclose(measure_energy(momentary), measure_energy(momentary - 25), atol=1e-5)


def test_a_loud_bar_in_a_quiet_track_is_its_peak() -> None:
    momentary = np.full(400, -35.0)
    momentary[200:260] = -12
    energy = measure_energy(momentary)
    assert 20 <= energy.argmax() < 26
    assert energy[22] == pytest.approx(1, abs=0.01) and energy[5] < 0.1


@pytest.mark.parametrize("momentary", [np.zeros(0), np.full(25, np.nan), np.full(30, -np.inf), np.full(12, -90.0)])
def test_silence_has_no_energy(momentary: np.ndarray) -> None:
    assert measure_energy(momentary).tolist() == [0.0] * -(-momentary.size // 10)


def test_a_part_of_a_second_counts_as_a_second() -> None:
    assert measure_energy(np.full(11, -14.0, np.float32)).tolist() == [1.0, 1.0]


@given(st.lists(st.one_of(st.floats(-120, 5), st.just(float("nan"))), max_size=120))
def test_any_loudness_gives_values_in_range(values: list[float]) -> None:
    energy = measure_energy(np.array(values, np.float32))
    assert np.isfinite(energy).all() and (energy >= 0).all() and (energy <= 1).all()
