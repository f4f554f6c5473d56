"""Why a track was not proposed: the answer to "why not Night Drive?".

In: a corpus, the query that was answered, a row. Out: evidence about that track ("other track"), to be told.

- The same weighing that made the proposal is asked again; nothing is explained that did not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musechat.core.evidence import Evidence
from musechat.match.ranker import RankerWeights, heard_before, surely_right, weigh

if TYPE_CHECKING:
    from musechat.core.request import Query
    from musechat.match.corpus import Corpus
    from musechat.match.part import Part
    from musechat.match.ranker import Weighed

TOLD = 3
"""Differences in score that are told at most, each way."""
LEAST = 0.005
"""A smaller difference is none."""


def why_not(corpus: Corpus, query: Query, seen: tuple[str, ...], row: int, chosen: int | None) -> tuple[Evidence, ...]:
    """What kept the track at `row` from being proposed instead of the one at `chosen`.

    Evidence of the kinds "barred" (missing, a near-duplicate, proposed before), "limit" (each that it breaks),
    "passed over" (too short for the clip, not the change that was asked for, the artist's second), "place" and
    "behind"/"ahead" (what the difference in score is made of).
    """
    dials = RankerWeights()
    weighed = weigh(corpus, query, seen, dials)
    found = [*_barred(corpus, seen, row, dials), *_broken(weighed, row)]
    if not found:
        found += _passed_over(corpus, query, weighed, row)
        found += _less_sure(corpus, query, weighed, row, chosen)
    order = weighed.order(corpus, query, len(corpus))
    if row in order:
        place = order.index(row) + 1
        found.append(_other("place", "place", place, f"of {len(order)}"))
    if chosen is not None:
        found += _compared(weighed, row, chosen)
    return tuple(found)


def _other(kind: str, name: str, value: float | str, unit: str = "", source: str = "ranking") -> Evidence:
    return Evidence(kind, "other track", name, value, unit, source)


def _barred(corpus: Corpus, seen: tuple[str, ...], row: int, dials: RankerWeights) -> list[Evidence]:
    if not corpus.shown[row]:
        return [_other("barred", "not shown", "its file is missing, or it is a near-duplicate", "", "library")]
    if corpus.ids[row] in seen:
        return [_other("barred", "proposed before", "proposed before, or kept out from the start")]
    if heard_before(corpus, seen, dials.near_duplicate)[row]:
        return [_other("barred", "near-duplicate", "sounds like one that was proposed before", "", "musicnn embedding")]
    return []


def _broken(weighed: Weighed, row: int) -> list[Evidence]:
    return [limit.evidence(row, "other track") for limit in weighed.limits if not limit.allowed[row]]


def _passed_over(corpus: Corpus, query: Query, weighed: Weighed, row: int) -> list[Evidence]:
    if weighed.mask[row] or not weighed.mask.any():
        return []
    found = []
    if query.video is not None and corpus.duration[row] < query.video.duration:
        length = round(float(corpus.duration[row]), 1)
        found.append(_other("passed over", "shorter than the clip", length, "s", "decoded length"))
    for part in weighed.parts:
        if part.kind == "change" and not part.fit[row] > 0:
            value = float(part.value[row])
            shown = "not measured" if np.isnan(value) else round(value, 3)
            found.append(_other("passed over", f"not {part.name}", shown, part.unit, part.source))
    return found


def _less_sure(corpus: Corpus, query: Query, weighed: Weighed, row: int, chosen: int | None) -> list[Evidence]:
    """A track that scores more stands behind one that surely has what was asked for."""
    sure = surely_right(corpus, query, weighed.mask)
    if chosen is None or sure[row] or not sure[chosen] or weighed.score[row] <= weighed.score[chosen]:
        return []
    return [_other("passed over", "less sure to fit what you asked", round(float(weighed.score[row]), 3), "score 0–1")]


def _compared(weighed: Weighed, row: int, chosen: int) -> list[Evidence]:
    """Both scores, and the parts in which the one or the other is ahead."""
    found = [
        _other("score", "score", round(float(weighed.score[row]), 3), "score 0–1"),
        Evidence("score", "track", "score", round(float(weighed.score[chosen]), 3), "score 0–1", "ranking"),
    ]
    total = sum(part.weight for part in weighed.parts) or 1.0
    gaps = [(part, part.weight * float(part.fit[row] - part.fit[chosen]) / total) for part in weighed.parts]
    behind = sorted((gap for gap in gaps if gap[1] < -LEAST), key=lambda gap: gap[1])[:TOLD]
    ahead = sorted((gap for gap in gaps if gap[1] > LEAST), key=lambda gap: -gap[1])[:TOLD]
    return found + [_gap("behind", *gap) for gap in behind] + [_gap("ahead", *gap) for gap in ahead]


def _gap(kind: str, part: Part, share: float) -> Evidence:
    return Evidence(kind, "other track", part.name, round(share, 3), "of the score", part.source, round(share, 4))
