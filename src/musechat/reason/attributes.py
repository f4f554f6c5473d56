"""Attributes in a sentence, held against the evidence: concepts, moods, looks, comparisons.

In: a line with names and right numbers gone, `Grounds`. Out: the line without what was found right, and what is wrong.

- A clause is about the clip, the track or both, by the last noun that says so; the track where none does.
- What is strong may be said outright; what is weak only together with words that say so (a score, a wish, the library),
  and in its direction: what scores low is not told as plenty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.concepts.lexicon import lexicon_of
from musechat.concepts.spans import Span, annotate
from musechat.concepts.vocabulary import superlatives
from musechat.reason.clauses import NEGATION, Subject, behind, clauses, names_both
from musechat.reason.directions import goes_somewhere
from musechat.reason.grounds import Grounds, Held
from musechat.reason.numbers import TURNED

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary

_WEAK = re.compile(
    r"\b(?:scor\w+|stand\w*|above|below|outscor\w+|ask\w*|wish\w*|want\w*|library|collection|tracks|compromise|short|"
    r"more|less|higher|lower|kept|keeps?|keeping|holds?|held|lean\w*|tagger\w*|tag\w*|lik\w+|loved|limit|percent|"
    r"against|after|before|instead|beats?|rank\w*|rates?|rated|nearer|leads?|counted|counts|points|give up|of 1|"
    r"match\w*|"
    r"answers?|los\w+|ahead|behind|side|request\w*|respect\w*|pass\w*|[+]|little|much|low|high|strong\w*|leading|tops)\b|%|[+]",
    re.I,
)
_LOW = re.compile(
    r"\b(?:short|compromise|only|sorry|little|low|lower|less|isn['’]t|not|lacks?|hardly|barely|weak|"
    r"gives? up|suffers)\b",
    re.I,
)
_MORE = re.compile(r"\b(?:more|higher|stronger|up|raised?|increas\w+|further)\b", re.I)
_LESS = re.compile(r"\b(?:less|lower|fewer|down|reduc\w+|decreas\w+|weaker)\b", re.I)


@dataclass(frozen=True, slots=True)
class Scale:
    """What a word means in numbers: a measured value of clip or track that lies from `low` up to `high`."""

    of: str
    low: float = -10.0
    high: float = 1e9

    def holds(self, value: float | None) -> bool:
        """Whether the word may be said of `value`."""
        return value is not None and self.low <= value < self.high


_B, _S, _W, _M = "brightness", "saturation", "warmth", "motion"
LOOKS: dict[str, tuple[Scale, ...]] = {
    **dict.fromkeys(("dark", "darker"), (Scale(_B, 0, 0.3),)),
    **dict.fromkeys(("dim", "dimly", "dimmer", "shadowy", "dusky"), (Scale(_B, 0, 0.5),)),
    **dict.fromkeys(("bright", "brightly", "well-lit", "light"), (Scale(_B, 0.5),)),
    **dict.fromkeys(("muted", "desaturated", "drab", "washed-out", "washed out", "pale"), (Scale(_S, 0, 0.2),)),
    **dict.fromkeys(("colourful", "colorful", "saturated", "vivid", "vibrant"), (Scale(_S, 0.2),)),
    **dict.fromkeys(("cool", "cold", "bluish"), (Scale(_W, 0, 0.45),)),
    **dict.fromkeys(("warm", "warmly", "golden"), (Scale(_W, 0.55),)),
    **dict.fromkeys(("static", "motionless"), (Scale(_M, 0, 0.1),)),
    **dict.fromkeys(("busy", "restless"), (Scale(_M, 0.45),)),
    **dict.fromkeys(("hectic", "frantic"), (Scale(_M, 0.6),)),
}
"""Words for pictures; phrases are in `relations.toml`."""
MOODS: dict[str, tuple[Scale, ...]] = {
    **dict.fromkeys(("calm", "calmer", "calmly", "subdued", "restful"), (Scale("arousal", -1, -0.2),)),
    **dict.fromkeys(("sleepy", "drowsy", "lethargic", "listless"), (Scale("arousal", -1, -0.4),)),
    **dict.fromkeys(
        ("hectic", "frantic", "wild", "agitated", "restless", "frenzied", "fierce"), (Scale("arousal", 0.5, 1.1),)
    ),
    **dict.fromkeys(("moderate", "middling", "medium"), (Scale("arousal", -0.2, 0.2),)),
    **dict.fromkeys(("energetic", "lively", "spirited", "animated"), (Scale("arousal", 0.2, 1.1),)),
    **dict.fromkeys(("sombre", "somber", "gloomy", "downcast", "bleak"), (Scale("valence", -1, -0.2),)),
    **dict.fromkeys(("neutral",), (Scale("valence", -0.2, 0.2),)),
    **dict.fromkeys(("pleasant", "pleasantly", "positive"), (Scale("valence", 0.2, 1.1),)),
}
TEMPI = {
    **dict.fromkeys(("fast", "quick", "brisk", "briskly", "rapid", "speedy", "uptempo"), Scale("bpm", 118)),
    **dict.fromkeys(("slow", "slowly", "unhurried", "leisurely", "sluggish"), Scale("bpm", 0, 92)),
    **dict.fromkeys(("mid-tempo", "midtempo"), Scale("bpm", 85, 125)),
    **dict.fromkeys(
        "races racing rushes rushing tears tearing gallops galloping hurtles sprints sprinting speeds speeding".split(),
        Scale("bpm", 118),
    ),
    **dict.fromkeys(
        "ambles ambling crawls crawling plods plodding strolls strolling saunters sauntering drifts drifting".split(),
        Scale("bpm", 0, 104),
    ),
    **dict.fromkeys(("loud", "loudly"), Scale("lufs", -11)),
    **dict.fromkeys(("quiet", "quietly", "soft", "softly"), Scale("lufs", -99, -16)),
}
_WAYS = {"more": 1, "less": -1}
COMPARED = {"faster": 1, "quicker": 1, "slower": -1, "louder": 1, "quieter": -1, "softer": -1,
            "slows": -1, "slowed": -1}  # fmt: skip
_OPPOSITE = {"faster": "slower", "slower": "faster", "louder": "quieter", "quieter": "louder"}
_SAME_CHANGE = {"quicker": "faster", "softer": "quieter", "slows": "slower", "slowed": "slower"}
_COMPARATIVES = {"fast": "faster", "slow": "slower", "loud": "louder", "quiet": "quieter"}
_POSITIVES = {comparative: plain for plain, comparative in _COMPARATIVES.items()}
_FREE_WORDS = {
    "beat", "beats", "energy", "tempo", "loudness", "opener", "credits", "light", "lighting", "hard", "clean",
    "beautiful", "beautifully", "lovely", "smoothly", "background", "drive", "quiet", "more prominent",
    "brightness", "saturation", "warmth",
}  # fmt: skip
_LITTLE = re.compile(r"\bscor|\blittle\b|\blow\b|\bmuch\b|%|\bafter\b|\bagainst\b", re.I)
"""What tells an absence as the low score that it is."""
_SCORES_LOWER = re.compile(r"\bscor\w+ lower\b", re.I)
"""What the rest of the library does."""
_UNCHANGED = re.compile(r"\b(?:not|n['’]t)\b.*?\b(higher|more|lower|less)\b", re.I)


_SEVERAL = r"\b(?:[2-9]|1\d|several|a pair of|a couple of)"
"""Nobody counts instruments."""
_SCORE = re.compile(r"\b0\.\d")
_ASKED = re.compile(r"\b(?:asked|want\w*|wish\w*)\b", re.I)
_LIBRARY = re.compile(r"\b(?:library|collection|catalogue|tracks|you own)\b|%", re.I)
_PARTLY = re.compile(r"\b(?:some|a (?:bit|little|part|share)|part|much)(?: of)?(?: the| its)? $", re.I)
_GONE = re.compile(
    r" (?:is|are|has been|have been|was|were) (?:gone|missing|absent|left out|removed|dropped|lost|out|off)\b", re.I
)


class Attributes:
    """Checks the attributes of a line."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lexicon = lexicon_of(vocabulary)

    def check(self, line: str, grounds: Grounds, told: str) -> tuple[str, list[str]]:
        """The line with the words that were judged blanked, and what is wrong. `told`: the line before any blanking."""
        problems: list[str] = []
        weak = bool(_WEAK.search(told) or _SCORE.search(told)) or goes_somewhere(told)
        pieces: list[str] = []
        for clause, subject in clauses(line):
            about: tuple[Subject, ...] = ("track", "clip") if subject == "either" else (subject,)
            read = [self._clause(clause, one, grounds, weak, told) for one in about]
            rest, wrong = min(read, key=lambda found: (len(found[1]), len(found[0].split())))
            pieces.append(rest)
            problems += wrong
        return "".join(pieces), problems

    def _clause(self, clause: str, subject: Subject, grounds: Grounds, weak: bool, line: str) -> tuple[str, list[str]]:
        problems: list[str] = []
        rest = clause
        for table, holds, what in self._tables(subject, grounds, clause, line):
            pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, table))})\b", re.I)
            rest = _judged(pattern, rest, holds, problems, what)
        return self._concepts(rest, subject, grounds, weak, line, problems), problems

    def _tables(
        self, subject: Subject, grounds: Grounds, clause: str, line: str
    ) -> Iterator[tuple[Sequence[str], Judge, str]]:
        """Words with a fixed meaning, whether each holds here (None: not known), and what they are."""

        def look(word: str) -> bool | None:
            return _all_hold((scale, grounds.looks.get(scale.of)) for scale in LOOKS[word])

        def mood(word: str) -> bool | None:
            about = ("clip", "track") if subject == "both" else (subject,)
            found = _all_hold((scale, grounds.mood.get((who, scale.of))) for who in about for scale in MOODS[word])
            toned = word == "neutral" and subject != "track" and Scale(_W, 0.45, 0.55).holds(grounds.looks.get(_W))
            named = subject != "clip" and word in ("calm", "energetic") and word in grounds.strong
            return True if toned or named or self._told_weakly(word, grounds, line) else found

        def tempo(word: str) -> bool | None:
            scale = TEMPI[word]
            found = _all_hold([(scale, grounds.bpm if scale.of == "bpm" else grounds.lufs)])
            return True if word in grounds.strong or self._told_weakly(word, grounds, line) else found

        def compared(word: str) -> bool:
            name = _SAME_CHANGE.get(word, word)
            if re.search(rf"\b(?:one of|among) (?:the|your) {word}\b", clause, re.I):  # "one of the louder tracks"
                return tempo(_POSITIVES.get(name, name)) is True
            now, before = grounds.changes.get(name) or grounds.changes.get(_OPPOSITE[name]) or (None, None)
            if now is None or before is None:
                return name in grounds.weak and "(" in line  # what made the score
            goes = now > before if COMPARED[word] > 0 else now < before
            return goes != bool(NEGATION.search(clause))

        def more(said: str) -> bool:
            way, _, word = said.partition(" ")
            if re.search(rf"\b{said} \([-+−]", line, re.I):  # what the score is made of
                return said in grounds.changes or said in grounds.gaps
            for known in _WAYS:
                now, before = grounds.changes.get(f"{known} {word}", (None, None))
                if now is not None and before is not None:
                    return ((now > before) == (_WAYS[way] > 0)) != bool(NEGATION.search(clause))
            return _more_than_the_other(MOODS[word][0], _WAYS[way], subject, grounds, line)

        if subject == "clip":
            yield sorted(LOOKS, key=len, reverse=True), _unless_denied(look), "a look of the clip"
        yield sorted(COMPARED, key=len, reverse=True), _plain(compared), "a comparison"
        yield [f"{way} {word}" for way in _WAYS for word in MOODS], _plain(more), "a comparison"
        yield sorted(MOODS, key=len, reverse=True), _unless_denied(mood), "a mood"
        if subject != "clip":
            yield sorted(TEMPI, key=len, reverse=True), _unless_denied(tempo), "a tempo or level"

    def _told_weakly(self, word: str, grounds: Grounds, line: str) -> bool:
        held = grounds.weak.get(word)
        return held is not None and bool(_WEAK.search(line)) and _fits(held, line)

    def _concepts(
        self, clause: str, subject: Subject, grounds: Grounds, weak: bool, line: str, problems: list[str]
    ) -> str:
        """Concepts of the vocabulary, each held against what is known of it."""
        annotated = annotate(clause, self._lexicon, {})
        blanked = clause
        for span in annotated.spans:
            if span.kind not in ("concept", "comparative", "lacks"):
                continue
            start, end = annotated.tokens[span.start].start, annotated.tokens[span.end - 1].end
            said = clause[start:end]
            blanked = blanked[:start] + " " * (end - start) + blanked[end:]
            if said.lower() in _FREE_WORDS:
                continue
            if said.lower() in superlatives(self._vocabulary[span.names[0]]):
                problems.append(f"a superlative: {said!r}")
            before = behind(clause, start)
            denied = span.kind == "lacks" or bool(NEGATION.search(before.rpartition(",")[2]))
            denied |= clause[end : end + 5].lower().startswith("-free") or (
                _GONE.match(clause, end) is not None and not _PARTLY.search(before)
            )
            counted = re.search(rf"{_SEVERAL} {re.escape(said)}\b", line, re.I)
            if self._vocabulary[span.names[0]].kind == "instrument" and counted:
                problems.append(f"how many there are of {said!r}")
            if not any(self._holds(name, span, subject, grounds, denied, weak, line) for name in span.names):
                problems.append(f"not in the evidence: {'no ' * denied}{said!r}")
        return blanked

    def _holds(
        self, name: str, span: Span, subject: Subject, grounds: Grounds, denied: bool, weak: bool, line: str
    ) -> bool:
        held = grounds.weak.get(name)
        if name == "instrumental" and not denied and "no vocals" in grounds.limits:
            return True
        if subject == "clip" and self._vocabulary[name].kind in ("use", "mood", "texture"):
            return False
        if name in MOODS and span.kind == "concept" and (told := self._mood(name, subject, grounds)) is not None:
            return told is not denied or (not denied and name in grounds.strong)
        if denied:
            return self._absent(name, grounds, held, line)
        if name in grounds.strong:
            return span.kind != "comparative" or self._changed(name, grounds, line)
        if span.kind == "comparative":
            ranked = held is not None and held.standing is not None and _LIBRARY.search(line) is not None
            return ranked or self._changed(name, grounds, line)
        if f"no {name}" in grounds.limits and _ASKED.search(line):
            return False  # "you wanted vocals"
        return held is not None and weak and _fits(held, line)

    def _mood(self, name: str, subject: Subject, grounds: Grounds) -> bool | None:
        """Whether a mood that was said in other words ("full of energy") is the measured one; None where unmeasured."""
        about = ("clip", "track") if subject == "both" else (subject,)
        return _all_hold((scale, grounds.mood.get((who, scale.of))) for who in about for scale in MOODS[name])

    def _absent(self, name: str, grounds: Grounds, held: Held | None, line: str) -> bool:
        """ "No drums": by a limit that was passed, a tag that says so, or a low score told as such."""
        voices = self._vocabulary[name].kind == "vocals"
        if f"no {name}" in grounds.limits or (voices and "no vocals" in grounds.limits):
            return True
        if f"no {name}" in grounds.strong or (voices and {"instrumental", "no vocals"} & grounds.strong):
            return name not in grounds.strong
        if held is None:
            return False
        if held.score is not None and held.before is not None and (told := _UNCHANGED.search(line)) is not None:
            return held.score <= held.before if told[1] in ("higher", "more") else held.score >= held.before
        little = _LITTLE.search(line) is not None
        return little and name not in grounds.strong and _fits(held, line) and held.score != 0.0

    def _changed(self, name: str, grounds: Grounds, line: str) -> bool:
        if name in _COMPARATIVES:
            sign = COMPARED[_COMPARATIVES[name]]
            for known in (_COMPARATIVES[name], _OPPOSITE[_COMPARATIVES[name]]):
                now, before = grounds.changes.get(known, (None, None))
                if now is not None and before is not None:
                    return (now - before) * sign > 0
        for way, sign in _WAYS.items():
            now, before = grounds.changes.get(f"{way} {name}", (None, None))
            if now is not None and before is not None:
                went_up = now > before
                told_up = bool(_MORE.search(line)) or not _LESS.search(line)
                return went_up == told_up if not _LOW.search(line) or sign < 0 else True
        return False


def _fits(held: Held, line: str) -> bool:
    """Whether a line tells something weak in its direction: what stands low is not told as plenty."""
    low = bool(_LOW.search(_SCORES_LOWER.sub("", line)))
    lost = held.score is not None and held.before is not None and held.score < held.before - 0.1
    if lost and not low and re.search(r"\b(?:keeps?|kept|holds?)\b", line):
        return False
    if held.standing is not None and not TURNED.search(line):  # a share from the other end is held by its number
        return held.standing < 60 if low else held.standing >= 40
    return True


def _all_hold(scales: Iterable[tuple[Scale, float | None]]) -> bool | None:
    """Whether every value lies on its scale; None where one was not measured."""
    found = [None if value is None else scale.holds(value) for scale, value in scales]
    return None if None in found else all(found)


def _more_than_the_other(scale: Scale, way: int, subject: Subject, grounds: Grounds, line: str) -> bool:
    """Whether the track is more of a mood than the clip, or the clip than the track, where the line names both."""
    here, there = ("clip", "track") if subject == "clip" else ("track", "clip")
    own, other = grounds.mood.get((here, scale.of)), grounds.mood.get((there, scale.of))
    if own is None or other is None or not names_both(line):
        return False
    return (own - other) * way * (1 if scale.low > 0 else -1) > 0


_NOT_MUCH = re.compile(r"\bnot (?:much|too|very|so|quite|all that)\b", re.I)
"""A little of something is no denial of it."""
Judge = Callable[[re.Match[str]], bool]


def _plain(holds: Callable[[str], bool]) -> Judge:
    return lambda match: holds(match[0].lower())


def _unless_denied(holds: Callable[[str], bool | None]) -> Judge:
    """A word that is denied must be known not to hold."""

    def right(match: re.Match[str]) -> bool:
        before = behind(match.string, match.start())
        denied = NEGATION.search(_NOT_MUCH.sub("", before)) is not None
        return holds(match[0].lower()) is (not denied)

    return right


def _judged(pattern: re.Pattern[str], clause: str, holds: Judge, problems: list[str], what: str) -> str:
    """The clause with every match blanked; one that does not hold is a problem."""

    def judge(match: re.Match[str]) -> str:
        if not holds(match):
            problems.append(f"{what} that is not in the evidence: {match[0]!r}")
        return " " * len(match[0])

    return pattern.sub(judge, clause)
