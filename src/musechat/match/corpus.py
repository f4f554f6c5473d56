"""Everything a ranking needs to know of all tracks at once: `Corpus`.

In: the library's matrix and names, the concept scores made from them. Out: one column per fact, n rows.

- It is read-only and made once per state of the library, so that a turn is only arithmetic.
- NaN is "not measured".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.text import folded
from musechat.match.gauge import with_rivals
from musechat.match.judged import outranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musechat.concepts.presence import ConceptScorer
    from musechat.core.features import Floats
    from musechat.library.matrix import Matrix

    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """n tracks, c concepts, d embedding dimensions. `rows`: id → row.

    `sources` (c,): what hears each concept; `vectors` (n, d) unit rows; `scores` (n, c) in 0..1, column-major;
    `breaks` (n, c): whether a track's own evidence breaks the exclusion of a concept; `asserted` (n, c): whether one
    may say that it is there; `clear` (n, c): whether its absence is as good as sure; `bpm`, `arousal`, `valence`,
    `loudness` (LUFS), `duration` (n,); `voices`: for each answer to "which voices" the tracks whose own evidence allows
    it, (n,); `voice` (n,): the score of any voice; `shown` (n,): neither missing nor a near-duplicate;
    `artists`, `licences`, `titles`, `names`: folded text, "" where unknown; `judged`: id → concept → the user's word.
    """

    ids: tuple[str, ...]
    rows: dict[str, int]
    concepts: tuple[str, ...]
    sources: tuple[str, ...]
    vectors: Floats
    scores: Floats
    breaks: Bools
    asserted: Bools
    clear: Bools
    bpm: Floats
    arousal: Floats
    valence: Floats
    loudness: Floats
    duration: Floats
    voices: dict[str, Bools]
    voice: Floats
    shown: Bools
    artists: tuple[str, ...]
    licences: tuple[str, ...]
    titles: tuple[str, ...]
    names: tuple[str, ...]
    judged: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, concept: str) -> int | None:
        """The column of a concept, None for one that nothing measures."""
        return self.concepts.index(concept) if concept in self.concepts else None

    def row(self, track_id: str | None) -> int | None:
        """The row of a track, None for None and for a track that is not in the library."""
        return None if track_id is None else self.rows.get(track_id)

    def by(self, names: Sequence[str]) -> Bools:
        """The tracks (n,) whose artist holds one of `names`, word for word: Ann is not Joanne."""
        wanted = [f" {folded(name)} " for name in names]
        return np.array([any(name in f" {have} " for name in wanted) for have in self.artists], bool)

    def named(self, name: str) -> Bools:
        """The tracks (n,) of an artist, or those that bear a title."""
        made = self.by((name,))
        wanted = folded(name)
        return made if made.any() else np.array([title == wanted for title in self.titles], bool)


def build_corpus(
    matrix: Matrix, scorer: ConceptScorer, judged: Mapping[str, Mapping[str, bool]] = MappingProxyType({})
) -> Corpus:
    """The corpus of a library's matrix. `judged`: track → concept → whether the user says that it is there."""
    judged = with_rivals(judged)
    attributes = {name: matrix.column(name) for name in ("bpm", "arousal", "valence", "loudness", "beat_strength")}
    heard = outranked(scorer(matrix.tags, attributes), matrix.ids, judged, scorer.wider)
    names = matrix.names
    return Corpus(
        ids=matrix.ids,
        rows={track_id: row for row, track_id in enumerate(matrix.ids)},
        concepts=heard.concepts,
        sources=heard.sources,
        vectors=matrix.vectors,
        scores=heard.scores,
        breaks=np.asfortranarray(heard.breaks),
        asserted=heard.asserted,
        clear=heard.clear,
        bpm=attributes["bpm"],
        arousal=attributes["arousal"],
        valence=attributes["valence"],
        loudness=attributes["loudness"],
        duration=matrix.column("duration"),
        voices=heard.voices,
        voice=heard.voice,
        shown=~(matrix.missing | matrix.duplicate),
        artists=names["artist"],
        licences=names["licence"],
        titles=names["title"],
        judged=judged,
        names=tuple(map(" ".join, zip(names["title"], names["artist"], names["album"], strict=True))),
    )
