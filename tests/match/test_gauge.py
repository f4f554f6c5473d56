from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import corpus
from musechat.core.request import Query, Request, Want
from musechat.match.corpus import Corpus
from musechat.match.gauge import GAUGES, fulfilled, told, with_rivals
from musechat.match.ranker import rank


def measured(column: str, values: list[float]) -> Corpus:
    tracks = corpus(len(values))
    return dataclasses.replace(tracks, **{column: np.array(values, np.float32)})


@pytest.mark.parametrize(
    ("word", "column", "rising"),
    [
        ("fast", "bpm", [80, 95, 110, 125, 140, 180]),
        ("slow", "bpm", [160, 110, 95, 85, 75, 50]),
        ("loud", "loudness", [-30, -16, -13, -11, -9, -5]),
        ("quiet", "loudness", [-5, -12, -14, -17, -20, -40]),
        ("mid-tempo", "bpm", [200, 145, 130, 120, 112, 104]),
    ],
)
def test_a_word_is_fulfilled_the_more_the_further_its_number_goes_its_way(
    word: str, column: str, rising: list[float]
) -> None:
    fit = GAUGES[word].fit(measured(column, rising))
    assert np.all(np.diff(fit) >= 0) and np.all(np.diff(fit)[1:-1] > 0)
    assert fit[0] == 0 and fit[-1] == 1


def test_half_and_double_the_middle_are_equally_far_from_it() -> None:
    fit = GAUGES["mid-tempo"].fit(measured("bpm", [104 / 1.25, 104 * 1.25, 52, 208]))
    assert fit[0] == pytest.approx(fit[1], abs=1e-4) and 0 < fit[0] < 1
    assert list(fit[2:]) == [0, 0]


@pytest.mark.parametrize("word", GAUGES)
def test_what_was_not_measured_fulfils_nothing_and_is_compared_with_nothing(word: str) -> None:
    gauge = GAUGES[word]
    tracks = measured(gauge.column, [float("nan"), 104 if gauge.column == "bpm" else -14])
    assert gauge.fit(tracks)[0] == 0
    assert gauge.change(tracks, 0, +1) is None
    for sign in (1, -1):
        assert gauge.change(tracks, 1, sign)[0] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("word", "sign", "name", "column", "values"),
    [
        ("fast", +1, "faster", "bpm", [100, 90, 100, 106, 115]),
        ("fast", -1, "slower", "bpm", [100, 110, 100, 95, 87]),
        ("slow", +1, "slower", "bpm", [100, 110, 100, 95, 87]),
        ("loud", +1, "louder", "loudness", [-14, -16, -14, -12.5, -11]),
        ("quiet", +1, "quieter", "loudness", [-14, -12, -14, -15.5, -17]),
        ("quiet", -1, "louder", "loudness", [-14, -16, -14, -12.5, -11]),
        ("mid-tempo", +1, "nearer to mid-tempo", "bpm", [150, 170, 150, 140, 130]),
        ("mid-tempo", -1, "further from mid-tempo", "bpm", [130, 120, 130, 140, 150]),
    ],
)
def test_more_of_it_is_measured_against_another_track(
    word: str, sign: int, name: str, column: str, values: list[float]
) -> None:
    """`values`: of the other track, then of one the wrong way, one the same, one part of the way, one all the way."""
    gauge = GAUGES[word]
    fit = gauge.change(measured(column, values), 0, sign)
    assert fit is not None
    assert fit[1] == fit[2] == 0 and 0 < fit[3] < 1 and fit[4] == pytest.approx(1, abs=1e-5)
    assert gauge.name(sign) == name


@given(st.lists(st.floats(40, 220), min_size=2, max_size=12))
def test_nothing_is_both_fast_and_slow_nor_both_faster_and_slower(bpm: list[float]) -> None:
    tracks = measured("bpm", bpm)
    fast, slow = fulfilled(tracks, "fast"), fulfilled(tracks, "slow")
    assert np.all(np.minimum(fast, slow) < 0.5)
    faster, slower = (GAUGES["fast"].change(tracks, 0, sign) for sign in (1, -1))
    assert faster is not None and slower is not None
    assert np.all(np.minimum(faster, slower) == 0)


def test_the_users_word_outranks_the_number_and_leaves_other_tracks_alone() -> None:
    plain = measured("bpm", [60, 150, 60, float("nan")])
    yours = with_rivals(
        {"t0": {"fast": True}, "t1": {"mid-tempo": True}, "t3": {"slow": False}, "gone": {"fast": True}}
    )
    tracks = dataclasses.replace(plain, judged=yours)
    assert list(fulfilled(tracks, "fast")) == [1, 0, 0, 0]
    assert list(fulfilled(tracks, "slow")) == [0, 0, 1, 0]
    assert fulfilled(tracks, "mid-tempo")[1] == 1
    assert list(told(tracks, "slow", False)) == [True, True, False, True]
    assert list(fulfilled(plain, "fast")) == [0, 1, 0, 0]


def test_a_word_of_loudness_says_nothing_of_tempo() -> None:
    yours = with_rivals({"t0": {"loud": True, "slow": True, "sad": True}})
    assert yours["t0"] == {"loud": True, "quiet": False, "slow": True, "fast": False, "mid-tempo": False, "sad": True}
    contradicted = with_rivals({"t0": {"fast": True, "slow": True}})
    assert contradicted["t0"]["fast"] and contradicted["t0"]["slow"], "the user's own words are never changed"


def test_faster_without_a_measured_tempo_on_the_table_goes_by_what_is_heard() -> None:
    tracks = dataclasses.replace(
        corpus(3, scores={"fast": [0.4, 0.9, 0.1]}), bpm=np.array([np.nan, np.nan, np.nan], np.float32)
    )
    best = rank(tracks, Query(None, "t0", Request(act="refine", more=(Want("fast"),))), seen=("t0",)).picks[0]
    assert best.row == 1
    assert any(e.kind == "change" and e.name == "more fast" and e.weight > 0 for e in best.evidence)
