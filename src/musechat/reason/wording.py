"""What each kind of point is called: the sentences of `wording.toml`, with their slots and choices.

In: a point's kind, its slots, a number. Out: one sentence.

- "[a|b|c]" is a choice, "{slot}" a fact. The number and the facts pick each choice, so a dialogue varies and a rerun
  does not.
- Wording states what was measured and against what; it never turns a score into a fact of the sound.
- A slot's text is set in last: nothing in a title can be taken for a choice.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

_CHOICE = re.compile(r"\[([^][]*)\]")
_OFTEN = re.compile(r"@(\w+)")


def worded(kind: str, slots: Mapping[str, str], seed: int) -> str:
    """One sentence of `kind`. Raises `KeyError` for a kind or slot that is not known.

    The facts are part of the dice: two conversations that say the same at the same turn need not say it alike.
    """
    dice = random.Random(f"{kind} {seed} {sorted(slots.items())}")
    said = _tidy(chosen(dice.choice(sentences()[kind]), dice)).format_map(slots)
    return said[:1].upper() + said[1:]


def chosen(pattern: str, dice: random.Random) -> str:
    """A pattern with each "[a|b|c]" replaced by one of its choices, the innermost first."""
    while (choice := _CHOICE.search(pattern)) is not None:
        pattern = pattern[: choice.start()] + dice.choice(choice[1].split("|")) + pattern[choice.end() :]
    return pattern


@lru_cache(maxsize=1)
def sentences() -> Mapping[str, tuple[str, ...]]:
    """Every kind's sentences, choices that are used often written out."""
    plain = tomllib.loads(resources.files("musechat.reason").joinpath("wording.toml").read_text("utf-8"))
    often = plain["often"]
    return {
        kind: tuple(_OFTEN.sub(lambda found: often[found[1]], text) for text in texts)
        for kind, texts in plain["sentences"].items()
    }


def _tidy(sentence: str) -> str:
    """Single blanks, none before punctuation; empty choices leave gaps."""
    return re.sub(r" +([,.;:?!])", r"\1", " ".join(sentence.split()))
