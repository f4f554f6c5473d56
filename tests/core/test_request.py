from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.core.errors import InputError
from musechat.core.request import Constraints, Lifted, Request, Want

texts = st.text(max_size=20)
wants = st.lists(st.builds(Want, texts, st.floats(0, 1)), max_size=3).map(tuple)
limits = st.builds(
    Constraints,
    tempo_min=st.none() | st.floats(20, 300),
    vocals=st.sampled_from([None, "none", "any", "female", "male"]),
    licence=st.none() | texts,
    not_artists=st.lists(texts, max_size=2).map(tuple),
)
requests = st.builds(
    Request,
    text=texts,
    act=st.sampled_from(["refine", "undo", "why", "nothing"]),
    wants=wants,
    avoids=wants,
    keep=wants,
    constraints=limits,
    unmatched=st.lists(texts, max_size=3).map(tuple),
    lifts=st.lists(st.sampled_from(get_args(Lifted)), max_size=2, unique=True).map(tuple),
)


@given(requests)
def test_a_request_round_trips_through_json(request: Request) -> None:
    assert Request.from_json(json.loads(json.dumps(request.to_json()))) == request


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ([], "JSON object"),
        ({"wish": 1}, "'wish'"),
        ({"act": "dance"}, "'dance'"),
        ({"text": 3}, "text must be text"),
        ({"wants": "rock"}, "wants must be a list"),
        ({"wants": [{"weight": 1}]}, "lacks the field 'concept'"),
        ({"wants": [{"concept": "rock", "weight": "much"}]}, "weight must be a number"),
        ({"more": [{"concept": "rock", "weight": True}]}, "weight must be a number"),
        ({"unmatched": "x"}, "unmatched must be a list"),
        ({"lifts": ["gravity"]}, "'gravity'"),
        ({"constraints": 3}, "constraints must be"),
        ({"constraints": {"mood": "sad"}}, "'mood'"),
        ({"constraints": {"vocals": "loud"}}, "vocals is one of"),
        ({"constraints": {"tempo_min": float("nan")}}, "tempo min is no number"),
        ({"constraints": {"artist": 5}}, "artist must be text"),
    ],
)
def test_a_malformed_request_is_refused_by_name(plain: object, said: str) -> None:
    with pytest.raises(InputError, match="The ") as caught:
        Request.from_json(plain)
    assert said in str(caught.value)
