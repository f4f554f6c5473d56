from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fakes import corpus, video
from musechat.core.request import Constraints, Query, Request, Want
from musechat.match.ranker import rank
from musechat.match.why_not import why_not

ASK = Query(None, None, Request(wants=(Want("piano"),), avoids=(Want("rock"),)))


def kinds(found: tuple[object, ...]) -> set[str]:
    return {e.kind for e in found}  # type: ignore[attr-defined]


def test_a_track_that_only_scores_less_is_told_its_place_and_where_it_loses() -> None:
    tracks = corpus(4, scores={"piano": [0.9, 0.6, 0.5, 0.4], "rock": [0.1, 0.1, 0.1, 0.1]})
    found = why_not(tracks, ASK, (), 1, 0)
    assert [e.value for e in found if e.name == "place"] == [2]
    assert [e for e in found if e.name == "piano" and e.weight < 0]


def test_a_limit_that_it_breaks_is_named() -> None:
    tracks = corpus(3, scores={"piano": [0.9, 0.95, 0.5], "rock": [0.1, 0.8, 0.1]})
    found = why_not(tracks, ASK, (), 1, 0)
    assert any("rock" in e.name for e in found)
    assert any(e.kind == "barred" for e in found) or "limit" in kinds(found)


@pytest.mark.parametrize("seen", [("t1",), ()])
def test_what_was_proposed_before_is_said_to_have_been(seen: tuple[str, ...]) -> None:
    tracks = corpus(3, scores={"piano": [0.9, 0.95, 0.5], "rock": [0.1, 0.1, 0.1]})
    found = why_not(tracks, ASK, seen, 1, 0)
    told = " ".join(f"{e.kind} {e.name} {e.value}" for e in found)
    assert ("before" in told) == bool(seen)


def test_a_track_shorter_than_the_clip_is_said_to_be() -> None:
    tracks = corpus(3, scores={"piano": [0.9, 0.95, 0.5], "rock": [0.1, 0.1, 0.1]})
    tracks.duration[1] = 2.0
    found = why_not(tracks, Query(video(), None, ASK.request), (), 1, 0)
    assert any(e.unit == "s" or "short" in f"{e.name} {e.value}" for e in found)


def test_a_missing_track_and_the_chosen_one_itself() -> None:
    tracks = corpus(3, scores={"piano": [0.9, 0.95, 0.5], "rock": [0.1, 0.1, 0.1]})
    hidden = np.array([True, False, True])
    gone = why_not(dataclasses.replace(tracks, shown=hidden), ASK, (), 1, 0)
    assert gone
    assert why_not(tracks, ASK, (), 0, 0)


def test_a_barred_artist_is_named() -> None:
    tracks = corpus(3, scores={"piano": [0.9, 0.95, 0.5], "rock": [0.1, 0.1, 0.1]}, artists=["ann", "bob", "cleo"])
    asked = Request(wants=(Want("piano"),), constraints=Constraints(not_artists=("Bob",)))
    found = why_not(tracks, Query(None, None, asked), (), 1, 0)
    assert any("Bob" in f"{e.name} {e.value}" for e in found)


def test_a_better_score_that_is_less_sure_is_told_so() -> None:
    tracks = corpus(3, scores={"piano": [0.89, 0.92, 0.1], "sad": [0.88, 0.05, 0.1], "rock": [0.1, 0.1, 0.1]})
    asked = Query(None, None, Request(wants=(Want("piano"), Want("sad"))))
    assert rank(tracks, asked).picks[0].row == 1, "its piano is sure"
    found = why_not(tracks, asked, (), 0, 1)
    assert [e.name for e in found if e.kind == "passed over"] == ["less sure to fit what you asked"]
