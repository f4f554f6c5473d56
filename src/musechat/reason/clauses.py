"""A sentence in clauses, and what each is about.

In: a line with its names masked. Out: clauses with "clip", "track", "both", or "either" where nothing says.

- The last noun that says so decides; "your" is about the clip unless it is about what was asked or owned, "it" is the
  track. What stands before any of these, or after both, is about either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from musechat.concepts.spans import annotate

if TYPE_CHECKING:
    from musechat.concepts.lexicon import Lexicon

Subject = Literal["clip", "track", "both", "either"]

_SEEN = r"clips?|pictures?|footage|videos?|films?|screen|images?|frames?|visuals?|scenes?|shots?|cuts|reel|edit|montage"
_YOURS = (
    r"library|collection|catalogue|tracks?|songs?|range|limits?|requests?|wish\w*|taste|words?|hit|ears?|pick|choice|music|"
    r"previous|last|earlier|liking|answer|ask\w*|own|condition|filter|rule"
)
"""What is the user's and not the clip's."""
_CLIP = re.compile(
    rf"\b(?:{_SEEN}|you show)\b(?!['’]s (?:mood|pace|own))|\byour\b(?! (?:[\w-]+ ){{0,2}}(?:{_YOURS})\b)", re.I
)
_TRACK = re.compile(
    r"\b(?:tracks?|music|songs?|tunes?|pieces?|tagger|Qtitle|Qartist|sounds?|cut by|number by|pick|recording|single|"
    r"composition)\b",
    re.I,
)
_HERE = re.compile(r"\b(?:here|there|one side|other side)\b(?! (?:is|are|was))", re.I)
_IT = re.compile(r"(?<!in )(?<!of )(?<!on )\b(?:it|its|this)\b", re.I)
_CLAUSE = re.compile(
    r";|:(?!\d)|[.!?] (?=[A-Z])| and (?=\d+ ?%)"
    r"| and (?=(?:the|your) (?:track|music|song|piece|clip|picture|footage|video)\b)(?!.*\bboth\b)"
    r"| and (?=(?:then |it )?(?:lasts|runs|starts|ends|fades|takes|plays|comes|leaps|jumps)\b)"
    r"|,? (?:while|whereas|where|but|against|beside|next to|meets?|joins?)\b"
    r"|,? (?:together with|alongside|paired with|coupled with|accompan\w+)\b"
    rf"| (?:for|under|with) (?:a|the|your) (?=(?:[\w-]+ ){{0,3}}(?:{_SEEN}|0\.5 minutes|[\d.]+ seconds)\b)"
    r"|, (?:and|so|as|just|which|the music|the track|the picture|your clip)\b|, ",
    re.I,
)
_TERSE = 3
"""Words up to which a clause without a noun of its own need not be about what the last one was."""
_TOLD_AFTER = re.compile(r"[:;—–-]\W*(?:that|this|such|so)\b", re.I)
NEGATION = re.compile(
    r"\b(?:no|not|without|never|lacks?|free of|nothing|isn['’]t|doesn['’]t|hasn['’]t|don['’]t|aren['’]t|wasn['’]t|"
    r"minus|none|nobody|neither|nor|rather than|instead of|far from|hardly|barely|scarcely)\b",
    re.I,
)


def clauses(line: str) -> Iterator[tuple[str, Subject]]:
    """Pieces of a line with what each is about."""
    places = [0, *(match.start() for match in _CLAUSE.finditer(line) if match.start()), len(line)]
    pieces = [line[start:end] for start, end in pairwise(places)]
    said = [_said(piece) for piece in pieces]
    first = next((i for i, subject in enumerate(said) if subject), None)
    subject: Subject = "either"
    if first is not None and _TOLD_AFTER.match(pieces[first]):  # "Bright and cool: that is your clip."
        subject = said[first] or "either"
    for piece, own in zip(pieces, said, strict=True):
        terse = subject == "clip" and len(piece.split()) <= _TERSE  # "dark pictures, loud metal"
        subject = own or ("either" if subject == "both" or terse else subject)
        if subject == "either" and own is None and _IT.search(piece):
            subject = "track"
        yield piece, "either" if own is None and _HERE.search(piece) else subject


def behind(text: str, place: int, characters: int = 40) -> str:
    """About so many characters before a place, in whole words: of "techno" no "no" may be left."""
    start = max(0, place - characters)
    while 0 < start < place and text[start - 1].isalnum() and text[start].isalnum():
        start += 1
    return text[start:place]


def names_it(clause: str) -> bool:
    """Whether a clause speaks of "it", which is the track."""
    return bool(_IT.search(clause))


def names_both(line: str) -> bool:
    """Whether a line speaks of the clip and of the track."""
    return bool(_CLIP.search(line)) and bool(_TRACK.search(line) or _IT.search(line))


def _said(clause: str) -> Subject | None:
    clip, track = _CLIP.search(clause), _TRACK.search(clause)
    if clip and track:
        return "both"
    return "clip" if clip else "track" if track else None


def concepts_said(text: str, lexicon: Lexicon) -> set[str]:
    """The concepts of the vocabulary that a text names."""
    spans = annotate(text, lexicon, {}).spans
    return {name for span in spans if span.kind in ("concept", "comparative", "lacks") for name in span.names}


def comparatives_said(text: str, lexicon: Lexicon) -> set[str]:
    """Those that it names by a comparative ("darker")."""
    return {name for span in annotate(text, lexicon, {}).spans if span.kind == "comparative" for name in span.names}
