from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.fakes import FakeAnalyse, FakeIdentify, audio_id, write_song
from musechat.core.track import Fact
from musechat.library import Store, Summary
from musechat.library.table import NOTHING, Told, read_table
from musechat.library.tracks import Judgement


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "music.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(folder: Path, text: str | bytes, *audio: str) -> tuple[dict[str, Told], str | None]:
    """What a table says of each file that it speaks of, and what is wrong with it."""
    read = read_table(write(folder, text))
    found = {name: read.told(name) for name in audio or ("a.mp3", "b.mp3")}
    return {name: said for name, said in found.items() if said != NOTHING}, read.problem()


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_rows_name_files_or_patterns_and_later_rows_win(tmp_path: Path, sign: str, encoding: str) -> None:
    lines = ["File,License,Artist", "*.mp3,CC BY 4.0,Ann", "./B.MP3,CC0,", ",CC0,nobody"]
    said, problem = told(tmp_path, "\r\n".join(lines).replace(",", sign).encode(encoding))
    assert problem is None
    assert said == {
        "a.mp3": Told({"licence": "CC BY 4.0", "artist": "Ann"}),
        "b.mp3": Told({"licence": "CC0", "artist": "Ann"}),
    }


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("*.mp3", {"a.mp3", "song [live].mp3"}),
        ("Ann/*.mp3", {"ann/1.mp3"}),
        ("Ann\\1.mp3", {"ann/1.mp3"}),
        ("*/*.mp3", {"ann/1.mp3"}),
        ("**/*.mp3", {"a.mp3", "song [live].mp3", "ann/1.mp3", "ann/live/2.mp3"}),
        ("**/live/*", {"ann/live/2.mp3"}),
        ("ann/**", {"ann/1.mp3", "ann/live/2.mp3"}),
        ("song [live].mp3", {"song [live].mp3"}),
        ("song [live].*", {"song [live].mp3"}),
        ("Bjo\u0308rk.ogg", {"Bj\u00f6rk.ogg"}),
        ("?.mp3", {"a.mp3"}),
    ],
)
def test_a_path_goes_from_the_tables_folder_and_a_star_stays_within_a_name(
    tmp_path: Path, name: str, meant: set[str]
) -> None:
    audio = ("a.mp3", "song [live].mp3", "ann/1.mp3", "ann/live/2.mp3", "Bj\u00f6rk.ogg")
    said, problem = told(tmp_path, f"file,licence\n{name},CC0\n", *audio)
    assert set(said) == meant
    assert problem is None


def test_what_is_heard_is_told_in_the_vocabularys_words(tmp_path: Path) -> None:
    rows = 'file;is;not;vocals\n*.mp3;;;none\na.mp3;"piano; harp|midtempo";melancholy;\nb.mp3;;;female\n'
    said, problem = told(tmp_path, rows)
    assert problem is None
    silent = {"vocals": False, "instrumental": True, "female vocals": False, "male vocals": False}
    assert said["a.mp3"].judged == silent | {"piano": True, "harp": True, "mid-tempo": True, "melancholic": False}
    assert said["b.mp3"].judged == {"vocals": True, "instrumental": False, "female vocals": True, "male vocals": False}


def test_latin_letters_of_an_old_spreadsheet_are_read_and_excels_note_of_its_sign(tmp_path: Path) -> None:
    said, problem = told(tmp_path, "sep=;\r\nfile;artist\r\na.mp3;Björk".encode("cp1252"))
    assert (said, problem) == ({"a.mp3": Told({"artist": "Björk"})}, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "first line must name"),
        ("file,mood\na.mp3,sad", "first line must name"),
        ("title,artist\nx,y", "first line must name"),
        (b"\x00\x01PK", "is no text"),
        (b"\xff\xfe\x00", "is no text"),
        (b"file,artist\n" + b"x" * (4 * 1024 * 1024), "larger than 4 MB"),
        ("file,artist\nnothere.mp3,Ann\n", "No music is found in the table's folder for “nothere.mp3”."),
        ("file,artist\n../../etc/passwd,Bob", "Row 2: “../../etc/passwd” lies outside the table's folder."),
        ("file,artist\n/etc/passwd,Bob", "lies outside"),
        ("file,artist\nC:\\a.mp3,Bob", "lies outside"),
        ("file,artist\nx/..,Bob", "lies outside"),
        ("file,artist\n" + "a.mp3,Ann\n" * 20_001, "Only the first 20,000 rows"),
        ("file,artist\n" + "".join(f"{n}*.mp3,Ann\n" for n in range(101)), "Only the first 100 patterns"),
        ('file,artist\n"a.mp3,' + "y" * 200_000, "cannot be read as CSV"),
        ("file,artist\na.mp3,Ann\na.mp3,Bob", "Rows 2 and 3 tell different things of “a.mp3”; the later one counts."),
        ("file,title\na.mp3,=cmd|' /C calc'!A0", "Row 2: a formula is no title."),
        ("file,year\na.mp3,soon", "Row 2: “soon” is no year."),
        (
            "file,is\na.mp3,pianno",
            "Row 2: 'pianno' is no genre, mood, instrument or voice that MuseChat knows. Did you",
        ),
        ("file,not\na.mp3,saxophone", "does not rank by 'saxophone'"),
        ("file,vocals\na.mp3,loud", "vocals= takes none, any, female or male"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, text: str | bytes, problem: str) -> None:
    assert problem in (told(tmp_path, text)[1] or "")


def test_what_is_wrong_with_one_row_costs_no_other(tmp_path: Path) -> None:
    rows = 'file,title,year,is\na.mp3,=1+1,soon,"zzz,piano"\n../b.mp3,x,,\nb.mp3,Beta,2001,\n"b.mp3,'
    said, _ = told(tmp_path, rows + "y" * 200_000)
    assert said == {"a.mp3": Told({}, {"piano": True}), "b.mp3": Told({"title": "Beta", "year": "2001"})}


def test_the_same_said_twice_is_no_problem_and_long_lists_are_cut(tmp_path: Path) -> None:
    assert told(tmp_path, "file,artist,licence\na.mp3,Ann,\na.mp3,Ann,CC0")[1] is None
    problem = told(tmp_path, "file,year\n" + "a.mp3,soon\n" * 5000)[1]
    assert problem is not None and len(problem) < 500


def test_a_table_that_is_gone_or_no_file_is_no_disaster(tmp_path: Path) -> None:
    assert "cannot be read" in (read_table(tmp_path / "gone.csv").problem() or "")
    assert "is no file" in (read_table(tmp_path).problem() or "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "music.csv")
    assert "is no file" in (read_table(tmp_path / "music.csv").problem() or "")


@given(st.binary(max_size=400))
def test_no_bytes_raise(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read = read_table(write(Path(folder), raw))
        assert isinstance(read.told("a.mp3"), Told)
        assert read.problem() is None or read.problem()


CELL = st.text("ab*?/.[]\\é ", max_size=6)


@given(st.lists(st.tuples(CELL, st.sampled_from(["Ann", "Bob", ""])), max_size=6))
def test_of_all_rows_that_mean_a_file_the_last_one_counts(rows: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sheet = io.StringIO(newline="")
        csv.writer(sheet).writerows([("file", "artist"), *rows])
        whole = read_table(write(Path(folder), sheet.getvalue())).told("a/b")
        alone: list[Told] = []
        for row in rows:
            one = io.StringIO(newline="")
            csv.writer(one).writerows([("file", "artist"), row])
            alone.append(read_table(write(Path(folder), one.getvalue())).told("a/b"))
    artists = [said.facts["artist"] for said in alone if said != NOTHING]
    assert whole.facts.get("artist") == (artists[-1] if artists else None)


def test_no_pattern_takes_forever(tmp_path: Path) -> None:
    deep = "/".join("a" * 40)
    said, _ = told(tmp_path, f"file,licence\n{'**/a/' * 60}b,CC0\n{'a*' * 60}b,CC0\n", deep, "a" * 200)
    assert said == {}


def test_a_table_outranks_tags_and_an_edited_one_is_seen_without_new_analysis(
    store: Store, music: Path, bring: Callable[..., Summary], analyse: FakeAnalyse
) -> None:
    write_song(music / "a.ogg", "A", title="Alpha", artist="Ann")
    sheet = music / "Licences.csv"
    sheet.write_text("file,artist,licence\na.ogg,Bo,CC BY 4.0\n", "utf-8")
    bring()
    track = store.tracks()[0]
    assert (track.artist, track.licence) == (Fact("Bo", "sidecar"), Fact("CC BY 4.0", "sidecar"))
    assert track.title == Fact("Alpha", "tag")
    sheet.write_text("file,licence\na.ogg,CC0\n=cmd|' /C calc'!A0,CC0\n", "utf-8")
    os.utime(sheet, ns=(1, 1))  # unpacked from an old archive
    bring()
    assert analyse.heard == ["a.ogg"]
    track = store.tracks()[0]
    assert (track.artist, track.licence) == (Fact("Ann", "tag"), Fact("CC0", "sidecar"))
    assert [problem.path for problem in store.errors()] == [str(sheet)]
    store.edit(track.id, "licence", "CC BY-SA 3.0")
    bring()
    assert store.tracks()[0].licence == Fact("CC BY-SA 3.0", "you")


def test_only_the_files_of_which_something_else_is_said_are_opened_again(
    music: Path, bring: Callable[..., Summary], identify: FakeIdentify
) -> None:
    for name in ("a", "b"):
        write_song(music / f"{name}.ogg", name)
    sheet = music / "music.csv"
    sheet.write_text("file,licence\na.ogg,CC0\nb.ogg,CC0\n")
    bring()
    sheet.write_text("file,licence\na.ogg,CC BY\nb.ogg,CC0\n")
    identify.opened.clear()
    done = bring()
    assert (identify.opened, done.updated, done.unchanged) == (["a.ogg"], 1, 1)
    sheet.unlink()
    identify.opened.clear()
    bring()
    assert sorted(identify.opened) == ["a.ogg", "b.ogg"]


def test_a_table_tells_of_folders_below_and_a_nearer_one_outranks_it(
    store: Store, music: Path, bring: Callable[..., Summary]
) -> None:
    write_song(music / "ann" / "live" / "a.ogg", "A")
    write_song(music / "ann" / "b.ogg", "B")
    (music / "music.csv").write_text("file,licence,artist\n**/*.ogg,CC0,Ann\n")
    (music / "ann" / "licences.csv").write_text("file,licence\n*.ogg,CC BY\n")
    (music / "ann" / "Music.CSV").write_text("file,artist\nb.ogg,Bo\n")
    done = bring()
    known = {track.id: track for track in store.tracks()}
    deep, near = known[audio_id("A")], known[audio_id("B")]
    assert (deep.licence, deep.artist) == (Fact("CC0", "sidecar"), Fact("Ann", "sidecar"))
    assert (near.licence, near.artist) == (Fact("CC BY", "sidecar"), Fact("Bo", "sidecar"))
    assert (done.failed, store.errors()) == (0, [])
    below = bring(music / "ann" / "live")
    assert (below.unchanged, below.failed) == (1, 0), "the table above counts though its folder was not asked for"
    assert bring(music / "ann" / "b.ogg").unchanged == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs two owners")
def test_a_strangers_table_in_a_shared_folder_above_tells_nothing(
    store: Store, music: Path, bring: Callable[..., Summary]
) -> None:
    write_song(music / "ann" / "a.ogg", "A")
    (music / "music.csv").write_text("file,licence\n**/*,CC0\n")
    os.chown(music / "music.csv", 65534, 65534)
    bring(music / "ann")
    assert store.tracks()[0].licence is None


def test_a_problem_of_a_table_is_told_as_it_is_now_and_gone_when_it_is_mended(
    store: Store, music: Path, bring: Callable[..., Summary]
) -> None:
    write_song(music / "a.ogg", "A")
    sheet = music / "music.csv"
    for wrong in ("file,year\na.ogg,soon\n", "file,year\nx.ogg,2001\n"):
        sheet.write_text(wrong)
        assert bring().failed == 1
    assert [(error.path, error.message) for error in store.errors()] == [
        (str(sheet), "No music is found in the table's folder for “x.ogg”.")
    ]
    changes = store.changes
    bring()
    assert store.changes == changes, "the same problem is no news"
    sheet.write_text("file,year\na.ogg,2001\n")
    assert bring().failed == 0
    assert store.errors() == []


def test_what_a_table_says_is_heard_is_kept_and_the_users_own_word_outranks_it(
    store: Store, music: Path, bring: Callable[..., Summary]
) -> None:
    write_song(music / "a.ogg", "A")
    sheet = music / "music.csv"
    sheet.write_text("file,is,not\na.ogg,piano;harp,sad\n")
    bring()
    track = audio_id("A")
    told = {"piano": Judgement(True, "sidecar"), "harp": Judgement(True, "sidecar"), "sad": Judgement(False, "sidecar")}
    assert store.judgements() == {track: told}
    store.judge(track, "piano", False)
    assert store.judgements()[track]["piano"] == Judgement(False, "you")
    store.judge(track, "piano", None)
    assert store.judgements() == {track: told}
    (music / "a.ogg").rename(music / "b.ogg")
    bring()
    assert store.judgements() == {}, "the table does not know that name"
    (music / "b.ogg").unlink()
    write_song(music / "c.ogg", "C")
    sheet.write_text("file,is\n*.ogg,piano\n")
    bring()
    assert store.judgements()[audio_id("C")] == {"piano": Judgement(True, "sidecar")}


def test_a_licence_in_a_table_may_be_an_address(store: Store, music: Path, bring: Callable[..., Summary]) -> None:
    write_song(music / "a.ogg", "A", copyright="© all rights reserved")
    (music / "music.csv").write_text("file,licence\na.ogg,https://creativecommons.org/licenses/by/4.0/\n")
    bring()
    assert store.tracks()[0].licence == Fact("CC BY 4.0", "sidecar")
