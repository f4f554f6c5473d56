"""The proportions of a user's second line: `Shape`.

In: nothing. Out: shares that the planner of preferences keeps to.

- "published": the shape of the published dialogues' 228 second lines, as measured on them: about one in ten holds a
  negation, most begin with "I like …" or "sounds great, but", some name an artist, about 29 words.
- "varied": what users of music search ask for beyond that: more exclusions, shorter and longer lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Shape:
    """Shares of lines: `likes` begin by liking something of the track on the table, `praise` with praise alone, the
    rest with doubt or nothing; `negation`, `style` (of an artist) and `tempo` (in BPM) are said in so many.

    `fewest`, `most`: intents a line; `talk`: the share of lines that tell something around the wishes.
    """

    likes: float
    praise: float
    negation: float
    style: float
    tempo: float
    fewest: int
    most: int
    talk: float


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "published": Shape(0.45, 0.32, 0.06, 0.18, 0.04, 3, 6, 0.6),
        "varied": Shape(0.25, 0.15, 0.45, 0.10, 0.15, 1, 5, 0.4),
    }
)
