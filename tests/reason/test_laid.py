from __future__ import annotations

import pytest

from musechat.core.evidence import Evidence
from musechat.core.request import Request
from musechat.reason.laid import moment, plan_fit
from musechat.reason.plan import Planner, clock
from musechat.reason.template import TemplateNarrator


def fact(name: str, value: float | str, subject: str = "track", unit: str = "s", source: str = "") -> Evidence:
    return Evidence("offset" if name == "start" else "fit", subject, name, value, unit, source)  # type: ignore[arg-type]


def told(*facts: Evidence, seed: int = 0, hit: float | None = None, seen: bool = True) -> str:
    planner = Planner(facts)
    plan_fit(planner, Request(hit=hit), seen)
    reply = TemplateNarrator().narrate(planner.plan(), seed)
    assert all(claim.evidence for claim in reply.claims)
    assert len(reply.claims) <= 2
    return reply.text


START = fact("start", 75.0)


def hit(mark: str = "lift", source: str = "your words") -> tuple[Evidence, ...]:
    return START, fact("hit", 32.5, "clip", source=source), fact(mark, 107.5)


def test_nothing_is_said_of_what_is_not_laid() -> None:
    assert told() == ""


def test_the_start_is_said_when_it_is_not_the_beginning() -> None:
    assert told(fact("start", 0.0)) == ""
    assert "1:15" in told(START)
    assert "on a new section" in told(START, fact("opening", "border", unit=""))


def test_what_speaks_for_a_start_is_said_with_its_numbers() -> None:
    cuts = fact("cuts on beats", 9, unit="of 11 cuts within 80 ms")
    said = told(START, fact("energy agreement", 0.7), cuts)
    assert "1:15" in said
    assert "its energy follows the picture and 9 of 11 cuts fall on its beats." in said
    assert "energy" not in told(START, fact("energy agreement", 0.1), cuts)
    assert "beginning" in told(fact("start", 0.0), cuts)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_hit_is_said_as_what_it_is(seed: int) -> None:
    asked = told(*hit(), seed=seed)
    assert all(part in asked for part in ("lift at 1:48", "0:32.5", "as you asked", "1:15"))
    assert "no lift" in told(*hit("border"), seed=seed).lower()
    assert "as you asked" not in told(*hit(source="cuts"), seed=seed)
    assert "0:19" in told(*hit(), fact("silence", 19.0, "clip"), seed=seed)


def test_what_cannot_be_hit_is_admitted() -> None:
    assert "0:32" in told(START, fact("no moment", 32.0), hit=32.0)
    assert "no clip" in told(hit=32.0, seen=False)


def test_how_the_clip_is_filled_is_one_sentence() -> None:
    leap = (fact("leaps from", 41.0), fact("leaps to", 80.0), fact("own ending", 100.0))
    assert all(part in told(START, *leap) for part in ("0:41", "1:20", "own ending"))
    loop = (fact("repeats from", 8.0), fact("repeats to", 24.0), fact("repeats", 3, unit="times"))
    assert all(part in told(fact("start", 0.0), *loop) for part in ("0:08–0:24", "3 times"))
    assert "own ending" in told(fact("start", 0.0), *loop, fact("own ending", 60.0))
    assert "2 s" in told(fact("start", 0.0), fact("fade out", 2.2, "clip"))
    assert told(fact("start", 0.0), fact("fade out", 0.5, "clip")) == ""
    assert "0:30" in told(fact("start", 0.0), fact("over", 30.0, "clip"))


def test_times_are_said_to_the_nearest_second_or_tenth() -> None:
    assert (clock(3605), clock(71.98)) == ("60:05", "1:12")
    assert (moment(32.0), moment(12.34), moment(59.96)) == ("0:32", "0:12.3", "1:00")
