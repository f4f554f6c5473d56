"""The record of a dialogue: `Turn` after `Turn`, append-only.

In: what was said, understood, proposed and answered. Out: a value from which the next turn can be made.

- Everything here travels by `core.plain`, so that a conversation can be kept and taken up again.
- Undo appends a turn whose wishes are those of an earlier one; nothing is rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from musechat.core.evidence import Ranked, Reply
from musechat.core.features import TrackFeatures
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
class Reference:
    """A piece of music that was given as an example: what it is called, what was heard in it, where it came from."""

    name: str
    features: TrackFeatures
    source: Literal["song", "clip"]


@dataclass(frozen=True, slots=True)
class Start:
    """What holds before the first word.

    `request`: limits that were set in advance, such as a licence; `avoid`: ids that shall not be proposed, as they were
    used of late or are the example itself.
    """

    request: Request = field(default_factory=Request)
    reference: Reference | None = None
    avoid: tuple[str, ...] = ()


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
    """What held at the start, and all turns so far, oldest first."""

    turns: tuple[Turn, ...] = ()
    start: Start = field(default_factory=Start)

    @property
    def wishes(self) -> Wishes:
        """What holds now."""
        return self.turns[-1].wishes if self.turns else Wishes(self.start.request, seen=self.start.avoid)

    @property
    def table(self) -> Turn | None:
        """The turn that put the present track on the table; None before the first."""
        if not self.turns:
            return None
        index = self.wishes.turn
        return self.turns[-1 if index is None else index]

    def add(self, turn: Turn) -> Conversation:
        """A new conversation with one more turn."""
        return Conversation((*self.turns, turn), self.start)
