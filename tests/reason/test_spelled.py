from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.reason.spelled import in_digits

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def spelled(n: int) -> str:
    if n >= 100:
        rest = f" and {spelled(n % 100)}" if n % 100 else ""
        return f"{('a', 'two', 'three')[n // 100 - 1]} hundred{rest}"
    if n < 20:
        return UNITS[n]
    return TENS[n // 10 - 2] + (f"-{UNITS[n % 10]}" if n % 10 else "")


@given(st.integers(2, 399))
def test_every_number_in_words_is_read(n: int) -> None:
    assert in_digits(f"It runs at {spelled(n)} BPM.") == f"It runs at {n} BPM."


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("Three and a half minutes in", "3.5 minutes in"),
        ("five and a quarter minutes", "5.25 minutes"),
        ("a minute and a half", "1.5 minutes"),
        ("half a minute of it", "0.5 minutes of it"),
        ("a half-second fade", "0.5 seconds fade"),
        ("three quarters of a minute", "0.75 minutes"),
        ("two thirds of your library", "about 66.7 % of your library"),
        ("nine in ten of your tracks", "about 90 % of your tracks"),
        ("half the library", "about 50.0 % the library"),
        ("it falls on the tenth second", "it falls at 10 seconds"),
        ("nine of the twelve cuts", "9 of the 12 cuts"),
        ("one of five cuts", "1 of 5 cuts"),
        ("a dozen cuts", "12 cuts"),
        ("one of the best", "one of the best"),
        ("the two rise together", "the two rise together"),
        ("120 beats a minute", "120 beats a minute"),
        ("a second one", "a second one"),
    ],
)
def test_shares_lengths_and_what_is_no_number(words: str, digits: str) -> None:
    assert " ".join(in_digits(words).split()) == digits


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    in_digits(text)
