from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from musechat.core.text import folded, one_line


def test_escapes_and_reading_direction_do_not_survive() -> None:
    assert one_line("a\x1b[31mred\x1b[0m\x1b]0;title\x07 b") == "ared b"
    assert one_line("safe\u202egpj.exe") == "safegpj.exe"
    assert one_line("two\nlines\tand\x00more") == "two lines and more"


def test_a_megabyte_becomes_one_short_line() -> None:
    line = one_line("x" * 1_000_000, at_most=20)
    assert line == "x" * 19 + "…"


def test_accents_and_emoji_stay() -> None:
    assert one_line("Sigur Rós — 雪 🎵") == "Sigur Rós — 雪 🎵"


@given(st.text(max_size=400), st.integers(2, 50))
def test_one_line_is_printable_and_short(text: str, at_most: int) -> None:
    line = one_line(text, at_most)
    assert len(line) <= at_most
    assert line == line.strip()
    assert not any(unicodedata.category(c).startswith("C") for c in line)


def test_folding() -> None:
    assert folded("  Ünïted  STRASSE ") == folded("united straße") == "united strasse"
