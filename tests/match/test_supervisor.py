from __future__ import annotations

import numpy as np
import pytest

from fakes import video
from library.fakes import features
from musechat.core.errors import InputError
from musechat.core.evidence import Evidence, Ranked
from musechat.core.features import EncoderId, Form, TrackFeatures
from musechat.core.request import Query, Request
from musechat.core.track import Fact, Track
from musechat.match.supervisor import Supervisor

TAG = Evidence("tag", "track", "piano", 0.4, "probability", "musicnn")
TOLD = Ranked(Track("t", "p", 60.0, Fact("T", "tag")), 0.5, (TAG, Evidence("offset", "track", "start", 1.0, "s", "")))


class Shelf:
    """A store of one track."""

    def __init__(self, known: bool = True) -> None:
        marks = (np.arange(0, 58, 0.5), np.arange(0, 58, 2.0), [20.0], [20.0], [6.0])
        form = Form(*(np.asarray(each, np.float32) for each in marks))
        energy = np.full(60, 0.5, np.float32)
        self.heard = features("song", EncoderId("fake", "1"), energy=energy, form=form) if known else None

    def features(self, track_id: str) -> TrackFeatures | None:
        return self.heard


def refitted(ranked: Ranked, query: Query, known: bool = True) -> Ranked:
    return Supervisor(Shelf(known), None, ()).refit(query, ranked)  # type: ignore[arg-type]


def test_refitting_keeps_the_track_and_what_ranked_it() -> None:
    laid = refitted(TOLD, Query(video(duration=20.0), None, Request(hit=8.0)))
    assert (laid.track, laid.score) == (TOLD.track, TOLD.score)
    assert laid.fit is not None
    assert laid.fit.heard(8.0) == pytest.approx(20.0)
    assert laid.evidence[0] == TAG
    starts = [e.value for e in laid.evidence if e.kind == "offset"]
    assert starts == [12.0]


def test_an_alternative_of_which_nothing_was_told_stays_brief() -> None:
    laid = refitted(Ranked(TOLD.track, 0.4, (TAG,)), Query(video(duration=20.0)))
    assert laid.fit is not None
    assert laid.evidence == (TAG,)


def test_without_a_clip_or_measurements_nothing_is_laid() -> None:
    assert refitted(TOLD, Query(None, None, Request(hit=8.0))).fit is None
    bare = refitted(TOLD, Query(video()), known=False)
    assert (bare.fit, bare.evidence) == (None, (TAG,))


def test_a_hit_outside_the_clip_is_refused() -> None:
    with pytest.raises(InputError, match=r"20\.0 s long"):
        refitted(TOLD, Query(video(duration=20.0), None, Request(hit=20.0)))
