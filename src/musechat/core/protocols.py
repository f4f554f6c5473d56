"""What a room must offer to stand in for another: encoders, progress.

In: nothing. Out: protocols that real models and the tests' tiny fakes both implement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musechat.core.features import Floats


class TextEncoder(Protocol):
    """Sentences to vectors."""

    name: str
    version: str
    dim: int

    def encode(self, texts: list[str]) -> Floats:
        """n texts → (n, dim) float32 with unit rows."""
        ...

    def tokens(self, text: str) -> Floats:
        """One text → (t, dim) float32, one row a token."""
        ...

    def self_test(self) -> None:
        """Raises `WeightsError` unless the model answers as it should and tells unlike texts apart."""
        ...


class ImageEncoder(Protocol):
    """Frames to vectors and class probabilities."""

    name: str
    version: str
    dim: int
    class_names: tuple[str, ...]

    def encode(self, frames: list[NDArray[np.uint8]]) -> tuple[Floats, Floats]:
        """n frames (h, w, 3) uint8 RGB → features (n, dim), class probabilities (n, classes), float32."""
        ...

    def self_test(self) -> None:
        """Raises `WeightsError` unless the model answers as it should and tells unlike frames apart."""
        ...


class AudioEncoder(Protocol):
    """Windows of music to vectors and tag probabilities."""

    name: str
    version: str
    dim: int
    tag_names: tuple[str, ...]

    def encode(self, patches: Floats) -> tuple[Floats, Floats]:
        """n log-mel patches (n, frames, bands) → embeddings (n, dim), tag probabilities (n, tags), float32."""
        ...

    def self_test(self) -> None:
        """Raises `WeightsError` unless the model answers as it should and tells unlike sounds apart."""
        ...


class SpeechDetector(Protocol):
    """Sound to spans of speech."""

    name: str
    version: str

    def __call__(self, samples: Floats) -> tuple[tuple[float, float], ...]:
        """Mono samples (n,) at 16 kHz → (start, end) seconds of speech, ascending and apart."""
        ...

    def self_test(self) -> None:
        """Raises `WeightsError` unless the model answers as it should and tells a voice from a hum."""
        ...


class Progress(Protocol):
    """Hears how far a long job has come."""

    def start(self, label: str, total: float) -> None:
        """A job of `total` units of work begins."""
        ...

    def advance(self, amount: float, detail: str = "") -> None:
        """`amount` more units are done; `detail` names what is under way."""
        ...


class Silent:
    """A `Progress` that tells nobody."""

    def start(self, label: str, total: float) -> None:
        """Ignored."""

    def advance(self, amount: float, detail: str = "") -> None:
        """Ignored."""
