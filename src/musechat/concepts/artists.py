"""Well-known artists (`artists.toml`), whether a library holds them or not.

In: nothing. Out: a table of names by their first word.

- A name made of ordinary words ("Air", "The Streets") is marked, for it counts only where it is written as a name.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from musechat.concepts.tokens import tokenize


@dataclass(frozen=True, slots=True)
class Artist:
    """`words`: folded, with the punctuation inside the name ("earth", ",", "wind", "and", "fire")."""

    words: tuple[str, ...]
    ordinary: bool


@lru_cache(maxsize=1)
def well_known() -> dict[str, tuple[Artist, ...]]:
    """First word → artists, longest first. "The Lumineers" are found as "Lumineers", too."""
    table = tomllib.loads(resources.files("musechat.concepts").joinpath("artists.toml").read_text("utf-8"))
    distinct = [name for names in table["distinct"].values() for name in names]
    distinct += [name.removeprefix("The ") for name in distinct if name.startswith("The ")]
    index: dict[str, list[Artist]] = {}
    for names, ordinary in ((distinct, False), (table["ordinary"]["names"], True)):
        for name in names:
            words = tuple(token.word for token in tokenize(name))
            index.setdefault(words[0], []).append(Artist(words, ordinary))
    return {first: tuple(sorted(found, key=lambda artist: -len(artist.words))) for first, found in index.items()}
