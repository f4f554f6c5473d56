"""Who words a dialogue: `Writer`, and the one that is always there, `Grammar`.

In: an exchange. Out: the user's line and the system's sentences.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Protocol

from musechat.learn.asking import Asking
from musechat.learn.telling import Telling

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.learn.course import Exchange
    from musechat.learn.lines import Clip


class Writer(Protocol):
    """Words what was planned; it may choose words, never facts."""

    name: str

    def ask(self, exchange: Exchange, clip: Clip, dice: Random) -> str:
        """What the user says."""
        ...

    def tell(self, exchange: Exchange, dice: Random) -> tuple[str, ...]:
        """What the system answers, sentence by sentence."""
        ...


class Grammar:
    """Words lines by the choices of `grammar.toml`; the same dice give the same line."""

    name = "grammar"

    def __init__(self, vocabulary: Vocabulary, talk: float) -> None:
        """`talk`: the share of a user's wishes that tell something around them."""
        self._asking, self._telling = Asking(vocabulary, talk), Telling(vocabulary)

    def ask(self, exchange: Exchange, clip: Clip, dice: Random) -> str:
        """See `Writer`."""
        if exchange.kind == "request":
            return self._asking.request(clip, dice)
        if exchange.preference is not None:
            return self._asking.preference(exchange.preference, dice)
        assert exchange.kind in ("reject", "why", "undo")
        return self._asking.gesture(exchange.kind, dice)

    def tell(self, exchange: Exchange, dice: Random) -> tuple[str, ...]:
        """See `Writer`."""
        return self._telling(exchange.said, dice)
