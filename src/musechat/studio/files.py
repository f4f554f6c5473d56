"""Samples as a sound file with tags.

In: samples, tags. Out: a file that appears under its name only when it is whole.

- The suffix decides the format; `.ogg` holds Opus, which is always at 48 kHz.
- A container without a place for a licence gets it as its line of copyright.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import av
import numpy as np
from av.audio.stream import AudioStream

from musechat.core.errors import InputError
from musechat.studio.waves import Floats


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of sound file, in FFmpeg's words. `bits`: a second, 0 where it is lossless. `rate`: the only one, if any.

    `licence`: the key under which it keeps one. `on_stream`: tags belong to the stream rather than to the file.
    """

    container: str
    codec: str
    bits: int = 0
    rate: int | None = None
    licence: str = "license"
    on_stream: bool = False


FORMATS = MappingProxyType(
    {
        ".flac": Format("flac", "flac"),
        ".ogg": Format("ogg", "libopus", 128_000, rate=48_000, on_stream=True),
        ".mp3": Format("mp3", "libmp3lame", 192_000),
        ".m4a": Format("ipod", "aac", 192_000, licence="copyright"),
        ".wav": Format("wav", "pcm_s16le", licence="copyright"),
    }
)
BLOCK = 1 << 16
"""Samples encoded at once."""


def write_audio(path: Path, samples: Floats, rate: int, tags: Mapping[str, str]) -> None:
    """Writes samples (n, channels) in -1..1 at `rate` Hz to `path` and replaces what was there.

    `tags`: title, artist, album, genre, date, license. Raises `InputError` for a suffix that names no known format.
    """
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise InputError(f"Cannot write {path.name}: sound files end in {', '.join(FORMATS)}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _encode(part, form, samples, rate, tags)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _encode(path: Path, form: Format, samples: Floats, rate: int, tags: Mapping[str, str]) -> None:
    layout = "stereo" if samples.shape[1] == 2 else "mono"
    with av.open(str(path), "w", format=form.container) as container:
        stream = container.add_stream(form.codec, rate=form.rate or rate, layout=layout)
        assert isinstance(stream, AudioStream)
        if form.bits:
            stream.bit_rate = form.bits
        place = stream.metadata if form.on_stream else container.metadata
        place.update({form.licence if key == "license" else key: value for key, value in tags.items()})
        for start in range(0, len(samples), BLOCK):
            planes = np.ascontiguousarray(samples[start : start + BLOCK].T)
            frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
