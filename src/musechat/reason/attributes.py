"""Attributes in a sentence, held against the evidence: concepts, moods, looks, comparisons.

In: a line with names and right numbers gone, `Grounds`. Out: the line without what was found right, and what is wrong.

- A clause is about the clip, the track or both, by the last noun that says so; the track where none does.
- What is strong may be said outright; what is weak only together with words that say so (a score, a wish, the library),
  and in its direction: what scores low is not told as plenty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from musechat.concepts.lexicon import lexicon_of
from musechat.concepts.spans import Span, annotate
from musechat.core.text import folded
from musechat.reason.grounds import Grounds, Held

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary

Subject = Literal["clip", "track", "both"]

_CLIP = re.compile(
    r"\b(?:clips?|pictures?|footage|videos?|films?|screen|images?|frames?|visuals?|scenes?|shots?)\b"
    r"(?!['’]s (?:mood|pace|own))",
    re.I,
)
_TRACK = re.compile(
    r"\b(?:tracks?|music|songs?|tunes?|pieces?|tagger|Qtitle|Qartist|it runs|sounds?|cut by|number by|pick)\b", re.I
)
_CLAUSE = re.compile(
    r"[;:]|[.!?] (?=[A-Z])|,? (?:while|whereas|where|but|against|beside|next to|meets?)\b"
    r"| for (?:a|the|your) (?=picture|clip|video|footage|film)\b"
    r"|, (?:and|so|as|just|which|the music|the track|the picture|your clip)\b|, ",
    re.I,
)
_NEGATION = re.compile(
    r"\b(?:no|not|without|never|lacks?|free of|nothing|isn['’]t|doesn['’]t|hasn['’]t|minus|none|nobody)\b", re.I
)
_WEAK = re.compile(
    r"\b(?:scor\w+|stand\w*|above|below|outscor\w+|ask\w*|wish\w*|want\w*|library|collection|tracks|compromise|short|"
    r"more|less|higher|lower|kept|keeps?|keeping|holds?|held|lean\w*|tagger\w*|tag\w*|lik\w+|loved|limit|percent|"
    r"against|after|before|instead|beats?|rank\w*|rates?|rated|nearer|leads?|counted|counts|points|give up|of 1|"
    r"match\w*|"
    r"answers?|los\w+|ahead|behind|side|request\w*|respect\w*|pass\w*|[+]|little|much|low|high|strong\w*|leading)\b|%|[+]",
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
    **dict.fromkeys(("muted", "desaturated", "drab", "washed-out", "pale"), (Scale(_S, 0, 0.2),)),
    **dict.fromkeys(("colourful", "colorful", "saturated", "vivid", "vibrant"), (Scale(_S, 0.2),)),
    **dict.fromkeys(("cool", "cold", "bluish"), (Scale(_W, 0, 0.45),)),
    **dict.fromkeys(("warm", "warmly", "golden"), (Scale(_W, 0.55),)),
    **dict.fromkeys(("still", "static", "motionless"), (Scale(_M, 0, 0.1),)),
    **dict.fromkeys(("busy", "hectic", "restless", "frantic"), (Scale(_M, 0.6),)),
}
"""Words for pictures. "Moderately colourful" is in `PHRASES`."""
_MOVES = r" (?:motion|movement)\b"
PHRASES: tuple[tuple[re.Pattern[str], Scale], ...] = tuple(
    (re.compile(pattern, re.I), scale)
    for pattern, scale in (
        (r"\b(?:moderately|fairly|somewhat) (?:colou?rful|saturated)\b", Scale(_S, 0.2, 0.4)),
        (r"\bneutral in (?:tone|warmth|colou?r)\b|\bneutral(?:ly)?[ -]toned\b", Scale(_W, 0.45, 0.55)),
        (r"\b(?:hardly|barely|scarcely|almost no|next to no)(?: any)?" + _MOVES, Scale(_M, 0, 0.1)),
        (r"\b(?:little|not much|slight|gentle|a bit of|some)" + _MOVES, Scale(_M, 0, 0.3)),
        (r"\b(?:a fair (?:amount|bit) of|moderate|a good deal of|decent|plenty of)" + _MOVES, Scale(_M, 0.3, 0.6)),
        (r"\b(?:a lot of|lots of|much|constant|heavy|strong)" + _MOVES, Scale(_M, 0.6)),
    )
)
MOODS: dict[str, tuple[Scale, ...]] = {
    **dict.fromkeys(("calm", "calmer", "calmly", "subdued", "restful"), (Scale("arousal", -1, -0.2),)),
    **dict.fromkeys(("moderate", "middling", "medium"), (Scale("arousal", -0.2, 0.2),)),
    **dict.fromkeys(("energetic", "lively", "spirited", "animated"), (Scale("arousal", 0.2, 1.1),)),
    **dict.fromkeys(("sombre", "somber", "gloomy", "downcast"), (Scale("valence", -1, -0.2),)),
    **dict.fromkeys(("neutral",), (Scale("valence", -0.2, 0.2),)),
    **dict.fromkeys(("pleasant", "pleasantly", "positive"), (Scale("valence", 0.2, 1.1),)),
}
TEMPI = {
    **dict.fromkeys(("fast", "quick", "brisk", "briskly", "rapid", "speedy", "uptempo"), Scale("bpm", 118)),
    **dict.fromkeys(("slow", "slowly", "unhurried", "leisurely"), Scale("bpm", 0, 92)),
    **dict.fromkeys(("mid-tempo", "midtempo"), Scale("bpm", 85, 125)),
    **dict.fromkeys(("loud", "loudly"), Scale("lufs", -11)),
    **dict.fromkeys(("quiet", "quietly", "soft", "softly"), Scale("lufs", -99, -16)),
}
_WAYS = {"more": 1, "less": -1}
COMPARED = {"faster": 1, "quicker": 1, "slower": -1, "louder": 1, "quieter": -1, "softer": -1,
            "slows": -1, "slowed": -1}  # fmt: skip
_OPPOSITE = {"faster": "slower", "slower": "faster", "louder": "quieter", "quieter": "louder"}
_SAME_CHANGE = {"quicker": "faster", "softer": "quieter", "slows": "slower", "slowed": "slower"}
_FREE_WORDS = {"beat", "beats", "energy", "tempo", "loudness", "opener", "credits", "light", "lighting", "hard",
               "clean", "beautiful", "beautifully", "lovely", "smoothly", "background", "drive", "quiet"}  # fmt: skip
_LITTLE = re.compile(r"\bscor|\blittle\b|\blow\b|\bmuch\b|%|\bafter\b|\bagainst\b", re.I)
"""What tells an absence as the low score that it is."""
_SCORES_LOWER = re.compile(r"\bscor\w+ lower\b", re.I)
"""What the rest of the library does."""
_UNCHANGED = re.compile(r"\b(?:not|n['’]t)\b.*?\b(higher|more|lower|less)\b", re.I)


class Attributes:
    """Checks the attributes of a line."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lexicon = lexicon_of(vocabulary)

    def check(self, line: str, grounds: Grounds) -> tuple[str, list[str]]:
        """The line with the words that were judged blanked, and what is wrong."""
        problems: list[str] = []
        weak = bool(_WEAK.search(line))
        pieces: list[str] = []
        for clause, subject in _clauses(line):
            rest, wrong = self._clause(clause, subject, grounds, weak, line)
            pieces.append(rest)
            problems += wrong
        return " ; ".join(pieces), problems

    def _clause(self, clause: str, subject: Subject, grounds: Grounds, weak: bool, line: str) -> tuple[str, list[str]]:
        problems: list[str] = []
        for pattern, scale in PHRASES:
            clause = _judged(pattern, clause, _Phrase(scale, grounds), problems, "a look")
        for words, holds, what in self._tables(subject, grounds, clause, line):
            pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.I)
            clause = _judged(pattern, clause, holds, problems, what)
        return self._concepts(clause, subject, grounds, weak, line, problems), problems

    def _tables(
        self, subject: Subject, grounds: Grounds, clause: str, line: str
    ) -> Iterator[tuple[Sequence[str], Callable[[str], bool], str]]:
        """Words with a fixed meaning, whether each holds here, and what they are."""

        def look(word: str) -> bool:
            return all(scale.holds(grounds.looks.get(scale.of)) for scale in LOOKS[word])

        def mood(word: str) -> bool:
            about = ("clip", "track") if subject == "both" else (subject,)
            scales = MOODS[word]
            found = all(scale.holds(grounds.mood.get((who, scale.of))) for who in about for scale in scales)
            toned = word == "neutral" and subject != "track" and Scale(_W, 0.45, 0.55).holds(grounds.looks.get(_W))
            named = subject != "clip" and word in ("calm", "energetic") and word in grounds.strong
            return found or toned or named or self._told_weakly(word, grounds, line)

        def tempo(word: str) -> bool:
            scale = TEMPI[word]
            value = grounds.bpm if scale.of == "bpm" else grounds.lufs
            return word in grounds.strong or scale.holds(value) or self._told_weakly(word, grounds, line)

        def compared(word: str) -> bool:
            name = _SAME_CHANGE.get(word, word)
            now, before = grounds.changes.get(name) or grounds.changes.get(_OPPOSITE[name]) or (None, None)
            if now is None or before is None:
                return name in grounds.weak and "(" in line  # what made the score
            goes = now > before if COMPARED[word] > 0 else now < before
            return goes != bool(_NEGATION.search(clause))

        def more(words: str) -> bool:
            way, _, word = words.partition(" ")
            if re.search(rf"\b{words} \([-+−]", line, re.I):  # what the score is made of
                return words in grounds.changes or words in grounds.gaps
            for known in _WAYS:
                now, before = grounds.changes.get(f"{known} {word}", (None, None))
                if now is not None and before is not None:
                    return (now > before) == (_WAYS[way] > 0)
            return False

        if subject == "clip":
            yield sorted(LOOKS, key=len, reverse=True), look, "a look of the clip"
        yield sorted(COMPARED, key=len, reverse=True), compared, "a comparison"
        yield [f"{way} {word}" for way in _WAYS for word in MOODS], more, "a comparison"
        yield sorted(MOODS, key=len, reverse=True), mood, "a mood"
        if subject != "clip":
            yield sorted(TEMPI, key=len, reverse=True), tempo, "a tempo or level"

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
            before = clause[max(0, start - 40) : start]
            denied = span.kind == "lacks" or bool(_NEGATION.search(before.rpartition(",")[2]))
            denied |= clause[end : end + 5].lower().startswith("-free")
            seen = set(folded(said).split()) <= grounds.scenes
            if not seen and not any(
                self._holds(name, span, subject, grounds, denied, weak, line) for name in span.names
            ):
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
        if denied:
            return self._absent(name, grounds, held, line)
        if name in grounds.strong:
            return span.kind != "comparative" or self._changed(name, grounds, line)
        if span.kind == "comparative":
            return self._changed(name, grounds, line)
        return held is not None and weak and _fits(held, line)

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
    if held.score is not None and held.before is not None:
        risen, fallen = held.score > held.before, held.score < held.before
        if re.search(r"\b(?:higher|stronger|risen|rises?|rose|gain\w*|grew|goes up)\b", line) and fallen:
            return False
        if re.search(r"\b(?:lower|weaker|fallen|falls|fell|lost|loses?)\b", line) and risen and held.standing is None:
            return False
        if re.search(r"\b(?:keeps?|kept|holds?)\b", line) and held.score < held.before - 0.1 and not low:
            return False
    if held.standing is not None:
        return held.standing < 60 if low else held.standing >= 40
    return True


class _Phrase:
    """Whether a phrase for pictures holds, whatever its words."""

    def __init__(self, scale: Scale, grounds: Grounds) -> None:
        self._holds = scale.holds(grounds.looks.get(scale.of))

    def __call__(self, said: str) -> bool:
        return self._holds


def _judged(pattern: re.Pattern[str], clause: str, holds: Callable[[str], bool], problems: list[str], what: str) -> str:
    """The clause with every match blanked; one that does not hold is a problem."""

    def judge(match: re.Match[str]) -> str:
        if not holds(match[0].lower()):
            problems.append(f"{what} that is not in the evidence: {match[0]!r}")
        return " " * len(match[0])

    return pattern.sub(judge, clause)


def _clauses(line: str) -> Iterator[tuple[str, Subject]]:
    """Pieces of a line with what each is about."""
    subject: Subject = "track"
    places = [0, *(match.start() for match in _CLAUSE.finditer(line)), len(line)]
    for start, end in pairwise(places):
        clause = line[start:end]
        clip, track = _CLIP.search(clause), _TRACK.search(clause)
        if clip and track:
            subject = "both"
        elif clip or track:
            subject = "clip" if clip else "track"
        yield clause, subject
