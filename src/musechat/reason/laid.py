"""What is said of how a track lies under the clip: at most two sentences.

In: a planner with the evidence of a fit. Out: points: where it starts and why or what it hits; how it fills the clip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musechat.core.evidence import Evidence
from musechat.reason.plan import clock, listed

if TYPE_CHECKING:
    from musechat.core.request import Request
    from musechat.reason.plan import Planner

AGREES = 0.3
"""Correlation from which a track's energy is said to follow the picture."""
FADES = 1.0
"""Seconds from which a fade is worth a sentence."""
MARKS = {"lift": "its lift", "border": "a new section", "downbeat": "a bar", "beat": "a beat"}
"""How what falls on a hit is said."""
_FILLING = ("leaps from", "leaps to", "repeats from", "repeats to", "repeats", "own ending")


def plan_fit(planner: Planner, request: Request, seen: bool) -> None:
    """Plans the sentences; `seen`: the conversation is about a clip."""
    if request.hit is not None and not seen:
        asked = planner.add(Evidence("request", "words", "hit", request.hit, "s", "your words"))
        planner.say("no clip to hit", [asked], clip=moment(request.hit))
    offset = planner.one("offset", "start")
    if offset is None:
        return
    hit, missed = planner.one("fit", "hit", "clip"), planner.one("fit", "no moment")
    if missed is not None:
        planner.say("nothing hits", [missed[0]], clip=moment(missed[1]))
    elif hit is not None:
        _hit(planner, offset, hit)
    else:
        _start(planner, offset)
    _filling(planner)


def _start(planner: Planner, offset: tuple[int, float]) -> None:
    reasons = _reasons(planner)
    start = clock(offset[1])
    if reasons:
        used = [offset[0], *(index for index, _ in reasons)]
        kind = "start for" if offset[1] > 0 else "beginning for"
        planner.say(kind, used, start=start, reasons=listed([words for _, words in reasons]))
    elif offset[1] > 0:
        opening = planner.find("fit", "opening")
        on = [f", on {MARKS[str(planner.fact(index).value)]}" for index in opening]
        planner.say("start", [offset[0], *opening], start=start, on="".join(on))


def _reasons(planner: Planner) -> list[tuple[int, str]]:
    """What speaks for the start, with its evidence."""
    found = []
    energy, cuts = planner.one("fit", "energy agreement"), planner.one("fit", "cuts on beats")
    if energy is not None and energy[1] >= AGREES:
        found.append((energy[0], "its energy follows the picture"))
    if cuts is not None:
        of = planner.fact(cuts[0]).unit.partition(" within")[0]
        found.append((cuts[0], f"{cuts[1]:.0f} {of} fall on its beats"))
    return found


def _hit(planner: Planner, offset: tuple[int, float], hit: tuple[int, float]) -> None:
    found = ((mark, planner.one("fit", mark)) for mark in MARKS)
    mark, place = next((mark, place) for mark, place in found if place is not None)
    silence = planner.one("fit", "silence", "clip")
    asked = planner.fact(hit[0]).source == "your words"
    used = [hit[0], place[0], offset[0]]
    slots = {"clip": moment(hit[1]), "mark": MARKS[mark], "place": clock(place[1]), "start": clock(offset[1])}
    if silence is not None:
        planner.say("hit after silence", [*used, silence[0]], silence=clock(silence[1]), **slots)
    else:
        kind = ("hit lift" if mark == "lift" else "hit mark") if asked else "picture hit"
        planner.say(kind, used, **slots)


def _filling(planner: Planner) -> None:
    found = {name: fact for name in _FILLING if (fact := planner.one("fit", name)) is not None}
    used = [index for index, _ in found.values()]
    slots = {name.replace(" ", "_"): clock(value) for name, (_, value) in found.items()}
    fade = planner.one("fit", "fade out", "clip")
    if "repeats" in found:
        slots["times"] = {1: "once", 2: "twice"}.get(int(found["repeats"][1]), f"{found['repeats'][1]:.0f} times")
        planner.say("repeats and ends" if "own ending" in found else "repeats", used, **slots)
    elif "leaps to" in found:
        planner.say("leaps", used, **slots)
    elif (over := planner.one("fit", "over", "clip")) is not None:
        planner.say("too short", [over[0]], over=clock(over[1]))
    elif fade is not None and fade[1] >= FADES:
        planner.say("fades", [fade[0]], seconds=f"{fade[1]:.0f}")


def moment(seconds: float) -> str:
    """Seconds as m:ss, with tenths where they are not whole."""
    tenths = round(10 * seconds)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}" + (f".{tenths % 10}" if tenths % 10 else "")
