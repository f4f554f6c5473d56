from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakes import FakeText
from musechat.concepts.open_vocabulary import OpenVocabulary
from musechat.concepts.understand import understand
from musechat.concepts.vocabulary import Vocabulary, read_vocabulary
from musechat.core.request import Request, Want
from reading import ARTISTS, VOCABULARY, concepts, read, said

HERE = Path(__file__).parent


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("understanding", HERE.parents[1] / "benchmarks" / "understanding.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("file", "found"), [("requests.jsonl", 0.98), ("requests_later.jsonl", 0.97)])
def test_the_frozen_requests_are_understood(file: str, found: float) -> None:
    counts = benchmark().measure(HERE / file)["all"]
    assert counts["lines"] >= 60
    assert counts["found"] >= found * counts["must"]
    assert counts["invented"] <= 0.02 * counts["said"]
    assert counts["acts"] >= 0.95 * counts["lines"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("don't make it sad, slow or boring", {"avoids": ["sad", "slow"], "unmeasurable": ["no boring"]}),
        ("no vocals, piano only", {"wants": ["piano"], "vocals": "none"}),
        ("no vocals and slow", {"wants": ["slow"], "vocals": "none"}),
        ("no drums and a slow beat", {"wants": ["slow", "beat"], "avoids": ["drums"]}),
        ("no drums, guitar", {"avoids": ["drums", "guitar"]}),
        ("nothing electronic, acoustic please", {"wants": ["acoustic"], "avoids": ["electronic"]}),
        ("less drums with a soft piano", {"wants": ["soft", "piano"], "less": ["drums"]}),
        ("lose everything except piano", {"wants": ["piano"]}),
        ("no music that asks so much of my viewers today, jazz", {"wants": ["jazz"], "unmatched": ["asks", "viewers"]}),
        ("I don't want more drums", {"less": ["drums"]}),
        ("I don't want less drums", {"more": ["drums"]}),
        ("nothing darker", {"less": ["dark"]}),
        ("don't make it too sad", {"avoids": [("sad", 0.5)]}),
        ("not happy enough", {"more": ["happy"]}),
        ("I don't like the drums", {"avoids": ["drums"]}),
        ("I don't think it needs drums", {"avoids": ["drums"]}),
        ("vocals: none", {"vocals": "none"}),
        ("drum-free and pianoless", {"avoids": ["drums", "piano"]}),
        ("must not have: drums", {"avoids": ["drums"]}),
        ("not instrumental", {"vocals": "any"}),
        ("not so much singing", {"avoids": [("vocals", 0.5)]}),
    ],
)
def test_exclusions_reach_as_far_as_they_are_meant(text: str, meant: dict[str, object]) -> None:
    assert said(read(text)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a bit darker", {"more": [("dark", 0.5)]}),
        ("much darker", {"more": [("dark", 1.5)]}),
        ("tone down the drums a bit", {"less": [("drums", 0.5)]}),
        ("very dark", {"wants": ["dark"]}),
        (
            "more upbeat and energetic, female vocals",
            {"wants": ["female vocals"], "more": ["upbeat", "energetic"], "vocals": "female"},
        ),
        ("more guitar than piano", {"more": ["guitar"], "less": ["piano"]}),
        ("more xylo than zanza", {"unmatched": ["xylo", "zanza"]}),
        ("more zippy with drums", {"wants": ["drums"], "unmatched": ["zippy"]}),
        ("it's too sad and slow", {"less": ["sad", "slow"]}),
        ("jazz too, please", {"wants": ["jazz"]}),
        ("The drums are too loud.", {"less": ["drums"]}),
        ("The drums are too much, though.", {"less": ["drums"]}),
        ("The drums are great.", {"keep": ["drums"]}),
        ("The drums are annoying.", {"avoids": ["drums"]}),
        ("The drums don't work.", {"avoids": ["drums"]}),
        ("The drums are jazzy.", {"wants": ["drums", "jazz"]}),
        ("The drums are too jazzy.", {"less": ["jazz"], "unmatched": ["drums"]}),
        ("Her voice is beautiful.", {"keep": ["female vocals"]}),
        ("The drums should be a bit louder", {"more": [("drums", 0.5)]}),
        ("The beat should be faster", {"more": ["fast"]}),
        ("Great groove and drums, but slower", {"more": ["slow"], "keep": ["groovy", "drums"]}),
        ("Great groove! Now slower", {"more": ["slow"], "keep": ["groovy"]}),
        ("Great groove please", {"wants": ["groovy"]}),
        ("I like the piano, drums would be nice too", {"wants": ["drums"], "keep": ["piano"]}),
        ("I love it with the piano", {"keep": ["piano"]}),
        ("turn the drums down a notch", {"less": [("drums", 0.5)], "unmatched": ["turn"]}),
        ("the electronic drums are great", {"keep": ["electronic", "drums"]}),
        ("can you replace it with a violin", {"wants": ["violin"]}),
        ("more jazzy and slow, fizzy", {"more": ["jazz", "slow"], "unmatched": ["fizzy"]}),
        ("keys", {"wants": ["piano"], "unmeasurable": ["keyboard"]}),
        ("I like the tempo, but with strings", {"wants": ["strings"], "keep": ["same tempo"]}),
        ("I like the pace, but faster", {"more": ["fast"], "overruled": ["same tempo, taken back by more fast"]}),
        ("The pace is fine. Darker.", {"more": ["dark"], "keep": ["same tempo"]}),
        ("the tempo is too fast", {"less": ["fast"], "unmatched": ["tempo"]}),
        ("Sounds lovely and calm. Now add a flute.", {"wants": ["flute"], "keep": ["calm"]}),
        (
            "It feels inspiring which is what they asked for. Add a choir.",
            {"wants": ["choir"], "keep": ["inspiring"], "unmatched": ["asked"]},
        ),
        ("The strings are what I love about it, more drums", {"more": ["drums"], "keep": ["strings"]}),
        ("The drums are what I do not like", {"avoids": ["drums"]}),
        ("more drums, and the relaxed mood I do like", {"more": ["drums"], "keep": ["relaxed"]}),
        (
            "the actors run and this one feels kind of serious",
            {"less": [("serious", 0.5)], "unmatched": ["actors run"]},
        ),
        ("it makes it emotional in a good way", {"keep": ["emotional"]}),
        ("That's gorgeous but a tad slow", {"less": [("slow", 0.5)], "keep": ["beautiful"]}),
        ("It's lovely, but a bit loud", {"less": [("loud", 0.5)]}),
        ("It's lovely, but a bit faster", {"more": [("fast", 0.5)]}),
        ("I like it, but a bit of piano", {"wants": [("piano", 0.5)]}),
        ("this is anything but calm", {"more": ["calm"]}),
        ("I like it, it's just a bit slow", {"less": [("slow", 0.5)]}),
        ("The gritty guitar works for me. More drums", {"more": ["drums"], "keep": ["gritty", "guitar"]}),
        ("my boss hates the synth", {"avoids": ["synth"], "unmatched": ["boss"]}),
        ("It's nice but it doesn't have the drama", {"more": ["dramatic"]}),
        ("swap the mood: I'd like it confident", {"wants": ["confident"]}),
        (
            "The mood is right, melancholic and dreamy. Add drums",
            {"wants": ["drums"], "keep": ["melancholic", "dreamy"]},
        ),
        ("Great, melancholic and dreamy", {"wants": ["melancholic", "dreamy"]}),
        ("The flute is pretty. Add drums", {"wants": ["drums"], "keep": ["flute"]}),
        ("drums, 174", {"wants": ["drums"], "tempo_min": 167.0, "tempo_max": 181.0}),
        ("drums, 300", {"wants": ["drums"], "unmatched": ["300"]}),
        ("alternatve rock and energtic", {"wants": ["alternative rock", "energetic"]}),
        ("the shooting was hard", {"unmatched": ["shooting", "hard"]}),
        ("not quite as loud", {"less": ["loud"]}),
        ("I like it raw", {"wants": ["raw"]}),
        ("I like nostalgic tunes that move", {"wants": ["nostalgic"], "unmatched": ["move"]}),
        (
            "a big theme in John Williams fashion",
            {"unmatched": ["big theme"], "unmeasurable": ["style of John Williams"]},
        ),
        ("with a children's choir and a tuba", {"unmeasurable": ["children's choir", "tuba"], "vocals": "any"}),
        ("strip out the choir and it's perfect", {"avoids": ["choir"]}),
        (
            "The strings swell nicely, more drums",
            {"more": ["drums"], "keep": ["strings"], "unmatched": ["swell nicely"]},
        ),
        ("soft vocals, a woman perhaps", {"wants": ["soft", "vocals", "female vocals"], "vocals": "female"}),
        ("drums, a woman perhaps", {"wants": ["drums"], "unmatched": ["woman"]}),
        ("the darkest techno you have", {"wants": ["dark", "techno"]}),
        ("Calmer. I'd also love an ambient tune.", {"more": ["calm"], "wants": ["ambient"]}),
        ("I do still love the piano", {"keep": ["piano"]}),
        ("I like the dark feeling and the drums, but faster", {"more": ["fast"], "keep": ["dark", "drums"]}),
        ("I like the keyboard and the bass, but faster", {"more": ["fast"], "unmeasurable": ["keyboard", "bass"]}),
        ("My cat walked over the keyboard.", {"unmatched": ["cat walked", "over the keyboard"]}),
        ("give me something happy with plenty of drums", {"wants": ["happy", "drums"]}),
        ("I'm really happy with the drums, but faster", {"keep": ["drums"], "more": ["fast"]}),
        ("More drums. The client would be happy with that.", {"more": ["drums"], "unmatched": ["client"]}),
        ("We are happy with the drums, but faster", {"keep": ["drums"], "more": ["fast"]}),
        ("Stay classical, but faster", {"more": ["fast"], "keep": ["classical"]}),
        ("The tempo is exactly what I was looking for.", {"keep": ["same tempo"]}),
        (
            "Perfect energy for the wedding clip! More drums",
            {"more": ["drums"], "keep": ["energetic"], "unmatched": ["wedding"]},
        ),
    ],
)
def test_changes_and_what_to_keep(text: str, meant: dict[str, object]) -> None:
    assert said(read(text)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("120 bpm", {"tempo_min": 115.2, "tempo_max": 124.8}),
        ("around 100 BPM", {"tempo_min": 92.0, "tempo_max": 108.0}),
        ("90-110 bpm", {"tempo_min": 90, "tempo_max": 110}),
        ("over 140", {"tempo_min": 140}),
        ("under 80 bpm", {"tempo_max": 80}),
        ("no faster than 100 bpm", {"tempo_max": 100}),
        ("128 bpm or faster", {"tempo_min": 128}),
        ("100 bpm max", {"tempo_max": 100}),
        ("80 bpm, no, 120 bpm", {"tempo_min": 115.2, "tempo_max": 124.8}),
        ("not 120 bpm", {"unmatched": ["120", "bpm"]}),
        ("9999 bpm", {"unmatched": ["9999", "bpm"]}),
        ("over 9000", {"unmatched": ["9000"]}),
        ("under 3 minutes", {"duration_max": 180}),
        ("at least ninety seconds", {"duration_min": 90}),
        ("between 2 and 3 minutes", {"duration_min": 120, "duration_max": 180}),
        ("2:30 max", {"duration_max": 150}),
        ("half a minute long", {"duration_min": 27, "duration_max": 33}),
        ("a two-minute song", {"duration_min": 108, "duration_max": 132}),
        ("at most a minute and a half", {"duration_max": 90}),
        ("My clip is done. It is 30 seconds long.", {"unmatched": ["30 seconds long"]}),
        ("music for our 30-second edit", {"unmatched": ["30-second"]}),
        ("a 30-second edit of the track", {"duration_min": 27, "duration_max": 33}),
        ("it should be 30 seconds long", {"duration_min": 27, "duration_max": 33}),
        ("two and a half minutes long", {"duration_min": 135, "duration_max": 165}),
        ("3 to 2 minutes", {"unmatched": ["3", "2 minutes"]}),
        ("for my 2 minute video", {"unmatched": ["2 minute"]}),
        ("at 0:45", {"unmatched": ["0", "45"]}),
        ("royalty free", {"licence": "royalty-free"}),
        ("CC0 or public domain", {"licence": "public domain", "unmatched": ["CC0"]}),
        ("cc-by-sa", {"licence": "CC-BY-SA"}),
        ("not creative commons", {"unmatched": ["creative commons"]}),
        ("CC BY-NC-ND 4.0 only", {"licence": "CC-BY-NC-ND", "unmatched": ["4", "0"]}),
        ("cleared for commercial use", {"licence": "royalty-free", "unmatched": ["cleared"]}),
    ],
)
def test_numbers_and_licences(text: str, meant: dict[str, object]) -> None:
    assert said(read(text)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("female vocals", "female"),
        ("a guy singing", "male"),
        ("female or male singer", "any"),
        ("female vocals, great singing", "female"),
        ("with vocals", "any"),
        ("no female vocals", None),
        ("I like the female vocals", None),
        ("vocals. No, instrumental.", "none"),
        ("instrumental. No, with vocals.", "any"),
        ("a duet", "any"),
        ("lyrics in Spanish", "any"),
        ("a breathy Portuguese vocal", "any"),
        ("whispered vocals", "any"),
        ("a shouting bloke", "male"),
        ("a choir of women", "female"),
        ("no humming", None),
    ],
)
def test_voices(text: str, meant: str | None) -> None:
    assert read(text).constraints.vocals == meant


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("take it", "accept"),
        ("Nice pick!", "accept"),
        ("Nice pick, but", "refine"),
        ("perfect for a wedding", "refine"),
        ("another one", "different"),
        ("another guitar", "refine"),
        ("something else with a zanza", "nothing"),
        ("no", "reject"),
        ("No, sorry.", "reject"),
        ("no piano", "refine"),
        ("not my cup of tea", "reject"),
        ("why?", "why"),
        ("well, why this one?", "why"),
        ("Okay, why that one?", "why"),
        ("that's why I want jazz", "refine"),
        ("Why this one? I wanted jazz.", "refine"),
        ("how come there is no piano", "why"),
        ("undo", "undo"),
        ("take me back to the 80s", "refine"),
        ("saxophone", "refine"),
        ("qwerty", "nothing"),
        ("thanks", "nothing"),
    ],
)
def test_acts(text: str, act: str) -> None:
    assert read(text).act == act


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("any tempo is fine", {"lifts": ["tempo"]}),
        ("Forget the tempo", {"lifts": ["tempo"]}),
        ("drop the bpm limit", {"lifts": ["tempo"]}),
        ("drop the 120 bpm limit", {"lifts": ["tempo"]}),
        ("120 bpm. No, any tempo", {"lifts": ["tempo"]}),
        ("any tempo, well, 120 bpm max", {"tempo_max": 120, "lifts": ["tempo"]}),
        ("the length doesn't matter", {"lifts": ["duration"]}),
        ("it doesn't matter how long it is", {"lifts": ["duration"]}),
        ("forget about the 3 minute limit", {"lifts": ["duration"]}),
        ("any licence", {"lifts": ["licence"]}),
        ("CC0, no, any license", {"lifts": ["licence"]}),
        ("any artist is fine", {"lifts": ["artist"]}),
        ("by Muldjord. Actually, by anyone", {"lifts": ["artist"]}),
        ("vocals are ok again", {"lifts": ["vocals"]}),
        ("the vocals are ok again", {"lifts": ["vocals"]}),
        ("with or without vocals", {"lifts": ["vocals"]}),
        ("forget the vocals", {"lifts": ["vocals"]}),
        ("I don't mind vocals", {"lifts": ["vocals"]}),
        ("no vocals, no wait, vocals are fine", {"lifts": ["vocals"], "overruled": ["no vocals, taken back"]}),
        ("any tempo and any length", {"lifts": ["tempo", "duration"]}),
        ("no drums, any tempo, piano", {"wants": ["piano"], "avoids": ["drums"], "lifts": ["tempo"]}),
        ("forget the length, more piano", {"more": ["piano"], "lifts": ["duration"]}),
        ("drop the vocals", {"vocals": "none"}),
        ("forget the piano", {"avoids": ["piano"]}),
        ("I don't want any vocals", {"vocals": "none"}),
        ("female vocals are fine", {"wants": ["female vocals"], "vocals": "female"}),
        ("the vocals are fine", {"keep": ["vocals"]}),
        ("any artist but Muldjord", {"not_artists": ["Muldjord"], "lifts": ["artist"]}),
        ("without any tempo changes", {"unmatched": ["tempo", "changes"]}),
        ("drop the tempo", {"more": ["slow"]}),
        ("no Tempo Kings", {"not_artists": ["Tempo Kings"]}),
        ("with or without drums", {"unmatched": ["drums"]}),
    ],
)
def test_limits_are_taken_back(text: str, meant: dict[str, object]) -> None:
    request = read(text)
    assert said(request) == meant
    assert request.act == ("nothing" if list(meant) == ["unmatched"] else "refine")


def test_a_question_holds_no_wishes() -> None:
    assert said(read("Why did you pick a slow song by Muldjord?")) == {}
    assert said(read("why so slow, I want jazz")) == {"wants": ["jazz"]}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("More upbeat. No wait, more chill.", {"more": ["chill"], "overruled": ["more upbeat, taken back"]}),
        ("Piano please, no wait, guitar.", {"wants": ["guitar"], "overruled": ["piano, taken back"]}),
        ("scratch that, I want vocals", {"wants": ["vocals"], "vocals": "any"}),
        ("the guitars are killing the mood, something softer", {"avoids": ["guitar"], "more": ["soft"]}),
        (
            "good, although the synths felt dated. Something warmer?",
            {"more": ["warm"], "unmatched": ["synths", "dated"]},
        ),
        ("the same style but instrumental", {"wants": ["instrumental"], "vocals": "none", "same": True}),
        ("keep everything but the vocals", {"vocals": "none", "same": True}),
        ("does it have to be so loud?", {"less": ["loud"]}),
        ("the strings suit the opening, but darker", {"keep": ["strings"], "more": ["dark"], "unmatched": ["opening"]}),
        ("the piano works, but the drums don't", {"keep": ["piano"], "avoids": ["drums"]}),
        ("the vocals can stay, the guitars should go", {"keep": ["vocals"], "avoids": ["guitar"]}),
        ("those drums! now with synth", {"keep": ["drums"], "wants": ["synth"]}),
        ("I like warm acoustic music", {"wants": ["warm", "acoustic"]}),
        ("I like the warm music", {"keep": ["warm"]}),
        (
            "a drone flies over a warm desert; strings please",
            {"wants": ["strings"], "unmatched": ["drone flies", "warm desert"]},
        ),
        (
            "minimal piano, Erik Satie, dark",
            {"wants": ["minimal", "piano", "dark"], "unmeasurable": ["style of Erik Satie"]},
        ),
        ("anything but Coldplay", {"not_artists": ["Coldplay"]}),
        ("more Radiohead", {"unmeasurable": ["style of Radiohead"]}),
        (
            "wrong tempo, it should be around 140",
            {"tempo_min": 128.8, "tempo_max": 151.2, "unmatched": ["wrong", "tempo"]},
        ),
        ("no explicit lyrics please", {"unmeasurable": ["no explicit lyrics"]}),
    ],
)
def test_what_was_said_before_is_taken_back_or_complained_of(text: str, meant: dict[str, object]) -> None:
    assert said(read(text)) == meant


@pytest.mark.parametrize(
    ("text", "act"),
    [("scratch that", "undo"), ("scratch that, more drums", "refine"), ("no rock. Anything else is fine.", "refine")],
)
def test_taking_back_words_is_no_step_back(text: str, act: str) -> None:
    assert read(text).act == act


def test_the_later_word_wins() -> None:
    taken_back = "taken back by"
    assert said(read("piano. Actually no piano.")) == {
        "avoids": ["piano"],
        "overruled": [f"piano, {taken_back} no piano"],
    }
    assert said(read("no piano. Hm, piano after all.")) == {
        "wants": ["piano"],
        "overruled": [f"no piano, {taken_back} piano"],
        "unmatched": ["after"],
    }
    assert said(read("fast, no, slow")) == {"wants": ["slow"], "overruled": [f"fast, {taken_back} slow"]}
    assert said(read("a bit jazzy. Jazz!")) == {"wants": ["jazz"]}


def test_a_greeting_and_an_editors_cut_are_no_wishes() -> None:
    assert said(read("Good morning! Music for my rough cut, please.")) == {"unmatched": ["rough cut"]}


def test_what_describes_the_clip_is_no_wish_but_its_use_is() -> None:
    assert said(read("the video shows a jazz band, I want calm")) == {"wants": ["calm"], "unmatched": ["jazz band"]}
    assert said(read("a video about a wedding")) == {"wants": ["wedding"]}
    assert said(read("I don't mind drums")) == {"unmatched": ["drums"]}


def test_other_languages_are_left_unmatched_as_a_whole() -> None:
    assert said(read("quiero algo más alegre con piano")) == {"unmatched": ["quiero algo más alegre con piano"]}
    assert read("悲しいピアノ").unmatched == ("悲しいピアノ",)
    assert read("🎹🎹").unmatched == ("🎹🎹",)


def test_nothing_said_is_nothing() -> None:
    assert read("") == Request()
    assert read(" \n\t ").act == "nothing"
    assert read("?!").unmatched == ()


def test_leftovers_are_bounded_and_clean() -> None:
    request = read("\x1b[31mzap\x1b[0m \u202ezip\u202c, " + ", ".join(f"zork{i}" for i in range(99)))
    assert request.unmatched[:2] == ("zap zip", "zork0")
    assert len(request.unmatched) == 20
    assert len(read("z" * 3000).unmatched[0]) == 60


@pytest.mark.parametrize(
    "piece",
    ["no piano but more jazz, ", "a", '"', "1 ", "1:", "not ", "like ", "🎹", "a'", "\u0301", "1-2 bpm to ",
     "By The Of ", "more than too a bit ", "\x1b[31m\x00\u202e", "the vocals are ", "piano, ", "between 1 and "],
)  # fmt: skip
def test_a_hundred_kilobytes_are_said_to_be_cut(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    request = read(text)
    assert request.unmatched[-1] == "… (text cut at 4,000 characters)"
    assert Request.from_json(json.loads(json.dumps(request.to_json()))) == request


WORDS = [word for concept in VOCABULARY.concepts.values() for word in concept.words]
PIECES = st.sampled_from(
    [*WORDS[::7], *"no not without more less too I like but , . ; : and or with a the for keep never Muldjord".split(),
     "why", "instead of", "much", "a bit", "enough", "free", "than", "is", "100 bpm", "zork", "don't", '"', "’", "by"]
)  # fmt: skip
SENTENCES = st.lists(PIECES, max_size=14).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), SENTENCES))
@example("\ud800 piano")
@example("'t 's n't 'd")
def test_any_text_is_read_and_travels_as_json(text: str) -> None:
    request = read(text)
    assert Request.from_json(json.loads(json.dumps(request.to_json()))) == request
    assert all(0 < want.weight <= 1 for want in (*request.wants, *request.avoids, *request.keep))
    assert all(0 < want.weight <= 1.5 for want in (*request.more, *request.less))
    assert not concepts(request.wants, request.more) & concepts(request.avoids, request.less)


@settings(max_examples=200, deadline=None)
@given(SENTENCES, st.sampled_from(["please", "thanks", "hi there", "thank you so much", "hmm", "if possible"]))
def test_politeness_changes_nothing(text: str, filler: str) -> None:
    plain, polite = read(f". {text} ."), read(f"{filler}. {text} . {filler}.")
    assert said(polite) == said(plain)
    assert polite.act == plain.act


NEGATIONS = ["no {}", "without {}", "I don't want any {}", "nothing {}", "not {}", "please, no {}, thanks", "never {}"]


@pytest.mark.parametrize("negation", NEGATIONS)
def test_an_excluded_concept_is_never_wanted(negation: str) -> None:
    for concept in VOCABULARY.concepts.values():
        request = read(negation.format(concept.name))
        assert concept.name not in concepts(request.wants, request.more, request.keep), request
        excluded = concepts(request.avoids) | {name.removeprefix("no ") for name in request.unmeasurable}
        assert concept.name in excluded or request.constraints.vocals in ("none", "any"), request


def test_exclusions_need_a_negation() -> None:
    for word in WORDS:
        request = read(f"I want {word}")
        assert request.avoids == () and not any(name.startswith("no ") for name in request.unmeasurable), word


def test_every_word_alone_is_its_concept() -> None:
    for concept in VOCABULARY.concepts.values():
        for word in concept.words:
            request = read(word)
            unheard = request.unmeasurable == (word,) and not concept.measurable
            assert unheard or concepts(request.wants, request.keep) == {concept.name}, word
        for word in concept.more:
            request = read(word)
            assert (*[w.concept for w in request.more], *request.unmeasurable) == (concept.name,), word


class Related(FakeText):
    """Knows that a shindig is a party and that zonk is nothing."""

    def encode(self, texts: list[str]):
        return super().encode([{"shindig": "party", "twangy thing": "banjo"}.get(text, text) for text in texts])


def test_open_words_become_wishes_of_reduced_weight() -> None:
    opened = OpenVocabulary(Related(), VOCABULARY)

    def reads(text: str) -> dict[str, object]:
        return said(understand(text, VOCABULARY, open_vocabulary=opened))

    assert reads("music for a shindig") == {"wants": [("party", 0.5)]}
    assert reads("no shindig") == {"avoids": [("party", 0.5)]}
    assert reads("more twangy thing") == {"unmeasurable": ["banjo"], "unmatched": []} or reads("zonk")
    assert reads("zonk, my grandmother's kitchen") == {"unmatched": ["zonk", "grandmother's kitchen"]}
    assert reads("the clip shows a shindig") == {"unmatched": ["shindig"]}
    assert opened.nearest([]) == []


def test_another_vocabulary_is_understood_in_its_own_words() -> None:
    tiny: Vocabulary = read_vocabulary('[mood]\nfizzy = { words = ["bubbly"], heard_by = { "msd:happy" = 1.0 } }')
    assert understand("bubbly piano", tiny).wants == (Want("fizzy"),)
    assert understand("bubbly piano", tiny).unmatched == ("piano",)


def test_a_word_for_the_same_concept_draws_a_line_and_takes_nothing_back() -> None:
    request = understand("something sad but not depressing", VOCABULARY)
    assert ([want.concept for want in request.wants], request.avoids, request.unmatched) == (
        ["sad"],
        (),
        ("depressing",),
    )
    taken_back = understand("piano. No, no piano", VOCABULARY)
    assert ([want.concept for want in taken_back.avoids], taken_back.wants) == (["piano"], ())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("like the last one but with more piano", {"same": True, "more": ["piano"]}),
        ("The same but faster", {"same": True, "more": ["fast"]}),
        ("similar to this one, only without drums", {"same": True, "avoids": ["drums"]}),
        ("a similar vibe to Norah Jones", {"unmeasurable": ["style of Norah Jones"]}),
        ("more like this", {"same": True}),
        ("nothing like this one", {}),
        ("keep the tempo but lose the drums", {"keep": ["same tempo"], "avoids": ["drums"]}),
        ("the same tempo", {"keep": ["same tempo"]}),
        ("not the same tempo", {"unmeasurable": ["no same tempo"]}),
        ("twice as fast", {"more": ["fast"]}),
        ("not sure about the drums", {"less": ["drums"]}),
        ("the guitar is a bit too prominent", {"less": [("guitar", 0.5)]}),
        ("the piano is too quiet", {"more": ["piano"]}),
        ("shorter than a minute", {"duration_max": 60.0}),
        ("like Night Drive", {"styles": ["Night Drive"]}),
        ("like a night drive", {"wants": ["night"]}),
    ],
)
def test_staying_near(text: str, meant: dict[str, object]) -> None:
    assert said(understand(text, VOCABULARY, artists=ARTISTS, is_title=lambda words: words == "Night Drive")) == meant


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("why not Night Drive?", "Night Drive"),
        ("But why didn't you pick the track called “low”?", "low"),
        ("what about Nebula instead?", "Nebula"),
        ("why not low key?", "low key"),
        ("why not something happier?", None),
        ("Why not use guitars?", None),
        ("WHY NOT ROCK", None),
        ("why not ''?", None),
    ],
)
def test_a_track_is_asked_about(text: str, target: str | None) -> None:
    request = understand(text, VOCABULARY, is_title=lambda words: words == "low key")
    assert request.target == target
    assert (request.act == "why not") == (target is not None)
