from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from learning import VOCABULARY, scene
from musechat.core.errors import InputError
from musechat.learn.charts import HEIGHT, WIDTH, chart
from musechat.learn.dialogue import Dialogue, Message
from musechat.learn.intent import Intent
from musechat.learn.stats import Lines, Stats, stats_json, stats_of
from musechat.learn.synthesis import Maker


def made(count: int, **settings: object) -> list[Dialogue]:
    maker, found = Maker(scene(**settings)), []
    for number in range(count):
        try:
            found.append(maker(number))
        except InputError:
            continue
    return found


def test_a_dataset_of_the_grammar_is_clean() -> None:
    dialogues = [d for d in made(60) if not any("{" in m.text for m in d.messages)]  # markup passes no verifier
    found = stats_json(stats_of(dialogues, VOCABULARY))
    assert (found["dialogues"], found["leaks"]) == (len(dialogues), 0)
    assert found["parse_back"] > 0.99
    assert found["verified"] == 1
    assert found["unique_lines"] > 0.95
    assert found["wishes"]["lines"] == len(dialogues)
    assert found["writers"] == {"grammar": 4 * len(dialogues)}


def test_leaks_false_answers_and_misread_wishes_are_counted() -> None:
    good = next(d for d in made(20) if "{" not in d.messages[3].text)
    asked, wish, told = good.messages[0], good.messages[2], good.messages[3]
    assert told.said is not None
    named = replace(asked, text=f"Give me {told.said.names.title}!")
    false = replace(told, text=f"“{told.said.names.title}” is a waltz.")
    odd = replace(wish, text="Some harp.", intents=(Intent("want", "rock"),))
    spoilt = replace(good, messages=(named, good.messages[1], odd, false))
    found = stats_of([spoilt], VOCABULARY)
    assert (found.leaks, found.parsed, found.read, found.strange) == (1, 1, 0, 1)
    assert (found.checked, found.true) == (2, 1)


def test_shares_are_of_wishes() -> None:
    def wish(text: str, *intents: Intent) -> Dialogue:
        return Dialogue(0, "", "", 0, (Message("user", "prefer", text, "x", intents, refused=("late",)),))

    found = stats_of(
        [
            wish("I like it, but without drums.", Intent("avoid", "drums")),
            wish("Something like Ann.", Intent("style", "Ann")),
            wish("Faster.", Intent("more", "fast", relative=True)),
            wish("Nice."),
        ],
        VOCABULARY,
        every=10,
    )
    shares = {name: found.share(name) for name in ("likes", "but", "negation", "exclusion", "artist", "relative")}
    assert shares == dict.fromkeys(shares, 0.25)
    assert found.refused == {"late": 4}
    assert found.parsed == 1  # only the first of ten


def test_masked_answers_are_not_held_against_their_names() -> None:
    assert stats_of(made(5, masked=True), VOCABULARY).checked == 0


def test_lengths_and_word_pairs() -> None:
    lines = Lines()
    for text in ("one two three", "one two", "four"):
        lines.add(text)
    assert (lines.count, lines.mean, lines.at(0.1), lines.at(0.9)) == (3, 2.0, 1, 3)
    assert lines.distinct == pytest.approx(2 / 3)
    assert (Lines().mean, Lines().distinct, Lines().at(0.5)) == (0, 0, 0)


def test_the_picture_is_drawn_for_any_dataset() -> None:
    for found in (Stats(), stats_of(made(40), VOCABULARY)):
        picture = Image.open(io.BytesIO(chart(found)))
        assert picture.size == (WIDTH, HEIGHT)
    colours = {colour for _, colour in picture.getcolors(1_000_000) or []}
    assert {(46, 110, 190), (222, 120, 44), (70, 150, 110)} <= colours
