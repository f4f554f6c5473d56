from __future__ import annotations

import numpy as np
import pytest

from fakes import FakeAudio
from musechat.core.errors import MediaError
from musechat.core.settings import Quality
from musechat.encode.tracks import File2Features, Track2Features
from musechat.media import AudioClip

RATE = 16_000


def clip(seconds: float, windows: int = 1, duration: float | None = None) -> AudioClip:
    """Noise with clicks at 120 BPM, in equal windows spread over `duration`."""
    total = round(seconds * RATE)
    t = np.arange(total) / RATE
    rng = np.random.default_rng(0)
    samples = (0.01 * rng.normal(size=total) + np.where((t * 2) % 1 < 0.03, rng.normal(0, 0.5, total), 0)).astype(
        np.float32
    )
    long = duration or seconds
    lengths = tuple(len(part) for part in np.array_split(samples, windows))
    return AudioClip(
        samples=samples,
        rate=RATE,
        starts=np.linspace(0, long - seconds / windows, windows),
        lengths=lengths,
        duration=long,
        loudness_lufs=-14.0,
        loudness_range=3.0,
        momentary=np.full(round(seconds * 10), -14.0, np.float32),
        damaged=0,
    )


@pytest.mark.parametrize(("quality", "patches"), [(Quality.FAST, 6), (Quality.BALANCED, 16), (Quality.THOROUGH, 20)])
def test_quality_is_how_many_patches_are_heard(quality: Quality, patches: int) -> None:
    features = Track2Features(FakeAudio())(clip(60.2), quality)
    assert features.tags.shape == (patches, 100)
    assert features.starts[0] == 0
    assert features.starts[-1] > 50
    assert np.all(np.diff(features.starts) > 2.9)


def test_everything_measured_travels() -> None:
    features = Track2Features(FakeAudio())(clip(20), Quality.FAST)
    assert features.bpm == pytest.approx(120, rel=0.02)
    assert features.loudness == -14.0
    assert len(features.energy) == 20
    assert -1 <= features.valence <= 1
    assert -1 <= features.arousal <= 1
    assert features.encoder.settings.startswith("measures-")


def test_a_track_shorter_than_a_patch_is_heard_too() -> None:
    features = Track2Features(FakeAudio())(clip(0.5), Quality.BALANCED)
    assert features.tags.shape == (1, 100)


def test_the_energy_of_a_long_mix_covers_all_of_it() -> None:
    features = Track2Features(FakeAudio())(clip(60, windows=3, duration=600), Quality.BALANCED)
    assert len(features.energy) == 600
    assert features.starts.max() > 500


def test_a_file_without_a_sample_is_refused() -> None:
    with pytest.raises(MediaError, match="no sound") as caught:
        Track2Features(FakeAudio())(clip(0), Quality.FAST)
    assert caught.value.reason == "no_audio"


def test_a_file_is_decoded_then_heard(tmp_path: object) -> None:
    class Decoder:
        def audio(self, path: object) -> AudioClip:
            return clip(6)

    analyse = File2Features(Decoder(), FakeAudio())
    features = analyse("song.wav", Quality.FAST)  # type: ignore[arg-type]
    assert features.encoder == analyse.encoder
