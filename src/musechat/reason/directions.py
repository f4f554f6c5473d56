"""Which way something went since the last track, held against the evidence.

In: a line with its names masked and its numbers in digits, `Grounds`. Out: what is wrong.

- A clause that says that something rose or fell is about the concepts it names, or about the tempo; where the two
  numbers are known, they must have gone that way. What stands above or below the library is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from musechat.reason.clauses import clauses, comparatives_said, concepts_said

if TYPE_CHECKING:
    from musechat.concepts.lexicon import Lexicon
    from musechat.reason.grounds import Grounds

_ROSE = re.compile(
    r"\b(?:rose|rises?|risen|rising|climb\w*|gain\w*|grew|grows?|grown|increas\w*|went up|goes up|go up|comes? up|"
    r"came up|jumps up|jumped|doubl\w+|soar\w*|up from|up to|surg\w*|stronger|more of|"
    r"(?:leap\w*|leapt|creep\w*|crept|edge[sd]?|inch\w*|nudged) (?:up|ahead))\b",
    re.I,
)
_FELL = re.compile(
    r"\b(?:fell|falls?|fallen|falling|dropp?\w*|declin\w*|decreas\w*|went down|goes down|go down|comes? down|came down|"
    r"slip\w*|dip\w*|sinks?|sank|los(?:es?|t|ing)|shr[aiu]nk\w*|down from|down to|weaker|less of|plummet\w*|halv\w+|"
    r"plung\w+|step back|gives? up|fewer|slid\w*|"
    r"(?:eas|tail|back)\w+ (?:\w+ ){0,2}(?:off|down)|ton(?:e|es|ed) (?:\w+ ){0,2}down|"
    r"(?:creep\w*|crept|edge[sd]?|inch\w*|nudged) (?:down|back))\b",
    re.I,
)
_HIGHER = re.compile(r"\b(?:higher|more|greater|stronger|above|exceeds?|tops|outdoes|ahead)\b", re.I)
_LOWER = re.compile(r"\b(?:lower|less|fewer|smaller|weaker|below|behind)\b", re.I)
_BEFORE = re.compile(
    r"\b(?:before|previous\w*|last (?:one|track|song|piece|pick)|earlier|former\w*|predecessor|"
    r"what you had|(?:it|this) replace[sd])\b",
    re.I,
)
_BY_HALF = re.compile(r"\b(?:halv\w+|(?:cut|fell|dropped|went down) (?:in|by) half)\b", re.I)
_HOW_MUCH = re.compile(
    r"\b(?:(?P<little>a touch|a hair|slightly|a little|a bit|marginally|a shade|a tad)|much|a lot|far|way|considerably|"
    r"a good deal) (?:faster|slower|quicker)\b",
    re.I,
)
_SLIGHT, _CLEAR = 1.2, 1.1
"""A tempo is a little faster up to the first ratio, and much faster from the second on."""
_OTHER_FIRST = re.compile(
    r"\b(?:previous|last|earlier|former) (?:track|one|song|piece|pick|choice|proposal)(?: that| which)? "
    r"(?:\w+ )?(?:was|scored|scores|had|did|is|came|rated|sat|stood)\b",
    re.I,
)
""" "It was the previous track that scored darker": what is compared stands second."""
_UNCHANGED = re.compile(r"\b(?:as (?:it|they) (?:was|were)|unchanged|(?:stays?|remains?|is|are) the same)\b", re.I)
_ALIKE = 0.05
_AGAINST = re.compile(
    r"\b(?P<way>higher|better|bigger|greater|stronger|larger|lower|smaller|weaker|worse)(?: \w+){0,3} than\b|"
    r"\b(?P<verb>outscores|outranks|beats|tops|trails|lags behind|falls short of)\b",
    re.I,
)
_LESSER = frozenset("lower smaller weaker worse trails".split()) | {"lags behind", "falls short of"}
_LIBRARY = re.compile(r"\b(?:library|collection|catalogue|tracks|percent)\b|%", re.I)
_NOT = re.compile(r"\b(?:not|never|no|n['’]t|neither|hardly|could not)\b|n['’]t\b", re.I)
_TEMPO = re.compile(r"\b(?:tempo|bpm|pace|speed|beats a minute|pulse)\b", re.I)
_SAME = re.compile(r"\b(?:fall\w*|drop\w*|land\w*|come\w*|came) (?:on|at|in|into|for|where)\b", re.I)


def goes_somewhere(line: str) -> bool:
    """Whether a line says that something rose or fell."""
    return bool(_ROSE.search(line) or _FELL.search(line))


def wrong_directions(line: str, grounds: Grounds, lexicon: Lexicon) -> Iterator[str]:
    """What is said to have gone another way than it went."""
    for clause, subject in clauses(line):
        if subject == "clip" or _LIBRARY.search(clause):
            continue
        yield from _wrong_order(clause, grounds, lexicon)
        yield from _wrong_amount(clause, grounds)
        plain = _SAME.sub("", clause)
        if _UNCHANGED.search(plain):
            pairs = _pairs(plain, grounds, lexicon)
            yield from (f"{name} did change" for now, before, name in pairs if abs(now - before) > _ALIKE)
        if _BY_HALF.search(plain):
            pairs = _pairs(plain, grounds, lexicon)
            yield from (f"{name} was not halved" for now, before, name in pairs if not 0.4 <= now / before <= 0.6)
        if _OTHER_FIRST.search(plain) and not _LOWER.search(plain):
            darker = comparatives_said(plain, lexicon)
            pairs = _pairs(plain, grounds, lexicon)
            yield from (f"{name} is higher now" for now, before, name in pairs if name in darker and now > before)
            continue
        rose, fell = bool(_ROSE.search(plain)), bool(_FELL.search(plain))
        if not rose and not fell and _BEFORE.search(line):
            rose, fell = bool(_HIGHER.search(plain)), bool(_LOWER.search(plain))
        if rose == fell:
            continue
        told = 1 if rose else -1
        denied = bool(_NOT.search(plain))
        for now, before, name in _pairs(plain, grounds, lexicon):
            went = (now > before) - (now < before)
            if (went == told) == denied and now != before:
                yield f"{name} is told to have gone the other way"


def _wrong_amount(clause: str, grounds: Grounds) -> Iterator[str]:
    """ "A touch faster", where it is half as fast again."""
    told = _HOW_MUCH.search(clause)
    now, before = grounds.changes.get("faster") or grounds.changes.get("slower") or (None, None)
    if told is None or not now or not before:
        return
    ratio = max(now, before) / min(now, before)
    if ratio > _SLIGHT if told["little"] else ratio < _CLEAR:
        yield "how much the tempo changed"


def _wrong_order(clause: str, grounds: Grounds, lexicon: Lexicon) -> Iterator[str]:
    """ "Slow scores higher than guitar", where it does not."""
    against = _AGAINST.search(clause)
    if against is None or _BEFORE.search(clause):
        return
    sides = [concepts_said(part, lexicon) for part in (clause[: against.start()], clause[against.end() :])]
    scores = [[held.score for name in side if (held := grounds.weak.get(name)) is not None] for side in sides]
    if len(scores[0]) == len(scores[1]) == 1 and None not in (*scores[0], *scores[1]):
        less = (against["way"] or against["verb"]).lower() in _LESSER
        first, second = scores[0][0], scores[1][0]
        if (first < second) != less and first != second:  # type: ignore[operator]
            yield "two scores are told the wrong way round"


def _pairs(clause: str, grounds: Grounds, lexicon: Lexicon) -> Iterator[tuple[float, float, str]]:
    """What the clause compares: now, before, what."""
    named = concepts_said(clause, lexicon)
    for name in sorted(named):
        held = grounds.weak.get(name)
        if held is not None and held.score is not None and held.before is not None:
            yield held.score, held.before, name
    if named & grounds.weak.keys() and not _TEMPO.search(clause):
        return
    if _TEMPO.search(clause):
        for name in ("faster", "slower"):
            now, before = grounds.changes.get(name, (None, None))
            if now is not None and before is not None:
                yield now, before, "the tempo"
