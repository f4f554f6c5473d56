"""What each concept of a message is wanted for: the walk from left to right.

In: spans. Out: `Reading`: one event per mention (wanted, avoided, more, less, kept), names, leftovers.

- A cue opens a scope ("without …", "more …", "I like …"); the scope goes on over lists of like things and ends at the
  next cue, contrast or sentence. The rules of going on are in `_goes_on`.
- An exclusion exists only inside a scope that a negating word opened.
- Weights: 1 plain, .5 "a bit" and "not too", 1.5 "much more"; wishes and exclusions never exceed 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from musechat.concepts.reading import (
    HALF,
    PLAIN,
    SAME_TEMPO,
    STRONG,
    WISH_OF,
    Event,
    Leftover,
    Mode,
    Reading,
    Scope,
    Wish,
)
from musechat.concepts.spans import Annotated, Span
from musechat.concepts.stated import (
    is_alike,
    is_liked_behind,
    is_listed_trait,
    is_praised,
    is_remark,
    is_scenery,
    is_stated,
    is_welcome,
    told_of,
)
from musechat.concepts.vocabulary import Concept, Vocabulary
from musechat.core.request import Lifted

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
_HARMLESS = ("filler", "would", "praise", "article", "strong", "soft", "neutral")
_LOUDISH = ("loud", "heavy", "busy", "hard", "intense", "powerful", "distorted", "raw")
_PROMINENT = ("prominent", "present", "dominant", "dominating", "overpowering", "forward", "harsh", "shrill", "upfront",
              "noticeable", "obvious", "strong", "much", "sharp", "piercing", "invasive", "intrusive", "obtrusive",
              "overbearing")  # fmt: skip
_FAINT = ("quiet", "soft", "light")
_SWAPS = ("replace", "replacing", "swap", "substitute", "switch", "change", "trade")
_EXCEPTIONS = ("except", "apart", "excluding")
_LOUDNESS: dict[str, Wish] = {"loud": "more", "powerful": "more", "quiet": "less", "soft": "less"}
_PARTICLES: dict[str, Wish] = {"up": "more", "down": "less"}
_DEFINITE = frozenset(("the", "this", "that", "these", "those", "its", "your", "her", "his"))
_TEMPO = frozenset(("tempo", "pace", "speed", "bpm"))
_QUALITIES = ("mood", "energy", "texture")
_ENDS = ("stop", "comma", "reset")
_MERELY = frozenset(("just", "only", "simply"))
_IT = frozenset(("i like it", "i love it", "like it", "love it"))
_SINGERS = {
    **dict.fromkeys(("woman", "girl", "lady", "women", "girls", "ladies"), "female vocals"),
    **dict.fromkeys(("man", "guy", "bloke", "lad", "men", "blokes", "lads"), "male vocals"),
}
_PATIENCE = 7
"""Spans after which an exclusion that has met no concept is forgotten."""


def read(annotated: Annotated, vocabulary: Vocabulary) -> Reading:
    """Walk over all spans once."""
    return _Walk(annotated, vocabulary).reading()


class _Walk:
    def __init__(self, annotated: Annotated, vocabulary: Vocabulary) -> None:
        self.line, self.spans, self.tokens = annotated.line, annotated.spans, annotated.tokens
        self.vocabulary = vocabulary
        self.out = Reading()
        self.scope = Scope()
        self.pending: float | None = None
        self.clause_events = 0
        self.clause_start = 0
        self.sentences = [0, 0]
        self.skip: set[int] = set()
        self.wished: dict[str, tuple[str, ...]] = {}
        self.asking = False
        self.handlers: dict[str, Callable[[int, Span], None]] = {
            **dict.fromkeys(_OPENS, self._open_mode),
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
            "same": self._same,
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
            "lift": self._lift,
            "hit": self._reset,
            "retract": self._retract,
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
        self.scope = Scope(mode, weight)

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
            if span.kind == "exclude":
                self._settle()  # "turn it down a bit and lose the synths"
            self._open(_OPENS[span.kind], HALF if span.kind == "mild" else PLAIN)
            self.scope.swapping = span.first in _SWAPS

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
        elif self.scope.preferring and not self.scope.waiting:  # "I'd rather have piano than guitar"
            self._open("list")

    def _keep(self, i: int, span: Span) -> None:
        if span.names[0] == "stay" and i != self.clause_start:  # "the vocals can stay"
            return
        wished = self._kind(self._past_back(i - 1, ("filler", "strong", "soft", "want", "reset"))) == "would"
        if wished and span.first in ("love", "enjoy", "adore") and self.scope.mode not in NEGATIVE:
            self._open("want")  # "I'd also love a flute"
            return
        if self.scope.waiting and self.scope.mode in NEGATIVE:
            self.scope.mode = "list"
        else:
            self._open("want" if self._is_taste(i, span) else "keep")

    def _is_taste(self, i: int, span: Span) -> bool:
        """ "I like warm acoustic music" tells a taste, "I like the warm music" what is to stay; so does "I like warm
        music, but …", which answers something.
        """
        if span.first not in ("i", "we") or not {"like", "love", "enjoy", "adore"} & set(span.names[0].split()):
            return False
        sentence = next((j for j in range(i, len(self.spans)) if self._kind(j) == "stop"), len(self.spans))
        changes = ("reset", "comparative", "more", "less")
        answers = any(s.kind in changes and s.first not in _MERELY for s in self.spans[i:sentence])
        said = [token.word for token in self.tokens[span.end : span.end + 2]]
        definite = (_DEFINITE | {"how", "what", "it", "about", "our", "my", "everything", "all"}) & set(said)
        named = self._kind(self._past(i + 1, ("filler",))).startswith("name")
        return not answers and not definite and not named and span.names[0].split()[-1] != "the"

    def _accept(self, i: int, span: Span) -> None:
        made = span.names[0] == "keep it" or (span.names[0] in _IT and self._kind(i + 1) == "concept")
        liking = not made and {"like", "love", "keep"} & set(span.names[0].split())  # "keep it warm", "I like it raw"
        self._open("keep" if liking else "want")

    def _want(self, i: int, span: Span) -> None:
        if self.scope.waiting and self.scope.mode == "mention" and span.first in ("something", "some", "anything"):
            return  # "I see why you chose something epic"
        if span.names[0] == "feeling" and self._kind(i - 1) == "concept":
            return  # "the dark feeling"
        if self.scope.swapping or not (self.scope.waiting and self.scope.mode in (*NEGATIVE, "more", "less")):
            preferring = self.scope.preferring and self.scope.waiting
            self._open("want")
            self.scope.preferring = preferring or bool({"rather", "prefer"} & set(" ".join(span.names).split()))

    def _reset(self, i: int, span: Span) -> None:
        self._settle()
        whole = {"everything", "all"} & set(" ".join(self.spans[i - 1].names).split()) if i else set()
        excepted = span.first == "but" and self._kind(i - 1) == "same" and whole  # "keep everything but the vocals"
        named = self._kind(self._past(i + 1, ("filler", "article"))) == "concept"
        self._open("list" if excepted and named else "want")

    def _retract(self, i: int, span: Span) -> None:
        """The wishes of this sentence so far, or of the one before."""
        before, here = self.sentences
        kept = here if len(self.out.events) > here else before
        self.out.retracted += self.out.events[kept:]
        del self.out.events[kept:]
        self._reset(i, span)

    def _same(self, i: int, span: Span) -> None:
        follows = self._kind(self._past(i + 1, ("filler", "article", "soft"))) == "concept"
        if self.scope.mode == "keep" and self.scope.waiting and follows:  # "keep that same kind of energy"
            return
        if self.scope.mode not in ("mention", "describe"):
            self.out.same = not (self.scope.waiting and self.scope.mode in (*NEGATIVE, "less"))
        self._reset(i, span)

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
        heard = self.scope.heard and self.scope.mode not in NEGATIVE
        done = heard or self.scope.swapping or not self.scope.waiting
        if done and self.scope.mode not in ("keep", "describe", "mention"):
            self._open("want")

    def _intensity(self, i: int, span: Span) -> None:
        self.pending = HALF if span.kind == "soft" else STRONG

    def _comma(self, i: int, span: Span) -> None:
        self._settle()
        self.clause_start = i + 1
        listed = self.scope.mode != "contrast" or self._closed_by_or(i)
        if self.scope.waiting or self.scope.mode in ("describe", "mention") or not listed:
            self._open("want")
        elif self.scope.mode == "contrast":
            self.scope.join = "or"
        else:
            self.scope.join = self.scope.join or "comma"

    def _closed_by_or(self, i: int) -> bool:
        """Whether the list that goes on at `i` ends with "or": "not sad, slow or boring"."""
        kinds = (self._kind(j) for j in range(i + 1, i + 12))
        return next((kind for kind in kinds if kind not in ("concept", "comma", "filler")), "") == "or"

    def _stop(self, i: int, span: Span) -> None:
        self._settle()
        self.wished.clear()
        self.clause_start = i + 1
        if span.first != ":" or not self.scope.waiting:
            self._open("want")
        if len(self.out.events) > self.sentences[1]:
            self.sentences = [self.sentences[1], len(self.out.events)]

    def _why(self, i: int, span: Span) -> None:
        """A question's own words are no wishes: "why is it so slow?"."""
        if all(self._kind(j) in _HARMLESS for j in range(self.clause_start, i)):
            self.asking = True

    # What is said

    def _word(self, i: int, span: Span) -> None:
        if self._likes_tempo(i, span):
            self.out.events.append(Event(SAME_TEMPO, "keep", PLAIN))
            return
        if span.first in _SINGERS and self._is_singer(i, span):  # "a different singer, a woman perhaps"
            self.out.events.append(Event(_SINGERS[span.first], WISH_OF[self.scope.mode], PLAIN))
            return
        mode = "describe" if span.kind == "trap" else self.scope.mode
        self.out.leftovers.append(Leftover(span.start, span.end, mode))
        self.scope.heard = True

    def _is_singer(self, i: int, span: Span) -> bool:
        """ "A singer, a woman perhaps", "a shouting bloke", "a choir of men"."""
        sung = [event for event in self.out.events[-2:] if self.vocabulary[event.concept].kind == "vocals"]
        before = self.spans[i - 1]
        follows = before.kind == "concept" and self.vocabulary[before.names[0]].kind == "vocals"
        apart = self.tokens[span.start - 1].word in ("a", "another", "of")
        return bool(sung) and self.scope.mode in WISH_OF and (apart or (follows and before.end == span.start))

    def _likes_tempo(self, i: int, span: Span) -> bool:
        """ "I like the pace", "the tempo is great": that of the track is to stay."""
        if span.first not in _TEMPO or not self._is_definite(i):
            return False
        liked = self.scope.mode == "keep" and self._kind(self._past_back(i - 1, ("filler", "and"))) != "word"
        liked |= is_liked_behind(self.spans, i)
        return liked or self._verdict(i) == ("keep", PLAIN) or told_of(self.spans, self.tokens, i) == "keep"

    def _licence(self, i: int, span: Span) -> None:
        if self.scope.mode in NEGATIVE:
            self._word(i, span)
        else:
            self.out.licences.append(span.names[0])

    def _lift(self, i: int, span: Span) -> None:
        """Takes back what the message itself said before, too."""
        out, limit = self.out, span.names[0]
        out.lifts.append(cast("Lifted", limit))
        if limit == "vocals":
            out.events = [event for event in out.events if self.vocabulary[event.concept].voices is None]
        elif limit == "licence":
            out.licences.clear()
        elif limit == "artist":
            out.names = [name for name in out.names if name[0] == "like"]
            if [following.first for following in self.spans[i + 1 : i + 2]] == ["but"]:  # "any artist but Muldjord"
                self.skip.add(i + 1)
                return self._open("list")
        self._open("want")

    def _name(self, i: int, span: Span) -> None:
        if self.scope.mode == "mention":
            return self._word(i, span)
        relation = span.kind.split()[1]
        if relation == "bare" and self.scope.mode in ("keep", "less"):
            relation = "like"
        if not self.scope.waiting and self.scope.join != "or":  # "no vocals, in the style of …"
            self._open("want")
        negated = self.scope.mode in NEGATIVE or (relation == "like" and self.scope.mode == "less")
        self.out.names.append((relation, span.names[0], negated))

    def _concept(self, i: int, span: Span) -> None:
        concept = self.vocabulary[span.names[0]]
        if not self.scope.waiting and not self._goes_on(i, concept):
            self._open("want")
        ignored = self.scope.mode == "mention" or (self.scope.mode == "describe" and concept.kind != "use")
        before = [token.word for token in self.tokens[max(0, span.start - 3) : span.start]]
        ignored |= self.scope.mode == "keep" and concept.kind == "use" and "for" in before  # "great for the wedding"
        if not ignored and span.kind == "concept" and self._is_too_much(i):
            weight = self._take_pending()
            self.out.events += [Event(name, "less", weight) for name in span.names]
        elif ignored or self._is_unwelcome(i) or self._is_scenery(i, concept):
            self.out.leftovers.append(Leftover(span.start, span.end, self.scope.mode))
        elif not self._is_subject(i):
            wish, weight = self._wish(i, span)
            if wish in ("avoid", "less") and self._in_other_words(span):
                # "Sad but not depressing" draws a line that one concept cannot: it does not take the wish back.
                self.out.leftovers.append(Leftover(span.start, span.end, self.scope.mode))
            else:
                named = span.kind == "concept" and len(span.names) == 1 and not concept.measurable
                said = self._text(span) if named else ""
                self.out.events += [Event(name, wish, weight, said) for name in span.names]
                self.wished |= {name: self._words(span) for name in span.names if wish in ("want", "more")}
        self.scope.last, self.scope.join, self.scope.age = concept, "", 0

    def _text(self, span: Span) -> str:
        return self.line[self.tokens[span.start].start : self.tokens[span.end - 1].end].lower()

    def _words(self, span: Span) -> tuple[str, ...]:
        return tuple(token.word for token in self.tokens[span.start : span.end])

    def _in_other_words(self, span: Span) -> bool:
        """Whether this message wished for the same concept by another word."""
        return any(self.wished.get(name, self._words(span)) != self._words(span) for name in span.names)

    def _wish(self, i: int, span: Span) -> tuple[Wish, float]:
        scope = self.scope
        lowered = scope.mode in NEGATIVE or scope.mode == "less"
        if span.kind == "lacks" or self._kind(i + 1) == "free" or self._is_denied(i):
            return "avoid", PLAIN
        if span.kind == "comparative":
            return ("less" if lowered and scope.waiting else "more"), self._take_pending()
        if scope.mode in NEGATIVE and self._kind(i + 1) == "enough":
            return "more", self._take_pending()
        if self._is_liked(i):
            return "keep", PLAIN
        if scope.mode in ("want", "keep"):
            if (verdict := self._verdict(i)) is not None:
                return verdict
            if (told := told_of(self.spans, self.tokens, i)) is not None:
                return told, PLAIN
        if scope.mode == "keep" and any(span.first == "would" for span in self.spans[i + 1 : i + 2]):
            self._open("want")
        elif scope.mode == "want" and self._is_praised_trait(i, span):
            self._open("keep")
        wish = WISH_OF.get(self.scope.mode, "want")
        weight = self.pending or self.scope.weight
        self.pending = None
        return wish, weight if wish in ("more", "less") else min(PLAIN, weight)

    def _is_liked(self, i: int) -> bool:
        """ "The mood I do like", "emotional in a good way", "with the same warmth"."""
        if self._is_definite(i) and is_liked_behind(self.spans, i):
            return True
        if self._kind(i + 1) == "praise" and self.spans[i + 1].first == "in":
            return True
        return self.scope.mode in ("want", "more") and is_alike(self.spans, i)

    def _is_praised_trait(self, i: int, span: Span) -> bool:
        """ "Great energy, but …", "sounds great, calm and warm. Now …", "this is gorgeous, but …"."""
        if self._is_praised(i) or is_remark(self.spans, i) or self._is_welcome(i):
            return True
        if is_listed_trait(self.spans, i) and self.vocabulary[span.names[0]].kind in _QUALITIES:
            return True
        return "beautiful" in span.names and is_stated(self.spans, i)

    def _is_welcome(self, i: int) -> bool:
        return is_stated(self.spans, i) and is_welcome(self.spans, i)

    def _is_too_much(self, i: int) -> bool:
        """ "This one feels kind of serious": said of the track with reserve and without praise."""
        softened = self.pending == HALF and self.scope.mode == "want" and self._kind(i - 1) == "soft"
        return softened and is_stated(self.spans, i) and not is_praised(self.spans, i)

    def _is_unwelcome(self, i: int) -> bool:
        """ "It is slow, I need energy": said of the track without praise, in a message that asks for something."""
        if self._is_definite(i) and self._is_complained_of(i):
            return True
        if [self._kind(j) for j in range(i + 1, i + 3)] == ["would", "too"]:  # "jazz would be too obvious"
            return True
        if self.scope.mode != "want" or not is_stated(self.spans, i) or is_welcome(self.spans, i):
            return False
        if any(self.spans[j].first in ("sounds", "sound") and self._kind(j) == "like" for j in range(max(0, i - 3), i)):
            return True  # "the music sounds like a funeral"
        asks = ("want", "more", "less", "comparative", "too", "exclude")
        corrected = any(span.kind == "negate" for span in self.spans[:i])  # "it's not jazz I'm after, it's soul"
        return not corrected and any(span.kind in asks for span in self.spans) and self._verdict(i) is None

    def _is_scenery(self, i: int, concept: Concept) -> bool:
        quality = concept.kind in ("mood", "energy", "tempo", "texture")
        return quality and self.scope.mode == "want" and is_scenery(self.spans, self.tokens, i)

    def _is_complained_of(self, i: int) -> bool:
        """ "The energy reminds me of a broadcast", "the drums come in too early": the thing itself is no wish."""
        j = self._past(i + 1, ("filler", "word"))
        if self._kind(j) == "describe" or (self._kind(j) == "too" and self._verdict(i) is None):
            return True
        k = self._past(j + 1, ("filler", "strong", "soft"))
        if self._kind(j) != "be" or self._verdict(i) is not None:
            return False
        opened = self._kind(self._past_back(i - 1, ("filler", "concept"))) == "reset"
        return self._kind(k) == "too" or (opened and self._kind(k) == "word")  # "but the synths feel dated"

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
            return family or scope.mode == "keep" or (scope.mode == "more" and concept.kind not in _NOUNS)
        if scope.join == "comma":
            return last.kind == concept.kind and self._kind(i - 1) in ("comma", "and")
        return family or last.kind not in _NOUNS

    def _verdict(self, i: int) -> tuple[Wish, float] | None:
        """ "The drums are great" keeps them, "the drums are too loud" lessens them, "don't work" excludes them."""
        j = self._past(i + 1, ("filler", "and", "concept", "strong"))
        k = self._past(j + 1, ("filler", "strong", "soft", "article"))
        if self._kind(j) == "reject" or (self._kind(j) == "be" and self._kind(k) == "reject"):
            return "avoid", PLAIN
        if self._kind(j) == "less" and [token.word for token in self.tokens[self.spans[j].start :][1:2]] == ["so"]:
            return "less", PLAIN  # "the beat less so"
        particle = self.spans[i + 1].first if i + 1 < len(self.spans) else ""
        if particle == "out" and self._kind(i + 2) in ("stop", "comma"):  # "guitar out, piano in"
            return "avoid", PLAIN
        if not self._is_definite(i):
            return None
        if self._kind(self._past(i + 1, ("filler", "strong"))) == "praise":  # "the drums really shine"
            return "keep", PLAIN
        if particle in _PARTICLES:  # "turn the energy down"
            return _PARTICLES[particle], self._take_pending()
        if self._kind(j) == "want" and self._kind(k) == "comparative" and self.spans[k].names[0] in _LOUDNESS:
            self.skip.add(k)
            return _LOUDNESS[self.spans[k].names[0]], self._take_pending()
        pretty = self.spans[j + 1 : j + 2]
        if self._kind(j) == "be" and pretty and pretty[0].first in ("pretty", "super") and self._kind(j + 2) in _ENDS:
            return "keep", PLAIN  # "The flute is pretty."
        return self._predicate(k) or self._trait(i, k) if self._kind(j) == "be" else None

    def _trait(self, i: int, k: int) -> tuple[Wish, float] | None:
        """ "The singing is really emotional", said with praise: both are to stay."""
        return ("keep", PLAIN) if self._kind(k) in ("concept", "word") and is_welcome(self.spans, i) else None

    def _predicate(self, k: int) -> tuple[Wish, float] | None:
        """What the words at `k`, behind "the drums are", say of them."""
        kind, following = self._kind(k), self._kind(k + 1)
        if kind == "praise" or (kind == "concept" and "beautiful" in self.spans[k].names):
            self.skip.add(k)
            return "keep", PLAIN
        if kind == "less" and following in ("stop", "comma", "reset", "and", "filler"):
            return "less", PLAIN
        if kind == "too" and following in ("concept", "word"):
            return self._too_much(k)
        return ("avoid", PLAIN) if kind == "reject" else None

    def _too_much(self, k: int) -> tuple[Wish, float] | None:
        """ "Too loud", "too prominent" lessen a thing, "too quiet" asks for more of it."""
        said = self.spans[k + 1]
        if said.first not in _PROMINENT and not {*_LOUDISH, *_FAINT} & set(said.names):
            return None
        self.skip |= {k, k + 1}
        return ("more" if set(_FAINT) & set(said.names) else "less"), self._take_pending()

    def _is_definite(self, i: int) -> bool:
        while i > 0 and self._kind(i - 1) == "concept":  # "the rock energy"
            i -= 1
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

    def _past_back(self, j: int, kinds: tuple[str, ...]) -> int:
        """The last place up to `j`, at most four away, that is none of `kinds`."""
        return next((k for k in range(j, j - 4, -1) if self._kind(k) not in kinds), j - 4)

    def _is_praised(self, i: int) -> bool:
        """ "Great energy, but …": praise opens the sentence, the concept follows it, and something follows that."""
        before = i - 1 - (self._kind(i - 1) == "and")  # "nice and dreamy"
        sentence = next((j + 1 for j in range(i - 1, -1, -1) if self._kind(j) == "stop"), 0)
        opens = self._kind(before - 1) == "stop" or (
            self._kind(before - 1) == "comma" and self._kind(sentence) == "praise"  # "good energy, nice guitars"
        )
        if self._kind(before) != "praise" or not opens:
            return False
        ahead = range(i, min(i + 10, len(self.spans)))
        end = next((j for j in ahead if self._kind(j) in ("stop", "reset")), len(self.spans))
        said = (self._kind(j) for j in range(end + 1, min(end + 10, len(self.spans))))
        return self._kind(end) == "reset" or any(kind not in (*_HARMLESS, "stop", "comma") for kind in said)
