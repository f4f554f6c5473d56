"""Words outside the vocabulary, by their nearest concept: `OpenVocabulary`.

In: short phrases, a text encoder. Out: a concept for each, or none.

- Conservative: the nearest surface form must be very near. What is not is left unmatched, which the user sees.
- The concepts' vectors take most of a second to make; they are made when first needed and kept in a cache file, whose
  name holds the encoder's version and a hash of the forms, so that it can never be of another state.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.core.features import Floats
    from musechat.core.protocols import TextEncoder


@dataclass(frozen=True, slots=True)
class OpenSettings:
    """`near`: least cosine of phrase and surface form, set on 121 phrases with MiniLM (benchmarks/open_words.py)."""

    near: float = 0.77


SETTINGS = OpenSettings()


class OpenVocabulary:
    """Finds the concept that a phrase means, if any."""

    def __init__(
        self,
        text_encoder: TextEncoder,
        vocabulary: Vocabulary,
        settings: OpenSettings = SETTINGS,
        cache: Path | None = None,
    ) -> None:
        """`cache`: a folder for the concepts' vectors; without one, or where it cannot be used, they are made anew."""
        self._encoder, self._vocabulary, self._settings, self._cache = text_encoder, vocabulary, settings, cache

    @cached_property
    def _forms(self) -> tuple[Floats, list[str]]:
        """Vectors of all surface forms (f, d), and whose form each is."""
        forms = [(word, c.name) for c in self._vocabulary.concepts.values() for word in c.words]
        return self._vectors([form for form, _ in forms]), [name for _, name in forms]

    def _vectors(self, forms: list[str]) -> Floats:
        """The forms' vectors (f, d), from the cache where it holds them."""
        if self._cache is None:
            return self._encoder.encode(forms)
        digest = hashlib.sha256("\n".join(forms).encode()).hexdigest()[:12]
        path = self._cache / f"concepts-{self._encoder.name}-{self._encoder.version}-{digest}.npy"
        with contextlib.suppress(OSError, ValueError, EOFError):
            kept: Floats = np.load(path, allow_pickle=False)
            if kept.shape == (len(forms), self._encoder.dim) and kept.dtype == np.float32:
                return kept
        vectors = self._encoder.encode(forms)
        with contextlib.suppress(OSError):
            self._cache.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._cache, suffix=".part", delete=False) as file:
                np.save(file, vectors)
            Path(file.name).replace(path)
        return vectors

    def nearest(self, phrases: list[str]) -> list[str | None]:
        """For each phrase the concept it means, None where none is near enough."""
        if not phrases:
            return []
        vectors, names = self._forms
        cosines = self._encoder.encode(phrases) @ vectors.T  # (p, f)
        best = np.argmax(cosines, axis=1)
        return [names[place] if cosines[row, place] >= self._settings.near else None for row, place in enumerate(best)]
