"""A message cut into spans of one meaning each.

In: one line. Out: `Span`s in order: concepts, cues, names, numbers, punctuation, and words that mean nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musechat.concepts.lexicon import Lexicon, Sense
from musechat.concepts.names import KnownNames, Name, find_names
from musechat.concepts.quantities import find_quantities
from musechat.concepts.tokens import Token, tokenize
from musechat.core.request import Constraints

_UNKNOWN = Sense("word", ())


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
    counted = bytearray(len(line))
    for start, end in quantities.spans:
        counted[start:end] = b"1" * (end - start)
    spans: list[Span] = []
    for name in (*names, None):
        until = len(tokens) if name is None else name.start
        while (i := spans[-1].end if spans else 0) < until:
            token = tokens[i]
            if token.kind != "word" or counted[token.start]:
                kind = token.kind if token.kind != "word" else "number"
                spans.append(Span(kind, (), i, i + 1, token.word))
            else:
                sense, length = lexicon.find(tokens, i, until) or (_UNKNOWN, 1)
                spans.append(Span(sense.kind, sense.names, i, i + length, token.word))
        if name is not None:
            spans.append(Span(f"name {name.relation}", (name.text,), name.start, name.end, tokens[name.start].word))
    return Annotated(line, tokens, spans, quantities.limits)


def _masked(line: str, tokens: Sequence[Token], names: Sequence[Name]) -> str:
    pieces, done = [], 0
    for name in names:
        start, end = tokens[name.start].start, tokens[name.end - 1].end
        pieces += [line[done:start], "x" * (end - start)]
        done = end
    return "".join([*pieces, line[done:]])
