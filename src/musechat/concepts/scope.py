"""What each concept of a message is wanted for: the walk from left to right.

In: spans. Out: `Reading`: one event per mention (wanted, avoided, more, less, kept), names, leftovers.

- A cue opens a scope ("without …", "more …", "I like …"); the scope goes on over lists of like things and ends at the
  next cue, contrast or sentence. The rules of going on are in `_goes_on`.
- An exclusion exists only inside a scope that a negating word opened.
- Weights: 1 plain, .5 "a bit" and "not too", 1.5 "much more"; wishes and exclusions never exceed 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from musechat.concepts.spans import Annotated, Span
from musechat.concepts.vocabulary import Concept, Vocabulary

Mode = Literal["want", "list", "contrast", "mild", "more", "less", "keep", "mention", "describe"]
"""Scopes; "list" ("no A, B") and "contrast" ("not A, B") exclude, "mild" excludes half, the last two ask nothing."""
Wish = Literal["want", "avoid", "more", "less", "keep"]
WISH_OF: dict[Mode, Wish] = {
    "want": "want",
    "list": "avoid",
    "contrast": "avoid",
    "mild": "avoid",
    "more": "more",
    "less": "less",
    "keep": "keep",
}
NEGATIVE = ("list", "contrast", "mild")
_OPENS: dict[str, Mode] = {
    "exclude": "list",
    "negate": "contrast",
    "mild": "mild",
    "mention": "mention",
    "describe": "describe",
}
_FAMILY = {"instrument": "source", "vocals": "source", "genre": "style", "era": "style", "use": "style"}
_NOUNS = ("instrument", "vocals", "use")
_HARMLESS = ("filler", "be", "would", "praise", "article", "strong", "soft", "neutral")
_LOUDISH = ("loud", "heavy", "busy", "hard", "intense", "powerful", "distorted", "raw")
_EXCEPTIONS = ("except", "apart", "excluding")
_LOUDNESS: dict[str, Wish] = {"loud": "more", "powerful": "more", "quiet": "less", "soft": "less"}
_DEFINITE = frozenset("the this that these those its your her his".split())
HALF, PLAIN, STRONG = 0.5, 1.0, 1.5
_PATIENCE = 7
"""Spans after which an exclusion that has met no concept is forgotten."""


@dataclass(slots=True)
class Event:
    """One mention: concepts are later resolved in this order."""

    concept: str
    wish: Wish
    weight: float


@dataclass(frozen=True, slots=True)
class Leftover:
    """Tokens that were not used, and the scope they stood in."""

    start: int
    end: int
    mode: Mode


@dataclass(slots=True)
class Reading:
    """What the walk found. `names`: (relation, name, negated)."""

    events: list[Event] = field(default_factory=list)
    names: list[tuple[str, str, bool]] = field(default_factory=list)
    licence: str | None = None
    leftovers: list[Leftover] = field(default_factory=list)


@dataclass(slots=True)
class _Scope:
    """`last`: the concept taken last under this scope; `join`: what stood since; `age`: spans since it opened;
    `heard`: an unknown word stood in the place of a concept.
    """

    mode: Mode = "want"
    weight: float = PLAIN
    last: Concept | None = None
    join: Literal["", "and", "or", "comma"] = ""
    age: int = 0
    heard: bool = False

    @property
    def waiting(self) -> bool:
        return self.last is None


def read(annotated: Annotated, vocabulary: Vocabulary) -> Reading:
    """Walk over all spans once."""
    return _Walk(annotated, vocabulary).reading()


class _Walk:
    def __init__(self, annotated: Annotated, vocabulary: Vocabulary) -> None:
        self.spans, self.tokens, self.vocabulary = annotated.spans, annotated.tokens, vocabulary
        self.out = Reading()
        self.scope = _Scope()
        self.pending: float | None = None
        self.clause_events = 0
        self.clause_start = 0
        self.skip: set[int] = set()
        self.asking = False
        same = {kind: self._open_mode for kind in _OPENS}
        self.handlers: dict[str, Callable[[int, Span], None]] = same | {
            "concept": self._concept,
            "comparative": self._concept,
            "lacks": self._concept,
            "more": self._more_or_less,
            "less": self._more_or_less,
            "too": self._too,
            "than": self._than,
            "keep": self._keep,
            "accept": self._accept,
            "want": self._want,
            "reset": self._reset,
            "and": self._join,
            "or": self._join,
            "article": self._article,
            "with": self._with,
            "soft": self._intensity,
            "strong": self._intensity,
            "comma": self._comma,
            "stop": self._stop,
            "why": self._why,
            "word": self._word,
            "trap": self._word,
            "name quote": self._word,
            "name by": self._name,
            "name like": self._name,
            "name bare": self._name,
            "licence": self._licence,
        }

    def reading(self) -> Reading:
        for i, span in enumerate(self.spans):
            if self.asking and span.kind in ("stop", "comma", "reset"):
                self.asking = False
            if i in self.skip or self.asking:
                continue
            self.scope.age += 1
            if self.scope.waiting and self.scope.mode in NEGATIVE and self.scope.age > _PATIENCE:
                self._open("want")
            handler = self.handlers.get(span.kind)
            if handler is not None:
                handler(i, span)
        self._settle()
        return self.out

    def _open(self, mode: Mode, weight: float = PLAIN) -> None:
        self.scope = _Scope(mode, weight)

    def _take_pending(self) -> float:
        weight, self.pending = self.pending or PLAIN, None
        return weight

    def _settle(self) -> None:
        """End of a clause: "tone the vocals down a bit" weighs what came before."""
        events = self.out.events
        if self.pending is not None and len(events) > self.clause_events and events[-1].wish in ("more", "less"):
            events[-1].weight = self.pending
        self.pending = None
        self.clause_events = len(events)

    def _kind(self, i: int) -> str:
        return self.spans[i].kind if 0 <= i < len(self.spans) else "stop"

    # Cues

    def _open_mode(self, i: int, span: Span) -> None:
        if self.scope.waiting and self.scope.mode in NEGATIVE and span.first in _EXCEPTIONS:
            self._open("want")
        else:
            self._open(_OPENS[span.kind], HALF if span.kind == "mild" else PLAIN)

    def _more_or_less(self, i: int, span: Span) -> None:
        flipped = self.scope.waiting and self.scope.mode in NEGATIVE
        self._open("less" if (span.kind == "less") != flipped else "more", self._take_pending())

    def _too(self, i: int, span: Span) -> None:
        if self._kind(i + 1) in ("and", "or", "comma", "stop", "reset", "with"):
            return
        if self.scope.waiting and self.scope.mode in NEGATIVE:
            self._open("mild", HALF)
        else:
            self._open("less", self._take_pending())

    def _than(self, i: int, span: Span) -> None:
        if self.scope.mode == "more" and not self.scope.waiting:
            self._open("less")

    def _keep(self, i: int, span: Span) -> None:
        if self.scope.waiting and self.scope.mode in NEGATIVE:
            self.scope.mode = "list"
        else:
            self._open("keep")

    def _accept(self, i: int, span: Span) -> None:
        liking = {"like", "love", "keep"} & set(span.names[0].split())
        self._open("keep" if liking else "want")

    def _want(self, i: int, span: Span) -> None:
        if not (self.scope.waiting and self.scope.mode in (*NEGATIVE, "more", "less")):
            self._open("want")

    def _reset(self, i: int, span: Span) -> None:
        self._settle()
        self._open("want")

    def _join(self, i: int, span: Span) -> None:
        self.scope.join = "or" if "or" in (span.kind, self.scope.join) else "and"

    def _article(self, i: int, span: Span) -> None:
        if (
            not self.scope.waiting
            and self.scope.join in ("and", "comma")
            and self.scope.mode not in ("keep", "describe")
        ):
            self._open("want")

    def _with(self, i: int, span: Span) -> None:
        done = not self.scope.waiting or (self.scope.heard and self.scope.mode not in NEGATIVE)
        if done and self.scope.mode not in ("keep", "describe", "mention"):
            self._open("want")

    def _intensity(self, i: int, span: Span) -> None:
        self.pending = HALF if span.kind == "soft" else STRONG

    def _comma(self, i: int, span: Span) -> None:
        self._settle()
        self.clause_start = i + 1
        if self.scope.waiting or self.scope.mode in ("describe", "mention"):
            self._open("want")
        elif self.scope.mode == "contrast" and not self._closed_by_or(i):
            self._open("want")
        elif self.scope.mode == "contrast":
            self.scope.join = "or"
        else:
            self.scope.join = self.scope.join or "comma"

    def _closed_by_or(self, i: int) -> bool:
        """Whether the list that goes on at `i` ends with "or": "not sad, slow or boring"."""
        for j in range(i + 1, min(i + 12, len(self.spans))):
            if self._kind(j) == "or":
                return True
            if self._kind(j) not in ("concept", "comma", "filler"):
                return False
        return False

    def _stop(self, i: int, span: Span) -> None:
        self._settle()
        self.clause_start = i + 1
        if span.first != ":" or not self.scope.waiting:
            self._open("want")

    def _why(self, i: int, span: Span) -> None:
        """A question's own words are no wishes: "why is it so slow?"."""
        if all(self._kind(j) in _HARMLESS for j in range(self.clause_start, i)):
            self.asking = True

    # What is said

    def _word(self, i: int, span: Span) -> None:
        self.out.leftovers.append(Leftover(span.start, span.end, self.scope.mode))
        self.scope.heard = True

    def _licence(self, i: int, span: Span) -> None:
        if self.scope.mode not in NEGATIVE:
            self.out.licence = span.names[0]

    def _name(self, i: int, span: Span) -> None:
        if self.scope.mode == "mention":
            return
        relation = span.kind.split()[1]
        if relation == "bare" and self.scope.mode in ("keep", "less"):
            relation = "like"
        negated = self.scope.mode in NEGATIVE or (relation == "like" and self.scope.mode == "less")
        self.out.names.append((relation, span.names[0], negated))

    def _concept(self, i: int, span: Span) -> None:
        concept = self.vocabulary[span.names[0]]
        if not self.scope.waiting and not self._goes_on(i, concept):
            self._open("want")
        if self.scope.mode == "mention" or (self.scope.mode == "describe" and concept.kind != "use"):
            self.out.leftovers.append(Leftover(span.start, span.end, self.scope.mode))
        elif not self._is_subject(i):
            wish, weight = self._wish(i, span)
            self.out.events += [Event(name, wish, weight) for name in span.names]
        self.scope.last, self.scope.join, self.scope.age = concept, "", 0

    def _wish(self, i: int, span: Span) -> tuple[Wish, float]:
        scope = self.scope
        lowered = scope.mode in NEGATIVE or scope.mode == "less"
        if span.kind == "lacks" or self._kind(i + 1) == "free" or self._is_denied(i):
            return "avoid", PLAIN
        if span.kind == "comparative":
            return ("less" if lowered and scope.waiting else "more"), self._take_pending()
        if scope.mode in NEGATIVE and self._kind(i + 1) == "enough":
            return "more", self._take_pending()
        if scope.mode in ("want", "keep") and (verdict := self._verdict(i)) is not None:
            return verdict
        if scope.mode == "keep" and self._kind(i + 1) == "would":
            self._open("want")
        elif scope.mode == "want" and self._is_praised(i):
            self._open("keep")
        wish = WISH_OF.get(self.scope.mode, "want")
        weight = self.pending or self.scope.weight
        self.pending = None
        return wish, weight if wish in ("more", "less") else min(PLAIN, weight)

    def _goes_on(self, i: int, concept: Concept) -> bool:
        """Whether the open scope covers one more concept after its last one."""
        scope, last = self.scope, self.scope.last
        assert last is not None
        if scope.mode in ("want", "describe", "mention") or scope.join == "or":
            return True
        if last.opposite == concept.name:
            return False
        family = _FAMILY.get(last.kind, "quality") == _FAMILY.get(concept.kind, "quality")
        if scope.join == "and":
            return family or scope.mode == "keep"
        if scope.join == "comma":
            return last.kind == concept.kind and self._kind(i - 1) in ("comma", "and")
        return family or last.kind not in _NOUNS

    def _verdict(self, i: int) -> tuple[Wish, float] | None:
        """ "The drums are great" keeps them, "the drums are too loud" lessens them, "don't work" excludes them."""
        j = self._past(i + 1, ("filler", "and", "concept", "strong"))
        if self._kind(j) == "reject":
            return "avoid", PLAIN
        if not self._is_definite(i):
            return None
        k = self._past(j + 1, ("filler", "soft", "strong"))
        if self._kind(j) == "want" and self._kind(k) == "comparative" and self.spans[k].names[0] in _LOUDNESS:
            self.skip.add(k)
            return _LOUDNESS[self.spans[k].names[0]], self._take_pending()
        if self._kind(j) != "be":
            return None
        j = self._past(j + 1, ("filler", "strong", "soft"))
        if self._kind(j) == "praise" or (self._kind(j) == "concept" and "beautiful" in self.spans[j].names):
            self.skip.add(j)
            return "keep", PLAIN
        if self._kind(j) == "reject":
            return "avoid", PLAIN
        if self._kind(j) == "less" and self._kind(j + 1) in ("stop", "comma", "reset", "and", "filler"):
            return "less", PLAIN
        if self._kind(j) == "too" and self._kind(j + 1) == "concept" and self.spans[j + 1].names[0] in _LOUDISH:
            self.skip |= {j, j + 1}
            return "less", self._take_pending()
        return None

    def _is_definite(self, i: int) -> bool:
        before = self.spans[i].start - (self.spans[i].first not in _DEFINITE)
        return before >= 0 and self.tokens[before].word in _DEFINITE

    def _is_subject(self, i: int) -> bool:
        """ "The piano could be faster": the piano itself is not asked for."""
        k = self._past(i + 2, ("filler", "soft", "strong"))
        asked = "comparative" if self._kind(k) not in ("more", "less") else "concept"
        changed = self._kind(i + 1) == "want" and asked in (self._kind(k), self._kind(k + 1))
        quietened = changed and self._kind(k) == "comparative" and self.spans[k].names[0] in _LOUDNESS
        return changed and not quietened and self._is_definite(i)

    def _is_denied(self, i: int) -> bool:
        """ "Vocals: none"."""
        mark, answer = self.spans[i + 1 : i + 2], self.spans[i + 2 : i + 3]
        return bool(mark and answer) and mark[0].first == ":" and answer[0].first in ("no", "none")

    def _past(self, j: int, kinds: tuple[str, ...]) -> int:
        """The first place from `j` on, at most four away, that is none of `kinds`."""
        return next((k for k in range(j, j + 4) if self._kind(k) not in kinds), j + 4)

    def _is_praised(self, i: int) -> bool:
        """ "Great energy, but …": praise opens the sentence, the concept follows it, and something follows that."""
        opens = self._kind(i - 1) == "praise" and self._kind(i - 2) == "stop"
        goes_on = any(self._kind(j) == "reset" for j in range(i, min(i + 6, len(self.spans))))
        ends = any(self._kind(j) == "stop" for j in range(i, min(i + 6, len(self.spans) - 1)))
        return opens and (goes_on or ends)
