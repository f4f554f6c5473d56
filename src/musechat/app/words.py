"""What values are called where people read them: a fit, an understood message.

In: the travelling types. Out: plain sentences and phrases, not yet safe for any terminal or format.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from musechat.app.times import clock

if TYPE_CHECKING:
    from musechat.core.fit import Fit
    from musechat.core.request import Request, Want

_TOLD = 4
"""Stretches of a track that are told one by one; of more only the number."""


def fit_words(fit: Fit, duration: float) -> tuple[str, ...]:
    """How the music lies under a clip of `duration` seconds, as sentences."""
    pieces = fit.pieces
    more = f" and {len(pieces) - _TOLD} more" if len(pieces) > _TOLD else ""
    stretches = ", then ".join(f"{clock(p.start)}–{clock(p.end)}" for p in pieces[:_TOLD]) + more
    said = {
        "trim": f"The clip gets {stretches} of the track.",
        "loop": f"A passage of the track is repeated: {stretches}.",
        "ending": f"The music leaps to the track's own ending: {stretches}.",
        "short": f"The music ends at {clock(fit.until)}, before the clip does at {clock(duration)}: {stretches} of "
        "the track.",
    }[fit.manner]
    told = [said]
    if pieces[0].at > 0:
        told.append(f"It begins at {clock(pieces[0].at)} of the clip.")
    if len(pieces) > 1:
        joins = ", ".join(clock(p.at) for p in pieces[1 : _TOLD + 1])
        told.append(f"It is joined at {joins}{' …' if len(pieces) > _TOLD + 1 else ''} of the clip.")
    fades = [f"{way} over {length:.1f} s" for way, length in (("in", fit.fade_in), ("out", fit.fade_out)) if length]
    if fades:
        told.append(f"It fades {' and '.join(fades)}.")
    if fit.hit is not None:
        why = "as you asked" if fit.hit.asked_by == "you" else "where the picture rises"
        told.append(f"The track's {clock(fit.hit.track)} falls on {clock(fit.hit.clip)} of the clip, {why}.")
    return tuple(told)


def understood_words(request: Request) -> str:
    """What was understood of a message, in one line."""
    parts = [f"{request.act}"]
    for label, wants in (
        ("wants", request.wants),
        ("avoids", request.avoids),
        ("more", request.more),
        ("less", request.less),
        ("keeps", request.keep),
    ):
        if wants:
            parts.append(f"{label}: {', '.join(_want(want) for want in wants)}")
    limits = {field.name: getattr(request.constraints, field.name) for field in dataclasses.fields(request.constraints)}
    set_limits = [f"{name.replace('_', ' ')} {value}" for name, value in limits.items() if value not in (None, ())]
    if set_limits:
        parts.append(f"limits: {', '.join(set_limits)}")
    if request.hit is not None:
        parts.append(f"hit at {clock(request.hit)} of the clip")
    if request.same:
        parts.append("otherwise as it is")
    if request.styles:
        parts.append(f"in the style of: {', '.join(request.styles)}")
    if request.target is not None:
        parts.append(f"asks about: {request.target}")
    if request.overruled:
        parts.append(f"later word wins: {'; '.join(request.overruled)}")
    if request.unmatched:
        parts.append(f"not understood: {', '.join(request.unmatched)}")
    if request.unmeasurable:
        parts.append(f"cannot be heard: {', '.join(request.unmeasurable)}")
    return "; ".join(parts)


def _want(want: Want) -> str:
    return want.concept if want.weight == 1 else f"{want.concept} ({want.weight:g})"
