"""Whether a line names what it must not name yet: `leaks`.

In: a line, a track's names. Out: what of them stands in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from musechat.core.text import folded

if TYPE_CHECKING:
    from musechat.learn.facts import Names


def leaks(text: str, names: Names) -> tuple[str, ...]:
    """Title, artist or album of a track that stand in `text`, word for word, whatever their case."""
    said = f" {_plain(text)} "
    found = (name for name in (names.title, names.artist, names.album) if name is not None)
    return tuple(name for name in found if (plain := _plain(name)) and f" {plain} " in said)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", folded(text)))
