"""What a user who has heard one track says to be led to another: `prefer`.

In: the facts of the track on the table and of the target. Out: intents that are all true, in a shape's proportions.

- Relative ones compare the two ("slower", "keep the guitar", "lose the drums"), absolute ones describe the target.
- No intent takes back another: a concept is spoken of once, and never together with its opposite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from musechat.concepts.understand import understand
from musechat.learn.intent import Intent, meaning
from musechat.learn.leaks import leaks

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.core.features import Floats
    from musechat.learn.facts import FactTable
    from musechat.learn.shape import Shape

Opening: TypeAlias = Literal["like", "praise", "doubt"]


@dataclass(frozen=True, slots=True)
class Steps:
    """By how much two tracks must differ to be called so: octaves of tempo, LU, arousal and valence (each -1..1)."""

    tempo: float = 0.15
    loudness: float = 3.0
    arousal: float = 0.25
    valence: float = 0.25


STEPS = Steps()
_VOICES = {"instrumental": "none", "female vocals": "female", "male vocals": "male"}
_SIDES = {"fast": ("fast", "slow"), "loud": ("loud", "quiet"), "energetic": ("energetic", "calm"),
          "happy": ("happy", "sad")}  # fmt: skip
STYLE_NEAR = 0.6
"""Cosine from which an artist's mean sounds like a track."""


@dataclass(frozen=True, slots=True)
class Preference:
    """How the line begins, and what it asks for; `liked` concepts are among the intents as "keep"."""

    opening: Opening
    intents: tuple[Intent, ...]


class Preferrer:
    """Plans preferences over one table of facts."""

    def __init__(
        self, table: FactTable, vocabulary: Vocabulary, shape: Shape, relative: float, steps: Steps = STEPS
    ) -> None:
        """`relative`: the share of lines that compare with the track on the table."""
        self._table, self._vocabulary, self._shape, self._relative = table, vocabulary, shape, relative
        self._steps = steps
        self._artists = _artists(table)
        self._readable: dict[str, bool] = {}
        self._octaves: Floats = np.log2(table.bpm)

    def __call__(self, now: int, target: int, dice: Random) -> Preference | None:
        """What leads from the track of row `now` to that of row `target`; None where nothing true can be said."""
        shape = self._shape
        negated = dice.random() < shape.negation
        against = _shuffled(self.compared(now, target, negated), dice) if dice.random() < self._relative else []
        plain = _shuffled(self._described(target, negated), dice)
        extra = list(self._extras(target, dice))
        wanted = dice.randint(shape.fewest, shape.most)
        opening = self._opening(dice)
        liked = [intent for intent in self._kept(now, target) if opening == "like"]
        first = [intent for intent in (*against, *plain) if intent.kind == "avoid"][:1] if negated else []
        chosen = self._agreeing([*first, *liked[:2], *against[:2], *extra, *plain], wanted)
        if not any(intent.kind != "keep" for intent in chosen):
            return None
        kept = any(intent.kind == "keep" for intent in chosen)
        return Preference("praise" if opening == "like" and not kept else opening, chosen)

    def compared(self, now: int, target: int, negated: bool) -> Iterator[Intent]:
        """What is true of the target against the track on the table."""
        t = self._table
        for name, (more, fewer) in _SIDES.items():
            step = self._step(name, now, target)
            if step:
                yield Intent("more", more if step > 0 else fewer, relative=True)
        for concept in t.told(target):
            column = t.concepts.index(concept)
            if concept not in _VOICES and t.lacks[now, column]:
                yield Intent("more", concept, relative=True)
        for concept in t.told(now):
            column = t.concepts.index(concept)
            if t.lacks[target, column] and concept not in ("instrumental",):
                yield Intent("avoid" if negated else "less", concept, relative=True)

    def measured(self, word: str) -> tuple[Floats, int, float] | None:
        """What a comparing word is measured by: values (n,), the way in which there is more of it, the least step;
        None for a word that no number tells."""
        t, steps = self._table, self._steps
        scales = {
            "fast": (self._octaves, steps.tempo),
            "loud": (t.loudness, steps.loudness),
            "energetic": (t.arousal, steps.arousal),
            "happy": (t.valence, steps.valence),
        }
        for name, (more, fewer) in _SIDES.items():
            if word in (more, fewer):
                return scales[name][0], 1 if word == more else -1, scales[name][1]
        return None

    def _step(self, name: str, now: int, target: int) -> int:
        """Which way the target differs: 1, -1, or 0 for too little or not known."""
        scale = self.measured(name)
        assert scale is not None
        values, _, least = scale
        away = float(values[target] - values[now])
        return int(np.sign(away)) if abs(away) >= least else 0

    def _described(self, target: int, negated: bool) -> Iterator[Intent]:
        for concept in self._table.told(target):
            voices = _VOICES.get(concept)
            if voices is None:
                yield Intent("want", concept)
            elif voices != "none" or negated:
                yield Intent("vocals", voices)
        if negated:
            for concept in self._table.absent(target):
                if self._vocabulary[concept].kind in ("instrument", "genre"):
                    yield Intent("avoid", concept)

    def _extras(self, target: int, dice: Random) -> Iterator[Intent]:
        """A tempo in BPM, an artist whose style it is, each as often as the shape says."""
        bpm = float(self._table.bpm[target])
        if dice.random() < self._shape.tempo and not np.isnan(bpm):
            yield Intent("tempo", str(round(bpm / 5) * 5))
        if dice.random() < self._shape.style and (artist := self._alike(target, dice)) is not None:
            yield Intent("style", artist)

    def _kept(self, now: int, target: int) -> list[Intent]:
        shared = set(self._table.told(now)) & set(self._table.told(target))
        return [Intent("keep", concept, relative=True) for concept in self._table.told(now) if concept in shared]

    def _alike(self, target: int, dice: Random) -> str | None:
        """An artist who sounds like the target, and whose name tells nothing of it."""
        names, means = self._artists
        if not names:
            return None
        near, own = means @ self._table.vectors[target], self._table.names[target]
        best = [names[int(i)] for i in np.argsort(-near)[:8] if near[i] >= STYLE_NEAR]
        fit = [name for name in best if not leaks(name, own) and self._reads_as_name(name)][:3]
        return dice.choice(fit) if fit else None

    def _reads_as_name(self, artist: str) -> bool:
        """Whether the name is taken for one: a band called Drums is not."""
        if artist not in self._readable:
            read = understand(f"in the style of {artist}", self._vocabulary, artists=(artist,))
            self._readable[artist] = meaning([Intent("style", artist)]) == replace(read, text="")
        return self._readable[artist]

    def _opening(self, dice: Random) -> Opening:
        drawn = dice.random()
        if drawn < self._shape.likes:
            return "like"
        return "praise" if drawn < self._shape.likes + self._shape.praise else "doubt"

    def _agreeing(self, intents: list[Intent], at_most: int) -> tuple[Intent, ...]:
        """The first that do not speak of the same thing, or of its opposite, as one before."""
        chosen: list[Intent] = []
        spoken: set[str] = set()
        for intent in intents:
            about = self._about(intent)
            if not about & spoken:
                chosen.append(intent)
                spoken |= about
            if len(chosen) == at_most:
                break
        return tuple(chosen)

    def _about(self, intent: Intent) -> set[str]:
        if intent.kind in ("tempo", "style"):
            return {"fast", "slow"} if intent.kind == "tempo" else {"style"}
        if intent.kind == "vocals" or intent.value in ("vocals", *_VOICES):
            return {"vocals"}
        opposite = self._vocabulary[intent.value].opposite
        return {intent.value, *([opposite] if opposite else [])}


def _shuffled(intents: Iterator[Intent], dice: Random) -> list[Intent]:
    """In any order, what comes first of a track tending to stay in front."""
    found = list(intents)
    return sorted(found, key=lambda intent: found.index(intent) * 0.25 + dice.random())


def _artists(table: FactTable) -> tuple[list[str], Floats]:
    """All artists and the unit means (a, d) of what they made."""
    rows: dict[str, list[int]] = {}
    for row, names in enumerate(table.names):
        if names.artist is not None:
            rows.setdefault(names.artist, []).append(row)
    if not rows:
        return [], np.zeros((0, table.vectors.shape[1]), np.float32)
    means = np.array([table.vectors[mine].mean(axis=0) for mine in rows.values()], np.float32)
    return list(rows), means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), np.float32(1e-9))
