"""What a user says that a track is or is not, in the vocabulary's words: `read_judgements`.

In: verbs with their words, such as ("is", "piano"), ("not", "sad"), ("vocals", "female"), ("forget", "sad").
Out: concept → whether it is there.

- Who sings is one question: an answer takes back what an earlier one said against it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from musechat.concepts.reading import SAME_TEMPO
from musechat.core.errors import InputError
from musechat.core.text import folded, one_line

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary

VERBS = ("is", "not", "forget", "vocals")
_SUNG: dict[str, bool | None] = {"vocals": True, "instrumental": False}
_VOICES: dict[str, dict[str, bool | None]] = {
    "none": {"vocals": False, "instrumental": True, "female vocals": False, "male vocals": False},
    "any": {**_SUNG, "female vocals": None, "male vocals": None},
    "female": {**_SUNG, "female vocals": True, "male vocals": False},
    "male": {**_SUNG, "female vocals": False, "male vocals": True},
}
_FOLLOWS: dict[tuple[str, str], dict[str, bool | None]] = {
    ("is", "vocals"): _VOICES["any"],
    ("not", "vocals"): _VOICES["none"],
    ("is", "instrumental"): _VOICES["none"],
    ("not", "instrumental"): _VOICES["any"],
    ("is", "female vocals"): {**_SUNG, "female vocals": True},
    ("is", "male vocals"): {**_SUNG, "male vocals": True},
    **{("forget", concept): dict.fromkeys(_VOICES["none"]) for concept in _SUNG},
}


def read_judgements(said: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> dict[str, bool | None]:
    """What holds after all that was `said` with VERBS, in order: a later word outranks an earlier one, None takes back.

    Raises `InputError` for a word that is no concept.
    """
    found: dict[str, bool | None] = {}
    for verb, word in said:
        if verb == "vocals":
            found |= _voices(word)
        else:
            concept = concept_called(word, vocabulary)
            found |= _FOLLOWS.get((verb, concept), {concept: {"is": True, "not": False}.get(verb)})
    return found


def _voices(word: str) -> dict[str, bool | None]:
    if not word.strip():
        return dict.fromkeys(_VOICES["none"])
    if folded(word) not in _VOICES:
        raise InputError(f"vocals= takes none, any, female or male (or nothing), not {one_line(word)!r}.")
    return _VOICES[folded(word)]


def concept_called(word: str, vocabulary: Vocabulary) -> str:
    """The concept that a word means and that tracks are ranked by. Raises `InputError` that names near ones."""
    wanted = folded(word)
    every = [concept for concept in vocabulary.concepts.values() if concept.name != SAME_TEMPO]
    words = {folded(form): c.name for c in every if c.measurable for form in (c.name, *c.words)}
    if wanted in words:
        return words[wanted]
    deaf = {folded(form) for c in every for form in (c.name, *c.words)} - words.keys()
    if wanted in deaf:
        raise InputError(f"MuseChat does not rank by {one_line(word)!r}, so a correction of it would change nothing.")
    near = dict.fromkeys(words[known] for known in difflib.get_close_matches(wanted, words, 3, 0.7))
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    raise InputError(f"{one_line(word)!r} is no genre, mood, instrument or voice that MuseChat knows.{hint}")
