from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.core.errors import WeightsError
from musechat.encode.minilm import MiniLM
from musechat.encode.weights import Weights


@pytest.fixture(scope="module")
def encoder():
    return MiniLM()


def test_meaning_decides_what_is_near(encoder):
    happy, cheerful, metal = encoder.encode(["happy music", "a cheerful song", "brutal death metal"])
    assert happy @ cheerful > happy @ metal + 0.2


def test_rows_come_in_the_order_asked_whatever_their_length(encoder):
    texts = ["slow " * 30, "rock", "a quiet piano piece", *["pop"] * 40]
    together = encoder.encode(texts)
    for row in (0, 1, 2, -1):
        np.testing.assert_allclose(together[row], encoder.encode([texts[row]])[0], atol=1e-4)


def test_a_blank_text_is_like_nothing(encoder):
    vectors = encoder.encode(["", " \n\t", "rock"])
    assert not vectors[:2].any()
    assert np.linalg.norm(vectors[2]) == pytest.approx(1, abs=1e-5)
    assert encoder.tokens("  ").shape == (0, encoder.dim)


def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, 384)


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=40).filter(str.strip))
def test_any_words_give_a_unit_row(encoder, text):
    vector = encoder.encode([text])[0]
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_a_very_long_text_is_cut_at_256_tokens(encoder):
    tokens = encoder.tokens("melancholic " * 20_000)
    assert tokens.shape == (256, 384)
    assert np.isfinite(tokens).all()


def test_tokens_carry_the_marks_of_beginning_and_end(encoder):
    assert encoder.tokens("rock").shape == (3, 384)


def test_several_threads_may_ask_at_once():
    encoder = MiniLM()
    texts = [f"song number {index}" for index in range(8)]
    with ThreadPoolExecutor(4) as pool:
        apart = list(pool.map(lambda text: encoder.encode([text])[0], texts))
    np.testing.assert_allclose(np.stack(apart), encoder.encode(texts), atol=1e-4)


def test_a_tokenizer_that_cannot_be_read(tmp_path):
    files = {"minilm.onnx": b"", "minilm.tokenizer.json": b"{}"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    entries = {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    (tmp_path / "MANIFEST.json").write_text(json.dumps({"models": {"m": {"files": entries}}}))
    with pytest.raises(WeightsError, match=r"tokenizer minilm\.tokenizer\.json cannot be read"):
        MiniLM(weights=Weights(tmp_path)).encode(["rock"])


def test_self_test_passes_and_sees_a_collapsed_encoder(encoder, monkeypatch):
    encoder.self_test()
    monkeypatch.setattr(encoder, "encode", lambda texts: np.ones((len(texts), 384), np.float32))
    with pytest.raises(WeightsError):
        encoder.self_test()
