from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.concepts.written import read_written, written
from musechat.core.errors import InputError
from musechat.core.request import Constraints, Request, Want

VOCABULARY = shipped_vocabulary()
NAMES = [name for name, concept in VOCABULARY.concepts.items() if concept.measurable and concept.opposite is None]
SUNG = [name for name in NAMES if VOCABULARY[name].voices is not None]
names = st.text("abc Zé&.'0", min_size=1, max_size=12).map(str.strip).filter(bool).filter(lambda n: "  " not in n)
numbers = st.floats(1, 400).map(lambda x: round(x, 2))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Requests without contradictions."""
    chosen = draw(st.lists(st.sampled_from([n for n in NAMES if n not in SUNG]), max_size=8, unique=True))
    groups: list[list[Want]] = [[], [], [], [], []]
    for name in chosen:
        weight = draw(st.sampled_from([0.25, 0.5, 1.0, 1.5]))
        groups[draw(st.integers(0, 4))].append(Want(name, weight))
    low, high = sorted((draw(numbers), draw(numbers)))
    wants, avoids, more, less, keep = map(tuple, groups)
    artist = draw(st.none() | names)
    never = tuple(
        n for n in draw(st.lists(names, max_size=3, unique=True)) if n.casefold() != (artist or "").casefold()
    )
    return Request(
        act="refine", wants=wants, avoids=avoids, more=more, less=less, keep=keep,
        constraints=Constraints(
            tempo_min=draw(st.sampled_from([None, low])), tempo_max=draw(st.sampled_from([None, high])),
            duration_max=draw(st.none() | numbers), vocals=draw(st.sampled_from([None, "none", "any", "female"])),
            licence=draw(st.none() | names), artist=artist, not_artists=never,
        ),
        styles=tuple(draw(st.lists(names, max_size=2, unique=True))),
        hit=draw(st.none() | numbers), same=draw(st.booleans()),
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(requests())
def test_what_is_written_is_read_back(request: Request) -> None:
    text = written(request)
    for said in (text, text.replace("\n", "; ")):
        assert replace(read_written(said, VOCABULARY), text="") == request


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.text("wants: tempo;hit-|\n0123456789pianov,", max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        request = read_written(text, VOCABULARY)
    except InputError as error:
        assert str(error).endswith(".")
    else:
        assert replace(read_written(written(request), VOCABULARY), text=request.text) == request


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("piano", "“piano” is no line"),
        ("want: piano", "wants"),
        ("wants: piano; wants: rock", "stands twice"),
        ("wants: pianoo", "near piano"),
        ("wants: saxophone", "nothing I measure can hear 'saxophone'"),
        ("wants: piano 7", "at most 2"),
        ("wants: piano\navoids: piano", "both asked for and refused"),
        ("wants: happy; more: sad", "opposites"),
        ("tempo: 140-100", "lower end first"),
        ("tempo: fast", "90-120 BPM"),
        ("length: -", "90-120 s"),
        ("vocals: loud", "vocals is one of"),
        ("vocals: none; wants: female vocals", "a voice"),
        ("vocals: female; wants: instrumental", "for none"),
        ("by: Ann; never by: Bob | ann", "never wanted"),
        ("hit: soon", "0:32"),
        ("same as the last: perhaps", "yes or no"),
        ("x" * 5000, "at most 4,000"),
    ],
)
def test_what_cannot_hold_is_refused_by_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_written(text, VOCABULARY)
    assert said in str(caught.value)


def test_a_request_reads_as_people_would_write_it() -> None:
    request = read_written("Wants: Piano, indie folk 0.5\nhit: 0:32\ntempo: 90 to 120 bpm\nkeeps:\n", VOCABULARY)
    assert request.wants == (Want("piano"), Want("indie folk", 0.5))
    assert request.hit == 32
    assert written(request) == "wants: piano, indie folk 0.5\ntempo: 90-120 BPM\nhit: 32 s"
