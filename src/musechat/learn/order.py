"""One call of the synthesizer from beginning to end: `Order`, `carry_out`.

In: a library, a file of pairs, what is wanted. Out: a dataset's folder, and an `Outcome`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musechat.core.errors import InputError
from musechat.core.text import one_line
from musechat.learn.dataset import open_folder
from musechat.learn.pairs import Faulty, read_pairs
from musechat.learn.prepare import prepare
from musechat.learn.synthesis import Settings, synthesize

if TYPE_CHECKING:
    from musechat.app.library import Library
    from musechat.core.protocols import Progress
    from musechat.learn.chats import ModelChoice
    from musechat.learn.facts import Source
    from musechat.learn.synthesis import Made

POOL = 2000
"""Tracks from which the first proposal is chosen, where the library has so many."""


@dataclass(frozen=True, slots=True)
class Order:
    """`each`: dialogues for each pair; `pool`: None for `POOL`, or all other tracks of a smaller library."""

    pairs: Path
    out: Path
    each: int = 1
    turns: int = 2
    pool: int | None = None
    facts: Source = "tags"
    tags: int = 5
    relative: float = 0.6
    shape: str = "published"
    masked: bool = False
    seed: int = 0
    model: ModelChoice | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`wrong`: lines of the file of pairs that could not be used; `pool`: of how many tracks the first was chosen."""

    made: Made
    wrong: tuple[Faulty, ...]
    pool: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        made = self.made
        counts: dict[str, Any] = {
            "made": made.made,
            "kept": made.kept,
            "skipped": made.skipped,
            "reasons": made.reasons,
        }
        counts |= {"refused": dict(made.refused)}
        faulty = [{"line": one.line, "why": one.why} for one in self.wrong]
        return {"schema_version": 1, **counts, "pool": self.pool, "faulty": faulty}


def carry_out(library: Library, order: Order, progress: Progress) -> Outcome:
    """Makes the dataset, or goes on with it. Raises `InputError` for what cannot be done at all."""
    pairs, faulty = read_pairs(order.pairs)
    if not pairs:
        raise InputError(f"{one_line(order.pairs.name)} holds no pair; line {faulty[0].line}: {faulty[0].why}.")
    if order.model is not None:
        order.model.chat()  # a wrong address or file is told before any clip is watched
    library.require_tracks()
    tracks = [track.id for track in library.tracks()]
    settings = Settings(
        order.seed, _pool(order.pool, len(tracks)), order.turns, order.relative, order.shape, order.masked
    )
    with open_folder(order.out, _kept(order, settings, tracks)) as folder:
        prepared = prepare(library, pairs, order.out, settings, order.facts, order.tags, order.model, progress)
        processes = 1 if order.model is not None and order.model.is_file else library.models.threads
        made = synthesize(prepared.scene, order.each * len(prepared.scene.pairs), folder, processes, progress)
    wrong = sorted((*faulty, *prepared.faulty), key=lambda one: one.line)
    return Outcome(made, tuple(wrong), settings.pool)


def _pool(asked: int | None, tracks: int) -> int:
    """Raises `InputError` where more tracks are asked for than there are beside the target."""
    others = tracks - 1
    if others < 1:
        raise InputError("The library holds one track; a first proposal needs another. Import more music.")
    if asked is not None and asked > others:
        raise InputError(
            f"A pool of {asked:,} needs {asked + 1:,} tracks, and the library holds {tracks:,}; lower --pool."
        )
    return min(POOL, others) if asked is None else asked


def _kept(order: Order, settings: Settings, tracks: Iterable[str]) -> dict[str, object]:
    """What a folder must have been begun with to go on."""
    return dataclasses.asdict(settings) | {
        "facts": order.facts,
        "tags": order.tags,
        "writer": "grammar" if order.model is None else order.model.address,
        "pairs": hashlib.sha256(order.pairs.read_bytes()).hexdigest(),
        "library": hashlib.sha256("".join(sorted(tracks)).encode()).hexdigest(),
    }
