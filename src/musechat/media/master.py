"""From a mix to finished AAC, in the child: measured, brought to its loudness, limited, encoded, and measured again.

In: what reads a mix block by block, as often as asked; targets. Out: AAC packets, and what was measured on them.

- Loudness and true peak are libavfilter's ebur128 (EBU R 128; ITU-R BS.1770: four times oversampled). The limiter is
  planned from a first pass (see limit) and used only where peaks need it. The encoder is FFmpeg's, 192 kbit/s.
- AAC moves peaks and, a little, loudness: what was encoded is decoded and measured, and gain and limiter are corrected
  up to `TRIES` times. The ceiling goes before the target.
- What is short enough is read once and kept (see `kept`); of the rest nothing is, and each pass reads it anew.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.filter import Graph
from av.filter.context import FilterContext

from musechat.media.limit import CELL, Map, curve, decibels, factor, lost, mapped
from musechat.media.model import F32, F64
from musechat.media.sound import RATE

BLOCK = RATE  # samples
BIT_RATE = 192_000
PRIMING = 1024  # samples that the encoder puts before the first one
GATE_LUFS = -70.0  # below it ebur128 measures nothing
KEPT = 600 * RATE  # samples of a stretch that is kept: 230 MB
TRIES = 3
CLOSE = 0.2  # LU around the target that need no further try
MISSED = 0.5  # LU around the target outside of which a report says so
ROUNDS = 4  # of finding the gain that makes up for what the limiter takes
CLEAR_DB = 0.5  # below the ceiling: peaks up to there need no limiter, since AAC raises them little
LIMITER_DB = 1.0  # below the ceiling, where the limiter is set first: AAC raises limited peaks more
MOST_LIMITED_DB = 12.0  # of a peak: above it, music sounds crushed

Mix = Callable[[int, int], F32]


@dataclass(frozen=True, slots=True)
class Levels:
    """Integrated loudness in LUFS and true peak in dBTP, None where there is nothing to measure."""

    loudness: float | None
    peak: float | None


@dataclass(frozen=True, slots=True)
class Master:
    """Finished sound: its packets in `1 / RATE`, the first ones at -`PRIMING`, and what was measured on them."""

    packets: tuple[av.Packet[Any], ...]
    levels: Levels
    gain: float


@dataclass(frozen=True, slots=True)
class Setting:
    """Gain in dB, the limiter's curve or none, and the loudness in LUFS that is expected of them."""

    gain: float
    reduction: F64 | None
    expected: float


class Meter:
    """Measures stereo blocks as they come; with `peaks`, which take three times as long, also the true peak."""

    def __init__(self, peaks: bool) -> None:
        self._line = _Line([("ebur128", "metadata=1:framelog=quiet" + ":peak=true" * peaks)])
        self._last: dict[str, str] = {}

    def push(self, samples: F32) -> None:
        """(2, n), n > 0."""
        for frame in self._line.push(samples):
            self._last = frame.metadata or self._last

    def levels(self) -> Levels:
        """What was measured. Nothing may be pushed after it."""
        loudness = float(self._last.get("lavfi.r128.I", "-inf"))
        self.push(np.zeros((2, RATE // 5), np.float32))  # so that the last tenth of a second's peak is in, too
        peak = decibels(float(self._last.get("lavfi.r128.true_peak", "0")))
        heard = math.isfinite(loudness) and loudness > GATE_LUFS
        return Levels(loudness if heard else None, peak if math.isfinite(peak) else None)


def kept(mix: Mix, length: int) -> Mix:
    """A mix that is read by `blocks`; up to `KEPT` samples of it are read once and stay in memory."""
    return functools.cache(mix) if length <= KEPT else mix


def blocks(mix: Mix, length: int, tick: Callable[[float], None]) -> Iterator[F32]:
    """All of a mix of `length` samples; `tick` hears of the share that is done."""
    for at in range(0, length, BLOCK):
        yield mix(at, min(BLOCK, length - at))
        tick(min(1.0, (at + BLOCK) / length))


def master(mix: Mix, length: int, lufs: float, ceiling: float, tick: Callable[[float], None]) -> Master:
    """Encode `length` samples of a mix at `lufs` as far as `ceiling` in dBTP allows."""
    share = 1 / (TRIES + 1)
    raw, whole = _surveyed(blocks(mix, length, lambda done: tick(share * done)))
    aim, limit = lufs, ceiling - LIMITER_DB
    best: Master | None = None
    for attempt in range(1, TRIES + 1):
        begun = attempt * share
        parts = blocks(mix, length, lambda done, begun=begun: tick(begun + share * done))  # type: ignore[misc]
        setting = _set(raw, whole, aim, limit, ceiling - CLEAR_DB)
        found = _encoded(_finished(parts, setting), setting.gain)
        best = found if best is None or _merit(found, lufs, ceiling) > _merit(best, lufs, ceiling) else best
        over = -math.inf if found.levels.peak is None else found.levels.peak - ceiling
        off = 0.0 if found.levels.loudness is None else lufs - found.levels.loudness
        if over <= 0 and (abs(off) <= CLOSE or abs(setting.expected - aim) > CLOSE):
            break
        aim, limit = aim + off, limit - max(0.0, over + 0.05)
    assert best is not None
    return best


def _surveyed(parts: Iterable[F32]) -> tuple[float | None, Map]:
    """→ the loudness of a mix in LUFS, None in silence, and its map."""
    meter, line = Meter(peaks=False), _Line([("aresample", str(4 * RATE))])
    maps: list[Map] = []
    held = np.zeros((2, 0), np.float32)

    def heard() -> Iterator[F32]:
        for part in parts:
            meter.push(part)
            yield part

    for frame in line.through(heard()):
        held = np.concatenate([held, frame.to_ndarray()], axis=1)
        if whole := held.shape[1] // (4 * CELL) * (4 * CELL):
            maps.append(mapped(held[:, :whole]))
            held = held[:, whole:]
    maps.append(mapped(held))
    peak, power = (np.concatenate([getattr(part, name) for part in maps]) for name in ("peak", "power"))
    return meter.levels().loudness, Map(peak, power)


def _set(raw: float | None, whole: Map, aim: float, limit: float, clear: float) -> Setting:
    """The setting that comes nearest to `aim`; no limiter where no peak passes `clear`."""
    highest = whole.highest
    gain = 0.0 if raw is None else aim - raw
    if gain + highest <= clear:
        return Setting(gain, None, aim)
    if raw is None:
        return Setting(gain, curve(whole, gain, limit), aim)
    best = Setting(clear - highest, None, raw + clear - highest)
    for _ in range(ROUNDS):
        gain = min(gain, limit - highest + MOST_LIMITED_DB)
        reduction = curve(whole, gain, limit)
        tried = Setting(gain, reduction, raw + gain + lost(whole, reduction))
        best = min(best, tried, key=lambda setting: abs(aim - setting.expected))
        gain += aim - tried.expected
    return best


def _merit(found: Master, lufs: float, ceiling: float) -> tuple[float, float]:
    """Higher is better: first how little the ceiling is passed, then how near the target is."""
    over = 0.0 if found.levels.peak is None else max(0.0, found.levels.peak - ceiling)
    off = 0.0 if found.levels.loudness is None else abs(found.levels.loudness - lufs)
    return -over, -off


def _finished(parts: Iterable[F32], setting: Setting) -> Iterator[F32]:
    loud, at = np.float32(10 ** (setting.gain / 20)), 0
    for part in parts:
        until = at + part.shape[1]
        yield part * (loud if setting.reduction is None else loud * factor(setting.reduction, at, until))
        at = until


def _encoded(parts: Iterable[F32], gain: float) -> Master:
    """Encode, and measure what a player will hear."""
    encoder, decoder, meter = new_encoder(), None, Meter(peaks=True)
    packets: list[av.Packet[Any]] = []
    skip, at = PRIMING, 0
    for part in itertools.chain(parts, [None]):
        fresh = encoder.encode(None if part is None else _frame(part, at))
        at += 0 if part is None else part.shape[1]
        packets += fresh
        if decoder is None:
            decoder = _decoder(encoder)
        frames = [frame.to_ndarray() for packet in fresh for frame in decoder.decode(packet)]
        heard = np.concatenate([np.zeros((2, 0), np.float32), *frames], axis=1)
        if heard.shape[1] > skip:
            meter.push(heard[:, skip:])
        skip = max(0, skip - heard.shape[1])
    return Master(tuple(packets), meter.levels(), gain)


def new_encoder() -> AudioCodecContext:
    """The AAC encoder as it is always set, so that its header is always the same."""
    context = av.CodecContext.create("aac", "w")
    assert isinstance(context, AudioCodecContext)
    set_up(context)
    return context


def set_up(context: AudioCodecContext) -> None:
    """Set an AAC encoder. "fast" is FFmpeg's advice at high bit rates: quicker, and better there than "twoloop"."""
    context.sample_rate, context.layout, context.format = RATE, "stereo", "fltp"
    context.bit_rate, context.thread_count = BIT_RATE, 1
    context.time_base = Fraction(1, RATE)
    context.options = {"aac_coder": "fast"}


def _decoder(encoder: AudioCodecContext) -> AudioCodecContext:
    context = av.CodecContext.create("aac", "r")
    assert isinstance(context, AudioCodecContext)
    context.extradata, context.thread_count = encoder.extradata, 1
    return context


class _Line:
    """Filters one after the other: arrays in, frames out."""

    def __init__(self, filters: list[tuple[str, str]]) -> None:
        graph = Graph()
        graph.threads = 1
        self._source = graph.add(
            "abuffer",
            sample_rate=str(RATE),
            sample_fmt="fltp",
            channel_layout="stereo",
            time_base=f"1/{RATE}",
        )
        last = self._source
        for name, arguments in [*filters, ("abuffersink", "")]:
            link = graph.add(name, arguments or None)
            last.link_to(link)
            last = link
        graph.configure()
        self._graph, self._sink, self._at = graph, last, 0

    def push(self, samples: F32) -> list[Any]:
        """(2, n), n > 0 → what comes out."""
        self._source.push(_frame(samples, self._at))
        self._at += samples.shape[1]
        return list(_drained(self._sink))

    def through(self, parts: Iterable[F32]) -> Iterator[Any]:
        """All that comes out of all parts; nothing may be pushed after it."""
        for part in parts:
            yield from self.push(part)
        self._source.push(None)
        yield from _drained(self._sink)


def _frame(samples: F32, at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
    return frame


def _drained(sink: FilterContext) -> Iterator[Any]:
    while True:
        try:
            yield sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
