"""What every synthesized dialogue keeps: true facts, no leak, wishes that are understood, the target at the end."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning import VOCABULARY, blank, scene
from musechat.concepts.understand import understand
from musechat.core.errors import InputError
from musechat.learn.dialogue import Dialogue, Message
from musechat.learn.evidence import evidence_of
from musechat.learn.intent import Intent, found, invented, meaning
from musechat.learn.leaks import leaks
from musechat.learn.preference import STEPS, Preferrer
from musechat.learn.shape import SHAPES
from musechat.learn.synthesis import Maker
from musechat.reason.verify import Verifier

SCENES = {turns: scene(turns=turns, shape="varied" if turns > 2 else "published") for turns in (2, 4)}
MAKERS = {turns: Maker(one) for turns, one in SCENES.items()}
VERIFIER = Verifier(VOCABULARY)


def made(number: int, turns: int) -> Dialogue | None:
    try:
        return MAKERS[turns](number)
    except InputError as error:
        assert "too common a word" in str(error)  # a track called "Piano", where the wish is for a piano
        return None


@settings(max_examples=80)
@given(st.integers(0, 10_000), st.sampled_from((2, 4)))
def test_every_dialogue_is_true_and_ends_at_its_target(number: int, turns: int) -> None:
    dialogue = made(number, turns)
    if dialogue is None:
        return
    names = SCENES[turns].table.names[SCENES[turns].table.ids.index(dialogue.target)]
    assert [message.speaker for message in dialogue.messages] == ["user", "system"] * turns
    assert dialogue.messages[-1].track == dialogue.target
    proposed = [m.track for m in dialogue.messages if m.kind in ("first", "next")]
    assert len(set(proposed)) == len(proposed)
    for message in dialogue.messages:
        if message.speaker == "user":
            assert not leaks(message.text, names)
        else:
            assert message.said is not None
            assert message.said.names.title in message.text
            if "{" not in message.text:  # braces are refused as markup, whoever is called so
                assert VERIFIER.check(message.text, evidence_of(message.said)).ok, message.text


@pytest.mark.parametrize("turns", SCENES)
def test_wishes_are_understood_as_they_were_meant(turns: int) -> None:
    asked, misread = 0, []
    for number in range(320 // turns):
        dialogue = made(number, turns)
        for message in () if dialogue is None else dialogue.messages:
            artists = tuple(intent.value for intent in message.intents if intent.kind == "style")
            read = understand(message.text, VOCABULARY, artists=artists)
            asked += len(message.intents)
            if message.kind == "prefer" and (
                found(message.intents, read) != message.intents or invented(message.intents, read)
            ):
                misread.append(message.text)
            elif message.kind in ("reject", "why", "undo") and message.speaker == "user":
                assert read.act in (message.kind, "different"), message.text
    assert len(misread) <= 0.005 * asked, misread


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_a_wish_is_true_of_the_target_and_of_the_track_on_the_table(number: int) -> None:
    table = SCENES[2].table
    dialogue = made(number, 2)
    if dialogue is None:
        return
    now, target = (table.ids.index(str(dialogue.messages[place].track)) for place in (1, 3))
    for intent in dialogue.messages[2].intents:
        column = table.concepts.index(intent.value) if intent.value in table.concepts else None
        if intent.kind == "keep":
            assert column is not None
            assert table.has[now, column]
            assert table.has[target, column]
        elif intent.kind in ("avoid", "less") and column is not None:
            assert table.lacks[target, column]
        elif intent.kind == "want":
            assert column is not None
            assert table.has[target, column]
        elif intent.value in ("fast", "slow"):
            faster = table.bpm[target] / table.bpm[now]
            assert (faster if intent.value == "fast" else 1 / faster) >= 2**STEPS.tempo - 1e-4
        elif intent.kind == "style":
            assert intent.value != table.names[target].artist


def test_the_same_seed_makes_the_same_and_another_another() -> None:
    first, again, other = (Maker(scene(seed=seed))(5).to_line() for seed in (1, 1, 2))
    assert first == again != other


def test_names_can_be_masked() -> None:
    dialogue = Maker(scene(masked=True))(1)
    table = SCENES[2].table
    for message in dialogue.messages:
        if message.said is not None:
            assert message.said.names.title not in message.text.replace("TITLE", "")
            assert "TITLE" in message.text
    assert dialogue.target in table.ids


def test_a_dialogue_comes_back_from_its_line_with_what_its_wishes_mean() -> None:
    dialogue = MAKERS[4](3)
    assert Dialogue.from_line(dialogue.to_line()) == dialogue
    assert '"request": {' in dialogue.to_line()


@pytest.mark.parametrize(
    ("line", "why"),
    [("nonsense", "no JSON"), ("[]", "schema version"), ('{"schema_version": 2}', "schema version"),
     ('{"schema_version": 1, "number": "x"}', "clip")],
)  # fmt: skip
def test_what_is_no_dialogue_is_said(line: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        Dialogue.from_line(line)


def test_longer_dialogues_hold_every_kind_of_message() -> None:
    kinds = {message.kind for number in range(60) if (d := made(number, 4)) for message in d.messages}
    assert kinds == {"request", "first", "prefer", "next", "reject", "why", "undo", "back"}


def test_going_back_brings_the_track_before() -> None:
    seen = 0
    for number in range(120):
        dialogue = made(number, 4)
        tracks = [m.track for m in dialogue.messages if m.speaker == "system"] if dialogue else []
        kinds = [m.kind for m in dialogue.messages if m.speaker == "user"] if dialogue else []
        for place, kind in enumerate(kinds):
            if kind == "undo":
                seen += 1
                assert tracks[place] in tracks[: place - 1]
                assert tracks[place] != tracks[place - 1]
    assert seen > 5


def test_proportions_follow_the_shape() -> None:
    """Measured at length in benchmarks; here that the switch works at all."""
    shares = {}
    for name in SHAPES:
        maker = Maker(scene(shape=name))
        wishes = [m for number in range(150) if (m := _wish(maker, number)) is not None]
        shares[name] = sum(any(i.kind == "avoid" for i in wish.intents) for wish in wishes) / len(wishes)
    assert shares["published"] < 0.15 < 0.3 < shares["varied"]


def _wish(maker: Maker, number: int) -> Message | None:
    try:
        return maker(number).messages[2]
    except InputError:
        return None


def test_where_nothing_parts_two_tracks_there_is_no_dialogue() -> None:
    one = blank()
    with pytest.raises(InputError, match="Nothing is known of"):
        Maker(one)(0)


def test_an_artist_is_named_only_who_sounds_like_the_target() -> None:
    table = SCENES[2].table
    table_alone = Preferrer(table, VOCABULARY, SHAPES["published"], 0.5)
    dice = random.Random(0)
    for target in range(len(table)):
        artist = table_alone._alike(target, dice)
        own = table.names[target]
        assert artist is None or not leaks(artist, own)
        assert artist != "Drums"  # nobody would take that for a name


@pytest.mark.parametrize(
    ("intents", "text"),
    [
        ((Intent("avoid", "vocals"),), "no vocals"),
        ((Intent("vocals", "none"),), "instrumental please"),
        ((Intent("tempo", "120"),), "around 120 bpm"),
        ((Intent("less", "rock"),), "less rock"),
        ((Intent("more", "guitar"),), "with some guitar"),
        ((Intent("want", "saxophone"), Intent("avoid", "tuba")), "a saxophone, but no tuba"),
        ((Intent("keep", "saxophone"), Intent("more", "fast")), "I like the saxophone, but faster"),
        ((Intent("want", "celtic"),), "some celtic music"),
        ((Intent("style", "Björk"),), "in the style of Björk"),
    ],
)
def test_ways_of_saying_the_same_are_found(intents: tuple[Intent, ...], text: str) -> None:
    read = understand(text, VOCABULARY)
    assert found(intents, read) == intents
    assert invented(intents, read) == ()


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("rock and jazz", ("want jazz",)),
        ("rock, 120 bpm", ("a tempo",)),
        ("rock, female vocals", ("want female vocals", "vocals female")),
        ("rock under 2 minutes", ("a length",)),
        ("rock, CC0", ("a licence",)),
        ("rock, no Muldjord", ("an artist",)),
        ("rock, let the drop fall at 0:32", ("a hit",)),
        ("rock like Muldjord", ("style muldjord",)),
        ("rock and a saxophone", ("want saxophone",)),
        ("rock without tubas", ("avoid tubas",)),
        ("rock like Björk", ("style bjork",)),
    ],
)
def test_what_was_not_meant_is_told(text: str, strange: tuple[str, ...]) -> None:
    assert invented((Intent("want", "rock"),), understand(text, VOCABULARY, artists=("Muldjord",))) == strange


def test_a_meaning_is_the_request_that_a_perfect_reader_would_read() -> None:
    intents = (Intent("want", "jazz"), Intent("keep", "piano"), Intent("tempo", "100"), Intent("vocals", "female"))
    request = meaning(intents)
    assert (request.constraints.tempo_min, request.constraints.tempo_max) == (92.0, 108.0)
    assert found(intents, request) == intents
    assert invented(intents, request) == ()
