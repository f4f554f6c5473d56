from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from media.files import COLOURS, tone, write_audio, write_video
from media.unwalled import InThisProcess
from musechat.core.errors import MediaError
from musechat.media import Decoder, Frame, SweepPlan, look
from musechat.media.demux import seek

BANDS = [(200, 30, 40), (20, 180, 60), (30, 60, 200), (240, 240, 240)]


def corners(frame: Frame) -> list[str]:
    """The dominant band in the middle of the left, right, top and bottom edges."""
    h, w, _ = frame.pixels.shape
    names = ["red", "green", "blue", "white"]
    edges = frame.pixels[h // 2, 2], frame.pixels[h // 2, w - 3], frame.pixels[2, w // 2], frame.pixels[h - 3, w // 2]
    return [names[int(np.abs(np.array(BANDS) - edge).sum(axis=1).argmin())] for edge in edges]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {}),
        ("a.mkv", {"codec": "libx265", "pix_fmt": "yuv420p10le", "options": {"x265-params": "log-level=none"}}),
        ("a.webm", {"codec": "libvpx-vp9"}),
        ("a.mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
        ("a.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
        ("b.mp4", {"space": 1}),
        ("c.mp4", {"space": 5}),
    ],
)
def test_keyframes_show_the_right_colours_at_the_right_times(
    either: Decoder, tmp_path: Path, name: str, options: dict
) -> None:
    frames = either.keyframes(write_video(tmp_path / name, **options))
    assert 6 <= len(frames) <= 12
    for frame in frames:
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.shape == (64, 96, 3)
        expected = COLOURS[int(frame.time / 0.4 + 1e-6)]
        assert np.abs(frame.pixels.mean((0, 1)) - expected).max() < 6


def test_untagged_high_definition_is_bt709(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "hd.mp4", size=(1280, 720), space=1, colours=COLOURS[:1], per_colour=2)
    tagged = decoder.keyframes(path)[0].pixels
    data = path.read_bytes().replace(b"colrnclx", b"freenclx")
    path.write_bytes(data)
    assert np.abs(tagged.mean((0, 1)) - COLOURS[0]).max() < 6


def test_at_most_as_many_keyframes_as_asked_and_one_each(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", gop=2)
    assert len(decoder.keyframes(path, at_most=4)) == 4
    single = decoder.keyframes(write_video(tmp_path / "b.mp4", gop=1000, options={"sc_threshold": "0"}))
    assert [frame.time for frame in single] == [0.0]


def test_a_stream_that_cannot_be_searched_gives_its_first_keyframes(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.ts")
    times = [frame.time for frame in decoder.keyframes(path)]
    assert times == sorted(set(times))
    assert len(times) >= 3


def test_large_pictures_shrink_and_small_ones_stay(decoder: Decoder, tmp_path: Path) -> None:
    large = write_video(tmp_path / "large.mp4", size=(640, 360), per_colour=1)
    assert decoder.keyframes(large, short_side=90)[0].pixels.shape == (90, 160, 3)
    assert decoder.keyframes(large, short_side=1000)[0].pixels.shape == (360, 640, 3)


def test_pixels_become_square(decoder: Decoder, tmp_path: Path) -> None:
    frames = decoder.keyframes(write_video(tmp_path / "dv.mp4", aspect=Fraction(4, 3)))
    assert frames[0].pixels.shape == (64, 128, 3)


@pytest.mark.parametrize(
    ("rotation", "hflip", "left_right_top_bottom"),
    [
        (0, False, ["red", "white"]),
        (180, False, ["white", "red"]),
        (90, False, ["white", "red"]),
        (270, False, ["red", "white"]),
        (0, True, ["white", "red"]),
    ],
)
def test_pictures_stand_upright(
    decoder: Decoder, tmp_path: Path, rotation: int, hflip: bool, left_right_top_bottom: list[str]
) -> None:
    """Rotation is counter-clockwise, as FFmpeg reports it: at 90° the left edge ends up at the bottom."""
    path = write_video(tmp_path / "a.mp4", rotation=rotation, hflip=hflip, bands=BANDS, options={"crf": "1"})
    frame = decoder.keyframes(path)[0]
    edges = corners(frame)
    if rotation % 180:
        assert frame.pixels.shape == (96, 64, 3)
        assert edges[2:] == left_right_top_bottom
    else:
        assert edges[:2] == left_right_top_bottom
    chunk = next(iter(decoder.sweep(path, SweepPlan(thumb_width=32, thumb_height=16))))
    assert chunk.thumbs.shape[1:] == (16, 32, 3)
    assert corners(Frame(0.0, chunk.thumbs[0]))[2 * (rotation % 180 > 0) :][:2] == left_right_top_bottom


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_a_sweep_finds_each_cut(either: Decoder, tmp_path: Path, name: str) -> None:
    path = write_video(tmp_path / name, codec="libvpx-vp9" if name.endswith("webm") else "libx264", gop=250)
    chunks = list(either.sweep(path))
    times = np.concatenate([chunk.times for chunk in chunks])
    thumbs = np.concatenate([chunk.thumbs for chunk in chunks])
    assert (np.diff(times) > 0).all()
    assert np.diff(times).max() <= 1.5 / 12.5 + 1e-6
    change = np.abs(np.diff(thumbs.astype(float), axis=0)).mean((1, 2, 3)) > 20
    cuts = (times[:-1] + times[1:])[change] / 2
    assert cuts == pytest.approx([0.4, 0.8, 1.2, 1.6, 2.0], abs=0.1)
    assert chunks[-1].progress == 1.0
    assert chunks[-1].spans == ((0.0, pytest.approx(2.4, abs=0.1)),)


def test_a_sweep_follows_timestamps_not_frame_counts(decoder: Decoder, tmp_path: Path) -> None:
    """One colour for four seconds in four frames, the next for one second in thirty."""
    times = [0.0, 1.0, 2.0, 3.0, *(4 + i / 30 for i in range(30))]
    colours = [COLOURS[0]] * 4 + [COLOURS[1]] * 30
    path = write_video(tmp_path / "vfr.webm", codec="libvpx-vp9", colours=colours, per_colour=1, times=times)
    chunks = list(decoder.sweep(path))
    found = np.concatenate([chunk.times for chunk in chunks])
    assert found[:4] == pytest.approx([0, 1, 2, 3], abs=0.01)
    assert 11 <= (found >= 3.99).sum() <= 18  # of thirty pictures; key frames on top
    frames = [frame for chunk in chunks for frame in chunk.frames]
    assert [round(frame.time) for frame in frames] == [1, 2, 3, 4, 5]


def test_a_sweep_brings_evenly_spread_frames(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", size=(320, 180), per_colour=50)
    frames = [f for chunk in decoder.sweep(path, SweepPlan(short_side=90, max_frames=6)) for f in chunk.frames]
    assert [frame.time for frame in frames] == pytest.approx([1, 3, 5, 7, 9, 11], abs=0.15)
    for frame, colour in zip(frames, COLOURS, strict=True):
        assert frame.pixels.shape == (90, 160, 3)
        assert np.abs(frame.pixels.mean((0, 1)) - colour).max() < 6


def test_a_long_clip_is_swept_in_spread_windows(either: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "long.mp4", per_colour=50, gop=5)
    chunks = list(either.sweep(path, SweepPlan(max_seconds=3, windows=3, frames_per_second=1)))
    times = np.concatenate([chunk.times for chunk in chunks])
    assert chunks[0].spans == tuple((pytest.approx(t, abs=0.1), pytest.approx(t + 1, abs=0.1)) for t in (1.5, 5.5, 9.5))
    assert all(any(start - 0.01 <= t <= end for start, end in chunks[0].spans) for t in times)
    assert 32 <= len(times) <= 36 + 15  # 12.5 a second, and a key frame in every five pictures
    assert [round(f.time) for chunk in chunks for f in chunk.frames] == [2, 6, 10]
    assert [chunk.progress for chunk in chunks] == sorted(chunk.progress for chunk in chunks)


def test_the_first_picture_of_a_shot_is_always_looked_at(decoder: Decoder, tmp_path: Path) -> None:
    """Cut on odd and even pictures: what begins a shot is a key frame, and its own time is known."""
    colours = [COLOURS[0]] * 7 + [COLOURS[1]] * 8 + [COLOURS[2]] * 9
    path = write_video(tmp_path / "cut.mp4", size=(320, 180), colours=colours, per_colour=1, gop=1)
    keyed = write_video(tmp_path / "keyed.mp4", size=(320, 180), colours=colours, per_colour=1, gop=7)
    for clip, wanted in ((path, 0.04), (keyed, 7 / 25)):
        times = np.concatenate([chunk.times for chunk in decoder.sweep(clip)])
        assert np.abs(times - wanted).min() < (0.045 if clip == path else 0.001)


def test_a_clip_whose_one_key_frame_is_hidden_is_seen(decoder: Decoder, tmp_path: Path) -> None:
    """As a cut without encoding leaves it: the pictures before the cut are there, and are not shown."""
    options = {"x264-params": "scenecut=0"}
    path = write_video(tmp_path / "whole.mp4", size=(320, 180), gop=500, options=options)
    cut = tmp_path / "cut.mp4"
    with av.open(str(path)) as source, av.open(str(cut), "w") as made:
        stream = made.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                shift = round(1.0 / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, stream
                made.mux(packet)
    assert decoder.probe(cut).video.fps == pytest.approx(25, abs=0.01)  # type: ignore[union-attr]
    assert decoder.keyframes(cut)


def test_a_sweep_can_be_left_early(either: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", per_colour=60)
    for _ in range(5):
        chunks = either.sweep(path)
        assert next(iter(chunks)).progress < 1
        chunks.close()
    assert either.keyframes(path)


def test_a_truncated_clip_gives_what_is_there(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", size=(320, 180), per_colour=25)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert sum(len(chunk.times) for chunk in decoder.sweep(path)) > 5
    assert decoder.keyframes(path)


def test_damaged_pictures_are_passed_over(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", codec="mjpeg", pix_fmt="yuvj420p", per_colour=25)
    data = bytearray(path.read_bytes())
    start = data.index(b"movi") + 12
    data[start : start + 600] = bytes(600)
    path.write_bytes(data)
    assert decoder.keyframes(path)
    assert sum(len(chunk.times) for chunk in decoder.sweep(path)) > 50


def test_colour_spaces_that_nothing_converts_are_guessed_and_frames_without_a_time_kept() -> None:
    stream = SimpleNamespace(sample_aspect_ratio=None, time_base=Fraction(1, 25))
    frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), 90, np.uint8), "rgb24").reformat(format="yuv420p")
    frame.colorspace = 3  # reserved
    canvas = look._Canvas(stream, 8192)  # type: ignore[arg-type]
    drawn = canvas.draw(frame, 32)
    assert drawn is not None
    assert np.abs(drawn.astype(int) - 90).max() <= 3
    assert look._seconds(SimpleNamespace(start_time=0), stream, frame) == 0.0  # type: ignore[arg-type]


def test_a_frame_that_cannot_be_converted_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def reformat(self, *_: object, **__: object) -> None:
            raise av.error.OSError(95, "Operation not supported")

    monkeypatch.setattr(look, "VideoReformatter", Refusing)
    unwalled = Decoder(workers=InThisProcess())
    path = write_video(tmp_path / "a.mp4")
    for ask in (unwalled.keyframes, lambda p: list(unwalled.sweep(p))):
        with pytest.raises(MediaError, match="none decodes"):
            ask(path)


def test_a_container_that_cannot_seek_is_told() -> None:
    class Unseekable:
        start_time = None

        def seek(self, offset: int) -> None:
            raise av.error.PermissionError(1, "Operation not permitted")

    assert not seek(Unseekable(), 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("cover", [False, True])
def test_audio_given_as_video_says_so(decoder: Decoder, tmp_path: Path, cover: bool) -> None:
    path = write_audio(tmp_path / "song.mp3", cover=cover)
    for ask in (decoder.keyframes, lambda p: list(decoder.sweep(p))):
        with pytest.raises(MediaError, match=r"^song\.mp3 has no moving pictures\.$") as caught:
            ask(path)
        assert caught.value.reason == "no_pictures"


def test_pictures_of_which_none_decodes_say_so(decoder: Decoder, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", sound=tone(1.0))
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = b"\xff" * (end - start)
    path.write_bytes(data)
    for ask in (decoder.keyframes, lambda p: list(decoder.sweep(p))):
        with pytest.raises(MediaError) as caught:
            ask(path)
        assert caught.value.reason in ("no_pictures", "unreadable")
