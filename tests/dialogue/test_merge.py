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


OPPOSITES = {"fast": "slow", "slow": "fast"}


def test_asking_for_the_opposite_takes_a_wish_back() -> None:
    old = Request(wants=(Want("fast"), Want("piano")))
    now = merged(old, Request(more=(Want("slow"),)), OPPOSITES.get)
    assert [want.concept for want in now.wants] == ["piano"]


def test_an_answer_to_which_voices_takes_back_the_wishes_it_contradicts() -> None:
    old = Request(wants=(Want("female vocals"), Want("piano")), constraints=Constraints(vocals="female"))
    now = merged(old, Request(constraints=Constraints(vocals="none")))
    assert ([want.concept for want in now.wants], now.constraints.vocals) == (["piano"], "none")
    lifted = merged(old, Request(lifts=("vocals",)))
    assert ([want.concept for want in lifted.wants], lifted.constraints.vocals) == (["piano"], None)


def test_an_artist_is_asked_for_or_excluded_never_both() -> None:
    old = Request(constraints=Constraints(not_artists=("Ann", "Bob")))
    asked = merged(old, Request(constraints=Constraints(artist="Ann")))
    assert asked.constraints == Constraints(artist="Ann", not_artists=("Bob",))
    never = merged(asked, Request(constraints=Constraints(not_artists=("Ann",))))
    assert never.constraints == Constraints(not_artists=("Bob", "Ann"))


def test_limits_can_be_lifted_one_by_one() -> None:
    old = Request(constraints=Constraints(tempo_min=90, tempo_max=100, duration_max=60, licence="cc", artist="Ann"))
    assert merged(old, Request(lifts=("tempo", "artist"))).constraints == Constraints(duration_max=60, licence="cc")
    assert merged(old, Request(lifts=("duration", "licence"))).constraints == Constraints(
        tempo_min=90, tempo_max=100, artist="Ann"
    )


def test_a_hit_stays_until_another_one_or_until_it_is_taken_back() -> None:
    old = Request(hit=32.0)
    assert merged(old, Request(wants=(Want("piano"),))).hit == 32.0
    assert merged(old, Request(act="different")).hit == 32.0
    assert merged(old, Request(hit=0.0)).hit == 0.0
    assert merged(old, Request(lifts=("hit",))).hit is None
    assert merged(old, Request(lifts=("hit",), hit=40.0)).hit == 40.0


def test_wishes_are_forgotten_in_the_end_but_exclusions_never() -> None:
    request = Request(wants=(Want("piano"),), keep=(Want("strings"),), avoids=(Want("rock"), Want("drums", 0.5)))
    counts = []
    for _ in range(6):
        request = merged(request, Request())
        counts.append((len(request.wants), len(request.keep), [want.concept for want in request.avoids]))
    assert counts[0] == (1, 1, ["rock", "drums"])
    assert counts[-1] == (0, 0, ["rock"])


def test_a_wish_said_twice_counts_once_with_its_largest_weight() -> None:
    old = Request(wants=(Want("piano", 0.4),), more=(Want("piano", 1.0),))
    assert merged(old, Request()).wants == (Want("piano", 0.7),)


def test_of_tempi_only_the_last_that_was_said_holds() -> None:
    held = Request(keep=(Want("same tempo"), Want("piano")), wants=(Want("slow"),))
    faster = merged(held, Request(act="refine", more=(Want("fast"),)))
    assert [want.concept for want in (*faster.keep, *faster.wants)] == ["piano"]
    limited = merged(held, Request(act="refine", constraints=Constraints(tempo_min=100.0)))
    assert [want.concept for want in (*limited.keep, *limited.wants)] == ["piano"]
    other = merged(held, Request(act="refine", wants=(Want("drums"),)))
    assert [want.concept for want in (*other.keep, *other.wants)] == ["same tempo", "piano", "drums", "slow"]
