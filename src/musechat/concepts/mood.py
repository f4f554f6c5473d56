"""Moods and their places in the valence/arousal plane.

In: a point of the plane. Out: the mood concepts near it, with weights.

- The plane is Russell's circumplex (J. Pers. Soc. Psychol. 39, 1980): pleasure to the right, activation up. Places are
  `at` in the vocabulary; they are ours, after his ordering of the words around the circle.
- Near the middle no mood is clear, and weights are small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from musechat.concepts.vocabulary import Vocabulary
from musechat.core.request import Want


@dataclass(frozen=True, slots=True)
class MoodSettings:
    """`width`: distance at which a mood's weight is down to 61 %; `clear`: distance from the middle that is clear."""

    width: float = 0.35
    clear: float = 0.5
    at_most: int = 5
    at_least: float = 0.2


MOODS = MoodSettings()


def moods_at(
    valence: float, arousal: float, vocabulary: Vocabulary, settings: MoodSettings = MOODS
) -> tuple[Want, ...]:
    """The nearest moods of a point (each coordinate in -1..1), strongest first; none for an unclear point."""
    clarity = min(1.0, math.hypot(valence, arousal) / settings.clear)
    found = []
    for concept in vocabulary.measurable:
        if concept.at is not None:
            away = math.dist((valence, arousal), concept.at)
            weight = clarity * math.exp(-0.5 * (away / settings.width) ** 2)
            if weight >= settings.at_least:
                found.append(Want(concept.name, round(weight, 3)))
    return tuple(sorted(found, key=lambda want: -want.weight)[: settings.at_most])
