from __future__ import annotations

import io
import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.files import AUDIO_KINDS, tone, write_audio, write_video
from musechat.media import AudioStreamInfo, Decoder
from musechat.media.identify import licence_address

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


DEED = "http://creativecommons.org/licenses/by-nc/3.0/"


def id3(version: int, *frames: tuple[bytes, bytes], flags: int = 0, before: bytes = b"") -> bytes:
    """An ID3v2 tag; `before`: an extended header, or whatever stands there."""
    body = before
    for name, data in frames:
        size = seven_bits(len(data)) if version == 4 else len(data).to_bytes(4)
        body += name + (size[1:] if version == 2 else size + b"\0\0") + data
    body = body.replace(b"\xff", b"\xff\0") if flags & 0x80 else body
    return b"ID3" + bytes([version, 0, flags]) + seven_bits(len(body)) + body


def seven_bits(n: int) -> bytes:
    return bytes([n >> 21 & 127, n >> 14 & 127, n >> 7 & 127, n & 127])


COVER = (b"APIC", b"\0image/png\0\3\0" + b"\xff" * 40_000)
WCOP = (b"WCOP", DEED.encode())


@pytest.mark.parametrize(
    "tag",
    [
        id3(2, (b"TT2", b"\0a song"), (b"WCP", DEED.encode())),
        id3(3, COVER, (b"WOAR", b"http://example.org"), WCOP),
        id3(4, COVER, (b"WCOP", DEED.encode() + b"\0and more")),
        id3(3, COVER, WCOP, flags=0x80),
        id3(3, WCOP, flags=0x40, before=(6).to_bytes(4) + bytes(6)),
        id3(4, WCOP, flags=0x40, before=seven_bits(6) + b"\1\0"),
    ],
    ids=["2.2", "2.3", "2.4", "2.3 with zeros put in", "2.3 with a longer header", "2.4 with a longer header"],
)
def test_the_address_of_the_licence_in_a_real_mp3_is_read(sandboxed: Decoder, tmp_path: Path, tag: bytes) -> None:
    path = write_audio(tmp_path / "song.mp3")
    sound = path.read_bytes()
    before = sandboxed.identify(path)
    path.write_bytes(tag + sound[10 + int.from_bytes(sound[8:10]) :])  # in place of FFmpeg's own small tag
    after = sandboxed.identify(path)
    assert after.tags["wcop"] == DEED
    assert after.audio_id == before.audio_id


@given(st.binary(max_size=300), st.integers(2, 4), st.integers(0, 255))
def test_no_tag_of_links_is_too_broken(raw: bytes, version: int, flags: int) -> None:
    file = io.BytesIO(b"ID3" + bytes([version, 0, flags]) + raw)
    file.seek(3)
    assert isinstance(licence_address(file), str)
    assert file.tell() == 3


@pytest.mark.parametrize(
    "tag",
    [
        b"",
        b"ID3",
        id3(3),
        id3(5, WCOP),
        id3(3, (b"WCOP", b"")),
        id3(4, WCOP).replace(b"WCOP\0\0\0.\0\0", b"WCOP\0\0\0.\0\4"),  # encrypted
        id3(3, WCOP)[:20],
        b"ID3\3\0\0\0\0\0\x20WCOP\xff\xff\xff\xff\0\0" + b"x" * 40,  # longer than the tag
    ],
)
def test_no_address_is_made_up(tag: bytes) -> None:
    assert licence_address(io.BytesIO(tag)) == ""


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
