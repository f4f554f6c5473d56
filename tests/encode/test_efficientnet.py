from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.core.errors import WeightsError
from musechat.encode import efficientnet
from musechat.encode.efficientnet import EfficientNetLite2, preprocess, probe_frames


@pytest.fixture(scope="module")
def encoder():
    return EfficientNetLite2()


def test_one_label_for_each_class(encoder):
    assert len(encoder.class_names) == 1000
    assert encoder.class_names[388] == "giant panda"
    assert encoder.class_names[999] == "toilet paper"


def test_shapes_types_and_probabilities(encoder):
    features, probabilities = encoder.encode(probe_frames())
    assert features.shape == (2, encoder.dim)
    assert features.dtype == probabilities.dtype == np.float32
    assert (features >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-4)


def test_no_frames_give_no_rows(encoder):
    features, probabilities = encoder.encode([])
    assert features.shape == (0, 1280)
    assert probabilities.shape == (0, 1000)


def test_the_same_picture_in_another_size_is_nearly_the_same(encoder):
    small = probe_frames()[0]
    large = small.repeat(3, axis=0).repeat(3, axis=1)
    (a, b), _ = encoder.encode([small, large])
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.99


def test_the_middle_is_kept_pixel_for_pixel_where_the_short_side_is_292():
    frame = np.random.default_rng(0).integers(0, 256, (292, 400, 3), dtype=np.uint8)
    pixels = preprocess(frame)
    np.testing.assert_allclose(pixels[:, 0, 0] * 128 + 127, frame[16, 70], atol=1e-4)
    np.testing.assert_allclose(pixels[:, -1, -1] * 128 + 127, frame[16 + 259, 70 + 259], atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 255))
def test_a_plain_colour_stays_plain_at_any_size(height, width, level):
    pixels = preprocess(np.full((height, width, 3), level, np.uint8))
    assert pixels.shape == (3, 260, 260)
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, (level - 127) / 128, atol=1e-4)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((300, 300), np.uint8),
        np.zeros((300, 300, 4), np.uint8),
        np.zeros((300, 300, 3), np.float32),
        np.zeros((0, 300, 3), np.uint8),
    ],
)
def test_what_is_no_frame_is_refused(frame):
    with pytest.raises(ValueError, match="a frame must be"):
        preprocess(frame)


def test_self_test_passes_and_sees_a_changed_answer(encoder, monkeypatch):
    encoder.self_test()
    monkeypatch.setattr(efficientnet, "probe_frames", lambda: probe_frames()[::-1])
    with pytest.raises(WeightsError, match="where the original model gave"):
        encoder.self_test()
