from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.fakes import write_song
from musechat.core.track import Fact
from musechat.library import Store, Summary
from musechat.library.table import read_table


def table(folder: Path, text: str | bytes, *audio: str) -> object:
    path = folder / "music.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, audio or ("a.mp3", "b.mp3"))


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_rows_name_files_or_patterns_and_later_rows_win(tmp_path: Path, sign: str) -> None:
    lines = ["﻿File,License,Artist", "*.mp3,CC BY 4.0,Ann", "./b.mp3,CC0,", ",CC0,nobody"]
    read = table(tmp_path, "\r\n".join(lines).replace(",", sign))
    assert read.problem is None
    assert read.facts == {
        "a.mp3": {"licence": "CC BY 4.0", "artist": "Ann"},
        "b.mp3": {"licence": "CC0", "artist": "Ann"},
    }


def test_latin_letters_of_an_old_spreadsheet_are_read(tmp_path: Path) -> None:
    assert table(tmp_path, "file;artist\na.mp3;Björk".encode("cp1252")).facts["a.mp3"] == {"artist": "Björk"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "first line must name"),
        ("file,mood\na.mp3,sad", "first line must name"),
        ("title,artist\nx,y", "first line must name"),
        (b"\x00\x01PK", "is no text"),
        (b"file,artist\n" + b"x" * (4 * 1024 * 1024), "larger than 4 MB"),
        ("file,artist\nnothere.mp3,Ann\n../../etc/passwd,Bob", "not beside it: “nothere.mp3”, “../../etc/passwd”"),
        ("file,artist\n" + "a.mp3,Ann\n" * 20_001, "Only the first 20,000 rows"),
        ('file,artist\n"a.mp3,' + "y" * 200_000, "cannot be read as CSV"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, text: str | bytes, problem: str) -> None:
    assert problem in (table(tmp_path, text).problem or "")


def test_a_table_that_is_gone_is_no_disaster(tmp_path: Path) -> None:
    assert "cannot be read" in (read_table(tmp_path / "gone.csv", ("a.mp3",)).problem or "")


@given(st.binary(max_size=400))
def test_no_bytes_raise_and_only_files_of_the_folder_are_named(raw: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "music.csv")
        path.write_bytes(raw)
        assert set(read_table(path, ("a.mp3",)).facts) <= {"a.mp3"}


def test_a_table_outranks_tags_and_an_edited_one_is_seen_without_new_analysis(
    store: Store, music: Path, bring: Callable[..., Summary]
) -> None:
    write_song(music / "a.ogg", "A", title="Alpha", artist="Ann")
    sheet = music / "Licences.csv"
    sheet.write_text("file,artist,licence\na.ogg,Bo,CC BY 4.0\n", "utf-8")
    bring()
    track = store.tracks()[0]
    assert (track.artist, track.licence) == (Fact("Bo", "sidecar"), Fact("CC BY 4.0", "sidecar"))
    assert track.title == Fact("Alpha", "tag")
    sheet.write_text("file,licence\na.ogg,CC0\n=cmd|' /C calc'!A0,CC0\n", "utf-8")
    os.utime(sheet, ns=(10**18 * 2, 10**18 * 2))
    bring()
    track = store.tracks()[0]
    assert (track.artist, track.licence) == (Fact("Ann", "tag"), Fact("CC0", "sidecar"))
    assert [problem.path for problem in store.errors()] == [str(sheet)]
    store.edit(track.id, "licence", "CC BY-SA 3.0")
    bring()
    assert store.tracks()[0].licence == Fact("CC BY-SA 3.0", "you")
