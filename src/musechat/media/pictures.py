"""A clip's pictures on their way into an MP4 file, in the child: copied packet by packet, or else encoded anew.

In: a `Task`. Out: what a first pass over the packets tells (`Survey`); then packets that the muxer takes.

- Copied packets keep every byte; only Annex B start codes become lengths, and HEVC's parameter sets move to the header,
  as `hvc1` asks: the muxer does both. Timestamps are moved so that the first picture that is shown is at 0: what an
  edit list or a cut recording holds before it, and decoders need, stays before 0 and is hidden by the file's own edit
  list.
- AVI tells no order of display, so its pictures are copied only where none is shown out of order.
- Anew means libx264 at CRF 18 in 8-bit 4:2:0, interlaced as the source is, colours tagged as they were.
"""

from __future__ import annotations

import heapq
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from musechat.core.errors import MediaError
from musechat.media.demux import codec_name, open_media, origin, packets, pick_streams, pixel_aspect, prepare
from musechat.media.look import BT601, BT709, CONVERTIBLE, HD_LINES
from musechat.media.model import COPIED
from musechat.media.server import Task

FIRST_PACKETS = 400  # that are decoded to find the first picture
RESET = 1.0  # seconds that timestamps fall back by where a recording was cut together: they run on
MOST_EARLY = 1.0  # seconds
MOST_HELD = 32  # packets at the start without decoding times
USUAL_RATE = 25  # where nothing tells
MAX_RATE = 1000
ANEW = {"crf": "18", "preset": "veryfast"}
INTERLACED = "+ildct+ilme"
LIMITED_RANGE = 1  # AVColorRange


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the picture's packets tells; times are timestamps in seconds.

    `zero` is when the first picture is shown, `late` how much after the start of the file; `skipped` packets come
    before the first key frame, `count` in all. `early` is what decoding times, in ticks, must be moved by so that none
    comes after its picture's showing. `disordered`: the file does not tell when pictures are shown. `samples`: the
    format of a picture, in FFmpeg's words.
    """

    codec: str
    samples: str
    zero: Fraction
    late: float
    seconds: float
    count: int
    skipped: int
    early: int
    disordered: bool
    copied: bool
    has_sound: bool


@dataclass(frozen=True, slots=True)
class Timed:
    """A packet and its times in the stream's time base; decoding times rise."""

    packet: av.Packet[Any]
    pts: int
    dts: int
    duration: int


def survey(task: Task) -> Survey:
    """Go through the pictures once. Raises `MediaError`: as `open_media`, no_pictures, or too_large for too long."""
    with open_media(task) as container:
        stream = pick_streams(task, container).video
        if stream is None:
            raise MediaError("has no moving pictures", reason="no_pictures")
        first = _first_shown(container, stream)
    with open_media(task) as container:
        streams = pick_streams(task, container)
        assert streams.video is not None
        stream = streams.video
        prepare(container, stream)
        base = stream.time_base or Fraction(1, 90_000)
        disordered = "avi" in container.format.name.split(",") and bool(stream.codec_context.has_b_frames)
        lowest = end = None
        count = skipped = keys = early = 0
        for timed in _timed(container, stream):
            count += 1
            keys += timed.packet.is_keyframe
            skipped += not keys
            early = max(early, min(timed.dts - timed.pts, round(MOST_EARLY / base)))
            if timed.packet.is_discard:
                continue
            shown = timed.dts if disordered else timed.pts
            lowest = shown if lowest is None else min(lowest, shown)
            end = max(end if end is not None else shown, shown + timed.duration)
            if (end - lowest) * base > task.limits.max_seconds:
                raise MediaError(f"lasts longer than {task.limits.max_seconds / 3600:g} hours", reason="too_large")
        if lowest is None or end is None:
            raise MediaError("holds no picture", reason="no_pictures")
        zero = first if first is not None and not disordered else lowest
        return Survey(
            codec=codec_name(stream),
            samples=str(stream.codec_context.pix_fmt),
            zero=zero * base,
            late=float(zero * base) - origin(container),
            seconds=float((end - zero) * base),
            count=count,
            skipped=skipped if keys else 0,
            early=early,
            disordered=disordered,
            copied=codec_name(stream) in COPIED and not disordered,
            has_sound=streams.audio is not None,
        )


def copy(task: Task, seen: Survey, out: OutputContainer) -> Iterator[av.Packet[Any]]:
    """The pictures' own packets for a stream that is added to `out` before the first comes."""
    with open_media(task) as container:
        stream = pick_streams(task, container).video
        assert stream is not None
        prepare(container, stream)
        copied = out.add_stream_from_template(stream, opaque=True)
        copied.codec_context.sample_aspect_ratio = stream.sample_aspect_ratio or Fraction(0, 1)
        if seen.codec == "hevc":
            copied.codec_context.codec_tag = "hvc1"  # the only one that Apple plays
        zero = round(seen.zero / (stream.time_base or 1))
        for number, timed in enumerate(_timed(container, stream)):
            if number < seen.skipped:
                continue
            packet = timed.packet
            dts = timed.dts - zero - seen.early
            packet.pts, packet.dts, packet.duration = max(timed.pts - zero, dts), dts, timed.duration
            packet.stream = copied
            yield packet


def encode(task: Task, seen: Survey, out: OutputContainer) -> Iterator[av.Packet[Any]]:
    """The pictures as H.264 for a stream that is added to `out` before the first packet comes."""
    with open_media(task) as container:
        stream = pick_streams(task, container).video
        assert stream is not None
        prepare(container, stream)
        painter: _Painter | None = None
        for frame, pts in _shown(container, stream, seen):
            if painter is None:
                painter = _Painter(out, stream, frame)
            yield from painter.paint(frame, pts)
            if painter.painted >= 2 * seen.count:  # what the file's header has room for
                break
        if painter is None:
            raise MediaError("holds pictures of which none decodes", reason="no_pictures")
        yield from painter.rest()


def _timed(container: InputContainer, stream: VideoStream) -> Iterator[Timed]:
    """The packets with timestamps that are there and rise, also where a recording was cut together."""
    base = stream.time_base or Fraction(1, 90_000)
    usual = max(1, round(1 / (_rate(stream) * base)))
    last, shift = None, 0
    for packet, known in _dated(container, stream, usual):
        duration = packet.duration or usual
        dts = known + shift if known is not None else (last or 0) + duration
        if last is not None and dts < last - RESET / base:
            shift, dts = shift + last + duration - dts, last + duration
        pts = packet.pts + shift if packet.pts is not None else dts
        last = dts if last is None else max(dts, last + 1)
        yield Timed(packet, pts, last, duration)


def _dated(container: InputContainer, stream: VideoStream, usual: int) -> Iterator[tuple[av.Packet[Any], int | None]]:
    """The packets with their decoding times; the first ones, which Matroska leaves open, by those that follow."""
    held: list[av.Packet[Any]] = []
    holds = True
    for packet in packets(container, stream):
        if holds and packet.size and packet.dts is None and len(held) < MOST_HELD:
            held.append(packet)
            continue
        start = packet.dts if packet.dts is not None else held[0].pts if held else None
        for back, early in enumerate(held):
            yield early, None if start is None else start - (len(held) - back) * usual
        held, holds = [], False
        if packet.size:
            yield packet, packet.dts


def _first_shown(container: InputContainer, stream: VideoStream) -> int | None:
    """The timestamp of the first picture that decodes."""
    prepare(container, stream)
    for _, packet in zip(range(FIRST_PACKETS), packets(container, stream), strict=False):
        try:
            frames: list[Any] = packet.decode()
        except av.error.FFmpegError:
            continue
        for frame in frames:
            if frame.pts is not None:
                return int(frame.pts)
    return None


def _shown(container: InputContainer, stream: VideoStream, seen: Survey) -> Iterator[tuple[VideoFrame, int]]:
    """Decoded pictures and their timestamps from 0 on, which rise."""
    base = stream.time_base or Fraction(1, 90_000)
    usual = max(1, round(1 / (_rate(stream) * base)))
    last, shift = -1, -round(seen.zero / base)
    due: list[int] = []
    for packet in packets(container, stream):
        if seen.disordered and packet.size and packet.dts is not None:
            heapq.heappush(due, packet.dts)  # the pictures come out in order: each takes the next time that there is
        try:
            frames: list[Any] = packet.decode()
        except av.error.FFmpegError:
            continue
        for frame in frames:
            time = heapq.heappop(due) if due else frame.pts
            pts = time + shift if time is not None else last + usual
            if pts < last - RESET / base:
                shift, pts = shift + last + usual - pts, last + usual
            if pts > last:
                last = pts
                yield frame, pts


def _rate(stream: VideoStream) -> Fraction:
    rate = stream.average_rate or Fraction(USUAL_RATE)
    return rate if 0 < rate <= MAX_RATE else Fraction(USUAL_RATE)


class _Painter:
    """The H.264 encoder, set up by the first picture."""

    def __init__(self, out: OutputContainer, stream: VideoStream, first: VideoFrame) -> None:
        rate = _rate(stream)
        options = {**ANEW, "flags": INTERLACED} if first.interlaced_frame else dict(ANEW)
        self._stream = out.add_stream("libx264", rate=rate, options=options)
        context = self._stream.codec_context
        context.width, context.height = max(2, first.width // 2 * 2), max(2, first.height // 2 * 2)
        context.pix_fmt, context.thread_count = "yuv420p", 1
        context.time_base, context.gop_size = stream.time_base or Fraction(1, 90_000), max(1, round(2 * rate))
        context.sample_aspect_ratio = pixel_aspect(stream)
        known = first.colorspace in CONVERTIBLE and not first.format.is_rgb
        self._space = int(first.colorspace) if known else BT709 if first.height >= HD_LINES else BT601
        context.colorspace, context.color_range = self._space, LIMITED_RANGE
        context.color_primaries, context.color_trc = first.color_primaries, first.color_trc
        sides: Any = first.side_data
        for side in sides:
            if side.type.name == "DISPLAYMATRIX":
                self._stream.set_display_matrix(struct.unpack_from("=9i", bytes(side)))
        self._size = context.width, context.height
        self._base = context.time_base
        self._reformatter = VideoReformatter()
        self.painted = 0

    def paint(self, frame: VideoFrame, pts: int) -> Iterator[av.Packet[Any]]:
        """One picture → the packets that are ready."""
        source = None if frame.colorspace in CONVERTIBLE or frame.format.is_rgb else self._space
        try:
            drawn = self._reformatter.reformat(
                frame, *self._size, "yuv420p", source, self._space, None, None, LIMITED_RANGE, threads=1
            )
        except av.error.FFmpegError:
            return
        drawn.pts, drawn.time_base = pts, self._base
        drawn.pict_type = PictureType.NONE  # the source's would be forced on the encoder
        self.painted += 1
        yield from self._stream.encode(drawn)

    def rest(self) -> Iterator[av.Packet[Any]]:
        """What the encoder still holds."""
        yield from self._stream.encode(None)
