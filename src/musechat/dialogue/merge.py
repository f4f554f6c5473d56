"""What still holds of earlier wishes when a new message comes.

In: the merged request so far, the new one. Out: one request.

- The later word wins: asking for a concept lifts its exclusion and the other way round.
- "More upbeat" was relative to a track that is gone; afterwards it lives on as a milder plain wish.
- Exclusions and limits stay until they are taken back; "something completely different" keeps only these.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from musechat.core.request import Want

if TYPE_CHECKING:
    from musechat.core.request import Constraints, Request

FADE = 0.7
"""What is left of a wish's weight after each later turn."""
MILD = 0.5
"""The most that a passed "less" weighs: it stays a preference and cuts nothing."""


def merged(old: Request, new: Request) -> Request:
    """`old` as far as it still holds, with `new` on top; words and act are those of `new`."""
    spoken = {want.concept for group in (new.wants, new.avoids, new.more, new.less, new.keep) for want in group}
    dropped = new.act == "different"
    wants = () if dropped else (*_faded(old.wants, spoken), *_faded(old.more, spoken))
    less = () if dropped else tuple(Want(w.concept, min(MILD, w.weight * FADE)) for w in _left(old.less, spoken))
    return dataclasses.replace(
        new,
        wants=(*new.wants, *_once(wants)),
        avoids=(*new.avoids, *_left(old.avoids, spoken), *less),
        constraints=_constraints(old.constraints, new.constraints),
    )


def _left(wants: tuple[Want, ...], spoken: set[str]) -> tuple[Want, ...]:
    return tuple(want for want in wants if want.concept not in spoken)


def _faded(wants: tuple[Want, ...], spoken: set[str]) -> tuple[Want, ...]:
    return tuple(Want(want.concept, round(want.weight * FADE, 3)) for want in _left(wants, spoken))


def _once(wants: tuple[Want, ...]) -> tuple[Want, ...]:
    """Each concept once, with its largest weight."""
    best: dict[str, Want] = {}
    for want in wants:
        if want.concept not in best or want.weight > best[want.concept].weight:
            best[want.concept] = want
    return tuple(best.values())


def _constraints(old: Constraints, new: Constraints) -> Constraints:
    """Each limit of `new` that is set replaces the old one; a range is replaced as a whole."""
    changes = {field.name: getattr(new, field.name) for field in dataclasses.fields(new)}
    kept = {name: value for name, value in changes.items() if value is not None and name != "not_artists"}
    for pair in (("tempo_min", "tempo_max"), ("duration_min", "duration_max")):
        if any(name in kept for name in pair):
            kept |= {name: changes[name] for name in pair}
    never = tuple(dict.fromkeys((*old.not_artists, *new.not_artists)))
    return dataclasses.replace(old, **kept, not_artists=never)
