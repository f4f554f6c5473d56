"""Whether a sentence says only what its evidence says: `Verifier`.

In: one sentence, from any narrator; the evidence it was written for. Out: `Verdict`: fine, or what is wrong.

- What rests on no evidence may only be an opinion.
- A closed world: an attribute, a name or a number must match a piece of the evidence; opinions and glue come from lists
  (`neutral.toml`); every other word is refused.
- Names are masked first, so that a track called "Happy Female Vocals 128 BPM" asserts nothing; a masked name must still
  stand in its role.
- Nothing but plain Latin text passes: no control or bidi characters, markup, addresses, other scripts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.concepts.lexicon import lexicon_of
from musechat.concepts.tokens import tokenize
from musechat.reason.attributes import Attributes
from musechat.reason.directions import wrong_directions
from musechat.reason.grounds import grounds_of
from musechat.reason.names import QUOTED, masked, wrong_names
from musechat.reason.neutral import idioms, is_neutral
from musechat.reason.numbers import Numbers
from musechat.reason.relations import check_relations, tells_relation
from musechat.reason.spelled import in_digits

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.core.evidence import Evidence

LONGEST = 400
_MASKED = re.compile(r"Q(?:title|artist|album|mention|barred)")
_OPINION = re.compile(
    r"\b(?:i|i['’](?:d|m|ll|ve)|me|my|let['’]?s|how about|what about|try|here|fits?|fitting|suits?|suited|works?|"
    r"match(?:es)?|goes|good|great|nice|nicely|fine|lovely|perfect|well|right|better|best|hope|sorry|choice|pick|listen|see|hear)\b|\?",
    re.I,
)
"""What a sentence must hold that says nothing of the evidence: somebody's opinion."""
_INVERTED = re.compile(r"\b(\w+) (?:it|they) (?:(?:is|are) not|(?:is|are|ai)n['’]t)\b", re.I)
""" "Sluggish it is not"."""
_SHORTEST_MANNER = 5
"""Letters above which a word in -ly tells how, not what."""
_MARKUP = re.compile(r"<[^>]*>|https?:|www\.|\]\(|[`{}<>\\|*_#~^=@$€£]|\b\w+\.(?:com|org|net|io|de)\b", re.I)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problems`: what is wrong, a few words each; none where the sentence may be said."""

    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the sentence may be said."""
        return not self.problems


class Verifier:
    """Checks sentences against evidence, with the words of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lexicon = lexicon_of(vocabulary)
        self._attributes = Attributes(vocabulary)
        self._numbers = Numbers(vocabulary, self._lexicon)

    def check(self, text: str, evidence: Sequence[Evidence]) -> Verdict:
        """Never raises on any text."""
        if strange := _strange(text):
            return Verdict((strange,))
        grounds = grounds_of(evidence, self._vocabulary)
        spoken = idioms().sub(lambda match: " " * len(match[0]), text.replace("’", "'"))
        line = masked(self._unquoted(spoken), grounds, self._lexicon.plain)
        problems = wrong_names(line, grounds)
        line = QUOTED.sub(lambda found: found[1] if found[1].startswith("Q") else "Qmention", line)
        line = in_digits(_INVERTED.sub(r"not \1", line))
        problems += wrong_directions(line, grounds, self._lexicon)
        uncounted, wrong = self._numbers.check(line, grounds)
        problems += wrong
        unrelated, wrong = check_relations(line, grounds)
        problems += wrong
        left = "".join(a if a == b else " " for a, b in zip(uncounted, unrelated, strict=True))
        rest, wrong = self._attributes.check(left, grounds, line)
        problems += wrong
        problems += [f"unknown word {word!r}" for word in self._unknown(rest)]
        grounded = rest != line or _MASKED.search(line) or tells_relation(line)
        if not grounded and not _OPINION.search(line):
            problems.append("nothing in it rests on the evidence")
        return Verdict(tuple(dict.fromkeys(problems)))

    def _unquoted(self, text: str) -> str:
        """ "dark" in small letters is the word, no name: "On “dark” it scores 0.5"."""

        def plain(match: re.Match[str]) -> str:
            inside = match[1].strip(" .,")
            small = inside.islower() or (match.start() == 0 and inside[1:].islower())
            return match[1] if small and inside.lower() in self._vocabulary.concepts else match[0]

        return QUOTED.sub(plain, text)

    def _unknown(self, line: str) -> Iterator[str]:
        """Words that are in no list. What was matched to evidence is blanked already."""
        for token in tokenize(line):
            word = token.word
            placed = word.startswith(("q", "'")) or not any(c.isalpha() for c in word)
            manner = word.endswith("ly") and len(word) > _SHORTEST_MANNER
            if token.kind == "word" and not placed and not manner and not is_neutral(word):
                yield word


def _strange(text: str) -> str | None:
    if not text.strip():
        return "nothing is said"
    if len(text) > LONGEST:
        return "too long for a sentence"
    if _MARKUP.search(text):
        return "markup or an address"
    for c in text:
        category = unicodedata.category(c)
        if category[0] == "C" or (category in ("Zl", "Zp", "Mn", "So") and c not in "♯♭"):
            return "a character that is no plain text"
        if category[0] == "L" and not unicodedata.name(c, "").startswith(("LATIN", "MODIFIER LETTER APOSTROPHE")):
            return "letters of another script"
    return None
