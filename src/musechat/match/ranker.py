"""The transparent ranker: a query's parts added up, the limits applied, the list made fair.

In: a corpus, a `Query`, ids that must not return. Out: `Ranking`, rows in order with what made each score.

- The same function serves turn 1 (picture), later turns (picture, previous track, words) and search (words, names).
- Artist repeats are folded: an artist's second track stands behind every artist's first, unless one was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.request import Request
from musechat.core.text import folded
from musechat.match.limits import HARD, Limit, allowed, limits, relaxations
from musechat.match.part import Part, weighted_mean
from musechat.match.picture import PictureWeights, picture_parts
from musechat.match.words import WordWeights, example_part, word_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from musechat.core.conversation import Relaxation
    from musechat.core.evidence import Evidence
    from musechat.core.features import Floats
    from musechat.core.request import Query, Want
    from musechat.match.corpus import Bools, Corpus


@dataclass(frozen=True, slots=True)
class RankerWeights:
    """The dials of the ranker, side by side."""

    words: WordWeights = field(default_factory=WordWeights)
    picture: PictureWeights = field(default_factory=PictureWeights)
    example: float = 2.0
    near_duplicate: float = 0.995
    """Cosine to a track that was proposed before from which a track counts as the same one."""
    search_floor: float = 0.25
    """A search returns nothing that scores below; a wish half way to outstanding gives .5."""
    pool: int = 200
    """How many of the best are looked at when artists are folded."""


QUIET = 0.2
"""The score of any voice up to which a track goes first where no voice is wanted: set by hand, few sung tracks are
labelled.
"""


@dataclass(frozen=True, slots=True)
class Pick:
    """One row of the corpus, its score in 0..1, and the evidence whose weights add up to it, largest first."""

    row: int
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best first. `relaxations` says what would help where there are none.

    `parts` and `limits`: what was weighed and what was cut, over all tracks, for telling about any of them.
    """

    picks: tuple[Pick, ...]
    relaxations: tuple[Relaxation, ...] = ()
    parts: tuple[Part, ...] = field(default=(), compare=False, repr=False)
    limits: tuple[Limit, ...] = field(default=(), compare=False, repr=False)


def rank(
    corpus: Corpus,
    query: Query,
    *,
    seen: tuple[str, ...] = (),
    at_most: int = 5,
    weights: RankerWeights | None = None,
) -> Ranking:
    """The best `at_most` tracks for a query. `seen`: ids that must not come back."""
    dials = weights or RankerWeights()
    weighed = weigh(corpus, query, seen, dials)
    best = weighed.order(corpus, query, max(dials.pool, at_most))
    picks = tuple(_pick(weighed.parts, weighed.score, row) for row in best[:at_most])
    helpful = () if picks else relaxations(weighed.limits, weighed.base, corpus.shown & ~weighed.base)
    return Ranking(picks, helpful, tuple(weighed.parts), tuple(weighed.limits))


def assess(corpus: Corpus, query: Query, row: int) -> Ranking:
    """What one track is worth to a query, whatever else there is and whatever limits it breaks."""
    weighed = weigh(corpus, query, (), RankerWeights())
    picks = (_pick(weighed.parts, weighed.score, row),)
    return Ranking(picks, (), tuple(weighed.parts), tuple(weighed.limits))


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """All tracks before one is picked: `score` (n,); `base` (n,), what may come back at all; `allowed` (n,), what also
    passes every limit; `mask` (n,), what of it is best suited by length and by the change that was asked for.
    """

    parts: list[Part]
    limits: list[Limit]
    score: Floats
    base: Bools
    allowed: Bools
    mask: Bools

    def order(self, corpus: Corpus, query: Query, at_most: int) -> list[int]:
        """The rows by falling score, the surely right ones first, repeats of an artist behind every other's first."""
        sure = surely_right(corpus, query, self.mask)
        best = best_rows(self.score, sure, at_most)
        best += best_rows(self.score, self.mask & ~sure, at_most - len(best))
        one_artist = query.request is not None and query.request.constraints.artist is not None
        return best if one_artist else _folded(corpus, best)


def weigh(corpus: Corpus, query: Query, seen: tuple[str, ...], dials: RankerWeights) -> Weighed:
    """Scores and masks of all tracks for a query."""
    parts = [] if query.video is None else picture_parts(corpus, query.video, dials.picture)
    request = query.request
    example = None if query.reference is None else query.reference.features.embeddings.mean(axis=0)
    if example is not None and (part := example_part(corpus, "near your example", example, dials.example)) is not None:
        parts.append(part)
    if request is not None:
        parts += word_parts(corpus, request, corpus.row(query.previous), dials.words)
    found = [] if request is None else limits(corpus, request)
    base = corpus.shown & ~heard_before(corpus, seen, dials.near_duplicate)
    if example is not None:
        base &= ~_same(corpus, example, dials.near_duplicate)
    score = weighted_mean(parts, len(corpus))
    passed = allowed(found, base)
    return Weighed(parts, found, score, base, passed, _narrowed(corpus, query, parts, passed))


def search(
    corpus: Corpus, request: Request, text: str, *, at_most: int = 20, weights: RankerWeights | None = None
) -> Ranking:
    """Tracks for words alone: those whose name holds the words, then those that score above the middle."""
    dials = weights or RankerWeights()
    found = limits(corpus, request)
    mask = allowed(found, corpus.shown)
    named = _name_part(corpus, text)
    holds: Bools = named.fit > 0
    by_name = best_rows(named.fit, mask & holds, at_most)
    parts = word_parts(corpus, request, None, dials.words)
    score = weighted_mean(parts, len(corpus))
    # Limits alone are a search too: then all that passes is found, in the library's order.
    floor = 0.0 if found and not parts else dials.search_floor
    good: Bools = score >= floor
    by_words = best_rows(score, mask & good & ~holds, at_most)
    picks = [_pick([named], named.fit, row) for row in by_name] + [_pick(parts, score, row) for row in by_words]
    return Ranking(
        tuple(picks[:at_most]), () if picks else relaxations(found, corpus.shown, np.zeros(len(corpus), bool))
    )


def _narrowed(corpus: Corpus, query: Query, parts: list[Part], mask: Bools) -> Bools:
    """Of the allowed tracks (n,) those as long as the clip, then those that change the way that was asked for.

    Each step only where it leaves a track: "faster" is never answered by a slower track while there is a faster one.
    """
    steps: list[Bools] = [] if query.video is None else [corpus.duration >= query.video.duration]
    steps += [part.fit > 0 for part in parts if part.kind == "change"]
    for step in steps:
        if np.any(mask & step):
            mask = mask & step
    return mask


def surely_right(corpus: Corpus, query: Query, mask: Bools) -> Bools:
    """Of `mask` (n,) the tracks that surely lack what is excluded, then those that surely have what is wanted; each
    step only where it leaves a track.
    """
    request = query.request or Request()
    steps: list[Bools] = [corpus.clear[:, column] for column in _columns(corpus, request.avoids)]
    steps += [corpus.asserted[:, column] for column in _columns(corpus, request.wants)]
    if request.constraints.vocals == "none":
        steps.insert(0, corpus.voice <= QUIET)
    for step in steps:
        if np.any(mask & step):
            mask = mask & step
    return mask


def _columns(corpus: Corpus, wishes: Iterable[Want]) -> list[int]:
    """Where the concepts stand that were asked for or excluded outright."""
    columns = (corpus.column(want.concept) for want in wishes if want.weight >= HARD)
    return [column for column in columns if column is not None]


def _pick(parts: list[Part], score: Floats, row: int) -> Pick:
    total = sum(part.weight for part in parts) or 1.0
    found = (part.evidence(row, total) for part in parts)
    evidence = sorted((e for e in found if e.value is not None), key=lambda e: -e.weight)
    return Pick(row, round(float(score[row]), 4), tuple(evidence))


def heard_before(corpus: Corpus, seen: tuple[str, ...], cosine: float) -> Bools:
    """Tracks (n,) that were proposed before, or sound like one that was."""
    rows = [row for track_id in seen if (row := corpus.row(track_id)) is not None]
    near: Bools = corpus.vectors @ corpus.vectors[rows].T > cosine  # (n, seen)
    mask: Bools = np.any(near, axis=1)
    mask[rows] = True
    return mask


def _same(corpus: Corpus, example: Floats, cosine: float) -> Bools:
    """Tracks (n,) that are as good as the example (d,) itself."""
    length = np.float32(max(float(np.linalg.norm(example)), 1e-9))
    near: Bools = corpus.vectors @ (example / length) > cosine
    return near


def best_rows(score: Floats, mask: Bools, k: int) -> list[int]:
    """Allowed rows by falling score; ties keep the library's order."""
    rows = np.flatnonzero(mask)
    if rows.size > k > 0:
        cut = np.partition(score[rows], rows.size - k)[rows.size - k]
        rows = rows[score[rows] >= cut]
    order = np.argsort(-score[rows], kind="stable")
    return [int(row) for row in rows[order][:k]]


def _folded(corpus: Corpus, rows: list[int]) -> list[int]:
    """Each artist's best first, then the repeats; unknown artists are not one artist."""
    first: list[int] = []
    repeats: list[int] = []
    artists: set[str] = set()
    for row in rows:
        artist = corpus.artists[row]
        (repeats if artist and artist in artists else first).append(row)
        artists.add(artist)
    return first + repeats


def _name_part(corpus: Corpus, text: str) -> Part:
    """Tracks whose title, artist or album holds the whole text, word for word."""
    wanted = f" {folded(text)} "
    holds = (bool(wanted.strip()) and wanted in f" {name} " for name in corpus.names)
    fit = np.fromiter(holds, np.float32, len(corpus))
    return Part("name", wanted.strip(), 1.0, fit, fit, "1 if it matches", "title, artist, album")
