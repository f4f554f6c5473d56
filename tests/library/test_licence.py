from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.core.text import folded
from musechat.library.licence import allows

CC = ["CC " + "-".join(("BY", *kind)) for kind in ((), ("SA",), ("ND",), ("NC",), ("NC", "SA"), ("NC", "ND"))]
BY, BY_SA, BY_ND, BY_NC, BY_NC_SA, BY_NC_ND = CC
FREE = ["CC0", "Public Domain"]
OTHER = ["GPL 2", "LGPL", "MIT", "BSD", "Free Art License"]
UNKNOWN = ["", "All rights reserved", "https://example.org/my-terms", "© 2009 Ann", "Not under a CC BY licence"]
EVERYTHING = [*CC, *FREE, *OTHER, *UNKNOWN, "Creative Commons", "Royalty free", "CC Sampling 1.0"]


@pytest.mark.parametrize(
    ("wanted", "fine"),
    [
        ("creative commons", [*CC, "CC0", "Creative Commons"]),
        ("CC-BY", [BY, *FREE]),
        ("CC-BY-SA", [BY, BY_SA, *FREE]),
        ("CC-BY-ND", [BY, BY_ND, *FREE]),
        ("CC-BY-NC", [BY, BY_NC, *FREE]),
        ("CC-BY-NC-SA", [BY, BY_SA, BY_NC, BY_NC_SA, *FREE]),
        ("CC0", FREE),
        ("public domain", FREE),
        ("royalty-free", [BY, BY_SA, *FREE, *OTHER, "Royalty free"]),
        ("commercial use", [BY, BY_SA, *FREE, *OTHER, "Royalty free"]),
        ("GPL", ["GPL 2", *FREE]),
        ("MIT licence", ["MIT", *FREE]),
        ("all rights reserved", ["All rights reserved"]),
        ("", []),
    ],
)
def test_what_each_licence_that_is_asked_for_allows(wanted: str, fine: list[str]) -> None:
    assert {have for have in EVERYTHING if allows(wanted, have)} == set(fine)


@pytest.mark.parametrize(
    ("wanted", "have", "fine"),
    [
        ("CC BY 4.0", "CC BY 4.0", True),
        ("CC BY 4.0", "CC BY 3.0", False),
        ("CC BY 4.0", "CC BY", False),
        ("CC BY 4.0", "CC0 1.0", True),
        ("GPL 3", "GPL 3.0", True),
        ("GPL 3", "GPL 2", False),
        ("CC-BY", "https://creativecommons.org/licenses/by/2.5/", True),
        ("CC-BY", "Creative Commons Attribution-ShareAlike 3.0", False),
        ("CC-BY-SA", "Creative Commons Attribution-ShareAlike 3.0", True),
        ("royalty-free", "CC BY 3.0, no commercial use", False),
        ("CC0", "Public domain for non-commercial use", False),
        ("royalty-free", "Not royalty free", False),
        ("royalty-free", "Ask us for commercial use", False),
    ],
)
def test_versions_and_longer_words(wanted: str, have: str, fine: bool) -> None:
    assert allows(wanted, have) is fine
    assert allows(folded(wanted), folded(have)) is fine


KINDS = st.sets(st.sampled_from(["sa", "nc", "nd"])).map(frozenset)
VERSIONS = st.sampled_from(["", " 2.0", " 3.0", " 4.0"])


@given(KINDS, KINDS, VERSIONS)
def test_a_creative_commons_licence_is_met_by_what_asks_no_more(
    asked: frozenset[str], held: frozenset[str], version: str
) -> None:
    wanted, have = ("-".join(("cc", "by", *sorted(kind))) for kind in (asked, held))
    assert allows(wanted, have + version) is (held <= asked)
    assert allows("royalty-free", have + version) is (not held & {"nc", "nd"})
    assert allows("creative commons", have + version)


@given(st.text(max_size=60), st.sampled_from(EVERYTHING))
def test_any_words_are_read(words: str, known: str) -> None:
    assert not allows(words, "")
    assert allows(words, known) in (True, False)
    assert not (allows("CC-BY", words) and not allows("royalty-free", words)), "what meets CC BY is free to trade"


def test_meeting_a_licence_is_transitive() -> None:
    named = [*CC, *FREE, *OTHER]
    for a, b, c in product(named, repeat=3):
        assert not (allows(a, b) and allows(b, c)) or allows(a, c), (a, b, c)
