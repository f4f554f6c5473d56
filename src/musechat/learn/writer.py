"""Who words a dialogue: `Writer`, and the one that is always there, `Grammar`.

In: an exchange. Out: the user's line and the system's answer, each as `Worded`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Protocol

from musechat.core.errors import InputError
from musechat.learn.asking import Asking
from musechat.learn.leaks import leaks
from musechat.learn.telling import Telling

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.learn.course import Exchange
    from musechat.learn.facts import Names
    from musechat.learn.lines import Clip

_REDRAWS = 12
"""How often a line that names the target too early is drawn anew."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A line, who worded it, and why lines of a model were not taken before."""

    text: str
    writer: str
    refused: tuple[str, ...] = ()


class Writer(Protocol):
    """Words what was planned; it may choose words, never facts."""

    def ask(self, exchange: Exchange, clip: Clip, target: Names, dice: Random) -> Worded:
        """What the user says; nothing of it names the `target`."""
        ...

    def tell(self, exchange: Exchange, dice: Random) -> Worded:
        """What the system answers."""
        ...


class Grammar:
    """Words lines by the choices of `grammar.toml`; the same dice give the same line."""

    name = "grammar"

    def __init__(self, vocabulary: Vocabulary, talk: float) -> None:
        """`talk`: the share of a user's wishes that tell something around them."""
        self._asking, self._telling = Asking(vocabulary, talk), Telling(vocabulary)

    def ask(self, exchange: Exchange, clip: Clip, target: Names, dice: Random) -> Worded:
        """See `Writer`. Raises `InputError` where every line would hold a name that is a common word."""
        for _ in range(_REDRAWS):
            text = self._line(exchange, clip, dice)
            if not leaks(text, target):
                return Worded(text, self.name)
        raise InputError(f"No line asks for “{target.title}” without naming it: its name is too common a word.")

    def tell(self, exchange: Exchange, dice: Random) -> Worded:
        """See `Writer`."""
        return Worded(" ".join(self._telling(exchange.said, dice)), self.name)

    def _line(self, exchange: Exchange, clip: Clip, dice: Random) -> str:
        if exchange.kind == "request":
            return self._asking.request(clip, dice)
        if exchange.preference is not None:
            return self._asking.preference(exchange.preference, dice)
        assert exchange.kind in ("reject", "why", "undo")
        return self._asking.gesture(exchange.kind, dice)
