from __future__ import annotations

import pytest

from musechat.core.conversation import Relaxation
from musechat.core.evidence import Evidence
from musechat.core.request import Request, Want
from musechat.reason.laid import plan_fit
from musechat.reason.plan import Planner
from musechat.reason.scale import BRIGHTNESS, Scale
from musechat.reason.template import _SENTENCES, TemplateNarrator

TITLE = Evidence("name", "track", "title", "Night {drive}", "", "tag")


def narrated(planner: Planner, seed: int = 0) -> str:
    return TemplateNarrator().narrate(planner.plan(), seed).text


def concept(value: float, standing: float) -> list[Evidence]:
    return [
        Evidence("concept", "track", "piano", value, "score 0–1", "musicnn", 0.3),
        Evidence("standing", "track", "piano", standing, "% of the library score lower", "library"),
    ]


def test_a_title_with_braces_is_said_as_it_is() -> None:
    planner = Planner([TITLE, Evidence("name", "track", "artist", "{0} & co", "", "tag")])
    planner.proposal()
    assert "“Night {drive}” by {0} & co" in narrated(planner)


def test_every_claim_rests_on_evidence() -> None:
    planner = Planner([TITLE, *concept(0.8, 92)])
    planner.proposal()
    planner.wishes(Request(wants=(Want("piano"), Want("rock"))))
    reply = TemplateNarrator().narrate(planner.plan(), 1)
    assert reply.claims[1].evidence == (1, 2)
    assert all(claim.evidence for claim in reply.claims)
    assert reply.text == " ".join(claim.text for claim in reply.claims)
    with pytest.raises(ValueError, match="no evidence"):
        planner.say("still", [], title="x")


@pytest.mark.parametrize(("standing", "word"), [(92.0, "92"), (30.0, "only 30")])
def test_a_wish_is_said_to_be_met_only_where_it_is(standing: float, word: str) -> None:
    planner = Planner(concept(0.8, standing), phrase=lambda c: f"some {c}")
    planner.wishes(Request(wants=(Want("piano"),)))
    assert f"{word} %" in narrated(planner)
    assert "some piano" in narrated(planner)


def test_faster_is_claimed_only_when_it_is_faster() -> None:
    def said(now: float, then: float) -> str:
        planner = Planner(
            [
                Evidence("change", "track", "faster", now, "BPM", "tempo"),
                Evidence("change", "previous track", "faster", then, "BPM", "tempo"),
            ]
        )
        planner.wishes(Request(more=(Want("fast"),)))
        return narrated(planner)

    assert "is faster" in said(128, 96)
    assert "128 BPM against 96 BPM" in said(128, 96)
    assert "not faster" in said(90, 96)


def test_less_of_something_counts_downwards() -> None:
    planner = Planner(
        [
            Evidence("change", "track", "less rock", 0.2, "score 0–1", "musicnn"),
            Evidence("change", "previous track", "less rock", 0.6, "score 0–1", "musicnn"),
            Evidence("change", "track", "more sad", 0.2, "score 0–1", "musicnn"),
        ]
    )
    planner.wishes(Request())
    assert narrated(planner) == "As asked, it scores lower for rock than the last one: 0.20 against 0.60."
    assert "sad" not in narrated(planner)


@pytest.mark.parametrize(("now", "word"), [(0.85, "keeps piano"), (0.3, "lower for piano")])
def test_what_should_stay_is_compared_with_the_previous_track(now: float, word: str) -> None:
    planner = Planner(
        [
            Evidence("keep", "track", "piano", now, "score 0–1", "musicnn"),
            Evidence("keep", "previous track", "piano", 0.9, "score 0–1", "musicnn"),
        ]
    )
    planner.wishes(Request(keep=(Want("piano"),)))
    assert word in narrated(planner)


def test_a_limit_is_reported_with_what_was_measured() -> None:
    planner = Planner([Evidence("limit", "track", "tempo 100–120 BPM", 112.0, "BPM", "tempo")])
    planner.wishes(Request())
    assert "“tempo 100–120 BPM” holds: 112 BPM" in narrated(planner)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.2, "score 0–1 for metal", "By its tags it passes “by Sectoid”, with a score for metal of 0.20"),
        ("sectoid", "", "As you asked: by Sectoid."),
        ("", "", "I could not check “by Sectoid”"),
        (None, "BPM", ""),
    ],
)
def test_a_limit_on_scores_and_names_is_not_said_to_be_more_than_it_is(
    value: float | str | None, unit: str, said: str
) -> None:
    planner = Planner([Evidence("limit", "track", "by Sectoid", value, unit, "")])
    planner.wishes(Request())
    assert said in narrated(planner)


def test_a_mild_exclusion_a_licence_and_a_short_track_are_said_as_they_are() -> None:
    planner = Planner(
        [
            Evidence("little", "track", "rock", 0.1, "score 0–1", "musicnn"),
            Evidence("little", "track", "metal", 0.7, "score 0–1", "musicnn"),
            Evidence("name", "track", "licence", "CC BY-SA 3.0", "", "tag"),
            Evidence("limit", "track", "licence royalty-free", "cc by-sa 3.0", "", "metadata"),
            Evidence("offset", "track", "start", 0.0, "s", "energy"),
            Evidence("fit", "clip", "over", 61.0, "s", "length"),
        ]
    )
    planner.wishes(Request())
    plan_fit(planner, Request(), seen=True)
    said = narrated(planner)
    for part in (
        "little of rock",
        "still scores 0.70 of 1 for metal",
        "CC BY-SA 3.0",
        "It is over before your clip is, at 1:01.",
    ):
        assert part in said


def test_louder_is_claimed_by_measured_loudness() -> None:
    planner = Planner(
        [
            Evidence("change", "track", "louder", -9.0, "LUFS", "EBU R 128"),
            Evidence("change", "previous track", "louder", -16.0, "LUFS", "EBU R 128"),
        ]
    )
    planner.wishes(Request())
    assert narrated(planner) == "It is louder than the last one: -9.0 LUFS against -16.0 LUFS."


def test_what_did_not_change_is_admitted() -> None:
    planner = Planner(
        [
            Evidence("change", "track", "more sad", 0.2, "score 0–1", "musicnn"),
            Evidence("change", "previous track", "more sad", 0.6, "score 0–1", "musicnn"),
        ]
    )
    planner.wishes(Request())
    assert "does not score higher for sad" in narrated(planner)


def test_the_clip_is_described_by_its_numbers_and_not_before_they_exist() -> None:
    look = [
        Evidence("colour", "clip", "brightness", 0.1, "0–1", "picture"),
        Evidence("colour", "clip", "saturation", 0.9, "0–1", "picture"),
        Evidence("colour", "clip", "warmth", 0.9, "0–1", "picture"),
    ]
    pace = [
        Evidence("motion", "clip", "motion", 0.05, "0–1", "picture"),
        Evidence("cuts", "clip", "cuts", 1, "in the clip", "picture"),
    ]
    first = Planner(look)
    first.clip()
    assert narrated(first) == "Your clip looks dark, colourful and warm."
    full = Planner([*look, *pace])
    full.clip()
    assert "hardly any motion in it, and one cut." in narrated(full) or "any motion and one cut in it" in narrated(full)
    nothing = Planner([])
    nothing.clip()
    nothing.mood()
    nothing.sound()
    nothing.contributions()
    nothing.title("still")
    assert narrated(nothing) == ""


def test_moods_agree_only_when_both_words_do() -> None:
    def said(arousal: float) -> str:
        planner = Planner(
            [
                Evidence("mood", subject, name, value, "", "")
                for subject, name, value in (
                    ("clip", "arousal", -0.9),
                    ("clip", "valence", 0.9),
                    ("track", "arousal", arousal),
                    ("track", "valence", 0.9),
                )
            ]
        )
        planner.mood()
        return narrated(planner)

    assert said(-0.8) == "By measured mood the music is calm and pleasant, and so is the picture."
    assert "energetic and pleasant, the picture calm and pleasant" in said(0.9)


def test_tempo_is_said_with_and_without_a_key() -> None:
    tempo = Evidence("measured", "track", "tempo", 127.6, "BPM", "")
    key = Evidence("measured", "track", "key", "A minor", "", "")
    with_key, without = Planner([tempo, key]), Planner([tempo])
    with_key.sound()
    without.sound()
    assert "128 BPM, most likely in A minor" in narrated(with_key)
    assert narrated(without) == "It runs at about 128 BPM."


def test_what_was_not_used_is_said() -> None:
    planner = Planner([TITLE])
    planner.not_used(Request(unmatched=("wibble", "wobble"), unmeasurable=("saxophone",)))
    text = narrated(planner)
    assert "“wibble” and “wobble”" in text
    assert "“saxophone”" in text
    assert planner.plan().evidence[-1].subject == "words"


def test_an_empty_answer_says_what_would_help() -> None:
    planner = Planner([])
    planner.nothing_fits((Relaxation("no vocals", 3), Relaxation("tempo at least 200 BPM", 1)))
    assert "without “no vocals” there would be 3" in narrated(planner)
    stuck = Planner([])
    stuck.nothing_fits((Relaxation("no vocals", 0), Relaxation("by nobody", 0)))
    assert "“no vocals” and “by nobody”, and giving up any one of them would not be enough" in narrated(stuck)
    left = Planner([])
    left.nothing_fits(())
    assert "no track in your library that I could propose" in narrated(left)


def test_why_lists_what_counted_most() -> None:
    made = [Evidence("concept", "track", f"c{i}", 0.5, "", "", weight=i / 10) for i in range(8)]
    planner = Planner(made)
    planner.contributions()
    assert "c7 (+0.70), c6 (+0.60), c5 (+0.50), c4 (+0.40) and c3 (+0.30)" in narrated(planner)


def test_wordings_vary_with_the_turn_and_repeat_with_the_seed() -> None:
    planner = Planner([TITLE])
    planner.proposal()
    texts = {narrated(planner, seed) for seed in range(len(_SENTENCES["propose"]))}
    assert len(texts) == len(_SENTENCES["propose"])
    assert narrated(planner, 3) == narrated(planner, 3)


def test_scales_have_a_word_for_every_number() -> None:
    assert [BRIGHTNESS.word(v) for v in (0.0, 0.3, 0.49, 1.0)] == ["dark", "dim", "dim", "bright"]
    assert Scale(("only",), ()).word(0.4) == "only"
