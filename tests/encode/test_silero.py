from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden import inputs
from musechat.core.errors import WeightsError
from musechat.encode import silero
from musechat.encode.silero import SETTINGS, SileroVad, probe_sounds, spans

RATE = SETTINGS.rate
STEP = SETTINGS.window / RATE


@pytest.fixture(scope="module")
def detector():
    return SileroVad()


def windows(*parts):
    """Probabilities from (seconds, probability) in turn."""
    return np.concatenate([np.full(round(seconds / STEP), p, np.float32) for seconds, p in parts])


def test_a_voice_between_silences_is_found_where_it_is(detector):
    voice, _ = probe_sounds()
    silence = np.zeros(3 * RATE, np.float32)
    ((start, end),) = detector(np.concatenate([silence, voice, silence]))
    assert start == pytest.approx(3.0, abs=0.2)
    assert end == pytest.approx(5.0, abs=0.2)


@pytest.mark.parametrize("seconds", [0, 0.01, 4])
def test_hum_noise_and_silence_are_no_speech(detector, seconds):
    count = int(seconds * RATE)
    hum = np.tile(probe_sounds()[1], 2)[:count]
    noise = np.random.default_rng(0).normal(0, 0.1, count).astype(np.float32)
    for sound in (hum, noise, np.zeros(count, np.float32)):
        assert detector(sound) == ()


def test_the_sequence_graph_is_the_published_streaming_one(detector):
    with np.load(inputs.FOLDER / "silero.npz") as golden:
        expected = golden["probabilities"]
    sound = np.concatenate([*probe_sounds(), inputs.audio()])
    np.testing.assert_allclose(detector.probabilities(sound), expected, atol=1e-4)


def test_blocks_leave_no_seams(detector, monkeypatch):
    sound = np.tile(probe_sounds()[0], 3)[:-77]
    whole = detector.probabilities(sound)
    assert whole.shape == (-(-sound.size // SETTINGS.window),)
    monkeypatch.setattr(silero, "SETTINGS", silero.SileroSettings(block=7))
    np.testing.assert_allclose(detector.probabilities(sound), whole, atol=1e-5)


def test_bad_samples_spoil_only_the_moment_they_are_in(detector):
    voice, _ = probe_sounds()
    silence = np.zeros(RATE, np.float32)
    bad = np.array([np.nan, np.inf, -np.inf, 3e38], np.float32)
    ((start, end),) = detector(np.concatenate([silence, bad, silence, voice]))
    assert start == pytest.approx(2.0, abs=0.2)
    assert end == pytest.approx(4.0, abs=0.1)


def test_stereo_is_refused(detector):
    with pytest.raises(ValueError, match="samples must be"):
        detector(np.zeros((2, RATE), np.float32))


def test_self_test_passes_and_sees_a_changed_answer(detector, monkeypatch):
    detector.self_test()
    monkeypatch.setattr(silero, "probe_sounds", lambda: probe_sounds()[::-1])
    with pytest.raises(WeightsError, match="where the original model gave"):
        detector.self_test()


def test_a_doubtful_window_goes_on_with_what_was():
    doubt = SETTINGS.on - 0.01
    assert spans(windows((1, 0.1), (1, doubt), (1, 0.9), (1, doubt), (1, 0.1)), 5.0) == (
        pytest.approx((2, 4), abs=0.1),
    )


def test_a_short_gap_does_not_end_speech_but_a_long_one_does():
    assert len(spans(windows((1, 0.9), (0.2, 0.0), (1, 0.9)), 2.2)) == 1
    assert len(spans(windows((1, 0.9), (0.4, 0.0), (1, 0.9)), 2.4)) == 2


def test_what_is_too_short_is_no_speech():
    assert spans(windows((1, 0.0), (0.2, 0.9), (1, 0.0)), 2.2) == ()
    assert len(spans(windows((1, 0.0), (0.3, 0.9), (1, 0.0)), 2.3)) == 1


@settings(deadline=None)
@given(st.lists(st.floats(0, 1, width=32), max_size=200), st.floats(0, 0.999))
def test_spans_are_ascending_apart_long_enough_and_inside(probabilities, cut):
    duration = max(0.0, (len(probabilities) - cut) * STEP)  # the last window is seldom whole
    found = spans(np.array(probabilities, np.float32), duration)
    edges = [edge for span in found for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= edge <= duration for edge in edges)
    for (_, end), (start, _) in pairwise(found):
        assert start - end >= SETTINGS.gap - 2 * SETTINGS.pad - 1e-9
    for start, end in found:
        assert any(start / STEP - 1 < k < end / STEP and p >= SETTINGS.on for k, p in enumerate(probabilities))
