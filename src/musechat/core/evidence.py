"""Why a track was chosen, in numbers and then in words: `Evidence`, `Ranked`, `Claim`, `Reply`.

In: the contributions of a ranking. Out: what a reason may say.

- A reason is the ranking read aloud: a claim points at the evidence it rests on, by index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from musechat.core.fit import Fit
from musechat.core.track import Track

Subject = Literal["track", "previous track", "other track", "clip", "words"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was measured or read, and what it added to the score.

    `kind`: a closed word for what sort of fact it is (concept, tempo, mood, colour, name, …). `name`: which one.
    `value`: what was found, in `unit`. `source`: the measurement or the place it was read. `weight`: its signed
    contribution to the score, 0.0 for facts that are only stated.
    """

    kind: str
    subject: Subject
    name: str
    value: float | str | None
    unit: str
    source: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A track with its score, the evidence that made it, and how it is laid under the clip; None without a clip."""

    track: Track
    score: float
    evidence: tuple[Evidence, ...]
    fit: Fit | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of a sentence and the indices (into `Reply.evidence`) of the evidence it rests on."""

    text: str
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reason in words: the claims' texts joined are `text`. `narrator` names who worded it."""

    text: str
    claims: tuple[Claim, ...]
    evidence: tuple[Evidence, ...]
    narrator: str
