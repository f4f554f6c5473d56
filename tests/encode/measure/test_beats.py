from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encode.measure.made_media import RATE, beat_track
from musechat.encode.measure.bars import find_bars
from musechat.encode.measure.beats import track_beats
from musechat.encode.measure.onset import onset_envelopes
from musechat.encode.mel import log_mel

T = np.arange(int(0.15 * RATE)) / RATE
KICK = np.sin(2 * np.pi * 55 * T) * np.exp(-20 * T)
HAT = 0.2 * np.diff(np.random.default_rng(1).normal(0, 1, T.size), prepend=0.0) * np.exp(-90 * T)
SNARE = 0.5 * np.random.default_rng(2).normal(0, 1, T.size) * np.exp(-30 * T)


def laid(times: np.ndarray, sounds: list[np.ndarray], seconds: float) -> np.ndarray:
    """The sounds in turn at `times`."""
    mix = np.zeros(int(seconds * RATE) + RATE, np.float32)
    for index, time in enumerate(times):
        sound = sounds[index % len(sounds)]
        start = round(time * RATE)
        mix[start : start + sound.size] += 0.4 * sound
    return mix[: int(seconds * RATE)]


def song(metre: int, bpm: float, seconds: float = 32.0) -> tuple[np.ndarray, np.ndarray]:
    """Drums, and a chord that changes where a bar begins; the seconds of its beats."""
    beats = np.arange(0, seconds, 60 / bpm)
    drums = [KICK + HAT, SNARE + HAT, KICK * 0.6 + HAT, SNARE + HAT] if metre == 4 else [KICK + HAT, SNARE, SNARE]
    mix = laid(beats, drums, seconds)
    bar = metre * 60 / bpm
    t = np.arange(mix.size) / RATE
    number = (t / bar).astype(int)
    for voice in range(3):
        hertz = np.array([[262, 330, 392], [220, 262, 330], [175, 220, 262], [196, 247, 294]])[number % 4, voice]
        mix += (0.05 * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)).astype(np.float32)
    return mix, beats


def late(beats: np.ndarray, true: np.ndarray) -> np.ndarray:
    """By how much each beat lies behind its nearest true one."""
    return np.array([beat - true[np.abs(true - beat).argmin()] for beat in beats])


def heard(samples: np.ndarray, bpm: float) -> np.ndarray:
    return track_beats(onset_envelopes(log_mel(samples)), bpm)


@pytest.mark.parametrize("bpm", [72.0, 96.0, 117.3, 161.0])
def test_beats_of_drums_are_told_within_10_ms(bpm: float) -> None:
    beats = heard(beat_track(bpm), bpm)
    error = late(beats, np.arange(0, 20, 60 / bpm))
    assert np.abs(error).max() < 0.01
    assert np.allclose(np.diff(beats), 60 / bpm, atol=0.01)
    assert abs(beats.size - 14 * bpm / 60) <= 2


@pytest.mark.parametrize(
    "sound", [KICK, SNARE, HAT, np.sin(2 * np.pi * 330 * T) * np.minimum(1, T / 0.01) * np.exp(-40 * T)]
)
def test_no_sound_is_told_early_or_late(sound: np.ndarray) -> None:
    true = np.arange(0.4, 19, 0.51)
    beats = heard(laid(true, [sound], 20), 60 / 0.51)
    beats = beats[beats < 19]
    assert np.abs(late(beats, true)).max() < 0.01


def test_a_drummer_who_drifts_is_followed() -> None:
    true, at = [], 0.3
    while at < 62:
        true.append(at)
        at += 60 / 112 * (1 + 0.03 * np.sin(2 * np.pi * at / 25))
    beats = heard(laid(np.array(true), [KICK + HAT, SNARE + HAT], 63), 112.0)
    error = np.abs(late(beats, np.array(true)))[2:-4]
    assert np.median(error) < 0.01
    assert error.max() < 0.03


def test_a_beat_without_an_onset_lies_between_its_neighbours() -> None:
    true = np.arange(0.2, 19, 0.5)
    beats = heard(laid(np.delete(true, [9, 17, 18, 25]), [KICK + HAT], 20), 120.0)
    for missing in true[[9, 17, 18, 25]]:
        assert np.abs(beats - missing).min() < 0.015


@pytest.mark.parametrize("frames", [np.zeros((900, 96)), np.ones((900, 96)), np.ones((60, 96)), np.zeros((0, 96))])
def test_nothing_that_starts_has_no_beats(frames: np.ndarray) -> None:
    assert track_beats(onset_envelopes(frames.astype(np.float32)), 120.0).size == 0


def test_another_tempo_than_the_musics_has_no_beats() -> None:
    assert heard(beat_track(120, 20, accents=False), 137.0).size == 0


def test_expected_beats_settle_which_of_two_equal_pulses_it_is() -> None:
    sound = laid(np.arange(0.1, 29, 0.25), [KICK + HAT], 30)
    envelopes = onset_envelopes(log_mel(sound))
    for first in (0.1, 0.35):
        true = np.arange(first, 32, 0.5)
        assert np.abs(late(track_beats(envelopes, 120.0, true), true)).max() < 0.02


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 900), st.floats(0, 6), st.floats(55, 195))
def test_any_frames_give_ascending_beats_inside(seed: int, count: int, height: float, bpm: float) -> None:
    frames = (height * np.random.default_rng(seed).random((count, 96))).astype(np.float32)
    envelopes = onset_envelopes(frames)
    beats = track_beats(envelopes, bpm)
    assert np.isfinite(beats).all()
    assert (np.diff(beats) > 0).all()
    assert ((beats > -0.2) & (beats < count / 62.5 + 0.2)).all()
    bars = find_bars(frames, envelopes, beats)
    assert (np.diff(bars.beats) > 0).all()
    assert ((bars.down >= 0) & (bars.down < bars.beats.size)).all()
    assert 0 <= bars.sure <= 1


@pytest.mark.parametrize(("metre", "bpm"), [(4, 104.0), (4, 133.0), (3, 112.0)])
def test_bars_begin_where_the_chord_changes_and_the_kick_falls(metre: int, bpm: float) -> None:
    samples, beats = song(metre, bpm)
    frames = log_mel(samples)
    bars = find_bars(frames, onset_envelopes(frames), beats)
    assert not bars.moved
    assert bars.sure > 0.5
    assert bars.beats[bars.down] == pytest.approx(beats[::metre])


def test_beats_that_are_half_a_beat_off_are_moved() -> None:
    samples, beats = song(4, 104.0)
    frames = log_mel(samples)
    bars = find_bars(frames, onset_envelopes(frames), beats[:-1] + 30 / 104)
    assert bars.moved
    assert np.abs(late(bars.beats, beats)).max() < 0.02
    assert np.abs(late(bars.beats[bars.down], beats[::4])).max() < 0.02


def test_a_beat_too_many_does_not_spoil_the_bars_after_it() -> None:
    first, beats = song(4, 104.0, 60 / 104 * 61)  # breaks off a beat into a bar
    second, more = song(4, 104.0)
    frames = log_mel(np.concatenate([first, second]))
    joined = np.concatenate([beats[:61], more + 61 * 60 / 104])
    bars = find_bars(frames, onset_envelopes(frames), joined)
    true = np.concatenate([beats[:61:4], more[::4] + 61 * 60 / 104])
    found = [np.abs(bars.beats[bars.down] - second).min() < 0.05 for second in true]
    assert np.mean(found) > 0.9


def test_a_bare_metronome_has_no_bars() -> None:
    samples = beat_track(110, 20, accents=False)
    frames = log_mel(samples)
    beats = np.arange(0, 20, 60 / 110)
    bars = find_bars(frames, onset_envelopes(frames), beats)
    assert bars.down.size == 0
    assert bars.beats == pytest.approx(beats)


def test_a_few_beats_have_no_bars() -> None:
    frames = np.zeros((200, 96), np.float32)
    assert find_bars(frames, onset_envelopes(frames), np.arange(5) * 0.5).down.size == 0
