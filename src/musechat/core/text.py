"""Hygiene for strings that come from files and strangers.

In: any text. Out: one printable line.

- A tag may hold ANSI escapes, bidi overrides, HTML or a megabyte: nothing that moves a cursor or turns the
  reading direction survives, and length is bounded. HTML and spreadsheet escapes belong to the door that needs them.
"""

from __future__ import annotations

import re
import unicodedata

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_KEPT = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": "", "Co": "", "Cn": ""}
"""What each unprintable category of Unicode becomes; every other character stays."""


def one_line(text: str, at_most: int = 200) -> str:
    """`text` as one clean line of at most `at_most` characters, cut with an ellipsis; may be empty."""
    kept = _BIDI.sub("", _ANSI.sub("", text[: 8 * at_most]))
    kept = "".join(_KEPT.get(unicodedata.category(c), c) for c in unicodedata.normalize("NFC", kept))
    kept = " ".join(kept.split())
    return kept if len(kept) <= at_most else kept[: at_most - 1].rstrip() + "…"


def folded(text: str) -> str:
    """`text` for comparing names: without case and accents, single blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())
