"""What a language model is asked, line by line: `asked_of_user`, `asked_of_system`.

In: an exchange. Out: messages for a chat model, with examples that show the form.

- Names are placeholders there (TITLE, ARTIST, ALBUM): no title from a file reaches a model.
- A user's line is asked for as a list of what it must say; nothing that the list does not hold may be asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from musechat.learn.intent import Intent
from musechat.learn.phrases import listed

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.learn.lines import Comparison, Said
    from musechat.learn.preference import Preference
    from musechat.reason.chat import Messages

_USER = (
    "You play somebody who cuts videos and answers a music recommender that has just proposed a track. You are given "
    "notes. Write one message of one or two sentences that says every note in plain words and asks for nothing else. "
    "Answer with the message alone."
)
_SYSTEM = (
    "You are a music supervisor who recommends one track. You are given notes. Write one or two sentences that say "
    "every note in plain words and claim nothing else about the music. Leave words in capitals such as TITLE, ARTIST, "
    "ALBUM as they are. Answer with the sentences alone."
)
_USER_SHOWN = (
    (
        (Intent("keep", "piano"), Intent("more", "fast"), Intent("want", "drums")),
        "I like the piano, but could it be faster, with drums?",
    ),
    (
        (Intent("want", "jazz"), Intent("want", "mellow"), Intent("vocals", "female")),
        "Nice, but I'd prefer some mellow jazz with a woman singing.",
    ),
    (
        (Intent("less", "electronic"), Intent("style", "Ann Lee")),
        "Sounds good, but make it less electronic, in the style of Ann Lee.",
    ),
)
_SYSTEM_SHOWN = (
    (
        "the track: TITLE by ARTIST\nit is: a mellow jazz track with piano",
        "How about “TITLE” by ARTIST? It is a mellow jazz track with piano.",
    ),
    (
        "the track: TITLE by ARTIST from the album ALBUM\nit is: rock with guitar and drums\n"
        "it is faster: 140 BPM after 120",
        "Then try “TITLE” by ARTIST, from ALBUM. It is rock with guitar and drums, and faster: 140 BPM after 120.",
    ),
)


def asked_of_user(preference: Preference) -> Messages:
    """A message that says what shall be otherwise."""
    shown = [(_wishes(intents), text) for intents, text in _USER_SHOWN]
    return _messages(_USER, shown, _wishes(preference.intents))


def asked_of_system(said: Said, vocabulary: Vocabulary) -> Messages:
    """A recommendation."""
    return _messages(_SYSTEM, _SYSTEM_SHOWN, _notes(said, vocabulary))


def _messages(system: str, shown: Sequence[tuple[str, str]], asked: str) -> Messages:
    examples = [
        message
        for notes, text in shown
        for message in ({"role": "user", "content": notes}, {"role": "assistant", "content": text})
    ]
    return [{"role": "system", "content": system}, *examples, {"role": "user", "content": asked}]


def _wishes(intents: Sequence[Intent]) -> str:
    return "\n".join(f"- {_wish(intent)}" for intent in intents)


def _wish(intent: Intent) -> str:
    value = intent.value
    return {
        "keep": f"you like the {value} and want to keep it",
        "more": f"more {value} than this track",
        "less": f"less {value} than this track",
        "want": f"you want {value}",
        "avoid": f"no {value}",
        "tempo": f"around {value} BPM",
        "vocals": "no vocals" if value == "none" else f"a {value} voice singing",
        "style": f"in the style of {value}",
    }[intent.kind]


def _notes(said: Said, vocabulary: Vocabulary) -> str:
    names = "TITLE" + " by ARTIST" * bool(said.names.artist) + " from the album ALBUM" * bool(said.names.album)
    notes = [f"the track: {names}"]
    if said.has:
        things = [concept for concept in said.has if vocabulary[concept].kind in ("instrument", "vocals")]
        others = [concept for concept in said.has if concept not in things]
        notes.append(
            f"it is: {listed([*others, *(['music'] if not others else [])])}" + f" with {listed(things)}" * bool(things)
        )
    notes += [_comparison(comparison) for comparison in said.comparisons]
    if said.bpm is not None:
        notes.append(f"tempo: about {said.bpm} BPM")
    return "\n".join(notes)


def _comparison(comparison: Comparison) -> str:
    if comparison.kind in ("faster", "slower"):
        return f"it is {comparison.kind}: {comparison.now} BPM after {comparison.then}"
    return f"it still has: {comparison.value}" if comparison.kind == "keeps" else f"it has no {comparison.value}"
