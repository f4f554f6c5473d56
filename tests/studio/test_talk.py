from __future__ import annotations

import numpy as np
import pytest

from musechat.studio.talk import TALK, mouth, room_tone, talk

RATE = 16_000
SPANS = ((0.5, 2.4), (3.1, 5.0))


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return talk(SPANS, 6.0, 3, RATE)


def level(samples: np.ndarray, start: float, end: float) -> float:
    return float(np.sqrt(np.mean(samples[round(start * RATE) : round(end * RATE)] ** 2)))


def test_it_speaks_within_the_spans_and_nowhere_else(voice: np.ndarray) -> None:
    assert voice.shape == (6 * RATE,)
    assert voice.dtype == np.float32
    for start, end in SPANS:
        assert level(voice, start, end) == pytest.approx(TALK.level, rel=0.02)
    for start, end in ((0.0, 0.5), (2.4, 3.1), (5.0, 6.0)):
        assert level(voice, start, end) == 0
    assert np.abs(voice).max() < 1


def test_it_is_built_like_speech(voice: np.ndarray) -> None:
    said = voice[round(0.5 * RATE) : round(2.4 * RATE)]
    spectrum = np.abs(np.fft.rfft(said)) ** 2
    hertz = np.fft.rfftfreq(len(said), 1 / RATE)
    low = spectrum[(hertz > 80) & (hertz < 4000)].sum() / spectrum.sum()
    assert low > 0.85  # the voice
    assert spectrum[hertz > 4000].sum() / spectrum.sum() > 1e-4  # the fricatives
    envelope = np.sqrt(np.mean(said[: len(said) // 160 * 160].reshape(-1, 160) ** 2, axis=1))
    pulse = np.abs(np.fft.rfft(envelope - envelope.mean()))
    rate = np.fft.rfftfreq(len(envelope), 0.01)
    assert 2 < rate[pulse.argmax()] < 9  # syllables


def test_the_same_seed_says_the_same_and_another_something_else(voice: np.ndarray) -> None:
    assert np.array_equal(voice, talk(SPANS, 6.0, 3, RATE))
    assert not np.array_equal(voice, talk(SPANS, 6.0, 4, RATE))


def test_a_span_beyond_the_end_is_cut_off_and_none_is_silence() -> None:
    assert level(talk(((0.5, 3.0),), 1.0, 1, RATE), 0.5, 1.0) > 0.02
    assert not talk(((2.0, 3.0),), 1.0, 1, RATE).any()
    assert not talk((), 1.0, 1, RATE).any()


def test_the_mouth_opens_with_the_voice(voice: np.ndarray) -> None:
    times = np.arange(0, 6, 0.04)
    opening = mouth(SPANS, 3, times)
    inside = ((times >= 0.5) & (times < 2.4)) | ((times >= 3.1) & (times < 5.0))
    assert opening[~inside].max() < 1e-6
    assert 0.2 < opening[inside].mean() < 0.8
    assert opening.max() <= 1
    loud = np.array([level(voice, t, t + 0.04) for t in times])
    assert np.corrcoef(loud[inside], opening[inside])[0, 1] > 0.2


def test_a_room_is_quiet_wide_and_low() -> None:
    tone = room_tone(3.0, 1, RATE)
    assert tone.shape == (2, 3 * RATE)
    assert 20 * np.log10(tone.std()) == pytest.approx(-58, abs=4)
    assert abs(np.corrcoef(tone)[0, 1]) < 0.5
    spectrum = np.abs(np.fft.rfft(tone[0])) ** 2
    hertz = np.fft.rfftfreq(tone.shape[1], 1 / RATE)
    assert spectrum[hertz < 1000].sum() > 0.8 * spectrum.sum()
