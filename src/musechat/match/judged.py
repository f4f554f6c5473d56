"""The user's own word on what is in a track: it outranks every detector.

In: what was heard, and track → concept → whether the user says that it is there. Out: presence and evidence that
say so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from musechat.concepts.presence import Presence
    from musechat.core.evidence import Evidence

YOURS = "you"
"""The source of evidence that is the user's word."""
_SCORED = ("concept", "keep", "little", "change")


def outranked(
    heard: Presence,
    ids: Sequence[str],
    judged: Mapping[str, Mapping[str, bool]],
    wider: Callable[[str], list[int]],
) -> Presence:
    """A copy in which what was judged holds. `wider`: the columns of what a concept is a kind of, itself among them."""
    rows = {track: row for row, track in enumerate(ids) if track in judged}
    if not rows:
        return heard
    scores, breaks = heard.scores.copy(order="F"), heard.breaks.copy()
    asserted, clear, voice = heard.asserted.copy(), heard.clear.copy(), heard.voice.copy()
    voices = {name: mask.copy() for name, mask in heard.voices.items()}
    for track, row in rows.items():
        known = [(concept, holds) for concept, holds in judged[track].items() if concept in heard.concepts]
        for concept, holds in known:
            if holds:
                breaks[row, wider(concept)] = True
        for concept, holds in known:  # what is said of a genre itself outranks what follows from its kinds
            column = heard.concepts.index(concept)
            scores[row, column], asserted[row, column] = float(holds), holds
            breaks[row, column], clear[row, column] = holds, not holds
        _sing(judged[track], row, voices, voice)
    return dataclasses.replace(
        heard, scores=scores, breaks=breaks, asserted=asserted, clear=clear, voices=voices, voice=voice
    )


def _sing(yours: Mapping[str, bool], row: int, voices: dict[str, np.ndarray], voice: np.ndarray) -> None:
    """Who sings, by the user's word."""
    sung = _sung(yours)
    if sung is not None:
        voice[row] = float(sung)
        voices["none"][row], voices["any"][row] = not sung, sung
    for side in ("female", "male"):
        said = yours.get(f"{side} vocals", bool(voices[side][row]))
        voices[side][row] = said and sung is not False


def _sung(yours: Mapping[str, bool]) -> bool | None:
    """Whether anybody sings, by the user's word; None where it says nothing of that."""
    if yours.get("female vocals") or yours.get("male vocals"):
        return yours.get("vocals", True)
    return yours.get("vocals", not yours["instrumental"] if "instrumental" in yours else None)


def as_judged(evidence: Sequence[Evidence], yours: Mapping[str, bool]) -> list[Evidence]:
    """Evidence of a track that rests on the user's word names the user as its source.

    A measured number stays what was measured; a limit that the user's word decides in its stead shows none.
    """
    return [_as_judged(e, yours) for e in evidence] if yours else list(evidence)


def _as_judged(e: Evidence, yours: Mapping[str, bool]) -> Evidence:
    scored = e.unit.startswith("score")
    if e.kind == "limit" and e.name.removeprefix("no ") in yours and not e.unit.endswith("any voice"):
        value = e.value if scored else None if e.subject == "track" else "by your word"
        return dataclasses.replace(e, source=YOURS, value=value)
    if e.unit.endswith("any voice"):
        return e if _sung(yours) is None else dataclasses.replace(e, source=YOURS)
    concept = e.name.partition(" for ")[0] if e.kind == "scene" else e.name
    concept = concept.removeprefix("more ").removeprefix("less ") if e.kind == "change" else concept
    rests = scored and e.kind in (*_SCORED, "scene") and concept in yours
    return dataclasses.replace(e, source=YOURS) if rests else e
