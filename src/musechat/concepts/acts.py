"""What a message does: accept, reject, ask for another, ask why, take back, or refine.

In: spans, and whether the message asks for anything. Out: one `Act`.

- An act's words count only where a clause holds nothing else: "go back to the 80s" takes nothing back.
- Praise alone accepts; praise with a "but", or with a wish, refines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from musechat.concepts.spans import Span
from musechat.core.request import Act

_CONTENT = frozenset(
    (
        "concept",
        "comparative",
        "lacks",
        "word",
        "trap",
        "number",
        "licence",
        "lift",
        "hit",
        "name by",
        "name like",
        "name bare",
        "name quote",
        "same",
    )
)
_ALWAYS: tuple[Act, ...] = ("undo", "reject", "different")
_IDLE = frozenset(("filler", "praise", "want", "would", "soft", "strong", "neutral", "article", "and"))


def act_of(spans: Sequence[Span], asks: bool) -> Act:
    """`asks`: the message holds a wish, a limit or a name."""
    fired = {act for clause in _clauses(spans) for act in _fired(clause)}
    kinds = {span.kind for span in spans}
    if not asks and _bare_no(spans):
        fired.add("reject")
    if not asks and "praise" in kinds and not kinds & _CONTENT:
        fired.add("accept")
    order = [span.kind for span in spans]
    if "reset" in order and kinds & {"praise", "accept", "keep"} and "accept" not in order[order.index("reset") :]:
        asks = True  # "I like it, but …"
    if asks and "retract" in kinds:
        fired.discard("undo")  # "scratch that, I do want vocals"
    allowed: tuple[Act, ...] = _ALWAYS if asks else (*_ALWAYS, "why", "accept")
    return next((act for act in allowed if act in fired), "refine" if asks else "nothing")


def _clauses(spans: Sequence[Span]) -> Iterator[list[Span]]:
    clause: list[Span] = []
    for span in spans:
        if span.kind in ("stop", "comma", "reset"):
            yield clause
            clause = []
        else:
            clause.append(span)
    yield clause


def _fired(clause: list[Span]) -> Iterator[Act]:
    """The acts of one clause."""
    kinds = {span.kind for span in clause}
    opening = next((span for span in clause if span.kind not in _IDLE), None)
    if opening is not None and opening.kind == "why":
        yield "why"
        return
    content = kinds & _CONTENT
    if not content and "accept" in kinds:
        yield "accept"
    denied = any(span.kind in ("negate", "mild") for span in clause)  # "upbeat, but not in an annoying way"
    if not content and "reject" in kinds and not denied:
        yield "reject"
    if not content and "undo" in kinds:
        yield "undo"
    if not content and "retract" in kinds:
        yield "undo"
    for span in clause:
        if span.kind != "different" or (span.first == "anything" and kinds & {"be", "praise", "accept"}):
            continue  # "anything else is fine" asks for nothing
        roomy = {"different", "else"} & set(span.names[0].split())
        if not content or (roomy and not content & {"word", "trap"}):
            yield "different"


def _bare_no(spans: Sequence[Span]) -> bool:
    """ "No.", "No, sorry": a no that excludes nothing."""
    first = next((i for i, span in enumerate(spans) if span.kind not in _IDLE), None)
    if first is None or spans[first].kind != "exclude" or spans[first].first != "no":
        return False
    return first + 1 == len(spans) or spans[first + 1].kind in ("comma", "stop")
