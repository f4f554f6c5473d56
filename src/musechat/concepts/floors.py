"""What labelled music taught of a concept: how it is heard, from which score it is there: `Floor`.

In: `floors.json`, which `benchmarks/presence.py --write` makes of labelled music. Out: a `Floor` for each of its
concepts.

- Both hold for scores against the shipped reference statistics only: what is asserted of a track may not depend on
  which other tracks somebody owns.
- A concept without a floor is ranked, never asserted: it has too few labels, or the tags that hear it err too often.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

from musechat.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Floor:
    """One concept. `floor`: the score from which it is asserted, None: never; `cut`: the score from which its
    exclusion is broken, None: not fitted; `clear`: the score up to which hardly any track holds it.

    `heard_by`: tag or attribute → weight of its standard score, fitted, in place of the vocabulary's recipe.
    Of `said` assertions about labelled tracks that fitted nothing `right` were right; `on`: the kind of music.
    """

    floor: float | None = None
    cut: float | None = None
    clear: float | None = None
    heard_by: Mapping[str, float] = field(default_factory=dict)
    right: int = 0
    said: int = 0
    on: Literal["made", "made and real"] | None = None


@lru_cache(maxsize=1)
def shipped_floors() -> Mapping[str, Floor]:
    """The floors that ship."""
    return read_floors(resources.files("musechat.concepts").joinpath("floors.json").read_text("utf-8"))


def read_floors(text: str) -> Mapping[str, Floor]:
    """Parse and check. Raises `InputError` that names the concept at fault."""
    return MappingProxyType({name: _floor(name, entry) for name, entry in json.loads(text).items()})


def _floor(name: str, entry: Mapping[str, Any]) -> Floor:
    try:
        read = Floor(**entry)
    except TypeError as error:
        raise InputError(f"The floor of {name!r} cannot be read: {error}.") from error
    if any(value is not None and not 0 < value < 1 for value in (read.floor, read.cut, read.clear)):
        raise InputError(f"Floor, cut and clear of {name!r} must be scores between 0 and 1.")
    return read
