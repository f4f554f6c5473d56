from __future__ import annotations

import numpy as np
import pytest

from musechat.core.errors import WeightsError
from musechat.encode.probe import check_apart, check_value


def test_a_collapsed_encoder_is_caught():
    with pytest.raises(WeightsError, match="words maps unlike inputs to the same vector"):
        check_apart("words", np.array([1, 2], np.float32), np.array([1, 2.01], np.float32))


def test_vectors_that_are_not_numbers_are_caught():
    with pytest.raises(WeightsError):
        check_apart("words", np.array([np.nan, 2], np.float32), np.array([1, 2], np.float32))


def test_an_encoder_that_tells_apart_passes():
    check_apart("words", np.array([1, 0], np.float32), np.array([0, 1], np.float32))


@pytest.mark.parametrize("got", [0.4, float("nan")])
def test_another_answer_than_the_originals_is_caught(got):
    check_value("words", 0.51, 0.5, tolerance=0.02)
    with pytest.raises(WeightsError, match=r"where the original model gave 0\.5000"):
        check_value("words", got, 0.5, tolerance=0.02)
