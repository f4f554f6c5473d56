"""What a user corrects about a track: `read_corrections`.

In: corrections as typed, such as `title=Night Drive`, `not=sad`, `vocals=female`. Out: facts, and judgements of
concepts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.concepts.judgements import VERBS, read_judgements
from musechat.core.errors import InputError
from musechat.core.text import one_line
from musechat.core.track import EDITABLE
from musechat.library.tracks import clean_fact

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Corrections:
    """`facts`: name → value, None takes the correction back; `judgements`: concept → whether it is there, None for as
    heard.
    """

    facts: dict[str, str | None]
    judgements: dict[str, bool | None]


def read_corrections(changes: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> Corrections:
    """In order; a later one outranks an earlier one. Raises `InputError` for any that cannot be kept."""
    facts: dict[str, str | None] = {}
    said: list[tuple[str, str]] = []
    for name, value in changes:
        if name in VERBS:
            said.append((name, value))
        elif name in EDITABLE:
            facts[name] = clean_fact(name, value) if value else None
        else:
            known = ", ".join((*EDITABLE, *VERBS))
            raise InputError(f"There is no fact called {one_line(name)!r} to correct; choose one of {known}.")
    return Corrections(facts, read_judgements(said, vocabulary))
