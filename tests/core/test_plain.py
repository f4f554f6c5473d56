from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import turn_of, video
from laying import LOOP, features, laid, track
from musechat.core.conversation import Conversation, Reference, Relaxation, Start, Turn, Wishes
from musechat.core.errors import InputError
from musechat.core.evidence import Claim, Evidence, Ranked, Reply
from musechat.core.features import VideoProfile
from musechat.core.plain import from_plain, to_plain
from musechat.core.request import Constraints, Request, Want


def through_json(value: object) -> object:
    return from_plain(type(value), json.loads(json.dumps(to_plain(value), allow_nan=False)))


@given(
    st.builds(
        Request,
        text=st.text(max_size=40),
        wants=st.lists(st.builds(Want, st.text(max_size=9), st.floats(0, 2)), max_size=3).map(tuple),
        constraints=st.builds(Constraints, tempo_min=st.none() | st.floats(20, 300), licence=st.none() | st.text()),
        same=st.booleans(),
    )
)
def test_whatever_was_asked_comes_back_as_it_was(request: Request) -> None:
    assert through_json(request) == request
    start = Start(request, None, ("a", "b"))
    assert through_json(Conversation((), start)) == Conversation((), start)


def same(one: object, other: object) -> bool:
    """Equal in every field, arrays to the bit; some of the types cannot be compared by ==."""
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        names = [field.name for field in dataclasses.fields(one)]
        return type(one) is type(other) and all(same(getattr(one, name), getattr(other, name)) for name in names)
    return one == other


def test_a_clip_comes_back_with_its_arrays() -> None:
    assert same(video(), through_json(video()))
    holes = video(embeddings=np.array([[np.nan, 1e-30], [np.inf, -0.0]], np.float32), arousal_curve=None, speech=None)
    assert same(holes, through_json(holes))
    assert not same(video(), through_json(video(embeddings=np.zeros((2, 4), np.float32))))


def test_an_example_comes_back_with_all_that_was_heard_in_it() -> None:
    heard = dataclasses.replace(features(), embeddings=np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32))
    start = Start(Request(), Reference("“Ünïcode ♫” by \x1b[31m", heard, "song"), ("a",))
    assert same(start, through_json(start))


EVIDENCES = st.builds(
    Evidence, st.text(max_size=9), st.sampled_from(("track", "clip", "words")), st.text(max_size=9),
    st.none() | st.text(max_size=9) | st.floats(-1e8, 1e8), st.text(max_size=4), st.text(max_size=4), st.floats(-1, 1),
)  # fmt: skip
RANKED = st.builds(
    Ranked, st.builds(track, title=st.just(track().title), path=st.text(max_size=9)), st.floats(0, 1),
    st.lists(EVIDENCES, max_size=2).map(tuple), st.sampled_from((None, LOOP, laid().fit)),
)  # fmt: skip
TURNS = st.builds(
    Turn, st.none() | st.text(max_size=20), st.just(Request("x", "refine", wants=(Want("piano", 0.3),), hit=1.5)),
    st.none() | RANKED, st.lists(RANKED, max_size=2).map(tuple),
    st.builds(
        Reply, st.text(max_size=20), st.just((Claim("a", (0, 1)),)), st.lists(EVIDENCES, max_size=2).map(tuple),
        st.just("template"),
    ),
    st.builds(Wishes, st.just(Request()), st.none() | st.text(max_size=5), st.just(("t",)), st.none() | st.just(0)),
    st.just((Relaxation("no rock", 3),)), st.floats(0, 9),
)  # fmt: skip


@given(st.lists(TURNS, max_size=2))
def test_a_conversation_comes_back_turn_by_turn(turns: list[Turn]) -> None:
    talk = Conversation(tuple(turns), Start(Request(), None, ("a",)))
    assert through_json(talk) == talk


def test_numbers_of_numpy_are_numbers() -> None:
    turn = dataclasses.replace(turn_of("x"), seconds=np.float32(0.5))
    assert through_json(turn) == dataclasses.replace(turn, seconds=0.5)
    assert to_plain(np.float32("nan")) is None and to_plain(np.bool_(True)) is True and to_plain(np.int64(3)) == 3


EVIDENCE = to_plain(Evidence("tag", "track", "piano", 0.5, "probability", "musicnn", 0.1))


@pytest.mark.parametrize(
    ("kind", "plain", "sentence"),
    [
        (Evidence, [], "must be a JSON object"),
        (Evidence, EVIDENCE | {"colour": 1}, "no field called 'colour'"),
        (Evidence, {"kind": "tag"}, "lacks the field"),
        (Evidence, EVIDENCE | {"subject": "moon"}, "is one of"),
        (Evidence, EVIDENCE | {"weight": "heavy"}, "must be a number"),
        (Evidence, EVIDENCE | {"weight": True}, "must be a number"),
        (Evidence, EVIDENCE | {"weight": 1e12}, "no number that can be used"),
        (Evidence, EVIDENCE | {"name": 3}, "must be text"),
        (Request, {"wants": "piano"}, "must be a list"),
        (Request, {"same": 1}, "true or false"),
        (VideoProfile, to_plain(video()) | {"embeddings": {"float32": "!!", "shape": [1]}}, "no array of numbers"),
        (VideoProfile, to_plain(video()) | {"embeddings": {"float32": "AAAA", "shape": [9, 9]}}, "no array of numbers"),
    ],
)
def test_what_is_wrong_with_a_kept_value_is_said(kind: type, plain: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        from_plain(kind, plain)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_no_json_gets_through_as_something_else(plain: object) -> None:
    try:
        from_plain(Request, plain)
    except InputError:
        return
    assert isinstance(plain, dict)


def places(plain: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The way to every value inside a plain one."""
    inside = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    return [path, *(place for key, value in inside for place in places(value, (*path, key)))]


KEPT = json.loads(json.dumps(to_plain(Conversation((dataclasses.replace(
    turn_of("calmer"), choice=Ranked(track(), 0.5, (Evidence("tag", "track", "piano", 0.5, "", "x", 0.1),), LOOP)),
), Start(Request(), Reference("song", features(4), "song"))))))  # fmt: skip


@given(
    st.sampled_from(places(KEPT)[1:]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.lists(st.integers(), max_size=3) | st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip
def test_damage_anywhere_in_a_kept_conversation_is_told_or_read_and_raises_nothing_else(
    path: tuple[object, ...], junk: object
) -> None:
    damaged = json.loads(json.dumps(KEPT))
    inner = damaged
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = junk
    try:
        read = from_plain(Conversation, damaged)
    except InputError as error:
        assert str(error).startswith("The ") and str(error).endswith(".")
    else:
        assert same(read, through_json(read))


@pytest.mark.parametrize(
    "shape", [[2**70], None, [-1], 1, [], [1.0], ["1"], [True], [0], [1] * 70, {"0": 1}, "1"], ids=repr
)
def test_a_shape_that_is_none_is_told(shape: object) -> None:
    curve = {"float32": "AAAAAA==", "shape": shape}
    with pytest.raises(InputError, match="arousal curve is no array of numbers"):
        from_plain(VideoProfile, to_plain(video()) | {"arousal_curve": curve})


def test_only_travelling_values_travel() -> None:
    with pytest.raises(TypeError, match="does not travel"):
        to_plain({1, 2})
    assert to_plain(float("nan")) is None
