"""A language model as writer: what it may say, and what becomes of everything else."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from learning import VOCABULARY
from musechat.core.errors import InputError
from musechat.learn.chats import EndpointChat, GgufChat, ModelChoice
from musechat.learn.checked import Checked
from musechat.learn.course import Exchange
from musechat.learn.facts import Names
from musechat.learn.intent import Intent
from musechat.learn.lines import Clip, Comparison, Said
from musechat.learn.preference import Preference
from musechat.learn.writer import Grammar, Worded
from musechat.reason.chat import GivenUp, Messages

TARGET = Names("Harbour Lights", "Silver Fern", "Low Water")
WISH = Preference("like", (Intent("keep", "piano"), Intent("more", "fast"), Intent("want", "drums")))
SAID = Said("next", TARGET, ("jazz", "piano"), (Comparison("faster", now=140, then=120),))
EXCHANGE = Exchange("prefer", 0, SAID, WISH)
GOOD_WISH = "I like the piano, but could it be faster, with drums?"
GOOD_ANSWER = "Then try TITLE by ARTIST, from ALBUM. It is jazz with piano. It is faster: 140 BPM after 120."


class FakeChat:
    """Answers as it is told."""

    name = "tiny"

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.asked: list[Messages] = []

    def answer(self, messages: Messages, seed: int) -> str:
        self.asked.append(messages)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if answer is None:
            raise GivenUp("it did not answer in time")
        return answer


def ask(*answers: str | None) -> Worded:
    writer = Checked(FakeChat(*answers), Grammar(VOCABULARY, 0.0), VOCABULARY)
    return writer.ask(EXCHANGE, Clip(10, 2), TARGET, random.Random(1))


def tell(*answers: str | None) -> Worded:
    writer = Checked(FakeChat(*answers), Grammar(VOCABULARY, 0.0), VOCABULARY)
    return writer.tell(EXCHANGE, random.Random(1))


def test_a_line_that_says_exactly_what_was_planned_is_taken() -> None:
    assert ask(GOOD_WISH) == Worded(GOOD_WISH, "tiny")
    told = tell(GOOD_ANSWER)
    assert told.writer == "tiny"
    assert told.text.startswith("Then try “Harbour Lights” by Silver Fern, from “Low Water”.")


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("Could it be faster, with drums?", "does not say every wish"),
        (GOOD_WISH + " And no guitar.", "asks for something else"),
        (GOOD_WISH + " Like Silver Fern.", "names the target"),
        ("", "not one plain line"),
        ("a\nb", "not one plain line"),
        (GOOD_WISH + "\x1b[31m", "not one plain line"),
        ("I like it. " * 100, "not one plain line"),
        ("- you like the piano\n", "does not say every wish"),
        ("The track: I like the piano, but could it be faster, with drums?", "copies its notes"),
        ("I like the piano piano piano piano, faster, with drums", "repeats itself"),
        (None, "no answer: it did not answer in time"),
    ],
)
def test_every_other_wish_is_the_grammars_with_the_cause(line: str | None, cause: str) -> None:
    worded = ask(line)
    assert (worded.writer, worded.refused) == ("grammar", (cause, cause))
    assert worded.text == Grammar(VOCABULARY, 0.0).ask(EXCHANGE, Clip(10, 2), TARGET, random.Random(1)).text


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("Then try something by ARTIST. It is jazz.", "does not name the track"),
        ("Then try TITLE. It is jazz.", "does not name the track"),
        ("Then try TITLE by ARTIST. It is rock.", "says what is no fact"),
        ("Then try TITLE by ARTIST. It is slower: 140 BPM after 120.", "says what is no fact"),
        ("Then try TITLE by ARTIST, a hit of 1998.", "says what is no fact"),
        ("Then try TITLE by ARTIST. See http://example.com", "says what is no fact"),
    ],
)
def test_every_other_answer_is_the_grammars_with_the_cause(answer: str, cause: str) -> None:
    told = tell(answer)
    assert (told.writer, told.refused) == ("grammar", (cause, cause))
    assert "“Harbour Lights”" in told.text


def test_a_second_attempt_may_pass() -> None:
    assert ask("nonsense", GOOD_WISH) == Worded(GOOD_WISH, "tiny", ("does not say every wish",))


def test_a_silent_model_is_given_up() -> None:
    chat = FakeChat(None)
    writer = Checked(chat, Grammar(VOCABULARY, 0.0), VOCABULARY)
    for _ in range(5):
        last = writer.ask(EXCHANGE, Clip(10, 2), TARGET, random.Random(1))
    assert len(chat.asked) == 4
    assert last.refused == ("no answer: the model was given up",)


def test_requests_and_gestures_hold_no_facts_and_stay_with_the_grammar() -> None:
    chat = FakeChat("anything")
    writer = Checked(chat, Grammar(VOCABULARY, 0.0), VOCABULARY)
    for kind in ("request", "why", "undo", "reject"):
        exchange = Exchange(kind, 0, SAID)  # type: ignore[arg-type]
        assert writer.ask(exchange, Clip(10, None), TARGET, random.Random(2)).writer == "grammar"
    assert chat.asked == []


def test_no_name_reaches_a_model() -> None:
    chat = FakeChat(GOOD_ANSWER)
    Checked(chat, Grammar(VOCABULARY, 0.0), VOCABULARY).tell(EXCHANGE, random.Random(1))
    sent = str(chat.asked)
    assert "TITLE by ARTIST from the album ALBUM" in sent
    assert not any(name in sent for name in ("Harbour", "Silver Fern", "Low Water"))


@pytest.mark.parametrize(
    ("said", "notes"),
    [
        (Said("first", Names("A", None, None), ("guitar",)), "the track: TITLE\nit is: music with guitar"),
        (Said("first", Names("A", "B", None), (), (), 90), "the track: TITLE by ARTIST\ntempo: about 90 BPM"),
        (Said("next", Names("A", "B", None), (), (Comparison("keeps", "piano"), Comparison("lacks", "drums"))),
         "the track: TITLE by ARTIST\nit still has: piano\nit has no drums"),
    ],
)  # fmt: skip
def test_the_notes_hold_what_is_to_be_said(said: Said, notes: str) -> None:
    chat = FakeChat("x")
    Checked(chat, Grammar(VOCABULARY, 0.0), VOCABULARY).tell(Exchange("prefer", 0, said), random.Random(1))
    assert chat.asked[0][-1]["content"] == notes


def test_every_wish_has_its_note() -> None:
    intents = tuple(
        Intent(kind, value)  # type: ignore[arg-type]
        for kind, value in (
            ("keep", "piano"), ("more", "happy"), ("less", "rock"), ("want", "jazz"), ("avoid", "drums"),
            ("tempo", "90"), ("vocals", "none"), ("style", "Ann Lee"),
        )
    )  # fmt: skip
    chat = FakeChat("x")
    writer = Checked(chat, Grammar(VOCABULARY, 0.0), VOCABULARY)
    writer.ask(Exchange("prefer", 0, SAID, Preference("like", intents)), Clip(10, 2), TARGET, random.Random(1))
    assert chat.asked[0][-1]["content"].splitlines() == [
        "- you like the piano and want to keep it", "- more happy than this track", "- less rock than this track",
        "- you want jazz", "- no drums", "- around 90 BPM", "- no vocals", "- in the style of Ann Lee",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------- models


def test_a_choice_is_an_endpoint_or_a_file(tmp_path: Path) -> None:
    assert isinstance(ModelChoice("http://127.0.0.1:9/v1#m").chat(), EndpointChat)
    with pytest.raises(InputError, match="no model file"):
        ModelChoice(str(tmp_path / "gone.GGUF")).chat()
    with pytest.raises(InputError, match="URL#model"):
        ModelChoice("nonsense").chat()


class FakeServer:
    """What `xllamacpp.Server` offers."""

    def __init__(self, settings: SimpleNamespace) -> None:
        if "broken" in settings.model.path:
            raise RuntimeError("no model")
        self.settings = settings

    def handle_chat_completions(self, asked: dict[str, object]) -> object:
        text = asked["messages"][-1]["content"]  # type: ignore[index]
        return {"choices": [{"message": {"content": None if text == "odd" else f" {text} {asked['seed']} "}}]}


@pytest.fixture
def llama(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], GgufChat]:
    fake = SimpleNamespace(
        Server=FakeServer, CommonParams=lambda: SimpleNamespace(model=SimpleNamespace(), cpuparams=SimpleNamespace())
    )
    monkeypatch.setitem(sys.modules, "xllamacpp", fake)

    def start(path: Path) -> GgufChat:
        path.write_bytes(b"GGUF")
        return GgufChat(path, 2)

    return start


def test_a_gguf_file_answers(llama: Callable[[Path], GgufChat], tmp_path: Path) -> None:
    chat = llama(tmp_path / "tiny.gguf")
    assert chat.name == "tiny"
    assert chat.answer([{"role": "user", "content": "hello"}], 7) == "hello 7"
    assert len(chat._server.settings.api_keys[0]) == 32
    with pytest.raises(GivenUp):
        chat.answer([{"role": "user", "content": "odd"}], 7)
    with pytest.raises(GivenUp):
        chat.answer([{"role": "user"}], 7)


def test_a_broken_file_and_a_missing_library_are_said(
    llama: Callable[[Path], GgufChat], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="no model that llama"):
        llama(tmp_path / "broken.gguf")
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(InputError, match=r"musechat\[gguf\]"):
        llama(tmp_path / "tiny.gguf")
