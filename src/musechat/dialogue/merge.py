"""What still holds of earlier wishes when a new message comes.

In: the merged request so far, the new one. Out: one request.

- The later word wins: asking for a concept lifts its exclusion and its opposite, and the other way round.
- "More upbeat" was relative to a track that is gone; afterwards it lives on as a milder plain wish.
- Wishes fade turn by turn and are forgotten in the end; exclusions and limits stay until they are taken back.
- "Something completely different" keeps only exclusions, limits and the hit, which is the clip's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from musechat.concepts.reading import TEMPI
from musechat.core.request import Want

if TYPE_CHECKING:
    from musechat.core.request import Constraints, Request

FADE = 0.7
"""What is left of a wish's weight after each later turn."""
FORGOTTEN = 0.2
"""A faded wish below this weight is gone: after four turns."""
MILD = 0.5
"""The most that a passed "less" weighs: it stays a preference and cuts nothing."""
_LIMITS = {
    "tempo": ("tempo_min", "tempo_max"),
    "duration": ("duration_min", "duration_max"),
    "vocals": ("vocals",),
    "licence": ("licence",),
    "artist": ("artist", "not_artists"),
}
"""The fields of `Constraints` behind each limit that can be lifted; a range is one limit."""
_VOICES = {"none": {"vocals", "female vocals", "male vocals"}, "female": {"male vocals"}, "male": {"female vocals"}}
"""The wishes that an answer to "which voices" contradicts."""


def merged(old: Request, new: Request, opposite: Callable[[str], str | None] = lambda _: None) -> Request:
    """`old` as far as it still holds, with `new` on top; words and act are those of `new`."""
    wished = {want.concept for group in (new.wants, new.more, new.keep) for want in group}
    spoken = wished | {want.concept for group in (new.avoids, new.less) for want in group}
    spoken |= {other for concept in wished if (other := opposite(concept)) is not None}
    spoken |= _VOICES.get(new.constraints.vocals or "", set())
    if "vocals" in new.lifts:
        spoken |= _VOICES["none"]
    dropped = new.act == "different"
    limited = new.constraints.tempo_min is not None or new.constraints.tempo_max is not None
    held = spoken | TEMPI if spoken & TEMPI or limited else spoken
    wants = () if dropped else (*_faded(old.wants, held), *_faded(old.more, held))
    less = () if dropped else tuple(Want(w.concept, min(MILD, w.weight)) for w in _faded(old.less, spoken))
    mild = tuple(want for want in old.avoids if want.weight <= MILD)
    hard = tuple(want for want in old.avoids if want.weight > MILD and want.concept not in spoken)
    return dataclasses.replace(
        new,
        wants=(*new.wants, *_once(wants)),
        avoids=(*new.avoids, *hard, *_faded(mild, spoken), *less),
        keep=(*new.keep, *(() if dropped else _faded(old.keep, held))),
        styles=new.styles or (() if dropped or "artist" in new.lifts else old.styles),
        constraints=_constraints(old.constraints, new),
        hit=held_hit(old, new),
    )


def held_hit(old: Request, new: Request) -> float | None:
    """The clip's second to hit: the new one, or the old one unless it is taken back."""
    return old.hit if new.hit is None and "hit" not in new.lifts else new.hit


def _faded(wants: tuple[Want, ...], spoken: set[str]) -> tuple[Want, ...]:
    """What was not spoken of again, weaker, without what is too weak to matter."""
    left = (Want(want.concept, round(want.weight * FADE, 3)) for want in wants if want.concept not in spoken)
    return tuple(want for want in left if want.weight >= FORGOTTEN)


def _once(wants: tuple[Want, ...]) -> tuple[Want, ...]:
    """Each concept once, with its largest weight."""
    best: dict[str, Want] = {}
    for want in wants:
        if want.concept not in best or want.weight > best[want.concept].weight:
            best[want.concept] = want
    return tuple(best.values())


def _constraints(old: Constraints, new: Request) -> Constraints:
    """Each limit that `new` sets replaces the old one, each that it lifts is gone."""
    fresh = new.constraints
    held = {field.name: getattr(old, field.name) for field in dataclasses.fields(old)}
    blank = {field.name: field.default for field in dataclasses.fields(old)}
    for limit, names in _LIMITS.items():
        said = any(getattr(fresh, name) != blank[name] for name in names)
        if limit in new.lifts or (said and limit != "artist"):
            held |= {name: blank[name] for name in names}
        held |= {name: value for name in names if (value := getattr(fresh, name)) != blank[name]}
    never = () if "artist" in new.lifts else old.not_artists
    held["not_artists"] = tuple(dict.fromkeys(name for name in (*never, *fresh.not_artists) if name != fresh.artist))
    if held["artist"] in fresh.not_artists:
        held["artist"] = None
    return type(old)(**held)
