"""How a track is laid under a clip: `Fit`, its `Piece`s and its `Hit`.

In: the choice of a start, of what is left out or repeated, of fades. Out: what is said, rendered and exported; all
three read the same value, so that what a reply says is what is heard.

- Times are seconds: `at` and `clip` on the clip's clock, everything else on the track's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Manner = Literal["trim", "loop", "ending", "short"]
"""How the clip is filled: one stretch of the track ("trim"), a passage repeated ("loop"), a leap to the track's own
ending ("ending"), or music that ends before the clip does ("short")."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Track seconds `start`..`end` that begin to sound at clip second `at`."""

    at: float
    start: float
    end: float

    @property
    def until(self) -> float:
        """The clip second at which the piece is over."""
        return self.at + self.end - self.start


@dataclass(frozen=True, slots=True)
class Hit:
    """The moment of the track (`track`) that falls on a moment of the clip (`clip`), and who asked for that."""

    clip: float
    track: float
    asked_by: Literal["you", "picture"]


@dataclass(frozen=True, slots=True)
class Fit:
    """The pieces in the order in which they sound, without gaps; fades in seconds at the clip's two ends."""

    pieces: tuple[Piece, ...]
    manner: Manner
    fade_in: float = 0.0
    fade_out: float = 0.0
    hit: Hit | None = None

    @property
    def start(self) -> float:
        """Where in the track the music starts."""
        return self.pieces[0].start

    @property
    def until(self) -> float:
        """The clip second at which the music is over."""
        return self.pieces[-1].until

    def heard(self, clip: float) -> float | None:
        """The track second that sounds at second `clip` of the clip, None in silence."""
        for piece in self.pieces:
            if piece.at <= clip < piece.until:
                return piece.start + clip - piece.at
        return None
