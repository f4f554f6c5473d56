"""Limits that a message takes back: "any tempo is fine", "forget the length", "with or without vocals".

In: tokens, and which of them are part of a name. Out: `Lift`s in order.

- "Drop the tempo" asks for slower music and "drop the vocals" for none: those need the word "limit" to lift one.
- "The vocals are fine" praises what was heard; "vocals are fine" allows them.
- Every pattern is bounded in each repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from musechat.concepts.tokens import Token
from musechat.core.request import Lifted

_SUBJECTS: dict[Lifted, str] = {
    "tempo": "tempos?|bpm|speed|pace|how fast",
    "duration": "lengths?|duration|how long",
    "vocals": "vocals?|voices|singing|singers?|lyrics",
    "licence": "licen[cs]es?(?! free)|licensing",
    "artist": "artists?|bands?|musicians?",
    "hit": "(?:(?:beat |bass )?drops?|hit ?points?|hits?|lift|climax|chorus|build ?up)",
}
_SUBJECT_WORDS = frozenset(
    "tempo tempos bpm speed pace fast length lengths duration long minute minutes second seconds vocal vocals voices "
    "singing singer singers lyrics licence licences license licenses licensing artist artists band bands musician "
    "musicians anyone anybody drop drops hit hits hitpoint lift climax chorus build buildup".split()
)
_LIMIT = "(?:limits?|restrictions?|constraints?|requirements?|range|filter)"
_FINE = "(?:ok|okay|fine|good|alright|all right|allowed|acceptable)"
_PERMITTED = f"(?:(?:is|are|'s|would be|will be) (?:also |now |totally )?{_FINE}|works?|will do|'ll do|goes)"
_FORGET = (
    "(?:forget|ignore|disregard|never mind|regardless of|no matter|no preference (?:on|for|about)|"
    "(?:do|does) not (?:really )?(?:care|mind|matter))"
)
_DROP = (
    "(?:drop|lift|remove|scrap|lose|cancel|clear|ditch|skip|relax|forget(?: about)?|no more|no|without(?: any| a)?|"
    "get rid of)"
)
_OPENING = "(?:^|(?<=[,.;:!?] ))(?:(?:and|but|so|ok|okay|now|then|actually|well|also|yes|some|sorry) ){0,3}"
_OWN: dict[Lifted, str] = {
    "duration": rf"{_DROP} (?:(?:the|that|my) )?(?:\d+ )?(?:minutes?|seconds?|time) {_LIMIT}",
    "vocals": (
        rf"with or without (?:any )?(?:{_SUBJECTS['vocals']})|(?:{_SUBJECTS['vocals']}) or (?:no vocals|no voices|not)|"
        rf"{_OPENING}(?:{_SUBJECTS['vocals']}) (?:(?:is|are) )?(?:also |now )?{_FINE}|"
        rf"(?:{_SUBJECTS['vocals']}) (?:is|are) {_FINE} again"
    ),
    "artist": "(?:by|from) (?:anyone|anybody)",
    "hit": rf"(?:{_DROP}|no longer need) (?:(?:the|that|my|any) )?(?:hit ?points?|sync ?points?)",
}
_NEGATED = re.compile(r"\b(?:no|not|without|never|nor|neither|hardly|avoid|hate|less|nothing)\b")
_LOOK_BACK = 80


@dataclass(frozen=True, slots=True)
class Lift:
    """Tokens `start`..`end` take back `limit`, one of `core.request.Lifted`."""

    start: int
    end: int
    limit: Lifted


def _pattern(limit: Lifted) -> re.Pattern[str]:
    subject = f"(?:{_SUBJECTS[limit]})"
    wanted = "" if limit in ("vocals", "hit") else "?"  # "do you have any vocals" lifts nothing
    forms = (
        rf"(?P<any>any (?:kind of |sort of )?{subject}(?: {_PERMITTED}){wanted})",
        rf"{_FORGET} (?:(?:about|the|my|any|which|what) ){{0,3}}{subject}(?: {_LIMIT})?",
        rf"{_DROP} (?:(?:the|that|my|any) )?(?:\d+ )?{subject} {_LIMIT}|no {_LIMIT} (?:on|to|for) (?:the )?{subject}",
        rf"{subject}(?: {_LIMIT})? (?:(?:do|does) not (?:really )?matter|can be anything|"
        rf"(?:is|are) (?:not (?:really |so |that )?important|irrelevant|unimportant|flexible|up to you))",
    )
    own = f"|{_OWN[limit]}" if limit in _OWN else ""
    return re.compile(rf"(?<!\S)(?:{'|'.join(forms)}{own})(?!\S)")


_PATTERNS = {limit: _pattern(limit) for limit in _SUBJECTS}


def find_lifts(tokens: Sequence[Token], named: frozenset[int]) -> list[Lift]:
    """All lifts of a message, none overlapping. `named`: the tokens that belong to names."""
    if not any(token.word in _SUBJECT_WORDS for token in tokens):
        return []
    words = ["_" if i in named else token.word.replace(" ", "_") for i, token in enumerate(tokens)]
    lifts: list[Lift] = []
    for lift in sorted(_found(" ".join(words)), key=lambda lift: (lift.start, -lift.end)):
        if not lifts or lift.start >= lifts[-1].end:
            lifts.append(lift)
    return lifts


def _found(text: str) -> Iterator[Lift]:
    for limit, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            before = re.split(r"[,.;:!?] | (?:and|but) ", text[max(0, match.start() - _LOOK_BACK) : match.start()])[-1]
            if match["any"] is None or not _NEGATED.search(before):  # "without any tempo changes"
                start = text.count(" ", 0, match.start())
                yield Lift(start, start + match.group().count(" ") + 1, limit)
