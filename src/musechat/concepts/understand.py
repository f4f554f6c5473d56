"""Words → `Request`, by rules.

In: one message, the vocabulary, the names that the library knows. Out: what it asks for, and what it could not use.

- No language model: the same words mean the same thing everywhere, offline, in well under a millisecond a sentence.
- Nothing vanishes: a content word that was not used stands in `unmatched`, a concept that nothing hears stands in
  `unmeasurable` ("saxophone", "no saxophone", "style of Björk").
- Where a message contradicts itself the later word wins, and the request says so.
- A message in another language is not understood, and says so by being unmatched as a whole.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.concepts.acts import act_of
from musechat.concepts.asked import asked_about
from musechat.concepts.lexicon import lexicon_of
from musechat.concepts.names import known_names, named
from musechat.concepts.reading import SAME_TEMPO, TEMPI, WISH_OF, Event, Leftover, Reading, Wish
from musechat.concepts.scope import read
from musechat.concepts.spans import Annotated, annotate
from musechat.concepts.tokens import clean, is_foreign
from musechat.core.request import Act, Request, Vocals, Want
from musechat.core.text import one_line

if TYPE_CHECKING:
    from musechat.concepts.open_vocabulary import OpenVocabulary
    from musechat.concepts.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Characters read of one message, leftovers shown and their length, words of a phrase tried as an open concept."""

    characters: int = 4000
    shown: int = 20
    shown_characters: int = 60
    open_words: int = 3
    open_weight: float = 0.5
    hard: float = 0.75


LIMITS = ReadingLimits()
_KEPT = ((SAME_TEMPO, "want"), (SAME_TEMPO, "more"))
_UNUSED = ((SAME_TEMPO, "avoid"), (SAME_TEMPO, "less"))
_POSITIVE: tuple[Wish, ...] = ("want", "more", "keep")
_UNHEARD = {"avoid": "no ", "less": "less "}


def understand(
    text: str,
    vocabulary: Vocabulary,
    *,
    artists: Sequence[str] = (),
    this_artist: str | None = None,
    is_title: Callable[[str], bool] = lambda words: False,
    open_vocabulary: OpenVocabulary | None = None,
) -> Request:
    """Never raises on any text. `artists`: names known to the library; `this_artist`: of the track on the table;
    `is_title`: whether the library holds a track of this title; `open_vocabulary`: tries leftover phrases.
    """
    lexicon = lexicon_of(vocabulary)
    line = named(clean(text, LIMITS.characters), this_artist)
    if (asked := asked_about(line, is_title)) is not None:
        target, more = (one_line(words, LIMITS.shown_characters) for words in asked)
        said = one_line(text, LIMITS.characters)
        return Request(said, "why not", target=target, unmatched=(more,) if more else ())
    names = tuple(artists)
    annotated = annotate(line, lexicon, known_names(names), is_title)

    def known(name: str) -> bool:
        return name in names or is_title(name)

    act: Act = "nothing"
    named_by = {i for span in annotated.spans if span.kind.startswith("name") for i in range(span.start, span.end)}
    unnamed = [token for i, token in enumerate(annotated.tokens) if i not in named_by]  # "De La Soul"
    if is_foreign(unnamed, lexicon.foreign, lexicon.english):
        everything = [Leftover(i, i + 1, "mention") for i, t in enumerate(annotated.tokens) if t.kind == "word"]
        request, phrases = Request(), _phrases(annotated, everything)
    else:
        reading = read(annotated, vocabulary)
        opened, phrases = _opened(annotated, _phrases(annotated, reading.leftovers), open_vocabulary)
        events, overruled = _resolved([*reading.events, *opened], vocabulary)
        request = _request(events, reading, annotated, vocabulary, known)
        retracted = tuple(f"{_said(event)}, taken back" for event in reading.retracted)
        request = dataclasses.replace(request, overruled=(*retracted, *overruled))
        act = act_of(annotated.spans, asks=request != Request())
        if act == "nothing" and reading.same is not None:
            act = "refine" if reading.same else "different"
        request = dataclasses.replace(request, same=reading.same is True and act != "why")
    note = (f"… (text cut at {LIMITS.characters:,} characters)",) if len(text) > LIMITS.characters else ()
    unmatched = (*_unmatched(annotated, phrases), *request.unmatched, *note)
    return dataclasses.replace(request, text=one_line(text, LIMITS.characters), act=act, unmatched=unmatched)


def _opened(
    annotated: Annotated, phrases: list[Leftover], open_vocabulary: OpenVocabulary | None
) -> tuple[list[Event], list[Leftover]]:
    """Leftover phrases that the open vocabulary understands, at reduced weight, and those that remain."""
    short = [p for p in phrases if p.mode in WISH_OF and p.end - p.start <= LIMITS.open_words][: LIMITS.shown]
    if open_vocabulary is None or not short:
        return [], phrases
    found = open_vocabulary.nearest([_text(annotated, phrase) for phrase in short])
    hits = {phrase: concept for phrase, concept in zip(short, found, strict=True) if concept is not None}
    events = [Event(concept, WISH_OF[phrase.mode], LIMITS.open_weight) for phrase, concept in hits.items()]
    return events, [phrase for phrase in phrases if phrase not in hits]


def _resolved(events: Iterable[Event], vocabulary: Vocabulary) -> tuple[list[Event], tuple[str, ...]]:
    """The later word wins over an earlier one about the same concept, or over its opposite; and which ones did."""
    kept: list[Event] = []
    overruled: list[str] = []
    for event in events:
        lost = [old for old in kept if _overrules(event, old, vocabulary)]
        overruled += [f"{_said(old)}, taken back by {_said(event)}" for old in lost if _said(old) != _said(event)]
        kept = [old for old in kept if old not in lost]
        kept.append(event)
    return kept, tuple(dict.fromkeys(overruled))


def _overrules(new: Event, old: Event, vocabulary: Vocabulary) -> bool:
    positive = new.wish in _POSITIVE
    if old.concept == new.concept:
        return (old.wish in _POSITIVE) != positive or old.wish == new.wish
    if old.concept == SAME_TEMPO and new.concept in TEMPI and new.wish in ("want", "more", "less"):
        return True  # "I like the pace, but faster"
    opposed = old.concept == vocabulary[new.concept].opposite
    return opposed and positive and new.wish != "keep" and old.wish in ("want", "more")


def _said(event: Event) -> str:
    return {"avoid": "no ", "less": "less ", "more": "more "}.get(event.wish, "") + event.concept


def _request(
    events: list[Event],
    reading: Reading,
    annotated: Annotated,
    vocabulary: Vocabulary,
    known: Callable[[str], bool],
) -> Request:
    """`known`: whether the library holds an artist or a track of this name, so that its style can be heard."""
    vocals, events = _vocals([_kept(event) for event in events], vocabulary)
    deaf = [e for e in events if not vocabulary[e.concept].measurable or (e.concept, e.wish) in _UNUSED]
    unmeasurable = [_UNHEARD.get(event.wish, "") + (event.said or event.concept) for event in deaf]
    heard = [event for event in events if event not in deaf]

    def those(wish: Wish) -> tuple[Want, ...]:
        return tuple(Want(event.concept, event.weight) for event in heard if event.wish == wish)

    liked = [(_name(name), negated) for relation, name, negated in reading.names if relation == "like"]
    styles = tuple(dict.fromkeys(name for name, negated in liked if not negated and known(name)))
    unheard = [f"{'not ' * negated}style of {name}" for name, negated in liked if name not in styles]
    named = {_name(name): negated for relation, name, negated in reading.names if relation != "like"}
    artists = [name for name, negated in named.items() if not negated]
    licences = list(dict.fromkeys(reading.licences))
    constraints = dataclasses.replace(
        annotated.limits,
        vocals=vocals,
        licence=licences[-1] if licences else None,
        artist=artists[-1] if artists else None,
        not_artists=tuple(name for name, negated in named.items() if negated),
    )
    return Request(
        wants=those("want"),
        avoids=those("avoid"),
        more=those("more"),
        less=those("less"),
        keep=those("keep"),
        constraints=constraints,
        styles=styles,
        unmatched=(*artists[:-1], *licences[:-1]),
        unmeasurable=tuple(dict.fromkeys((*unmeasurable, *unheard))),
        lifts=tuple(dict.fromkeys(reading.lifts)),
        hit=annotated.hit,
    )


def _kept(event: Event) -> Event:
    return dataclasses.replace(event, wish="keep") if (event.concept, event.wish) in _KEPT else event


def _name(name: str) -> str:
    return one_line(name, LIMITS.shown_characters)


def _vocals(events: list[Event], vocabulary: Vocabulary) -> tuple[Vocals | None, list[Event]]:
    """Which voices the wishes allow. Excluding voices as such is a limit, excluding some voices is an exclusion."""
    answer: Vocals | None = None
    rest: list[Event] = []
    for event in events:
        voices = vocabulary[event.concept].voices
        if event.wish == "avoid" and event.weight >= LIMITS.hard and event.concept in ("vocals", "instrumental"):
            answer = "none" if voices == "any" else "any"
            continue
        rest.append(event)
        if event.wish == "want" and voices is not None:
            sung = (answer, voices) if answer in ("female", "male") else (voices,)
            answer = answer if voices == "any" and len(sung) > 1 else "any" if len(set(sung)) > 1 else voices
    return answer, rest


def _phrases(annotated: Annotated, leftovers: Sequence[Leftover]) -> list[Leftover]:
    """Neighbouring leftovers of one scope as one phrase."""
    merged: list[Leftover] = []
    for part in leftovers:
        gap = annotated.tokens[merged[-1].end : part.start] if merged else ()
        if merged and merged[-1].mode == part.mode and all(token.word == "'s" for token in gap):
            merged[-1] = Leftover(merged[-1].start, part.end, part.mode)
        else:
            merged.append(part)
    return merged


def _text(annotated: Annotated, phrase: Leftover) -> str:
    return annotated.line[annotated.tokens[phrase.start].start : annotated.tokens[phrase.end - 1].end]


def _unmatched(annotated: Annotated, phrases: Sequence[Leftover]) -> tuple[str, ...]:
    lines = (one_line(_text(annotated, phrase), LIMITS.shown_characters) for phrase in phrases)
    return tuple(line for line in dict.fromkeys(lines) if line)[: LIMITS.shown]
