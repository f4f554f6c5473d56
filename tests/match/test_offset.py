from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fakes import video
from musechat.match.offset import best_offset


def test_a_short_track_starts_at_its_beginning() -> None:
    assert best_offset(np.ones(8, np.float32), video(duration=10.0)) == 0.0


def test_a_rising_clip_finds_the_rise() -> None:
    energy = np.concatenate([np.full(30, 0.5), np.linspace(0.2, 0.8, 10), np.full(30, 0.5)]).astype(np.float32)
    rising = video(duration=10.0, arousal=0.0, arousal_curve=np.linspace(-1, 1, 10).astype(np.float32))
    assert best_offset(energy, rising) == 30.0


def test_without_a_curve_the_level_decides_and_the_earliest_wins() -> None:
    energy = np.concatenate([np.full(20, 0.9), np.full(40, 0.25)]).astype(np.float32)
    assert best_offset(energy, video(duration=10.0, arousal=-0.5, arousal_curve=None)) == 20.0
    flat = np.full(60, 0.25, np.float32)
    assert best_offset(flat, video(duration=10.0, arousal=-0.5)) == 0.0


@given(st.integers(1, 400), st.floats(0.1, 500), st.floats(-1, 1), st.integers(0, 5))
def test_a_start_leaves_enough_music_wherever_there_is_enough(
    seconds: int, clip: float, arousal: float, curve: int
) -> None:
    energy = np.random.default_rng(seconds).uniform(0, 1, seconds).astype(np.float32)
    profile = video(duration=clip, arousal=arousal, arousal_curve=np.zeros(curve, np.float32) if curve else None)
    start = best_offset(energy, profile)
    assert 0 <= start <= max(0, seconds - round(clip))
