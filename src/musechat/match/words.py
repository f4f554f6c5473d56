"""What the words add to the score.

In: a corpus, a request, the track proposed before. Out: parts.

- "More" and "less" are measured against the previous track; without one they are plain wishes.
- Tempo words are judged by the measured tempo, not by a tag called "fast".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.match.limits import HARD
from musechat.match.part import Part, bell, ramp

if TYPE_CHECKING:
    from musechat.core.features import Floats
    from musechat.core.request import Request, Want
    from musechat.match.corpus import Corpus


@dataclass(frozen=True, slots=True)
class WordWeights:
    """How much each sort of wish counts, and what counts as fulfilled."""

    want: float = 2.0
    change: float = 1.5
    keep: float = 1.0
    likeness: float = 0.5
    unremarkable: float = 0.4
    outstanding: float = 0.98
    """Concept scores between which a wish is more and more fulfilled."""
    step: float = 0.2
    """A concept score this much above the previous track's fulfils "more" entirely."""
    tempo_step: float = 0.2
    """Octaves of tempo that fulfil "faster" or "slower" entirely: about 15 %."""


def word_parts(corpus: Corpus, request: Request, previous: int | None, weights: WordWeights) -> list[Part]:
    """One part for each thing asked. `previous`: the row of the track proposed before, or None."""
    parts = [_want(corpus, want, weights) for want in request.wants]
    parts += [_change(corpus, want, previous, +1, weights) for want in request.more]
    softened = tuple(want for want in request.avoids if want.weight < HARD)
    parts += [_change(corpus, want, previous, -1, weights) for want in (*request.less, *softened)]
    if previous is not None:
        parts += [_keep(corpus, want, previous, weights.keep) for want in request.keep]
        parts.append(_likeness(corpus, previous, request, weights.likeness))
    return [part for part in parts if part is not None]


def _want(corpus: Corpus, want: Want, weights: WordWeights) -> Part | None:
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    fit = ramp(scores, weights.unremarkable, weights.outstanding)
    return Part("concept", want.concept, weights.want * want.weight, fit, scores, "score 0–1", corpus.sources[column])


def _change(corpus: Corpus, want: Want, previous: int | None, sign: int, weights: WordWeights) -> Part | None:
    direction = "more" if sign > 0 else "less"
    if want.concept in ("fast", "slow") and previous is not None and not np.isnan(corpus.bpm[previous]):
        faster = sign if want.concept == "fast" else -sign
        octaves = faster * np.log2(corpus.bpm / corpus.bpm[previous])
        fit = ramp(octaves, 0.0, weights.tempo_step)
        name = "faster" if faster > 0 else "slower"
        return Part("change", name, weights.change * want.weight, fit, corpus.bpm, "BPM", "tempo from onsets")
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    base = scores[previous] if previous is not None else np.float32(0.5)
    fit = ramp(sign * (scores - base), 0.0, weights.step)
    name, weight = f"{direction} {want.concept}", weights.change * want.weight
    return Part("change", name, weight, fit, scores, "score 0–1", corpus.sources[column])


def _keep(corpus: Corpus, want: Want, previous: int, weight: float) -> Part | None:
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    fit = bell(np.minimum(scores - scores[previous], 0), 0.2)
    return Part("keep", want.concept, weight * want.weight, fit, scores, "score 0–1", corpus.sources[column])


def _likeness(corpus: Corpus, previous: int, request: Request, weight: float) -> Part | None:
    """Refining stays near the previous track; "something completely different" leaves it."""
    if request.act not in ("refine", "different"):
        return None
    cosine: Floats = corpus.vectors @ corpus.vectors[previous]
    near = request.act == "refine"
    fit = ramp(cosine if near else -cosine, 0.3 if near else -0.9, 1.0 if near else -0.2)
    name = "near the previous track" if near else "far from the previous track"
    return Part("likeness", name, weight, fit, cosine, "cosine", "musicnn embedding")
