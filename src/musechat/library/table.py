"""What a table beside the music says of its files: `music.csv`, or `licences.csv`.

In: a table; a file's path from the table's folder. Out: facts about the file and what is heard in it, and what is wrong
with the table, in words.

- One row a file: a column `file` (a path from the table's folder, or a pattern: `*` and `?` stay within a name,
  `**/` is any folders) and any of title, artist, album, genre, year, licence, is, not, vocals. Later rows outrank
  earlier ones, so that a pattern can stand first and its exceptions below.
- A table is read as a spreadsheet writes it: commas, semicolons or tabs; UTF-8, UTF-16 or Windows' Latin. No cell is
  evaluated.
- Whatever is wrong with one row costs no other row, and never stops an import.
"""

from __future__ import annotations

import codecs
import csv
import fnmatch
import io
import json
import re
import stat
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from musechat.concepts.judgements import read_judgements
from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.errors import InputError

TABLES = ("licenses.csv", "licences.csv", "music.csv")
"""The names of tables in any case, from the least to the most trusted."""
_FACTS = ("title", "artist", "album", "genre", "year", "licence")
_VERBS = ("is", "not", "vocals")
_COLUMNS = {name: name for name in (*_FACTS, *_VERBS)} | {"license": "licence"}
_FILE = ("file", "filename", "name", "path")
_BYTES, _ROWS, _PATTERNS, _TOLD = 4 * 1024 * 1024, 20_000, 100, 5
_WILD = re.compile(r"[*?]")
_SEVERAL = re.compile(r"[;,|]")
_OUTSIDE = re.compile(r"/|[a-zA-Z]:|.*(?:^|/)\.\.(?:/|$)")


@dataclass(frozen=True, slots=True)
class Told:
    """What tables say of one file. `facts`: name → text; `judged`: concept → whether it is there, None for as heard."""

    facts: Mapping[str, str] = field(default_factory=dict)
    judged: Mapping[str, bool | None] = field(default_factory=dict)

    def __or__(self, later: Told) -> Told:
        return Told({**self.facts, **later.facts}, {**self.judged, **later.judged})

    @property
    def stamp(self) -> int:
        """A number that another content changes; 0 for none."""
        if not self.facts and not self.judged:
            return 0
        return 1 + zlib.crc32(json.dumps([dict(self.facts), dict(self.judged)], sort_keys=True).encode())


NOTHING = Told()


@dataclass(frozen=True, slots=True)
class _Row:
    """`name` as it is written; `pieces`: the folders and the name of the file, in one spelling."""

    line: int
    name: str
    pieces: tuple[str, ...]
    told: Told

    def fits(self, pieces: tuple[str, ...]) -> bool:
        """Whether the pattern means the file. Every place that it can have got to is followed at once."""
        places = {0}
        for wanted in self.pieces:
            if wanted == "**":
                places = set(range(min(places), len(pieces) + 1))
            else:
                ahead = (at for at in places if at < len(pieces))
                places = {at + 1 for at in ahead if fnmatch.fnmatchcase(pieces[at], wanted.replace("[", "[[]"))}
            if not places:
                return False
        return len(pieces) in places


class Table:
    """The rows of one table. It remembers which of them named a file."""

    def __init__(self, rows: list[_Row], problems: list[str]) -> None:
        """Made by `read_table`. `problems`: sentences."""
        self._rows, self._problems = rows, problems
        self._exact: dict[tuple[str, ...], list[int]] = {}
        self._patterns: list[int] = []
        self._used: set[int] = set()
        for index, row in enumerate(rows):
            if _WILD.search(row.name):
                self._patterns.append(index)
            else:
                self._name(index, row)
        if len(self._patterns) > _PATTERNS:
            problems.append(f"Only the first {_PATTERNS} patterns of the table count.")
            del self._patterns[_PATTERNS:]

    def _name(self, index: int, row: _Row) -> None:
        before = self._exact.setdefault(row.pieces, [])
        for other in (self._rows[one] for one in before[-1:]):
            if any(other.told.facts.get(name, text) != text for name, text in row.told.facts.items()):
                both = f"Rows {other.line} and {row.line} tell different things of {_quoted(row.name)}"
                self._problems.append(f"{both}; the later one counts.")
        before.append(index)

    def told(self, path: str) -> Told:
        """What it says of the file at `path`, from the table's folder with forward slashes."""
        pieces = _pieces(path)
        patterns = [index for index in self._patterns if self._rows[index].fits(pieces)]
        found = sorted((*self._exact.get(pieces, ()), *patterns))
        self._used.update(found)
        told = NOTHING
        for index in found:
            told |= self._rows[index].told
        return told

    def problem(self) -> str | None:
        """What is wrong with it, once it was asked about every file below its folder; None for nothing."""
        missing = [row.name for index, row in enumerate(self._rows) if index not in self._used]
        texts = self._problems[:_TOLD]
        if missing:
            shown = ", ".join(map(_quoted, missing[:3])) + (", …" if len(missing) > 3 else "")
            texts = [*texts, f"No music is found in the table's folder for {shown}."]
        return " ".join(texts) or None


def read_table(path: Path) -> Table:
    """The table at `path`. Never raises."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            return Table([], ["The table is no file."])
        with path.open("rb") as file:
            raw = file.read(_BYTES + 1)
    except OSError as error:
        return Table([], [f"The table cannot be read: {error.strerror}."])
    if len(raw) > _BYTES:
        return Table([], [f"The table is larger than {_BYTES // 1024**2} MB; it was not read."])
    text = _decoded(raw)
    if "\0" in text:
        return Table([], ["The table is no text; save it as CSV (UTF-8)."])
    return _read(text)


def _decoded(raw: bytes) -> str:
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _read(text: str) -> Table:
    if said := re.match(r"sep=([,;\t|])\r?\n", text):  # how Excel notes the sign
        text = text[said.end() :]
    head = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=said[1] if said else max(",;\t", key=head.count))
    problems: list[str] = []
    cells = _lines(lines, problems)
    columns = [cell.strip().casefold() for cell in next(cells, (0, []))[1]]
    which = next((columns.index(name) for name in _FILE if name in columns), None)
    kept = {place: _COLUMNS[name] for place, name in enumerate(columns) if name in _COLUMNS}
    if which is None or not kept:
        needed = f"a column “file” and at least one of {', '.join((*_FACTS, *_VERBS))}"
        return Table([], [f"The table's first line must name {needed}.", *problems])
    rows = []
    for line, row in cells:
        name = row[which].strip() if which < len(row) else ""
        said_of_it = {of: row[at].strip() for at, of in kept.items() if at < len(row) and row[at].strip()}
        if name and (pieces := _inside(name, line, problems)):
            rows.append(_Row(line, name, pieces, _told(said_of_it, line, problems)))
    return Table(rows, problems)


def _lines(lines: Iterator[list[str]], problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number, as far as they can be read."""
    try:
        for count, row in enumerate(lines):
            if count > _ROWS:
                problems.append(f"Only the first {_ROWS:,} rows of the table were read.")
                return
            yield count + 1, row
    except csv.Error as error:
        problems.append(f"The table cannot be read as CSV to its end: {error}.")


def _inside(name: str, line: int, problems: list[str]) -> tuple[str, ...]:
    """The pieces of a path, () for one that leaves the table's folder."""
    plain = name.replace("\\", "/")
    if _OUTSIDE.match(plain):
        problems.append(f"Row {line}: {_quoted(name)} lies outside the table's folder.")
        return ()
    return _pieces(plain)


def _pieces(path: str) -> tuple[str, ...]:
    """Names in one spelling: file systems and spreadsheets differ in case and in how they write an accent."""
    plain = unicodedata.normalize("NFC", path).casefold()
    return tuple(piece for piece in plain.split("/") if piece not in ("", "."))


def _told(said: Mapping[str, str], line: int, problems: list[str]) -> Told:
    facts = {name: text for name, text in said.items() if name in _FACTS}
    for name, text in list(facts.items()):
        if text.startswith("=") and len(text) > 1:
            problems.append(f"Row {line}: a formula is no {name}.")
            del facts[name]
        elif name == "year" and not re.search(r"(?:19|20)\d\d", text):
            problems.append(f"Row {line}: {_quoted(text)} is no year.")
            del facts[name]
    judged: dict[str, bool | None] = {}
    for verb in _VERBS:
        for word in _SEVERAL.split(said.get(verb, "")):
            try:
                judged |= _judged(verb, word.strip()) if word.strip() else {}
            except InputError as error:
                problems.append(f"Row {line}: {error}")
    return Told(facts, judged)


@lru_cache(maxsize=4096)
def _judged(verb: str, word: str) -> dict[str, bool | None]:
    return read_judgements([(verb, word)], shipped_vocabulary())


def _quoted(name: str) -> str:
    return f"“{name[:60]}”"
