"""The one SQLite file of a library: opening, upgrading, transactions, and its errors as sentences.

In: a library's folder. Out: `Database`, on which rows are read and written.

- WAL, so that readers never wait for the import; `synchronous=NORMAL`, so that a killed process loses nothing and a
  power cut at most the last few tracks.
- Every transaction that changes what a reader could see raises the change counter in the same breath.
- A read-only disk is read with `immutable=1`, which sees what the last clean close wrote.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, Literal
from urllib.parse import quote

from musechat.core.errors import LibraryBusyError, LibraryError
from musechat.library.schema import FORMAT, MIGRATIONS

Mode = Literal["r", "w"]
Row = tuple[Any, ...]

FILE_NAME = "library.sqlite"
BUSY_SECONDS = 10.0
_CHANGED = "UPDATE state SET changes = changes + 1, stamp = lower(hex(randomblob(8)))"
_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk that holds the library at {folder} is full; free some space and run the command "
    "again: nothing that was finished is lost.",
    sqlite3.SQLITE_READONLY: "The library at {folder} cannot be written to; check the folder's permissions and that "
    "its disk is not read-only.",
    sqlite3.SQLITE_CANTOPEN: "The library at {folder} cannot be opened; check the folder's permissions and that its "
    "disk is not read-only.",
    sqlite3.SQLITE_CORRUPT: "The library at {folder} is damaged; restore library.sqlite from a backup, or move it away "
    "and index the music again.",
    sqlite3.SQLITE_NOTADB: "The file library.sqlite in {folder} is no library; move it away and index the music again.",
}


# What SQLite says where it cannot make its -wal and -shm files: no permission, a read-only disk, a full one.
_UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)


class Database:
    """An open library file. Use it from the thread that opened it."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, mode: Mode) -> None:
        """Made by `Database.open`."""
        self.folder = folder
        self.mode = mode
        self._connection = connection

    @classmethod
    def open(cls, folder: Path, mode: Mode = "r") -> Database:
        """Opens the library in `folder`; "w" makes it where there is none. An older format is upgraded.

        Raises `LibraryError` where there is none, or it is damaged, of a newer format or may not be opened so.
        """
        path = folder / FILE_NAME
        if mode == "w":
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except (OSError, ValueError) as error:
                raise LibraryError(f"The library's folder {folder} cannot be made: {_why(error)}.") from error
        elif not _exists(path, folder):
            raise LibraryError(f"There is no library at {folder} yet; make one with: musechat index FOLDER")
        with sentences(folder):
            if not _exists(path, folder) or _format(path, folder) < FORMAT or mode == "w":
                writer = _connect(path, "rwc")
                try:
                    _prepare(writer)
                except BaseException:
                    writer.close()
                    raise
                if mode == "w":
                    return cls(folder, writer, mode)
                writer.close()
            return cls(folder, _connect(path, "ro"), mode)

    def close(self) -> None:
        """Closes the file; what was committed stays."""
        self._connection.close()

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows that a statement gives."""
        with sentences(self.folder):
            return self._connection.execute(sql, values).fetchall()

    def stream(self, sql: str, *values: object, at_once: int = 4096) -> Iterator[list[Row]]:
        """The rows of a long answer, some thousand at once."""
        with sentences(self.folder):
            cursor = self._connection.execute(sql, values)
            while rows := cursor.fetchmany(at_once):
                yield rows

    def many(self, sql: str, values: list[Row]) -> None:
        """Runs a statement once for each of `values`; inside a transaction."""
        with sentences(self.folder):
            self._connection.executemany(sql, values)

    @property
    def state(self) -> tuple[int, str]:
        """How many transactions have changed tracks, and a stamp of the last: equal only for equal libraries."""
        changes, stamp = self.rows("SELECT changes, stamp FROM state")[0]
        return changes, stamp

    @contextmanager
    def transaction(self, counted: bool = True) -> Iterator[None]:
        """All or nothing of what is run inside. `counted`: readers should look again."""
        if self.mode == "r":
            raise LibraryError(f"The library at {self.folder} was opened for reading only.")
        with sentences(self.folder):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                if counted:
                    self._connection.execute(_CHANGED)
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has rolled back already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment."""
        with sentences(self.folder):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")


@contextmanager
def sentences(folder: Path) -> Iterator[None]:
    """Turns SQLite's errors into `LibraryError`s that name the folder and the way out."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        # Errors of the Python layer carry no code: bytes that are no text, where a damaged file still opens.
        undecodable = isinstance(error, sqlite3.OperationalError) and "decode" in str(error)
        code = sqlite3.SQLITE_CORRUPT if undecodable else getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            busy = f"Another process is writing to the library at {folder}; try again in a moment."
            raise LibraryBusyError(busy) from error
        unknown = "The library at {folder} cannot be used: " + str(error).replace("{", "{{").replace("}", "}}") + "."
        raise LibraryError(_SENTENCES.get(code, unknown).format(folder=folder)) from error


def file_uri(path: PurePath) -> str:
    """An absolute path as SQLite's URI. A Windows share stays in its path: SQLite refuses URIs that name a computer."""
    plain = path.as_posix()
    return "file://" + "/" * (not plain.startswith("/")) + quote(os.fsencode(plain), safe="/:")


def _exists(path: Path, folder: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise LibraryError(f"The library at {folder} cannot be opened: {_why(error)}.") from error
    return True


def _why(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _connect(path: Path, access: Literal["ro", "rwc"]) -> sqlite3.Connection:
    uri = file_uri(path.absolute())
    connection = _configured(f"{uri}?mode={access}")
    if access == "ro":
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF not in _UNWRITABLE:
                raise
            return _configured(f"{uri}?immutable=1")
    return connection


def _configured(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _format(path: Path, folder: Path) -> int:
    """The format of a library that this version may open; 0 for an empty file. Writes nothing."""
    connection = _connect(path, "ro")
    try:
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    finally:
        connection.close()
    if found > FORMAT:
        raise LibraryError(
            f"The library at {folder} was made by a newer MuseChat (format {found}, this one knows {FORMAT}); "
            "update MuseChat to open it."
        )
    if found == 0 and tables:
        raise LibraryError(f"The file library.sqlite in {folder} belongs to another program; choose another folder.")
    return found


def _prepare(connection: sqlite3.Connection) -> None:
    """Brings a writable library to the newest format, in one transaction."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(int(connection.execute("PRAGMA user_version").fetchone()[0]), FORMAT):
            for statement in MIGRATIONS[number].split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
