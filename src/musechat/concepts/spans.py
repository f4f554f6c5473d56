"""A message cut into spans of one meaning each.

In: one line. Out: `Span`s in order: concepts, cues, names, numbers, punctuation, and words that mean nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musechat.concepts.lexicon import Lexicon
from musechat.concepts.names import KnownNames, Name, find_names
from musechat.concepts.quantities import find_quantities
from musechat.concepts.tokens import Token, tokenize
from musechat.core.request import Constraints


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens `start`..`end`. `kind`: a `Sense` kind, or name, number, word, comma, stop; `first`: its first word."""

    kind: str
    names: tuple[str, ...]
    start: int
    end: int
    first: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """A line, its tokens and spans, and the limits that its numbers set."""

    line: str
    tokens: Sequence[Token]
    spans: Sequence[Span]
    limits: Constraints


def annotate(line: str, lexicon: Lexicon, known: KnownNames) -> Annotated:
    """Names first (their words and numbers are theirs), then numbers, then the longest phrase at each word."""
    tokens = tokenize(line)
    names = find_names(line, tokens, lexicon, known)
    quantities = find_quantities(_masked(line, tokens, names))
    named = {name.start: name for name in names}
    numbers = iter(quantities.spans)
    number = next(numbers, None)
    spans: list[Span] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        while number is not None and number[1] <= token.start:
            number = next(numbers, None)
        if i in named:
            span = Span(f"name {named[i].relation}", (named[i].text,), i, named[i].end, token.word)
        elif token.kind != "word":
            span = Span(token.kind, (), i, i + 1, token.word)
        elif number is not None and number[0] <= token.start:
            span = Span("number", (), i, i + 1, token.word)
        else:
            sense, length = lexicon.find(tokens, i) or (None, 1)
            cut = next((j for j in range(i + 1, i + length) if j in named), i + length)
            if cut < i + length:
                sense, cut = None, i + 1
            kind, meant = ("word", ()) if sense is None else (sense.kind, sense.names)
            span = Span(kind, meant, i, cut, token.word)
        spans.append(span)
        i = span.end
    return Annotated(line, tokens, spans, quantities.limits)


def _masked(line: str, tokens: Sequence[Token], names: Sequence[Name]) -> str:
    pieces, done = [], 0
    for name in names:
        start, end = tokens[name.start].start, tokens[name.end - 1].end
        pieces += [line[done:start], "x" * (end - start)]
        done = end
    return "".join([*pieces, line[done:]])
