"""Whether a sentence says only what its evidence says: `Verifier`.

In: one sentence, from any narrator; the evidence it was written for. Out: `Verdict`: fine, or what is wrong.

- A closed world: an attribute, a name or a number must match a piece of the evidence; opinions and glue come from lists
  (`neutral.toml`); every other word is refused.
- Names are masked first, so that a track called "Happy Female Vocals 128 BPM" asserts nothing; a masked name must still
  stand in its role.
- Nothing but plain Latin text passes: no control or bidi characters, markup, addresses, other scripts.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from musechat.concepts.lexicon import lexicon_of
from musechat.concepts.tokens import Token, tokenize, words
from musechat.reason.attributes import Attributes
from musechat.reason.clauses import NEGATION
from musechat.reason.directions import wrong_directions
from musechat.reason.grounds import Grounds, grounds_of
from musechat.reason.numbers import Numbers
from musechat.reason.relations import check_relations
from musechat.reason.spelled import in_digits

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.core.evidence import Evidence

LONGEST = 400
_MARKUP = re.compile(r"<[^>]*>|https?:|www\.|\]\(|[`{}<>\\|*_#~^=@$€£]|\b\w+\.(?:com|org|net|io|de)\b", re.I)
_MASKS = {"title": "Qtitle", "artist": "Qartist", "album": "Qalbum"}
_CAPITAL = re.compile(r"(?<![.!?…:“\"] )(?<!^)(?<![“\"])\b[A-Z][\w'’&-]*")
_FREE_CAPITALS = re.compile(r"I(?:['’]\w+)?|BPM|LUFS|LU|CC|BY|SA|NC|ND|CC0|[A-G]|EBU|R|OK|Q\w+|\d\w*")
_QUOTED = re.compile(r"[“\"]([^”\"]*)[”\"]")
_ROLE = re.compile(
    r"\b(by|from|off|artist|band|album|titled|called|track|song)(?: the (?:album|artist|band))? [“\"]?Q(\w+)"
)
_ALLOWED_ROLES = {
    "by": {"artist", "mention", "other artist", "barred"}, "artist": {"artist", "other artist", "mention"}, "band": {"artist"},
    "off": {"album"}, "album": {"album"}, "titled": {"title"}, "called": {"title", "mention"},
    "track": {"title"}, "song": {"title"}, "from": {"album", "artist", "mention", "barred"},
}  # fmt: skip
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "est", "'s", "ies")
_GENRE_OF = re.compile(r"\b(?:genre|kind|type) (?:of|called|is|named) [“\"]?Q(?:artist|album|title)")
_BY_TITLE = re.compile(r"Qtitle[”\"]?,? by (?!Qartist|Qmention)")


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
        line = _masked(self._unquoted(text), grounds, self._lexicon.plain)
        problems = _names(line, grounds)
        line = _QUOTED.sub(lambda found: found[1] if found[1].startswith("Q") else "Qmention", line)
        line = in_digits(line)
        problems += wrong_directions(line, grounds, self._lexicon)
        uncounted, wrong = self._numbers.check(line, grounds)
        problems += wrong
        unrelated, wrong = check_relations(line, grounds)
        problems += wrong
        left = "".join(a if a == b else " " for a, b in zip(uncounted, unrelated, strict=True))
        line, wrong = self._attributes.check(left, grounds)
        problems += wrong
        problems += [f"unknown word {word!r}" for word in self._unknown(line)]
        return Verdict(tuple(dict.fromkeys(problems)))

    def _unquoted(self, text: str) -> str:
        """ "dark" in small letters is the word, no name: "On “dark” it scores 0.5"."""

        def plain(match: re.Match[str]) -> str:
            inside = match[1].strip(" .,")
            return match[1] if inside.islower() and inside in self._vocabulary.concepts else match[0]

        return _QUOTED.sub(plain, text)

    def _unknown(self, line: str) -> Iterator[str]:
        """Words that are in no list. What was matched to evidence is blanked already."""
        known = neutral_words()
        for token in tokenize(line):
            if token.kind == "word" and not _is_known(token, known):
                yield token.word


def _is_known(token: Token, known: frozenset[str]) -> bool:
    word = token.word
    if word in known or word.startswith("q") or not any(c.isalpha() for c in word) or word.startswith("'"):
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and (stem in known or stem + "e" in known or stem[:-1] in known):
            return True
        if ending == "ies" and stem != word and stem + "y" in known:
            return True
    return False


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


def _masked(text: str, grounds: Grounds, plain: Callable[[tuple[str, ...]], bool]) -> str:
    """Names as placeholders, longest first; a name of one or two letters only where it is quoted or follows "by".

    `plain`: whether every one of some words is an ordinary word here; such a name counts only as it is written.
    """
    found = [(name, _MASKS[role]) for role, name in grounds.names.items() if role in _MASKS]
    found += [(name, "Qbarred") for name in grounds.barred]
    found += [(name, "Qmention") for role, name in grounds.names.items() if role not in _MASKS]
    found += [(name, "Qmention") for name in grounds.mentions if name]
    line = text
    for name, mask in sorted(found, key=lambda pair: -len(pair[0])):
        line = _mask_one(line, name.strip(), mask, exact=plain(words(name)))
    return line


def _mask_one(line: str, name: str, mask: str, exact: bool) -> str:
    written = f"(?:{re.escape(name)}|{re.escape(name[:1].upper() + name[1:])})"
    quoted = re.compile(rf"([“\"'‘])({written})([.,]?[”\"'’])", re.I)
    line = quoted.sub(lambda m: f"“{mask}”", line)
    if mask in ("Qmention", "Qbarred"):
        return re.sub(rf"(?<![\w“]){written}(?!\w)", mask, line) if len(name) > 3 else line
    if mask == "Qartist":
        line = re.sub(rf"\b(by|artist|band|from) {written}(?!\w)", rf"\1 {mask}", line, flags=0 if exact else re.I)
    cased = re.I if len(name) > 6 and not name.islower() and not exact else 0
    ordinary = name.islower() and len(name) < 4
    return line if ordinary else re.sub(rf"(?<![\w“]){written}(?!\w)", mask, line, flags=cased)


def _names(line: str, grounds: Grounds) -> list[str]:
    """Quoted or capitalised words that are no name of the evidence, and names in a role that is not theirs."""
    problems = []
    for match in _QUOTED.finditer(line):
        inside = match[1].strip(" .,!?")
        if inside not in ("Qtitle", "Qmention", "Qalbum", "Qartist", "Qbarred"):
            problems.append(f"a name that is not in the evidence: {inside!r}")
    bare = _QUOTED.sub("Qx", line)
    problems += [
        f"a name that is not in the evidence: {match[0]!r}"
        for match in _CAPITAL.finditer(bare)
        if not _FREE_CAPITALS.fullmatch(match[0]) and match[0].lower() not in neutral_words()
    ]
    problems += [
        f"the {match[2]} is told as what it is not"
        for match in _ROLE.finditer(line)
        if not _roles(match[2], grounds) & _ALLOWED_ROLES[match[1]]
    ]
    if _BY_TITLE.search(line):
        problems.append("an artist that is not in the evidence")
    if _GENRE_OF.search(line):
        problems.append("a name told as a genre")
    problems += [
        "somebody who was to be left out"
        for match in re.finditer("Qbarred", line)
        if not NEGATION.search(line[max(0, match.start() - 30) : match.start()])
    ]
    return problems


def _roles(role: str, grounds: Grounds) -> set[str]:
    """All that a name is: a track may be called as its album or its artist."""
    name = grounds.names.get(role, "")
    return {role} | {other for other, text in grounds.names.items() if name and text.casefold() == name.casefold()}


@lru_cache(maxsize=1)
def neutral_words() -> frozenset[str]:
    """The words that state nothing, folded."""
    plain = tomllib.loads(resources.files("musechat.reason").joinpath("neutral.toml").read_text("utf-8"))
    return frozenset(word.replace("-", " ") for words in plain.values() for word in words.split()) | {"s", "t"}
