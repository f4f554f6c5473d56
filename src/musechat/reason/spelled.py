"""Numbers, shares and lengths in words as digits, so that they can be held against evidence like any other.

In: a sentence. Out: the same with "three and a half minutes" as "3.5 minutes", "two thirds of your library" as
"about 66.7 % of your library", "on the tenth second" as "at 10 seconds".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from musechat.core.numerals import with_digits

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_PART = rf"(?P<part>{'|'.join(_PARTS)})s?"
_LENGTH = r"(?P<unit>minute|second)s?"
_AND = r"and (?P<count>a|three|3)?[ -]?" + _PART
_LIBRARY = (
    r"(?=(?: of)?(?: your| the| all| my| our| that)*(?: whole| entire)? (?:library|collection|tracks|catalogue)\b)"
)
_FEW = {"two": 2, "three": 3, "four": 4}
_OTHERS = "by|one|time|look|pick|track|choice|proposal|thought"
"""Behind "a second" these count things, not time."""


def in_digits(line: str) -> str:
    """The line with its numbers, shares and half lengths in digits."""
    line = re.sub(r"(?<=\d)½", ".5", line)
    line = re.sub(r"(?<![\w.])\.(?=\d)", "0.", line)  # "from .41 to .58"
    line = re.sub(r"\b(\w+)-and-a-half-(?=second|minute)", r"\1 and a half ", line)
    line = re.sub(r"\ba dozen\b", "twelve", line, flags=re.I)
    line = with_digits(line)
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
        (rf"\b(?:a|one|every) {_LENGTH} {_AND}", lambda m: "every " * m[0].startswith("every") + _length(1.0, m)),
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
            rf"\b(?P<n>\d+) (?:tracks? |songs? |pieces? )?(?:in|out of|of)(?: every)? (?P<of>[1-9]\d*){_LIBRARY}",
            lambda m: f"about {100 * int(m['n']) / int(m['of']):.0f} %",
        ),
        (r",? give or take (?:a|one|two|\d+) (?:seconds?|minutes?|bpm|beats?|points?)", lambda m: " or so"),
        (
            rf"\b(?P<count>a|one|three|\d)?[ -]?{_PART} of (?:the|your|its) cuts",
            lambda m: f"{100 * _part(m):.0f} % of the cuts",
        ),
        (r"\ba (?:full|whole|good) (?=minute|second)", lambda m: "a "),
        (r"\b(?P<n>one|\d+) (?:full|whole|good|solid|entire) (?=minute|second)", lambda m: f"{m['n']} "),
        (
            r"\bcuts (?:but|except) (?P<n>one|two|three|\d+)\b",
            lambda m: f"cuts except {({'one': 1, 'two': 2, 'three': 3}).get(m['n'].lower(), m['n'])}",
        ),
        (r"\b(?P<n>two|three|four) (?=of (?:the|your|its) (?:\w+ )?cuts\b)", lambda m: f"{_FEW[m['n'].lower()]} "),
        (r"\bone (?=(?:minute|second) (?:of|long)\b)", lambda m: "1 "),
        (r"\bthe first (?=(?:minute|second)\b)", lambda m: "the first 1 "),
        (r"\bone (?=(?:cut )?(?:out )?(?:of|in) (?:the |your |its )*\d)", lambda m: "1 "),
        (rf"(?<!beats )(?<!times )(?<!cuts )\ba {_LENGTH}\b(?! (?:{_OTHERS})\b)", lambda m: f"1 {m['unit']}"),
    )
)
