"""Small media made on the spot: tones, beats and moving pictures of known content."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np

RATE = 16_000


def tone(path: Path, *, seconds: float = 6.0, hertz: float = 220.0, bpm: float = 120.0, seed: int = 0) -> Path:
    """A wav of a chord over clicks at `bpm`."""
    t = np.arange(round(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * ratio * t) for ratio in (1, 1.25, 1.5)) / 6
    clicks = np.where((t * bpm / 60) % 1 < 0.03, 1.0, 0.0) * np.random.default_rng(seed).normal(0, 0.3, len(t))
    samples = (np.clip(chord + clicks, -1, 1) * 20_000).astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def film(
    path: Path,
    *,
    seconds: float = 3.0,
    colours: tuple[tuple[int, int, int], ...] = ((200, 60, 30),),
    hertz: float | None = None,
) -> Path:
    """An mp4: equal shots of one colour each, a square moving through; with a tone of `hertz` or without sound."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = round(seconds * 25)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        voice = None if hertz is None else container.add_stream("aac", rate=RATE)
        for number in range(frames):
            picture = np.empty((96, 160, 3), np.uint8)
            picture[:] = colours[number * len(colours) // frames]
            left = (3 * number) % 130
            picture[30:60, left : left + 30] = 255 - picture[30:60, left : left + 30]
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
        if hertz is not None:
            wave = np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32) / 4
            sound = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
            sound.sample_rate = RATE
            for packet in (*voice.encode(sound), *voice.encode()):
                container.mux(packet)
    return path
