"""What is seen in a frame: EfficientNet-Lite2 (Tan & Le 2019, arXiv 1905.11946), trained on ImageNet-1k.

In: RGB frames of any size. Out: 1,280-d features and the probabilities of 1,000 classes.

- Preprocessing is the original evaluation's: the central square of 260/292 of the short side, bicubic to 260 pixels,
  (x − 127) / 128. A decoder that scales the short side to 292 pixels leaves nothing to resample.
- The classes are objects and animals. On pictures unlike photographs no class is certain: prefer groups of classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from musechat.encode.onnx import OnnxModel
from musechat.encode.probe import check_apart, check_value
from musechat.encode.weights import Weights, shipped

if TYPE_CHECKING:
    from musechat.core.features import Floats


@dataclass(frozen=True, slots=True)
class EfficientNetSettings:
    """`pixels` of the input, `short_side` of the frame around it; the probe is the original's answer to its frames."""

    file: str = "efficientnet_lite2.onnx"
    classes_file: str = "efficientnet_lite2.classes.txt"
    preprocessing: int = 1
    dim: int = 1280
    pixels: int = 260
    short_side: int = 292
    mean: float = 127.0
    scale: float = 128.0
    probe_sum: float = 103.30
    probe_tolerance: float = 0.5


SETTINGS = EfficientNetSettings()


@lru_cache(maxsize=8)
def _bicubic(source: int, target: int) -> Floats:
    """The matrix (target, source) that resizes one axis: Keys' cubic (1981, a = −0.5), widened when shrinking."""
    ratio = source / target
    width = max(ratio, 1.0)
    centres = (np.arange(target) + 0.5) * ratio - 0.5
    x = np.abs(np.arange(source)[None, :] - centres[:, None]) / width  # (target, source)
    near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    weights = np.where(x <= 1, near, np.where(x < 2, far, 0.0))
    matrix: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    matrix.flags.writeable = False
    return matrix


def preprocess(frame: NDArray[np.uint8]) -> Floats:
    """One RGB frame (h, w, 3) uint8 → (3, 260, 260). Raises ValueError for another shape or type."""
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or frame.size == 0:
        raise ValueError(f"a frame must be (h, w, 3) uint8, not {frame.shape} {frame.dtype}")
    height, width, _ = frame.shape
    side = max(1, min(height, width) * SETTINGS.pixels // SETTINGS.short_side)
    top, left = (height - side + 1) // 2, (width - side + 1) // 2
    planes = frame[top : top + side, left : left + side].transpose(2, 0, 1).astype(np.float32)  # (3, side, side)
    if side != SETTINGS.pixels:
        matrix = _bicubic(side, SETTINGS.pixels)
        planes = np.clip(matrix @ (planes @ matrix.T), 0.0, 255.0)
    pixels: Floats = (planes - np.float32(SETTINGS.mean)) / np.float32(SETTINGS.scale)
    return pixels


def probe_frames() -> list[NDArray[np.uint8]]:
    """Two unlike frames: a soft gradient and a checkerboard."""
    y, x = np.mgrid[0 : SETTINGS.short_side, 0 : SETTINGS.short_side]
    gradient = np.stack([x * 255 // x.max(), y * 255 // y.max(), 255 - x * 255 // x.max()], axis=-1)
    board = np.repeat((((x // 24 + y // 24) % 2) * 255)[..., None], 3, axis=-1)
    return [gradient.astype(np.uint8), board.astype(np.uint8)]


class EfficientNetLite2:
    """The `ImageEncoder` that ships."""

    def __init__(self, threads: int = 1, weights: Weights | None = None) -> None:
        weights = weights or shipped()
        self.name = "efficientnet-lite2"
        self.version = weights.version(SETTINGS.file, SETTINGS.preprocessing)
        self.dim = SETTINGS.dim
        self.class_names = weights.lines(SETTINGS.classes_file)
        self._model = OnnxModel(weights, SETTINGS.file, threads)

    def encode(self, frames: list[NDArray[np.uint8]]) -> tuple[Floats, Floats]:
        """n frames (h, w, 3) uint8 RGB → features (n, 1280), probabilities (n, 1000). ValueError, WeightsError."""
        features = np.empty((len(frames), self.dim), np.float32)
        probabilities = np.empty((len(frames), len(self.class_names)), np.float32)
        for row, frame in enumerate(frames):  # one at a time: larger batches are hardly faster and take more memory
            pixels = preprocess(frame)[None]
            here = slice(row, row + 1)
            features[here], probabilities[here] = self._model.run(["features", "probabilities"], {"pixels": pixels})
        return features, probabilities

    def self_test(self) -> None:
        """Raises WeightsError unless the model answers as the original did and tells unlike frames apart."""
        features, _ = self.encode(probe_frames())
        check_value(self.name, float(features[0].sum()), SETTINGS.probe_sum, SETTINGS.probe_tolerance)
        check_apart(self.name, *features)
