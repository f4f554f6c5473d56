"""The record of a dialogue: `Turn` after `Turn`, append-only.

In: what was said, understood, proposed and answered. Out: a value from which the next turn can be made.

- Undo appends a turn whose wishes are those of an earlier one; nothing is rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from musechat.core.evidence import Ranked, Reply
from musechat.core.request import Request


@dataclass(frozen=True, slots=True)
class Wishes:
    """What holds after some turns.

    `request`: everything asked so far, merged. `previous`: id of the track on the table. `seen`: ids of all tracks
    proposed so far, which must not come back by themselves. `turn`: index of the turn that put the track on the
    table; `before`: index of the one that did so before it, where undo leads.
    """

    request: Request = field(default_factory=Request)
    previous: str | None = None
    seen: tuple[str, ...] = ()
    turn: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What giving up one constraint would bring: how many tracks would be allowed again."""

    constraint: str
    tracks: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange. `say` is None on the first turn, from the clip alone; `choice` is None when nothing fits.

    `wishes` holds after the turn; `relaxations` tells what would help when nothing fits.
    """

    say: str | None
    understood: Request
    choice: Ranked | None
    alternatives: tuple[Ranked, ...]
    reply: Reply
    wishes: Wishes
    relaxations: tuple[Relaxation, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """All turns so far, oldest first."""

    turns: tuple[Turn, ...] = ()

    @property
    def wishes(self) -> Wishes:
        """What holds now."""
        return self.turns[-1].wishes if self.turns else Wishes()

    def add(self, turn: Turn) -> Conversation:
        """A new conversation with one more turn."""
        return Conversation((*self.turns, turn))
