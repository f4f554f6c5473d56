from __future__ import annotations

import numpy as np
import pytest

from musechat.core.errors import WeightsError
from musechat.encode import musicnn
from musechat.encode.mel import log_mel, patches
from musechat.encode.musicnn import Musicnn, probe_patches


@pytest.fixture(scope="module")
def encoder():
    return Musicnn()


def test_tags_are_both_systems_in_order(encoder):
    assert len(encoder.tag_names) == len(set(encoder.tag_names)) == 100
    assert encoder.tag_names[:2] == ("mtt:guitar", "mtt:classical")
    assert encoder.tag_names[50:52] == ("msd:rock", "msd:pop")


def test_shapes_types_and_ranges(encoder):
    embeddings, tags = encoder.encode(probe_patches())
    assert embeddings.shape == (2, encoder.dim)
    assert tags.shape == (2, 100)
    assert embeddings.dtype == tags.dtype == np.float32
    assert ((tags > 0) & (tags < 1)).all()


def test_a_patch_answers_the_same_alone_and_in_company(encoder):
    both, _ = encoder.encode(probe_patches())
    alone, _ = encoder.encode(probe_patches()[1:])
    np.testing.assert_allclose(both[1:], alone, atol=1e-5)


def test_no_patches_give_no_rows(encoder):
    embeddings, tags = encoder.encode(np.empty((0, 187, 96), np.float32))
    assert embeddings.shape == (0, 400)
    assert tags.shape == (0, 100)


@pytest.mark.parametrize("shape", [(187, 96), (1, 96, 187), (1, 186, 96)])
def test_other_shapes_are_refused(encoder, shape):
    with pytest.raises(ValueError, match="patches must be"):
        encoder.encode(np.zeros(shape, np.float32))


def test_regular_noise_bursts_sound_more_like_drums_than_a_soft_chord(encoder):
    t = np.arange(4 * 16_000) / 16_000
    hits = np.random.default_rng(0).standard_normal(t.size) * np.exp(-((t * 2) % 1) * 15) * 0.5
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220, 277, 330)) * 0.1
    sounds = np.concatenate([patches(log_mel(sound.astype(np.float32)), [0]) for sound in (hits, chord)])
    drums = encoder.encode(sounds)[1][:, encoder.tag_names.index("mtt:drums")]
    assert drums[0] > 3 * drums[1]


def test_self_test_passes_and_sees_a_changed_answer(encoder, monkeypatch):
    encoder.self_test()
    monkeypatch.setattr(musicnn, "probe_patches", lambda: probe_patches()[::-1])
    with pytest.raises(WeightsError, match="where the original model gave"):
        encoder.self_test()
