"""What the words ask: `Request`, and `Query`, what a ranking starts from.

In: the understanding of one message. Out: values that travel as JSON and can be edited by hand.

- Nothing that was said may vanish: what could not be used is in `unmatched`, what was understood but cannot be
  measured is in `unmeasurable`.
- "No video", "no previous track" and "no words" are values (None), not missing arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from musechat.core.plain import from_plain, to_plain

if TYPE_CHECKING:
    from musechat.core.conversation import Reference
    from musechat.core.features import VideoProfile

Act = Literal["refine", "different", "accept", "reject", "why", "why not", "undo", "nothing"]
Vocals = Literal["none", "any", "female", "male"]
Lifted = Literal["tempo", "duration", "vocals", "licence", "artist", "hit"]


@dataclass(frozen=True, slots=True)
class Want:
    """A concept of the vocabulary and how much it counts: 1 is "asked for in so many words", 1.5 "much more"."""

    concept: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Constraints:
    """Hard limits. Tempo in BPM, duration in seconds, names as the user wrote them; None and () bind nothing."""

    tempo_min: float | None = None
    tempo_max: float | None = None
    duration_min: float | None = None
    duration_max: float | None = None
    vocals: Vocals | None = None
    licence: str | None = None
    artist: str | None = None
    not_artists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One message as understood.

    `keep`: concepts of the previous track to hold on to ("I like the piano"); `same`: whether it shall stay like the
    previous track in everything else ("like the last one, but faster"); `styles`: artists or titles of the library that
    it shall sound like; `target`: the track that is asked about ("why not Night Drive?"), as it was written;
    `lifts`: earlier limits that are taken back ("any tempo is fine"); `hit`: the clip's second on which the music's
    lift shall fall; `overruled`: what the message itself took back by a later word ("fast, taken back by slow").
    """

    text: str = ""
    act: Act = "nothing"
    wants: tuple[Want, ...] = ()
    avoids: tuple[Want, ...] = ()
    more: tuple[Want, ...] = ()
    less: tuple[Want, ...] = ()
    keep: tuple[Want, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    same: bool = False
    styles: tuple[str, ...] = ()
    target: str | None = None
    unmatched: tuple[str, ...] = ()
    unmeasurable: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()
    lifts: tuple[Lifted, ...] = ()
    hit: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `Request.from_json` gives an equal request back."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_json(cls, plain: object) -> Request:
        """The inverse of `to_json`. Raises `InputError` that names the field at fault."""
        return from_plain(cls, plain)


@dataclass(frozen=True, slots=True)
class Query:
    """What a ranking starts from: a clip, the track proposed before (its id), the words, a piece of music given as an
    example (`reference`); each may be None."""

    video: VideoProfile | None = None
    previous: str | None = None
    request: Request | None = None
    reference: Reference | None = None
