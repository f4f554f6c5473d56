"""The store of tracks: what the library knows by name, by file and by sound.

In: a library's folder; what an import found; what a user corrected. Out: `Track`s, `TrackFeatures`, `FileError`s.

- A track is its audio id. Several files may hold it; its facts are the most trusted ones of its present files (of all
  files while none is there), under the user's corrections.
- No track is ever deleted: without a file it is `missing`, and comes back when a file with its sound is seen.
- numpy is loaded only for features, so that listing is quick.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING

from musechat.core.errors import InputError
from musechat.core.text import folded, one_line
from musechat.core.track import EDITABLE, Fact, FactSource, Track
from musechat.library.database import Database, Mode, Row
from musechat.library.naming import TRUST

if TYPE_CHECKING:
    from musechat.core.features import EncoderId, TrackFeatures
    from musechat.core.settings import Quality

SHORTEST_PREFIX = 4
STEM = "stem"
"""The reason under which stems stand among the errors, where `Store.errors` leaves them out."""

CORRECTIONS = "(SELECT json_group_object(name, value) FROM corrections WHERE track = id)"
"""A column for queries on `tracks`: the user's corrections as JSON."""
_TRACK = f"SELECT id, path, duration, facts, missing, duplicate_of, {CORRECTIONS} FROM tracks"
_RANK: dict[str, int] = {source: rank for rank, source in enumerate(TRUST)}


@dataclass(frozen=True, slots=True)
class FileError:
    """A file that is no track: `reason` is one word of `MediaError`'s list, or "stem"."""

    path: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a concept is in a track, and whose word that is."""

    holds: bool
    source: FactSource


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was last looked at: it holds a `track`, or there is a `reason` why it holds none."""

    track: str | None
    size: int
    time_ns: int
    present: bool
    reason: str | None


class Store:
    """One open library. Use it from the thread that opened it; open it again elsewhere."""

    def __init__(self, database: Database) -> None:
        """Made by `Store.open`."""
        self.database = database

    @classmethod
    def open(cls, folder: Path, mode: Mode = "r") -> Store:
        """Opens the library in `folder`: "r" only reads, "w" makes it where there is none. Raises `LibraryError`."""
        return cls(Database.open(folder, mode))

    def close(self) -> None:
        """Closes the library; what was done is on disk."""
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Where the library lies."""
        return self.database.folder

    @property
    def changes(self) -> int:
        """Grows with every change of tracks; while it is equal, so is the library."""
        return self.database.state[0]

    def __len__(self) -> int:
        return int(self.database.rows("SELECT count(*) FROM tracks")[0][0])

    def tracks(self, ids: Sequence[str] | None = None) -> list[Track]:
        """The tracks with these ids, in their order; all tracks by title without `ids`. Unknown ids are left out."""
        if ids is None:
            return [_track(row) for row in self.database.rows(f"{_TRACK} ORDER BY folded, id")]
        found = {
            row[0]: _track(row)
            for row in self.database.rows(
                f"{_TRACK} WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(ids))
            )
        }
        return [found[one] for one in ids if one in found]

    def track(self, wanted: str) -> Track:
        """The track whose id is or begins with `wanted`, at least 4 characters. Raises `InputError`."""
        prefix = wanted.strip().lower()
        if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_PREFIX},64}}", prefix):
            raise InputError(
                f"{one_line(wanted)!r} is no track id; give at least {SHORTEST_PREFIX} of its characters 0-9 and a-f."
            )
        rows = self.database.rows(f"{_TRACK} WHERE id >= ? AND id < ? LIMIT 2", prefix, prefix + "g")
        if len(rows) != 1:
            raise InputError(f"{'Several tracks have' if rows else 'No track has'} an id that begins with {prefix}.")
        return _track(rows[0])

    def artists(self) -> list[str]:
        """Every artist's name once, as it is written."""
        rows = self.database.rows(
            "SELECT DISTINCT coalesce((SELECT value FROM corrections WHERE track = id AND name = 'artist'), "
            "json_extract(facts, '$.artist[0]')) AS artist FROM tracks WHERE artist IS NOT NULL ORDER BY artist"
        )
        return [row[0] for row in rows]

    def find(self, text: str) -> list[Track]:
        """Tracks that hold every word of `text` in title, artist or album, whatever the case and accents."""
        words = folded(text).split()
        wanted = " AND ".join(["instr(folded, ?) > 0"] * len(words)) or "1"
        return [_track(row) for row in self.database.rows(f"{_TRACK} WHERE {wanted} ORDER BY folded, id", *words)]

    def features(self, track: str) -> TrackFeatures | None:
        """What was heard in a track, None where nothing was yet."""
        from musechat.library.vectors import FORM, MEASURED, features_from

        rows = self.database.rows(
            f"SELECT encoder, version, settings, dim, tag_count, energy, {', '.join(MEASURED)}, starts, embeddings, "
            f"tags, {', '.join(FORM)} FROM features JOIN segments USING (track) WHERE track = ?",
            track,
        )
        return features_from(rows[0]) if rows else None

    def edit(self, track: str, name: str, value: str | None) -> Track:
        """Corrects one fact of a track, for good; None takes the correction back. Raises `InputError`."""
        known, clean = self.track(track), clean_fact(name, value)
        with self.database.transaction():
            if clean is None:
                self.database.rows("DELETE FROM corrections WHERE track = ? AND name = ?", known.id, name)
            else:
                self.database.rows("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)", known.id, name, clean)
            self._resolve(known.id)
        return self.track(known.id)

    def judge(self, track: str, concept: str, holds: bool | None) -> None:
        """Keeps the user's word that a track has a concept or has not; None takes it back. Raises `InputError`."""
        known = self.track(track)
        with self.database.transaction():
            self.database.rows("DELETE FROM judgements WHERE track = ? AND concept = ?", known.id, concept)
            if holds is not None:
                self.database.rows("INSERT INTO judgements VALUES (?, ?, ?)", known.id, concept, int(holds))

    def judgements(self) -> dict[str, dict[str, Judgement]]:
        """Track → concept → what the user says of it, and where: by hand, or in a table beside a present file."""
        found: dict[str, dict[str, Judgement]] = {}
        tables = "SELECT track, judged FROM files WHERE judged != '{}' AND "
        held = "(present OR NOT EXISTS (SELECT 1 FROM files AS o WHERE o.track = files.track AND o.present))"
        for track, judged in self.database.rows(f"{tables}{held} ORDER BY path DESC"):
            told = {concept: Judgement(holds, "sidecar") for concept, holds in json.loads(judged).items()}
            found.setdefault(track, {}).update(told)
        for track, concept, holds in self.database.rows("SELECT track, concept, holds FROM judgements"):
            found.setdefault(track, {})[concept] = Judgement(bool(holds), "you")
        return found

    def errors(self) -> list[FileError]:
        """Files that could not be read, by path."""
        return self._errors("reason != ?")

    def skipped(self) -> list[FileError]:
        """Files that are left out on purpose: the stems of songs."""
        return self._errors("reason = ?")

    def _errors(self, condition: str) -> list[FileError]:
        rows = self.database.rows(f"SELECT path, reason, message FROM errors WHERE {condition} ORDER BY path", STEM)
        return [FileError(os.fsdecode(row[0]), *row[1:]) for row in rows]

    # What an import asks and writes; each writer belongs inside `writing`.

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing of what is written inside."""
        with self.database.transaction():
            yield

    def known_files(self, root: Path) -> dict[bytes, KnownFile]:
        """The files at and below `root`, those with errors too, by stored path."""
        inside = _inside(root)
        span = (os.fsencode(root), inside, inside[:-1] + bytes([inside[-1] + 1]))
        where = "WHERE path = ? OR (path >= ? AND path < ?)"
        files = self.database.rows(f"SELECT path, track, size, mtime_ns, present, NULL FROM files {where}", *span)
        failed = self.database.rows(f"SELECT path, NULL, size, changed_ns, 0, reason FROM errors {where}", *span)
        return {path: KnownFile(*known) for path, *known in (*files, *failed)}

    def analysed(self, encoder: EncoderId, least: Quality) -> set[str]:
        """The ids of tracks that this encoder heard at this quality or a better one."""
        good = [str(quality) for quality in type(least) if quality.rank >= least.rank]
        rows = self.database.rows(
            "SELECT track FROM features WHERE (encoder, version, settings) = (?, ?, ?) "
            "AND quality IN (SELECT value FROM json_each(?))",
            encoder.name, encoder.version, encoder.settings, json.dumps(good),
        )  # fmt: skip
        return {row[0] for row in rows}

    def put_file(
        self,
        track: str,
        duration: float,
        path: bytes,
        size: int,
        mtime_ns: int,
        facts: Mapping[str, Fact],
        judged: Mapping[str, bool] = MappingProxyType({}),
    ) -> None:
        """Writes down that a file holds a track's sound, what it says about it, and what a table says is in it
        (`judged`); clears its error.
        """
        rows = self.database.rows
        before = rows("SELECT track FROM files WHERE path = ?", path)
        rows(
            "INSERT INTO tracks (id, duration, path, facts, folded, added) VALUES (?, ?, ?, '{}', '', ?) "
            "ON CONFLICT (id) DO UPDATE SET duration = excluded.duration",
            track, duration, path, time.time(),
        )  # fmt: skip
        plain = {name: [fact.value, fact.source] for name, fact in facts.items()}
        rows(
            "INSERT OR REPLACE INTO files (path, track, size, mtime_ns, facts, judged) VALUES (?, ?, ?, ?, ?, ?)",
            path, track, size, mtime_ns, json.dumps(plain, ensure_ascii=False), json.dumps(dict(judged)),
        )  # fmt: skip
        rows("DELETE FROM errors WHERE path = ?", path)
        for changed in {track, *(row[0] for row in before)}:
            self._resolve(changed)

    def put_features(self, track: str, features: TrackFeatures, quality: Quality) -> None:
        """Writes what was heard in a track, in place of what was there."""
        from musechat.library.vectors import MEASURED, feature_row, segment_row

        row = feature_row(features, quality)
        names = "track, encoder, version, settings, quality, dim, tag_count, pooled, mean_tags, energy"
        self.database.rows("DELETE FROM twins WHERE a = ? OR b = ?", track, track)
        self.database.rows("DELETE FROM segments WHERE track = ?", track)
        self.database.rows(
            f"INSERT OR REPLACE INTO features ({names}, {', '.join(MEASURED)}) VALUES (?{', ?' * len(row)})",
            track,
            *row,
        )
        self.database.rows("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", track, *segment_row(features))

    def put_error(self, path: bytes, reason: str, message: str, size: int = 0, changed_ns: int = 0) -> None:
        """Writes down why a path is no track; a track that it held before loses this file."""
        self.set_present([path], False)
        self.database.rows(
            "INSERT OR REPLACE INTO errors VALUES (?, ?, ?, ?, ?, ?)",
            path, reason, one_line(message, 500), size, changed_ns, time.time(),
        )  # fmt: skip

    def forget_errors(self, paths: Iterable[bytes]) -> None:
        """Removes errors of paths that are there no more."""
        self.database.many("DELETE FROM errors WHERE path = ?", [(path,) for path in paths])

    def set_present(self, paths: Sequence[bytes], present: bool) -> None:
        """Files that were seen again, or are gone."""
        for path in paths:
            changed = self.database.rows(
                "UPDATE files SET present = ? WHERE path = ? AND present != ? RETURNING track", present, path, present
            )
            for row in changed:
                self._resolve(row[0])

    def other_files(self, track: str, path: bytes) -> list[bytes]:
        """The other files that held this sound when they were last seen."""
        rows = self.database.rows("SELECT path FROM files WHERE track = ? AND path != ? AND present", track, path)
        return [row[0] for row in rows]

    def has(self, track: str) -> bool:
        """Whether the library knows this id."""
        return bool(self.database.rows("SELECT 1 FROM tracks WHERE id = ?", track))

    def count_missing(self, roots: Iterable[Path]) -> int:
        """How many tracks that were last seen at or below one of `roots` are missing."""
        paths = [row[0] for row in self.database.rows("SELECT path FROM tracks WHERE missing")]
        return sum(any(is_below(path, root) for root in roots) for path in paths)

    def _resolve(self, track: str) -> None:
        """Works out a track's facts, path and presence from its files and corrections."""
        files = self.database.rows(
            "SELECT path, facts, present FROM files WHERE track = ? ORDER BY present DESC, path", track
        )
        present = [row for row in files if row[2]]
        path, facts = self.database.rows("SELECT path, facts FROM tracks WHERE id = ?", track)[0]
        # A track whose last file now holds another sound keeps what it was called.
        facts = _best([json.loads(row[1]) for row in present or files]) or json.loads(facts)
        corrections = self.database.rows("SELECT name, value FROM corrections WHERE track = ?", track)
        names = {name: value for name, (value, _) in facts.items()} | dict(corrections)
        search = folded(" ".join(names[name] for name in ("title", "artist", "album") if name in names))
        self.database.rows(
            "UPDATE tracks SET path = ?, facts = ?, folded = ?, missing = ? WHERE id = ?",
            present[0][0] if present else path, json.dumps(facts, ensure_ascii=False), search, not present, track,
        )  # fmt: skip


def _best(files: list[dict[str, list[str]]]) -> dict[str, list[str]]:
    """Of each fact the most trusted one; among equals the one of the first file."""
    best: dict[str, list[str]] = {}
    for facts in files:
        for name, fact in facts.items():
            if name not in best or _RANK[fact[1]] < _RANK[best[name][1]]:
                best[name] = fact
    return best


def clean_fact(name: str, value: str | None) -> str | None:
    """A fact as a user gives it, as one clean line; None stays None. Raises `InputError`."""
    if name not in EDITABLE:
        raise InputError(f"There is no fact called {one_line(name)!r}; choose one of {', '.join(EDITABLE)}.")
    clean = None if value is None else one_line(value)
    if clean == "":
        raise InputError(f"A track's {name} cannot be empty.")
    if name == "year" and clean is not None and not re.fullmatch(r"\d{4}", clean):
        raise InputError(f"A year has four digits; {clean!r} has not.")
    return clean


def is_below(path: bytes, root: Path) -> bool:
    """Whether a stored path is `root` itself or lies inside it."""
    return path == os.fsencode(root) or path.startswith(_inside(root))


def _inside(root: Path) -> bytes:
    """What every stored path inside `root` begins with."""
    return os.fsencode(root / "_")[:-1]


def _track(row: Row) -> Track:
    track, path, duration, facts, missing, duplicate_of, corrections = row
    named = {name: Fact(*fact) for name, fact in json.loads(facts).items()}
    named |= {name: Fact(value, "you") for name, value in json.loads(corrections).items()}
    return Track(track, os.fsdecode(path), duration, missing=bool(missing), duplicate_of=duplicate_of, **named)
