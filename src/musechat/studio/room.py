"""The room in which a piece sounds: reverberation by convolution.

In: a mono send. Out: stereo reverberation.

- No part of it is above 7 kHz, so half the rate will do.
- The response is noise that dies away, the high bands sooner (Moorer, CMJ 1979), another noise for each ear.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from musechat.studio.waves import Floats, band_noise


@dataclass(frozen=True, slots=True)
class Room:
    """`bands`: (low Hz, high Hz, seconds to fall 60 dB). `delay`: seconds to the first reflection."""

    bands: tuple[tuple[float, float, float], ...] = ((150, 600, 1.7), (600, 2500, 1.5), (2500, 7000, 0.9))
    delay: float = 0.012
    seconds: float = 1.5


HALL = Room()


@lru_cache(maxsize=2)
def response(rate: int) -> Floats:
    """The room's answer to a click, (2, n), of unit power in each ear; read-only."""
    length = int(HALL.seconds * rate)
    time = np.arange(length, dtype=np.float32) / rate
    answer = np.zeros((2, length), np.float32)
    for ear in range(2):
        for number, (low, high, seconds) in enumerate(HALL.bands):
            noise = band_noise(length, low, high, rate, 40 + 10 * ear + number)[:length]
            answer[ear] += noise * np.exp(time * np.float32(-6.908 / seconds)) * np.float32((high - low) ** 0.5)
    answer /= np.sqrt((answer**2).sum(axis=1, keepdims=True))
    answer = np.pad(answer, ((0, 0), (int(HALL.delay * rate), 0)))
    answer.flags.writeable = False
    return answer


def reverberate(send: Floats, rate: int) -> Floats:
    """Mono samples (n,) → their reverberation (2, n), cut where they end. It is worked out at half the rate."""
    half = -(-len(send) // 2)
    even = np.pad(send, (0, 2 * half - len(send)))
    slow = (even[::2] + even[1::2]) / 2
    answer = response(rate // 2)
    size = 1 << (2 * answer.shape[1]).bit_length()
    block = size - answer.shape[1] + 1
    spectrum = np.fft.rfft(answer, size, axis=1).astype(np.complex64)
    wet = np.zeros((2, half + size + 1), np.float32)
    for start in range(0, half, block):
        heard = np.fft.rfft(slow[start : start + block], size)
        wet[:, start : start + size] += np.fft.irfft(heard * spectrum, size, axis=1)
    out = np.empty((2, half, 2), np.float32)
    out[:, :, 0] = wet[:, :half]
    out[:, :, 1] = (wet[:, :half] + wet[:, 1 : half + 1]) / 2
    return out.reshape(2, -1)[:, : len(send)]
