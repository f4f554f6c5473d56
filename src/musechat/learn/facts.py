"""What may be said of every track of a library: `FactTable`.

In: a corpus, the tracks' names, and either the tagger's tags or the facts of composed pieces. Out: per track what is
there, what is surely not, and numbers that two tracks can be compared by.

- By tags: the strongest of the MTT and MSD systems, each as the concept that its words mean. Words for tempo and
  loudness are left to the measured numbers, which outrank them.
- By score: what the studio wrote down beside a piece (`NAME.facts.json`); nothing about it was heard.
- What is neither there nor surely absent is never spoken of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from musechat.concepts.lexicon import Lexicon, lexicon_of
from musechat.concepts.tokens import tokenize
from musechat.core.errors import InputError
from musechat.match.gauge import GAUGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musechat.concepts.vocabulary import Vocabulary
    from musechat.core.features import Floats
    from musechat.core.track import Track
    from musechat.match.corpus import Corpus

    Bools = NDArray[np.bool_]

Source: TypeAlias = Literal["tags", "score"]


@dataclass(frozen=True, slots=True)
class FactSettings:
    """`tags`: how many of a track are told. A tag below `heard` is no fact, whatever its rank; one of `silent` or more
    keeps a concept from being called absent."""

    tags: int = 5
    heard: float = 0.1
    silent: float = 0.1


FACTS = FactSettings()
SINGING = {"woman": "female vocals", "man": "male vocals", "no vocals": "instrumental", "no vocal": "instrumental",
           "no voice": "instrumental"}  # fmt: skip
"""Tags whose words alone do not say what they are about."""
PLAYED = {
    "synth bass": ("bass", "synth"), "electronic drums": ("drums",), "distorted guitar": ("electric guitar",),
    "pad": ("synth",), "lead": ("synth",), "pluck": ("synth",), "electric piano": ("electric piano",),
}  # fmt: skip
"""Instruments of a score whose words alone do not say what they are."""
_RIVALS = (("instrumental", "vocals"), ("instrumental", "female vocals"), ("instrumental", "male vocals"),
           ("female vocals", "male vocals"))  # fmt: skip
"""What is not told of one track together: the stronger stands."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a track is called."""

    title: str
    artist: str | None
    album: str | None


@dataclass(frozen=True, slots=True, eq=False)
class FactTable:
    """n tracks, c concepts. `has`, `lacks` (n, c); `strength` (n, c) orders what a track has; `bpm`, `loudness`
    (LUFS), `arousal`, `valence` (n,), NaN where not known; `known` (n,): tracks of which anything may be said.

    `vectors` (n, d): unit rows, for which artist sounds like which.
    """

    ids: tuple[str, ...]
    names: tuple[Names, ...]
    concepts: tuple[str, ...]
    has: Bools
    lacks: Bools
    strength: Floats
    bpm: Floats
    loudness: Floats
    arousal: Floats
    valence: Floats
    known: Bools
    vectors: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def told(self, row: int) -> tuple[str, ...]:
        """What a track has, the strongest first."""
        columns = np.flatnonzero(self.has[row])
        ordered = columns[np.argsort(-self.strength[row, columns], kind="stable")]
        return tuple(self.concepts[column] for column in ordered)

    def absent(self, row: int) -> tuple[str, ...]:
        """What a track surely lacks."""
        return tuple(self.concepts[column] for column in np.flatnonzero(self.lacks[row]))


def facts_by_tags(
    corpus: Corpus, tracks: Iterable[Track], tags: Floats, tag_names: Sequence[str], vocabulary: Vocabulary,
    settings: FactSettings = FACTS,
) -> FactTable:  # fmt: skip
    """By the tagger: `tags` (n, t) are mean probabilities in the corpus's order."""
    meant = _meanings(tag_names, vocabulary)
    concepts = tuple(dict.fromkeys(meant.values()))
    strength = np.zeros((len(corpus), len(concepts)), np.float32)
    for tag, concept in meant.items():
        column = concepts.index(concept)
        strength[:, column] = np.maximum(strength[:, column], tags[:, tag])
    told = strength.copy()
    for one, other in _RIVALS:
        if one in concepts and other in concepts:
            a, b = concepts.index(one), concepts.index(other)
            weaker = np.where(told[:, a] < told[:, b], a, b)
            told[np.arange(len(corpus)), weaker] = 0
    least = -np.sort(-told, axis=1)[:, min(settings.tags, len(concepts)) - 1, None]
    has: Bools = (told >= np.maximum(least, settings.heard)) & (told > 0)
    lacks: Bools = ~has & (strength < settings.silent)
    for column, concept in enumerate(concepts):
        known = corpus.column(concept)
        if known is not None:
            lacks[:, column] &= ~corpus.breaks[:, known]
    return FactTable(
        corpus.ids, _names(corpus, tracks), concepts, has, lacks, strength,
        corpus.bpm, corpus.loudness, corpus.arousal, corpus.valence, corpus.shown & has.any(axis=1), corpus.vectors,
    )  # fmt: skip


def facts_by_score(corpus: Corpus, tracks: Sequence[Track], vocabulary: Vocabulary) -> FactTable:
    """By what the studio wrote beside each track; tracks without such a file are not known."""
    lexicon = lexicon_of(vocabulary)
    written = {track.id: _written(Path(track.path)) for track in tracks}
    plain = [written.get(track_id) for track_id in corpus.ids]
    present = [() if facts is None else _present(facts, lexicon) for facts in plain]
    heard = [concept.name for concept in vocabulary.concepts.values() if concept.kind == "instrument"]
    concepts = tuple(dict.fromkeys([*(name for names in present for name in names), *heard, "vocals"]))
    strength = np.zeros((len(corpus), len(concepts)), np.float32)
    lacks = np.zeros(strength.shape, bool)
    for row, names in enumerate(present):
        for place, name in enumerate(names):
            strength[row, concepts.index(name)] = 1 - place / 100
        lacks[row] = [_surely_lacks(concept, names, plain[row], vocabulary) for concept in concepts]
    numbers = np.array([[np.nan, np.nan] if f is None else [f["bpm"], _energy(f)] for f in plain], np.float32)
    known = np.array([facts is not None for facts in plain]) & corpus.shown
    unknown = np.full(len(corpus), np.nan, np.float32)
    return FactTable(
        corpus.ids, _names(corpus, tracks), concepts, strength > 0, lacks, strength,
        numbers[:, 0], unknown, numbers[:, 1], unknown, known, corpus.vectors,
    )  # fmt: skip


def _meanings(tag_names: Sequence[str], vocabulary: Vocabulary) -> dict[int, str]:
    """Column of a tag → the one concept that it means."""
    lexicon, meant = lexicon_of(vocabulary), {}
    for index, tag in enumerate(tag_names):
        word = tag.rpartition(":")[2].lower()
        concept = SINGING.get(word) or _concept(word, lexicon)
        if concept is not None and concept not in GAUGES:
            meant[index] = concept
    return meant


def _concept(words: str, lexicon: Lexicon) -> str | None:
    """The concept that the whole of `words` means, if it is one."""
    tokens = tokenize(words)
    found = lexicon.find(tokens, 0) if tokens else None
    if found is None or found[1] != len(tokens) or found[0].kind != "concept" or len(found[0].names) > 1:
        return None
    return found[0].names[0]


def _written(path: Path) -> dict[str, Any] | None:
    """The facts beside a composed track; None where there are none. Raises `InputError` for a damaged file."""
    place = path.with_suffix(".facts.json")
    if not place.is_file():
        return None
    try:
        facts = json.loads(place.read_text("utf-8"))
        return {key: facts[key] for key in ("genre", "moods", "instruments", "bpm", "sections")}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{place} does not hold the facts of a composed piece; compose it anew.") from error


def _present(facts: dict[str, Any], lexicon: Lexicon) -> tuple[str, ...]:
    """What a score has, the most telling first."""
    played = [word for name in facts["instruments"] for word in PLAYED.get(name, (name,))]
    words = [facts["genre"], *played, *facts["moods"]]
    found = [concept for word in words if (concept := _concept(str(word), lexicon)) is not None]
    silent = () if "choir" in facts["instruments"] else ("instrumental",)
    return tuple(dict.fromkeys((*found, *silent)))


def _surely_lacks(concept: str, names: Sequence[str], facts: dict[str, Any] | None, vocabulary: Vocabulary) -> bool:
    """An instrument that no part plays, nor one that shares a word with it: an acoustic guitar is a guitar."""
    if facts is None:
        return False
    if concept == "vocals":
        return "instrumental" in names
    words = {word for name in (*names, *facts["instruments"]) for word in name.split()}
    return vocabulary[concept].kind == "instrument" and not words & set(concept.split())


def _energy(facts: dict[str, Any]) -> float:
    """The mean energy of the sections, on the scale of arousal."""
    energies = [float(section["energy"]) for section in facts["sections"]]
    return 2 * sum(energies) / max(1, len(energies)) - 1


def _names(corpus: Corpus, tracks: Iterable[Track]) -> tuple[Names, ...]:
    by_id = {
        track.id: Names(
            track.title.value,
            None if track.artist is None else track.artist.value,
            None if track.album is None else track.album.value,
        )
        for track in tracks
    }
    return tuple(by_id[track_id] for track_id in corpus.ids)
