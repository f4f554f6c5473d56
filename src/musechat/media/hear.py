"""Decoding and measuring audio, in the child.

In: a `Task` with an `AudioPlan`. Out: arrays of mono samples as they come, the momentary loudness, then one
object of numbers.

- One filter graph: the native signal goes to ebur128 (EBU R 128), the average of its channels to a resampler.
- A stream that changes its rate or layout midway is converted back to what it began with.
- Packets that do not decode are counted and skipped; a cut-off file gives what is there.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph
from av.filter.context import FilterContext

from musechat.core.errors import MediaError
from musechat.media.demux import clamped, header_seconds, open_media, origin, packets, pick_streams, prepare, seek
from musechat.media.model import F32, AudioPlan
from musechat.media.server import Task
from musechat.media.wire import Kind

GATE_LUFS = -70.0  # below it ebur128 measures nothing
SILENCE_LUFS = -120.0
MOMENTARY_HEAD = 3  # hundreds of ms before the first 400 ms window is full
RANGE_SECONDS = 10.0
BLOCK_SECONDS = 30.0  # of samples sent at once
RESYNC_PACKETS = 4  # after a jump, a codec that borrows bits from packets before may fail on these


def audio(task: Task) -> None:
    """Answer with what `AudioClip` holds."""
    plan = AudioPlan(**task.params)
    with open_media(task) as container:
        stream = pick_streams(task, container).audio
        if stream is None:
            raise MediaError("has no audio", reason="no_audio")
        prepare(container, stream)
        claimed = header_seconds(container, stream) or 0.0
        listener = _Listener(task, plan, container, stream)
        if claimed > plan.max_seconds:
            for i in range(plan.windows):
                centre = (i + 0.5) * claimed / plan.windows
                listener.window(max(0.0, centre - plan.window_seconds / 2), plan.window_seconds)
            if not listener.lengths:
                seek(container, 0.0)
        if not listener.lengths:
            listener.window(None, plan.max_seconds)
        if not listener.lengths:
            raise MediaError("holds audio of which nothing decodes")
        listener.report(claimed)


class _Listener:
    """Decodes windows of one stream and keeps the books: where they lie, what was damaged."""

    def __init__(self, task: Task, plan: AudioPlan, container: InputContainer, stream: AudioStream) -> None:
        self._answer = task.answer
        self._plan = plan
        self._container = container
        self._stream = stream
        self._meter: _Meter | None = None
        self._blocks: list[F32] = []
        self._pending = 0
        self._whole = False
        self.starts: list[float] = []
        self.lengths: list[int] = []
        self.damaged = 0

    def window(self, start: float | None, seconds: float) -> None:
        """Decode `seconds` from `start`, or from where the file stands."""
        self._whole = start is None
        if start is not None and not seek(self._container, start):
            return
        length, first = 0, None
        for frame in self._frames(grace=0 if start is None else RESYNC_PACKETS):
            if first is None:
                time = frame.time if frame.time is not None else origin(self._container) + (start or 0.0)
                first = clamped(time - origin(self._container))
            try:
                length += self._take(self._metered(frame))
            except av.error.FFmpegError:  # a frame of a shape that no filter takes
                self.damaged += 1
            if length >= seconds * self._plan.rate:
                break
        if self._meter is not None and first is not None:
            length += self._take(self._meter.flush() if self._whole else [])
            self.starts.append(first)
            self.lengths.append(length)

    def report(self, claimed: float) -> None:
        """Send what is left and the numbers."""
        assert self._meter is not None
        self._send_blocks()
        self._answer.array(Kind.MOMENTARY, self._meter.momentary_lufs())
        heard = sum(self.lengths) / self._plan.rate
        cut = not self._whole or heard >= self._plan.max_seconds
        self._answer.meta(
            {
                "windows": [{"start": s, "length": n} for s, n in zip(self.starts, self.lengths, strict=True)],
                "duration": clamped(max(claimed, heard)) if cut else heard,
                "damaged": self.damaged,
                **self._meter.numbers(heard),
            }
        )

    def _frames(self, grace: int) -> Iterator[AudioFrame]:
        for i, packet in enumerate(packets(self._container, self._stream)):
            try:
                frames: list[Any] = packet.decode()
            except av.error.FFmpegError:
                self.damaged += i >= grace and packet.size > 0
                continue
            self.damaged += packet.is_corrupt
            yield from (frame for frame in frames if frame.samples > 0)

    def _metered(self, frame: AudioFrame) -> list[F32]:
        if self._meter is None:
            self._meter = _Meter(frame, self._plan.rate)
        return self._meter.push(frame)

    def _take(self, blocks: list[F32]) -> int:
        self._blocks += blocks
        count = sum(len(block) for block in blocks)
        self._pending += count
        if self._pending >= BLOCK_SECONDS * self._plan.rate:
            self._send_blocks()
        return count

    def _send_blocks(self) -> None:
        if self._blocks:
            self._answer.array(Kind.SAMPLES, np.concatenate(self._blocks))
        self._blocks, self._pending = [], 0


class _Meter:
    """The filter graph: frames in; mono blocks out, loudness on the side."""

    def __init__(self, first: AudioFrame, rate: int) -> None:
        self._shape = _shape(first)
        self._convert: AudioResampler | None = None
        self._converts = self._shape
        self._samples = 0
        self._momentary: list[float] = []
        self._last: dict[str, str] = {}
        self._graph = Graph()
        self._graph.threads = 1
        add = self._graph.add
        self._source = add(
            "abuffer",
            sample_rate=str(first.sample_rate),
            sample_fmt=first.format.name,
            channel_layout=first.layout.name,
            time_base=f"1/{first.sample_rate}",
        )
        channels = first.layout.nb_channels
        average = "+".join(f"{1 / channels:.9f}*c{i}" for i in range(channels))
        fork = _chain(self._source, add("asplit", "2"))
        self._loudness = _chain(fork, add("ebur128", "metadata=1:framelog=quiet"), add("abuffersink"))
        resample = add("aresample", str(rate))
        mono = add("aformat", f"sample_fmts=flt:channel_layouts=mono:sample_rates={rate}")
        pan = add("pan", f"mono|c0={average}")
        fork.link_to(pan, 1, 0)
        self._mono = _chain(pan, resample, mono, add("abuffersink"))
        self._graph.configure()

    def push(self, frame: AudioFrame) -> list[F32]:
        """One decoded frame → mono blocks at the plan's rate, each (n,)."""
        if (shape := _shape(frame)) == self._shape:
            return self._feed(frame)
        if self._convert is None or shape != self._converts:
            self._convert, self._converts = AudioResampler(*self._shape), shape
        frame.pts = None
        return [block for part in self._convert.resample(frame) for block in self._feed(part)]

    def flush(self) -> list[F32]:
        """What the filters still hold; nothing may be pushed after it."""
        self._source.push(None)
        return self._pull()

    def momentary_lufs(self) -> F32:
        """(m,) LUFS at 10 Hz, nan where a window is not full or silent."""
        values = np.asarray(self._momentary, dtype=np.float32)
        values[:MOMENTARY_HEAD] = np.nan
        values[values <= SILENCE_LUFS] = np.nan
        return values

    def numbers(self, seconds: float) -> dict[str, float | None]:
        """Integrated loudness and loudness range, None where they cannot be had."""
        loudness = self._value("I")
        loud = loudness is not None and loudness > GATE_LUFS
        return {
            "loudness": loudness if loud else None,
            "range": self._value("LRA") if loud and seconds >= RANGE_SECONDS else None,
        }

    def _value(self, name: str) -> float | None:
        value = float(self._last.get(f"lavfi.r128.{name}", "nan"))
        return value if math.isfinite(value) else None

    def _feed(self, frame: AudioFrame) -> list[F32]:
        frame.pts = self._samples
        self._samples += frame.samples
        self._source.push(frame)
        return self._pull()

    def _pull(self) -> list[F32]:
        for measured in _drain(self._loudness):
            if metadata := measured.metadata:
                self._momentary.append(float(metadata.get("lavfi.r128.M", "nan")))
                self._last = metadata
        return [block.to_ndarray().reshape(-1) for block in _drain(self._mono)]


def _shape(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _chain(*filters: FilterContext) -> FilterContext:
    for before, after in itertools.pairwise(filters):
        before.link_to(after)
    return filters[-1]


def _drain(sink: FilterContext) -> Iterator[Any]:
    while True:
        try:
            yield sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
