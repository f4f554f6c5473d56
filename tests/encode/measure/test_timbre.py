from __future__ import annotations

import numpy as np
import pytest

from encode.measure.made_media import RATE
from musechat.encode.measure import sound_brightness, spectral_centroid
from musechat.encode.mel import log_mel


@pytest.mark.parametrize("hertz", [300.0, 1000.0, 4000.0])
def test_the_centroid_of_a_tone_is_its_frequency(hertz: float) -> None:
    tone = (0.2 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.float32)
    assert spectral_centroid([log_mel(tone)]) == pytest.approx(hertz, rel=0.08)


def test_silence_has_no_centroid() -> None:
    assert spectral_centroid([]) is None
    assert spectral_centroid([np.zeros((50, 96), np.float32)]) is None


def test_brightness_is_logarithmic_and_bounded() -> None:
    assert [sound_brightness(hz) for hz in (0, 100, 200, 800, 9000)] == pytest.approx([0, 0, 1 / 3, 1, 1])
