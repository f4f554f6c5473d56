"""Reading sound at any second, in the child: 48 kHz stereo on one clock, whatever the stream is.

In: a `Task` and the number of its file. Out: arrays (2, n) of float32 for any stretch of samples.

- Timestamps place samples, to the sample: gaps are silent, damaged packets too, and a source that steps over less than
  `SLACK` runs on. Where timestamps are coarse (Matroska's milliseconds) samples are counted from the first one on.
- Reading forwards decodes once; what is far ahead is demuxed but not decoded; reading backwards opens the file anew.
- Mono and surround become stereo by libswresample's matrix, without its scaling: levels are measured afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from musechat.core.errors import MediaError
from musechat.media.demux import open_media, packets, pick_streams, prepare
from musechat.media.model import F32
from musechat.media.server import Task
from musechat.media.wire import FileError

RATE = 48_000
SLACK = 0.05  # seconds between timestamp and count of samples that are no gap
RESET = 1.0  # seconds that timestamps fall back by where a recording was cut together: they run on
RUN_UP = 0.5  # seconds decoded before what is wanted: codecs that borrow from earlier packets need a few
FINE = Fraction(1, 8000)  # time bases that place a sample
BATCH = 8192  # samples that are resampled at once: codecs give fewer, and each call has its price
GUESSED_LAYOUTS = ("", "mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1")  # by number of channels


@dataclass(frozen=True, slots=True)
class Block:
    """Samples (2, n) at `at`, counted at `RATE` from the clock's zero."""

    at: int
    samples: F32

    @property
    def end(self) -> int:
        """The sample after the last."""
        return self.at + int(self.samples.shape[1])


class Sound:
    """The best audio stream of one of the task's files.

    Its clock starts at `zero`, a timestamp in seconds, or else at its first sample.

    Raises `FileError` when read: as `open_media`, or no_audio.
    """

    def __init__(self, task: Task, file: int, zero: float | None = None) -> None:
        self._task = task
        self._file = file
        self._zero = zero
        self._blocks: Iterator[Block] = iter(())
        self._held: list[Block] = []
        self._begun: int | None = None
        self.heard = 0  # samples that were read and not made up

    def read(self, at: int, count: int) -> F32:
        """(2, count) samples from `at` on, silent where there are none."""
        out = np.zeros((2, count), np.float32)
        if self._begun is None or at < self._begun:
            self._blocks, self._held = _Reading(self._task, self._file, self._zero).blocks(at), []
        self._begun = at
        self._held = [block for block in self._held if block.end > at]
        while not self._held or self._held[-1].end < at + count:
            if (block := next(self._blocks, None)) is None:
                break
            if block.end > at:
                self._held.append(block)
        for block in self._held:
            first, last = max(at, block.at), min(at + count, block.end)
            if first < last:
                out[:, first - at : last - at] = block.samples[:, first - block.at : last - block.at]
                self.heard += last - first
        return np.nan_to_num(out, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


class _Reading:
    """One pass over the file."""

    def __init__(self, task: Task, file: int, zero: float | None) -> None:
        self._task = task
        self._file = file
        self._zero = zero
        self._resampler: AudioResampler | None = None
        self._fifo = AudioFifo()  # of what is still to be resampled
        self._shape: tuple[str, str, int] | None = None
        self._base = 0.0  # seconds of a tick
        self._at = 0  # where the resampler's next sample belongs
        self._back = 0.0  # seconds that timestamps have fallen back by

    def blocks(self, start: int) -> Iterator[Block]:
        """What can be decoded, from a little before `start` on."""
        try:
            container = open_media(self._task, self._file)
        except MediaError as error:
            raise FileError(str(error), error.reason, self._file) from None
        with container:
            stream = _audio(self._task, container, self._file)
            prepare(container, stream)
            self._base = float(stream.time_base or 0)
            for frame in self._frames(container, stream, start / RATE - RUN_UP):
                try:
                    yield from self._placed(frame)
                except (av.error.FFmpegError, ValueError):  # a frame of a shape that no resampler takes
                    self._resampler = None
            yield from self._rest()

    def _frames(self, container: Any, stream: AudioStream, start: float) -> Iterator[AudioFrame]:
        base = stream.time_base
        if self._zero is None and base and stream.start_time is not None:
            self._zero = float(stream.start_time * base)
        skips = base is not None and base <= FINE and self._zero is not None
        for packet in packets(container, stream):
            if skips and packet.size and packet.pts is not None:
                if float((packet.pts + (packet.duration or 0)) * packet.time_base) - (self._zero or 0.0) < start:
                    continue
                skips = False
            try:
                frames: list[Any] = packet.decode()
            except av.error.FFmpegError:
                continue
            yield from (frame for frame in frames if frame.samples > 0)

    def _placed(self, frame: AudioFrame) -> Iterator[Block]:
        at, frame = self._time(frame), _with_layout(frame)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        leaps = self._resampler is None or abs(at - self._due) > SLACK * RATE
        if leaps or shape != self._shape:
            yield from self._rest()
            self._resampler, self._fifo, self._shape = AudioResampler("fltp", "stereo", RATE), AudioFifo(), shape
            self._at = at if leaps else self._at
        frame.pts = None
        self._fifo.write(frame)
        if self._fifo.samples >= BATCH:
            yield from self._resampled()

    @property
    def _due(self) -> int:
        """Where the next frame's first sample belongs if nothing is missing."""
        waiting = self._fifo.samples
        return self._at + (round(waiting / self._fifo.sample_rate * RATE) if waiting else 0)

    def _time(self, frame: AudioFrame) -> int:
        """The sample that the frame's timestamp means, or where the last frame ended."""
        if frame.pts is None or not self._base:
            return self._due
        seconds = frame.pts * self._base
        if self._zero is None:
            self._zero = seconds
        at = round((seconds - self._zero + self._back) * RATE)
        if self._resampler is not None and at < (due := self._due) - RESET * RATE:
            self._back += (due - at) / RATE
            return due
        return at

    def _rest(self) -> Iterator[Block]:
        if self._resampler is not None:
            yield from self._resampled()
            yield from self._out(self._resampler.resample(None))

    def _resampled(self) -> Iterator[Block]:
        if self._resampler is not None and (frame := self._fifo.read()) is not None:
            yield from self._out(self._resampler.resample(frame))

    def _out(self, frames: Sequence[AudioFrame | None]) -> Iterator[Block]:
        for frame in frames:
            if frame is None:  # what a resampler with nothing to do answers at the end
                continue
            samples: Any = frame.to_ndarray()
            yield Block(self._at, samples)
            self._at += frame.samples


def _with_layout(frame: AudioFrame) -> AudioFrame:
    """The frame, or one of the usual layout where the file tells only how many channels there are."""
    count = frame.layout.nb_channels
    if not frame.layout.name.endswith("channels") or count >= len(GUESSED_LAYOUTS):
        return frame
    named = AudioFrame.from_ndarray(frame.to_ndarray(), frame.format.name, GUESSED_LAYOUTS[count])
    named.sample_rate = frame.sample_rate
    return named


def _audio(task: Task, container: Any, file: int) -> AudioStream:
    try:
        stream = pick_streams(task, container).audio
        if stream is None:
            raise MediaError("has no audio", reason="no_audio")
    except MediaError as error:
        raise FileError(str(error), error.reason, file) from None
    return stream
