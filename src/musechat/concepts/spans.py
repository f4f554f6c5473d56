"""A message cut into spans of one meaning each.

In: one line. Out: `Span`s in order: concepts, cues, names, numbers, punctuation, and words that mean nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from musechat.concepts.hits import find_hits
from musechat.concepts.lexicon import Lexicon, Sense
from musechat.concepts.lifts import find_lifts
from musechat.concepts.names import KnownNames, find_names
from musechat.concepts.quantities import find_quantities
from musechat.concepts.tokens import Token, tokenize
from musechat.core.request import Constraints

_UNKNOWN = Sense("word", ())


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens `start`..`end`; `first`: the first word.

    `kind`: a `Sense` kind, name, lift, hit, number, word, comma, stop.
    """

    kind: str
    names: tuple[str, ...]
    start: int
    end: int
    first: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """A line, its tokens and spans, the limits that its numbers set, and the second of the clip that it wants hit."""

    line: str
    tokens: Sequence[Token]
    spans: Sequence[Span]
    limits: Constraints
    hit: float | None = None


def annotate(
    line: str, lexicon: Lexicon, known: KnownNames, is_title: Callable[[str], bool] = lambda words: False
) -> Annotated:
    """Names, lifted limits and hits first (their words and numbers are theirs), then numbers, then longest phrases."""
    tokens = tokenize(line)
    corrected = [replace(token, word=lexicon.corrected(token.word)) for token in tokens]
    names = find_names(line, tokens, lexicon, known, is_title)
    lifts = find_lifts(tokens, frozenset(i for name in names for i in range(name.start, name.end)))
    taken = [Span(f"name {n.relation}", (n.text,), n.start, n.end, tokens[n.start].word) for n in names]
    hits = find_hits(_masked(line, tokens, taken))
    for hit in hits:
        inside = [i for i, token in enumerate(tokens) if hit.start <= token.start < hit.end]
        kind, limits = ("hit", ()) if hit.second is not None else ("lift", ("hit",))
        taken.append(Span(kind, limits, inside[0], inside[-1] + 1, tokens[inside[0]].word))
        lifts = [lift for lift in lifts if lift.end <= inside[0] or lift.start > inside[-1]]
    taken += [Span("lift", (lift.limit,), lift.start, lift.end, tokens[lift.start].word) for lift in lifts]
    taken.sort(key=lambda span: span.start)
    lifted = [(tokens[lift.start].start, lift.limit) for lift in lifts]
    quantities = find_quantities(_masked(line, tokens, taken), lifted)
    counted = bytearray(len(line))
    for start, end in quantities.spans:
        counted[start:end] = b"1" * (end - start)
    spans: list[Span] = []
    for whole in (*taken, None):
        until = len(tokens) if whole is None else whole.start
        while (i := spans[-1].end if spans else 0) < until:
            token = tokens[i]
            if token.kind != "word" or counted[token.start]:
                kind = token.kind if token.kind != "word" else "number"
                spans.append(Span(kind, (), i, i + 1, token.word))
            else:
                sense, length = lexicon.find(corrected, i, until) or (_UNKNOWN, 1)
                spans.append(Span(sense.kind, sense.names, i, i + length, token.word))
        if whole is not None:
            spans.append(whole)
    second = next((hit.second for hit in reversed(hits) if hit.second is not None), None)
    return Annotated(line, tokens, spans, quantities.limits, second)


def _masked(line: str, tokens: Sequence[Token], taken: Sequence[Span]) -> str:
    pieces, done = [], 0
    for span in taken:
        start, end = tokens[span.start].start, tokens[span.end - 1].end
        pieces += [line[done:start], "x" * (end - start)]
        done = end
    return "".join([*pieces, line[done:]])
