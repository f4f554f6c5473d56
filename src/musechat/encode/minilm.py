"""What words mean: all-MiniLM-L6-v2 (Wang et al. 2020, arXiv 2002.10957; Reimers & Gurevych 2019, arXiv 1908.10084).

In: texts in English. Out: one unit vector a text (mean of its tokens), or one vector a token.

- At most 256 tokens of a text are read, as the model was trained.
- A text without a word has no direction: its vector is zero and like nothing, and it has no tokens.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.errors import WeightsError
from musechat.encode.onnx import OnnxModel
from musechat.encode.probe import check_apart, check_value, cosine
from musechat.encode.weights import Weights, shipped

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from musechat.core.features import Floats


@dataclass(frozen=True, slots=True)
class MiniLMSettings:
    """`batch` texts of like length run at once; the probe is the original's cosine of the two probe texts."""

    file: str = "minilm.onnx"
    tokenizer_file: str = "minilm.tokenizer.json"
    preprocessing: int = 1
    dim: int = 384
    max_tokens: int = 256
    batch: int = 32
    probe_texts: tuple[str, str] = ("a cheerful upbeat song", "slow sad piano at night")
    probe_cosine: float = 0.3959
    probe_tolerance: float = 0.02


SETTINGS = MiniLMSettings()


class MiniLM:
    """The `TextEncoder` that ships."""

    def __init__(self, threads: int = 1, weights: Weights | None = None) -> None:
        self._weights = weights or shipped()
        self.name = "all-minilm-l6-v2"
        self.version = self._weights.version(SETTINGS.file, SETTINGS.preprocessing)
        self.dim = SETTINGS.dim
        self._model = OnnxModel(self._weights, SETTINGS.file, threads)
        self._lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None

    def encode(self, texts: list[str]) -> Floats:
        """n texts → (n, 384) with unit rows, zero rows for blank texts. Raises WeightsError."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        worded = [index for index, text in enumerate(texts) if text.strip()]
        encodings = dict(zip(worded, self._tokenize([texts[index] for index in worded]), strict=True))
        by_length = sorted(worded, key=lambda index: len(encodings[index].ids))  # so that little is padding
        for start in range(0, len(by_length), SETTINGS.batch):
            rows = by_length[start : start + SETTINGS.batch]
            vectors[rows] = self._pooled([encodings[index] for index in rows])
        return vectors

    def tokens(self, text: str) -> Floats:
        """One text → (t, 384), the model's marks of beginning and end included; (0, 384) for a blank text."""
        if not text.strip():
            return np.empty((0, self.dim), np.float32)
        ids = np.array([self._tokenize([text])[0].ids], np.int64)  # (1, t)
        tokens: Floats = self._model.run(["tokens"], {"ids": ids, "mask": np.ones_like(ids)})[0][0]
        return tokens

    def self_test(self) -> None:
        """Raises WeightsError unless the model answers as the original did and tells unlike texts apart."""
        one, other = self.encode(list(SETTINGS.probe_texts))
        check_value(self.name, cosine(one, other), SETTINGS.probe_cosine, SETTINGS.probe_tolerance)
        check_apart(self.name, one, other)

    def _pooled(self, encodings: list[Encoding]) -> Floats:
        """Mean over the tokens of each text, at length one: (n, 384)."""
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(encodings), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        tokens = self._model.run(["tokens"], {"ids": ids, "mask": mask})[0]  # (n, t, 384)
        weights = mask.astype(np.float32)
        sums = np.einsum("nt,ntd->nd", weights, tokens)  # the mean's divisor cancels in the norm
        vectors: Floats = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return vectors

    def _tokenize(self, texts: list[str]) -> list[Encoding]:
        """Token ids of each text, cut at `max_tokens`, unpadded."""
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = self._load_tokenizer()
            return self._tokenizer.encode_batch(texts)

    def _load_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        data = self._weights.read(SETTINGS.tokenizer_file)
        try:
            tokenizer = Tokenizer.from_str(data.decode("utf-8"))
        except Exception as error:  # tokenizers raises a bare Exception
            raise WeightsError(f"The tokenizer {SETTINGS.tokenizer_file} cannot be read: {error}") from error
        tokenizer.enable_truncation(SETTINGS.max_tokens)
        tokenizer.no_padding()
        return tokenizer
