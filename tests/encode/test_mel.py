from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.encode.mel import MUSICNN_MEL, log_mel, mel_filters, patches


def tone(hertz, seconds=1.0, level=0.5):
    t = np.arange(int(seconds * MUSICNN_MEL.sample_rate)) / MUSICNN_MEL.sample_rate
    return (level * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def test_a_patch_covers_three_seconds():
    assert MUSICNN_MEL.frame_seconds == pytest.approx(0.016)
    assert MUSICNN_MEL.patch_frames * MUSICNN_MEL.frame_seconds == pytest.approx(2.992)


@pytest.mark.parametrize("hertz", [110.0, 440.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_is_loudest_in_the_band_around_it(hertz):
    filters = mel_filters()
    centres = filters.argmax(axis=0) * MUSICNN_MEL.sample_rate / MUSICNN_MEL.n_fft
    band = log_mel(tone(hertz)).mean(axis=0).argmax()
    neighbours = centres[max(band - 1, 0)], centres[min(band + 1, len(centres) - 1)]
    assert neighbours[0] <= hertz <= neighbours[1]


def test_filters_have_equal_area():
    areas = mel_filters().sum(axis=0)[30:]  # the lowest are narrower than a bin
    assert areas.std() / areas.mean() < 0.05


def test_silence_is_zero_and_no_samples_are_no_frames():
    assert not log_mel(np.zeros(4000, np.float32)).any()
    assert log_mel(np.zeros(0, np.float32)).shape == (0, MUSICNN_MEL.n_mels)


@given(st.integers(1, 3000), st.integers(1, 40))
def test_one_frame_a_hop_whatever_the_length_and_chunk(count, chunk):
    samples = tone(500, 1)[:count]
    frames = log_mel(samples, dataclasses.replace(MUSICNN_MEL, chunk_frames=chunk))
    assert frames.shape == (1 + count // MUSICNN_MEL.hop, MUSICNN_MEL.n_mels)
    assert frames.dtype == np.float32
    np.testing.assert_allclose(frames, log_mel(samples), atol=1e-5)


def test_the_samples_are_left_as_they_were():
    samples = tone(440)
    before = samples.copy()
    log_mel(samples)
    assert (samples == before).all()


def test_patches_are_cut_where_asked_and_never_past_the_end():
    frames = np.arange(400, dtype=np.float32)[:, None].repeat(MUSICNN_MEL.n_mels, axis=1)
    cut = patches(frames, [0, 100, 399, -5])
    assert cut.shape == (4, 187, 96)
    assert cut[:, 0, 0].tolist() == [0, 100, 400 - 187, 0]
    assert cut[1, :, 5].tolist() == list(range(100, 287))


def test_no_starts_give_no_patches():
    assert patches(np.zeros((200, 96), np.float32), []).shape == (0, 187, 96)


def test_a_short_sound_is_repeated_rather_than_followed_by_silence():
    frames = np.arange(1, 101, dtype=np.float32)[:, None].repeat(96, axis=1)
    cut = patches(frames, [0, 50])
    assert cut.shape == (2, 187, 96)
    assert cut[0, :, 0].tolist() == [*range(1, 101), *range(1, 88)]
    assert (cut[1] == cut[0]).all()


def test_nothing_cannot_be_cut():
    with pytest.raises(ValueError, match="no frames"):
        patches(np.zeros((0, 96), np.float32), [0])
