from __future__ import annotations

from musechat.core.request import Constraints, Request, Want
from musechat.dialogue.merge import merged


def test_wishes_fade_but_stay() -> None:
    now = merged(Request(wants=(Want("piano"),)), Request(wants=(Want("sad"),)))
    assert [(w.concept, w.weight) for w in now.wants] == [("sad", 1.0), ("piano", 0.7)]


def test_the_later_word_wins_both_ways() -> None:
    lifted = merged(Request(avoids=(Want("rock"),)), Request(wants=(Want("rock"),)))
    assert lifted.avoids == ()
    assert lifted.wants == (Want("rock"),)
    excluded = merged(Request(wants=(Want("rock"),)), Request(avoids=(Want("rock"),)))
    assert (excluded.wants, excluded.avoids) == ((), (Want("rock"),))


def test_more_and_less_live_on_as_milder_wishes_that_cut_nothing() -> None:
    now = merged(Request(more=(Want("happy"),), less=(Want("drums"),)), Request(wants=(Want("piano"),)))
    assert Want("happy", 0.7) in now.wants
    assert now.avoids == (Want("drums", 0.5),)
    assert now.more == now.less == ()


def test_exclusions_and_limits_stay_until_taken_back() -> None:
    old = Request(avoids=(Want("rock"),), constraints=Constraints(vocals="none", tempo_min=100, not_artists=("A",)))
    now = merged(old, Request(constraints=Constraints(tempo_max=90, not_artists=("B",))))
    assert now.avoids == (Want("rock"),)
    assert now.constraints == Constraints(vocals="none", tempo_max=90, not_artists=("A", "B"))


def test_something_different_keeps_only_exclusions_and_limits() -> None:
    old = Request(wants=(Want("piano"),), more=(Want("sad"),), less=(Want("fast"),), avoids=(Want("rock"),))
    now = merged(old, Request(act="different"))
    assert (now.wants, now.avoids, now.act) == ((), (Want("rock"),), "different")


def test_a_wish_said_twice_counts_once_with_its_largest_weight() -> None:
    old = Request(wants=(Want("piano", 0.4),), more=(Want("piano", 1.0),))
    assert merged(old, Request()).wants == (Want("piano", 0.7),)
