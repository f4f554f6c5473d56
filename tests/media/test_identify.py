from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from media.files import AUDIO_KINDS, tone, write_audio, write_video
from musechat.media import AudioStreamInfo, Decoder

ID3V1 = b"TAG" + b"Another title".ljust(125, b"\0")
APE_ITEM = struct.pack("<II", 5, 0) + b"Title\0" + b"Other"
APE_FLAGS = 0xA0000000, 0x80000000  # header, footer
APEV2 = b"".join(
    [
        b"APETAGEX" + struct.pack("<IIII8x", 2000, len(APE_ITEM) + 32, 1, APE_FLAGS[0]),
        APE_ITEM,
        b"APETAGEX" + struct.pack("<IIII8x", 2000, len(APE_ITEM) + 32, 1, APE_FLAGS[1]),
    ]
)


@pytest.mark.parametrize("kind", AUDIO_KINDS)
def test_audio_files_are_identified(either: Decoder, tmp_path: Path, kind: str) -> None:
    path = write_audio(tmp_path / f"song.{kind}", tags={"title": "Ünïcode 音", "artist": "An artist"})
    info = either.identify(path)
    codec, _, rate = AUDIO_KINDS[kind]
    assert info.audio == AudioStreamInfo(codec.removeprefix("lib").replace("mp3lame", "mp3"), rate, 2)
    assert info.video is None
    assert not info.has_cover
    assert info.duration == pytest.approx(2.0, abs=0.05)
    assert info.tags["title"] == "Ünïcode 音"


@pytest.mark.parametrize("kind", AUDIO_KINDS)
def test_tags_do_not_change_the_identity_but_sound_does(sandboxed: Decoder, tmp_path: Path, kind: str) -> None:
    plain = sandboxed.identify(write_audio(tmp_path / f"plain.{kind}")).audio_id
    tagged = write_audio(tmp_path / f"tagged.{kind}", tags={"title": "t" * 5000, "artist": "a", "comment": "c" * 999})
    louder = write_audio(tmp_path / f"louder.{kind}", tone(2.0, AUDIO_KINDS[kind][2], level=0.6))
    assert plain is not None
    assert sandboxed.identify(tagged).audio_id == plain
    assert sandboxed.identify(louder).audio_id != plain


@pytest.mark.parametrize("kind", ["mp3", "flac", "wav", "aiff"])
@pytest.mark.parametrize("tail", [ID3V1, APEV2, APEV2 + ID3V1], ids=["ID3v1", "APEv2", "both"])
def test_tags_at_the_end_do_not_change_the_identity(decoder: Decoder, tmp_path: Path, kind: str, tail: bytes) -> None:
    path = write_audio(tmp_path / f"song.{kind}")
    before = decoder.identify(path).audio_id
    with path.open("ab") as file:
        file.write(tail)
    assert decoder.identify(path).audio_id == before


@pytest.mark.parametrize("kind", ["mp3", "m4a", "flac"])
def test_cover_art_is_no_video(either: Decoder, tmp_path: Path, kind: str) -> None:
    info = either.identify(write_audio(tmp_path / f"cover.{kind}", cover=True))
    assert info.has_cover
    assert info.video is None
    assert info.audio_id == either.identify(write_audio(tmp_path / f"bare.{kind}")).audio_id


def test_a_track_of_one_still_is_a_cover(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "still.mov", codec="mjpeg", pix_fmt="yuvj420p", per_colour=1, colours=[(9, 9, 9)],
                       sound=tone(1.0))  # fmt: skip
    info = decoder.identify(path)
    assert info.has_cover
    assert info.video is None


def test_hostile_tags_are_bounded_and_valid_text(decoder: Decoder, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "song.flac", tags={"title": "x" * 100_000, **{f"k{i}": "v" for i in range(200)}})
    data = path.read_bytes().replace(b"x" * 1000, b"\xff\xfe" * 500)
    path.write_bytes(data)
    tags = decoder.identify(path).tags
    assert len(tags) <= 64
    assert all(len(value) <= 1000 and value.encode() for value in tags.values())


@pytest.mark.parametrize(
    ("name", "options", "codec", "pix_fmt"),
    [
        ("a.mp4", {}, "h264", "yuv420p"),
        ("a.mkv", {"codec": "libx265", "pix_fmt": "yuv420p10le", "options": {"x265-params": "log-level=none"}}, "hevc",
         "yuv420p10le"),
        ("a.webm", {"codec": "libvpx-vp9"}, "vp9", "yuv420p"),
        ("a.avi", {"codec": "mpeg4"}, "mpeg4", "yuv420p"),
        ("a.mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}, "prores", "yuv422p10le"),
        ("a.ts", {}, "h264", "yuv420p"),
    ],
)  # fmt: skip
def test_video_files_are_identified(
    either: Decoder, tmp_path: Path, name: str, options: dict, codec: str, pix_fmt: str
) -> None:
    info = either.identify(write_video(tmp_path / name, **options))
    assert info.audio is None
    assert info.audio_id is None
    assert info.video is not None
    assert (info.video.codec, info.video.pix_fmt) == (codec, pix_fmt)
    assert (info.video.width, info.video.height, info.video.rotation) == (96, 64, 0)
    assert info.duration == pytest.approx(2.4, abs=0.1)
    assert info.video.fps == pytest.approx(25, rel=0.01)


def test_the_size_of_a_video_is_as_shown(decoder: Decoder, tmp_path: Path) -> None:
    info = decoder.identify(write_video(tmp_path / "phone.mp4", rotation=90, aspect=Fraction(4, 3)))
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.rotation) == (64, 128, 270)
    turned = decoder.identify(write_video(tmp_path / "upside.mp4", rotation=180)).video
    assert turned is not None
    assert (turned.width, turned.height, turned.rotation) == (96, 64, 180)


def test_the_sound_of_a_video_has_the_identity_of_the_sound_alone(decoder: Decoder, tmp_path: Path) -> None:
    video = decoder.identify(write_video(tmp_path / "clip.mp4", sound=tone(2.0)))
    alone = decoder.identify(write_audio(tmp_path / "song.m4a", tone(2.0)))
    assert video.video is not None
    assert video.audio_id == alone.audio_id


def test_probing_gives_the_same_without_the_identity(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", sound=tone(2.0))
    assert decoder.probe(path) == replace(decoder.identify(path), audio_id=None)


def test_a_live_recording_without_a_duration_is_measured(decoder: Decoder, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "live.mka")
    data = bytearray(path.read_bytes())
    data[data.index(b"\x44\x89")] = 0xEC  # the Duration element becomes Void
    data[data.index(b"\xec\x89") + 1] = 0x88
    path.write_bytes(data)
    assert decoder.identify(path).duration == pytest.approx(2.0, abs=0.1)
