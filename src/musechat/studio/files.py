"""Samples as a sound file with tags, and files that appear under their names only when they are whole.

In: samples, tags. Out: a lossless file; its suffix decides the format.

- A container without a place for a licence gets it as its line of copyright.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import av
import numpy as np
from av.audio.stream import AudioStream

from musechat.core.errors import InputError
from musechat.studio.waves import Floats

FORMATS = MappingProxyType({".flac": ("flac", "license"), ".wav": ("pcm_s16le", "copyright")})
"""Suffix → FFmpeg's name of the codec, and the key under which such a file keeps its licence."""
BLOCK = 1 << 16
"""Samples encoded at once."""


def write_audio(path: Path, samples: Floats, rate: int, tags: Mapping[str, str]) -> None:
    """Writes samples (n, channels) in -1..1 at `rate` Hz to `path` and replaces what was there.

    `tags`: title, artist, album, genre, date, license. Raises `InputError` for a suffix that names no known format.
    """
    if path.suffix not in FORMATS:
        raise InputError(f"Cannot write {path.name}: sound files end in {', '.join(FORMATS)}.")
    with whole(path) as part:
        _encode(part, samples, rate, tags)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name in the folder of `path`, which is made, to write to; at the end of the block it takes the place of `path`.

    The process's number keeps two makers apart.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _encode(path: Path, samples: Floats, rate: int, tags: Mapping[str, str]) -> None:
    layout = "stereo" if samples.shape[1] == 2 else "mono"
    codec, licence = FORMATS[path.suffix]
    with av.open(str(path), "w", format=path.suffix[1:]) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, AudioStream)
        container.metadata.update({licence if key == "license" else key: value for key, value in tags.items()})
        for start in range(0, len(samples), BLOCK):
            planes = np.ascontiguousarray(samples[start : start + BLOCK].T)
            frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
