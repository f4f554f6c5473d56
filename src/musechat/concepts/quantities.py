"""Tempo in BPM and length in minutes or seconds.

In: one line. Out: `Constraints` with the four limits set, and the characters that said so.

- "Around 100 BPM" is ± 8 %, a plain "100 BPM" ± 4 % (the tolerance of the tempo literature), a plain length ± 10 %.
- A number that belongs to the clip ("my 2 minute video"), to a moment ("at 0:45") or to nothing stays unused.
- The pattern is bounded in every repeat.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from musechat.core.numerals import with_digits
from musechat.core.request import Constraints


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Relative half-widths, and what can be a tempo at all (BPM)."""

    around: float = 0.08
    tempo: float = 0.04
    length: float = 0.10
    slowest: float = 20.0
    fastest: float = 400.0
    bare_slowest: float = 40.0
    bare_fastest: float = 250.0


TOLERANCE = Tolerance()
_BPM = r"bpm|b\.p\.m|beats per minute|beats a minute"
_TIME = r"seconds?|secs?|minutes?|mins?"
_NUMBER = rf"\d{{1,2}}:\d{{2}}|\d{{1,4}}(?:\.\d{{1,2}})?|(?:half an?|an?)(?=[ -](?:{_TIME})\b)"
_QUANTITY = re.compile(
    rf"(?<![\w.])({_NUMBER})(?:-?ish\b)?(?:\s{{0,2}}(?:{_BPM}|{_TIME})?\s{{0,2}}(?:-|–|—|\bto\b|\band\b)\s{{0,2}}({_NUMBER}))?"
    rf"(?:\s{{0,2}}-?\s{{0,2}}({_BPM}|{_TIME}))?(?!\w)",
    re.IGNORECASE,
)
_AT_LEAST = (
    "at least|minimum of|minimum|min|from|no slower than|not slower than|no less than|not less than|no shorter than|"
    "not shorter than|no lower than|not under|not below|nothing under|nothing below"
)
_AT_MOST = (
    "at most|maximum of|maximum|max|up to|within|no faster than|not faster than|no more than|not more than|"
    "no longer than|not longer than|no higher than|not over|not above|nothing over|nothing above"
)
_ABOVE = "over|above|more than|faster than|longer than|higher than|upwards of"
_BELOW = "under|below|less than|slower than|shorter than|lower than"
_AROUND = "around|about|roughly|approximately|approx|circa|ca|near|close to|say|~"
_BEFORE = re.compile(rf"(?:^|[^\w])({_AT_LEAST}|{_AT_MOST}|{_ABOVE}|{_BELOW}|{_AROUND})\.?\s*(?:the |a |an )?$", re.I)
_AFTER = re.compile(
    r"^\s{0,2}(?:long )?,?\s?(max(?:imum)?|min(?:imum)?|tops|at most|at least|ish|"
    r"or (?:more|less|faster|slower|above|below|longer|shorter|over|under))\b",
    re.I,
)
_TEMPO_SAID = re.compile(r"\b(?:tempo|bpm)\b", re.I)
_NOT = re.compile(r"\b(?:not|n't|no)\s+(?:at\s+)?$", re.I)
_OF_CLIP = re.compile(
    r"^[ -]{0,2}(?:long )?(?:video|clip|film|vlog|reel|montage|movie|ad|scene|intro|in\b|into\b|mark)", re.I
)
_LONG = re.compile(r"^[ -]{0,2}(?:long\b|in length)", re.I)
_OF_TRACK = re.compile(r"^[ -]{0,2}(?:long\b|in length|(?:\w+ )?(?:track|song|piece|version|tune|edit|cut)\b)", re.I)
_LENGTH_SAID = re.compile(r"\b(?:longer|shorter|long enough)\b", re.I)
_LENGTH_WISHED = re.compile(r"\b(?:make it|make that|should be|must be|has to be) (?:just |only )?$", re.I)
_CUT = re.compile(r"^[ -]?(?:\w+ )?(?:edit|cut|version)\b", re.I)
_OWN_CUT = re.compile(r"\b(?:my|our|this|the attached) $", re.I)
_STATED = re.compile(
    r"(?:^|[.!?;,] )(?:it|this)(?: is|'s|’s| was| runs| lasts| takes| goes on for)(?: just| only)? $", re.I
)
_BARE_TEMPO = frozenset(f"{_ABOVE}|faster than|{_BELOW}".split("|")) - {"longer than", "shorter than"}
_LOW = frozenset(f"{_AT_LEAST}|{_ABOVE}|or more|or faster|or above|or longer|or over".split("|"))
_HIGH = frozenset(f"{_AT_MOST}|{_BELOW}|tops|or less|or slower|or below|or shorter|or under".split("|"))


@dataclass(frozen=True, slots=True)
class Quantities:
    """The limits, and the (start, end) characters that were used."""

    limits: Constraints
    spans: tuple[tuple[int, int], ...]


_MINUTES_AND = re.compile(
    r"\b(\d{1,2}) ?(?:minutes?|mins?)(?: and)? (\d{1,2})(?: ?(?:seconds?|secs?|s))?\b(?! ?(?:bpm|min))", re.I
)
_AND_A_HALF = re.compile(r"\b(\d{1,2}|an?) (?:(?:minutes?|mins?) and a half|and a half[ -](?:minutes?|mins?))\b", re.I)
_ITEM = re.compile(r"(?:^|, ?)(\d{2,3})(?=[,.!?]|$)")
""" "Drum and bass, super fast, 174": a number that is an item by itself is a tempo."""


def find_quantities(line: str, lifts: Sequence[tuple[int, str]] = ()) -> Quantities:
    """All tempo and length limits of a line; a later one replaces an earlier one.

    `lifts`: the characters from which on earlier limits of a kind ("tempo", "duration") no longer hold.
    """
    written, line = line, with_digits(line, same_length=True)
    whole = [match.span() for form in (_MINUTES_AND, _AND_A_HALF) for match in form.finditer(line)]
    line = _MINUTES_AND.sub(lambda m: f"{m[1]}:{int(m[2]):02}".rjust(len(m[0])), line)  # "2 minutes 30"
    line = _AND_A_HALF.sub(lambda m: f"{m[1] if m[1].isdigit() else 1}:30".rjust(len(m[0])), line)
    items = {match.start(1) for match in _ITEM.finditer(line)}
    found: dict[str, float] = {}
    spans: list[tuple[int, int]] = []
    bpm_said, length_said = _TEMPO_SAID.search(line) is not None, _LENGTH_SAID.search(line) is not None
    for match in _QUANTITY.finditer(line):
        before, after = line[max(0, match.start() - 24) : match.start()], line[match.end() : match.end() + 24]
        prefix, suffix = _BEFORE.search(before), _AFTER.match(after)
        hit = prefix or suffix
        bound = hit[1].lower() if hit else "ish" if match[0].lower().rstrip(" bpm").endswith("ish") else ""
        if hit is None and (_STATED.search(before) or (_OWN_CUT.search(before) and _CUT.match(after))):
            continue  # "it is 30 seconds long", "my 30-second edit"
        asked = length_said or _LENGTH_WISHED.search(before) is not None  # "make it 30 seconds"
        asked = asked and match[1][0].isdigit() and not after.startswith(" to ")
        tempo_said = bpm_said or match.start() in items
        limits = _limits(match, bound or "item" * (match.start() in items), before, after, tempo_said, asked)
        if limits is None:
            continue
        kind = next(iter(limits)).split("_")[0]
        found = {name: value for name, value in found.items() if not name.startswith(kind)}
        if not any(limit == kind and start > match.start() for start, limit in lifts):
            found |= limits
        tail = suffix if suffix and not prefix else _LONG.match(after)
        began = next((start for start, end in whole if start <= match.start() < end), match.start())
        while began > 0 and line[began - 1] == " " != written[began - 1]:  # the rest of a number in words
            began -= 1
        start = min(began, match.start() - (len(before) - prefix.start(1) if prefix else 0))
        spans.append((start, match.end() + (tail.end() if tail else 0)))
    return Quantities(Constraints(**found), tuple(spans))  # type: ignore[arg-type]


def _limits(
    match: re.Match[str], bound: str, before: str, after: str, tempo_said: bool, length_said: bool
) -> dict[str, float] | None:
    first, second, unit = match[1].lower(), match[2], (match[3] or "").lower()
    if ":" in first or re.fullmatch(_TIME, unit):
        return _lengths(first, second, unit, "plain" if length_said and not bound else bound, after)
    low = float(first)
    plain = bound in _BARE_TEMPO or (tempo_said and (bound != "" or bool(second)))  # "the tempo … around 140"
    if not unit and (not plain or not TOLERANCE.bare_slowest <= low <= TOLERANCE.bare_fastest):
        return None
    high = float(second) if second and ":" not in second else low
    if not TOLERANCE.slowest <= low <= high <= TOLERANCE.fastest or (not bound and _NOT.search(before)):
        return None
    slack = TOLERANCE.around if bound == "ish" or bound in _AROUND.split("|") else TOLERANCE.tempo
    return _range("tempo", low, high, bound, slack)


def _lengths(first: str, second: str | None, unit: str, bound: str, after: str) -> dict[str, float] | None:
    if _OF_CLIP.match(after) or (not bound and second is None and not _OF_TRACK.match(after)):
        return None
    low, high = _seconds(first, unit), _seconds((second or first).lower(), unit)
    return _range("duration", low, high, bound, TOLERANCE.length) if 0 < low <= high else None


def _seconds(number: str, unit: str) -> float:
    if ":" in number:
        minutes, seconds = number.split(":")
        return 60.0 * int(minutes) + int(seconds)
    value = {"half a": 0.5, "half an": 0.5, "a": 1.0, "an": 1.0}.get(number) or float(number)
    return value * (60.0 if unit.startswith("m") else 1.0)


def _range(kind: str, low: float, high: float, bound: str, slack: float) -> dict[str, float]:
    if high > low:
        return {f"{kind}_min": low, f"{kind}_max": high}
    if bound in _LOW or bound.startswith("min"):
        return {f"{kind}_min": low}
    if bound in _HIGH or bound.startswith("max"):
        return {f"{kind}_max": high}
    return {f"{kind}_min": round(low * (1 - slack), 1), f"{kind}_max": round(high * (1 + slack), 1)}
