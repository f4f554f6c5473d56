"""Where somebody speaks: Silero VAD 6 (Silero Team, github.com/snakers4/silero-vad), and what makes spans of it.

In: mono samples at 16 kHz. Out: (start, end) seconds of speech.

- The shipped graph takes many windows at once and gives what the published streaming model gives, in a third of the
  time.
- Every window of 32 ms is heard with the 4 ms before it; the recurrent state goes from block to block.
- Speech that the music covers is missed; a synthesiser with swept filters can pass for speech.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.encode.onnx import OnnxModel
from musechat.encode.probe import check_apart, check_value
from musechat.encode.weights import Weights, shipped

if TYPE_CHECKING:
    from musechat.core.features import Floats


@dataclass(frozen=True, slots=True)
class SileroSettings:
    """What the model was trained on, when speech begins and ends, and the published model's answer to the probe.

    `on`, `off`, `shortest` and `pad` are the defaults of Silero's own `get_speech_timestamps`. Its `gap` is 0.1 s, made
    for cutting speech into pieces; music that comes up between two words for less than 0.3 s would only pump.
    """

    file: str = "silero_vad.onnx"
    preprocessing: int = 1
    rate: int = 16_000
    window: int = 512
    """Samples that share one probability."""
    context: int = 64
    """Samples before a window that are heard with it."""
    state: int = 128
    block: int = 512
    """Windows that are heard at once."""
    on: float = 0.5
    """Probability at which speech begins."""
    off: float = 0.35
    """Probability below which it ends."""
    shortest: float = 0.25
    """Seconds; less is no speech."""
    gap: float = 0.3
    """Seconds; a shorter silence does not end speech."""
    pad: float = 0.03
    """Seconds added at both ends."""
    probe_sum: float = 52.467
    probe_tolerance: float = 0.05


SETTINGS = SileroSettings()


def probe_sounds() -> tuple[Floats, Floats]:
    """Two seconds (32,000,) each: made syllables that glide between two vowels, and a steady hum."""
    t = np.arange(2 * SETTINGS.rate) / SETTINGS.rate
    pitch = 130 + 25 * np.sin(2 * np.pi * 0.7 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / SETTINGS.rate
    glide = 0.5 + 0.5 * np.sin(4 * np.pi * t)
    voice = np.zeros(t.size)
    for harmonic in range(1, 30):
        hertz = 130.0 * harmonic
        a, i = (
            sum(np.exp(-(((hertz - centre) / width) ** 2)) for centre, width in formants)
            for formants in (((700, 150), (1200, 200), (2600, 300)), ((300, 100), (2200, 250), (3000, 300)))
        )
        voice += (a * glide + i * (1 - glide) + 0.02) * np.sin(harmonic * phase)
    syllables = np.clip(np.sin(8 * np.pi * t) + 0.5, 0, 1)
    hum = 0.3 * np.sin(440 * np.pi * t)
    return (0.1 * voice * syllables).astype(np.float32), hum.astype(np.float32)


class SileroVad:
    """The `SpeechDetector` that ships."""

    def __init__(self, threads: int = 1, weights: Weights | None = None) -> None:
        weights = weights or shipped()
        self.name = "silero-vad"
        self.version = weights.version(SETTINGS.file, SETTINGS.preprocessing)
        self._model = OnnxModel(weights, SETTINGS.file, threads)

    def __call__(self, samples: Floats) -> tuple[tuple[float, float], ...]:
        """Mono samples (n,) at 16 kHz → (start, end) seconds, ascending and apart. Raises ValueError, WeightsError."""
        return spans(self.probabilities(samples), samples.size / SETTINGS.rate)

    def probabilities(self, samples: Floats) -> Floats:
        """Mono samples (n,) at 16 kHz → the probability of speech in each 32 ms, (⌈n / 512⌉,)."""
        if samples.ndim != 1:
            raise ValueError(f"samples must be (n,): {samples.shape}")
        window, context = SETTINGS.window, SETTINGS.context
        padded = np.pad(samples, (context, -samples.size % window))
        hidden = cell = np.zeros((1, 1, SETTINGS.state), np.float32)
        heard = [np.zeros(0, np.float32)]
        for start in range(0, padded.size - context, SETTINGS.block * window):
            block = padded[start : start + SETTINGS.block * window + context]
            whole = np.nan_to_num(np.clip(block, -1.0, 1.0))  # one NaN would stay in the state for good
            windows = np.lib.stride_tricks.sliding_window_view(whole, context + window)[::window]
            inputs = {"input": windows, "h": hidden, "c": cell}
            speech, hidden, cell = self._model.run(["speech_probs", "hn", "cn"], inputs)
            heard.append(speech)
        return np.concatenate(heard)

    def self_test(self) -> None:
        """Raises WeightsError unless the model answers as the published one did and tells a voice from a hum."""
        voice, hum = (self.probabilities(sound) for sound in probe_sounds())
        check_value(self.name, float(voice.sum()), SETTINGS.probe_sum, SETTINGS.probe_tolerance)
        check_apart(self.name, voice, hum)


def spans(
    probabilities: Floats, duration: float, settings: SileroSettings = SETTINGS
) -> tuple[tuple[float, float], ...]:
    """Probabilities (k,) of each window in turn → (start, end) seconds of speech, ascending, apart, within `duration`.

    Speech begins at `on` and goes on until it falls below `off`, so that a doubtful window changes nothing.
    """
    sure = (probabilities >= settings.on) | (probabilities < settings.off)
    last = np.maximum.accumulate(np.where(sure, np.arange(sure.size), -1))  # (k,) the latest sure window, or -1
    speaking = (last >= 0) & (probabilities[last] >= settings.on)
    edges = np.flatnonzero(np.diff(speaking.astype(np.int8), prepend=0, append=0)) * (settings.window / settings.rate)
    gaps = edges[1:-1].reshape(-1, 2)
    kept = gaps[gaps[:, 1] - gaps[:, 0] >= settings.gap]
    found = np.concatenate([edges[:1], kept.ravel(), edges[-1:]]).reshape(-1, 2).tolist()
    return tuple(
        (max(0.0, start - settings.pad), min(duration, end + settings.pad))
        for start, end in found
        if end - start >= settings.shortest
    )
