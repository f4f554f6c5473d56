"""What is read from a message: wishes, names and leftovers.

In: nothing. Out: the types that the walk of `scope.py` fills and `understand.py` resolves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from musechat.concepts.vocabulary import Concept
from musechat.core.request import Lifted

Mode = Literal["want", "list", "contrast", "mild", "more", "less", "keep", "mention", "describe"]
"""Scopes; "list" ("no A, B") and "contrast" ("not A, B") exclude, "mild" excludes half, the last two ask nothing."""
Wish = Literal["want", "avoid", "more", "less", "keep"]
WISH_OF: dict[Mode, Wish] = {
    "want": "want",
    "list": "avoid",
    "contrast": "avoid",
    "mild": "avoid",
    "more": "more",
    "less": "less",
    "keep": "keep",
}
SAME_TEMPO = "same tempo"
"""Asking for the tempo of before keeps it, however it is said; another tempo, whichever, cannot be asked for."""
TEMPI = frozenset(("fast", "slow", "mid-tempo", SAME_TEMPO))
"""Of these only the last that was said holds: "I like the pace" and, later, "faster"."""
HALF, PLAIN, STRONG = 0.5, 1.0, 1.5


@dataclass(slots=True)
class Event:
    """One mention: concepts are later resolved in this order. `said`: the message's own words, where they are known."""

    concept: str
    wish: Wish
    weight: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Tokens that were not used, and the scope they stood in."""

    start: int
    end: int
    mode: Mode


@dataclass(slots=True)
class Reading:
    """What the walk found. `names`: (relation, name, negated); `same`: whether the music shall stay as it is but for
    what is said, False where it shall not be like this at all, None where nothing was said of that; `retracted`: wishes
    that the message took back by "no wait".
    """

    events: list[Event] = field(default_factory=list)
    names: list[tuple[str, str, bool]] = field(default_factory=list)
    licences: list[str] = field(default_factory=list)
    lifts: list[Lifted] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    same: bool | None = None
    retracted: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """`last`: the concept taken last under this scope; `join`: what stood since; `age`: spans since it opened;
    `heard`: an unknown word stood in the place of a concept;
    `swapping`: what is excluded is to be replaced by what follows "with"; `preferring`: "than" names what is
    not wanted.
    """

    mode: Mode = "want"
    weight: float = PLAIN
    last: Concept | None = None
    join: Literal["", "and", "or", "comma"] = ""
    age: int = 0
    heard: bool = False
    swapping: bool = False
    preferring: bool = False

    @property
    def waiting(self) -> bool:
        """Whether no concept was taken under it yet."""
        return self.last is None
