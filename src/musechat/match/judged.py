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
_SCORED = ("concept", "keep", "little", "change", "voice", "standing")


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
        for concept, holds in judged[track].items():
            if concept not in heard.concepts:
                continue
            column = heard.concepts.index(concept)
            scores[row, column], asserted[row, column] = float(holds), holds
            breaks[row, column], clear[row, column] = holds, not holds
            if holds:
                breaks[row, wider(concept)] = True
        _sing(judged[track], row, voices, voice)
    return dataclasses.replace(
        heard, scores=scores, breaks=breaks, asserted=asserted, clear=clear, voices=voices, voice=voice
    )


def _sing(yours: Mapping[str, bool], row: int, voices: dict[str, np.ndarray], voice: np.ndarray) -> None:
    """Who sings, by the user's word."""
    sung = yours.get("vocals", True if yours.get("female vocals") or yours.get("male vocals") else None)
    if sung is None and "instrumental" in yours:
        sung = not yours["instrumental"]
    if sung is None:
        return
    voice[row] = float(sung)
    voices["none"][row], voices["any"][row] = not sung, sung
    for side in ("female", "male"):
        voices[side][row] = sung and yours.get(f"{side} vocals", bool(voices[side][row]))


def as_judged(evidence: Sequence[Evidence], yours: Mapping[str, bool]) -> list[Evidence]:
    """Evidence of a track whose score is the user's word names the user as its source."""
    return [
        dataclasses.replace(e, source=YOURS)
        if e.kind in _SCORED and e.name.removeprefix("more ").removeprefix("less ") in yours
        else e
        for e in evidence
    ]
