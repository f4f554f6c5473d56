from __future__ import annotations

import sqlite3
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from library.fakes import audio_id
from musechat.core.errors import InputError, LibraryBusyError, LibraryError
from musechat.core.track import Fact
from musechat.library import Store
from musechat.library import database as database_module
from musechat.library.database import FILE_NAME, Database, file_uri
from musechat.library.schema import FORMAT, MIGRATIONS


def put(store: Store, sound: str, path: str = "/m/a.ogg") -> str:
    with store.writing():
        store.put_file(audio_id(sound), 61.5, path.encode(), 10, 20, {"title": Fact(sound, "tag")})
    return audio_id(sound)


def raw(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / FILE_NAME)


def test_a_library_outlives_its_store(tmp_path: Path) -> None:
    with Store.open(tmp_path / "deep" / "library", "w") as store:
        put(store, "one")
    with Store.open(tmp_path / "deep" / "library") as store:
        assert [track.title.value for track in store.tracks()] == ["one"]
        assert len(store) == 1


def test_reading_where_there_is_no_library_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"no library at .* yet; .*musechat index"):
        Store.open(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="cannot be made"):
        Store.open(tmp_path / "file" / "library", "w")


def test_a_library_of_the_first_format_is_upgraded(tmp_path: Path) -> None:
    with raw(tmp_path) as old:
        old.executescript(MIGRATIONS[0])
        old.execute("INSERT INTO tracks VALUES ('ab12', 60, x'2f61', '{\"title\": [\"Old\", \"tag\"]}', 'old', 0, 1.0)")
        old.execute("PRAGMA user_version = 1")
    old.close()
    with Store.open(tmp_path) as store:
        assert [(t.title, t.duplicate_of) for t in store.tracks()] == [(Fact("Old", "tag"), None)]
    with Store.open(tmp_path, "w") as store:
        assert store.database.rows("PRAGMA user_version") == [(FORMAT,)]
        assert store.edit("ab12", "title", "New").title == Fact("New", "you")


def test_an_upgrade_that_fails_leaves_the_old_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path, "w") as store:
        put(store, "one")
    monkeypatch.setattr(database_module, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE extra (a); CREATE TABLE tracks (a)"))
    monkeypatch.setattr(database_module, "FORMAT", FORMAT + 1)
    with pytest.raises(LibraryError):
        Store.open(tmp_path, "w")
    monkeypatch.undo()
    with Store.open(tmp_path) as store:
        assert len(store) == 1
        assert not store.database.rows("SELECT 1 FROM sqlite_schema WHERE name = 'extra'")


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_newer_library_is_refused_and_not_touched(tmp_path: Path, mode: database_module.Mode) -> None:
    Store.open(tmp_path, "w").close()
    with raw(tmp_path) as newer:
        newer.execute(f"PRAGMA user_version = {FORMAT + 1}")
    newer.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(LibraryError, match=f"newer MuseChat .format {FORMAT + 1}, .* update"):
        Store.open(tmp_path, mode)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with raw(tmp_path) as other:
        other.execute("CREATE TABLE mine (a)")
    other.close()
    with pytest.raises(LibraryError, match="another program"):
        Store.open(tmp_path, "w")


def test_a_file_left_empty_by_a_kill_is_made_a_library(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with Store.open(tmp_path, "w") as store:
        assert len(store) == 0


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path, mode: database_module.Mode) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is a text, not a database at all" * 40)
    with pytest.raises(LibraryError, match="is no library; move it away"):
        Store.open(tmp_path, mode)


def test_a_damaged_library_is_one_sentence(tmp_path: Path) -> None:
    with Store.open(tmp_path, "w") as store:
        for i in range(300):
            put(store, f"sound {i}", f"/m/{i}.ogg")
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xaa" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(LibraryError, match=r"is damaged; restore|cannot be used"), Store.open(tmp_path) as store:
        store.tracks()


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path, "w") as store:
        kept = put(store, "kept")
        pages = store.database.rows("PRAGMA page_count")[0][0]
        store.database.rows(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LibraryError, match="is full; free some space"):
            for i in range(1000):
                put(store, f"more {i}", f"/m/{i}.ogg")
        written = len(store)
    with Store.open(tmp_path, "w") as store:
        assert len(store) == written >= 1
        assert store.track(kept).title.value == "kept"
        put(store, "again")


def test_a_failure_inside_a_transaction_undoes_all_of_it(store: Store) -> None:
    before = store.changes
    with pytest.raises(RuntimeError), store.writing():
        store.put_file(audio_id("x"), 1.0, b"/x.ogg", 1, 1, {"title": Fact("x", "tag")})
        raise RuntimeError
    assert len(store) == 0
    assert store.changes == before


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with Store.open(tmp_path, "w") as store:
        known = put(store, "one")
    with Store.open(tmp_path) as store, pytest.raises(LibraryError, match="for reading only"):
        store.edit(known, "title", "Two")


def test_a_second_writer_waits_and_then_gives_up_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    with Store.open(tmp_path, "w") as one, Store.open(tmp_path, "w") as two:
        with one.writing(), pytest.raises(LibraryBusyError, match="Another process is writing"):
            put(two, "two")
        put(two, "two")
        assert len(one) == 1


def test_readers_see_what_a_writer_committed(tmp_path: Path) -> None:
    with Store.open(tmp_path, "w") as writer, Store.open(tmp_path) as reader:
        before = reader.changes
        with writer.writing():
            writer.put_file(audio_id("x"), 1.0, b"/x.ogg", 1, 1, {"title": Fact("x", "tag")})
            assert len(reader) == 0
        assert len(reader) == 1
        assert reader.changes > before


def test_a_read_only_folder_can_be_read_and_says_so_when_written(powerless: Path) -> None:
    folder = powerless / "library"
    with Store.open(folder, "w") as store:
        put(store, "one")
    (folder / FILE_NAME).chmod(0o444)
    folder.chmod(0o555)
    with Store.open(folder) as store:
        assert [track.title.value for track in store.tracks()] == ["one"]
    with pytest.raises(LibraryError, match=r"cannot be (written|opened).*permissions"):
        Store.open(folder, "w")


def test_a_library_that_may_not_be_read_is_one_sentence(powerless: Path) -> None:
    folder = powerless / "library"
    Store.open(folder, "w").close()
    (folder / FILE_NAME).chmod(0)
    with pytest.raises(LibraryError, match="cannot be opened; check the folder's permissions"):
        Store.open(folder)


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_library_inside_a_shut_folder_is_one_sentence(powerless: Path, mode: database_module.Mode) -> None:
    Store.open(powerless / "library", "w").close()
    (powerless / "library").chmod(0)
    with pytest.raises(LibraryError, match="library cannot be opened: Permission denied"):
        Store.open(powerless / "library", mode)


@pytest.mark.parametrize("mode", ["r", "w"])
@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path, name: str, mode: database_module.Mode) -> None:
    with pytest.raises(LibraryError, match=r"cannot be (opened|made): "):
        Store.open(tmp_path / name, mode)


def test_a_library_may_lie_anywhere(tmp_path: Path) -> None:
    folder = tmp_path / "50% of it? #1 [ä]"
    with Store.open(folder, "w") as store:
        put(store, "one")
    with Store.open(folder) as store:
        assert len(store) == 1
    assert (folder / FILE_NAME).exists()


def test_a_share_is_a_path_and_no_computer_to_sqlite() -> None:
    assert file_uri(PureWindowsPath(r"\\server\share\a b#c?\x")) == "file:////server/share/a%20b%23c%3F/x"
    assert file_uri(PureWindowsPath(r"C:\music\x")) == "file:///C:/music/x"
    assert file_uri(PurePosixPath("/music/ä")) == "file:///music/%C3%A4"


def test_unknown_troubles_are_still_sentences(store: Store) -> None:
    with pytest.raises(LibraryError, match=r"cannot be used: no such table: \{nowhere\}"):
        store.database.rows('SELECT * FROM "{nowhere}"')


def test_only_the_errors_of_sqlite_are_translated(tmp_path: Path) -> None:
    with pytest.raises(InputError), Database.open(tmp_path, "w").transaction():
        raise InputError("as it is")


def test_flipped_bytes_that_still_open_are_called_damage(tmp_path: Path) -> None:
    with Store.open(tmp_path, "w") as store:
        put(store, "a")
    connection = raw(tmp_path)
    connection.execute("UPDATE tracks SET facts = CAST(x'7b227469ff' AS TEXT)")
    connection.commit()
    connection.close()
    with Store.open(tmp_path, "r") as store, pytest.raises(LibraryError, match="is damaged; restore"):
        store.tracks()
