"""The words that state nothing about a clip or a track.

In: `neutral.toml`. Out: `is_neutral`, for words with their plain endings.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources

_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "est", "'s", "ies")


@lru_cache(maxsize=1)
def neutral_words() -> frozenset[str]:
    """The words that state nothing, folded."""
    return frozenset(word for name, text in _table().items() if name != "idioms" for word in text.split()) | {"s", "t"}


@lru_cache(maxsize=1)
def idioms() -> re.Pattern[str]:
    """Turns of speech that state nothing, whatever their words do by themselves."""
    phrases = sorted(_table()["idioms"].strip().split("\n"), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b", re.I)


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    return tomllib.loads(resources.files("musechat.reason").joinpath("neutral.toml").read_text("utf-8"))


def is_neutral(word: str) -> bool:
    """Whether a folded word, or what it is without a plain ending, is in the list."""
    known = neutral_words()
    if word in known:
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and (stem in known or stem + "e" in known or stem[:-1] in known):
            return True
        if ending == "ies" and stem != word and stem + "y" in known:
            return True
    return False
