from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import corpus, video
from musechat.concepts.presence import Presence
from musechat.core.evidence import Evidence
from musechat.core.request import Query, Request, Want
from musechat.match.corpus import Corpus
from musechat.match.gauge import fulfilled, with_rivals
from musechat.match.judged import YOURS, as_judged, outranked
from musechat.match.ranker import rank

NAMES = ("electronic", "techno", "vocals", "instrumental", "female vocals", "male vocals", "sad")
KIND_OF = {"techno": "electronic"}
IDS = ("a", "b", "c")


def heard(seed: int = 0) -> Presence:
    rng = np.random.default_rng(seed)
    table = rng.uniform(size=(3, len(NAMES))).astype(np.float32)
    voices = {name: rng.random(3) > 0.5 for name in ("none", "any", "female", "male")}
    sources = ("tags",) * len(NAMES)
    return Presence(
        NAMES, sources, table, table > 0.5, table > 0.9, table < 0.1, voices, rng.random(3).astype(np.float32)
    )


def wider(concept: str) -> list[int]:
    return [NAMES.index(name) for name in (concept, KIND_OF.get(concept)) if name]


def judged_corpus(judged: dict[str, dict[str, bool]], **fields: object) -> Corpus:
    return dataclasses.replace(corpus(4, **fields), judged=with_rivals(judged))  # type: ignore[arg-type]


@given(st.dictionaries(st.sampled_from(IDS), st.dictionaries(st.sampled_from((*NAMES, "unknown")), st.booleans())))
def test_what_was_said_holds_and_nothing_else_moves(judged: dict[str, dict[str, bool]]) -> None:
    before, after = heard(), outranked(heard(), IDS, judged, wider)
    for row, track in enumerate(IDS):
        said = judged.get(track, {})
        for column, concept in enumerate(NAMES):
            now = (after.scores[row, column], after.asserted[row, column], after.clear[row, column])
            if concept in said:
                holds = said[concept]
                assert now == (float(holds), holds, not holds)
                assert after.breaks[row, column] == holds
            else:
                assert now == (before.scores[row, column], before.asserted[row, column], before.clear[row, column])
                broken = before.breaks[row, column] or (concept == "electronic" and said.get("techno", False))
                assert after.breaks[row, column] == broken
        if not said:
            assert all(after.voices[name][row] == before.voices[name][row] for name in before.voices)
            assert after.voice[row] == before.voice[row]
        assert not (after.voices["female"][row] and said.get("female vocals") is False)
        assert not (after.voices["male"][row] and said.get("vocals") is False)
    assert np.array_equal(before.scores, heard().scores), "what was heard is kept"


def test_a_genre_that_was_denied_outranks_its_kinds_in_any_order() -> None:
    for said in ({"techno": True, "electronic": False}, {"electronic": False, "techno": True}):
        after = outranked(heard(), IDS, {"a": said}, wider)
        assert (after.breaks[0, 0], after.breaks[0, 1]) == (False, True)


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ({"vocals": False, "instrumental": True, "female vocals": False, "male vocals": False}, {"none"}),
        ({"instrumental": True}, {"none"}),
        ({"vocals": True, "female vocals": True, "male vocals": False}, {"any", "female"}),
        ({"male vocals": True, "female vocals": False}, {"any", "male"}),
        ({"female vocals": True, "male vocals": True}, {"any", "female", "male"}),
    ],
)
def test_who_sings_decides_all_four_masks(said: dict[str, bool], allowed: set[str]) -> None:
    after = outranked(heard(), IDS, {"b": said}, wider)
    assert {name for name, mask in after.voices.items() if mask[1]} == allowed
    assert after.voice[1] == float("none" not in allowed)


def test_slow_by_the_users_word_is_slow_and_not_fast_whatever_was_measured() -> None:
    tracks = judged_corpus(
        {"t2": {"slow": True}, "t3": {"fast": False}, "gone": {"slow": True}}, bpm=[70, 90, 170, 160]
    )
    assert fulfilled(tracks, "slow")[2] == 1
    assert fulfilled(tracks, "fast")[2] == 0
    assert fulfilled(tracks, "fast")[3] == 0
    wanted = rank(tracks, Query(None, None, Request(wants=(Want("slow"),))), at_most=4).picks
    assert {pick.row for pick in wanted[:2]} == {0, 2}
    assert {e.source for pick in wanted if pick.row == 2 for e in pick.evidence} == {YOURS}
    no_fast = rank(tracks, Query(None, None, Request(avoids=(Want("fast"),))), at_most=4).picks
    assert {pick.row for pick in no_fast} == {0, 1, 2, 3}


def test_the_evidence_adds_up_where_no_tempo_was_measured() -> None:
    tracks = judged_corpus({"t1": {"slow": True}}, bpm=[100, np.nan, np.nan, 120])
    query = Query(video(), None, Request(wants=(Want("slow"), Want("piano"))))
    for pick in rank(tracks, query, at_most=4).picks:
        assert sum(e.weight for e in pick.evidence) == pytest.approx(pick.score, abs=1e-3)
    kept = rank(tracks, Query(None, None, Request(avoids=(Want("slow"),))), at_most=4).picks
    assert {pick.row for pick in kept} == {0, 3}, "what was not measured is no proof, the user's word is one"
    said = judged_corpus({"t1": {"slow": False}}, bpm=[100, np.nan, np.nan, 120])
    kept = rank(said, Query(None, None, Request(avoids=(Want("slow"),))), at_most=4).picks
    assert {pick.row for pick in kept} == {0, 1, 3}


@pytest.mark.parametrize(
    ("evidence", "yours"),
    [
        (Evidence("concept", "track", "piano", 1.0, "score 0–1", "tags"), True),
        (Evidence("change", "track", "more piano", 1.0, "score 0–1", "tags"), True),
        (Evidence("change", "track", "faster", 120.0, "BPM", "tempo from onsets"), False),
        (Evidence("keep", "track", "fast", 120.0, "BPM", "tempo from onsets"), False),
        (Evidence("limit", "track", "no piano", 0.0, "score 0–1 for piano", "tags"), True),
        (Evidence("limit", "other track", "no fast", 120.0, "BPM", "tempo from onsets"), True),
        (Evidence("limit", "track", "no vocals", 0.0, "score 0–1 for any voice", "vocal tags"), False),
        (Evidence("scene", "track", "piano for a beach", 1.0, "score 0–1", "tags"), True),
        (Evidence("standing", "track", "piano", 99.0, "% of the library score lower", "library"), False),
        (Evidence("name", "track", "title", "piano", "", "tag"), False),
        (Evidence("concept", "track", "rock", 0.2, "score 0–1", "tags"), False),
    ],
)
def test_only_evidence_that_rests_on_the_users_word_names_the_user(evidence: Evidence, yours: bool) -> None:
    said = as_judged([evidence], {"piano": True, "fast": False})[0]
    assert (said.source == YOURS) == yours
    if evidence.kind == "limit" and evidence.unit == "BPM":
        assert said.value == "by your word", "the user measured nothing"
    else:
        assert said.value == evidence.value
    assert as_judged([evidence], {}) == [evidence]


@pytest.mark.parametrize("word", ["vocals", "instrumental", "female vocals"])
def test_a_voice_that_the_user_judged_is_the_users_evidence(word: str) -> None:
    under = Evidence("voice", "track", "voice under speech", 0.0, "score 0–1 for any voice", "vocal tags")
    assert as_judged([under], {word: True})[0].source == YOURS
    assert as_judged([under], {"sad": True})[0] == under
