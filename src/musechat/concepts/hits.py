"""Where in the clip the music shall take off: "let the drop land on 0:32", "no hit point any more".

In: one line. Out: the second to hit, or that none is wanted any more, and the characters that said so.

- A time alone is none: a moment of music ("drop", "chorus", "take off") has to stand beside it.
- The last hit of a message wins.
- Every pattern is bounded in each repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SMALL = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLED = {word: n for n, word in enumerate(_SMALL, start=1)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_COMPOUND = rf"(?:{'|'.join(_TENS)})[ -](?:{'|'.join(_SMALL[:9])})"
_NUMBER = rf"(?:\d{{1,4}}(?:\.\d{{1,3}})?|half a|an?|{_COMPOUND}|{'|'.join(_SPELLED)})"
_SECONDS, _MINUTES = r"(?:seconds?|secs?|s)\b", r"(?:minutes?|mins?|m)\b"
_CLOCK = r"\d{1,2}(?::[0-5]\d){1,2}(?:\.\d{1,3})?(?![\d:])"
_LENGTH = (
    rf"(?:{_NUMBER}[ -]?(?:minutes?|mins?|m)[ -]?(?:and )?{_NUMBER}[ -]?{_SECONDS}|"
    rf"{_NUMBER}[ -]?{_SECONDS}|{_NUMBER}[ -]?{_MINUTES})"
)
_BARE = r"\d{1,3}(?:\.\d{1,3})?(?=\s?(?:$|[.,;!?)]|please\b|and\b|but\b|then\b))"
_ABOUT = r"(?:(?:the|about|around|exactly|precisely|right|roughly|second|minute|time|clip)\s){0,3}"
_INSIDE = (
    r"(?:[ -]?(?:mark\b|in\b(?: (?:the|my|this) (?:clip|video|film|picture))?|into (?:it|(?:the|my|this) \w{1,12})))"
)
_TIME = rf"{_ABOUT}(?P<time>{_CLOCK}|{_LENGTH}|(?<=second ){_BARE}){_INSIDE}?(?!\s?(?:long\b|bpm|in length))"
_BEAT = r"beat(?= (?:(?:should|must|to|will|has to) )?(?:drops?|lands?|kicks?|hits?|comes?|falls?|starts?)\b)"
_MOMENT = (
    r"(?:(?:(?:beat|bass|big|main|first|second|final|musical)[ -]){0,2}"
    r"(?:drops?|lifts?(?:[ -]?off)?|chorus|refrain|climax(?:es)?|build(?:s|ing)?(?:[ -]?ups?)?|crescendo|peaks?|hook|"
    r"pay-?off|swells?|hit[ -]?points?|hits?|sync[ -]?points?|high ?points?|moment|explosions?|explodes?|accents?)"
    r"|takes? off|taking off|kicks? in|kick|bursts?|opens? up|comes? alive|gets? going|goes off|go off|culminates?|"
    rf"breaks? (?:out|loose)|{_BEAT})"
)
_BETWEEN = (
    r"(?:should|must|to|will|would|has|have|needs?|can|could|be|is|'s|are|falls?|falling|lands?|landing|hits?|hitting|"
    r"comes?|coming|happens?|starts?|begins?|kicks?|in|arrives?|occurs?|sits?|goes|go|strikes?|drops?|right|exactly|"
    r"precisely|directly|just|up|of|the|its?|song|track|music|tune|placed|set|synced|aligned|only|then|hard|"
    r"reached|please|with|not (?:at|on|to) \d{1,2}:\d\d,? but)"
)
_BEFORE = (
    r"(?:i|we|you|(?:would|'d) (?:like|love)|want|need|let|let's|make|sure|that|have|put|place|move|shift|set|sync|"
    r"synchroni[sz]e|align|match|line|time|can|could|please|and|so|the|its?|a|an|your|this|our|music|song|track|tune|"
    r"everything|things|energy|to|should|must|get|there|be)"
)
_AT = r"(?:at|on|@|after|around|near|by|to|for|with|until|till|onto)"
_AFTER = (
    rf"(?P<lead>(?:{_BEFORE}\s){{0,10}})(?P<moment>{_MOMENT})(?:\s{_BETWEEN}){{0,7}}?"
    rf"(?:\s?(?P<at>{_AT}|@))?\s?(?:{_TIME}|(?P<bare>{_BARE}))"
)
_FIRST = (
    rf"(?P<at>at|on|by|@|from|around)\s{_TIME},?(?: is (?:where|when))?\s(?P<lead>(?:{_BEFORE}\s){{0,10}})"
    rf"(?P<moment>{_MOMENT})(?:\s{_BETWEEN}){{0,4}}"
)
_WHERE = rf"{_TIME} is (?:where|when)\s(?P<lead>(?:{_BEFORE}\s){{0,10}})(?P<moment>{_MOMENT})(?:\s{_BETWEEN}){{0,4}}"
_IT = rf"(?P<lead>(?:put|place|move|shift|set|sync|align|time)\s)(?P<moment>it|that)\s(?P<at>at|on|to|for)\s{_TIME}"
_MEETS = rf"(?P<moment>hit)\s{_TIME} with (?:the\s)?{_MOMENT}"
_FORMS = (_AFTER, _FIRST, _WHERE, _IT, _MEETS)
_PATTERNS = tuple(re.compile(rf"(?<![\w:]){form}(?!\w)", re.IGNORECASE) for form in _FORMS)
_GATE = re.compile(rf"\d|\b(?:{_SECONDS}|{_MINUTES})", re.IGNORECASE)
_LOOSE = frozenset(("to", "for", "with", "by", "until", "till"))
"""Before a length of time these bind a moment only after a word that puts the two together: "a build-up for 20 s"."""
_PUTS = re.compile(r"\b(?:sync|synchroni[sz]e|align|match|line|time|set|put|place|move|shift|land|fall)", re.IGNORECASE)
_TAKEN_BACK = re.compile(
    r"\b(?:forget(?: about)?|never mind|ignore|remove|cancel|undo|skip|scrap|lose|no(?: more)?|without|not|"
    r"don'?t|doesn'?t|never)\s(?:(?:want|need|like|let|care about|the|a|any|my|that|have)\s){0,3}$",
    re.IGNORECASE,
)
_PRAISED = re.compile(r"\b(?:i|we) (?:(?:really|do|also) )?(?:like|love|liked|loved|enjoy)\s(?:the\s)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SaidHit:
    """Characters `start`..`end` of a line; `second`: of the clip, None where the hit is taken back."""

    start: int
    end: int
    second: float | None


def find_hits(line: str) -> list[SaidHit]:
    """All hits of a line in order, none overlapping."""
    if not _GATE.search(line):
        return []
    found: list[SaidHit] = []
    for hit in sorted(_found(line), key=lambda hit: (hit.start, -hit.end)):
        if not found or hit.start >= found[-1].end:
            found.append(hit)
    return found


def _found(line: str) -> Iterator[SaidHit]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(line):
            groups = match.groupdict()
            time, at = groups["time"] or groups.get("bare") or "", (groups.get("at") or "").lower()
            before = line[max(0, match.start() - 40) : match.start("moment")]
            clock = ":" in time
            if not clock and at in _LOOSE and not _PUTS.search(match.group()):
                continue
            if groups.get("bare") and at not in ("at", "on", "@"):
                continue
            if not at and not clock and pattern is _PATTERNS[0] and not _inside(match):
                continue
            if not _PRAISED.search(before):
                second = None if _TAKEN_BACK.search(before) else _seconds(time)
                yield SaidHit(match.start(), match.end(), second)


def _inside(match: re.Match[str]) -> bool:
    """ "The drop comes 20 seconds in"."""
    return re.search(rf"{_INSIDE}$", match.group(), re.IGNORECASE) is not None


def _seconds(time: str) -> float:
    if ":" in time:
        value = 0.0
        for part in time.split(":"):
            value = 60 * value + float(part)
        return value
    total = 0.0
    for number, unit in re.findall(rf"({_NUMBER})[ -]?([a-z]*)", time.lower()):
        total += _number(number) * (60.0 if unit.startswith("m") else 1.0)
    return total


def _number(text: str) -> float:
    if text in ("a", "an", "half a"):
        return 0.5 if text == "half a" else 1.0
    if text[0].isdigit():
        return float(text)
    return float(sum(_SPELLED[word] for word in re.split("[ -]", text)))
