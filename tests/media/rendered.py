"""Rendered files: how they are made, looked at and listened to with other means than the renderer's own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import numpy as np

from media.files import COLOURS
from musechat.core.fit import Fit, Piece
from musechat.media import Decoder, RenderPlan, RenderReport

RATE = 48_000
SECONDS = len(COLOURS) * 10 / 25  # of a clip as `write_video` makes it


def plan(*pieces: Piece, fades: tuple[float, float] = (0.0, 0.0), **options: Any) -> RenderPlan:
    return RenderPlan(Fit(pieces or (Piece(0.0, 0.0, 60.0),), "trim", *fades), **options)


def put(decoder: Decoder, video: Path, track: Path, wanted: RenderPlan | None = None) -> tuple[bytes, RenderReport]:
    """The rendered file; checks what holds for every answer on the way."""
    file, report, progress = io.BytesIO(), None, 0.0
    for part in decoder.render(video, track, wanted or plan()):
        assert report is None
        if isinstance(part, RenderReport):
            report = part
            continue
        assert part.position <= len(file.getbuffer())
        assert progress <= part.progress <= 1
        progress = part.progress
        file.seek(part.position)
        file.write(part.data)
    assert report is not None
    return file.getvalue(), report


def opened(data: bytes) -> Any:
    return av.open(io.BytesIO(data))


def units(source: Any) -> list[list[bytes]]:
    """The picture's packets, as NAL units where start codes or lengths stand between them.

    Without HEVC's parameter sets, which an `hvc1` track has in its header alone.
    """
    with av.open(source) if not isinstance(source, bytes) else opened(source) as container:
        stream = container.streams.video[0]
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        if stream.codec_context.name not in ("h264", "hevc"):
            return [[packet] for packet in packets]
        split = _by_lengths if bytes(stream.codec_context.extradata)[:1] == b"\1" else _by_start_codes
        moved = (32, 33, 34) if stream.codec_context.name == "hevc" else ()
        return [[unit for unit in split(packet) if unit[0] >> 1 & 63 not in moved] for packet in packets]


def _by_start_codes(packet: bytes) -> list[bytes]:
    return [unit for unit in packet.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]


def _by_lengths(packet: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        found.append(packet[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def times(source: Any) -> list[float]:
    with av.open(source) if not isinstance(source, bytes) else opened(source) as container:
        return [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]


def heard(data: bytes) -> np.ndarray:
    """(2, n) at 48 kHz from the file's second 0, as a player hears it."""
    with opened(data) as container:
        frames = list(container.decode(audio=0))
        assert frames[0].pts == 0
        return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def level(samples: np.ndarray, start: float, end: float) -> float:
    """dB of a stretch of seconds."""
    part = samples[:, round(start * RATE) : round(end * RATE)]
    return float(10 * np.log10(np.mean(np.square(part)) + 1e-12))


def tuned(samples: np.ndarray, hertz: float, start: float, end: float) -> float:
    """dB of one frequency in a stretch of seconds."""
    part = samples[0, round(start * RATE) : round(end * RATE)]
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(part)) / RATE)
    return float(20 * np.log10(np.abs(np.mean(part * wave * np.hanning(len(part)))) + 1e-9))


def true_peak(samples: np.ndarray) -> float:
    """dBTP by band-limited interpolation to four times the rate."""
    spectrum = np.fft.rfft(samples, axis=1)
    n = samples.shape[1]
    return float(20 * np.log10(np.abs(np.fft.irfft(spectrum, 4 * n, axis=1) * 4).max()))


def bursts(seconds: float, *at: float, rate: int = 44_100) -> np.ndarray:
    """(2, n) of silence with a short burst at each second."""
    samples = np.zeros((2, round(seconds * rate)), np.float32)
    burst = (0.6 * np.sin(np.arange(400) * 0.4) * np.hanning(400)).astype(np.float32)
    for second in at:
        samples[:, round(second * rate) : round(second * rate) + 400] = burst
    return samples


def found_at(samples: np.ndarray, near: float, reach: float = 0.03) -> float:
    """When the burst near a second begins, by correlation."""
    burst = np.sin(np.arange(435) * 0.4 * 44_100 / RATE) * np.hanning(435)
    first = max(0, round((near - reach) * RATE))
    part = samples[0, first : round((near + reach) * RATE) + 435]
    return (first + int(np.argmax(np.correlate(part, burst, "valid")))) / RATE


def noise(seconds: float, rate: int = 44_100, peaks: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    beat = np.exp(-((np.arange(round(seconds * rate)) / rate * 2) % 1) * 8)
    return (rng.standard_normal((2, len(beat))) * (0.05 + peaks * beat)).astype(np.float32)
