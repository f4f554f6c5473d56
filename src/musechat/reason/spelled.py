"""Numbers in words as digits, so that they can be held against evidence like any other.

In: a sentence. Out: the same with "three and a half minutes" as "3.5 minutes", "two thirds of your library" as
"about 66.7 % of your library", "on the tenth second" as "at 10 seconds".

- "one" alone stays: it is a pronoun more often than a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_VALUES = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SMALL = "|".join([*_UNITS, *_TENS])
_NUMBER = re.compile(
    rf"\b(?:(?P<hundreds>a|one|two|three|four|five|six) hundred(?: and)?(?:[ -](?=(?:{_SMALL})\b))?)?"
    rf"(?:(?P<tens>{'|'.join(_TENS)})(?:[ -](?=(?:{'|'.join(_UNITS[1:10])})\b))?)?(?P<unit>{'|'.join(_UNITS)})?\b",
    re.I,
)
_COUNTED = re.compile(r"[ -](?:bpm|beats|seconds?|minutes?|percent|cuts?|shots?|times|lu|lufs)\b|%", re.I)
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_PART = rf"(?P<part>{'|'.join(_PARTS)})s?"
_LENGTH = r"(?P<unit>minute|second)s?"
_AND = r"and (?P<count>a|three|3)?[ -]?" + _PART
_LIBRARY = (
    r"(?=(?: of)?(?: your| the| all| my| our| that)*(?: whole| entire)? (?:library|collection|tracks|catalogue)\b)"
)
_OTHERS = "by|one|time|look|pick|track|choice|proposal|thought"
"""Behind "a second" these count things, not time."""
_PAIRED = re.compile(r"\b(?:the|these|those|both|its|my)$", re.I)


def in_digits(line: str) -> str:
    """The line with its numbers, shares and half lengths in digits."""
    line = re.sub(r"\ba dozen\b", "twelve", line, flags=re.I)
    line = _NUMBER.sub(_digits, line)
    for pattern, written in _RULES:
        line = pattern.sub(written, line)
    return line


def _part(match: re.Match[str]) -> float:
    """Of a match with "count" and "part": "three quarters" is 0.75."""
    count = (match["count"] or "1").lower()
    return float({"a": 1, "one": 1, "three": 3}.get(count, count)) * _PARTS[match["part"].lower()]


def _length(whole: float, match: re.Match[str]) -> str:
    return f"{whole + _part(match):.3g} {match['unit']}s"


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.I), written)
    for pattern, written in (
        (rf"\b(?P<whole>\d+) {_AND} {_LENGTH}", lambda m: _length(float(m["whole"]), m)),
        (rf"\b(?:a|one) {_LENGTH} {_AND}", lambda m: _length(1.0, m)),
        (rf"\b(?P<count>a|three|3)?[ -]?{_PART} (?:of )?an? {_LENGTH}", lambda m: " " + _length(0.0, m)),
        (
            rf"\b(?:a )?(?P<part>half|quarter)[ -]{_LENGTH}(?=[ -,.]|$)",
            lambda m: f"{_PARTS[m['part'].lower()]:.2g} {m['unit']}s",
        ),
        (
            rf"\b(?:on|at|in|with) (?:the|its|your) (?P<which>{'|'.join(_ORDINALS)}) second\b",
            lambda m: f"at {_ORDINALS.index(m['which'].lower()) + 1} seconds",
        ),
        (rf"\b(?P<count>a|one|\d)?[ -]?{_PART}{_LIBRARY}", lambda m: f" about {100 * _part(m):.1f} %"),
        (
            rf"\b(?P<n>\d+) (?:in|out of(?: every)?|of) (?P<of>[1-9]\d*){_LIBRARY}",
            lambda m: f"about {100 * int(m['n']) / int(m['of']):.0f} %",
        ),
        (r",? give or take (?:a|one|two|\d+) (?:seconds?|minutes?|bpm|beats?|points?)", lambda m: " or so"),
        (r"\ba (?:full|whole|good) (?=minute|second)", lambda m: "a "),
        (r"\bone (?=(?:cut )?(?:out )?(?:of|in) (?:the |your |its )*\d)", lambda m: "1 "),
        (rf"(?<!beats )(?<!times )(?<!cuts )\ba {_LENGTH}\b(?! (?:{_OTHERS})\b)", lambda m: f"1 {m['unit']}"),
    )
)


def _digits(match: re.Match[str]) -> str:
    """One number; a lone "one" or "zero", and a "two" that stands for two things just named, stay words."""
    word = match[0].lower()
    hundreds, tens, unit = match["hundreds"], match["tens"], match["unit"]
    if not (hundreds or tens or unit):
        return match[0]
    line = match.string
    counted = _COUNTED.match(line, match.end()) is not None
    if word in ("one", "zero") and not counted:
        return match[0]
    if word == "two" and not counted and _PAIRED.search(line[: match.start()].rstrip()):
        return match[0]
    total = 100 * _VALUES.get((hundreds or "").lower(), 1) if hundreds else 0
    return str(total + sum(_VALUES[part.lower()] for part in (tens, unit) if part))
