"""Names in a sentence: hidden behind placeholders, and held against the roles that the evidence gives them.

In: a sentence, `Grounds`. Out: the line with "Qtitle", "Qartist", "Qalbum", "Qbarred" or "Qmention" for its names, and
what is wrong.

- A track called "Happy Female Vocals 128 BPM" must assert nothing; its name must still stand in its role.
- A name made of ordinary words counts only as it is written: "an indie rock song" is not by Indie Rock.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from musechat.concepts.tokens import words
from musechat.reason.clauses import NEGATION, behind
from musechat.reason.neutral import neutral_words

if TYPE_CHECKING:
    from musechat.reason.grounds import Grounds

_MASKS = {"title": "Qtitle", "artist": "Qartist", "album": "Qalbum"}
_CAPITAL = re.compile(r"(?<![.!?…:“\"] )(?<!^)(?<![“\"])\b[A-Z][\w'’&-]*")
_FREE_CAPITALS = re.compile(r"I(?:['’]\w+)?|BPM|LUFS|LU|CC|BY|SA|NC|ND|CC0|[A-G]|EBU|R|OK|Q\w+(?:['’]s)?|\d\w*")
QUOTED = re.compile(r"[“\"]([^”\"]*)[”\"]")
_ROLE = re.compile(
    r"\b(by|from|off|artist|band|album|titled|called|track|song)(?: the (?:album|artist|band|group|act))? [“\"]?Q(\w+)"
)
_ALLOWED_ROLES = {
    "by": {"artist", "mention", "other artist", "barred"}, "artist": {"artist", "other artist", "mention"},
    "band": {"artist"}, "off": {"album"}, "album": {"album"}, "titled": {"title"}, "called": {"title", "mention"},
    "track": {"title"}, "song": {"title"}, "from": {"album", "artist", "mention", "barred"},
}  # fmt: skip
_TERMS = {"BY": "Attribution", "SA": "ShareAlike", "NC": "NonCommercial", "ND": "NoDerivatives"}
_SOUNDTRACK = re.compile(r" \(?(?:original )?(?:soundtrack|score)\)?$| \([^)]*\)$", re.I)
"""What is left out where an album's name is told in short."""
_SURNAME = 5
"""Letters from which on a later word of an artist's name may stand for the artist."""
_CALLED = {
    "title": "title", "titled": "title", "track": "title", "song": "title", "piece": "title",
    "artist": "artist", "band": "artist", "album": "album", "record": "album", "release": "album", "tune": "title",
    "people who made": "artist", "person who made": "artist", "ones who made": "artist", "outfit": "artist",
}  # fmt: skip
_ROLES = "|".join(_CALLED)
_IS_ROLE = re.compile(
    rf"[“\"]?Q(?P<q>\w+)[”\"]?,? (?:(?:is|was) (?:the|its|an?) (?P<role>{_ROLES})\b(?! (?:by|called|from|of|title))"
    rf"|(?:is|was|are|were) (?:the|this) (?P<role4>{_ROLES})['’]s (?:name|title)"
    r"|(?:is|was) (?:what|how) (?:the|this) (?P<role5>track|song|tune|album|record|artist|band) (?:is|goes by|calls)"
    rf"|(?:(?:is|was|are|were|being) )?(?:the|its) (?P<role3>{_ROLES})(?=[.,;!?]|$| (?:it|this|that|which)\b))|"
    rf"\b(?P<role2>{_ROLES})(?: is|:)(?: called| named)? [“\"]?Q(?P<q2>\w+)",
    re.I,
)
_GENRE_OF = re.compile(r"\b(?:genre|kind|type) (?:of|called|is|named) [“\"]?Q(?:artist|album|title)")
_LEFT_OUT = re.compile(
    r" (?:is|was|stays|has been|remains) (?:out|left out|excluded|avoided|absent|barred|off)\b", re.I
)
_ARTIST = re.compile(r"\b(?:artist|band|musician|act)(?: \w+)? $")
_BY_TITLE = re.compile(r"Qtitle[”\"]?,? by (?!Qartist|Qmention)")


def masked(text: str, grounds: Grounds, plain: Callable[[tuple[str, ...]], bool]) -> str:
    """Names as placeholders, longest first; a name of one or two letters only where it is quoted or follows "by".

    `plain`: whether every one of some words is an ordinary word here; such a name counts only as it is written.
    """
    found = [(name, _MASKS[role]) for role, name in grounds.names.items() if role in _MASKS]
    found += [
        (part, "Qartist")
        for part in grounds.names.get("artist", "").split()[1:]
        if len(part) >= _SURNAME and not plain(words(part))
    ]
    found += [(name, "Qbarred") for name in grounds.barred]
    found += [(name, "Qmention") for role, name in grounds.names.items() if role not in _MASKS]
    found += [(name, "Qmention") for name in grounds.mentions if name]
    found += [(_SOUNDTRACK.sub("", grounds.names.get("album", "")), "Qalbum")]
    found += [(way, "Qmention") for way in _licence_ways(grounds.names.get("licence", ""))]
    line = text
    for name, mask in sorted(filter(lambda pair: pair[0], found), key=lambda pair: -len(pair[0])):
        line = _mask_one(line, name.strip().replace("’", "'"), mask, exact=plain(words(name)))
    return line


def _licence_ways(licence: str) -> tuple[str, ...]:
    """Ways to write a licence: "CC BY-SA 3.0", "CC BY-SA", "Creative Commons BY-SA 3.0"."""
    ways = (licence, licence.rpartition(" ")[0])
    plain = tuple(re.sub(r"^CC ", "Creative Commons ", way) for way in ways if way.startswith("CC "))
    long = tuple(re.sub(r"\b(?:BY|SA|NC|ND)\b", lambda match: _TERMS[match[0]], way) for way in plain)
    number = licence.rpartition(" ")[2]
    return (*ways, *plain, *long, *((f"version {number}",) if number[:1].isdigit() else ()))


def _mask_one(line: str, name: str, mask: str, exact: bool) -> str:
    written = _written(name)
    quoted = re.compile(rf"([“\"'‘])({written})([.,]?[”\"'’])", re.I)
    line = quoted.sub(lambda m: f"“{mask}”", line)
    if mask in ("Qmention", "Qbarred"):
        return re.sub(rf"(?<![\w“]){written}(?!\w)", mask, line) if len(name) > 3 else line
    if mask == "Qartist":
        line = re.sub(rf"\b(by|artist|band|from) {written}(?!\w)", rf"\1 {mask}", line, flags=0 if exact else re.I)
    cased = re.I if len(name) > 6 and not name.islower() and not exact else 0
    ordinary = name.islower() and len(name) < 4
    return line if ordinary else re.sub(rf"(?<![\w“]){written}(?!\w)", mask, line, flags=cased)


def _written(name: str) -> str:
    """A pattern for the name; one in small letters may be written with capitals."""
    if name.islower():
        return re.sub(r"\b([a-z])", lambda match: f"[{match[1]}{match[1].upper()}]", re.escape(name))
    return f"(?:{re.escape(name)}|{re.escape(name[:1].upper() + name[1:])})"


def wrong_names(line: str, grounds: Grounds) -> list[str]:
    """Quoted or capitalised words that are no name of the evidence, and names in a role that is not theirs."""
    problems = []
    for match in QUOTED.finditer(line):
        inside = match[1].strip(" .,!?")
        if inside not in ("Qtitle", "Qmention", "Qalbum", "Qartist", "Qbarred"):
            problems.append(f"a name that is not in the evidence: {inside!r}")
    bare = QUOTED.sub("Qx", line)
    problems += [
        f"a name that is not in the evidence: {match[0]!r}"
        for match in _CAPITAL.finditer(bare)
        if not _FREE_CAPITALS.fullmatch(match[0]) and match[0].lower() not in neutral_words()
    ]
    problems += [
        f"the {match[2]} is told as what it is not"
        for match in _ROLE.finditer(line)
        if not _roles(match[2], grounds) & _ALLOWED_ROLES[match[1]]
        and not (match[2] == "artist" and line.startswith(("'s", "’s"), match.end()))  # "off Ann's First Album"
        and not (match[1] == "called" and match[2] == "artist" and _ARTIST.search(line[: match.start()]))
    ]
    for match in _IS_ROLE.finditer(line):
        name = match["q"] or match["q2"]
        role = _CALLED[next(match[f"role{n}"] for n in ("", 2, 3, 4, 5) if match[f"role{n}"]).lower()]
        if name not in ("mention", "barred", "x") and role not in _roles(name, grounds):
            problems.append(f"the {name} is told as the {role}")
    if _BY_TITLE.search(line):
        problems.append("an artist that is not in the evidence")
    if _GENRE_OF.search(line):
        problems.append("a name told as a genre")
    problems += [
        "somebody who was to be left out"
        for match in re.finditer("Qbarred", line)
        if not NEGATION.search(behind(line, match.start(), 30)) and not _LEFT_OUT.match(line, match.end())
    ]
    return problems


def _roles(role: str, grounds: Grounds) -> set[str]:
    """All that a name is: a track may be called as its album or its artist."""
    name = grounds.names.get(role, "")
    return {role} | {other for other, text in grounds.names.items() if name and text.casefold() == name.casefold()}
