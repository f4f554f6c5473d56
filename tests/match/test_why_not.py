from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import corpus, video
from musechat.core.evidence import Evidence
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


def one(found: tuple[Evidence, ...], kind: str) -> Evidence:
    (evidence,) = [e for e in found if e.kind == kind]
    return evidence


def test_a_track_shorter_than_the_clip_is_said_to_be() -> None:
    tracks = corpus(3, scores={"piano": [0.9, 0.95, 0.5], "rock": [0.1, 0.1, 0.1]})
    tracks.duration[1] = 2.0
    found = why_not(tracks, Query(video(), None, ASK.request), (), 1, 0)
    short = one(found, "passed over")
    assert (short.name, short.value, short.unit) == ("shorter than the clip", 2.0, "s")
    assert "place" not in kinds(found), "it did not compete"
    tracks.duration[:] = 2.0
    found = why_not(tracks, Query(video(), None, ASK.request), (), 1, 0)
    assert "passed over" not in kinds(found), "all are too short: that kept none away"
    assert one(found, "place").unit == "of 3"


@pytest.mark.parametrize(("bpm", "value"), [(90.0, 90.0), (float("nan"), "not measured")])
def test_a_track_that_does_not_change_as_asked_is_said_so(bpm: float, value: object) -> None:
    tracks = corpus(4, bpm=[100, bpm, 130, 125])
    faster = Query(None, "t0", Request(act="refine", more=(Want("fast"),)))
    passed = one(why_not(tracks, faster, ("t0",), 1, 2), "passed over")
    assert (passed.name, passed.value, passed.unit) == ("not faster", value, "BPM")


def test_what_sounds_like_one_that_was_proposed_is_said_to() -> None:
    tracks = corpus(4)
    tracks.vectors[1] = tracks.vectors[0]
    assert one(why_not(tracks, ASK, ("t0",), 1, 2), "barred").name == "near-duplicate"
    assert one(why_not(tracks, ASK, ("t0",), 0, 2), "barred").name == "proposed before"
    assert "barred" not in kinds(why_not(tracks, ASK, ("t0",), 3, 2))


def test_a_missing_track_says_so_and_the_chosen_one_stands_first() -> None:
    tracks = corpus(3, scores={"piano": [0.9, 0.95, 0.5], "rock": [0.1, 0.1, 0.1]})
    hidden = dataclasses.replace(tracks, shown=np.array([True, False, True]))
    gone = why_not(hidden, ASK, (), 1, 0)
    assert one(gone, "barred").name == "not shown" and "missing" in str(one(gone, "barred").value)
    assert "place" not in kinds(gone)
    chosen = rank(tracks, ASK).picks[0].row
    itself = why_not(tracks, ASK, (), chosen, chosen)
    assert one(itself, "place").value == 1
    assert not {"behind", "ahead", "barred", "limit", "passed over"} & kinds(itself)


def test_every_limit_that_it_breaks_is_named_with_what_was_found() -> None:
    tracks = corpus(3, scores={"rock": [0.1, 0.8, 0.1]}, bpm=[100, 150, 100], artists=["ann", "bob", "cleo"])
    asked = Request(avoids=(Want("rock"),), constraints=Constraints(tempo_max=120, not_artists=("Bob",)))
    broken = [e for e in why_not(tracks, Query(None, None, asked), (), 1, 0) if e.kind == "limit"]
    assert [e.value for e in broken] == [0.8, 150.0, "bob"]
    assert all(e.subject == "other track" for e in broken)


def test_without_a_track_on_the_table_nothing_is_compared() -> None:
    found = why_not(corpus(3), ASK, (), 1, None)
    assert not {"score", "behind", "ahead"} & kinds(found)


@given(st.integers(0, 5), st.integers(0, 2), st.integers(0, 50))
def test_what_it_is_behind_and_ahead_in_makes_up_the_difference_of_the_scores(row: int, words: int, seed: int) -> None:
    tracks = corpus(6, seed=seed)
    asked = (Request(wants=(Want("piano"),)), Request(more=(Want("sad"),), act="refine"), Request(styles=("title 3",)))
    query = Query(video(), "t0", asked[words])
    chosen = rank(tracks, query).picks[0].row
    found = why_not(tracks, query, (), row, chosen)
    mine, best = (float(e.value) for e in found if e.kind == "score")  # type: ignore[arg-type]
    behind, ahead = ([e.weight for e in found if e.kind == kind] for kind in ("behind", "ahead"))
    assert all(share < 0 for share in behind) and all(share > 0 for share in ahead)
    if len(behind) < 3 and len(ahead) < 3:  # everything that counts was told
        assert sum(behind) + sum(ahead) == pytest.approx(mine - best, abs=0.03)


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
