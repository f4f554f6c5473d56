"""The log-mel front end of musicnn.

In: mono samples at 16 kHz. Out: log-mel frames, one every 16 ms, and the 3-second patches that musicnn reads.

- Equals `librosa.feature.melspectrogram` as librosa was when musicnn was trained (0.7: centred frames, reflected at
  both ends, power spectrum, Slaney mel scale and norm), then log10(10000·S + 1).
- The original rounded the power to float16 before the logarithm (up to 3e-4 of the result); this does not.
- Works chunk by chunk, so memory does not grow with the length of the track beyond the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from musechat.core.features import Floats


@dataclass(frozen=True, slots=True)
class MelSettings:
    """What musicnn was trained on (other values make its answers meaningless), and the size of the pieces of work."""

    sample_rate: int = 16_000
    n_fft: int = 512
    hop: int = 256
    n_mels: int = 96
    patch_frames: int = 187
    log_gain: float = 10_000.0
    chunk_frames: int = 256
    band_group: int = 8

    @property
    def frame_seconds(self) -> float:
        """Time from one frame to the next."""
        return self.hop / self.sample_rate


MUSICNN_MEL = MelSettings()


def _hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above."""
    return np.where(hz < 1000.0, hz * 3 / 200, 15.0 + 27.0 * np.log(np.maximum(hz, 1000.0) / 1000.0) / np.log(6.4))


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `_hz_to_mel`."""
    return np.where(mel < 15.0, mel * 200 / 3, 1000.0 * np.exp((np.maximum(mel, 15.0) - 15.0) * np.log(6.4) / 27.0))


@lru_cache(maxsize=4)
def mel_filters(settings: MelSettings = MUSICNN_MEL) -> Floats:
    """Triangular filters of equal area from 0 Hz to half the sample rate, (n_fft // 2 + 1, n_mels)."""
    nyquist = settings.sample_rate / 2
    bins = np.linspace(0.0, nyquist, settings.n_fft // 2 + 1)  # (257,)
    top = _hz_to_mel(np.array(nyquist))
    edges = _mel_to_hz(np.linspace(0.0, float(top), settings.n_mels + 2))  # (98,)
    width = np.diff(edges)  # (97,)
    rising = (bins[:, None] - edges[None, :-2]) / width[:-1]  # (257, 96)
    falling = (edges[None, 2:] - bins[:, None]) / width[1:]  # (257, 96)
    area = 2.0 / (edges[2:] - edges[:-2])
    filters = (np.maximum(0.0, np.minimum(rising, falling)) * area).astype(np.float32)
    filters.flags.writeable = False
    return filters


@lru_cache(maxsize=4)
def _filter_groups(settings: MelSettings) -> tuple[tuple[slice, slice, Floats], ...]:
    """`mel_filters` cut into groups of bands: the bins that a group hears, the bands, and their filters.

    Most filters hear few bins. Products this small also stay in one thread of the BLAS library: with its threads, and
    other processes on the machine, the whole took up to ten times as long.
    """
    filters, groups = mel_filters(settings), []
    for first in range(0, settings.n_mels, settings.band_group):
        bands = slice(first, first + settings.band_group)
        heard = np.flatnonzero(filters[:, bands].any(axis=1))
        bins = slice(int(heard[0]), int(heard[-1]) + 1)
        groups.append((bins, bands, np.ascontiguousarray(filters[bins, bands])))
    return tuple(groups)


def log_mel(samples: Floats, settings: MelSettings = MUSICNN_MEL) -> Floats:
    """Log-mel frames of mono samples (n,) at `settings.sample_rate`: (1 + n // hop, n_mels), none for no samples."""
    if samples.size == 0:
        return np.empty((0, settings.n_mels), np.float32)
    n_fft, hop = settings.n_fft, settings.hop
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)
    groups = _filter_groups(settings)
    padded = np.pad(samples.astype(np.float32, copy=False), n_fft // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]  # (frames, n_fft), a view
    frames = np.empty((len(windows), settings.n_mels), np.float32)
    for start in range(0, len(windows), settings.chunk_frames):
        chunk = slice(start, start + settings.chunk_frames)
        spectrum = np.fft.rfft(windows[chunk] * window)  # (chunk, n_fft // 2 + 1)
        power = spectrum.real**2 + spectrum.imag**2
        for bins, bands, filters in groups:
            frames[chunk, bands] = power[:, bins] @ filters
    frames *= settings.log_gain
    frames += 1.0
    return np.log10(frames, out=frames)


def patches(frames: Floats, starts: Sequence[int], settings: MelSettings = MUSICNN_MEL) -> Floats:
    """Patches (len(starts), patch_frames, n_mels) of `frames` (t, n_mels) that begin at the frames `starts`.

    A start too near the end moves back so that the patch is whole; frames shorter than a patch are repeated to fill it
    (silence behind the end would be heard as quiet music). Raises ValueError where there are no frames.
    """
    if len(frames) == 0:
        raise ValueError("no frames to cut patches from")
    if len(frames) < settings.patch_frames:
        frames = np.resize(frames, (settings.patch_frames, settings.n_mels))
    last = len(frames) - settings.patch_frames
    firsts = np.clip(np.asarray(starts, np.int64), 0, last)
    windows = np.lib.stride_tricks.sliding_window_view(frames, settings.patch_frames, axis=0)  # (last + 1, n_mels, p)
    return np.ascontiguousarray(windows[firsts].swapaxes(1, 2))
