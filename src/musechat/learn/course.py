"""The course of a dialogue: what is proposed and what is answered, until the target is on the table.

In: a table of facts, how well every track suits the clip, the target's row, dice. Out: `Exchange`s; the last one
proposes the target.

- The first proposal is the best by the picture alone among a random pool, as a recommender without words would pick.
- What a user says of a track is true of it and of the target, so every wish still holds at the end.
- Between first and last a user may reject, ask why, go back, or come nearer step by step: a track between is one of the
  pool that meets all wishes so far.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from musechat.core.errors import InputError
from musechat.learn.lines import Comparison, Said

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musechat.core.features import Floats
    from musechat.learn.facts import FactTable
    from musechat.learn.intent import Intent
    from musechat.learn.lines import Manner
    from musechat.learn.preference import Preference, Preferrer, Steps

    Rows = NDArray[np.intp]

Kind: TypeAlias = Literal["request", "prefer", "reject", "why", "undo"]


@dataclass(frozen=True, slots=True)
class CourseSettings:
    """Of what happens between the first and the last proposal the shares that ask why, go back (where there was a track
    before) and come nearer; the rest rejects. `tempo`: the share of proposals that tell it. `attempts`: pools drawn
    before a target is given up.
    """

    why: float = 0.15
    back: float = 0.15
    nearer: float = 0.4
    tempo: float = 0.5
    attempts: int = 8


COURSE = CourseSettings()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the user does, and what is proposed in answer: the track of `row`."""

    kind: Kind
    row: int
    said: Said
    preference: Preference | None = None


_Wish: TypeAlias = "tuple[Intent, int]"
"""A wish and the row that was on the table when it was said."""


@dataclass(slots=True)
class _Table:
    """What is on the table, what was before, and all wishes that hold."""

    row: int
    before: list[tuple[int, tuple[_Wish, ...]]]
    wishes: tuple[_Wish, ...]
    seen: set[int]


class Courses:
    """Plans dialogues over one table of facts."""

    def __init__(self, table: FactTable, prefer: Preferrer, steps: Steps, pool: int, turns: int) -> None:
        """`pool`: how many tracks the first proposal is chosen from; `turns`: messages of the user, at least 2."""
        self._table, self._prefer, self._steps, self._pool, self._turns = table, prefer, steps, pool, turns

    def __call__(self, suits: Floats, target: int, dice: Random) -> tuple[Exchange, ...]:
        """`suits` (n,): how well each track suits the clip. Raises `InputError` where no course leads to the target."""
        for _ in range(COURSE.attempts):
            pool = self._drawn(target, dice)
            order = pool[np.argsort(-suits[pool], kind="stable")]
            exchanges = self._course(order, target, dice)
            if exchanges is not None:
                return exchanges
        raise InputError(
            f"Nothing is known of “{self._table.names[target].title}” that parts it from other tracks of the library."
        )

    def _drawn(self, target: int, dice: Random) -> Rows:
        """The rows of the pool: tracks that may be spoken of, without the target."""
        known = np.flatnonzero(self._table.known)
        rows: Rows = known[known != target]
        if len(rows) <= self._pool:
            return rows
        rng = np.random.default_rng(dice.getrandbits(64))
        return rng.choice(rows, self._pool, replace=False, shuffle=False)

    def _course(self, order: Rows, target: int, dice: Random) -> tuple[Exchange, ...] | None:
        first = int(order[0])
        table = _Table(first, [], (), {first, target})
        exchanges = [Exchange("request", first, self._said("first", first, (), None, dice))]
        while len(exchanges) < self._turns - 1:
            step = self._between(order, target, table, exchanges[-1].kind, dice)
            if step is None:
                return None
            exchanges.append(step)
        preference = self._prefer(table.row, target, dice)
        if preference is None:
            return None
        said = self._said("next", target, preference.intents, table.row, dice)
        return (*exchanges, Exchange("prefer", target, said, preference))

    def _between(self, order: Rows, target: int, table: _Table, last: Kind, dice: Random) -> Exchange | None:
        """One exchange that does not end at the target."""
        drawn, back = dice.random(), COURSE.why + COURSE.back
        if drawn < COURSE.why and last != "why":
            return Exchange("why", table.row, self._said("why", table.row, (), None, dice))
        if drawn < back and table.before and last not in ("undo", "why"):
            table.row, table.wishes = table.before.pop()
            return Exchange("undo", table.row, self._said("back", table.row, (), None, dice))
        if drawn < back + COURSE.nearer and (step := self._nearer(order, target, table, dice)) is not None:
            return step
        following = self._best(order, table.wishes, table)
        if following is None:
            return None
        self._put(table, following, table.wishes)
        return Exchange("reject", following, self._said("next", following, (), None, dice))

    def _nearer(self, order: Rows, target: int, table: _Table, dice: Random) -> Exchange | None:
        """A wish that is true of the target, and the best track of the pool that meets it and all before."""
        preference = self._prefer(table.row, target, dice)
        if preference is None:
            return None
        wishes = (*table.wishes, *((intent, table.row) for intent in preference.intents))
        following = self._best(order, wishes, table)
        if following is None:
            return None
        now = table.row
        self._put(table, following, wishes)
        return Exchange(
            "prefer", following, self._said("next", following, preference.intents, now, dice), preference
        )  # fmt: skip

    def _put(self, table: _Table, row: int, wishes: tuple[_Wish, ...]) -> None:
        table.before.append((table.row, table.wishes))
        table.row, table.wishes = row, wishes
        table.seen.add(row)

    def _best(self, order: Rows, wishes: Iterable[_Wish], table: _Table) -> int | None:
        """The first row of `order` that was not proposed and meets all wishes, as far as is known."""
        meets = np.ones(len(order), bool)
        for wish, now in wishes:
            meets &= self._meets(order, wish, now)
        return next((int(row) for row in order[meets] if int(row) not in table.seen), None)

    def _meets(self, rows: Rows, wish: Intent, now: int) -> NDArray[np.bool_]:
        """Which of `rows` fulfil a wish that is said with the track `now` on the table."""
        t = self._table
        if wish.kind == "tempo":
            near: NDArray[np.bool_] = np.abs(np.log2(t.bpm[rows] / float(wish.value))) <= self._steps.tempo / 2
            return near
        if wish.kind in ("style", "keep"):
            return np.ones(len(rows), bool)
        if wish.kind in ("more", "less") and (sides := self._prefer.measured(wish.value)) is not None:
            values, sign, step = sides
            away = (values[rows] - values[now]) * (sign if wish.kind == "more" else -sign)
            far: NDArray[np.bool_] = away >= step
            return far
        name = {"female": "female vocals", "male": "male vocals", "none": "instrumental"}.get(wish.value, wish.value)
        if name not in t.concepts:
            return np.zeros(len(rows), bool)
        column = t.concepts.index(name)
        held = t.lacks if wish.kind in ("avoid", "less") else t.has
        found: NDArray[np.bool_] = held[rows, column]
        return found

    def _said(self, manner: Manner, row: int, intents: Iterable[Intent], now: int | None, dice: Random) -> Said:
        """What is told of a proposal: what is in it, and how it answers the wishes."""
        comparisons = [] if now is None else [c for intent in intents for c in self._answer(intent, row, now)]
        bpm = self._bpm(row)
        told = bpm is not None and not any(c.kind in ("faster", "slower") for c in comparisons)
        tempo = bpm if told and dice.random() < COURSE.tempo else None
        return Said(manner, self._table.names[row], self._table.told(row), tuple(comparisons), tempo)

    def _answer(self, intent: Intent, row: int, now: int) -> Iterable[Comparison]:
        """What may be said of the track in answer to one wish."""
        t, bpm, before = self._table, self._bpm(row), self._bpm(now)
        if intent.kind == "more" and intent.value in ("fast", "slow") and bpm and before and bpm != before:
            yield Comparison("faster" if bpm > before else "slower", now=bpm, then=before)
        column = t.concepts.index(intent.value) if intent.value in t.concepts else None
        if column is not None and intent.kind == "keep" and t.has[row, column]:
            yield Comparison("keeps", intent.value)
        if column is not None and intent.kind in ("avoid", "less") and t.lacks[row, column]:
            yield Comparison("lacks", intent.value)

    def _bpm(self, row: int) -> int | None:
        bpm = float(self._table.bpm[row])
        return None if np.isnan(bpm) else round(bpm)
