"""What a user corrects about a track: `read_corrections`.

In: corrections as typed, such as `title=Night Drive`, `not=sad`, `vocals=female`. Out: facts, and judgements of
concepts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.core.errors import InputError
from musechat.core.text import folded, one_line

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary

VOICES: dict[str, dict[str, bool]] = {
    "none": {"vocals": False, "instrumental": True},
    "any": {"vocals": True, "instrumental": False},
    "female": {"vocals": True, "instrumental": False, "female vocals": True, "male vocals": False},
    "male": {"vocals": True, "instrumental": False, "female vocals": False, "male vocals": True},
}


@dataclass(frozen=True, slots=True)
class Corrections:
    """`facts`: name → value, None takes the correction back; `judgements`: concept → whether it is there, None for as
    heard.
    """

    facts: dict[str, str | None]
    judgements: dict[str, bool | None]


def read_corrections(changes: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> Corrections:
    """In order; a later one outranks an earlier one. Raises `InputError` for a word that is no concept."""
    found = Corrections({}, {})
    for name, value in changes:
        if name in ("is", "not", "forget"):
            holds = {"is": True, "not": False}.get(name)
            found.judgements[concept_called(value, vocabulary)] = holds
        elif name == "vocals":
            if value not in ("", *VOICES):
                raise InputError(f"vocals= takes none, any, female or male (or nothing), not {one_line(value)!r}.")
            found.judgements.update(VOICES.get(value) or dict.fromkeys(VOICES["female"]))
        else:
            found.facts[name] = value or None
    return found


def concept_called(word: str, vocabulary: Vocabulary) -> str:
    """The measurable concept that a word means. Raises `InputError` that names near ones."""
    wanted = folded(word)
    words = {folded(form): c.name for c in vocabulary.measurable for form in (c.name, *c.words)}
    if wanted in words:
        return words[wanted]
    deaf = {folded(form) for c in vocabulary.concepts.values() for form in (c.name, *c.words)} - words.keys()
    if wanted in deaf:
        raise InputError(f"MuseChat does not rank by {one_line(word)!r}, so a correction of it would change nothing.")
    near = dict.fromkeys(words[known] for known in difflib.get_close_matches(wanted, words, 3, 0.7))
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    raise InputError(f"{one_line(word)!r} is no genre, mood, instrument or voice that MuseChat knows.{hint}")
