"""Numbers in a sentence, held against the evidence.

In: a line with its names masked and its numbers in digits, `Grounds`. Out: the line without the numbers, and what is
wrong.

- A number must be the one of what it is told of: seconds by what happens ("starts", "lasts", "fades"), shares and
  scores by the concept that is named, a tempo by whether it is this track's, the last one's or a limit's.
- How exact it must be depends on how it is told: "about", "nearly", "just over", "more than". Twice or half of a
  tempo is another tempo.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.reason.clauses import Subject, clauses, concepts_said, names_it
from musechat.reason.grounds import Grounds, Number, concepts_in

if TYPE_CHECKING:
    from musechat.concepts.lexicon import Lexicon
    from musechat.concepts.vocabulary import Vocabulary

_ABOUT = r"about|around|roughly|approximately|circa|some|close to|or so|in the region of"
_UNDER = (
    r"(?:just|a little|slightly|barely|a touch|a hair) (?:under|below|short of|shy of)|nearly|almost|not quite|"
    r"close on|the best part of"
)
_OVER = r"a good|well over|(?:just|a little|slightly|a bit|a touch|barely|a hair) (?:over|above|past|more than)"
_MORE = r"more than|over|above|north of|at least|upwards? of|no less than|beyond"
_LESS = r"less than|under|below|south of|not even|fewer than|at most|no more than|within"
_HOW = rf"(?P<how>(?:\b(?:{_OVER}|{_UNDER}|{_ABOUT}|{_MORE}|{_LESS}|only|a|an|the) +)*)"
_N = r"(?P<n>[-−]?\d+(?:[.,]\d+)?)"
_UNIT = r"(?: ?(?:bpm|lufs|seconds?|s\b))?"
_ORDERED = re.compile(
    rf"(?P<from>\bfrom (?P<a>[-−]?\d+(?:\.\d+)?){_UNIT} (?:up |down |on )?to (?:about |around |an even |a )?"
    rf"(?P<b>[-−]?\d+(?:\.\d+)?))|"
    rf"\bfrom (?P<a2>[-−]?\d+(?:\.\d+)?){_UNIT} \w+ (?:\w+ )?(?:down|up) to (?P<b2>[-−]?\d+(?:\.\d+)?)|"
    rf"(?:to |at |with )?(?P<c>[-−]?\d+(?:\.\d+)?){_UNIT}(?: (?:for|on) \w+)?,? "
    r"(?:after|against|instead of|rather than|not|up from|down from|"
    r"from|where the last one had) (?P<d>[-−]?\d+(?:\.\d+)?)",
    re.I,
)
_KEY = re.compile(r"\b(?P<note>[A-G])(?P<sign>[♯♭#b]| sharp|-sharp| flat|-flat)?[ -](?P<mode>major|minor)\b")
_SIGNS = {"#": "♯", "b": "♭", " sharp": "♯", "-sharp": "♯", " flat": "♭", "-flat": "♭"}
_SAME_NOTE = {"D♭": "C♯", "D♯": "E♭", "G♭": "F♯", "G♯": "A♭", "A♯": "B♭"}
_BEFORE = re.compile(
    r"\b(?:before|previous\w*|predecessor|last|former\w*|earlier|from|was|were|had|instead|against|after|rather|than|becomes?|down|up|behind|leave|then|"
    r"formerly|left of)\b",
    re.I,
)
_BY = re.compile(r"\b(?:by|gain\w*|los\w+|add\w*|drop\w*|faster|slower|difference|up|down|more|less|fewer)\b", re.I)
_LIMIT = re.compile(
    r"\b(?:limit|range|between|ask\w*|at (?:least|most)|wish\w*|want\w*|allow\w*|within|set|to|under (?:your|the))\b|–",
    re.I,
)
_BEAT = re.compile(r"\bbeats?\b|\bdownbeats?\b|\bpulse\b", re.I)
_SCORES = re.compile(r"\b0\.\d+")
_SCORED = re.compile(r"\b(?:scor\w+|probab\w+|confiden\w+|of 1|cosine|likeness)\b", re.I)

_LASTS = re.compile(
    r"\b(?:lasts|lasted|lasting|long|length|runs?|running|takes?|duration|full|entire|whole|total|"
    r"spans?|plays? for|longer|shorter|goes on)\b|\bcuts? (?:in|over|across) [\d.]",
    re.I,
)
_LONG_THING = re.compile(
    r"[\d.]+[ -](?:minutes?|seconds?|s)(?:[ -]long)? (?:\w+ )?(?P<what>clip|video|film|track|piece|song)", re.I
)
_MISSES = re.compile(r"\bmiss\w*|\boff the beat|\bfails? to\b|(?:\bnot|n['’]t) (?:on|fall|land|meet|hit)\b", re.I)
_CLIPS_OWN = re.compile(r"\b(?:clip|film|video|footage)['’]s (?:\w+ )?[\d.]+", re.I)
_HAPPENS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.I), names)
    for pattern, names in (
        (
            r"\b(?:start\w*|begins?|began|comes? in|came in|enter\w*|cue\w*|drop\w* (?:it )?in|in point|jump to|"
            r"(?:skip|go|move|jump) (?:\w+ )?to|bring\w* it in|from [\d:.]+ on|"
            r"pick\w* (?:it )?up)\b",
            ("start", "beginning"),
        ),
        (r"\b(?:minutes?|seconds?|s) in(?:to)?\b", ("start", "beginning", "hit", "lift", "leaps from")),
        (r"\byour (?:\w+ )?[\d.]+[ -](?:minutes?|seconds?|s)\b", ("duration",)),
        (
            r"\b(?:hits?|lifts?|lands?|peak\w*|rises?|takes? off|falls? on|meets?)\b",
            ("hit", "lift", "rise", "no moment"),
        ),
        (r"\b(?:downbeat|section|border|mark)\b", ("downbeat", "border", "section", "beat", "start", "hit")),
        (
            r"\bafter (?:it|the music|the track) (?:starts|begins|comes in)\b",
            ("leaps from", "lift", "hit", "own ending"),
        ),
        (r"\bfad\w+|\b(?:melts?|dies|tails?|ebbs?) (?:away|off|out)\b|\bbows? out\b", ("fade out",)),
        (r"\b(?:leap\w*|jump\w*|skip\w*|hop\w*)\b", ("leaps from", "leaps to")),
        (r"\b(?:repeat\w*|loop\w*|comes? back)\b", ("repeats from", "repeats to")),
        (r"\b(?:ending|ends at|finish\w*|stops at)\b", ("own ending", "over", "fade out")),
        (r"\b(?:speak\w*|speech|talk\w*|voice\w*|narrat\w*|dialogue|says?|saying)\b", ("speech",)),
        (r"\b(?:silen\w+|waits?|quiet until)\b", ("silence",)),
    )
)
_NAMED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.I), names)
    for pattern, names in (
        (r"likeness|similar\w*|alike|cosine", ("near the previous track", "far from the previous track")),
        (r"brightness", ("brightness",)),
        (r"saturation", ("saturation",)),
        (r"warmth", ("warmth",)),
        (r"motion|movement", ("motion",)),
        (r"correlat\w+|agreement", ("energy agreement",)),
        (r"arousal", ("arousal",)),
        (r"valence", ("valence",)),
        (r"distance", ("distance from the clip's mood",)),
    )
)
"""Words that name a measured number that is no concept's."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a number stands: its clause, what that is about, the whole line; concepts that both name."""

    clause: str
    subject: Subject
    line: str
    named: frozenset[str]
    of_line: frozenset[str]


class Numbers:
    """Checks the numbers of a line."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self._vocabulary = vocabulary
        self._lexicon = lexicon

    def check(self, line: str, grounds: Grounds) -> tuple[str, list[str]]:
        """The line with its numbers and keys blanked, and the problems."""
        problems = _swapped(line, grounds)
        of_line = frozenset(concepts_said(line, self._lexicon))
        pieces = []
        for clause, subject in clauses(line):
            named = frozenset(concepts_said(clause, self._lexicon))
            where, rest = _Place(clause, subject, line, named, of_line), clause
            for pattern, right, what in self._checks():
                rest = _judged(pattern, rest, where, grounds, right, what, problems)
            pieces.append(rest)
        return "".join(pieces), problems

    def _checks(self) -> Iterable[tuple[re.Pattern[str], _Right, str]]:
        return (*_CHECKS, (_SHARE, self._share, "a share"), (_PLAIN, self._plain, "a number"))

    def _share(self, match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
        """A share of the library, of the concept that is named; or a score told in percent."""
        shares = [n for n in grounds.numbers if n.unit.startswith("%")]
        own = [n.value for n in self._of(shares, where)]
        turned = TURNED.search(where.line)
        if turned and not _NOT_TURNED.search(where.line):
            own = [100 - value for value in own]
        scores = [
            100 * n.value for n in self._of(grounds.numbers, where) if n.unit.startswith(("score", "prob", "cos"))
        ]
        on, cuts = grounds.fit.get("cuts on beats"), grounds.looks.get("cuts")
        if isinstance(on, int | float) and cuts and re.search(r"\bcuts\b", where.clause, re.I):
            own.append(100 * on / cuts)
        told = _SCORED.search(where.line) and any(abs(_value(match) - score) <= 0.6 for score in scores)
        return bool(told) or _told(match, own, 1.0, 4.0)

    def _plain(self, match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
        said = _value(match)
        if said in (0.0, 1.0):
            return True  # "0.4 of 1", "on 0–1"
        before = match.string[: match.start("n")]
        if before.endswith("+") or (match["n"][0] in "-−" and before.endswith("(")):  # what it adds to the score
            weights = [n.value for n in grounds.numbers if n.unit == "of the score"]
            return any(abs(abs(said) - abs(weight)) < 0.006 for weight in weights)
        decimals = len(match["n"].partition(".")[2])
        known = self._of(grounds.numbers, where) if decimals and 0 < said < 1 else grounds.numbers
        slack = 0.51 if not match["how"].strip() else 3.0
        return any(abs(abs(said) - abs(round(n.value, decimals))) < 10**-decimals * slack for n in known)

    def _of(self, numbers: list[Number], where: _Place) -> list[Number]:
        """Those of what the clause names, else those of a concept that the line names and of no other; else all."""
        paired = len(_SCORES.findall(where.clause)) > 1 and _BEFORE.search(where.line)
        if not paired and not _BEFORE.search(where.clause):
            numbers = [n for n in numbers if n.subject != "previous track"]
        cued = {name for pattern, names in _NAMED if pattern.search(where.clause) for name in names}
        told = [n for n in numbers if n.name in cued] + self._of_concepts(numbers, where.named)
        if told:
            return told
        own = self._of_concepts(numbers, where.of_line)
        return [*own, *(n for n in numbers if not n.unit.startswith(("%", "score", "probability")))] if own else numbers

    def _of_concepts(self, numbers: list[Number], concepts: frozenset[str]) -> list[Number]:
        return [
            n
            for n in numbers
            if concepts_in(n.name.removeprefix("no "), self._vocabulary) & concepts
            or n.name.partition(" ")[2] in concepts
        ]


_Right = Callable[[re.Match[str], Grounds, _Place], bool]


def _judged(
    pattern: re.Pattern[str],
    clause: str,
    where: _Place,
    grounds: Grounds,
    right: _Right,
    what: str,
    problems: list[str],
) -> str:
    """The clause with every match blanked; one that is not right is a problem."""

    def judge(match: re.Match[str]) -> str:
        if not right(match, grounds, where):
            problems.append(f"{what} that is not in the evidence: {match[0].strip()!r}")
        return " " * len(match[0])

    return pattern.sub(judge, clause)


def _swapped(line: str, grounds: Grounds) -> list[str]:
    """Numbers of this track and of the last one told the wrong way round."""
    pairs = [pair for pair in grounds.changes.values() if None not in pair]
    pairs += [(held.score, held.before) for held in grounds.weak.values() if held.score and held.before]
    laid = {n.name: n.value for n in grounds.numbers if n.unit == "s"}
    pairs += [(laid[f"{how} to"], laid[f"{how} from"]) for how in ("leaps", "repeats") if f"{how} to" in laid]
    for match in _ORDERED.finditer(line):
        now, before = (
            (match["b"], match["a"])
            if match["from"]
            else (match["b2"], match["a2"])
            if match["a2"]
            else (match["c"], match["d"])
        )
        said = [float(number.replace("−", "-")) for number in (now, before)]
        if said[0] != said[1] and any(
            _near(said[0], pair[1]) and _near(said[1], pair[0]) and pair[0] != pair[1] for pair in pairs
        ):
            return [f"told the wrong way round: {match[0].strip()!r}"]
    return []


def _near(said: float, known: float | None) -> bool:
    return known is not None and abs(said - known) <= max(0.006, 0.006 * abs(known))


def _value(match: re.Match[str]) -> float:
    return float(match["n"].replace("−", "-").replace(",", "."))


def _told(match: re.Match[str], known: Iterable[float], exact: float, about: float, said: float | None = None) -> bool:
    """Whether one of the known values is what the number says, as exactly as it is told."""
    said = _value(match) if said is None else said
    how = match["how"].lower()
    low, high = said - exact, said + exact
    if re.search(_OVER, how):
        high = said + 2 * about
    elif "not even" in how:
        low = 0.6 * said
    elif re.search(_UNDER, how):
        low = said - 2 * about
    elif re.search(_ABOUT, how) or match.string[match.end() :].lower().startswith((" or so", " or thereabouts")):
        low, high = said - max(about, exact), said + max(about, exact)
    elif re.search(_LESS, how):
        low = 0.6 * said
    elif re.search(_MORE, how):
        high = max(1.4 * said, high)
    return any(low <= value <= high for value in known)


def _tempo(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    """This track's; the last one's or a limit's where the words say that it is."""
    said = _value(match) * (60 if "second" in match[0].lower() else 1)
    tempi = [n for n in grounds.numbers if n.unit == "BPM"]
    known = [n.value for n in tempi if n.subject == "track"]
    if _BEFORE.search(where.line):
        known += [n.value for n in tempi if n.subject == "previous track"]
    if _BY.search(where.line):
        known += [n.value for n in tempi if n.subject == "difference"]
    known += [n.value for n in tempi if n.subject == "other track"]
    if _told(match, known, 1.0, max(2.0, 0.04 * said), said):
        return True
    return bool(_LIMIT.search(where.line)) and _is_end(match, said, _ranges(grounds), grounds.bpm)


def _every(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    """ "A beat every half second"."""
    return grounds.bpm is not None and _value(match) > 0 and abs(60 / _value(match) - grounds.bpm) <= 0.06 * grounds.bpm


def _is_end(match: re.Match[str], said: float, ends: Iterable[float], value: float | None) -> bool:
    """Whether a limit ends at the number; "above the 130 you allowed" must be on that side of it, too."""
    how = match["how"].lower()
    high, low = re.search(_MORE, how), re.search(_LESS, how)
    wrong = value is not None and ((high and value < said - 1) or (low and value > said + 1))
    return not wrong and any(abs(said - end) <= 1.0 for end in ends)


def _ranges(grounds: Grounds) -> list[float]:
    """The ends of a limit such as "tempo 110–130 BPM"."""
    return [float(n) for name in grounds.limits if "BPM" in name for n in re.findall(r"\d+(?:\.\d+)?", name)]


def _loudness(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    unit = match["unit"].upper()
    known = [abs(n.value) for n in grounds.numbers if n.unit == unit or (unit == "DB" and n.unit in ("LU", "LUFS"))]
    return _told(match, known, 0.6, 0.8 if unit == "LU" else 1.5, abs(_value(match)))


def _clock(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    said = 60 * int(match["m"]) + float(match["s"])
    return any(abs(said - value) <= 1.0 for value in _seconds_of(grounds, where))


def _first_seconds(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    """What is skipped at the track's beginning; or what is heard, where it starts there."""
    start = grounds.fit.get("start")
    if not isinstance(start, int | float) or where.subject == "clip":
        return _seconds(match, grounds, where)
    said = _value(match) * (60 if "minute" in match[0].lower() else 1)
    skipped = re.search(r"skip|leav|left out|pass|cut|unused|without|drop", where.line, re.I)
    return abs(said - start) <= max(1.0, 0.06 * said) if skipped else start <= 1.0


def _seconds(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    said = _value(match)
    return _told(match, _seconds_of(grounds, where), max(1.0, 0.01 * said) if said > 5 else 0.6, max(1.5, 0.06 * said))


def _minutes(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    said = 60 * _value(match) + float(match["more"] or 0)
    exact, about = (1.5, 4.0) if match["more"] else (min(10.0, max(1.5, 0.12 * said)), max(3.0, 0.12 * said))
    return _told(match, _seconds_of(grounds, where), exact, about, said)


def _milliseconds(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    return _plain_value(_value(match), grounds)


def _seconds_of(grounds: Grounds, where: _Place) -> list[float]:
    """The seconds that a clause may tell, by what it says happens; all where it does not say."""
    known = [n for n in grounds.numbers if n.unit == "s"]
    known += [Number("s", n.value, "limit") for n in grounds.numbers if n.unit == "" and " s" in n.name]
    names = set(_happening(where.clause, where.subject))
    if not names and where.subject == "clip" and not names_it(where.clause):
        return [n.value for n in known if n.subject == "clip"]
    names = names or set(_happening(where.line, where.subject))
    if not names:
        return [n.value for n in known]
    if _LIMIT.search(where.line) and re.search(r"limit|allow|ask|at most|at least", where.line, re.I):
        names.add("limit")
    return [n.value for n in known if n.name in names or (n.name.startswith("length ") and "limit" in names)]


def _happening(text: str, subject: Subject) -> Iterator[str]:
    """The names of facts whose seconds the words may tell."""
    for pattern, names in _HAPPENS:
        if pattern.search(text):
            yield from names
    if _CLIPS_OWN.search(text):
        yield "duration"
    thing = _LONG_THING.search(text)
    if thing is not None:
        yield "duration" if thing["what"].lower() in ("clip", "video", "film") else "length"
    elif _LASTS.search(text):
        yield from ("duration",) if subject == "clip" else ("length",) if subject == "track" else ("length", "duration")


def _cuts(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    """How many there are; how many fall on beats where beats are spoken of."""
    text = match["n"].lower()
    said = {"no": 0.0, "a single": 1.0, "one": 1.0}.get(text, -1.0)
    said = _value(match) if said < 0 else said
    on = _on_beat(grounds, where)
    if on is not None and "chance" in where.line.lower():
        return said in (on, *_by_chance(grounds))
    if on is not None and _BEAT.search(where.line):
        return said == on or said == grounds.looks.get("cuts")
    return said == grounds.looks.get("cuts")


def _on_beat(grounds: Grounds, where: _Place) -> float | None:
    """How many cuts fall on beats, or miss them where the clause speaks of those."""
    on, cuts = grounds.fit.get("cuts on beats"), grounds.looks.get("cuts")
    if not isinstance(on, int | float) or cuts is None:
        return None
    return cuts - on if _MISSES.search(where.clause) else float(on)


def _cuts_on(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    if re.search(r"\b(?:chance|luck)\b", where.line, re.I):
        return _chance(match, grounds, where)
    return _value(match) == (_on_beat(grounds, where) if _BEAT.search(where.line) else grounds.looks.get("cuts"))


def _cut_rate(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    """ "40 cuts a minute", "a cut every three seconds"."""
    cuts, seconds = grounds.looks.get("cuts"), grounds.looks.get("duration")
    if not cuts or not seconds:
        return False
    said = _value(match) if "minute" in match[0].lower() else 60 / max(_value(match), 0.01)
    about = re.search(_ABOUT, match[0], re.I) is not None
    return abs(said - 60 * cuts / seconds) <= (0.12 if about else 0.04) * said


def _by_chance(grounds: Grounds) -> list[float]:
    return [n.value for n in grounds.numbers if n.name == "cuts on beats by chance"]


def _chance(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    """ "Luck would put four on a beat"."""
    return _value(match) in _by_chance(grounds)


def _all_but(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    cuts, on = grounds.looks.get("cuts"), grounds.fit.get("cuts on beats")
    return cuts is not None and on is not None and on == cuts - _value(match)


def _all_cuts(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    said = _value(match)
    on_beats = not _BEAT.search(where.line) or grounds.fit.get("cuts on beats") == said
    return on_beats and said == grounds.looks.get("cuts")


def _some_of(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    """ "Nine of the twelve cuts", "four cuts in five", "19 of 20 such calls"."""
    part, whole = float(match["part"]), float(match["whole"])
    if whole == 1:
        return _plain_value(part, grounds)
    on, cuts = _on_beat(grounds, where), grounds.looks.get("cuts")
    if "cut" in where.line and on is not None and cuts and whole:
        return part / whole == on / cuts
    return any(
        n.value == part and any(o.name == n.name and o.unit == "" and o.value == whole for o in grounds.numbers)
        for n in grounds.numbers
        if n.unit.startswith("of ")
    )


def _plain_value(said: float, grounds: Grounds) -> bool:
    return said in (0.0, 1.0) or any(n.value == said for n in grounds.numbers)


def _key(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    note = match["note"] + _SIGNS.get(match["sign"] or "", match["sign"] or "")
    have, _, mode = (grounds.key or "").partition(" ")
    return (_SAME_NOTE.get(have, have), mode) == (_SAME_NOTE.get(note, note), match["mode"])


def _mode(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    return (grounds.key or "").endswith(match[1].lower())


def _decade(match: re.Match[str], grounds: Grounds, where: _Place) -> bool:
    return grounds.names.get("year", "")[:3] == match[1][:3]


TURNED = re.compile(
    r"(?:%|percent|per cent)(?: of)?(?: \w+){0,3} (?:scores?|ranks?|stands?|lies|lie|is|are|sits?|come|comes) "
    r"(?:\w+ )?(?:higher|above|ahead|better|nearer)|"
    r"(?:%|percent|per cent)(?: of)?(?: \w+){0,3} (?:ha(?:ve|s)|get|gets|got|earns?|shows?) (?:a |an )?(?:\w+ )?"
    r"(?:higher|better|greater|stronger|bigger)|"
    r"(?:%|percent|per cent)(?: of)?(?: \w+){0,3} (?:do|does|fare|fares|go|goes|perform\w*) (?:better|higher)|"
    r"(?:%|percent|per cent)(?: of)?(?: \w+){0,3} (?:outscores?|beats?|tops?|outranks?) it|"
    r"(?:%|percent|per cent)(?: of)?(?: \w+){0,3} (?:is|are) (?!further|farther|lower|smaller|weaker|less)\w+er\b|"
    r"\b(?:below|behind|lower than|less than|under) (?:\w+ ){0,2}[\d.]+ ?%",
    re.I,
)
"""Words by which a share counts from the other end: "18 % of your library score higher"."""
_NOT_TURNED = re.compile(r"ranks? below|scores? lower|stand below|lie below", re.I)
_SHARE = re.compile(rf"{_HOW}{_N} ?(?:%|percent|per cent)", re.I)
_PLAIN = re.compile(rf"{_HOW}(?<!\w){_N}(?!\w)", re.I)
_CHECKS: tuple[tuple[re.Pattern[str], _Right, str], ...] = (
    (_KEY, _key, "a key"),
    (re.compile(r"\b(?:a |the )?(major|minor)(?: key| mode| tonality)?\b"), _mode, "a mode"),
    (re.compile(r"\b((?:19|20)\d)0['’]?s\b"), _decade, "a decade"),
    (
        re.compile(
            rf"{_HOW}{_N}(?:[ -]?bpm\b| (?:\w+ )?beats (?:per|a|each|every|to the|to a) (?:minute|second))", re.I
        ),
        _tempo,
        "a tempo",
    ),
    (
        re.compile(rf"\btempo (?:of |at |is |sits at )?{_HOW}{_N}(?!\w|[:.]\d| ?(?:%|s|seconds?)\b)", re.I),
        _tempo,
        "a tempo",
    ),
    (re.compile(rf"{_HOW}{_N} ?(?P<unit>lufs|lu|db)\b", re.I), _loudness, "a loudness"),
    (re.compile(r"(?P<m>\d{1,3}):(?P<s>\d\d(?:\.\d)?)"), _clock, "a time"),
    (re.compile(rf"\bbeats? every {_HOW}{_N} seconds?\b", re.I), _every, "a tempo"),
    (re.compile(rf"{_HOW}{_N} cuts (?:a|per|each|every) minute\b", re.I), _cut_rate, "a rate of cuts"),
    (re.compile(rf"\bcuts? (?:about |roughly )?every {_HOW}{_N} seconds?\b", re.I), _cut_rate, "a rate of cuts"),
    (re.compile(rf"\bfirst {_HOW}{_N}[ -](?:minutes?|seconds?)\b", re.I), _first_seconds, "a time"),
    (re.compile(rf"{_HOW}{_N}[ -]?(?:ms|milliseconds?)\b", re.I), _milliseconds, "a time"),
    (
        re.compile(rf"{_HOW}{_N}[ -]min(?:ute)?s?(?:,? (?:and )?(?P<more>\d+)(?: sec(?:ond)?s?| s)?)?(?![\w])", re.I),
        _minutes,
        "a time",
    ),
    (re.compile(rf"{_HOW}{_N}(?:[ -]?(?:seconds?|secs?)| s)\b", re.I), _seconds, "a time"),
    (
        re.compile(
            r"\b(?:chance|luck)(?: \w+){0,2} (?:would|gives?|gave|yields?|could|puts?|gets?|got|manages?)"
            r"(?: \w+){0,3}? (?P<n>\d+)\b",
            re.I,
        ),
        _chance,
        "a count of cuts",
    ),
    (re.compile(r"\ball (?:\w+ ){0,2}cuts except (?P<n>\d+)", re.I), _all_but, "a count of cuts"),
    (
        re.compile(r"\ball (?:of )?(?:the |your |its )*(?P<n>\d+)(?: of (?:the|your))? cuts", re.I),
        _all_cuts,
        "a count of cuts",
    ),
    (
        re.compile(
            r"(?<![\d.,])(?P<part>\d+) (?:(?:of )?(?:the |your )?cuts )?"
            r"(?:out of|of|in) (?:the |your |its |all |such )*(?P<whole>\d+)"
            r"(?![\d.:]| ?(?:seconds?|minutes?|s|bpm|%)\b)(?: cuts)?",
            re.I,
        ),
        _some_of,
        "a count",
    ),
    (re.compile(r"\b(?P<n>\d+) of (?:the|your|its) (?:\w+ )?cuts\b", re.I), _cuts_on, "a count of cuts"),
    (re.compile(r"\b(?P<n>no|a single|one|\d+) (?:hard |quick |clean )?cuts?\b", re.I), _cuts, "a count of cuts"),
)
