"""The inputs of the golden outputs: made by formulas, so that only the outputs are kept.

`tools/convert_weights/make_golden.py` fed them to the original models; the tests feed them to ours.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
SAMPLE_RATE = 16_000
PATCH_STARTS = (0, 61, 122)  # what the original's `input_overlap=1` gives

SENTENCES = (
    "a cheerful upbeat song",
    "slow sad piano at night",
    "death metal",
    "Nice, but could it lean more towards indie folk, a little melancholic, with a woman singing?",
    "nothing electronic, please",
    "a city street with cars and trams in the evening",
    "128 bpm techno",
    "rock",
    "Ich möchte etwas Ruhigeres",
    "😀 ♫ ??",
    "the opening should feel tense, then resolve into something warm and hopeful " * 40,
)


def noise(count: int, seed: int) -> NDArray[np.float64]:
    """Values in −1..1 from an integer hash: the same with every version of numpy."""
    x = (np.arange(count, dtype=np.uint64) + np.uint64(seed * 7919)) * np.uint64(0x9E3779B97F4A7C15)
    x ^= x >> np.uint64(29)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(32)
    return x.astype(np.float64) / 2.0**63 - 1.0


def audio() -> NDArray[np.float32]:
    """5.3 s of chords, a sweep, bursts of noise, near silence and a loud end; not a whole number of hops."""
    t = np.arange(84_913) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * f * t) / (1 + i) for i, f in enumerate((220.0, 277.18, 329.63, 880.0)))
    sweep = np.sin(2 * np.pi * (60 * t + 600 * t * t))
    beats = noise(t.size, 1) * np.exp(-((t * 2) % 1) * 12)
    mix = 0.15 * chord + 0.2 * sweep * (t > 1) + 0.4 * beats
    mix *= np.where((t > 2.4) & (t < 2.9), 1e-3, 1.0)
    return np.clip(mix + 0.6 * noise(t.size, 2) * (t > 4.6), -1, 1).astype(np.float32)


def frame(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """A picture of soft colour, hard edges and a little grain, (height, width, 3)."""
    y, x = np.mgrid[0:height, 0:width] / min(height, width)
    planes = []
    for channel in range(3):
        soft = np.sin(5 * x + seed + channel) + np.cos(7 * y - channel * seed)
        hard = ((x * 6).astype(int) + (y * (4 + channel)).astype(int)) % 2
        grain = noise(height * width, seed + channel).reshape(height, width)
        planes.append(128 + 40 * soft + 25 * hard + 5 * grain)
    return np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8)


def frames() -> list[NDArray[np.uint8]]:
    """Landscape that needs no resampling, a little larger, small, and large upright."""
    return [frame(292, 519, 1), frame(298, 530, 2), frame(180, 320, 3), frame(720, 406, 4)]
