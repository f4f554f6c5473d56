"""Numbers in a sentence, held against the evidence.

In: a line with its names masked, `Grounds`. Out: the line without the numbers that were found right, and what is wrong.

- A tempo may be rounded to the nearest whole number, and by 4 % where the sentence says "about"; twice or half of it is
  another tempo. Seconds may be off by one, shares by one percent, scores by one hundredth.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from musechat.reason.grounds import Grounds

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SPELLED = {word: n for n, word in enumerate(_WORDS)} | _TENS
_SPELLED_NUMBER = re.compile(
    rf"\b(?:(a|one|two|three|four|five) hundred(?: and)?[ -]?)?(?:({'|'.join(_TENS)})[ -])?({'|'.join(_SPELLED)})\b"
    r"(?=[ -](?:bpm|beats|seconds?|minutes?|percent|cuts?|%|times))",
    re.I,
)
_ABOUT = r"(?:about|around|roughly|approximately|circa|nearly|almost|some|close to|just (?:over|under|above|below))"
_N = r"(?P<n>[-−]?\d+(?:[.,]\d+)?)"
_UNIT = r"(?: ?(?:bpm|lufs))?"
_ORDERED = re.compile(
    rf"(?P<from>\bfrom (?P<a>[-−]?\d+(?:\.\d+)?){_UNIT} to (?P<b>[-−]?\d+(?:\.\d+)?))|"
    rf"(?P<c>[-−]?\d+(?:\.\d+)?){_UNIT} (?:after|against|instead of|rather than|not) (?P<d>[-−]?\d+(?:\.\d+)?)",
    re.I,
)
_KEY = re.compile(r"\b(?P<note>[A-G])(?P<sign>[♯♭#b]| sharp|-sharp| flat|-flat)?[ -](?P<mode>major|minor)\b")
_SIGNS = {"#": "♯", "b": "♭", " sharp": "♯", "-sharp": "♯", " flat": "♭", "-flat": "♭"}
_SAME_NOTE = {"D♭": "C♯", "D♯": "E♭", "G♭": "F♯", "G♯": "A♭", "A♯": "B♭"}
_CLIP = r"(?:clip|video|footage|picture|film)"


def wrong_numbers(line: str, grounds: Grounds) -> tuple[str, list[str]]:
    """The line with right numbers and keys blanked, and the problems."""
    line = _SPELLED_NUMBER.sub(_digits, line)
    problems = _swapped(line, grounds)
    for pattern, right, what in _CHECKS:

        def judged(match: re.Match[str], right: _Right = right, what: str = what) -> str:
            if not right(match, grounds):
                problems.append(f"{what} that is not in the evidence: {match[0].strip()!r}")
            return " "

        line = pattern.sub(judged, line)
    return line, problems


def _swapped(line: str, grounds: Grounds) -> list[str]:
    """Numbers of this track and of the last one told the wrong way round."""
    pairs = [pair for pair in grounds.changes.values() if None not in pair]
    pairs += [(held.score, held.before) for held in grounds.weak.values() if held.score and held.before]
    for match in _ORDERED.finditer(line):
        told = (match["b"], match["a"]) if match["from"] else (match["c"], match["d"])
        now, before = (float(number.replace("−", "-")) for number in told)
        if now != before and any(
            _near(now, pair[1]) and _near(before, pair[0]) and pair[0] != pair[1] for pair in pairs
        ):
            return [f"told the wrong way round: {match[0]!r}"]
    return []


def _near(said: float, known: float | None) -> bool:
    return known is not None and abs(said - known) <= max(0.006, 0.006 * abs(known))


def _digits(match: re.Match[str]) -> str:
    hundreds = 0 if match[1] is None else 100 * {"a": 1}.get(match[1].lower(), _SPELLED.get(match[1].lower(), 1))
    tens = 0 if match[2] is None else _TENS[match[2].lower()]
    return str(hundreds + tens + _SPELLED[match[3].lower()])


_Right = Callable[[re.Match[str], Grounds], bool]


def _value(match: re.Match[str]) -> float:
    return float(match["n"].replace("−", "-").replace(",", "."))


def _tempo(match: re.Match[str], grounds: Grounds) -> bool:
    said = _value(match)
    known = [value for unit, value in grounds.numbers if unit == "BPM"] + _ranges(grounds)
    slack = 0.04 if match["about"] else 0.0
    return any(abs(said - value) <= max(1.0, slack * value) for value in known)


def _ranges(grounds: Grounds) -> list[float]:
    """The ends of a limit such as "tempo 110–130 BPM"."""
    return [float(n) for name in grounds.limits if "BPM" in name for n in re.findall(r"\d+(?:\.\d+)?", name)]


def _loudness(match: re.Match[str], grounds: Grounds) -> bool:
    known = [value for unit, value in grounds.numbers if unit in ("LUFS", "LU")]
    return any(abs(abs(_value(match)) - abs(value)) <= 0.6 for value in known)


def _clock(match: re.Match[str], grounds: Grounds) -> bool:
    said = 60 * int(match["m"]) + float(match["s"])
    return any(abs(said - value) <= 1.0 for unit, value in grounds.numbers if unit == "s")


def _seconds(match: re.Match[str], grounds: Grounds) -> bool:
    said = _value(match)
    slack = max(1.0, 0.05 * said if match["about"] else 0.0)
    return any(abs(said - value) <= slack for unit, value in grounds.numbers if unit == "s")


def _minutes(match: re.Match[str], grounds: Grounds) -> bool:
    said = 60 * _value(match) + float(match["more"] or 0)
    slack = 3.0 if match["more"] else 30.0 if match["about"] else 20.0
    return any(abs(said - value) <= slack for unit, value in grounds.numbers if unit == "s")


def _share(match: re.Match[str], grounds: Grounds) -> bool:
    said = _value(match)
    shares = [value for unit, value in grounds.numbers if unit.startswith("%")]
    scores = [100 * value for _, value in grounds.numbers if 0 <= value <= 1]
    return any(abs(said - value) <= 1.0 for value in shares) or any(abs(said - value) <= 0.6 for value in scores)


def _cuts(match: re.Match[str], grounds: Grounds) -> bool:
    said = {"no": 0.0, "a single": 1.0, "one": 1.0}.get(match["n"].lower(), -1.0)
    said = _value(match) if said < 0 else said
    cuts = grounds.looks.get("cuts")
    of = [value for unit, value in grounds.numbers if "cuts" in unit or unit == ""]
    return (cuts is not None and said == cuts) or ("cuts on beats" in grounds.fit and said in of)


def _key(match: re.Match[str], grounds: Grounds) -> bool:
    note = match["note"] + _SIGNS.get(match["sign"] or "", match["sign"] or "")
    have, _, mode = (grounds.key or "").partition(" ")
    return (_SAME_NOTE.get(have, have), mode) == (_SAME_NOTE.get(note, note), match["mode"])


def _plain(match: re.Match[str], grounds: Grounds) -> bool:
    said = _value(match)
    if said in (0.0, 1.0):
        return True  # "0.4 of 1", "on 0–1"
    decimals = len(match["n"].partition(".")[2])
    known = [value for _, value in grounds.numbers]
    return any(abs(abs(said) - abs(round(value, decimals))) < 10**-decimals * 0.51 for value in known)


_CHECKS: tuple[tuple[re.Pattern[str], _Right, str], ...] = (
    (_KEY, _key, "a key"),
    (re.compile(rf"(?P<about>{_ABOUT} )?{_N}(?:[ -]?bpm\b| beats (?:per|a|each) minute)", re.I), _tempo, "a tempo"),
    (re.compile(rf"{_N} ?(?:lufs|lu|db)\b", re.I), _loudness, "a loudness"),
    (re.compile(r"(?P<m>\d{1,3}):(?P<s>\d\d(?:\.\d)?)"), _clock, "a time"),
    (
        re.compile(
            rf"(?P<about>{_ABOUT} )?{_N}[ -]minutes?(?: and)?(?: (?P<more>\d+)(?: seconds?| s)?)?(?![\w])", re.I
        ),
        _minutes,
        "a time",
    ),
    (re.compile(rf"(?P<about>{_ABOUT} )?{_N}(?:[ -]?(?:seconds?|secs?)| s)\b", re.I), _seconds, "a time"),
    (re.compile(rf"{_N} ?(?:%|percent|per cent)", re.I), _share, "a share"),
    (re.compile(r"\b(?P<n>no|a single|one|\d+) (?:hard |quick |clean )?cuts?\b", re.I), _cuts, "a count of cuts"),
    (re.compile(rf"(?<!\w){_N}(?!\w)"), _plain, "a number"),
)
