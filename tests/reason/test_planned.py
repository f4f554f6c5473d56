from __future__ import annotations

import itertools
import random

import pytest

from musechat.reason.planned import turned_round
from musechat.reason.wording import chosen, sentences


@pytest.mark.parametrize(
    ("said", "planned", "what"),
    [
        ("Some guitar is kept.", "I had to give up some of guitar: 0.32 after 0.44.", "whether it was kept"),
        ("It fails “no vocals”.", "By its tags it passes “no vocals”.", "whether it passes"),
        ("It does not pass “no vocals”.", "By its tags it passes “no vocals”.", "whether it passes"),
        ("There's a fade of 2 s at the start.", "Towards the end it fades for 2 s.", "where in the music it is"),
        ("Its score is worse than that of 82 % of the library.", "It outdoes 82 % of the library.", "on which side"),
        ("Your wish is well met.", "Of your earlier wishes it falls short.", "whether a wish is met"),
        ("It gains ground on drums.", "It loses on drums (-0.20).", "where it gains"),
        ("It is far from the last track.", "It is near the previous track (+0.04).", "how near it is"),
        ("Start it at 0:48, on its lift.", "Go straight to 0:48, on a bar.", "a lift that is not spoken of"),
        ("“Nebula” is no longer on the table.", "“Nebula” is still on the table.", "whether it still stands"),
    ],
)
def test_what_is_turned_round_is_named(said: str, planned: str, what: str) -> None:
    assert any(what in problem for problem in turned_round(said, planned))


@pytest.mark.parametrize(
    ("said", "planned"),
    [
        ("It never fails “no vocals”.", "By its tags it passes “no vocals”."),
        ("82 % of the library scores lower.", "It outdoes 82 % of the library."),
        ("We lose some guitar: 0.32 now, 0.44 before.", "I had to give up some of guitar: 0.32 after 0.44."),
        ("From 1:01 on it goes with the picture.", "Started at 1:01, its energy follows the picture."),
        ("", "It keeps the piano."),
    ],
)
def test_another_wording_of_the_same_claim_is_fine(said: str, planned: str) -> None:
    assert list(turned_round(said, planned)) == []


@pytest.mark.parametrize("kind", sentences())
def test_no_two_wordings_of_the_template_contradict_each_other(kind: str) -> None:
    dice = random.Random(1)
    ways = sorted({chosen(pattern, dice) for pattern in sentences()[kind] for _ in range(6)})
    assert [pair for pair in itertools.permutations(ways, 2) if any(turned_round(*pair))] == []
