"""What the lines of a dialogue are to say, before anybody words them: `Clip`, `Said`, `Comparison`.

In: facts. Out: plans that any writer can word; a preference has its own module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from musechat.learn.facts import Names

Gesture: TypeAlias = Literal["reject", "why", "undo"]
Manner: TypeAlias = Literal["first", "next", "back", "why"]


@dataclass(frozen=True, slots=True)
class Clip:
    """What a user tells of a clip: its length, and how many cuts it has; None where nobody counted."""

    seconds: float
    cuts: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What parts a track from the one before, or answers a wish.

    "faster", "slower": `now` and `then` in BPM; "keeps", "lacks": a concept in `value`.
    """

    kind: Literal["faster", "slower", "keeps", "lacks"]
    value: str = ""
    now: int = 0
    then: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """A recommendation: whose track, what is in it, how it answers; `bpm` where its tempo is told."""

    manner: Manner
    names: Names
    has: tuple[str, ...]
    comparisons: tuple[Comparison, ...] = ()
    bpm: int | None = None
