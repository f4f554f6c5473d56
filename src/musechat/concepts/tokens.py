"""Words of a message, with their places in it.

In: one clean line. Out: tokens in order.

- Contractions are opened ("don't" → do, not; "it's" → it, 's), case and accents folded, hyphens part words.
- Every pattern here has a single repeat over disjoint classes: time is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from musechat.core import text as core_text

STOPS, COMMAS, JOINS = ".!?;:…", ",()[]—–|", "&+/"
_PIECE = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*|[^\s]")
_ENDINGS = ("s", "d", "m", "re", "ll", "ve")
_IRREGULAR = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_BARE_NOT = re.compile("(?:do|ca|wo|is|are|was|were|does|did|would|could|should|have|has)nt")


@dataclass(frozen=True, slots=True)
class Token:
    """`word`: folded; `start`, `end`: characters of the line; `kind`: "word", "comma" or "stop"."""

    word: str
    start: int
    end: int
    kind: str = "word"
    capital: bool = False


def folded(text: str) -> str:
    """No case, no accents, single blanks, straight apostrophes."""
    return core_text.folded(text.replace("’", "'").replace("ʼ", "'"))


def clean(text: str, at_most: int) -> str:
    """The first `at_most` characters as one printable line; a line break becomes a full stop."""
    read = text[:at_most].replace("\r\n", "\n").replace("\n", " ; ")
    return core_text.one_line(read, 4 * at_most)


def tokenize(line: str) -> list[Token]:
    """All words and the punctuation that ends a list or a sentence; signs without a meaning are left out."""
    tokens: list[Token] = []
    for match in _PIECE.finditer(line):
        piece, start, end = match.group(), match.start(), match.end()
        if piece[0].isalnum():
            tokens += _opened(piece, start, end)
        elif piece in STOPS:
            tokens.append(Token(piece, start, end, "stop"))
        elif piece in COMMAS or (piece == "-" and line[start - 1 : start] in ("", " ")):
            tokens.append(Token(piece, start, end, "comma"))
        elif piece in JOINS:
            tokens.append(Token("and", start, end))
        elif unicodedata.category(piece) == "So":
            tokens.append(Token(piece, start, end))
    return tokens


def words(text: str) -> tuple[str, ...]:
    """The folded words of a phrase, as `tokenize` would give them."""
    if text.startswith("'"):  # an ending such as "'d like", which needs a word to end
        return words("it" + text)[1:]
    return tuple(token.word for token in tokenize(text) if token.kind == "word")


def alternatives(pattern: str) -> list[str]:
    """All phrases of a pattern: "(|a )similar (mood|feel)" are four."""
    parts = [part.split("|") for part in re.split(r"[()]", pattern)]
    return ["".join(chosen) for chosen in product(*parts)]


def is_foreign(tokens: Sequence[Token], foreign: frozenset[str], english: frozenset[str]) -> bool:
    """At least two different function words of other languages, and more of them than of English ones."""
    said = {token.word for token in tokens}
    return len(said & foreign) > max(1, len(said & english))


def _opened(piece: str, start: int, end: int) -> list[Token]:
    word, capital = folded(piece), piece[0].isupper()
    stem, mark, ending = word.rpartition("'")
    if _BARE_NOT.fullmatch(word) or (stem.endswith("n") and ending == "t"):
        base = stem[:-1] if mark else word[:-2]
        cut = start + min(len(base), end - start)
        return [Token(_IRREGULAR.get(base, base), start, cut, capital=capital), Token("not", cut, end)]
    if mark and stem and ending in _ENDINGS:
        cut = max(start, end - len(ending) - 1)
        return [Token(stem, start, cut, capital=capital), Token("'" + ending, cut, end)]
    if word == "cannot":
        return [Token("can", start, start + 3, capital=capital), Token("not", start + 3, end)]
    return [Token(word, start, end, capital=capital)]
