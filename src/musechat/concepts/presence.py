"""How much of each concept is in each track: `ConceptScorer`.

In: mean tag probabilities and measured attributes of n tracks. Out: `Presence`: scores, claims, exclusions, voices.

- A score is comparable between concepts: weighted standard scores, scaled as if their inputs correlate by `correlation`
  and squashed, so that .5 is usual and .84 one standard deviation above. By itself it ranks and asserts nothing.
- Where labelled music was enough, fitted weights replace the vocabulary's; they come scaled to unit variance.
- A concept is asserted whose score reaches the floor that was fitted on labelled music; see `floors`.
- Exclusions are judged the other way round, and hard: what scores above a cut *or* whose own tag speaks up is out.
- Floors and fitted cuts meet scores against the shipped reference, whatever the ranking is relative to.
- What was not measured is neutral.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from musechat.concepts.floors import Floor, shipped_floors
from musechat.concepts.reference import TAG_PRIOR, Reference, fit_reference, inputs, shipped_reference
from musechat.concepts.vocabulary import ATTRIBUTES, Concept, Vocabulary
from musechat.core.errors import InputError

if TYPE_CHECKING:
    from musechat.core.features import Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PresenceSettings:
    """`furthest`: standard scores are clipped there; `slope`: of the logistic that stands for the normal integral.

    `tempo`: weight of a genre's usual tempo, which counts `usual_tempo` as a standard score, falling to its negative
    within `beside` octaves; half and double of it are the same, for a beat is often counted so.

    `cuts`: score from which a track breaks an exclusion, per kind, for concepts whose cut is not fitted. Whatever the
    score, so does a concept's own tag (weight ≥ `own`) with a raw probability of `certain`. Where the cut is not
    fitted, one with `spoken` will do, or one among the `told` strongest tags with `heard` or more, and excluding a
    genre excludes its narrower genres: those in which its own tags count `leans` or more. These are set by hand, to cut
    too much rather than too little.
    """

    correlation: float = 0.5
    tempo: float = 0.8
    usual_tempo: float = 1.5
    beside: float = 0.12
    furthest: float = 4.0
    slope: float = 1.702
    cuts: Mapping[str, float] = field(
        default_factory=lambda: {
            "genre": 0.62,
            "mood": 0.62,
            "energy": 0.6,
            "tempo": 0.6,
            "texture": 0.62,
            "era": 0.65,
            "instrument": 0.58,
            "vocals": 0.58,
            "use": 0.7,
        }
    )
    own: float = 0.6
    spoken: float = 0.3
    certain: float = 0.5
    told: int = 6
    heard: float = 0.1
    leans: float = 0.3


SETTINGS = PresenceSettings()
_SUNG = ("vocals", "female vocals", "male vocals")
_MEASURED = {
    "bpm": "tempo",
    "arousal": "arousal",
    "valence": "valence",
    "loudness": "loudness",
    "beat_strength": "beat strength",
}


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """n tracks, c concepts in the order of `Vocabulary.measurable`.

    `sources` (c): what a score is made of, in words; `scores` (n, c) in 0..1, column-major; `breaks` (n, c): whether
    the track breaks an exclusion of the concept; `asserted` (n, c): whether one may say that it is there; `clear`
    (n, c): whether its absence is as good as sure; `voices`: "none", "any", "female", "male" → the tracks that are
    allowed when these are asked for, (n,); `voice` (n,): how likely anybody sings, 0..1.
    """

    concepts: tuple[str, ...]
    sources: tuple[str, ...]
    scores: Floats
    breaks: Bools
    asserted: Bools
    clear: Bools
    voices: dict[str, Bools]
    voice: Floats


class ConceptScorer:
    """Scores tracks whose tags come in the order of `tag_names`."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        tag_names: tuple[str, ...],
        reference: Reference | None = None,
        settings: PresenceSettings = SETTINGS,
        floors: Mapping[str, Floor] | None = None,
    ) -> None:
        """Without a `reference` the scored library is its own; without `floors` those that ship count.

        Raises `InputError` for tags that are not there.
        """
        self.concepts = vocabulary.measurable
        self._tag_names, self._reference, self._settings = tag_names, reference, settings
        place = {name: row for row, name in enumerate((*tag_names, *ATTRIBUTES))}
        self._weights = np.zeros((len(place), len(self.concepts)), np.float32)  # (t + a, c)
        for column, concept in enumerate(self.concepts):
            for source, weight in concept.heard_by.items():
                if source not in place:
                    raise InputError(f"The tagger has no tag {source!r}, which the concept {concept.name!r} needs.")
                self._weights[place[source], column] = weight
        own = self._weights[: len(tag_names)] >= settings.own  # (t, c)
        kinds = np.array([c.kind for c in self.concepts])
        self._own, self._told = own & np.isin(kinds, ("genre", "instrument", "vocals")), own
        names = np.array([c.name for c in self.concepts])
        self._sung = own[:, np.isin(names, _SUNG)].any(axis=1)  # (t,)
        genre = kinds == "genre"
        leans = (self._weights[: len(tag_names)] >= settings.leans) & genre  # (t, c)
        self._narrower = (own & genre).T.astype(np.float32) @ leans > 0  # (c, c): a kind of it
        self._kinds = self._narrower.copy()
        rho, absolute = settings.correlation, np.abs(self._weights)
        paced = np.array([settings.tempo if c.tempo else 0.0 for c in self.concepts], np.float32)  # (c,)
        squares, sums = (absolute**2).sum(axis=0) + paced**2, absolute.sum(axis=0) + paced
        scale = np.sqrt((1 - rho) * squares + rho * sums**2)
        self._weights /= scale
        self._paced = paced / scale
        known = shipped_floors() if floors is None else floors
        fitted = [known.get(concept.name, Floor()) for concept in self.concepts]
        for column, one in enumerate(fitted):
            if one.heard_by:
                self._weights[:, column] = [one.heard_by.get(name, 0.0) for name in place]
                self._paced[column] = 0.0
        self._by_labels = tuple(bool(one.heard_by) for one in fitted)
        self._hear_voices = VoiceHearer(vocabulary, tag_names)
        self._shipped = shipped_reference(tag_names)
        self._floors = np.array([np.inf if one.floor is None else one.floor for one in fitted], np.float32)  # (c,)
        self._clear = np.array([one.clear or 0.0 for one in fitted], np.float32)  # (c,)
        self._fitted = np.array([one.cut is not None for one in fitted])  # (c,)
        by_hand = (settings.cuts[concept.kind] for concept in self.concepts)
        self._cuts = np.array([one.cut or cut for one, cut in zip(fitted, by_hand, strict=True)], np.float32)
        self._told &= ~self._fitted
        self._narrower[self._fitted] = False

    def __call__(self, tags: Floats, attributes: Mapping[str, Floats]) -> Presence:
        """`tags` (n, t) mean probabilities; `attributes`: any of ATTRIBUTES → (n,), NaN where not measured."""
        values = inputs(tags, attributes)  # (n, t + a)
        usual = self._reference or fit_reference(self._tag_names, values)
        known = np.isfinite(values)
        scores = self._scores(values, known, usual)
        absolute = scores if usual is self._shipped else self._scores(values, known, self._shipped)
        spoken, told = tags >= self._settings.spoken, self._strongest(tags)  # (n, t)
        breaks = self._breaks(np.where(self._fitted, absolute, scores), tags, told)
        breaks |= breaks.astype(np.float32) @ self._narrower.T > 0
        voice, voices = self._hear_voices(np.nan_to_num(values[:, : tags.shape[1]], nan=TAG_PRIOR[0]))
        voices["none"] &= ~(spoken | told)[:, self._sung].any(axis=1)
        names = tuple(concept.name for concept in self.concepts)
        sources, asserted = tuple(map(_source, self.concepts, self._by_labels)), absolute >= self._floors
        return Presence(names, sources, scores, breaks, asserted, absolute <= self._clear, voices, voice)

    def wider(self, concept: str) -> list[int]:
        """The columns of genres of which `concept` is a kind, itself among them."""
        column = [known.name for known in self.concepts].index(concept)
        return sorted({column, *map(int, np.flatnonzero(self._kinds[:, column]))})

    def _scores(self, values: Floats, known: Bools, usual: Reference) -> Floats:
        """(n, c), column-major."""
        furthest = self._settings.furthest
        standard = (values - usual.mean) / usual.std
        standard[~known] = 0
        np.clip(standard, -furthest, furthest, out=standard)
        scores: Floats = (np.ascontiguousarray(self._weights.T) * -self._settings.slope) @ standard.T  # (c, n)
        octaves = values[:, len(self._tag_names) + ATTRIBUTES.index("bpm")]
        for column in np.flatnonzero(self._paced):
            scores[column] -= self._settings.slope * self._paced[column] * self._pace(self.concepts[column], octaves)
        np.exp(scores, out=scores)
        scores += 1
        return np.reciprocal(scores, out=scores).T

    def _pace(self, concept: Concept, octaves: Floats) -> Floats:
        """How usual the tempi (n,) in octaves are for a genre, as a standard score; 0 where not measured."""
        assert concept.tempo is not None
        low, high = np.log2(concept.tempo)
        folded = np.stack([octaves - 1, octaves, octaves + 1])
        away = np.maximum(np.maximum(low - folded, folded - high), 0).min(axis=0)
        usual = self._settings.usual_tempo * (1 - 2 * np.minimum(away / self._settings.beside, 1))
        found: Floats = np.nan_to_num(usual).astype(np.float32)
        return found

    def _strongest(self, tags: Floats) -> Bools:
        """What a reply would tell as one of the strongest tags (n, t): it cannot pass for absent."""
        strongest = np.partition(tags, -self._settings.told, axis=1)[:, -self._settings.told, None]
        told: Bools = tags >= np.maximum(strongest, self._settings.heard)
        return told

    def _breaks(self, scores: Floats, tags: Floats, told: Bools) -> Bools:
        breaks: Bools = scores >= self._cuts
        enough = np.where(self._fitted, self._settings.certain, self._settings.spoken)  # (c,)
        for tag in np.flatnonzero(self._own.any(axis=1)):
            for column in np.flatnonzero(self._own[tag]):
                breaks[:, column] |= tags[:, tag] >= enough[column]
        breaks |= told.astype(np.float32) @ self._told > 0
        return breaks


def _source(concept: Concept, by_labels: bool) -> str:
    """What the recipe of a concept is made of: "musicnn tags and measured tempo, calibrated"."""
    if by_labels:
        return "musicnn tags and measurements, weighed by labelled music"
    used = {*concept.heard_by, *(["bpm"] if concept.tempo else [])}
    measured = [_MEASURED[name] for name in ATTRIBUTES if name in used]
    named = " and ".join(part for part in (", ".join(measured[:-1]), *measured[-1:]) if part)
    if len(measured) == len(used):
        return f"measured {named}"
    return f"musicnn tags and measured {named}, calibrated" if measured else "musicnn tags, calibrated"


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """Logistic of the evidence (logit of singing − logit of no singing), and what is allowed from which probability.

    `none`: below this for "no vocals"; `some`: at least this for "with vocals"; `side`: by how much one sex must
    outweigh the other, in logits. Set by hand, not yet fitted: no labelled singing was at hand.
    """

    bias: float = 0.0
    slope: float = 1.0
    none: float = 0.5
    some: float = 0.7
    side: float = 0.3


VOICES = VoiceSettings()


class VoiceHearer:
    """Judges who sings by the tags in the recipes of "vocals", "female vocals" and "male vocals"."""

    def __init__(self, vocabulary: Vocabulary, tag_names: tuple[str, ...], settings: VoiceSettings = VOICES) -> None:
        self._settings = settings
        self._columns = {
            (name, sign): [tag_names.index(tag) for tag, w in vocabulary[name].heard_by.items() if w * sign > 0]
            for name, sign in (*((name, 1) for name in _SUNG), ("vocals", -1))
        }

    def __call__(self, logits: Floats) -> tuple[Floats, dict[str, Bools]]:
        """Of tags' `logits` (n, t): how likely anybody sings (n,), and the tracks (n,) that each kind of voices allows.

        A side speaks with the mean of its two strongest tags.
        """

        def side(name: str, sign: int = 1) -> Floats:
            pair: Floats = np.sort(logits[:, self._columns[name, sign]], axis=1)[:, -2:].mean(axis=1)
            return pair

        settings, female, male = self._settings, side("female vocals"), side("male vocals")
        evidence = np.maximum(side("vocals"), np.maximum(female, male)) - side("vocals", -1)
        voice = (1 / (1 + np.exp(settings.bias - settings.slope * evidence))).astype(np.float32)
        some = voice >= settings.some
        lean = female - male
        allowed = {"none": voice < settings.none, "any": some}
        return voice, allowed | {"female": some & (lean > settings.side), "male": some & (-lean > settings.side)}
