"""Numbers in words: "a hundred and twenty-seven" is 127.

In: a line. Out: the same with its numbers in digits.

- "one" and "zero" stay words where they count nothing, and so does the "two" of "the two".
"""

from __future__ import annotations

import re

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SMALL = "|".join([*_UNITS, *_TENS])
_NUMBER = re.compile(
    rf"\b(?:(?P<hundreds>a|one|two|three|four|five|six) hundred(?: and)?(?:[ -](?=(?:{_SMALL})\b))?)?"
    rf"(?:(?P<tens>{'|'.join(_TENS)})(?:[ -](?=(?:{'|'.join(_UNITS[1:10])})\b))?)?(?P<unit>{'|'.join(_UNITS)})?\b",
    re.I,
)
_COUNTED = re.compile(r"[ -](?:bpm|beats|seconds?|minutes?|percent|cuts?|shots?|times|lu|lufs)\b|%", re.I)
_PAIRED = re.compile(r"\b(?:the|these|those|both|its|my)$", re.I)


def with_digits(line: str, same_length: bool = False) -> str:
    """The line with its numbers in digits; `same_length`: padded, so that every character keeps its place."""
    return _NUMBER.sub(lambda match: _digits(match).rjust(len(match[0]) if same_length else 0), line)


def _digits(match: re.Match[str]) -> str:
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
