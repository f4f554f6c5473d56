"""The choices of `grammar.toml`, and how words are put together.

In: dice. Out: pieces of sentences.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from musechat.reason.wording import chosen

if TYPE_CHECKING:
    from random import Random

_AN = re.compile(r"(?i)(?:[aei]|o(?!ne)|u(?!ni|s)|8|hon)")
"""What is said with "an" before it; "80s" too."""


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = resources.files("musechat.learn").joinpath("grammar.toml").read_text("utf-8")
    return {part: {name: tuple(many) for name, many in lists.items()} for part, lists in tomllib.loads(text).items()}


def pick(part: str, name: str, dice: Random) -> str:
    """One pattern of a list with its choices made; slots stay open. Raises `KeyError` for a list there is not."""
    return chosen(dice.choice(_patterns()[part][name]), dice)


def listed(words: Sequence[str]) -> str:
    """ "a, b and c"."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def upper(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def article(words: str) -> str:
    """ "a" or "an" before `words`."""
    return "an" if _AN.match(words) else "a"


def tidy(text: str) -> str:
    """Single blanks, none before punctuation; empty choices leave gaps."""
    return re.sub(r" +([,.;:?!])", r"\1", " ".join(text.split()))
