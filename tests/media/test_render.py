"""Rendering: whole files through the door, looked at and listened to with other means than the renderer's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from media.files import COLOURS, tone, write_audio, write_video
from media.rendered import (
    RATE,
    SECONDS,
    bursts,
    found_at,
    heard,
    level,
    noise,
    opened,
    plan,
    put,
    times,
    true_peak,
    tuned,
    units,
)
from media.test_hostile import children, soon
from media.unwalled import InThisProcess
from musechat.core.errors import MediaError
from musechat.core.fit import Piece
from musechat.media import Decoder, Limits, RenderChunk, RenderReport
from musechat.media.operations import OPERATIONS as HONEST
from musechat.media.server import Task
from musechat.media.wire import Kind


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("render")


@pytest.fixture(scope="module")
def song(folder: Path) -> Path:
    return write_audio(folder / "song.flac", tone(8.0))


@pytest.fixture(scope="module")
def clip(folder: Path) -> Path:
    return write_video(folder / "clip.mp4", options={"bf": "2"})


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {"options": {"bf": "3"}, "gop": 25}),
        ("a.mkv", {"options": {"bf": "3"}, "gop": 25}),
        ("a.mov", {"options": {"bf": "0"}}),
        ("a.ts", {"options": {"bf": "3"}}),
        ("hevc.mkv", {"codec": "libx265", "options": {"x265-params": "log-level=none:bframes=3"}}),
        ("hevc.ts", {"codec": "libx265", "options": {"x265-params": "log-level=none"}}),
        ("vp9.webm", {"codec": "libvpx-vp9"}),
        ("mpeg4.avi", {"codec": "mpeg4"}),
    ],
)
def test_pictures_are_taken_over_bit_for_bit(
    decoder: Decoder, tmp_path: Path, song: Path, name: str, options: dict[str, Any]
) -> None:
    video = write_video(tmp_path / name, **options)
    data, report = put(decoder, video, song)
    assert report.copied
    assert report.notes == ()
    assert units(data) == units(str(video))
    before, after = times(str(video)), times(data)
    assert after[0] == 0
    np.testing.assert_allclose(np.diff(after), np.diff(before), atol=1.1e-3)
    assert report.seconds == pytest.approx(SECONDS, abs=0.04)
    with opened(data) as file:
        assert file.duration / 1e6 == pytest.approx(SECONDS, abs=0.04)
        assert file.streams.video[0].codec_context.codec_tag == {"hevc": "hvc1"}.get(
            name[:4], file.streams.video[0].codec_context.codec_tag
        )


def test_the_walls_let_rendering_through(sandboxed: Decoder, decoder: Decoder, clip: Path, song: Path) -> None:
    assert put(sandboxed, clip, song) == put(decoder, clip, song)


def test_the_file_plays_before_it_is_whole(decoder: Decoder, clip: Path, song: Path) -> None:
    data, _ = put(decoder, clip, song)
    boxes, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        boxes.append(data[at + 4 : at + 8])
        at += size
    assert at == len(data)
    assert boxes.index(b"moov") < boxes.index(b"mdat")


def test_what_pictures_look_like_is_kept(decoder: Decoder, tmp_path: Path, song: Path) -> None:
    video = write_video(tmp_path / "a.mp4", rotation=90, hflip=True, aspect=Fraction(4, 3), space=1)
    data, _ = put(decoder, video, song)
    with opened(data) as new, av.open(str(video)) as old:
        shown, was = next(new.decode(video=0)), next(old.decode(video=0))
        assert [bytes(side) for side in shown.side_data if side.type.name == "DISPLAYMATRIX"] == [
            bytes(side) for side in was.side_data if side.type.name == "DISPLAYMATRIX"
        ]
        assert (shown.colorspace, shown.color_range) == (was.colorspace, was.color_range) == (1, 1)
        assert new.streams.video[0].sample_aspect_ratio == Fraction(4, 3)


def test_pictures_at_uneven_times_keep_them(decoder: Decoder, tmp_path: Path, song: Path) -> None:
    uneven = list(np.cumsum([0.02 + 0.07 * (i % 3) for i in range(60)]))
    video = write_video(tmp_path / "a.mkv", times=uneven, options={"bf": "2"})
    data, report = put(decoder, video, song)
    np.testing.assert_allclose(times(data), np.array(uneven) - uneven[0], atol=1.1e-3)
    assert report.seconds == pytest.approx(uneven[-1] - uneven[0], abs=0.2)


def remuxed(source: Path, target: Path, first: int = 0, shifts: Sequence[float] = (0.0, 0.0)) -> Path:
    """The same packets, pictures from number `first` on, both streams shifted by seconds."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        streams = {s.index: new.add_stream_from_template(s, opaque=True) for s in old.streams}
        number = 0
        for packet in old.demux():
            if not packet.size:
                continue
            is_video = packet.stream.type == "video"
            number += is_video
            if is_video and number <= first:
                continue
            shift = round(shifts[not is_video] / packet.time_base)
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = streams[packet.stream.index]
            new.mux(packet)
    return target


@pytest.mark.parametrize("shift", [0.0, 0.3, -0.2], ids=["together", "pictures later", "pictures earlier"])
def test_own_sound_and_music_stay_with_their_pictures(
    decoder: Decoder, tmp_path: Path, folder: Path, shift: float
) -> None:
    """A recording whose streams start apart, on a clock that does not start at 0."""
    source = write_video(tmp_path / "a.mp4", sound=bursts(2.4, 1.0))
    video = remuxed(source, tmp_path / "a.ts", shifts=(5 + shift, 5))
    track = write_audio(folder / "beat.wav", bursts(9.0, 3.0))
    data, _ = put(decoder, video, track, plan(Piece(0.0, 1.2, 9.0), own_sound="keep"))
    with av.open(str(video)) as file:
        late = 5 + shift - file.start_time / 1e6  # pictures after the clock's start, which is the first packet's
    assert times(data)[0] == 0
    samples = heard(data)
    assert found_at(samples, 1.0 - shift) == pytest.approx(1.0 - shift, abs=2e-3)
    assert found_at(samples, 1.8 - late) == pytest.approx(1.8 - late, abs=1e-3)


def test_a_recording_cut_mid_stream_starts_at_its_first_whole_picture(
    decoder: Decoder, tmp_path: Path, song: Path
) -> None:
    whole = write_video(tmp_path / "a.mp4", gop=20, options={"bf": "0"})
    data, report = put(decoder, remuxed(whole, tmp_path / "cut.ts", first=5), song)
    assert report.copied
    assert times(data)[0] == 0
    assert len(times(data)) == 40
    assert report.seconds == pytest.approx(40 / 25, abs=0.01)


def test_recordings_joined_end_to_end_run_on(decoder: Decoder, tmp_path: Path, song: Path) -> None:
    once = write_video(tmp_path / "a.ts", sound=tone(2.4))
    twice = tmp_path / "b.ts"
    twice.write_bytes(once.read_bytes() * 2)
    data, report = put(decoder, twice, song, plan(own_sound="keep"))
    assert report.seconds == pytest.approx(2 * SECONDS, abs=0.1)
    assert np.diff(times(data)).max() < 0.1


@pytest.mark.parametrize(
    ("name", "options", "named"),
    [
        ("a.webm", {"codec": "libvpx"}, "VP8"),
        ("a.mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le", "rotation": 90}, "ProRes"),
        ("a.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}, "Motion JPEG"),
        ("a.ts", {"codec": "mpeg2video", "options": {"bf": "2"}}, "MPEG-2"),
        ("odd.mov", {"codec": "mjpeg", "pix_fmt": "yuvj444p", "size": (95, 63)}, "Motion JPEG"),
    ],
)
def test_what_players_do_not_play_is_encoded_anew_and_said(
    decoder: Decoder, tmp_path: Path, song: Path, name: str, options: dict[str, Any], named: str
) -> None:
    video = write_video(tmp_path / name, **options)
    data, report = put(decoder, video, song)
    assert (report.copied, report.codec) == (False, "h264")
    assert named in report.notes[0]
    before, after = times(str(video)), times(data)
    np.testing.assert_allclose(after, np.array(before) - before[0], atol=2e-3)
    with opened(data) as new, av.open(str(video)) as old:
        assert new.streams.video[0].codec_context.pix_fmt == "yuv420p"
        for shown, was in zip(new.decode(video=0), old.decode(video=0), strict=True):
            assert shown.rotation == was.rotation
            colours = [frame.to_ndarray(format="rgb24").mean(axis=(0, 1)) for frame in (shown, was)]
            np.testing.assert_allclose(*colours, atol=6)


def test_copied_pictures_that_few_players_play_are_said(decoder: Decoder, tmp_path: Path, song: Path) -> None:
    _, report = put(decoder, write_video(tmp_path / "a.mp4", pix_fmt="yuv422p10le"), song)
    assert report.copied
    assert "few phones and browsers play H.264 in yuv422p10le" in report.notes[0]


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_avi_with_pictures_out_of_order_is_put_in_order(
    decoder: Decoder, tmp_path: Path, song: Path, codec: str
) -> None:
    video = write_video(tmp_path / "a.avi", codec=codec, options={"bf": "2"})
    data, report = put(decoder, video, song)
    assert not report.copied
    assert "AVI" in report.notes[0]
    np.testing.assert_allclose(np.diff(times(data)), 1 / 25, atol=1e-3)
    assert len(times(data)) == 60


def test_a_clip_without_pictures_or_a_track_without_sound_is_named(
    either: Decoder, tmp_path: Path, clip: Path, song: Path
) -> None:
    with pytest.raises(MediaError, match=r"^song\.flac has no moving pictures") as caught:
        list(either.render(song, song, plan()))
    assert caught.value.reason == "no_pictures"
    with pytest.raises(MediaError, match=r"^clip\.mp4 has no audio") as caught:
        list(either.render(clip, clip, plan()))
    assert caught.value.reason == "no_audio"
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no music" * 100)
    with pytest.raises(MediaError, match=r"^broken\.mp3 is not a media file") as caught:
        list(either.render(clip, broken, plan()))
    with pytest.raises(MediaError, match=r"^none\.mp3 does not exist") as caught:
        list(either.render(clip, tmp_path / "none.mp3", plan()))
    with pytest.raises(MediaError, match=r"^song\.flac holds no sound"):
        list(either.render(clip, song, plan(Piece(0.0, 100.0, 103.0))))


def test_a_clip_that_is_too_long_is_refused(clip: Path, song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brief = Decoder(Limits(max_seconds=1.0), workers=InThisProcess())
    with pytest.raises(MediaError, match=r"^clip\.mp4 lasts longer") as caught:
        list(brief.render(clip, song, plan()))
    assert caught.value.reason == "too_large"
    monkeypatch.setattr(Decoder, "_render_seconds", lambda *_: 5.0)  # a file that says it is short
    with pytest.raises(MediaError, match="lasts longer"):
        list(brief.render(clip, song, plan()))


@pytest.mark.parametrize(
    ("name", "layout", "rate"),
    [
        ("a.mp3", "stereo", 44_100),
        ("a.m4a", "stereo", 44_100),
        ("a.opus", "stereo", 48_000),
        ("a.ogg", "stereo", 44_100),
        ("a.mka", "stereo", 44_100),
        ("mono.wav", "mono", 22_050),
        ("wide.flac", "7.1", 96_000),
        ("a.wav", "5.1", 44_100),
    ],
)
def test_pieces_fall_on_their_sample(
    decoder: Decoder, tmp_path: Path, clip: Path, name: str, layout: str, rate: int
) -> None:
    samples = bursts(9.0, 1.25, 7.0)
    if rate != 44_100:
        at = np.arange(round(9.0 * rate)) * 44_100 / rate
        samples = np.stack([np.interp(at, np.arange(samples.shape[1]), row).astype(np.float32) for row in samples])
    channels = len(av.AudioLayout(layout).channels)
    track = write_audio(tmp_path / name, np.tile(samples[:1], (channels, 1)), layout=layout, rate=rate)
    pieces = (Piece(0.0, 6.5, 7.5), Piece(1.0, 1.0, 2.5))
    data, _ = put(decoder, clip, track, plan(*pieces))
    samples = heard(data)
    assert 0 <= samples.shape[1] - SECONDS * RATE < 1024  # players stop where the header says
    assert found_at(samples, 0.5) == pytest.approx(0.5, abs=5e-4)
    assert found_at(samples, 1.25) == pytest.approx(1.25, abs=5e-4)


def test_music_may_start_late_and_end_early(decoder: Decoder, clip: Path, song: Path) -> None:
    data, _ = put(decoder, clip, song, plan(Piece(0.5, 2.0, 3.0)))
    samples = heard(data)
    assert level(samples, 0.0, 0.49) < -80
    assert level(samples, 0.52, 1.48) > -30
    assert level(samples, 1.53, 2.4) < -80


def test_fades_rise_and_fall(decoder: Decoder, clip: Path, song: Path) -> None:
    data, _ = put(decoder, clip, song, plan(fades=(0.5, 1.0)))
    samples = heard(data)
    middle = level(samples, 0.6, 1.3)
    assert level(samples, 0.0, 0.05) < middle - 20
    assert level(samples, 0.24, 0.26) == pytest.approx(middle - 6, abs=1)
    assert level(samples, 1.89, 1.91) == pytest.approx(middle - 6, abs=1)
    assert level(samples, 2.37, 2.4) < middle - 25


def test_joins_do_not_click_and_keep_their_power(decoder: Decoder, tmp_path: Path, clip: Path) -> None:
    """Two unlike tones: at the join neither a gap, nor a bump, nor anything above them."""
    track = write_audio(tmp_path / "a.wav", np.concatenate([tone(4, hertz=300), tone(4, hertz=437)], axis=1))
    data, _ = put(decoder, clip, track, plan(Piece(0.0, 1.0, 2.2), Piece(1.2, 5.013, 6.5)))
    samples = heard(data)
    steady = level(samples, 0.4, 1.0)
    for start in np.arange(1.14, 1.22, 0.01):
        assert level(samples, start, start + 0.01) == pytest.approx(steady, abs=2.5)
    spectrum = np.abs(np.fft.rfft(samples[0, round(1.1 * RATE) : round(1.3 * RATE)] * np.hanning(round(0.2 * RATE))))
    hertz = np.fft.rfftfreq(round(0.2 * RATE), 1 / RATE)
    assert spectrum[hertz > 2000].max() < spectrum.max() * 1e-3
    assert tuned(samples, 300, 1.25, 1.6) < tuned(samples, 437, 1.25, 1.6) - 40


def test_pieces_that_go_on_are_one(decoder: Decoder, clip: Path, song: Path) -> None:
    whole, _ = put(decoder, clip, song, plan(Piece(0.0, 1.0, 4.0)))
    split, _ = put(decoder, clip, song, plan(Piece(0.0, 1.0, 2.0), Piece(1.0, 2.0, 4.0)))
    assert heard(whole).tolist() == heard(split).tolist()


@pytest.mark.parametrize("target", [-14.0, -23.0])
@pytest.mark.parametrize("peaks", [0.0, 0.4], ids=["even", "peaky"])
def test_the_file_has_its_loudness_below_the_ceiling(
    decoder: Decoder, tmp_path: Path, clip: Path, target: float, peaks: float
) -> None:
    track = write_audio(tmp_path / "a.wav", noise(4.0, peaks=peaks))
    data, report = put(decoder, clip, track, plan(lufs=target))
    (tmp_path / "out.mp4").write_bytes(data)
    assert report.notes == ()
    assert decoder.audio(tmp_path / "out.mp4").loudness_lufs == pytest.approx(target, abs=0.5)
    assert report.loudness_lufs == pytest.approx(target, abs=0.5)
    assert report.true_peak_dbtp is not None
    assert true_peak(heard(data)) <= -0.95
    assert report.true_peak_dbtp == pytest.approx(true_peak(heard(data)), abs=0.3)


def test_what_cannot_be_as_loud_says_so(decoder: Decoder, tmp_path: Path, clip: Path, folder: Path) -> None:
    clicks = np.zeros((2, 44_100 * 3), np.float32)
    clicks[:, ::22_050] = 0.8
    data, report = put(decoder, clip, write_audio(tmp_path / "clicks.wav", clicks))
    assert "peaks" in report.notes[0]
    assert true_peak(heard(data)) <= -0.9
    data, report = put(decoder, clip, write_audio(tmp_path / "silent.wav", np.zeros((2, 44_100 * 3), np.float32)))
    assert "silent" in report.notes[0]
    assert (report.loudness_lufs, report.gain_db) == (None, 0)
    short = write_video(tmp_path / "short.mp4", per_colour=1)
    data, report = put(decoder, short, write_audio(tmp_path / "loud.wav", 4 * noise(3.0, peaks=0.4)))
    assert "too short" in report.notes[0]
    assert report.true_peak_dbtp is not None
    assert report.true_peak_dbtp <= -0.9


@pytest.fixture(scope="module")
def talk(folder: Path) -> Path:
    """Six seconds with a voice (of 1 kHz) from 2 to 4."""
    voice = tone(6.0, hertz=1000, level=0.05)
    voice[:, : 2 * 44_100] *= 0.01
    voice[:, 4 * 44_100 :] *= 0.01
    return write_video(folder / "talk.mp4", per_colour=25, sound=voice)


def test_music_ducks_under_speech_and_only_there(decoder: Decoder, talk: Path, folder: Path) -> None:
    track = write_audio(folder / "long.flac", tone(12.0))
    levels = {}
    for own in ("duck", "keep"):
        data, report = put(decoder, talk, track, plan(own_sound=own, speech=((2.0, 4.0),)))
        assert report.loudness_lufs == pytest.approx(-14, abs=0.5)
        samples = heard(data)
        levels[own] = [tuned(samples, 440, *span) for span in ((0.5, 1.7), (2.1, 3.9), (4.9, 5.8))]
        voice, music = tuned(samples, 1000, 2.1, 3.9), tuned(samples, 440, 0.5, 1.7)
        assert voice == pytest.approx(music, abs=2)
    before, under, after = levels["duck"]
    assert under == pytest.approx(before - 12, abs=0.5)
    assert after == pytest.approx(before, abs=0.3)
    assert max(levels["keep"]) - min(levels["keep"]) < 0.3
    ramp = [tuned(samples, 440, t, t + 0.05) for t in np.arange(1.6, 5.0, 0.05)]
    assert np.abs(np.diff(ramp)).max() < 5  # never a jump


def test_pauses_between_words_do_not_pump(decoder: Decoder, talk: Path, folder: Path) -> None:
    track = write_audio(folder / "long.flac", tone(12.0))
    data, _ = put(decoder, talk, track, plan(speech=((3.2, 3.8), (1.0, 2.0), (2.5, 2.9), (5.5, 5.2))))
    samples = heard(data)
    under = [tuned(samples, 440, t, t + 0.2) for t in np.arange(1.1, 3.5, 0.2)]
    assert max(under) - min(under) < 1
    assert tuned(samples, 440, 4.8, 5.8) > max(under) + 10


def test_what_is_too_long_to_be_kept_is_read_again_and_sounds_the_same(
    decoder: Decoder, talk: Path, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = plan(Piece(0.0, 1.0, 4.0), Piece(3.0, 2.0, 6.0), speech=((2.0, 4.0),))
    kept = put(decoder, talk, song, wanted)
    monkeypatch.setattr("musechat.media.master.KEPT", 0)
    assert put(decoder, talk, song, wanted) == kept


def test_ambience_stays_under_the_music(decoder: Decoder, folder: Path) -> None:
    loud = write_video(folder / "loud.mp4", sound=tone(2.4, hertz=1000, level=0.9))
    quiet = write_video(folder / "quiet.mp4", sound=tone(2.4, hertz=1000, level=0.003))
    track = write_audio(folder / "long.flac", tone(12.0))
    for video, most, least in ((loud, -8, -14), (quiet, -30, -50)):
        samples = heard(put(decoder, video, track)[0])
        difference = tuned(samples, 1000, 0.5, 2) - tuned(samples, 440, 0.5, 2)
        assert least < difference < most
    dropped = heard(put(decoder, loud, track, plan(own_sound="drop"))[0])
    assert tuned(dropped, 1000, 0.5, 2) < tuned(dropped, 440, 0.5, 2) - 60


def test_sound_with_gaps_stays_in_its_place(decoder: Decoder, tmp_path: Path, song: Path) -> None:
    """Damaged or missing packets leave silence, not a shift."""
    video = write_video(tmp_path / "a.mp4", sound=bursts(2.4, 0.5, 2.0))
    holed = tmp_path / "b.ts"
    with av.open(str(video)) as old, av.open(str(holed), "w") as new:
        streams = {s.index: new.add_stream_from_template(s, opaque=True) for s in old.streams}
        for packet in old.demux():
            lost = (
                packet.stream.type == "audio" and packet.pts is not None and 0.8 < packet.pts * packet.time_base < 1.5
            )
            if packet.size and not lost:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)
    data, _ = put(decoder, holed, song, plan(Piece(0.0, 0.0, 0.1), own_sound="keep"))
    assert found_at(heard(data), 0.5) == pytest.approx(0.5, abs=3e-3)
    assert found_at(heard(data), 2.0) == pytest.approx(2.0, abs=3e-3)


def test_damaged_pictures_are_taken_over_as_they_are(either: Decoder, tmp_path: Path, song: Path) -> None:
    whole = write_video(tmp_path / "a.mp4", size=(320, 240), bands=COLOURS, per_colour=60)
    data = bytearray(whole.read_bytes())
    at = data.index(b"mdat") + 4
    rng = np.random.default_rng(0)
    middle = (data.index(b"moov") if data.index(b"moov") > at else len(data)) - at
    for where in at + middle // 2 + rng.integers(0, middle // 3, 20):
        data[where] ^= 0x55
    damaged = tmp_path / "b.mp4"
    damaged.write_bytes(data)
    file, report = put(either, damaged, song)
    assert report.copied
    with opened(file) as new, av.open(str(damaged)) as old:
        assert [bytes(p) for p in new.demux(video=0)] == [bytes(p) for p in old.demux(video=0)]


def test_a_damaged_track_is_heard_where_it_decodes(either: Decoder, tmp_path: Path, clip: Path) -> None:
    track = write_audio(tmp_path / "a.mp3", tone(6.0))
    data = bytearray(track.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 3000] = os.urandom(3000)
    track.write_bytes(data)
    _, report = put(either, clip, track, plan(Piece(0.0, 1.5, 5.0)))
    assert report.loudness_lufs is not None


def test_an_iterator_that_is_closed_ends_its_child(sandboxed: Decoder, folder: Path, song: Path) -> None:
    sandboxed.identify(song)
    long = write_video(folder / "long.mp4", size=(16, 16), fps=1, per_colour=100)
    parts = sandboxed.render(long, song, plan(Piece(0.0, 0.0, 8.0)))
    next(parts)
    assert children(sandboxed)
    parts.close()  # type: ignore[attr-defined]
    soon(lambda: not children(sandboxed))


def test_a_child_that_is_killed_is_an_error_of_both(sandboxed: Decoder, folder: Path, song: Path) -> None:
    sandboxed.identify(song)
    long = write_video(folder / "long.mp4", size=(16, 16), fps=1, per_colour=100)
    parts = sandboxed.render(long, song, plan(Piece(0.0, 0.0, 8.0)))
    next(parts)
    for pid in children(sandboxed):
        os.kill(pid, 9)
    with pytest.raises(MediaError, match=r"^long\.mp4 with song\.flac makes the decoder crash") as caught:
        list(parts)
    assert caught.value.reason == "crashed"


def test_a_plan_may_have_hundreds_of_pieces(sandboxed: Decoder, clip: Path, song: Path) -> None:
    pieces = tuple(Piece(i * 0.004, 1.0 + i * 0.01, 1.004 + i * 0.01) for i in range(600))
    speech = tuple((i * 0.01, i * 0.01 + 0.005) for i in range(600))
    _, report = put(sandboxed, clip, song, plan(*pieces, speech=speech))
    assert report.loudness_lufs is not None


GOOD = {"position": 0, "progress": 0.5}
REPORT = {"seconds": 1, "copied": 1, "codec": "h264", "gain": 0, "notes": []}


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [GOOD],
        [{"report": REPORT}, GOOD],
        [{"report": REPORT}, {"report": REPORT}],
        [{"position": 1, "progress": 0.5}],
        [{"position": -1, "progress": 0.5}],
        [b"x", {"position": 1, "progress": 0.5}],
        [b"x", b"y", GOOD],
        [{"position": 0, "progress": 2}],
        [GOOD, {"position": 0, "progress": 0.1}],
        [{"report": {**REPORT, "seconds": float("nan")}}],
        [{"report": {**REPORT, "codec": 7}}],
        [{"report": {**REPORT, "notes": [{"note": "x" * 1000}]}}],
        [{"report": {**REPORT, "notes": [{"note": "x"}] * 1000}}],
        [{"report": {**REPORT, "loudness": 1e9}}],
        [np.zeros((1, 1, 3)), GOOD],
        [b"x" * (1 << 20), GOOD] * 40,
    ],
)
def test_answers_that_are_no_file_are_refused(clip: Path, song: Path, messages: list[Any]) -> None:
    def lie(task: Task) -> None:
        for message in messages:
            if isinstance(message, bytes):
                task.answer.array(Kind.BYTES, np.frombuffer(message, np.uint8))
            elif isinstance(message, dict):
                task.answer.meta(message)
            else:
                task.answer.array(Kind.FRAME, message)

    liar = Decoder(Limits(answer_bytes=1 << 20), workers=InThisProcess({"render": lie, "identify": HONEST["identify"]}))
    with pytest.raises(MediaError, match=r"^clip\.mp4 with song\.flac .*nonsense") as caught:
        list(liar.render(clip, song, plan()))
    assert caught.value.reason == "crashed"


def test_notes_are_printable(clip: Path, song: Path) -> None:
    def say(task: Task) -> None:
        task.answer.meta({"report": {**REPORT, "notes": [{"note": "a\x1b[31mb\n\u202ec"}]}})

    teller = Decoder(workers=InThisProcess({"render": say, "identify": HONEST["identify"]}))
    [report] = teller.render(clip, song, plan())
    assert isinstance(report, RenderReport)
    assert report.notes == ("ab c",)


def test_progress_is_told_while_sound_is_worked_on(
    decoder: Decoder, clip: Path, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musechat.media.render.TOLD_SECONDS", 0.0)
    parts = list(decoder.render(clip, song, plan()))
    empty = [part for part in parts if isinstance(part, RenderChunk) and not part.data]
    assert len(empty) >= 4
    assert isinstance(parts[-1], RenderReport)
