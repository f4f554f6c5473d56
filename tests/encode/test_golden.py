"""The shipped encoders against what the original models answered (tests/golden, tools/convert_weights)."""

from __future__ import annotations

import numpy as np
import pytest

from golden import inputs
from musechat.encode.efficientnet import EfficientNetLite2, preprocess, probe_frames
from musechat.encode.mel import log_mel, patches
from musechat.encode.minilm import MiniLM
from musechat.encode.musicnn import Musicnn, probe_patches

pytestmark = pytest.mark.real


def golden(name):
    with np.load(inputs.FOLDER / f"{name}.npz") as arrays:
        return dict(arrays)


def cosines(a, b):
    return np.sum(a * b, axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_log_mel_is_librosas():
    expected = golden("musicnn")
    frames = log_mel(inputs.audio())
    assert frames.shape == tuple(expected["mel_shape"])
    np.testing.assert_allclose(frames[expected["mel_frames"]], expected["log_mel"], atol=1e-5)


def test_musicnn_is_the_original_graph():
    expected = golden("musicnn")
    heard = patches(log_mel(inputs.audio()), inputs.PATCH_STARTS)
    embeddings, tags = Musicnn().encode(np.concatenate([heard, probe_patches()]))
    np.testing.assert_allclose(tags, expected["tags"], atol=1e-4)
    np.testing.assert_allclose(embeddings, expected["embeddings"], atol=1e-4)


def test_musicnn_agrees_with_the_originals_whole_chain_up_to_its_float16():
    expected = golden("musicnn")
    _, tags = Musicnn().encode(patches(log_mel(inputs.audio()), inputs.PATCH_STARTS))
    np.testing.assert_allclose(tags, expected["chain_tags"], atol=1e-3)


def test_frames_are_cropped_and_resized_as_pillow_does():
    levels = [preprocess(frame)[:, ::6, ::6].transpose(1, 2, 0) * 128 + 127 for frame in inputs.frames()]
    difference = np.abs(np.stack(levels) - golden("efficientnet")["pixels"].astype(np.float32))
    assert difference.max() <= 1.5  # Pillow rounds after each axis
    assert difference.mean() < 0.4


def test_efficientnet_is_close_to_the_original():
    expected = golden("efficientnet")
    features, probabilities = EfficientNetLite2().encode([*inputs.frames(), *probe_frames()])
    assert cosines(features, expected["features"]).min() > 0.995
    np.testing.assert_allclose(probabilities, expected["probabilities"], atol=0.01)
    assert (probabilities.argmax(axis=1) == expected["probabilities"].argmax(axis=1)).all()


def test_minilm_is_close_to_the_original():
    expected = golden("minilm")
    encoder = MiniLM()
    vectors = encoder.encode(list(inputs.SENTENCES))
    assert cosines(vectors, expected["vectors"]).min() > 0.98
    np.testing.assert_allclose(vectors @ vectors.T, expected["vectors"] @ expected["vectors"].T, atol=0.02)


def test_minilm_reads_the_same_tokens_as_the_original():
    expected = golden("minilm")
    encoder = MiniLM()
    assert [len(encoder.tokens(text)) for text in inputs.SENTENCES] == expected["lengths"].tolist()
    assert cosines(encoder.tokens(inputs.SENTENCES[3]), expected["tokens"]).min() > 0.98
