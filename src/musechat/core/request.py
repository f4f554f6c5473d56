"""What the words ask: `Request`, and `Query`, what a ranking starts from.

In: the understanding of one message. Out: values that travel as JSON and can be edited by hand.

- Nothing that was said may vanish: what could not be used is in `unmatched`, what was understood but cannot be
  measured is in `unmeasurable`.
- "No video", "no previous track" and "no words" are values (None), not missing arguments.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from musechat.core.errors import InputError

if TYPE_CHECKING:
    from musechat.core.features import VideoProfile

Act = Literal["refine", "different", "accept", "reject", "why", "undo", "nothing"]
Vocals = Literal["none", "any", "female", "male"]
LIFTS = ("tempo", "duration", "vocals", "licence", "artist", "hit")


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

    `keep`: concepts of the previous track to hold on to ("I like the piano"); `lifts`: earlier limits that are taken
    back ("any tempo is fine"), of LIFTS; `hit`: the clip's second on which the music's lift shall fall.
    """

    text: str = ""
    act: Act = "nothing"
    wants: tuple[Want, ...] = ()
    avoids: tuple[Want, ...] = ()
    more: tuple[Want, ...] = ()
    less: tuple[Want, ...] = ()
    keep: tuple[Want, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    unmatched: tuple[str, ...] = ()
    unmeasurable: tuple[str, ...] = ()
    lifts: tuple[str, ...] = ()
    hit: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `Request.from_json` gives an equal request back."""
        plain = dataclasses.asdict(self)
        plain["constraints"]["not_artists"] = list(self.constraints.not_artists)
        for name in ("wants", "avoids", "more", "less", "keep", "unmatched", "unmeasurable", "lifts"):
            plain[name] = list(plain[name])
        return plain

    @classmethod
    def from_json(cls, plain: object) -> Request:
        """The inverse of `to_json`. Raises `InputError` that names the field at fault."""
        if not isinstance(plain, dict):
            raise InputError("A request must be a JSON object.")
        unknown = set(plain) - {f.name for f in dataclasses.fields(cls)}
        if unknown:
            raise InputError(f"A request has no field called {sorted(unknown)[0]!r}.")
        act = plain.get("act", "nothing")
        if act not in get_args(Act):
            raise InputError(f"A request's act is one of {', '.join(get_args(Act))}; {act!r} is not.")
        return cls(
            text=_text(plain.get("text", ""), "text"),
            act=act,
            **{name: _wants(plain.get(name, []), name) for name in ("wants", "avoids", "more", "less", "keep")},
            constraints=_constraints(plain.get("constraints", {})),
            unmatched=_texts(plain.get("unmatched", []), "unmatched"),
            unmeasurable=_texts(plain.get("unmeasurable", []), "unmeasurable"),
            lifts=_lifts(plain.get("lifts", [])),
            hit=None if plain.get("hit") is None else _number(plain["hit"], "hit"),
        )


@dataclass(frozen=True, slots=True)
class Query:
    """What a ranking starts from: a clip, the track proposed before (its id), the words; each may be None."""

    video: VideoProfile | None = None
    previous: str | None = None
    request: Request | None = None


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"The request's {name} must be text.")
    return value


def _texts(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError(f"The request's {name} must be a list of texts.")
    return tuple(_text(item, name) for item in value)


def _lifts(value: object) -> tuple[str, ...]:
    lifted = _texts(value, "lifts")
    if unknown := set(lifted) - set(LIFTS):
        raise InputError(f"A request lifts one of {', '.join(LIFTS)}; {sorted(unknown)[0]!r} is none.")
    return lifted


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
        raise InputError(f"The request's {name} must be a number.")
    return float(value)


def _wants(value: object, name: str) -> tuple[Want, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) and "concept" in item for item in value):
        raise InputError(f'The request\'s {name} must be a list of {{"concept": …, "weight": …}}.')
    return tuple(
        Want(_text(item["concept"], f"{name}.concept"), _number(item.get("weight", 1.0), f"{name}.weight"))
        for item in value
    )


def _constraints(value: object) -> Constraints:
    if not isinstance(value, dict):
        raise InputError("The request's constraints must be a JSON object.")
    unknown = set(value) - {f.name for f in dataclasses.fields(Constraints)}
    if unknown:
        raise InputError(f"There is no constraint called {sorted(unknown)[0]!r}.")
    given = {name: item for name, item in value.items() if item is not None}
    kept: dict[str, Any] = {}
    for name, item in given.items():
        if name == "not_artists":
            kept[name] = _texts(item, name)
        elif name == "vocals" and item not in get_args(Vocals):
            raise InputError(f"The constraint vocals is one of {', '.join(get_args(Vocals))}.")
        elif name in ("vocals", "licence", "artist"):
            kept[name] = _text(item, name)
        else:
            kept[name] = _number(item, name)
    return Constraints(**kept)
