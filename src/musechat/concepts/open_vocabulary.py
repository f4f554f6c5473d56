"""Words outside the vocabulary, by their nearest concept: `OpenVocabulary`.

In: short phrases, a text encoder. Out: a concept for each, or none.

- Conservative: the nearest surface form must be very near. What is not is left unmatched, which the user sees.
- The concepts' vectors are made once, when first needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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

    def __init__(self, text_encoder: TextEncoder, vocabulary: Vocabulary, settings: OpenSettings = SETTINGS) -> None:
        self._encoder, self._vocabulary, self._settings = text_encoder, vocabulary, settings

    @cached_property
    def _forms(self) -> tuple[Floats, list[str]]:
        """Vectors of all surface forms (f, d), and whose form each is."""
        forms = [(word, c.name) for c in self._vocabulary.concepts.values() for word in c.words]
        return self._encoder.encode([form for form, _ in forms]), [name for _, name in forms]

    def nearest(self, phrases: list[str]) -> list[str | None]:
        """For each phrase the concept it means, None where none is near enough."""
        if not phrases:
            return []
        vectors, names = self._forms
        cosines = self._encoder.encode(phrases) @ vectors.T  # (p, f)
        best = np.argmax(cosines, axis=1)
        return [names[place] if cosines[row, place] >= self._settings.near else None for row, place in enumerate(best)]
