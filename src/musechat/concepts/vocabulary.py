"""The vocabulary of concepts: `Vocabulary`, read from `vocabulary.toml`.

In: the TOML that ships. Out: concepts by name, their surface forms, their recipes.

- A recipe is a signed, weighted list of tags and measured attributes. It makes tracks rankable by a concept; it does
  not prove that the concept is there.
- A concept without a recipe is understood, and said to be unheard.
- Everything is checked at load: an unknown tag, a word with two meanings or a one-sided opposite is an error.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from musechat.concepts.tokens import alternatives, words
from musechat.core.errors import InputError
from musechat.core.request import Vocals

ATTRIBUTES = ("bpm", "arousal", "valence", "loudness", "beat_strength")
_MTT = (
    "guitar classical slow techno strings drums electronic rock fast piano ambient beat violin vocal synth female "
    "indian opera male singing vocals no_vocals harpsichord loud quiet flute woman male_vocal no_vocal pop soft sitar "
    "solo man classic choir voice new_age dance male_voice female_vocal beats harp cello no_voice weird country metal "
    "female_voice choral"
)
_MSD = (
    "rock pop alternative indie electronic female_vocalists dance 00s alternative_rock jazz beautiful metal chillout "
    "male_vocalists classic_rock soul indie_rock Mellow electronica 80s folk 90s chill instrumental punk oldies blues "
    "hard_rock ambient acoustic experimental female_vocalist guitar Hip-Hop 70s party country easy_listening sexy "
    "catchy funk electro heavy_metal Progressive_rock 60s rnb indie_pop sad House happy"
)
TAGS = tuple(
    f"{system}:{tag.replace('_', ' ')}" for system, tags in (("mtt", _MTT), ("msd", _MSD)) for tag in tags.split()
)
"""The tags that recipes may use: musicnn's two systems, MTT then MSD."""

PHRASES = {
    "genre": "{}",
    "mood": "{a} {} mood",
    "energy": "{a} {} feel",
    "tempo": "{a} {} tempo",
    "texture": "{a} {} sound",
    "era": "the {}",
    "instrument": "{}",
    "vocals": "{}",
    "use": "{}",
}
"""The kinds, and how a concept of each is said in a sentence."""
_PLURAL_KINDS = ("genre", "instrument", "vocals", "use")
_FIELDS = {"words", "more", "heard_by", "tempo", "measured", "opposite", "phrase", "voices", "at"}


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing to ask for. `words`: every surface form, the name first; `more`: forms that ask for more of it.

    `heard_by`: tag or attribute → signed weight, empty where no tag hears it; `tempo`: BPM from, to that such music
    usually has; `measured`: whether one measured number decides it instead ("mid-tempo"); `at`: (valence, arousal).
    """

    name: str
    kind: str
    words: tuple[str, ...]
    more: tuple[str, ...]
    heard_by: Mapping[str, float]
    tempo: tuple[float, float] | None
    measured: bool
    opposite: str | None
    phrase: str
    voices: Vocals | None
    at: tuple[float, float] | None

    @property
    def measurable(self) -> bool:
        """Whether any measurement hears it."""
        return bool(self.heard_by) or self.measured


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """All concepts by name. `ambiguous`: words that mean several; `traps`: phrases that mean no music at all."""

    concepts: Mapping[str, Concept]
    ambiguous: Mapping[str, tuple[str, ...]]
    traps: tuple[str, ...]

    @property
    def measurable(self) -> tuple[Concept, ...]:
        """The concepts that have a recipe, in the file's order: the columns of every score matrix."""
        return tuple(concept for concept in self.concepts.values() if concept.heard_by)

    def __getitem__(self, name: str) -> Concept:
        return self.concepts[name]

    def phrase(self, name: str) -> str:
        """How a concept is said in a sentence; a name that is no concept is said as it is."""
        return self.concepts[name].phrase if name in self.concepts else name


@lru_cache(maxsize=1)
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary that ships; read once, for it never changes."""
    return read_vocabulary(resources.files("musechat.concepts").joinpath("vocabulary.toml").read_text("utf-8"))


def read_vocabulary(toml: str) -> Vocabulary:
    """Parse and check. Raises `InputError` that names the concept at fault."""
    try:
        plain = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"The vocabulary is not valid TOML: {error}.") from error
    several = plain.pop("ambiguous", {}).items()
    ambiguous = {word: tuple(names) for pattern, names in several for word in alternatives(pattern)}
    traps = tuple(plain.pop("traps", {}).get("words", ()))
    concepts: dict[str, Concept] = {}
    for kind, entries in plain.items():
        if kind not in PHRASES:
            raise InputError(f"The vocabulary has no kind {kind!r}; kinds are {', '.join(PHRASES)}.")
        for name, entry in entries.items():
            if name in concepts:
                raise InputError(f"The concept {name!r} stands twice in the vocabulary.")
            concepts[name] = _concept(name, kind, entry)
    _check(concepts, ambiguous)
    return Vocabulary(concepts, ambiguous, traps)


def _concept(name: str, kind: str, entry: Mapping[str, Any]) -> Concept:
    if unknown := set(entry) - _FIELDS:
        raise InputError(f"The concept {name!r} has an unknown field {sorted(unknown)[0]!r}.")
    heard_by = entry.get("heard_by", {})
    for source, weight in heard_by.items():
        if source not in TAGS and source not in ATTRIBUTES:
            raise InputError(f"The concept {name!r} is heard by {source!r}, which is no tag and no attribute.")
        if not 0 < abs(weight) <= 1:
            raise InputError(f"The concept {name!r} gives {source!r} the weight {weight}; it must be in -1..1, not 0.")
    tempo = entry.get("tempo")
    if tempo is not None and (len(tempo) != 2 or not 20 <= tempo[0] < tempo[1] <= 400 or not heard_by):
        raise InputError(
            f"The concept {name!r} must have a tempo of [from, to] in 20..400 BPM beside what it is heard by."
        )
    article = "an" if name[0] in "aeiou8" else "a"
    at = entry.get("at")
    if at is not None and (len(at) != 2 or max(map(abs, at)) > 1):
        raise InputError(f"The concept {name!r} must stand at [valence, arousal], each in -1..1.")
    return Concept(
        name=name,
        kind=kind,
        words=tuple(dict.fromkeys((name, *(word for form in entry.get("words", ()) for word in alternatives(form))))),
        more=tuple(entry.get("more", ())),
        heard_by=dict(heard_by),
        tempo=None if tempo is None else (tempo[0], tempo[1]),
        measured=bool(entry.get("measured", False)),
        opposite=entry.get("opposite"),
        phrase=entry.get("phrase", PHRASES[kind].format(name, a=article)),
        voices=entry.get("voices"),
        at=None if at is None else (at[0], at[1]),
    )


def _check(concepts: Mapping[str, Concept], ambiguous: Mapping[str, tuple[str, ...]]) -> None:
    taken: dict[tuple[str, ...], str] = {words(word): f"the ambiguous word {word!r}" for word in ambiguous}
    for concept in concepts.values():
        for word in (*concept.words, *concept.more):
            owner = taken.setdefault(words(word), concept.name)
            if owner != concept.name or not words(word):
                raise InputError(f"The word {word!r} of {concept.name!r} belongs to {owner} already.")
        other = concept.opposite
        if other is not None and (other not in concepts or concepts[other].opposite != concept.name):
            raise InputError(f"The opposite {other!r} of {concept.name!r} is not mutual.")
    for word, names in ambiguous.items():
        if missing := [name for name in names if name not in concepts]:
            raise InputError(f"The ambiguous word {word!r} means {missing[0]!r}, which is no concept.")


def plurals(concept: Concept) -> tuple[str, ...]:
    """Plural surface forms of things that can be counted ("pianos", "weddings")."""
    if concept.kind not in _PLURAL_KINDS:
        return ()
    return tuple(word + "s" for word in concept.words if not word.endswith("s"))


def comparatives(concept: Concept) -> tuple[str, ...]:
    """ "Jazzier" for "jazzy"; irregular ones are in the vocabulary."""
    return tuple(word[:-1] + "ier" for word in concept.words if word.endswith("y") and " " not in word)


def superlatives(concept: Concept) -> tuple[str, ...]:
    """ "The jazziest", "loudest": a wish for the thing itself."""
    single = (word for word in (*concept.more, *comparatives(concept)) if " " not in word and word.endswith("er"))
    return tuple(word[:-2] + "est" for word in single)
