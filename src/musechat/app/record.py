"""Conversations that are kept: `Record`, one SQLite file in MuseChat's home.

In: turns, as they are made. Out: conversations that can be taken up again, and what was rendered of late.

- A turn is written to the disk, in a transaction of its own, before it is handed out: whoever is killed loses at most
  the turn that was being made.
- Everything is kept as it was said, evidence and all: an old reply reads the same though the library has changed.
- Two processes may not go on with one conversation: the later of two turns with one number is refused.
- Damage in one conversation costs that one alone: the others can be listed and taken up, the damaged one deleted.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from musechat.core.conversation import Conversation, Start, Turn
from musechat.core.errors import InputError, MuseChatError
from musechat.core.features import VideoProfile
from musechat.core.plain import from_plain, to_plain
from musechat.core.settings import home
from musechat.core.text import one_line

if TYPE_CHECKING:
    from types import TracebackType

FILE_NAME = "sessions.sqlite"
BUSY_SECONDS = 10.0
_MIGRATIONS = (
    """
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY NOT NULL, made REAL NOT NULL, library BLOB NOT NULL, video BLOB, profile TEXT,
        start TEXT NOT NULL
    );
    CREATE TABLE turns (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, number INTEGER NOT NULL, made REAL NOT NULL,
        turn TEXT NOT NULL, PRIMARY KEY (session, number)
    ) WITHOUT ROWID;
    CREATE TABLE renders (id INTEGER PRIMARY KEY, track TEXT NOT NULL, video BLOB NOT NULL, made REAL NOT NULL);
    """,
)
_LAST_SAID = (
    "(SELECT CASE WHEN typeof(turn) = 'text' AND json_valid(turn) THEN json_extract(turn, '$.say') END "
    "FROM turns WHERE session = id ORDER BY number DESC LIMIT 1)"
)
_MOST_RENDERS = 1_000_000
_LETTERS = "bcdfghjkmnpqrstvwxz"
_ID_LETTERS = 6


class RecordError(MuseChatError):
    """Kept conversations cannot be read or written."""

    code = "record"
    exit_status = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept conversation in short. `made`: seconds since 1970; `last`: what was said last, None of the first turn."""

    id: str
    made: float
    library: str
    video: str | None
    turns: int = 0
    last: str | None = None


class Record:
    """The kept conversations. A context manager; use it from one thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: MuseChat's home where None. Raises `RecordError` for a damaged or newer file."""
        self.path = (home() if folder is None else folder) / FILE_NAME
        with self._sentences():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            self._connection.text_factory = _text
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def create(self, library: Path, video: Path | None, start: Start) -> str:
        """A new conversation without turns; returns its id."""
        session = "".join(secrets.choice(_LETTERS) for _ in range(_ID_LETTERS))
        place = None if video is None else os.fsencode(video.absolute())
        self._write(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, NULL, ?)",
            session, time.time(), os.fsencode(library.absolute()), place, _dump(start),
        )  # fmt: skip
        return session

    def saw(self, session: str, profile: VideoProfile) -> None:
        """What was seen in the clip, so that nobody has to watch it again."""
        self._write("UPDATE sessions SET profile = ? WHERE id = ?", _dump(profile), session)

    def append(self, session: str, number: int, turn: Turn) -> None:
        """Turn `number`, from 0. Raises `RecordError` where there is one already: another process went on with it."""
        try:
            self._write("INSERT INTO turns VALUES (?, ?, ?, ?)", session, number, time.time(), _dump(turn))
        except RecordError as error:
            if isinstance(error.__cause__, sqlite3.IntegrityError):
                raise RecordError(
                    f"The conversation {session} went on elsewhere, or was deleted; take it up again with --resume "
                    f"{session}."
                ) from error
            raise

    def load(self, session: str) -> tuple[Kept, VideoProfile | None, Conversation]:
        """A conversation as it was left. Raises `InputError` for one that is not kept."""
        kept = self.find(session)
        profile, start = self._rows("SELECT profile, start FROM sessions WHERE id = ?", kept.id)[0]
        turns = self._rows("SELECT number, turn FROM turns WHERE session = ? ORDER BY number", kept.id)
        with self._readable(kept.id):
            conversation = Conversation(
                tuple(_turn(place, *row) for place, row in enumerate(turns)), from_plain(Start, json.loads(start))
            )
            seen = None if profile is None else from_plain(VideoProfile, json.loads(profile), "clip")
        return kept, seen, conversation

    def find(self, session: str) -> Kept:
        """The conversation with this id or the first letters of it. Raises `InputError` for none or several."""
        wanted = session.strip().lower()
        found = [kept for kept in self.all() if wanted and kept.id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"Several conversations begin with {one_line(session, 40)!r}; give more letters.")
        raise InputError(f"No conversation {one_line(session, 40)!r} is kept; list them with: musechat sessions list")

    def all(self) -> list[Kept]:
        """All conversations, the latest first."""
        rows = self._rows(
            f"SELECT id, made, library, video, (SELECT count(*) FROM turns WHERE session = id), {_LAST_SAID} "
            "FROM sessions ORDER BY made DESC, rowid DESC"
        )
        return [
            Kept(
                name, made, os.fsdecode(library), None if video is None else os.fsdecode(video), turns,
                last if isinstance(last, str) else None,
            )
            for name, made, library, video, turns, last in rows
        ]  # fmt: skip

    def delete(self, session: str) -> Kept:
        """Forgets a conversation for good: its words are gone from the disk. Raises `InputError` for one not kept."""
        kept = self.find(session)
        self._write("DELETE FROM sessions WHERE id = ?", kept.id)
        self._rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return kept

    def rendered(self, track: str, video: Path) -> None:
        """That a track was used under a clip."""
        self._write("INSERT INTO renders VALUES (NULL, ?, ?, ?)", track, os.fsencode(video.absolute()), time.time())

    def used(self, renders: int) -> tuple[str, ...]:
        """The ids of the tracks of the last `renders` renders, the latest first."""
        at_most = max(0, min(renders, _MOST_RENDERS))
        rows = self._rows("SELECT track FROM renders ORDER BY id DESC LIMIT ?", at_most)
        return tuple(dict.fromkeys(row[0] for row in rows))

    def _prepare(self) -> None:
        found = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if found > len(_MIGRATIONS):
            raise RecordError(f"{self.path} was made by a newer MuseChat; update MuseChat to open it.")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA secure_delete = ON")
        if found < len(_MIGRATIONS):
            self._connection.execute("BEGIN IMMEDIATE")
            found = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            for step in _MIGRATIONS[found:]:
                for statement in step.split(";"):
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")
            self._connection.execute("COMMIT")

    def _write(self, sql: str, *values: object) -> None:
        with self._sentences():
            self._connection.execute(sql, values)

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._sentences():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """SQLite's errors as sentences."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            raise RecordError(_SENTENCES.get(code, _OTHER).format(path=self.path, why=error)) from error
        except OSError as error:
            raise RecordError(_NO_HOME.format(path=self.path, why=error.strerror or error)) from error

    @contextmanager
    def _readable(self, session: str) -> Iterator[None]:
        try:
            yield
        except (ValueError, RecursionError, InputError) as error:
            raise RecordError(
                f"The conversation {session} cannot be read any more: {one_line(str(error))} "
                f"Forget it with: musechat sessions delete {session}"
            ) from error


_OTHER = "The kept conversations in {path} cannot be used: {why}."
_NO_HOME = "The kept conversations in {path} cannot be used: {why}; let MUSECHAT_HOME name a folder of your own."
_SENTENCES = {
    sqlite3.SQLITE_NOTADB: "{path} holds no conversations; move that file away, a new one will be made.",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged; move it away or restore it from a backup.",
    sqlite3.SQLITE_FULL: "The disk that holds {path} is full; free some space and try again.",
    sqlite3.SQLITE_READONLY: "{path} cannot be written to; check its permissions.",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened; check the folder's permissions.",
    sqlite3.SQLITE_BUSY: "Another process is writing to {path}; try again in a moment.",
}


def _text(data: bytes) -> str:
    """What SQLite holds as text; bytes that are none become U+FFFD."""
    return data.decode("utf-8", "replace")


def _turn(place: int, number: int, text: str) -> Turn:
    """The turn at `place`. Raises `ValueError` or `InputError` for one that cannot stand there."""
    turn = from_plain(Turn, json.loads(text))
    led = [index for index in (turn.wishes.turn, turn.wishes.before) if index is not None]
    if number != place or not all(0 <= index <= place for index in led):
        raise InputError(f"Turn {place + 1} is missing, or leads to one that is.")
    return turn


def _dump(value: object) -> str:
    return json.dumps(to_plain(value), allow_nan=False)
