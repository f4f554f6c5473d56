"""Strings from files and strangers inside other formats: spreadsheet cells and Markdown.

In: any text. Out: one line that says the same and does nothing.
"""

from __future__ import annotations

import re

from musechat.core.text import one_line

LONGEST = 500
_FORMULA = re.compile(r"(^|[;\"]\s*)(?=[=+\-@＝＋－＠])")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~^$&@!])")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|file|mailto|javascript|data|www)(?=[:.])(.)")


def cell(text: str) -> str:
    """`text` for a CSV cell: what a spreadsheet would run as a formula is made text by an apostrophe.

    The beginning of the cell counts, and what follows a ";" or a quotation mark: where ";" parts cells, that is the
    beginning of one (OWASP, CSV Injection).
    """
    return _FORMULA.sub(r"\1'", one_line(text, LONGEST))


def markdown(text: str, at_most: int = LONGEST) -> str:
    """`text` inside a line or table cell of Markdown: no markup, HTML, link, formula or citation is left in it."""
    return _ADDRESS.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", one_line(text, at_most)))
