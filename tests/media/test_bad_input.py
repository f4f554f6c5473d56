from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import av
import pytest

from media.files import write_audio, write_video
from media.unwalled import InThisProcess
from musechat.core.errors import MediaError
from musechat.media import Decoder, Limits, demux


def refused(decoder: Decoder, path: str | Path) -> MediaError:
    """The one error that every request gives for the file."""
    errors = []
    for ask in (decoder.identify, decoder.audio, decoder.keyframes, lambda p: list(decoder.sweep(p))):
        with pytest.raises(MediaError) as caught:
            ask(path)
        errors.append(caught.value)
    assert len({(error.reason, str(error)) for error in errors}) == 1
    return errors[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\0", "unreadable"),
        (b"Not a song at all.\n" * 400, "unreadable"),
        (os.urandom(100_000), "unreadable"),
        (b"ID3\x04\x00\x00\x00\x00\x0f\x7f" + b"\0" * 3000, "unreadable"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "unreadable"),
        (b"#!/bin/sh\nexit 0\n", "unreadable"),
    ],
)
def test_what_is_no_media_is_named(either: Decoder, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    error = refused(either, path)
    assert error.reason == reason
    assert str(error).startswith("song.mp3 ")
    assert str(error).endswith(".")


def test_missing_files_and_folders(either: Decoder, tmp_path: Path) -> None:
    assert refused(either, tmp_path / "none.mp3").reason == "missing"
    assert refused(either, tmp_path / "none" / "none.mp3").reason == "missing"
    folder = refused(either, tmp_path)
    assert folder.reason == "forbidden"
    assert "a folder" in str(folder)
    assert refused(either, "bad\0name.mp3").reason == "unreadable"
    assert refused(either, tmp_path / ("x" * 5000)).reason == "unreadable"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")
def test_devices_pipes_sockets_and_loops_are_never_opened(either: Decoder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    assert refused(either, tmp_path / "pipe.mp3").reason == "forbidden"
    assert refused(either, "/dev/zero").reason == "forbidden"
    (tmp_path / "device.mp3").symlink_to("/dev/zero")
    assert refused(either, tmp_path / "device.mp3").reason == "forbidden"
    (tmp_path / "loop.mp3").symlink_to(tmp_path / "loop.mp3")
    assert refused(either, tmp_path / "loop.mp3").reason == "unreadable"
    (tmp_path / "link.flac").symlink_to(write_audio(tmp_path / "song.flac"))
    assert either.identify(tmp_path / "link.flac").audio is not None


def test_a_file_swapped_for_a_pipe_while_it_is_opened(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    regular = write_audio(tmp_path / "song.flac").stat()
    monkeypatch.setattr(Path, "stat", lambda self, **_: regular)
    assert refused(decoder, tmp_path / "pipe.mp3").reason == "forbidden"


def test_a_file_that_may_not_be_read(decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_audio(tmp_path / "song.flac")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything

        def deny(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", deny)
    error = refused(decoder, path)
    assert error.reason == "forbidden"
    assert "permissions" in str(error)
    path.chmod(stat.S_IRUSR)


@pytest.mark.parametrize("name", ["list.m3u8", "song.mp3", "list.ffconcat", "clip.sdp", "clip.mpd", "song.ass"])
@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{secret}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        '<?xml version="1.0"?><MPD><Period><AdaptationSet><Representation><BaseURL>{secret}</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>",
        "[Script Info]\nTitle: x\n[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,a,,0,0,0,,x\n",
    ],
    ids=["hls", "concat", "sdp", "dash", "subtitles"],
)
def test_playlists_reach_nothing(sandboxed: Decoder, tmp_path: Path, name: str, playlist: str) -> None:
    secret = write_audio(tmp_path / "secret.mp3")
    path = tmp_path / name
    path.write_text(playlist.format(secret=secret))
    assert refused(sandboxed, path).reason in ("forbidden", "unreadable")


def test_a_movie_that_points_elsewhere_reaches_nothing(decoder: Decoder, tmp_path: Path) -> None:
    """A QuickTime data reference (dref) by path, in place of "the data are in this file"."""
    secret = write_video(tmp_path / "secret.mov")
    data = bytearray(write_video(tmp_path / "a.mov").read_bytes())
    at = data.index(b"dref") + 4
    entry = at + 8
    assert data[entry + 4 : entry + 8] in (b"url ", b"alis")
    data[entry + 4 : entry + 8] = b"alis"
    data[entry + 8 : entry + 12] = bytes(4)  # the flag for "in this file" goes
    path = tmp_path / "points.mov"
    path.write_bytes(data)
    secret.unlink()
    for frame in decoder.keyframes(path):
        assert frame.pixels.shape == (64, 96, 3)


@pytest.mark.parametrize("kind", ["wmav2", "snow", "gif"])
def test_containers_and_codecs_outside_the_lists_are_refused(either: Decoder, tmp_path: Path, kind: str) -> None:
    if kind == "wmav2":
        path = write_audio(tmp_path / "song.wma", codec="wmav2", container="asf")
    elif kind == "snow":
        path = write_video(tmp_path / "clip.mkv", codec="ffv1")
    else:
        path = write_video(tmp_path / "clip.gif", codec="gif", pix_fmt="rgb8")
    error = refused(either, path)
    assert error.reason == "forbidden"
    assert "MuseChat" in str(error)


def test_audio_of_a_forbidden_codec_in_an_allowed_container(decoder: Decoder, tmp_path: Path) -> None:
    error = refused(decoder, write_audio(tmp_path / "song.mka", codec="tta", container="matroska"))
    assert (error.reason, "tta" in str(error)) == ("forbidden", True)


def test_the_format_is_checked_by_name_as_well(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever became of FFmpeg's own allow-list."""
    path = write_video(tmp_path / "clip.gif", codec="gif", pix_fmt="rgb8")
    opened = av.open
    monkeypatch.setattr(av, "open", lambda file, mode, **_: opened(file, mode))
    assert refused(decoder, path).reason == "forbidden"


def test_too_large_pictures_are_refused(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", codec="mjpeg", pix_fmt="yuvj420p", size=(8200, 16), per_colour=1)
    error = refused(decoder, path)
    assert error.reason == "too_large"
    assert "8200×16" in str(error)


def test_a_container_without_streams(decoder: Decoder, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "song.m4a")
    path.write_bytes(path.read_bytes().replace(b"trak", b"free"))
    error = refused(decoder, path)
    assert (error.reason, str(error)) == ("unreadable", "song.m4a holds neither audio nor video.")


def test_whatever_a_file_refers_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were playlists allowed by mistake, they could still open nothing."""
    write_audio(tmp_path / "secret.mp3")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "list.ffconcat"
    path.write_text("ffconcat version 1.0\nfile secret.mp3\n")
    monkeypatch.setattr(demux, "FORMATS", f"{demux.FORMATS},concat")
    unwalled = Decoder(workers=InThisProcess())
    assert refused(unwalled, path).reason in ("unreadable", "forbidden")
    assert unwalled.audio("secret.mp3").duration == 2.0
    with pytest.raises(OSError, match="may not open another"):
        demux._refuse("secret.mp3", 1, {})


def test_limits_are_the_callers(tmp_path: Path) -> None:
    video, audio = write_video(tmp_path / "a.mp4"), write_audio(tmp_path / "a.wav")
    with Decoder(Limits(max_side=50, max_rate=40_000), workers=InThisProcess()) as small:
        assert refused(small, video).reason == "too_large"
        assert refused(small, audio).reason == "too_large"


def test_names_in_errors_are_printable(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[31m\u202ename\n.mp3"
    path.write_bytes(b"nothing")
    message = str(refused(decoder, path))
    assert message.isprintable()
