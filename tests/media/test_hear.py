from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from media.files import AUDIO_KINDS, tone, write_audio, write_video
from musechat.core.errors import MediaError
from musechat.media import AudioPlan, Decoder


def pitch(samples: np.ndarray, rate: int = 16_000) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


@pytest.mark.parametrize("kind", AUDIO_KINDS)
def test_every_kind_decodes_to_the_same_tone(either: Decoder, tmp_path: Path, kind: str) -> None:
    clip = either.audio(write_audio(tmp_path / f"song.{kind}"))
    assert clip.samples.dtype == np.float32
    assert clip.rate == 16_000
    assert clip.lengths == (len(clip.samples),)
    assert clip.duration == pytest.approx(2.0, abs=0.05)
    assert len(clip.samples) == pytest.approx(clip.duration * 16_000, abs=1)
    assert pitch(clip.samples) == pytest.approx(440, abs=1)
    assert np.abs(clip.samples[4000:-4000]).max() == pytest.approx(0.3, abs=0.02)
    assert clip.damaged == 0


@pytest.mark.parametrize(
    ("codec", "rate", "layout"),
    [("pcm_u8", 8_000, "mono"), ("pcm_s24le", 96_000, "stereo"), ("pcm_f32le", 22_050, "5.1"),
     ("pcm_s32le", 11_025, "7.1"), ("pcm_f64le", 192_000, "mono"), ("pcm_alaw", 8_000, "mono")],
)  # fmt: skip
def test_odd_rates_depths_and_channels(either: Decoder, tmp_path: Path, codec: str, rate: int, layout: str) -> None:
    path = tmp_path / "song.wav"
    channels = {"mono": 1, "stereo": 2, "5.1": 6, "7.1": 8}[layout]
    clip = either.audio(write_audio(path, tone(2.0, rate, channels), codec=codec, rate=rate, layout=layout))
    assert pitch(clip.samples) == pytest.approx(440, abs=1)
    assert np.abs(clip.samples[4000:-4000]).max() == pytest.approx(0.3, abs=0.02)


def test_the_mix_is_the_average_and_does_not_clip(decoder: Decoder, tmp_path: Path) -> None:
    loud = tone(1.0, level=1.0)
    assert np.abs(decoder.audio(write_audio(tmp_path / "loud.wav", loud)).samples).max() < 1.05
    opposite = loud * np.array([[1.0], [-1.0]], np.float32)
    assert np.abs(decoder.audio(write_audio(tmp_path / "opposite.wav", opposite)).samples).max() < 0.01


def test_loudness_of_a_reference_tone(decoder: Decoder, tmp_path: Path) -> None:
    """EBU Tech 3341, case 1: a stereo sine of 1 kHz at −23 dBFS measures −23 LUFS."""
    level = 10 ** (-23 / 20)
    clip = decoder.audio(write_audio(tmp_path / "song.wav", tone(20.0, 48_000, hertz=1000, level=level), rate=48_000))
    assert clip.loudness_lufs == pytest.approx(-23.0, abs=0.1)
    assert clip.loudness_range == pytest.approx(0.0, abs=0.5)
    assert len(clip.momentary) == 200
    assert np.isnan(clip.momentary[:3]).all()
    assert clip.momentary[10:] == pytest.approx(np.full(190, -23.0), abs=0.1)


def test_silence_has_no_loudness(decoder: Decoder, tmp_path: Path) -> None:
    clip = decoder.audio(write_audio(tmp_path / "silent.wav", np.zeros((2, 44_100 * 2), np.float32)))
    assert (clip.loudness_lufs, clip.loudness_range) == (None, None)
    assert np.isnan(clip.momentary).all()


def test_samples_that_are_no_numbers_become_silence(decoder: Decoder, tmp_path: Path) -> None:
    wave = tone(1.0)
    wave[:, 1000:2000] = np.nan
    clip = decoder.audio(write_audio(tmp_path / "nan.wav", wave, codec="pcm_f32le"))
    assert np.isfinite(clip.samples).all()


def test_a_long_file_is_heard_in_spread_windows(either: Decoder, tmp_path: Path) -> None:
    steps = np.concatenate([tone(10.0, 8_000, 1, hertz=200 + 100 * i) for i in range(6)], axis=1)
    path = write_audio(tmp_path / "long.wav", steps, rate=8_000, layout="mono")
    clip = either.audio(path, AudioPlan(max_seconds=30, windows=3, window_seconds=2))
    assert clip.starts == pytest.approx([9.0, 29.0, 49.0], abs=0.2)
    assert clip.lengths == pytest.approx([32_000] * 3, abs=3000)
    assert clip.duration == pytest.approx(60.0, abs=0.1)
    assert sum(clip.lengths) == len(clip.samples)
    assert len(clip.momentary) == pytest.approx(sum(clip.lengths) / 1600, abs=3)
    assert pitch(clip.samples[20_000:30_000]) == pytest.approx(300, abs=5)
    assert pitch(clip.samples[-10_000:]) == pytest.approx(700, abs=5)


def test_a_file_shorter_than_it_claims_is_heard_from_its_start(decoder: Decoder, tmp_path: Path) -> None:
    """The header claims an hour, the data last two seconds: every window lies behind their end."""
    path = write_audio(tmp_path / "lies.wav")
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = (44_100 * 4 * 3600).to_bytes(4, "little")
    path.write_bytes(data)
    clip = decoder.audio(path, AudioPlan(max_seconds=30, windows=3, window_seconds=2))
    assert clip.duration == pytest.approx(2.0, abs=0.05)
    assert clip.lengths == (len(clip.samples),) == (pytest.approx(32_000, abs=50),)


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "opus", "wav", "aiff"])
def test_a_truncated_file_gives_what_is_there(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    path = write_audio(tmp_path / f"song.{kind}", tone(4.0, AUDIO_KINDS[kind][2]))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    clip = decoder.audio(path)
    assert 0.9 < clip.duration < 3.0
    assert len(clip.samples) == pytest.approx(clip.duration * 16_000, abs=1)


@pytest.mark.parametrize("kind", ["flac", "mp3", "m4a", "ogg", "opus"])
def test_damage_in_the_middle_is_passed_over(either: Decoder, tmp_path: Path, kind: str) -> None:
    path = write_audio(tmp_path / f"song.{kind}", tone(10.0, AUDIO_KINDS[kind][2]))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = b"\xff" * 3000
    path.write_bytes(data)
    clip = either.audio(path)
    assert clip.damaged > 0 or kind != "m4a"  # the other demuxers drop what is not a packet
    assert clip.duration > 7.5
    assert pitch(clip.samples[-16_000:]) == pytest.approx(440, abs=1)


def test_a_rate_that_changes_midway_is_followed(either: Decoder, tmp_path: Path) -> None:
    first = write_audio(tmp_path / "a.mp3", tone(2.0, 44_100), rate=44_100)
    second = write_audio(tmp_path / "b.mp3", tone(2.0, 22_050, 1), rate=22_050, layout="mono")
    third = write_audio(tmp_path / "c.mp3", tone(2.0, 44_100, 1), rate=44_100, layout="mono")
    path = tmp_path / "both.mp3"
    path.write_bytes(first.read_bytes() + second.read_bytes() + third.read_bytes())
    clip = either.audio(path)
    assert clip.duration == pytest.approx(6.0, abs=0.3)
    assert pitch(clip.samples[40_000:60_000]) == pytest.approx(440, abs=2)
    assert pitch(clip.samples[-20_000:]) == pytest.approx(440, abs=2)


def test_the_sound_of_a_video_is_heard(decoder: Decoder, tmp_path: Path) -> None:
    clip = decoder.audio(write_video(tmp_path / "clip.mp4", sound=tone(2.0)))
    assert pitch(clip.samples) == pytest.approx(440, abs=1)


def test_a_silent_film_says_so(decoder: Decoder, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"^clip\.mp4 has no audio\.$") as caught:
        decoder.audio(write_video(tmp_path / "clip.mp4"))
    assert caught.value.reason == "no_audio"


def test_audio_of_which_nothing_decodes_says_so(decoder: Decoder, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "song.m4a")
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = b"\xff" * (end - start)
    path.write_bytes(data)
    with pytest.raises(MediaError, match="nothing decodes"):
        decoder.audio(path)
