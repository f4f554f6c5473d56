"""Decoding pictures, in the child: key frames for a first answer, then one sequential sweep.

In: a `Task`. Out: upright RGB frames and thumbnails as they come.

- The display matrix turns and mirrors, the sample aspect ratio stretches, the colour tags convert.
- Untagged pictures of 720 lines and more are BT.709, smaller ones BT.601, as players assume. HDR is not
  tone-mapped: its colours come out dull.
- The sweep skips non-reference frames of a time cell that already has a picture, and the loop filter where no
  other frame depends on it: neither changes what the other frames show (measured: 0.000 levels mean difference).
- A key frame is looked at even where its time cell has a picture: cuts are then known to the frame.
"""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from musechat.core.errors import MediaError
from musechat.media.demux import (
    clamped,
    header_seconds,
    open_media,
    origin,
    packets,
    pick_streams,
    pixel_aspect,
    prepare,
    seek,
)
from musechat.media.model import U8, SweepPlan
from musechat.media.server import Task
from musechat.media.wire import Kind

HD_LINES = 720
CHUNK_THUMBS = 32
CHUNK_SECONDS = 2.0
PACKETS_PER_KEYFRAME = 8  # fed before giving up on a damaged one
BT709, BT601, FULL_RANGE = 1, 5, 2  # AVColorSpace and AVColorRange
CONVERTIBLE = {BT709, 4, BT601, 6, 7, 9}  # the YUV colour spaces that swscale knows
LONGEST_RATIO = 16  # a picture's long side to its short side, above which it is cut to a ribbon of this shape


def keyframes(task: Task) -> None:
    """Answer with up to `at_most` frames spread over the file, each an array and its time."""
    at_most, short_side = int(task.params["at_most"]), int(task.params["short_side"])
    with open_media(task) as container:
        stream = _video(task, container)
        canvas = _Canvas(stream, task.limits.max_side)
        prepare(container, stream)
        found = 0
        for frame in _spread_keyframes(container, stream, at_most):
            if (pixels := canvas.draw(frame, short_side)) is None:
                continue
            task.answer.array(Kind.FRAME, pixels)
            task.answer.meta({"time": _seconds(container, stream, frame)})
            found += 1
        if not found:
            raise MediaError("holds pictures of which none decodes", reason="no_pictures")


def quarter_turns(container: InputContainer, stream: VideoStream) -> int:
    """How many quarter turns clockwise make the picture upright, by its first key frame; 0 if none decodes."""
    prepare(container, stream)
    for frame in _spread_keyframes(container, stream, 1):
        a, b, _, _ = _display_matrix(frame)
        if abs(a) >= abs(b):
            return 0 if a >= 0 else 2
        return 1 if b > 0 else 3
    return 0


def sweep(task: Task) -> None:
    """Answer with chunks: times, thumbnails, frames, then an object that closes the chunk."""
    plan = SweepPlan(**task.params)
    with open_media(task) as container:
        stream = _video(task, container)
        prepare(container, stream, skip_loop_filter="noref")
        seconds = header_seconds(container, stream) or 0.0
        spans = _spans(seconds, plan)
        sweeper = _Sweeper(task, plan, _Canvas(stream, task.limits.max_side), spans)
        for span in spans:
            if len(spans) > 1 and not seek(container, span[0]):
                continue
            for frame in _frames(container, stream, plan.thumbs_per_second):
                if not sweeper.take(frame, _seconds(container, stream, frame), span):
                    break
        if not sweeper.taken:
            raise MediaError("holds pictures of which none decodes", reason="no_pictures")
        sweeper.send(1.0)


def _video(task: Task, container: InputContainer) -> VideoStream:
    stream = pick_streams(task, container).video
    if stream is None:
        raise MediaError("has no moving pictures", reason="no_pictures")
    return stream


def _spread_keyframes(container: InputContainer, stream: VideoStream, at_most: int) -> Iterator[VideoFrame]:
    """Key frames before evenly spread times; from a file that cannot be searched, the first ones."""
    seconds = header_seconds(container, stream)
    context = stream.codec_context
    context.skip_frame = "NONKEY"
    seen: set[int | None] = set()
    drawn: set[int | None] = set()
    for i in range(at_most if seconds else 0):
        if not seek(container, (i + 0.5) * (seconds or 0.0) / at_most):
            break
        frame = _next_keyframe(container, stream, seen)
        if frame is not None and frame.pts not in drawn:
            drawn.add(frame.pts)
            yield frame
    if not drawn:  # as in a clip that was cut without encoding: its one key frame is hidden, and the rest is not
        seek(container, 0.0)
        context.skip_frame = "DEFAULT"
        for count, frame in enumerate(_frames(container, stream, None)):
            if count >= at_most:
                return
            yield frame


def _next_keyframe(container: InputContainer, stream: VideoStream, seen: set[int | None]) -> VideoFrame | None:
    """The next key frame, unless the packet that begins it was seen before."""
    for count, packet in enumerate(packets(container, stream)):
        if count == 0:
            if packet.pts in seen:
                return None
            seen.add(packet.pts)
        try:
            frames = packet.decode() or (stream.codec_context.decode(None) if packet.is_keyframe else [])
        except av.error.FFmpegError:
            frames = []
        if frames:
            return frames[0]
        if count >= PACKETS_PER_KEYFRAME:
            return None
    return None


def _frames(container: InputContainer, stream: VideoStream, per_second: float | None) -> Iterator[VideoFrame]:
    """All frames; with `per_second`, only the first non-reference frame of each cell of that many a second."""
    context = stream.codec_context
    served: set[int] = set()
    for packet in packets(container, stream):
        if per_second is not None:
            known = packet.pts is not None and packet.time_base is not None
            cell = int(packet.pts * packet.time_base * per_second) if known else None  # type: ignore[operator]
            context.skip_frame = "NONREF" if cell in served else "DEFAULT"
            served |= {cell} if cell is not None else set()
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            continue


def _spans(seconds: float, plan: SweepPlan) -> list[tuple[float, float]]:
    if seconds <= plan.max_seconds:
        return [(0.0, seconds)]
    width = plan.max_seconds / plan.windows
    centres = [(i + 0.5) * seconds / plan.windows for i in range(plan.windows)]
    return [(centre - width / 2, centre + width / 2) for centre in centres]


def _seconds(container: InputContainer, stream: VideoStream, frame: VideoFrame) -> float:
    if frame.pts is None or stream.time_base is None:
        return 0.0
    return clamped(float(frame.pts * stream.time_base) - origin(container))


class _Sweeper:
    """Chooses among decoded frames by their timestamps, draws the chosen ones and sends chunks."""

    def __init__(self, task: Task, plan: SweepPlan, canvas: _Canvas, spans: list[tuple[float, float]]) -> None:
        self._answer = task.answer
        self._plan = plan
        self._canvas = canvas
        self._spans = spans
        total = sum(end - start for start, end in spans)
        wanted = max(1, min(plan.max_frames, round(total * plan.frames_per_second)))
        self._frame_gap = total / wanted if total > 0 else 1 / plan.frames_per_second
        self._total = total
        self._before = 0.0  # seconds of the spans before this one
        self._span = spans[0]
        self._frames_left = plan.max_frames
        self._next_cell = 0
        self._next_frame = self._frame_gap / 2
        self._sent = time.monotonic()
        self._keyed = False
        self._times: list[float] = []
        self._thumbs: list[U8] = []
        self._frame_times: list[float] = []
        self.taken = 0

    def take(self, frame: VideoFrame, at: float, span: tuple[float, float]) -> bool:
        """Keep what the plan wants of `frame`; False when `span`, or the plan, is over."""
        if span != self._span:
            self._before += self._span[1] - self._span[0]
            self._span, self._next_cell = span, 0
        whole = len(self._spans) == 1
        if (not whole and at >= span[1]) or at - span[0] > self._plan.max_seconds:
            return False
        cell = int(at * self._plan.thumbs_per_second)
        begins = frame.key_frame and not self._keyed  # encoders begin a shot with one; in some files every picture is
        self._keyed = bool(frame.key_frame)
        if at < span[0] or (cell < self._next_cell and not begins):
            return True
        thumb = self._canvas.stamp(frame, self._plan.thumb_width, self._plan.thumb_height)
        if thumb is None:
            return True
        self._next_cell = cell + 1
        self._times.append(at)
        self._thumbs.append(thumb)
        self.taken += 1
        done = self._before + at - span[0]
        wanted = done >= self._next_frame and self._frames_left > 0
        if wanted and (pixels := self._canvas.draw(frame, self._plan.short_side)) is not None:
            self._answer.array(Kind.FRAME, pixels)
            self._frame_times.append(at)
            self._frames_left -= 1
            self._next_frame = (math.floor(done / self._frame_gap - 0.5) + 1.5) * self._frame_gap
        if len(self._times) >= CHUNK_THUMBS or time.monotonic() - self._sent > CHUNK_SECONDS:
            self.send(min(1.0, done / self._total) if self._total > 0 else 0.0)
        return True

    def send(self, progress: float) -> None:
        """Send what has gathered as one chunk."""
        frames = [{"time": at} for at in self._frame_times]
        spans = [{"start": start, "end": end} for start, end in self._spans]
        size = (0, self._plan.thumb_height, self._plan.thumb_width, 3)
        self._answer.array(Kind.TIMES, np.asarray(self._times))
        self._answer.array(Kind.THUMBS, np.stack(self._thumbs) if self._thumbs else np.zeros(size, np.uint8))
        self._answer.meta({"progress": progress, "frames": frames, "spans": spans})
        self._times, self._thumbs, self._frame_times = [], [], []
        self._sent = time.monotonic()


class _Canvas:
    """Draws decoded frames upright, in RGB, in any size."""

    def __init__(self, stream: VideoStream, max_side: int) -> None:
        self._stream = stream
        self._max_side = max_side
        self._large, self._small = VideoReformatter(), VideoReformatter()
        self._matrix: tuple[int, int, int, int] | None = None

    def draw(self, frame: VideoFrame, short_side: int) -> U8 | None:
        """→ (h, w, 3), the short side at most `short_side`, pixels square; None if it cannot be drawn."""
        width, height = frame.width * float(pixel_aspect(self._stream)), float(frame.height)
        scale = min(1.0, short_side / min(width, height))
        width, height = (min(LONGEST_RATIO * short_side, side * scale) for side in (width, height))
        return self._render(self._large, frame, max(1, round(width)), max(1, round(height)))

    def stamp(self, frame: VideoFrame, width: int, height: int) -> U8 | None:
        """→ (height, width, 3), whatever the picture's shape; None if it cannot be drawn."""
        a, b, *_ = self._orientation(frame)
        size = (height, width) if abs(b) > abs(a) else (width, height)
        return self._render(self._small, frame, *size)

    def _orientation(self, frame: VideoFrame) -> tuple[int, int, int, int]:
        """The first frame's for all: PyAV's side data and their frame keep each other in memory."""
        self._matrix = self._matrix or _display_matrix(frame)
        return self._matrix

    def _render(self, reformatter: VideoReformatter, frame: VideoFrame, width: int, height: int) -> U8 | None:
        if not (0 < frame.width <= self._max_side and 0 < frame.height <= self._max_side):
            raise MediaError(f"has pictures of {frame.width}×{frame.height} pixels", reason="too_large")
        matrix = None
        if frame.colorspace not in CONVERTIBLE and not frame.format.is_rgb:
            matrix = BT709 if frame.height >= HD_LINES else BT601
        try:
            drawn = reformatter.reformat(
                frame, width, height, "rgb24", matrix, None, "AREA", None, FULL_RANGE, threads=1
            )
        except av.error.FFmpegError:
            return None
        pixels: Any = drawn.to_ndarray()
        return _upright(pixels, self._orientation(frame))


def _display_matrix(frame: VideoFrame) -> tuple[int, int, int, int]:
    """(a, b, c, d) of x' = a·x + c·y, y' = b·x + d·y, the identity where there is none (libavutil/display.h)."""
    sides: Any = frame.side_data  # typed upstream as a mapping, which it is not when iterated
    for side in sides:
        if side.type.name == "DISPLAYMATRIX":
            a, b, _, c, d = struct.unpack_from("=5i", bytes(side))
            return a, b, c, d
    return 1, 0, 0, 1


def _upright(pixels: U8, matrix: tuple[int, int, int, int]) -> U8:
    a, b, c, d = matrix
    if abs(b) > abs(a):
        pixels = pixels.transpose(1, 0, 2)
        a, d = c, b
    return pixels[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]
