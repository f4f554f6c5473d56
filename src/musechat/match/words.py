"""What the words add to the score.

In: a corpus, a request, the track proposed before. Out: parts.

- "More" and "less" are measured against the previous track; without one they are plain wishes.
- Tempo and loudness words are judged by measured tempo and loudness, not by tags called "fast" and "loud".
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
    loudness_step: float = 3.0
    """LU that fulfil "louder" or "quieter" entirely."""


def word_parts(corpus: Corpus, request: Request, previous: int | None, weights: WordWeights) -> list[Part]:
    """One part for each thing asked. `previous`: the row of the track proposed before, or None."""
    parts = [_want(corpus, want, weights) for want in request.wants]
    parts += [_change(corpus, want, previous, +1, weights) for want in request.more]
    parts += [_change(corpus, want, previous, -1, weights) for want in request.less]
    parts += [_little(corpus, want, weights) for want in request.avoids if want.weight < HARD]
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


def _little(corpus: Corpus, want: Want, weights: WordWeights) -> Part | None:
    """A mild exclusion ("not too electronic"): the less of it, the better, whatever the previous track had."""
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    fit = 1 - ramp(scores, 1 - weights.outstanding, 1 - weights.unremarkable)
    return Part("little", want.concept, weights.want * want.weight, fit, scores, "score 0–1", corpus.sources[column])


def _change(corpus: Corpus, want: Want, previous: int | None, sign: int, weights: WordWeights) -> Part | None:
    if previous is not None and (measured := _measured_change(corpus, want, previous, sign, weights)) is not None:
        return measured
    column = corpus.column(want.concept)
    if column is None:
        return None
    scores = corpus.scores[:, column]
    base = scores[previous] if previous is not None else np.float32(0.5)
    fit = ramp(sign * (scores - base), 0.0, weights.step)
    name, weight = f"{'more' if sign > 0 else 'less'} {want.concept}", weights.change * want.weight
    return Part("change", name, weight, fit, scores, "score 0–1", corpus.sources[column])


def _measured_change(corpus: Corpus, want: Want, previous: int, sign: int, weights: WordWeights) -> Part | None:
    """Words of tempo and loudness are judged by what was measured; None for other words, and where it was not."""
    if want.concept in _FASTER:
        way, names, values, unit, source = sign * _FASTER[want.concept], _TEMPO, corpus.bpm, "BPM", "tempo from onsets"
        fit = ramp(way * np.log2(values / values[previous]), 0.0, weights.tempo_step)
    elif want.concept in _LOUDER:
        way, names, values, unit, source = sign * _LOUDER[want.concept], _LEVEL, corpus.loudness, "LUFS", "EBU R 128"
        fit = ramp(way * (values - values[previous]), 0.0, weights.loudness_step)
    else:
        return None
    if np.isnan(values[previous]):
        return None
    return Part("change", names[way > 0], weights.change * want.weight, fit, values, unit, source)


_FASTER, _TEMPO = {"fast": 1, "slow": -1}, ("slower", "faster")
_LOUDER, _LEVEL = {"loud": 1, "quiet": -1}, ("quieter", "louder")


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
