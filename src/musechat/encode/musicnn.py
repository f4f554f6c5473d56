"""What is heard in three seconds of music: musicnn, both tag systems (Pons & Serra 2019, arXiv 1909.06654).

In: log-mel patches from `mel`. Out: tag probabilities and embeddings, MagnaTagATune (MTT) first, then the Million
Song Dataset (MSD).

- Tags are named `system:tag`: the two systems share words ("mtt:rock", "msd:rock") but not calibrations.
- Raw probabilities are small and not comparable between tags: calibrate before you compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.encode.mel import MUSICNN_MEL
from musechat.encode.onnx import OnnxModel
from musechat.encode.probe import check_apart, check_value
from musechat.encode.weights import Weights, shipped

if TYPE_CHECKING:
    from musechat.core.features import Floats


@dataclass(frozen=True, slots=True)
class MusicnnSettings:
    """`preprocessing` counts the changes to what is fed; the probe is the original's answer to `probe_patches`."""

    file: str = "musicnn.onnx"
    tags_file: str = "musicnn.tags.txt"
    preprocessing: int = 1
    dim: int = 400
    probe_sum: float = 3.3257
    probe_tolerance: float = 1e-3


SETTINGS = MusicnnSettings()


def probe_patches() -> Floats:
    """Two unlike log-mel patches (2, 187, 96): a steady low hum and a bright regular pulse."""
    bands, frames = np.arange(MUSICNN_MEL.n_mels), np.arange(MUSICNN_MEL.patch_frames)
    hum = np.broadcast_to(np.maximum(0.0, 4.0 - bands / 8), (len(frames), len(bands)))
    pulse = np.outer(frames % 31 < 4, bands / 32)
    return np.stack([hum, pulse]).astype(np.float32)


class Musicnn:
    """The `AudioEncoder` that ships: 100 tags and 400 dimensions (200 of each system)."""

    def __init__(self, threads: int = 1, weights: Weights | None = None) -> None:
        weights = weights or shipped()
        self.name = "musicnn"
        self.version = weights.version(SETTINGS.file, SETTINGS.preprocessing)
        self.dim = SETTINGS.dim
        self.tag_names = weights.lines(SETTINGS.tags_file)
        self._model = OnnxModel(weights, SETTINGS.file, threads)

    def encode(self, patches: Floats) -> tuple[Floats, Floats]:
        """n patches (n, 187, 96) → embeddings (n, 400), tag probabilities (n, 100). Raises ValueError, WeightsError."""
        if patches.ndim != 3 or patches.shape[1:] != (MUSICNN_MEL.patch_frames, MUSICNN_MEL.n_mels):
            raise ValueError(f"patches must be (n, {MUSICNN_MEL.patch_frames}, {MUSICNN_MEL.n_mels}): {patches.shape}")
        embeddings = np.empty((len(patches), self.dim), np.float32)
        tags = np.empty((len(patches), len(self.tag_names)), np.float32)
        for row in range(len(patches)):  # one at a time: larger batches are no faster and take 60 MB each
            one = {"patches": patches[row : row + 1]}
            embeddings[row : row + 1], tags[row : row + 1] = self._model.run(["embedding", "tags"], one)
        return embeddings, tags

    def self_test(self) -> None:
        """Raises WeightsError unless the model answers as the original did and tells unlike sounds apart."""
        embeddings, tags = self.encode(probe_patches())
        check_value(self.name, float(tags[0].sum()), SETTINGS.probe_sum, SETTINGS.probe_tolerance)
        check_apart(self.name, *embeddings)
