"""A language model as writer, with every line checked: `Checked`.

In: exchanges, a model. Out: its lines where they say exactly what was planned, else the grammar's, with the causes.

- A user's line must parse back to what it was written from, ask for nothing else, and not name the target. A system's
  must name the right track and pass the verifier on its own facts.
- Requests and gestures hold no facts and stay with the grammar.
- A model that gave no answer several times in a row is not asked again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from musechat.concepts.understand import understand
from musechat.core.text import one_line
from musechat.learn.evidence import evidence_of
from musechat.learn.intent import found, invented
from musechat.learn.leaks import leaks
from musechat.learn.prompting import asked_of_system, asked_of_user
from musechat.learn.writer import Worded
from musechat.reason.chat import GivenUp
from musechat.reason.verify import Verifier

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.learn.chats import Chat
    from musechat.learn.course import Exchange
    from musechat.learn.facts import Names
    from musechat.learn.lines import Clip, Said
    from musechat.learn.preference import Preference
    from musechat.learn.writer import Grammar
    from musechat.reason.chat import Messages

ATTEMPTS = 2
"""Answers asked for each line."""
SILENCES = 4
"""Answers missed in a row after which a model is given up."""
LONGEST = 500
REPEATS = 3
"""How often one longer word may stand in a line."""
_NOTES = re.compile(r"\b(?:the track|it is|it still has|it has no|tempo): ?", re.I)
"""How the notes are written that a model is given; a sentence is not."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")


class Checked:
    """Asks a model, checks, and lets the grammar word what did not pass."""

    def __init__(self, chat: Chat, grammar: Grammar, vocabulary: Vocabulary) -> None:
        self._chat, self._grammar, self._vocabulary = chat, grammar, vocabulary
        self._verifier = Verifier(vocabulary)
        self._silences = 0

    def ask(self, exchange: Exchange, clip: Clip, target: Names, dice: Random) -> Worded:
        """See `Writer`."""
        plain = self._grammar.ask(exchange, clip, target, dice)
        preference = exchange.preference
        if preference is None:
            return plain
        refused: list[str] = []
        for text in self._answers(asked_of_user(preference), dice, refused):
            causes = list(self._wrong_wish(text, preference, target))
            if not causes:
                return Worded(text, self._chat.name, tuple(refused))
            refused += causes[:1]
        return Worded(plain.text, plain.writer, tuple(refused))

    def tell(self, exchange: Exchange, dice: Random) -> Worded:
        """See `Writer`."""
        plain = self._grammar.tell(exchange, dice)
        refused: list[str] = []
        for answer in self._answers(asked_of_system(exchange.said, self._vocabulary), dice, refused):
            text = _named(answer, exchange.said.names)
            causes = list(self._wrong_answer(text, answer, exchange.said))
            if not causes:
                return Worded(text, self._chat.name, tuple(refused))
            refused += causes[:1]
        return Worded(plain.text, plain.writer, tuple(refused))

    def _answers(self, messages: Messages, dice: Random, refused: list[str]) -> Iterator[str]:
        for _ in range(ATTEMPTS):
            if self._silences >= SILENCES:
                refused.append("no answer: the model was given up")
                return
            try:
                text = self._chat.answer(messages, dice.getrandbits(31)).strip().strip('"')
                self._silences = 0
            except GivenUp as error:
                self._silences += 1
                refused.append(f"no answer: {error}")
                continue
            if (cause := _unlike_speech(text)) is None:
                yield text
            else:
                refused.append(cause)

    def _wrong_wish(self, text: str, preference: Preference, target: Names) -> Iterator[str]:
        artists = tuple(intent.value for intent in preference.intents if intent.kind == "style")
        read = understand(text, self._vocabulary, artists=artists)
        if leaks(text, target):
            yield "names the target"
        if len(found(preference.intents, read)) < len(preference.intents):
            yield "does not say every wish"
        if invented(preference.intents, read):
            yield "asks for something else"

    def _wrong_answer(self, text: str, answer: str, said: Said) -> Iterator[str]:
        wanted = ["TITLE", *(["ARTIST"] if said.names.artist else [])]
        if not all(word in answer for word in wanted):
            yield "does not name the track"
        facts = evidence_of(said)
        if not all(self._verifier.check(sentence, facts).ok for sentence in _SENTENCE.split(text)):
            yield "says what is no fact"


def _unlike_speech(text: str) -> str | None:
    """Why a text is no line that anybody would say; None where it is."""
    if not text or text != one_line(text, LONGEST):
        return "not one plain line"
    if _NOTES.search(text):
        return "copies its notes"
    words = Counter(word for word in re.findall(r"[\w'-]+", text.lower()) if len(word) > 3)
    return "repeats itself" if words and max(words.values()) > REPEATS else None


def _named(text: str, names: Names) -> str:
    """The placeholders replaced; titles and albums in quotes."""
    for word, name in (("TITLE", f"“{names.title}”"), ("ALBUM", f"“{names.album}”"), ("ARTIST", names.artist or "")):
        text = re.sub(rf"[“\"]?\b{word}\b[”\"]?", lambda _, name=name: name, text)  # type: ignore[misc]
    return text
