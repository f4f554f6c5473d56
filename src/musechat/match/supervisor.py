"""The music supervisor over one library: `Supervisor`.

In: an open library, the concept scorer. Out: `Proposal`s and search results with all their evidence.

- The corpus is made once per state of the library and made anew when the library has changed.
- What costs per track (names, segments, energy, its fit) is read only for the few that are shown.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from musechat.concepts.floors import Floor, shipped_floors
from musechat.core.errors import InputError
from musechat.core.evidence import Evidence, Ranked
from musechat.core.text import folded
from musechat.library.matrix import Matrix
from musechat.match.corpus import Corpus, build_corpus
from musechat.match.facts import name_evidence, sound_evidence, strongest_tags
from musechat.match.fit import fit
from musechat.match.fit_facts import fit_evidence
from musechat.match.gauge import GAUGES, fulfilled
from musechat.match.judged import YOURS, as_judged
from musechat.match.picture import clip_evidence
from musechat.match.proposal import Proposal
from musechat.match.ranker import Ranking, assess, rank, search
from musechat.match.why_not import why_not

if TYPE_CHECKING:
    from musechat.concepts.presence import ConceptScorer
    from musechat.core.features import Floats, TrackFeatures, VideoProfile
    from musechat.core.fit import Fit
    from musechat.core.request import Query, Request
    from musechat.core.track import Track
    from musechat.library.tracks import Store

ALTERNATIVES = 4
SPOKEN_TAGS = 3
SHORTEST_ID = 4
FIT_KINDS = ("fit", "offset")
"""Kinds of evidence about how a track is laid under a clip."""


class Supervisor:
    """Answers queries from one library; use it from the thread that opened the store."""

    def __init__(self, store: Store, scorer: ConceptScorer, tag_names: tuple[str, ...]) -> None:
        self._store = store
        self._scorer = scorer
        self._tag_names = tag_names
        self._corpus: tuple[int, Corpus] | None = None
        self._artists: tuple[int, tuple[str, ...]] | None = None
        self._titles: tuple[Corpus, frozenset[str]] | None = None

    def corpus(self) -> Corpus:
        """The corpus of the library as it is now."""
        if self._corpus is None or self._corpus[0] != self._store.changes:
            matrix = Matrix.load(self._store)
            judged = {
                track: {concept: said.holds for concept, said in yours.items()}
                for track, yours in self._store.judgements().items()
            }
            self._corpus = (matrix.changes, build_corpus(matrix, self._scorer, judged))
        return self._corpus[1]

    def artists(self) -> tuple[str, ...]:
        """The names of all artists of the library as it is now."""
        changes = self._store.changes
        if self._artists is None or self._artists[0] != changes:
            self._artists = (changes, tuple(self._store.artists()))
        return self._artists[1]

    def is_title(self, words: str) -> bool:
        """Whether a track of the library is called exactly so."""
        corpus = self.corpus()
        if self._titles is None or self._titles[0] is not corpus:
            self._titles = (corpus, frozenset(corpus.titles))
        return folded(words) in self._titles[1]

    def find(self, name: str) -> str | None:
        """The id of the track that bears this title, the first letters of this id, or a title that holds the words."""
        corpus, wanted = self.corpus(), folded(name)
        if not wanted:
            return None
        exact = [i for i, title in enumerate(corpus.titles) if title == wanted]
        held = exact or [i for i, known in enumerate(corpus.names) if f" {wanted} " in f" {known} "]
        by_id = [
            i for i, track_id in enumerate(corpus.ids) if len(wanted) >= SHORTEST_ID and track_id.startswith(wanted)
        ]
        found = [*by_id, *sorted(held, key=lambda i: not corpus.shown[i])]
        return corpus.ids[found[0]] if found else None

    def propose(self, query: Query, seen: tuple[str, ...]) -> Proposal:
        """The best track for a query that was not proposed before, the next best, and the evidence around them."""
        ranking = rank(self.corpus(), query, seen=seen, at_most=1 + ALTERNATIVES)
        if not ranking.picks:
            clip = () if query.video is None else clip_evidence(query.video)
            return Proposal(None, (), clip, ranking.relaxations)
        return self._proposal(ranking, query)

    def present(self, query: Query, track_id: str) -> Proposal:
        """One track as the answer to a query, as good or bad as it is. Raises `InputError` for an unknown one."""
        corpus = self.corpus()
        row = corpus.row(track_id)
        if row is None:
            raise InputError("That track is not in the library, or was not analysed yet.")
        return self._proposal(assess(corpus, query, row), query)

    def why_not(self, query: Query, seen: tuple[str, ...], track_id: str, chosen: str | None) -> tuple[Evidence, ...]:
        """What kept a track from being proposed; empty for one that is not in the library."""
        corpus = self.corpus()
        row = corpus.row(track_id)
        if row is None:
            return ()
        named = dataclasses.replace(name_evidence(self._store.tracks([track_id])[0])[0], subject="other track")
        found = why_not(corpus, query, seen, row, corpus.row(chosen))
        return (named, *as_judged(found, corpus.judged.get(track_id, {})))

    def _proposal(self, ranking: Ranking, query: Query) -> Proposal:
        corpus, row = self.corpus(), ranking.picks[0].row
        ranked = self._ranked(corpus, ranking, query)
        around = (
            *as_judged(_asked(corpus, ranking, query.request, row), corpus.judged.get(corpus.ids[row], {})),
            *as_judged(_before(ranking, corpus.row(query.previous)), corpus.judged.get(query.previous or "", {})),
            *(() if query.video is None else clip_evidence(query.video)),
        )
        return Proposal(ranked[0], tuple(ranked[1:]), (*ranked[0].evidence, *around))

    def search(self, request: Request, text: str, at_most: int) -> tuple[tuple[Ranked, ...], Ranking]:
        """Tracks for words alone, with the ranking for its relaxations."""
        corpus = self.corpus()
        ranking = search(corpus, request, text, at_most=at_most)
        ids = [corpus.ids[pick.row] for pick in ranking.picks]
        tracks = self._store.tracks(ids)
        evidence = [
            tuple(as_judged(pick.evidence, corpus.judged.get(corpus.ids[pick.row], {}))) for pick in ranking.picks
        ]
        found = zip(tracks, ranking.picks, evidence, strict=True)
        return tuple(Ranked(track, pick.score, told) for track, pick, told in found), ranking

    def refit(self, query: Query, ranked: Ranked) -> Ranked:
        """The same track laid under the clip as `query` now asks, with the evidence for that."""
        kept = tuple(e for e in ranked.evidence if e.kind not in FIT_KINDS)
        features = self._store.features(ranked.track.id)
        if features is None or query.video is None:
            return dataclasses.replace(ranked, evidence=kept, fit=None)
        laid, facts = _laid(ranked.track, features, query.video, query.request)
        told = len(kept) < len(ranked.evidence)
        return dataclasses.replace(ranked, evidence=(*kept, *facts) if told else kept, fit=laid)

    def _ranked(self, corpus: Corpus, ranking: Ranking, query: Query) -> list[Ranked]:
        tracks = self._store.tracks([corpus.ids[pick.row] for pick in ranking.picks])
        found = []
        for place, (track, pick) in enumerate(zip(tracks, ranking.picks, strict=True)):
            features = self._store.features(track.id)
            evidence, laid = [*as_judged(pick.evidence, corpus.judged.get(track.id, {})), *name_evidence(track)], None
            if place == 0:
                evidence += self._asserted(corpus, pick.row)
            if features is not None and place == 0:
                tags = strongest_tags(features, self._tag_names, SPOKEN_TAGS)
                evidence += sound_evidence(features, track.duration, _told(tags, query.request))
            if features is not None and query.video is not None:
                laid, facts = _laid(track, features, query.video, query.request)
                evidence += facts if place == 0 else ()
            found.append(Ranked(track, pick.score, tuple(evidence), laid))
        return found

    def _asserted(self, corpus: Corpus, row: int) -> list[Evidence]:
        """What may be said to be in a track; the value is how often such a call was right on labelled music."""
        floors = shipped_floors()
        yours = corpus.judged.get(corpus.ids[row], {})
        kinds = dict.fromkeys(GAUGES, "tempo") | {concept.name: concept.kind for concept in self._scorer.concepts}
        found = [
            Evidence("asserted", "track", concept, "yes", f"by your word ({kind})", YOURS)
            for concept, kind in kinds.items()
            if yours.get(concept)
        ]
        for column in np.flatnonzero(corpus.asserted[row]):
            concept = self._scorer.concepts[column]
            if concept.name in yours:
                continue
            floor = floors.get(concept.name, Floor())
            unit = f"of {floor.said} such calls right ({concept.kind})"
            source = f"{corpus.sources[column]}, above its floor, tested on {floor.on} music"
            found.append(Evidence("asserted", "track", concept.name, floor.right, unit, source))
        return found


def _told(tags: list[tuple[str, float]], request: Request | None) -> list[tuple[str, float]]:
    """Without weak tags of what was excluded: its calibrated score is told with the limit that it passed."""
    excluded = {want.concept for want in request.avoids} if request is not None else set()
    return [(tag, probability) for tag, probability in tags if tag not in excluded]


def _laid(
    track: Track, features: TrackFeatures, video: VideoProfile, request: Request | None
) -> tuple[Fit, tuple[Evidence, ...]]:
    hit = None if request is None else request.hit
    laid = fit(features, track.duration, video, hit=hit)
    return laid, fit_evidence(laid, features, track.duration, video, hit)


def _asked(corpus: Corpus, ranking: Ranking, request: Request | None, row: int) -> tuple[Evidence, ...]:
    """How the choice stands in the library for each wish, and what each limit found."""
    found = []
    for want in () if request is None else request.wants:
        if (values := _heard_for(corpus, want.concept)) is not None:
            below = round(100 * float((values < values[row]).mean()), 1)
            found.append(Evidence("standing", "track", want.concept, below, "% of the library score lower", "library"))
    for part in ranking.parts:
        if part.kind == "style":
            below = round(100 * float((part.value < part.value[row]).mean()), 1)
            found.append(
                Evidence("standing", "track", part.name, below, "% of the library are further away", "library")
            )
    return (*found, *(limit.evidence(row) for limit in ranking.limits))


def _heard_for(corpus: Corpus, concept: str) -> Floats | None:
    """What each track (n,) has of a concept, more being more; None for one that nothing measures."""
    if concept in GAUGES:
        return fulfilled(corpus, concept)
    column = corpus.column(concept)
    return None if column is None else corpus.scores[:, column]


def _before(ranking: Ranking, previous: int | None) -> tuple[Evidence, ...]:
    """What the previous track measured on everything that the choice is compared with."""
    if previous is None:
        return ()
    compared = [(part, float(part.value[previous])) for part in ranking.parts if part.kind in ("change", "keep")]
    return tuple(
        Evidence(part.kind, "previous track", part.name, round(value, 3), part.unit, part.source)
        for part, value in compared
        if not np.isnan(value)
    )
