from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encode.measure.made_media import RATE, cadence
from musechat.encode.measure.key import measure_chroma, measure_key


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("tonic", [0, 5, 11])
def test_a_cadence_tells_its_key(tonic: int, minor: bool) -> None:
    key = measure_key([cadence(tonic, minor)])
    assert (key.tonic, key.mode) == (tonic, "minor" if minor else "major")
    assert key.strength > 0.5


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 11), st.floats(-40, 40))
def test_key_and_chroma_rotate_with_transposition_whatever_the_tuning(steps: int, cents: float) -> None:
    moved = [cadence(steps, cents=cents)]
    assert measure_key(moved).tonic == steps
    assert np.allclose(measure_chroma(moved), np.roll(measure_chroma([cadence(0)]), steps), atol=0.05)


def test_pieces_count_together_and_long_sound_is_thinned() -> None:
    sound = cadence(7, seconds=8)
    assert measure_key([sound[:40_000], np.zeros(0, np.float32), sound[40_000:]]).tonic == 7
    assert measure_key([np.tile(sound, 20)]).tonic == 7


def test_gain_changes_no_key() -> None:
    quiet, loud = measure_key([0.05 * cadence(3)]), measure_key([2 * cadence(3)])
    assert (quiet.tonic, quiet.mode) == (loud.tonic, loud.mode)


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(RATE), np.full(RATE, 0.5), np.zeros(3)])
def test_what_has_no_pitch_has_no_key(sound: np.ndarray) -> None:
    key = measure_key([sound.astype(np.float32)])
    assert (key.tonic, key.mode, key.strength) == (None, None, 0.0)


def test_noise_has_hardly_a_key() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 20 * RATE).astype(np.float32)
    assert measure_key([noise]).strength < 0.3
    assert measure_key([]).tonic is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30_000), st.floats(1e-6, 1))
def test_any_sound_gives_finite_values_in_range(seed: int, count: int, gain: float) -> None:
    sound = [(gain * np.random.default_rng(seed).normal(0, 1, count)).astype(np.float32)]
    key, chroma = measure_key(sound), measure_chroma(sound)
    assert 0 <= key.strength <= 1
    assert np.isfinite(chroma).all()
    assert chroma.sum() == pytest.approx(0.0 if key.tonic is None else 1.0)
