"""One import at a time.

In: a library's folder. Out: a context in which no other process, and no other thread, imports into it.

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
    """Holds the lock. Raises `LibraryBusyError` at once where another holds it; `holder` tells its pid if it can."""
    with sentences(folder):
        connection = sqlite3.connect(folder / LOCK_NAME, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            pid = holder()
            who = f", pid {pid}" if pid else ""
            raise LibraryBusyError(f"Another import is running{who}; wait for it to finish.") from error
    try:
        yield
    finally:
        connection.close()
