from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fakes import CONCEPTS, corpus, video
from laying import features
from musechat.core.conversation import Reference
from musechat.core.features import Scene
from musechat.core.request import Constraints, Query, Request, Want
from musechat.match.ranker import best_rows, rank, search


def ask(**fields: object) -> Query:
    return Query(video(), "t0", Request(act="refine", **fields))  # type: ignore[arg-type]


def ids(ranking: object, tracks: object) -> list[str]:
    return [tracks.ids[pick.row] for pick in ranking.picks]  # type: ignore[attr-defined]


def test_the_evidence_adds_up_to_the_score() -> None:
    tracks = corpus(40)
    query = ask(wants=(Want("piano"),), more=(Want("fast"),), keep=(Want("rock", 0.5),))
    for pick in rank(tracks, query).picks:
        assert sum(e.weight for e in pick.evidence) == pytest.approx(pick.score, abs=1e-3)
        assert 0 <= pick.score <= 1


def test_a_wanted_concept_wins() -> None:
    tracks = corpus(6, scores={"piano": [0.1, 0.2, 0.95, 0.1, 0.3, 0.2]})
    assert ids(rank(tracks, Query(None, None, Request(wants=(Want("piano"),)))), tracks)[0] == "t2"


def test_of_two_tempi_alike_the_one_that_sounds_like_it_wins() -> None:
    """A slow track whose beats are counted twice measures fast; a user's word outranks how it sounds."""
    tracks = corpus(3, bpm=[160, 160, 100], scores={"fast": [0.3, 0.99, 0.99]})
    assert ids(rank(tracks, Query(None, None, Request(wants=(Want("fast"),)))), tracks)[0] == "t1"
    told = dataclasses.replace(tracks, judged={"t0": {"fast": True}, "t1": {"fast": False}})
    picks = rank(told, Query(None, None, Request(wants=(Want("fast"),)))).picks
    assert {pick.row: pick.score for pick in picks if pick.row < 2} == {0: 1.0, 1: 0.0}


def test_an_exclusion_cuts_what_the_tracks_own_evidence_breaks() -> None:
    tracks = corpus(4, scores={"rock": [0.9, 0.6, 0.2, 0.1]})
    found = ids(rank(tracks, ask(avoids=(Want("rock"),)), at_most=10), tracks)
    assert set(found) == {"t2", "t3"}


def test_a_mild_exclusion_cuts_nothing_but_prefers_less() -> None:
    tracks = corpus(4, scores={"rock": [0.9, 0.95, 0.9, 0.1]})
    found = ids(rank(tracks, Query(None, "t0", Request(avoids=(Want("rock", 0.5),))), at_most=10), tracks)
    assert found[0] == "t3"
    assert len(found) == 4


def test_nothing_seen_returns_nor_what_sounds_the_same() -> None:
    tracks = corpus(5)
    twin = tracks.vectors.copy()
    twin[3] = twin[1]
    tracks = type(tracks)(**{f: getattr(tracks, f) for f in tracks.__dataclass_fields__} | {"vectors": twin})
    found = ids(rank(tracks, ask(), seen=("t1", "unknown"), at_most=10), tracks)
    assert set(found) == {"t0", "t2", "t4"}


def test_faster_is_judged_by_tempo_against_the_previous_track() -> None:
    tracks = corpus(4, bpm=[100, 80, 135, np.nan], scores={"fast": [0.1, 0.9, 0.1, 0.9]})
    best = rank(tracks, Query(None, "t0", Request(more=(Want("fast"),)))).picks[0]
    assert tracks.ids[best.row] == "t2"
    assert [(e.name, e.value, e.unit) for e in best.evidence] == [("faster", 135.0, "BPM")]
    slower = rank(tracks, Query(None, "t0", Request(less=(Want("fast"),)))).picks[0]
    assert tracks.ids[slower.row] == "t1"


def test_faster_is_never_answered_by_a_slower_track_while_there_is_a_faster_one() -> None:
    tracks = corpus(4, bpm=[100, 60, 101, 60], scores={"piano": [0.5, 0.99, 0.01, 0.99]})
    query = Query(None, "t0", Request(wants=(Want("piano"),), more=(Want("fast", 0.5),)))
    assert ids(rank(tracks, query, seen=("t0",)), tracks) == ["t2"]
    assert len(ids(rank(tracks, query, seen=("t0", "t2")), tracks)) == 2


def test_louder_is_judged_by_measured_loudness() -> None:
    tracks = corpus(3)
    level = {"loudness": np.array([-16, -17, -12], np.float32)}
    tracks = type(tracks)(**{f: getattr(tracks, f) for f in tracks.__dataclass_fields__} | level)
    tracks = type(tracks)(
        **{f: getattr(tracks, f) for f in tracks.__dataclass_fields__} | {"concepts": ("loud", *CONCEPTS[1:])}
    )
    best = rank(tracks, Query(None, "t0", Request(more=(Want("loud"),))), seen=("t0",)).picks[0]
    assert [(e.name, e.value, e.unit) for e in best.evidence] == [("louder", -12.0, "LUFS")]


def test_a_clip_gets_a_track_that_is_long_enough_while_there_is_one() -> None:
    tracks = corpus(3)
    length = {"duration": np.array([5, 40, 60], np.float32)}
    tracks = type(tracks)(**{f: getattr(tracks, f) for f in tracks.__dataclass_fields__} | length)
    assert set(ids(rank(tracks, Query(video(duration=30.0), None, None)), tracks)) == {"t1", "t2"}
    assert len(ids(rank(tracks, Query(video(duration=300.0), None, None)), tracks)) == 3


def test_more_without_a_previous_track_is_a_plain_wish() -> None:
    tracks = corpus(3, scores={"sad": [0.2, 0.9, 0.4]})
    assert ids(rank(tracks, Query(None, None, Request(more=(Want("sad"),)))), tracks)[0] == "t1"


def test_keep_holds_on_to_what_the_previous_track_had() -> None:
    tracks = corpus(4, scores={"piano": [0.9, 0.1, 0.88, 0.2]})
    found = ids(rank(tracks, Query(None, "t0", Request(keep=(Want("piano"),))), seen=("t0",)), tracks)
    assert found[0] == "t2"


def test_something_different_leaves_the_previous_track() -> None:
    tracks = corpus(30)
    near = rank(tracks, Query(None, "t0", Request(act="refine")), seen=("t0",)).picks[0].row
    far = rank(tracks, Query(None, "t0", Request(act="different")), seen=("t0",)).picks[0].row
    cosine = tracks.vectors @ tracks.vectors[0]
    assert cosine[near] > cosine[far]


@pytest.mark.parametrize(
    ("constraints", "kept"),
    [
        (Constraints(tempo_min=95, tempo_max=125), {"t1", "t2"}),
        (Constraints(tempo_max=85), {"t0"}),
        (Constraints(tempo_min=125), {"t3"}),
        (Constraints(tempo_max=0), set()),
        (Constraints(licence="CC BY"), {"t1", "t3"}),
        (Constraints(artist="Artist 2"), {"t2"}),
        (Constraints(not_artists=("ARTIST 0", "artist 1")), {"t2", "t3"}),
        (Constraints(vocals="female"), {"t0", "t1", "t2", "t3"}),
    ],
)
def test_limits_are_hard(constraints: Constraints, kept: set[str]) -> None:
    tracks = corpus(4, bpm=[80, 100, 120, 140])
    found = rank(tracks, Query(None, None, Request(constraints=constraints)), at_most=10)
    assert set(ids(found, tracks)) == kept


def test_an_unknown_tempo_does_not_pass_a_tempo_limit() -> None:
    tracks = corpus(2, bpm=[np.nan, 100])
    assert ids(rank(tracks, Query(None, None, Request(constraints=Constraints(tempo_min=1)))), tracks) == ["t1"]


def test_duration_limits() -> None:
    tracks = corpus(12)
    found = rank(tracks, Query(None, None, Request(constraints=Constraints(duration_max=120))), at_most=12)
    assert {p.row for p in found.picks} == set(np.flatnonzero(tracks.duration <= 120).tolist())


def test_an_empty_answer_names_the_limit_and_what_relaxing_it_gives() -> None:
    tracks = corpus(4, bpm=[80, 100, 120, 140])
    limits = Constraints(tempo_min=110, vocals="none")
    found = rank(tracks, Query(None, None, Request(constraints=limits)), seen=("t3",))
    assert found.picks == ()
    told = [(r.constraint, r.tracks) for r in found.relaxations]
    assert told == [("no vocals", 1), ("tempo at least 110 BPM", 0)]


def test_when_no_single_limit_is_to_blame_all_are_named() -> None:
    tracks = corpus(4, bpm=[80, 100, 120, 140])
    limits = Constraints(tempo_min=300, artist="nobody")
    found = rank(tracks, Query(None, None, Request(constraints=limits)))
    assert [(r.constraint, r.tracks) for r in found.relaxations] == [("tempo at least 300 BPM", 0), ("by nobody", 0)]


def test_relaxations_promise_only_what_could_be_proposed() -> None:
    tracks = corpus(3, bpm=[100, 100, 200])
    alike = np.tile(tracks.vectors[0], (3, 1))
    tracks = type(tracks)(**{f: getattr(tracks, f) for f in tracks.__dataclass_fields__} | {"vectors": alike})
    query = Query(None, "t0", Request(constraints=Constraints(tempo_min=300)))
    found = rank(tracks, query, seen=("t0",))
    assert [(r.constraint, r.tracks) for r in found.relaxations] == [("tempo at least 300 BPM", 0)]


def test_artists_are_matched_word_for_word() -> None:
    tracks = corpus(3, artists=["ann", "joanne", "the ann trio"])
    asked = rank(tracks, Query(None, None, Request(constraints=Constraints(artist="Ann"))), at_most=9)
    assert set(ids(asked, tracks)) == {"t0", "t2"}
    never = rank(tracks, Query(None, None, Request(constraints=Constraints(not_artists=("Ann",)))), at_most=9)
    assert set(ids(never, tracks)) == {"t1"}


def test_wishes_without_weight_are_no_error() -> None:
    found = rank(corpus(3), Query(None, None, Request(wants=(Want("rock", 0.0),))))
    assert [pick.score for pick in found.picks] == [0, 0, 0]


def test_when_all_was_proposed_that_is_what_would_help() -> None:
    tracks = corpus(2)
    found = rank(tracks, ask(), seen=("t0", "t1"))
    assert [(r.constraint, r.tracks) for r in found.relaxations] == [("tracks proposed before", 2)]


def test_an_artists_second_track_stands_behind_every_artists_first() -> None:
    tracks = corpus(4, scores={"piano": [0.9, 0.8, 0.7, 0.6]}, artists=["a", "a", "b", ""])
    query = Query(None, None, Request(wants=(Want("piano"),)))
    assert ids(rank(tracks, query), tracks) == ["t0", "t2", "t3", "t1"]
    only = Query(None, None, Request(wants=(Want("piano"),), constraints=Constraints(artist="a")))
    assert ids(rank(tracks, only), tracks) == ["t0", "t1"]


def test_unknown_concepts_change_nothing() -> None:
    tracks = corpus(5)
    wants = (Want("kazoo"),)
    odd = rank(tracks, Query(None, "t0", Request(wants=wants, more=wants, keep=wants, avoids=wants)))
    plain = rank(tracks, Query(None, "t0", Request()))
    assert odd == plain


def near(angle: float, towards: np.ndarray, away: np.ndarray) -> np.ndarray:
    return (np.cos(angle) * towards + np.sin(angle) * away).astype(np.float32)


def apart() -> tuple[np.ndarray, np.ndarray]:
    """Two directions at right angles."""
    first, second = np.eye(16, dtype=np.float32)[:2]
    return first, second


def test_the_style_of_a_name_is_nearness_to_what_it_made() -> None:
    tracks = corpus(4, artists=["ann", "bob", "cleo", "ann"])
    towards, away = apart()
    tracks.vectors[:] = [near(angle, towards, away) for angle in (0.1, 0.5, 1.4, -0.1)]
    found = rank(tracks, Query(None, None, Request(styles=("Ann",))), seen=("t0", "t3"), at_most=4)
    assert ids(found, tracks)[0] == "t1"
    (style,) = [e for e in found.picks[0].evidence if e.kind == "style"]
    assert style.name == "style of Ann" and style.weight == found.picks[0].score > 0


def test_the_style_of_a_title_is_nearness_to_that_track_and_an_unknown_name_counts_nothing() -> None:
    tracks = corpus(4)
    towards, away = apart()
    tracks.vectors[:] = [near(angle, towards, away) for angle in (1.5, 0.3, 0.0, 1.2)]
    by_title = rank(tracks, Query(None, None, Request(styles=("Title 2",))), seen=("t2",))
    assert ids(by_title, tracks)[0] == "t1"
    unknown = rank(tracks, Query(None, None, Request(styles=("Nobody",))), at_most=4)
    assert [pick.score for pick in unknown.picks] == [0, 0, 0, 0]
    assert not any(pick.evidence for pick in unknown.picks)


def example(*vectors: np.ndarray) -> Reference:
    return Reference("song", dataclasses.replace(features(), embeddings=np.stack(vectors).astype(np.float32)), "song")


def test_an_example_draws_near_on_every_turn_and_never_comes_itself() -> None:
    tracks = corpus(4)
    towards, away = apart()
    tracks.vectors[:] = [near(angle, towards, away) for angle in (0.02, 0.5, 1.4, 1.0)]
    reference = example(3 * towards, 5 * towards)
    for request in (None, Request(act="refine", wants=(Want("piano", 0.01),))):
        found = rank(tracks, Query(None, "t3", request, reference), at_most=4)
        assert ids(found, tracks)[0] == "t1", "t0 is as good as the example itself"
        assert "t0" not in ids(found, tracks)
        assert any(e.name == "near your example" and e.weight > 0 for e in found.picks[0].evidence)


def test_an_example_that_points_nowhere_counts_nothing() -> None:
    tracks = corpus(4)
    reference = example(np.zeros(16), np.zeros(16))
    assert ids(rank(tracks, Query(None, None, None, reference), at_most=4), tracks) == ["t0", "t1", "t2", "t3"]


@pytest.mark.parametrize(("speech", "first"), [(((0.0, 8.0),), 1), (((0.0, 0.4),), 0), ((), 0), (None, 0)])
def test_under_speech_music_without_a_voice_goes_first(
    speech: tuple[tuple[float, float], ...] | None, first: int
) -> None:
    tracks = corpus(2)
    for column, values in (("arousal", (-0.5, -0.3)), ("valence", (-0.3, -0.3)), ("bpm", (90, 90))):
        getattr(tracks, column)[:] = values
    tracks.voice[:] = (0.9, 0.1)
    picked = rank(tracks, Query(video(speech=speech))).picks[0]
    assert picked.row == first
    assert any(e.name == "voice under speech" for e in picked.evidence) == bool(first)


def test_the_picture_prefers_its_own_mood() -> None:
    tracks = corpus(50)
    profile = video(arousal=-0.5, valence=-0.3)
    best = rank(tracks, Query(profile, None, None)).picks[0].row
    away = np.hypot(tracks.arousal + 0.5, tracks.valence + 0.3)
    assert away[best] <= np.quantile(away, 0.2)


def test_a_scene_leans_to_the_concept_it_suits() -> None:
    tracks = corpus(3, scores={"sad": [0.1, 0.9, 0.1]}, bpm=[100, 100, 100])
    level = {"arousal": np.zeros(3, np.float32), "valence": np.zeros(3, np.float32)}
    tracks = type(tracks)(**{f: getattr(tracks, f) for f in tracks.__dataclass_fields__} | level)
    scenes = (Scene("castle", 0.5, "sad"), Scene("street", 0.4), Scene("odd", 0.3, "kazoo"))
    best = rank(tracks, Query(video(scenes=scenes), None, None)).picks[0]
    assert tracks.ids[best.row] == "t1"
    assert [e.name for e in best.evidence if e.kind == "scene"] == ["sad for castle"]


def test_search_puts_names_first_and_needs_a_reason_for_every_hit() -> None:
    names = ["piano man", "rock hard", "x", "pianoforte"]
    tracks = corpus(4, scores={"piano": [0.1, 0.2, 0.9, 0.4]}, names=names)
    found = search(tracks, Request(wants=(Want("piano"),)), "Piano")
    assert ids(found, tracks) == ["t0", "t2"]
    assert found.picks[0].evidence[0].kind == "name"
    assert search(tracks, Request(), "zzz").picks == ()
    assert search(tracks, Request(), "  ").picks == ()


def test_a_search_with_only_limits_lists_what_passes() -> None:
    tracks = corpus(4, bpm=[80, 100, 120, 140])
    found = search(tracks, Request(constraints=Constraints(tempo_min=110)), "over 110 bpm")
    assert ids(found, tracks) == ["t2", "t3"]
    none = search(tracks, Request(constraints=Constraints(tempo_min=300)), "over 300 bpm")
    assert none.relaxations[0].tracks == 4


wants = st.lists(st.builds(Want, st.sampled_from(CONCEPTS), st.floats(0.05, 1)), max_size=3).map(tuple)


@given(wants, wants, wants, st.integers(0, 7), st.sets(st.integers(0, 19)))
def test_no_ranking_breaks_its_own_limits(
    want: tuple[Want, ...], avoid: tuple[Want, ...], more: tuple[Want, ...], seed: int, seen: set[int]
) -> None:
    tracks = corpus(20, seed=seed)
    request = Request(wants=want, avoids=avoid, more=more, act="refine")
    before = tuple(f"t{i}" for i in sorted(seen))
    ranking = rank(tracks, Query(video(), "t0", request), seen=before, at_most=20)
    rows = [pick.row for pick in ranking.picks]
    assert len(set(rows)) == len(rows)
    assert not set(rows) & seen
    for hard in (w for w in avoid if w.weight >= 0.75):
        assert not tracks.breaks[rows, CONCEPTS.index(hard.concept)].any()
    assert all(np.isfinite(pick.score) for pick in ranking.picks)
    if not rows:
        assert ranking.relaxations


@given(
    hnp.arrays(np.float32, st.integers(1, 60), elements=st.sampled_from([0, 0.25, 0.5, 0.75, 1])),
    st.integers(1, 65),
    st.data(),
)
def test_the_best_rows_are_those_of_brute_force(score: np.ndarray, k: int, data: st.DataObject) -> None:
    mask = data.draw(hnp.arrays(np.bool_, len(score)))
    rows = [row for row in range(len(score)) if mask[row]]
    assert best_rows(score, mask, k) == sorted(rows, key=lambda row: (-score[row], row))[:k]
