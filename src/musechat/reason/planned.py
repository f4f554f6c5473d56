"""Whether a sentence turns its planned claim round: "it loses guitar" where guitar was kept.

In: a narrator's sentence, the template's sentence of the same claim. Out: what is told the other way round.

- Both say the same facts, so where one speaks of one side of an axis only (kept, passed, met, above …) the other must
  not speak of the other side only. Words for both sides, or for none, decide nothing. The axes are in `planned.toml`.
- Places in music (bar, lift, section) may only be named where the claim names them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from musechat.reason.clauses import behind

_BEHIND = 28
"""Characters before a word in which a negation turns it."""
_NOT = re.compile(r"\b(?:not|never|no|neither|hardly|without)\b|n['’]t\b", re.I)


@dataclass(frozen=True, slots=True)
class _Axes:
    """What is at stake → the words of its two sides; a place → its words."""

    sides: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]
    places: Mapping[str, re.Pattern[str]]


def turned_round(text: str, planned: str) -> Iterator[str]:
    """What `text` tells the other way round than `planned`, a sentence of the same claim."""
    axes = _axes()
    for what, sides in axes.sides.items():
        said, meant = _stands(text, sides), _stands(planned, sides)
        if len(said) == len(meant) == 1 and said != meant:
            yield f"{what} is told the other way round"
    for place, words in axes.places.items():
        if words.search(text) and not words.search(planned):
            yield f"a {place} that is not spoken of"


def _stands(text: str, sides: tuple[re.Pattern[str], re.Pattern[str]]) -> set[int]:
    """The sides of an axis that a sentence speaks of: 0, 1."""
    found = set()
    for side, words in enumerate(sides):
        for match in words.finditer(text):
            before = behind(text, match.start(), _BEHIND).rpartition(",")[2]
            found.add(1 - side if _NOT.search(before) else side)
    return found


@lru_cache(maxsize=1)
def _axes() -> _Axes:
    plain = tomllib.loads(resources.files("musechat.reason").joinpath("planned.toml").read_text("utf-8"))
    sides = {what: (_words(axis["one"]), _words(axis["other"])) for what, axis in plain["axis"].items()}
    return _Axes(sides, {place: _words(words) for place, words in plain["place"].items()})


def _words(expressions: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(expressions)})\b", re.I)
