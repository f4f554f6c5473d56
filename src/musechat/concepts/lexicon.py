"""Phrases and what they mean: the vocabulary and the cue words (`cues.toml`) in one table.

In: a vocabulary. Out: `Lexicon`, which gives the longest phrase that begins at a token.

- A phrase has one meaning; a cue that is also a word of a concept is an error at load.
- Looking up costs one dictionary access and a few short comparisons: a message is read in linear time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from musechat.concepts.tokens import Token, alternatives, words
from musechat.concepts.vocabulary import Vocabulary, comparatives, plurals, superlatives
from musechat.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Sense:
    """`kind`: concept, comparative, lacks, trap, licence, filler or a list of `cues.toml`.

    `names`: the concepts meant, or the licence, or the phrase itself.
    """

    kind: str
    names: tuple[str, ...]


_LONG = 8
"""Letters from which on a word with one wrong letter is taken for what it should be."""


class Lexicon:
    """All phrases of one vocabulary and the cues."""

    def __init__(self, vocabulary: Vocabulary, cues: str | None = None) -> None:
        """`cues`: the text of a `cues.toml`, None for the one that ships. Raises `InputError` for a double meaning."""
        plain = tomllib.loads(cues or resources.files("musechat.concepts").joinpath("cues.toml").read_text("utf-8"))
        self._senses: dict[tuple[str, ...], Sense] = {}
        for concept in vocabulary.concepts.values():
            for word in concept.words:
                self._add(word, Sense("concept", (concept.name,)))
            for word in concept.more:
                self._add(word, Sense("comparative", (concept.name,)))
        for word, names in vocabulary.ambiguous.items():
            self._add(word, Sense("concept", names))
        for kind, phrases in plain["cue"].items():
            for cue in (one for pattern in phrases for one in alternatives(pattern)):
                self._add(cue, Sense(kind, (cue,)))
        for licence, phrases in plain["licence"].items():
            for phrase in phrases:
                self._add(phrase, Sense("licence", (licence,)))
        for phrase in vocabulary.traps:
            self._add(phrase, Sense("trap", (phrase,)))
        for concept in vocabulary.concepts.values():
            self._add_forms((*plurals(concept), *superlatives(concept)), Sense("concept", (concept.name,)))
            self._add_forms(comparatives(concept), Sense("comparative", (concept.name,)))
            if concept.kind == "instrument":
                self._add_forms([word + "less" for word in concept.words], Sense("lacks", (concept.name,)))
        self._add_forms(plain["filler"]["words"], Sense("filler", ()))
        foreign = plain["foreign"]
        self.foreign = frozenset(word for word in foreign["words"] if (word,) not in self._senses)
        self.english = frozenset(foreign["english"])
        self.places = frozenset(plain["place"]["words"])
        concepts = (key[0] for key, sense in self._senses.items() if len(key) == 1 and sense.kind == "concept")
        self._long = tuple(word for word in concepts if len(word) >= _LONG)
        self._known = frozenset(word for phrase in self._senses for word in phrase)
        self._longest: dict[str, int] = {}
        for phrase in self._senses:
            self._longest[phrase[0]] = max(len(phrase), self._longest.get(phrase[0], 0))

    def find(self, tokens: Sequence[Token], start: int, end: int | None = None) -> tuple[Sense, int] | None:
        """The sense of the longest phrase that begins at `start` and stays before `end`, and its length in tokens."""
        room = (len(tokens) if end is None else end) - start
        for length in range(min(self._longest.get(tokens[start].word, 0), room), 0, -1):
            phrase = tokens[start : start + length]
            sense = self._senses.get(tuple(token.word for token in phrase))
            if sense is not None and all(token.kind == "word" for token in phrase):
                return sense, length
        return None

    def corrected(self, word: str) -> str:
        """The one long word of a concept from which `word` differs by a letter; else the word itself.

        Short words have too many neighbours that mean something else.
        """
        if len(word) < _LONG or word in self._known:
            return word
        found = {other for other in self._long if other[0] == word[0] and _differs_by_one(word, other)}
        return found.pop() if len(found) == 1 else word

    def plain(self, phrase: tuple[str, ...]) -> bool:
        """Whether every word of a name is also an ordinary word here, or a number."""
        return all((word,) in self._senses or word.isdigit() for word in phrase)

    def _add(self, phrase: str, sense: Sense) -> None:
        key = words(phrase)
        known = self._senses.setdefault(key, sense)
        if known.kind != sense.kind:
            raise InputError(f"The phrase {phrase!r} is a {known.kind} already and cannot be a {sense.kind}.")

    def _add_forms(self, phrases: Iterable[str], sense: Sense) -> None:
        """Derived forms and fillers: whatever means something already keeps its meaning."""
        for phrase in phrases:
            self._senses.setdefault(words(phrase), sense)


def _differs_by_one(word: str, other: str) -> bool:
    """One letter more or less within it, or two swapped: another letter too often makes another word."""
    if abs(len(word) - len(other)) > 1 or word + "s" == other:
        return False
    start = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    w, o = word[start:], other[start:]
    return w[1:] == o or w == o[1:] or (w[:2] == o[1::-1] and w[2:] == o[2:])


@lru_cache(maxsize=4)
def lexicon_of(vocabulary: Vocabulary) -> Lexicon:
    """The lexicon of a vocabulary with the cues that ship, made once."""
    return Lexicon(vocabulary)
