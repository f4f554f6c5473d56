"""What a sentence may rest on: evidence turned into lookups, `Grounds`.

In: the evidence of one claim. Out: names, concepts with how strongly they are held, measured numbers.

- "Strong" is what may be said to be there: asserted by a fitted floor, one of the tagger's strongest tags, or a genre
  in the metadata. A score or a standing is weak: it may only be told as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from musechat.core.text import folded

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.core.evidence import Evidence

_CHANGE = re.compile(r"(?:(more|less) )?(.+)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BARE_KINDS = ("opening", "manner", "first look")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the evidence: `name` and `subject` are of the fact that holds it."""

    unit: str
    value: float
    name: str = ""
    subject: str = "track"


@dataclass(slots=True)
class Held:
    """How a concept is held weakly: its score 0..1, share of the library below in percent, the score before."""

    score: float | None = None
    standing: float | None = None
    before: float | None = None


@dataclass(slots=True)
class Grounds:
    """`names`: role → text; `mentions`: other text that may be quoted (limits, words of the user, styles);
    `strong`, `weak`: concepts of the track; `scenes`: words of what the clip shows; `changes`: what is compared →
    (now, before); `gaps`: what parts two scores, by name; `limits`: names of limits that were passed; `mood`, `looks`:
    measured values by name, of track or clip; `colours` of the clip; `fit`: how the track is laid, by name;
    `likeness` to the previous track, cosine; `barred`: names that a limit keeps away; `others`: whether another track
    is spoken of; `numbers`: all of them.
    """

    names: dict[str, str] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    strong: set[str] = field(default_factory=set)
    weak: dict[str, Held] = field(default_factory=dict)
    scenes: set[str] = field(default_factory=set)
    changes: dict[str, tuple[float, float | None]] = field(default_factory=dict)
    gaps: set[str] = field(default_factory=set)
    limits: set[str] = field(default_factory=set)
    mood: dict[tuple[str, str], float] = field(default_factory=dict)
    looks: dict[str, float] = field(default_factory=dict)
    colours: set[str] = field(default_factory=set)
    fit: dict[str, float | str | None] = field(default_factory=dict)
    likeness: float | None = None
    barred: set[str] = field(default_factory=set)
    others: bool = False
    numbers: list[Number] = field(default_factory=list)
    bpm: float | None = None
    lufs: float | None = None
    key: str | None = None


def grounds_of(evidence: Sequence[Evidence], vocabulary: Vocabulary) -> Grounds:
    """All of it, whoever it is about."""
    grounds = Grounds()
    for e in evidence:
        _take(grounds, e, vocabulary)
        grounds.others |= e.subject == "other track"
        grounds.numbers += _numbers(e)
    grounds.numbers += [*_since_start(grounds), *_differences(grounds)]
    return grounds


def _numbers(e: Evidence) -> Iterator[Number]:
    if isinstance(e.value, int | float):
        yield Number(e.unit, float(e.value), e.name, e.subject)
    if e.weight:
        yield Number("of the score", e.weight, e.name, e.subject)
    chance = (f"{e.name} by chance", e.source.partition("chance gives ")[2])
    for name, text in ((e.name, e.unit), (e.name, e.name), chance):
        yield from (Number("", float(found), name, e.subject) for found in _NUMBER.findall(text))


def _since_start(grounds: Grounds) -> list[Number]:
    """What happens in the track, counted from where it starts: seconds of the clip."""
    start = grounds.fit.get("start")
    if not isinstance(start, float):
        return []
    return [
        Number("s", value - start, name, "clip")
        for name, value in grounds.fit.items()
        if name in ("leaps from", "lift", "own ending") and isinstance(value, float) and value > start
    ]


def _differences(grounds: Grounds) -> Iterator[Number]:
    """How far a leap goes, and by how much the tempo changed."""
    here, there = grounds.fit.get("leaps from"), grounds.fit.get("leaps to")
    if isinstance(here, float) and isinstance(there, float):
        yield Number("s", there - here, "leaps to")
    for name in ("faster", "slower"):
        now, before = grounds.changes.get(name, (None, None))
        if now is not None and before is not None:
            yield Number("BPM", abs(now - before), name, "difference")


def _take(grounds: Grounds, e: Evidence, vocabulary: Vocabulary) -> None:
    number = float(e.value) if isinstance(e.value, int | float) else None
    if e.kind == "name":
        role = e.name if e.subject == "track" else f"other {e.name}"
        grounds.names[role] = str(e.value)
        if e.name == "genre":
            grounds.strong |= concepts_in(str(e.value), vocabulary)
    elif e.kind in ("tag", "asserted"):
        grounds.strong |= concepts_in(e.name, vocabulary) | {e.name}
    elif e.kind == "scene" and e.subject == "clip":
        shown = folded(e.name).split()
        grounds.scenes |= {*shown, *(word.removesuffix("s") for word in shown)}
    elif e.kind == "measured" and e.subject == "track":
        _measured(grounds, e, number)
    elif e.kind in ("colour", "motion", "cuts", "speech", "length") and e.subject == "clip":
        _look(grounds, e, number)
    elif e.kind == "mood" and number is not None:
        grounds.mood[e.subject, e.name] = number
    elif e.kind in ("fit", "offset"):
        grounds.fit[e.name] = e.value
    elif e.kind == "likeness" and number is not None:
        grounds.likeness = number
    elif number is not None:
        _weak(grounds, e, number, vocabulary)
    if e.kind in ("limit", "request", "style", "barred", "passed over") or e.name.startswith("style of "):
        grounds.mentions += [e.name, *([str(e.value)] if isinstance(e.value, str) else [])]
        grounds.mentions += str(e.value).split(", ") if e.kind == "request" else []
    if e.kind == "limit":
        grounds.limits.add(e.name)
        grounds.barred |= {e.name.removeprefix("nothing by ")} if e.name.startswith("nothing by ") else set()
        grounds.weak.update({one: Held(0.0) for one in concepts_in(e.name.removeprefix("no "), vocabulary)})


def _look(grounds: Grounds, e: Evidence, number: float | None) -> None:
    if number is not None:
        grounds.looks[e.name] = number
    elif e.value is not None:
        grounds.colours |= set(folded(str(e.value)).replace(",", " ").split())


def _measured(grounds: Grounds, e: Evidence, number: float | None) -> None:
    if e.name == "tempo":
        grounds.bpm = number
    elif e.name == "loudness":
        grounds.lufs = number
    elif e.name == "key":
        grounds.key = str(e.value)


def _weak(grounds: Grounds, e: Evidence, number: float, vocabulary: Vocabulary) -> None:
    if e.kind in ("behind", "ahead"):
        grounds.gaps.add(e.name)
    if e.kind == "change":
        now, before = grounds.changes.get(e.name, (None, None))
        pair = (number, before) if e.subject == "track" else (now, number)
        grounds.changes[e.name] = pair  # type: ignore[assignment]
    match = _CHANGE.fullmatch(e.name)
    names = concepts_in(e.name, vocabulary) or ({match[2]} if match else set())
    for name in names:
        held = grounds.weak.setdefault(name, Held())
        if e.kind == "standing":
            held.standing = number
        elif e.subject == "previous track":
            held.before = number
        else:
            held.score = number


def concepts_in(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The concepts that a tag or a name spells out: itself, or all that its words mean."""
    plain = folded(text.rpartition(":")[2])
    if plain in vocabulary.concepts:
        return frozenset((plain,))
    return _spelled_out(vocabulary).get(plain, frozenset())


@lru_cache(maxsize=4)
def _spelled_out(vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    """Every word of the vocabulary and its plural → the concepts that it means."""
    meant: dict[str, set[str]] = {}
    for concept in vocabulary.concepts.values():
        for word in concept.words:
            for form in (word, word + "s"):
                meant.setdefault(folded(form), set()).add(concept.name)
    return {form: frozenset(names) for form, names in meant.items()}
