"""What a sentence says of how things lie to each other, held against the evidence.

In: a line with its names masked and its numbers in digits, `Grounds`. Out: the line without the words that were judged,
and what is wrong.

- The rules are in `relations.toml`: how music and picture move together, how the track is laid, limits, likeness to the
  last track, speech, motion, cuts and colours of the picture. What was not measured holds neither way.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from musechat.reason.clauses import NEGATION, behind, clauses

if TYPE_CHECKING:
    from musechat.reason.grounds import Grounds

_NEAR = 40
"""Characters before the words in which a negation is theirs."""
_LAID = ("own ending", "fade out", "leaps from", "repeats from")
_LOOKS = ("motion", "saturation", "warmth", "brightness", "speech")


@dataclass(frozen=True, slots=True)
class Rule:
    """See `relations.toml`."""

    what: str
    says: re.Pattern[str]
    of: str
    low: float
    high: float
    words: tuple[str, ...]
    about: str
    turns: bool
    blank: bool
    unless: re.Pattern[str] | None

    def holds(self, facts: Mapping[str, float | str]) -> bool | None:
        """Whether it is so; None where nothing was measured."""
        value = facts.get(self.of)
        if isinstance(value, str):
            return value in self.words
        return None if value is None else self.low <= value < self.high


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[Rule, ...], Mapping[str, str]]:
    """The rules, and the colour that each word for one means."""
    plain = tomllib.loads(resources.files("musechat.reason").joinpath("relations.toml").read_text("utf-8"))
    parts: dict[str, str] = plain["parts"]

    def pattern(row: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: parts.get(match[1], match[0]), row)

    rules = tuple(
        Rule(
            row["what"],
            re.compile("|".join(map(pattern, row["says"])), re.I),
            row["of"],
            row.get("from", -10.0),
            row.get("below", 1e9),
            tuple(row.get("is", ())),
            row.get("about", "any"),
            row.get("turns", True),
            row.get("blank", False),
            re.compile(row["unless"], re.I) if "unless" in row else None,
        )
        for row in plain["rule"]
    )
    return rules, {word: colour for colour, words in plain["colours"].items() for word in words.split()}


def check_relations(line: str, grounds: Grounds) -> tuple[str, list[str]]:
    """The line with the words that were judged blanked, and what is wrong."""
    rules, colours = _rules()
    facts = _facts(grounds)
    problems: list[str] = []
    for rule in rules:
        if rule.about == "any":
            line = _applied(rule, line, facts, problems)
    pieces = []
    for clause, subject in clauses(line):
        rest = clause
        if subject != "track":
            for rule in rules:
                rest = _applied(rule, rest, facts, problems) if rule.about == "clip" else rest
            rest = _seen(rest, grounds, colours, problems)
        pieces.append(rest)
    return "".join(pieces), problems


def tells_relation(line: str) -> bool:
    """Whether a line says anything that a rule judges by a measured fact."""
    return any(rule.says.search(line) for rule in _rules()[0] if rule.of != "never")


def _facts(grounds: Grounds) -> dict[str, float | str]:
    """What the rules ask for, as far as it is known."""
    known: dict[str, float | str] = {"never": 0.0, "broken limit": float(grounds.others)}
    known |= {name: grounds.looks[name] for name in _LOOKS if name in grounds.looks}
    if grounds.fit:
        known |= {name: float(name in grounds.fit) for name in _LAID}
        known["opening"] = str(grounds.fit.get("opening", "nowhere"))
        known["downbeat"] = float("downbeat" in (known["opening"], *grounds.fit))
    agreement, on = grounds.fit.get("energy agreement"), grounds.fit.get("cuts on beats")
    if isinstance(agreement, int | float):
        known["energy agreement"] = agreement
    cuts, seconds = grounds.looks.get("cuts"), grounds.looks.get("duration")
    if cuts is not None and seconds:
        known["cuts a minute"] = 60 * cuts / seconds
    if isinstance(on, int | float) and cuts:
        known["share of cuts on beats"] = on / cuts
    if grounds.likeness is not None:
        known["likeness"] = grounds.likeness
    known["licence"] = float("licence" in grounds.names or any("licence" in name for name in grounds.limits))
    if "speech" in grounds.looks and seconds:
        known["speech share"] = grounds.looks["speech"] / seconds
    ends = [float(end) for name in grounds.limits if "BPM" in name for end in re.findall(r"\d+(?:\.\d+)?", name)]
    if len(ends) == 2 and grounds.bpm is not None:
        known["place in range"] = (grounds.bpm - ends[0]) / (ends[1] - ends[0])
    known |= {f"asked for {way} energy": float(f"{way} energetic" in grounds.changes) for way in ("more", "less")}
    known["silence"] = float("silence" in grounds.fit)
    known["lift"] = float("lift" in (grounds.fit.get("opening"), *grounds.fit))
    if grounds.limits:
        known["limits"] = 1.0
        known["upper limit"] = float(any("at most" in name or "–" in name for name in grounds.limits))
        known["lower limit"] = float(any("at least" in name or "–" in name for name in grounds.limits))
    lengths = {number.name: number.value for number in grounds.numbers if number.unit == "s"}
    if "length" in lengths and "duration" in lengths:
        known["length gap"] = lengths["length"] - lengths["duration"]
    gaps: list[float] = []
    for gap, name in (("energy gap", "arousal"), ("pleasantness gap", "valence")):
        music, picture = grounds.mood.get(("track", name)), grounds.mood.get(("clip", name))
        if music is not None and picture is not None:
            known[gap] = music - picture
            gaps.append(music - picture)
    if len(gaps) == 2:
        known["mood distance"] = math.hypot(*gaps)
    return known


def _applied(rule: Rule, clause: str, facts: Mapping[str, float | str], problems: list[str]) -> str:
    if rule.unless is not None and rule.unless.search(clause):
        return clause
    for match in rule.says.finditer(clause):
        holds = rule.holds(facts)
        denied = rule.turns and bool(NEGATION.search(behind(clause, match.start(), _NEAR) + match[0]))
        if holds is None or holds == denied:
            problems.append(f"{rule.what} that is not in the evidence: {match[0]!r}")
    return rule.says.sub(_spaces, clause) if rule.blank else clause


def _seen(clause: str, grounds: Grounds, colours: Mapping[str, str], problems: list[str]) -> str:
    """The colours of a clip are those that were found in it, and so are the scenes that it may be said to show."""

    def judge(match: re.Match[str]) -> str:
        word = match[0].lower()
        colour = colours.get(word)
        if (colour is None and word not in grounds.scenes) or word in grounds.strong:  # blues may be music
            return match[0]
        denied = bool(NEGATION.search(behind(clause, match.start(), _NEAR)))
        if (colour is None or colour in grounds.colours) == denied:
            problems.append(f"something seen that is not in the evidence: {match[0]!r}")
        return _spaces(match)

    return re.sub(r"[A-Za-z]+", judge, clause)


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])
