"""One writer at a time.

In: a library's folder, or any file. Out: a context in which no other process, and no other thread, holds it.

- The lock is SQLite's own on an empty file beside the library: fcntl on Unix and LockFileEx on Windows, given back by
  the system when its process dies, never inherited by children (the decoders), and right between threads, where
  plain fcntl locks are not. No text in a file can be stale: the holder's pid is that of the running job.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from musechat.core.errors import LibraryBusyError
from musechat.library.database import sentences

LOCK_NAME = "import.lock"


@contextmanager
def import_lock(folder: Path, holder: Callable[[], int | None]) -> Iterator[None]:
    """Holds a library's lock. Raises `LibraryBusyError` where another does; `holder` tells its pid if it can."""

    def busy() -> str:
        pid = holder()
        return f"Another import is running{f', pid {pid}' if pid else ''}; wait for it to finish."

    with exclusive(folder / LOCK_NAME, busy):
        yield


@contextmanager
def exclusive(file: Path, busy: Callable[[], str]) -> Iterator[None]:
    """Holds a lock in `file`. Raises `LibraryBusyError` with the sentence `busy` at once where another holds it."""
    with sentences(file.parent):
        connection = sqlite3.connect(file, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise LibraryBusyError(busy()) from error
    try:
        yield
    finally:
        connection.close()
