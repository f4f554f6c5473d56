"""What a table beside the music says of its files: `music.csv`, or `licences.csv`.

In: a folder's table. Out: facts by file, and what is wrong with the table, in words.

- One row a file: a column `file` (a name in this folder, or a pattern such as `*.mp3`) and any of title, artist, album,
  genre, year, licence. Later rows outrank earlier ones, so that a pattern can stand first and its exceptions below.
- A table is read as a spreadsheet writes it: commas, semicolons or tabs; UTF-8 or Windows' Latin. No cell is evaluated.
- Whatever is wrong with one row costs no other row, and never stops an import.
"""

from __future__ import annotations

import csv
import fnmatch
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

TABLES = ("music.csv", "licences.csv", "licenses.csv")
_COLUMNS = {name: name for name in ("title", "artist", "album", "genre", "year", "licence")} | {"license": "licence"}
_FILE = ("file", "filename", "name", "path")
_BYTES, _ROWS = 4 * 1024 * 1024, 20_000


@dataclass(frozen=True, slots=True)
class FileTable:
    """`facts`: file name → fact → text; `problem`: what is wrong with the table, None for nothing."""

    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problem: str | None = None


def read_table(path: Path, audio: Collection[str]) -> FileTable:
    """What the table at `path` says of the files named `audio` beside it. Never raises."""
    try:
        with path.open("rb") as file:
            raw = file.read(_BYTES + 1)
    except OSError as error:
        return FileTable(problem=f"The table cannot be read: {error.strerror}.")
    if len(raw) > _BYTES:
        return FileTable(problem=f"The table is larger than {_BYTES // 1024**2} MB; it was not read.")
    if b"\0" in raw:
        return FileTable(problem="The table is no text; save it as CSV (UTF-8).")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    try:
        return _read(text, audio)
    except csv.Error as error:
        return FileTable(problem=f"The table cannot be read as CSV: {error}.")


def _read(text: str, audio: Collection[str]) -> FileTable:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [cell.strip().casefold() for cell in next(rows, [])]
    which = next((columns.index(name) for name in _FILE if name in columns), None)
    kept = {place: _COLUMNS[name] for place, name in enumerate(columns) if name in _COLUMNS}
    if which is None or not kept:
        needed = "a column “file” and at least one of title, artist, album, genre, year, licence"
        return FileTable(problem=f"The table's first line must name {needed}.")
    facts: dict[str, dict[str, str]] = {}
    unknown: list[str] = []
    for count, row in enumerate(rows):
        if count >= _ROWS:
            return FileTable(facts, f"Only the first {_ROWS:,} rows of the table were read.")
        pattern = row[which].strip() if which < len(row) else ""
        said = {name: row[place].strip() for place, name in kept.items() if place < len(row) and row[place].strip()}
        named = _named(pattern, audio)
        if pattern and not named:
            unknown.append(pattern)
        for name in named:
            facts.setdefault(name, {}).update(said)
    return FileTable(facts, _missing(unknown))


def _named(pattern: str, audio: Collection[str]) -> list[str]:
    """The files of this folder that a cell names; a path into another folder names none."""
    plain = pattern.removeprefix("./").removeprefix(".\\")
    if plain in audio:
        return [plain]
    return [name for name in audio if fnmatch.fnmatchcase(name.casefold(), plain.casefold())]


def _missing(unknown: list[str]) -> str | None:
    if not unknown:
        return None
    shown = ", ".join(f"“{name[:60]}”" for name in unknown[:3]) + (", …" if len(unknown) > 3 else "")
    return f"The table names files that are not beside it: {shown}."
