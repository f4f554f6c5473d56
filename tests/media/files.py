"""Makes tiny media files of every kind with PyAV."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

AUDIO_KINDS = {  # extension → (codec, container, rate)
    "mp3": ("libmp3lame", "mp3", 44_100),
    "m4a": ("aac", "mp4", 44_100),
    "flac": ("flac", "flac", 44_100),
    "ogg": ("vorbis", "ogg", 44_100),
    "opus": ("libopus", "ogg", 48_000),
    "wav": ("pcm_s16le", "wav", 44_100),
    "aiff": ("pcm_s16be", "aiff", 44_100),
    "mka": ("flac", "matroska", 44_100),
}
COLOURS = [(200, 30, 40), (20, 180, 60), (30, 60, 200), (220, 200, 40), (120, 120, 120), (240, 240, 240)]


def tone(seconds: float, rate: int = 44_100, channels: int = 2, hertz: float = 440, level: float = 0.3) -> np.ndarray:
    """(channels, n) float32."""
    wave = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.tile(wave.astype(np.float32), (channels, 1))


def write_audio(
    path: Path,
    samples: np.ndarray | None = None,
    *,
    codec: str = "",
    container: str = "",
    rate: int = 0,
    layout: str = "stereo",
    tags: dict[str, str] | None = None,
    cover: bool = False,
) -> Path:
    """Encode (channels, n) float samples, by default two seconds of A, as the path's extension says."""
    defaults = AUDIO_KINDS.get(path.suffix[1:], ("", "", 44_100))
    codec, container, rate = codec or defaults[0], container or defaults[1], rate or defaults[2]
    channels = len(av.AudioLayout(layout).channels)
    samples = tone(2.0, rate, channels) if samples is None else samples
    with av.open(str(path), "w", format=container) as out:
        out.metadata.update(tags or {})
        stream = out.add_stream(codec, rate=rate, layout=layout, options={"strict": "experimental"})
        stream.bit_rate = 128_000
        picture = _cover_stream(out) if cover else None
        packed = np.ascontiguousarray(samples.T, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        context = stream.codec_context
        resampler = av.AudioResampler(context.format, layout, rate, context.frame_size or 1024)
        if picture is not None:
            _mux_cover(out, picture)
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            out.mux(stream.encode(part))
    return path


def write_video(
    path: Path,
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (96, 64),
    colours: Sequence[tuple[int, int, int]] = tuple(COLOURS),
    per_colour: int = 10,
    times: Sequence[float] | None = None,
    fps: int = 25,
    gop: int = 10,
    rotation: int = 0,
    hflip: bool = False,
    aspect: Fraction | None = None,
    space: int = 0,
    sound: np.ndarray | None = None,
    bands: Sequence[tuple[int, int, int]] = (),
    options: dict[str, str] | None = None,
) -> Path:
    """Encode plain colours one after the other; with `bands`, one picture whose columns show those colours."""
    width, height = size
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream(codec, rate=fps, options=options or {})
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        clock = Fraction(1, 1000 if times else fps)
        stream.codec_context.time_base, stream.codec_context.gop_size = clock, gop
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if space:
            stream.codec_context.colorspace, stream.codec_context.color_range = space, 1
        if rotation or hflip:
            stream.set_display_rotation(rotation, hflip)
        audio = out.add_stream("aac", rate=44_100, layout="stereo") if sound is not None else None
        pictures = [np.full((height, width, 3), c, np.uint8) for c in colours for _ in range(per_colour)]
        if bands:
            columns = np.repeat(np.array(bands, np.uint8), width // len(bands), axis=0)
            pictures = [np.tile(columns, (height, 1, 1)) for _ in range(per_colour)]
        for i, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame = frame.reformat(format=pix_fmt, dst_colorspace=1 if space == 1 else 5, dst_color_range=1)
            frame.pts, frame.time_base = round(1000 * times[i]) if times else i, clock
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if audio is not None:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = 44_100, 0
            out.mux([*audio.encode(frame), *audio.encode(None)])
    return path


def _cover_stream(out: Any) -> Any:
    picture = out.add_stream("mjpeg", rate=1)
    picture.width, picture.height, picture.pix_fmt = 32, 32, "yuvj420p"
    picture.disposition = av.stream.Disposition.attached_pic
    return picture


def _mux_cover(out: Any, picture: Any) -> None:
    frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 90, np.uint8), "rgb24").reformat(format="yuvj420p")
    frame.pts = 0
    out.mux([*picture.encode(frame), *picture.encode(None)])
