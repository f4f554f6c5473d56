"""What the words add to the score.

In: a corpus, a request, the track proposed before. Out: parts.

- "More" and "less" are measured against the previous track; without one they are plain wishes.
- Tempo and loudness words are judged by what was measured (`gauge`).
- "In the style of" is nearness to what the library holds of that name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.concepts.reading import SAME_TEMPO
from musechat.match.gauge import GAUGES, fulfilled, told
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
    likeness: float = 0.3
    same: float = 2.0
    style: float = 1.5
    unremarkable: float = 0.5
    outstanding: float = 0.995
    """Concept scores between which a wish is more and more fulfilled."""
    doubt: float = 0.5
    """How much of a wish for a tempo depends on whether the track sounds like it."""
    step: float = 0.2
    """A concept score this much above the previous track's fulfils "more" entirely."""


def word_parts(corpus: Corpus, request: Request, previous: int | None, weights: WordWeights) -> list[Part]:
    """One part for each thing asked. `previous`: the row of the track proposed before, or None."""
    parts = [_want(corpus, want, weights) for want in request.wants]
    parts += [_change(corpus, want, previous, +1, weights) for want in request.more]
    parts += [_change(corpus, want, previous, -1, weights) for want in request.less]
    parts += [_little(corpus, want, weights) for want in request.avoids if want.weight < HARD]
    parts += [_style(corpus, name, weights) for name in request.styles]
    if previous is not None:
        parts += [_keep(corpus, want, previous, weights.keep) for want in request.keep]
        parts.append(_likeness(corpus, previous, request, weights))
    return [part for part in parts if part is not None]


def _want(corpus: Corpus, want: Want, weights: WordWeights) -> Part | None:
    weight = weights.want * want.weight
    if (gauge := GAUGES.get(want.concept)) is not None:
        fit, values, yours = fulfilled(corpus, want.concept), gauge.values(corpus), told(corpus, want.concept, True)
        fit = np.where(yours, fit, fit * _felt(corpus, want.concept, weights))
        return Part("gauge", want.concept, weight, fit, values, gauge.unit, gauge.source, yours)
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    fit = ramp(scores, weights.unremarkable, weights.outstanding)
    return Part("concept", want.concept, weight, fit, scores, "score 0–1", corpus.sources[column])


def _felt(corpus: Corpus, word: str, weights: WordWeights) -> Floats | float:
    """How far a tempo (n,) also sounds as fast or slow as it was counted: beats are counted twice or half too often."""
    column = corpus.column(word)
    if column is None or GAUGES[word].column != "bpm":
        return 1.0
    return 1 - weights.doubt * (1 - ramp(corpus.scores[:, column], 0.5, 0.95))


def _little(corpus: Corpus, want: Want, weights: WordWeights) -> Part | None:
    """A mild exclusion ("not too electronic"): the less of it, the better, whatever the previous track had."""
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    fit = 1 - ramp(scores, 1 - weights.outstanding, 1 - weights.unremarkable)
    return Part("little", want.concept, weights.want * want.weight, fit, scores, "score 0–1", corpus.sources[column])


def _change(corpus: Corpus, want: Want, previous: int | None, sign: int, weights: WordWeights) -> Part | None:
    gauge, weight = GAUGES.get(want.concept), weights.change * want.weight
    if gauge is not None and previous is not None and (fit := gauge.change(corpus, previous, sign)) is not None:
        return Part("change", gauge.name(sign), weight, fit, gauge.values(corpus), gauge.unit, gauge.source)
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    base = scores[previous] if previous is not None else np.float32(0.5)
    fit = ramp(sign * (scores - base), 0.0, weights.step)
    name = f"{'more' if sign > 0 else 'less'} {want.concept}"
    return Part("change", name, weight, fit, scores, "score 0–1", corpus.sources[column])


def _keep(corpus: Corpus, want: Want, previous: int, weight: float) -> Part | None:
    if want.concept == SAME_TEMPO or want.concept in GAUGES:
        return _kept_number(corpus, want, previous, weight)
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    fit = bell(np.minimum(scores - scores[previous], 0), 0.2)
    return Part("keep", want.concept, weight * want.weight, fit, scores, "score 0–1", corpus.sources[column])


def _kept_number(corpus: Corpus, want: Want, previous: int, weight: float) -> Part:
    """ "Still fast", "the same tempo": the measured number of the previous track is held."""
    gauge = GAUGES[want.concept if want.concept in GAUGES else "fast"]
    values = gauge.values(corpus)
    away = np.log2(values / values[previous]) / 0.15 if gauge.column == "bpm" else (values - values[previous]) / 2
    return Part("keep", want.concept, weight * want.weight, bell(away, 1.0), values, gauge.unit, gauge.source)


def _likeness(corpus: Corpus, previous: int, request: Request, weights: WordWeights) -> Part | None:
    """Refining stays near the previous track, nearer where that was asked for; "something different" leaves it."""
    if request.act not in ("refine", "different"):
        return None
    cosine: Floats = corpus.vectors @ corpus.vectors[previous]
    near = request.act == "refine" or request.same
    fit = ramp(cosine if near else -cosine, 0.3 if near else -0.9, 1.0 if near else -0.2)
    name = "near the previous track" if near else "far from the previous track"
    weight = weights.same if request.same else weights.likeness
    return Part("likeness", name, weight, fit, cosine, "cosine", "musicnn embedding")


def _style(corpus: Corpus, name: str, weights: WordWeights) -> Part | None:
    """How near each track is to the mean of what an artist made, or to the track of a title."""
    mean = corpus.vectors[corpus.named(name)].sum(axis=0)
    return example_part(corpus, f"style of {name}", mean, weights.style)


def example_part(corpus: Corpus, name: str, example: Floats, weight: float) -> Part | None:
    """How near each track is to an `example` (d,) of any length; None for one that points nowhere."""
    length = float(np.linalg.norm(example))
    if length == 0:
        return None
    cosine: Floats = corpus.vectors @ (example / np.float32(length))
    return Part("style", name, weight, ramp(cosine, 0.3, 1.0), cosine, "cosine", "musicnn embedding")
