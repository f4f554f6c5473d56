"""The words that state nothing about a clip or a track.

In: `neutral.toml`. Out: `is_neutral`, for words with their plain endings.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "est", "'s", "ies")


@lru_cache(maxsize=1)
def neutral_words() -> frozenset[str]:
    """The words that state nothing, folded."""
    plain = tomllib.loads(resources.files("musechat.reason").joinpath("neutral.toml").read_text("utf-8"))
    return frozenset(word for words in plain.values() for word in words.split()) | {"s", "t"}


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
