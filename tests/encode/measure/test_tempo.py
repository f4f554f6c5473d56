from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encode.measure.made_media import RATE, beat_track
from musechat.encode.measure import measure_tempo, onset_density
from musechat.encode.measure.metre import ROWS, metre_probability
from musechat.encode.measure.onset import KINDS, onset_envelopes
from musechat.encode.measure.tempo import NO_TEMPO, candidate_tempos, periodicity
from musechat.encode.mel import log_mel


@pytest.mark.parametrize("bpm", [96.0, 117.3, 140.0])
def test_tempo_of_a_drum_beat_is_found_within_half_a_percent(bpm: float) -> None:
    tempo = measure_tempo([log_mel(beat_track(bpm))])
    assert tempo.bpm == pytest.approx(bpm, rel=0.005)
    assert tempo.beat_strength > 0.5
    assert tempo.strength > tempo.second_strength > 0


@pytest.mark.parametrize("bpm", [66.0, 88.0])
def test_of_a_slow_beat_that_can_be_counted_twice_as_fast_both_counts_are_told(bpm: float) -> None:
    tempo = measure_tempo([log_mel(beat_track(bpm))])
    assert sorted([tempo.bpm, tempo.second_bpm]) == pytest.approx([bpm, 2 * bpm], rel=0.005)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.3, 1.8))
def test_gain_changes_no_tempo(gain: float) -> None:
    sound = beat_track(110, 9)
    plain, loud = (measure_tempo([log_mel(s)]).bpm for s in (sound, (gain * sound).astype(np.float32)))
    assert plain == pytest.approx(loud, rel=0.005)


def test_windows_of_a_track_tell_the_same_tempo_as_the_whole() -> None:
    frames = log_mel(beat_track(124, 40))
    pieces = [frames[start : start + 300] for start in (0, 733, 1466, 2100)]
    assert measure_tempo(pieces).bpm == pytest.approx(124, rel=0.01)


def test_the_tempo_that_lasts_longest_wins() -> None:
    sound = np.concatenate([beat_track(90, 8), beat_track(127, 24)])
    assert measure_tempo([log_mel(sound)]).bpm == pytest.approx(127, rel=0.01)


def test_noise_and_a_held_chord_have_hardly_a_pulse() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.1, 30 * RATE).astype(np.float32)
    t = np.arange(30 * RATE) / RATE
    pad = sum(0.1 * np.sin(2 * np.pi * f * t) for f in (220.0, 277.2, 329.6)).astype(np.float32)
    for sound in (noise, pad):
        assert measure_tempo([log_mel(sound)]).beat_strength < 0.1


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [np.zeros((0, 96))],
        [np.zeros((1, 96))],
        [np.zeros((900, 96))],
        [np.ones((900, 96))],
        [np.ones((40, 96))] * 50,
    ],
)
def test_nothing_that_starts_is_no_tempo(pieces: list[np.ndarray]) -> None:
    assert measure_tempo([piece.astype(np.float32) for piece in pieces]) == NO_TEMPO


def test_one_rise_alone_is_no_tempo() -> None:
    frames = np.zeros((130, 96), np.float32)
    frames[60:] = 3.0
    assert measure_tempo([frames]) == NO_TEMPO


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 700), st.floats(0, 6))
def test_any_frames_give_finite_values_in_range(seed: int, count: int, height: float) -> None:
    frames = (height * np.random.default_rng(seed).random((count, 96))).astype(np.float32)
    tempo = measure_tempo([frames])
    assert 0 <= tempo.beat_strength <= 1
    assert 0 <= tempo.second_strength <= tempo.strength <= 1
    if tempo.bpm is None:
        assert tempo == NO_TEMPO
    else:
        assert 55 <= tempo.bpm <= 195
    envelopes = onset_envelopes(frames)
    assert envelopes.shape == (len(KINDS), count)
    assert np.isfinite(envelopes).all() and (envelopes >= 0).all()


def test_candidates_are_distinct_and_their_probabilities_sum_to_one() -> None:
    period = periodicity([log_mel(beat_track(100))])
    assert period is not None and period.correlation.shape[0] == len(ROWS)
    bpm = candidate_tempos(period)
    ordered = np.sort(bpm)
    assert bpm.size > 1 and (np.diff(ordered) / ordered[:-1] > 0.02).all()
    assert metre_probability(period, bpm).sum() == pytest.approx(1)


def test_lags_that_are_not_known_read_as_told() -> None:
    period = periodicity([log_mel(beat_track(100, 10))])
    assert period is not None
    assert period.at(0, np.array([0.0, 6.2]), unknown=-7.0).tolist() == [pytest.approx(1.0), -7.0]


def test_onset_density_counts_the_events() -> None:
    clicks = beat_track(120, 10, accents=False)
    assert onset_density([log_mel(clicks)]) == pytest.approx(2.0, abs=0.3)
    assert onset_density([log_mel(clicks), np.zeros((2, 96), np.float32)]) == pytest.approx(2.0, abs=0.3)
    assert onset_density([]) == 0.0
