from __future__ import annotations

from string import Formatter

import pytest

from musechat.core.conversation import Relaxation
from musechat.core.evidence import Evidence
from musechat.core.request import Request, Want
from musechat.reason.laid import plan_fit
from musechat.reason.plan import Planner
from musechat.reason.scale import BRIGHTNESS, Scale
from musechat.reason.template import TemplateNarrator
from musechat.reason.wording import sentences, worded

TITLE = Evidence("name", "track", "title", "Night {drive}", "", "tag")


def narrated(planner: Planner, seed: int = 0) -> str:
    return TemplateNarrator().narrate(planner.plan(), seed).text


def points(planner: Planner) -> list[tuple[str, dict[str, str]]]:
    return [(point.kind, point.slots) for point in planner.plan().points]


def concept(value: float, standing: float) -> list[Evidence]:
    return [
        Evidence("concept", "track", "piano", value, "score 0–1", "musicnn", 0.3),
        Evidence("standing", "track", "piano", standing, "% of the library score lower", "library"),
    ]


def test_a_title_with_braces_is_said_as_it_is() -> None:
    planner = Planner([TITLE, Evidence("name", "track", "artist", "{0} & co", "", "tag")])
    planner.proposal()
    text = narrated(planner)
    assert "“Night {drive}”" in text
    assert "{0} & co" in text


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
    def said(now: float, then: float) -> list[tuple[str, dict[str, str]]]:
        planner = Planner(
            [
                Evidence("change", "track", "faster", now, "BPM", "tempo"),
                Evidence("change", "previous track", "faster", then, "BPM", "tempo"),
            ]
        )
        planner.wishes(Request(more=(Want("fast"),)))
        return points(planner)

    assert said(128, 96) == [("changed", {"change": "faster", "now": "128 BPM", "then": "96 BPM"})]
    assert said(90, 96) == [("not changed", {"change": "faster", "now": "90 BPM", "then": "96 BPM"})]


def test_less_of_something_counts_downwards() -> None:
    planner = Planner(
        [
            Evidence("change", "track", "less rock", 0.2, "score 0–1", "musicnn"),
            Evidence("change", "previous track", "less rock", 0.6, "score 0–1", "musicnn"),
            Evidence("change", "track", "more sad", 0.2, "score 0–1", "musicnn"),
        ]
    )
    planner.wishes(Request())
    assert points(planner) == [("score changed", {"concept": "rock", "way": "lower", "now": "0.20", "then": "0.60"})]


@pytest.mark.parametrize(("now", "kind"), [(0.85, "kept"), (0.3, "not kept")])
def test_what_should_stay_is_compared_with_the_previous_track(now: float, kind: str) -> None:
    planner = Planner(
        [
            Evidence("keep", "track", "piano", now, "score 0–1", "musicnn"),
            Evidence("keep", "previous track", "piano", 0.9, "score 0–1", "musicnn"),
        ]
    )
    planner.wishes(Request(keep=(Want("piano"),)))
    assert points(planner) == [(kind, {"concept": "piano", "now": f"{now:.2f}", "then": "0.90"})]


@pytest.mark.parametrize(("now", "kind"), [(124.0, "kept"), (90.0, "not kept")])
def test_a_tempo_that_should_stay_is_compared_in_bpm(now: float, kind: str) -> None:
    planner = Planner(
        [
            Evidence("keep", "track", "same tempo", now, "BPM", "tempo from onsets"),
            Evidence("keep", "previous track", "same tempo", 120.0, "BPM", "tempo from onsets"),
        ],
        {"same tempo": "the tempo"}.__getitem__,
    )
    planner.wishes(Request(keep=(Want("same tempo"),)))
    assert points(planner) == [(kind, {"concept": "the tempo", "now": f"{now:.0f} BPM", "then": "120 BPM"})]


def test_a_limit_is_reported_with_what_was_measured() -> None:
    planner = Planner([Evidence("limit", "track", "tempo 100–120 BPM", 112.0, "BPM", "tempo")])
    planner.wishes(Request())
    assert points(planner) == [("limit", {"limit": "tempo 100–120 BPM", "value": "112 BPM"})]


@pytest.mark.parametrize(
    ("value", "unit", "source", "kinds"),
    [
        (0.2, "score 0–1 for metal", "musicnn", ["limits by score"]),
        (1.0, "score 0–1 for metal", "you", ["limit by you"]),
        ("sectoid", "", "", ["limit by name"]),
        ("", "", "", ["limit unknown"]),
        (None, "BPM", "", []),
    ],
)
def test_a_limit_on_scores_and_names_is_not_said_to_be_more_than_it_is(
    value: float | str | None, unit: str, source: str, kinds: list[str]
) -> None:
    planner = Planner([Evidence("limit", "track", "by Sectoid", value, unit, source)])
    planner.wishes(Request())
    assert [kind for kind, _ in points(planner)] == kinds
    assert ("by Sectoid" in narrated(planner)) == bool(kinds)


def test_earlier_wishes_share_a_sentence_and_so_do_limits_by_score() -> None:
    facts = [
        *concept(0.8, 92),
        Evidence("concept", "track", "rock", 0.4, "score 0–1", "musicnn", 0.3),
        Evidence("standing", "track", "rock", 41.0, "% of the library score lower", "library"),
        Evidence("limit", "track", "no flute", 0.1, "score 0–1 for flute", "musicnn"),
        Evidence("limit", "track", "no harp", 0.2, "score 0–1 for harp", "musicnn"),
    ]
    planner = Planner(facts)
    planner.wishes(Request(wants=(Want("piano"), Want("rock"))), {"piano", "rock"})
    assert points(planner) == [
        ("earlier wishes", {"parts": "92 % for piano"}),
        ("earlier wishes not met", {"parts": "41 % for rock"}),
        (
            "limits by score",
            {"limits": "“no flute” (a score for flute of 0.10) and “no harp” (a score for harp of 0.20)"},
        ),
    ]


def test_what_was_to_become_more_is_not_told_twice() -> None:
    facts = [
        Evidence(kind, subject, name, value, "score 0–1", "")  # type: ignore[arg-type]
        for kind, name in (("change", "more piano"), ("keep", "piano"))
        for subject, value in (("track", 0.6), ("previous track", 0.5))
    ]
    planner = Planner(facts)
    planner.wishes(Request(keep=(Want("piano"),), more=(Want("piano"),)))
    assert [kind for kind, _ in points(planner)] == ["score changed"]


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
    assert points(planner) == [
        ("little", {"concept": "rock", "score": "0.10"}),
        ("not little", {"concept": "metal", "score": "0.70"}),
        ("limit licence", {"licence": "CC BY-SA 3.0"}),
        ("too short", {"over": "1:01"}),
    ]


def test_louder_is_claimed_by_measured_loudness() -> None:
    planner = Planner(
        [
            Evidence("change", "track", "louder", -9.0, "LUFS", "EBU R 128"),
            Evidence("change", "previous track", "louder", -16.0, "LUFS", "EBU R 128"),
        ]
    )
    planner.wishes(Request())
    assert points(planner) == [("changed", {"change": "louder", "now": "-9.0 LUFS", "then": "-16.0 LUFS"})]


def test_what_did_not_change_is_admitted() -> None:
    planner = Planner(
        [
            Evidence("change", "track", "more sad", 0.2, "score 0–1", "musicnn"),
            Evidence("change", "previous track", "more sad", 0.6, "score 0–1", "musicnn"),
        ]
    )
    planner.wishes(Request())
    assert [kind for kind, _ in points(planner)] == ["score not changed"]
    assert "sad" in narrated(planner)


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
    assert points(first) == [("clip look", {"look": "dark, colourful and warm"})]
    full = Planner([*look, *pace])
    full.clip()
    moves = {"motion": "hardly any motion", "cuts": "one cut", "where": "in it"}
    assert points(full) == [("clip", {"look": "dark, colourful and warm", **moves})]
    blind = Planner(pace)
    blind.clip()
    assert points(blind) == [("clip pace", moves)]
    nothing = Planner([])
    nothing.clip()
    nothing.mood()
    nothing.sound()
    nothing.contributions()
    nothing.title("still")
    assert narrated(nothing) == ""


def test_moods_agree_only_when_both_words_do() -> None:
    def said(arousal: float) -> tuple[str, dict[str, str]]:
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
        return points(planner)[0]

    calm, lively = "calm and pleasant", "energetic and pleasant"
    assert said(-0.8) == ("mood agrees", {"clip": calm, "track": calm})
    assert said(0.9) == ("mood differs", {"clip": calm, "track": lively})


def test_tempo_is_said_with_and_without_a_key() -> None:
    tempo = Evidence("measured", "track", "tempo", 127.6, "BPM", "")
    key = Evidence("measured", "track", "key", "A minor", "", "")
    with_key, without = Planner([tempo, key]), Planner([tempo])
    with_key.sound()
    without.sound()
    assert points(with_key) == [("tempo and key", {"bpm": "128", "key": "A minor"})]
    assert points(without) == [("tempo", {"bpm": "128"})]


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
    texts = {narrated(planner, seed) for seed in range(60)}
    assert len(texts) >= 15
    assert narrated(planner, 3) == narrated(planner, 3)


@pytest.mark.parametrize("kind", sentences())
def test_every_wording_is_a_sentence_without_gaps(kind: str) -> None:
    fields = {field for text in sentences()[kind] for _, field, _, _ in Formatter().parse(text) if field}
    slots = {field: "[x|y]  {z}" if field == "title" else field for field in fields}
    for seed in range(60):
        said = worded(kind, slots, seed)
        assert said[-1] in ".?" and not said[0].islower()
        rest = said.replace(slots.get("title", "…"), "")
        assert not set("[]{}") & set(rest)
        assert "  " not in rest and " ." not in rest and " ," not in rest


def test_what_is_there_for_sure_is_said_before_what_the_tagger_hears() -> None:
    tag = Evidence("tag", "track", "techno", 0.8, "probability", "musicnn")
    kinds = {"rock": "genre", "piano": "instrument", "dark": "mood"}
    there = [
        Evidence("asserted", "track", name, 24, f"of 25 such calls right ({kind})", "tags")
        for name, kind in kinds.items()
    ]
    planner = Planner([tag, *there], lambda concept: f"some {concept}")
    planner.sound()
    assert points(planner) == [("sound", {"genres": "some rock", "parts": "some piano"})]
    planner = Planner([tag])
    planner.sound()
    assert points(planner) == [("tags", {"tags": "techno"})]
    planner = Planner([*concept(0.9, 99), there[1]])
    planner.wishes(Request(wants=(Want("piano"),)))
    assert points(planner) == [("wish there", {"concept": "piano", "right": "24", "said": "25"})]


@pytest.mark.parametrize(("standing", "kind"), [(80.0, "measured wish"), (20.0, "measured wish not met")])
def test_a_tempo_that_was_wished_for_is_told_in_bpm(standing: float, kind: str) -> None:
    planner = Planner(
        [
            Evidence("gauge", "track", "fast", 150.0, "BPM", "tempo from onsets", 0.4),
            Evidence("standing", "track", "fast", standing, "% of the library score lower", "library"),
        ]
    )
    planner.wishes(Request(wants=(Want("fast"),)))
    assert [point[0] for point in points(planner)] == [kind]
    assert "150 BPM" in narrated(planner)


def test_styles_examples_and_likeness_are_told_by_their_numbers() -> None:
    planner = Planner(
        [
            Evidence("style", "track", "style of Ann", 0.9, "cosine", "musicnn embedding", 0.2),
            Evidence("standing", "track", "style of Ann", 88.0, "% further", "library"),
            Evidence("style", "track", "near your example", 0.8, "cosine", "musicnn embedding", 0.2),
            Evidence("standing", "track", "near your example", 70.0, "% further", "library"),
            Evidence("likeness", "track", "near the previous track", 0.7, "cosine", "musicnn embedding", 0.2),
        ]
    )
    planner.wishes(Request(same=True))
    assert points(planner) == [
        ("style", {"style": "style of Ann", "cosine": "0.90", "percent": "88"}),
        ("example", {"example": "your example", "cosine": "0.80", "percent": "70"}),
        ("same", {"cosine": "0.70"}),
    ]


def test_speech_in_the_clip_is_told_with_what_it_did() -> None:
    speech = Evidence("speech", "clip", "speech", 12.4, "s", "Silero VAD")
    voice = Evidence("voice", "track", "voice under speech", 0.1, "score 0–1 for any voice", "tags", 0.1)
    for evidence, kind in (([speech], "speech"), ([speech, voice], "speech and voice")):
        planner = Planner(evidence)
        planner.speech()
        assert [(k, slots["seconds"]) for k, slots in points(planner)] == [(kind, "12")]
    quiet = Planner([Evidence("speech", "clip", "speech", 0.2, "s", "Silero VAD")])
    quiet.speech()
    assert points(quiet) == []


def test_scales_have_a_word_for_every_number() -> None:
    assert [BRIGHTNESS.word(v) for v in (0.0, 0.3, 0.49, 1.0)] == ["dark", "dim", "dim", "bright"]
    assert Scale(("only",), ()).word(0.4) == "only"
