from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import video
from musechat.core.conversation import Conversation, Start
from musechat.core.errors import InputError
from musechat.core.evidence import Evidence
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


def test_a_clip_comes_back_with_its_arrays() -> None:
    profile = video()
    back = through_json(profile)
    assert isinstance(back, VideoProfile)
    for field in dataclasses.fields(profile):
        one, other = getattr(profile, field.name), getattr(back, field.name)
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other, field.name


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


def test_only_travelling_values_travel() -> None:
    with pytest.raises(TypeError, match="does not travel"):
        to_plain({1, 2})
    assert to_plain(float("nan")) is None
