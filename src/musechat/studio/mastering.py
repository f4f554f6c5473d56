"""The last step of a mix: one gain for the whole piece, and a limiter for its peaks.

In: stereo samples as they were mixed. Out: the same at the loudness that the score's energy asks for.

- One gain serves the whole piece, so that quiet sections stay quiet.
- A piece that never rises to full energy is not made as loud as one that does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musechat.studio.score import Score
from musechat.studio.waves import Floats, ratio


@dataclass(frozen=True, slots=True)
class MasterSettings:
    """`loudness`: LUFS of the loudest quarter at full energy, heard over `blocks` of `block` seconds; `quiet`: how
    many LU less at none.

    `ceiling`: dBFS, a little below the promised -1 for what a lossy codec adds. `look`: ms around a peak.
    `tail`: seconds that a piece rings on, over the last `fade` of which it is faded out.
    """

    loudness: float = -16.0
    quiet: float = 10.0
    ceiling: float = -1.2
    look: int = 5
    block: float = 0.4
    blocks: int = 8
    tail: float = 2.5
    fade: float = 1.0


MASTER = MasterSettings()


def samples_of(score: Score, rate: int) -> int:
    """How many samples a performance of `score` has: its bars and the tail."""
    return round((score.seconds + MASTER.tail) * rate)


def mastered(sound: Floats, score: Score, rate: int) -> Floats:
    """Stereo samples (2, n) → the same ones (n, 2) with the tail faded, at their loudness, peaks below -1 dBFS."""
    fade = min(sound.shape[1], int(MASTER.fade * rate))
    sound[:, sound.shape[1] - fade :] *= np.linspace(1, 0, fade, dtype=np.float32) ** 2
    energy = max((section.energy for section in score.sections), default=1.0)
    level = _loudest(sound, rate)
    if level > 0:
        sound *= np.float32(ratio(MASTER.loudness - MASTER.quiet * (1 - energy)) / level)
    return np.ascontiguousarray(_limited(sound, rate).T)


def _loudest(sound: Floats, rate: int) -> float:
    """The K-weighted level (ITU-R BS.1770-4) of the loudest quarter of the blocks, as an amplitude: 1 is 0 LUFS."""
    size = max(1, min(sound.shape[1], round(MASTER.block * rate)))
    blocks = sound[:, : sound.shape[1] // size * size].reshape(2, -1, size)
    weights = _k_weights(size, rate)
    power = np.array([(np.abs(np.fft.rfft(block)) ** 2 * weights).sum() for block in blocks.swapaxes(0, 1)])
    around = np.ones(min(MASTER.blocks, len(power)))
    power = np.convolve(power, around / len(around), "valid")
    return float(np.sqrt(np.sort(power)[-max(1, len(power) // 4) :].mean()))


def _k_weights(size: int, rate: int) -> Floats:
    """What each bin of a transform of `size` samples adds to the loudness (n,).

    The two filters of BS.1770 in their analogue form: a shelf of 4 dB above 1.68 kHz, a high-pass at 38 Hz.
    """
    s = 1j * np.fft.rfftfreq(size, 1 / rate)
    low, q = 1681.97, 0.7072
    shelf = (1.585 * s**2 + 1.259 * low / q * s + low**2) / (s**2 + low / q * s + low**2)
    high_pass = s**2 / (s**2 + 38.135 / 0.5003 * s + 38.135**2)
    weights = 2 * np.abs(shelf * high_pass) ** 2 / size**2 * 10**-0.0691
    return weights.astype(np.float32)


def _limited(sound: Floats, rate: int) -> Floats:
    """`sound` (2, n) turned down around the moments in which it would pass the ceiling."""
    block = max(1, rate // 1000)
    count = -(-sound.shape[1] // block)
    peaks = np.pad(np.maximum(*np.abs(sound)), (0, count * block - sound.shape[1])).reshape(count, block).max(axis=1)
    gain = np.minimum(1, ratio(MASTER.ceiling) / np.maximum(peaks, 1e-9))
    if count == 0 or gain.min() == 1:
        return sound
    reach = MASTER.look
    # At the border of two blocks the gain is a mean of minima, each over both blocks and `reach` more on either side.
    padded = np.pad(gain, 2 * reach + 1, constant_values=1.0)
    least = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 2).min(axis=1)  # (count + 2 * reach + 1,)
    bell = np.hanning(2 * reach + 3)[1:-1]
    border = np.convolve(least, bell / bell.sum(), "valid").astype(np.float32)  # (count + 1,)
    ramp = np.linspace(0, 1, block, endpoint=False, dtype=np.float32)
    curve = border[:-1, None] + np.diff(border)[:, None] * ramp  # (count, block)
    sound *= curve.reshape(-1)[: sound.shape[1]]
    return sound
