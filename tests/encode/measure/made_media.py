"""Tiny sounds and pictures whose truth is known."""

from __future__ import annotations

import numpy as np

RATE = 16_000


def beat_track(bpm: float, seconds: float = 14.0, gain: float = 0.5, accents: bool = True) -> np.ndarray:
    """Kick on one and three, snare on two and four, hats on eighths; or the same click on each beat."""
    rng = np.random.default_rng(0)
    t = np.arange(int(0.12 * RATE)) / RATE
    kick = np.sin(2 * np.pi * 55 * t) * np.exp(-20 * t)
    snare = 0.6 * rng.normal(0, 1, t.size) * np.exp(-40 * t)
    hat = 0.2 * np.diff(rng.normal(0, 1, t.size), prepend=0.0) * np.exp(-90 * t)
    mix = np.zeros(int(seconds * RATE) + RATE)
    step = 30 / bpm
    for eighth in range(int(seconds / step)):
        start = int(eighth * step * RATE)
        beat = eighth // 2 % 4
        layers = [hat] if accents else []
        if eighth % 2 == 0:
            layers.append((kick if beat % 2 == 0 else snare) if accents else snare)
        for layer in layers:
            mix[start : start + t.size] += layer
    return (gain * mix[: int(seconds * RATE)] / np.abs(mix).max()).astype(np.float32)


def cadence(tonic: int, minor: bool = False, cents: float = 0.0, seconds: float = 8.0) -> np.ndarray:
    """I-IV-V7-I (or i-iv-V7-i) on `tonic` with overtones."""
    third = 3 if minor else 4
    chords = ((0, third, 7), (5, 5 + third, 12), (7, 11, 14, 17), (0, third, 7))
    t = np.arange(int(seconds / 4 * RATE)) / RATE
    parts = []
    for chord in chords:
        hertz = [440 * 2 ** ((48 + tonic + note - 69 + cents / 100) / 12) for note in chord]
        parts.append(sum(np.sin(2 * np.pi * f * k * t) / k**1.5 for f in hertz for k in range(1, 6)))
    return (0.1 * np.concatenate(parts)).astype(np.float32)


def scene(seed: int) -> np.ndarray:
    """A picture (108, 192, 3) of coloured blocks, larger than a thumbnail so that a camera can move over it."""
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(20, 236, (18, 32, 3)), np.ones((6, 6, 1))).astype(np.float64)


def shot(seed: int, frames: int, right: float = 0.0) -> np.ndarray:
    """`frames` thumbnails (n, 36, 64, 3) of a scene, the camera moving `right` pixels a frame."""
    picture = scene(seed)
    starts = [round(right * n) for n in range(frames)]
    return np.stack([picture[20:56, 10 + x : 74 + x] for x in starts])


def film(*shots: np.ndarray) -> np.ndarray:
    return np.clip(np.concatenate(shots), 0, 255).astype(np.uint8)


def clock(frames: int, rate: float = 12.5) -> np.ndarray:
    return np.arange(frames) / rate
