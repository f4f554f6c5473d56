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

from musechat.core.errors import LibraryBusyError, LibraryError

LOCK_NAME = "import.lock"


@contextmanager
def import_lock(folder: Path, holder: Callable[[], int | None]) -> Iterator[None]:
    """Holds the lock. Raises `LibraryBusyError` at once where another holds it; `holder` tells its pid if it can."""
    connection = sqlite3.connect(folder / LOCK_NAME, timeout=0, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise LibraryError(f"The library at {folder} cannot be written to: {error}.") from error
            pid = holder()
            who = f", pid {pid}" if pid else ""
            raise LibraryBusyError(f"Another import is running{who}; wait for it to finish.") from error
        yield
    finally:
        connection.close()
