from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.encode.measure import Mood, music_mood, picture_mood

level = st.floats(0, 1)


def still(brightness: float, saturation: float) -> Mood:
    return picture_mood(np.full(3, brightness), np.full(3, saturation)).mean


def test_bright_and_colourful_pictures_please_and_dark_colourful_ones_arouse() -> None:
    assert still(0.8, 0.6).valence > 0.5 > still(0.45, 0.3).valence > still(0.1, 0.1).valence
    assert still(0.2, 0.7).arousal > still(0.2, 0.2).arousal > still(0.8, 0.2).arousal
    assert still(0.45, 0.3) == Mood(pytest.approx(0), pytest.approx(0))


def test_motion_and_cutting_arouse() -> None:
    grey = np.full(20, 0.4)
    calm = picture_mood(grey, grey, np.full(20, 0.05), ()).mean.arousal
    moving = picture_mood(grey, grey, np.full(20, 0.8), ()).mean.arousal
    cut = picture_mood(grey, grey, np.full(20, 0.8), tuple(np.arange(1.0, 20.0))).mean.arousal
    assert calm < moving < cut


def test_the_curve_follows_where_the_cuts_are() -> None:
    grey = np.full(40, 0.4)
    mood = picture_mood(grey, grey, cuts=tuple(np.arange(25.0, 40.0)))
    assert mood.arousal.shape == mood.valence.shape == (40,)
    assert mood.arousal[32] > 0.5 > 0 > mood.arousal[5]


def test_a_mood_needs_a_value_for_each_second() -> None:
    for arrays in ((np.zeros(0), np.zeros(0)), (np.zeros(3), np.zeros(2)), (np.zeros(3), np.zeros(3), np.zeros(2))):
        with pytest.raises(ValueError, match="each second"):
            picture_mood(*arrays)


def test_loud_fast_dense_music_arouses() -> None:
    assert music_mood(-8, 160, 6, 0.8, 0.9).arousal > 0.7
    assert music_mood(-30, 65, 1, 0.2, 0.1).arousal < -0.7


def test_major_and_fast_please_as_far_as_the_key_is_sure() -> None:
    happy, sad = (music_mood(bpm=120, beat_strength=0.5, mode=m, key_strength=0.9).valence for m in ("major", "minor"))
    assert happy > 0.3 > -0.3 > sad
    unsure = music_mood(bpm=120, beat_strength=0.5, mode="minor", key_strength=0.1).valence
    assert sad < unsure
    assert music_mood(bpm=170).valence > music_mood(bpm=70).valence


def test_what_is_unknown_is_left_out() -> None:
    assert music_mood() == Mood(0.0, 0.0)
    assert music_mood(loudness=-6) == Mood(0.0, 1.0)
    assert music_mood(loudness=-16, bpm=115).arousal == pytest.approx(0)


@given(
    st.floats(-70, 5), st.floats(20, 400), st.floats(0, 30), level, level, st.sampled_from(["major", "minor"]), level
)
def test_music_stays_in_the_plane(
    loudness: float, bpm: float, density: float, brightness: float, beat: float, mode: str, strength: float
) -> None:
    mood = music_mood(loudness, bpm, density, brightness, beat, mode, strength)
    assert -1 <= mood.valence <= 1 and -1 <= mood.arousal <= 1


@given(st.lists(st.tuples(level, level, level), min_size=1, max_size=30), st.lists(st.floats(0, 40), max_size=20))
def test_pictures_stay_in_the_plane(values: list[tuple[float, float, float]], cuts: list[float]) -> None:
    mood = picture_mood(*np.array(values).T, tuple(cuts))
    for curve in (mood.valence, mood.arousal):
        assert curve.shape == (len(values),)
        assert np.isfinite(curve).all() and np.abs(curve).max() <= 1
