"""The search cache: all tracks of a library as arrays on disk, mapped into memory.

In: an open `Store`. Out: `Matrix`, current to the moment it was loaded.

- It is a cache: missing, of another format, cut short or of an older state it is made anew, and where it cannot be
  written it lives in memory. Its file name carries the state of the library, so that a reader never takes a wrong one
  and a writer never replaces one that is open (Windows would not allow it).
- Only one vector space is in it, the one that most tracks are in; the others join when they are analysed again.
- Rows are in the order of ids, whatever the order of the import.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musechat.core.text import folded
from musechat.library.tracks import CORRECTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musechat.core.features import Floats
    from musechat.library.database import Database
    from musechat.library.tracks import Store

    Bools = NDArray[np.bool_]

FORMAT = 1
SCALARS = (
    "duration", "bpm", "bpm_strength", "second_bpm", "second_bpm_strength", "beat_strength",
    "key", "mode", "key_strength", "loudness", "loudness_range", "valence", "arousal",
)  # fmt: skip
"""One column each; `key` counts semitones above C, `mode` is 1 for major and 0 for minor. NaN: not measured."""
NAMES = ("title", "artist", "album", "genre", "licence")
"""Facts that come along as folded text, "" where unknown."""
_HEADER_BYTES = 4096
# Clean lines hold no control characters.
_NEXT_ROW, _NEXT_COLUMN = "\x1f", "\x1e"
_MODES = {"major": 1.0, "minor": 0.0}


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """n tracks, d embedding dimensions, t tags, all in one vector space.

    `vectors` (n, d) unit rows; `tags` (n, t) mean probabilities; `scalars` (SCALARS, n); `missing`, `duplicate` (n,);
    `names` one tuple of n folded texts for each of NAMES; `changes`: the state of the library that it shows.
    """

    changes: int
    ids: tuple[str, ...]
    vectors: Floats
    tags: Floats
    scalars: Floats
    missing: Bools
    duplicate: Bools
    names: dict[str, tuple[str, ...]]

    @classmethod
    def load(cls, store: Store) -> Matrix:
        """The matrix of the library as it is now: mapped from the cache, or built."""
        folder = store.folder / "cache"
        with store.database.snapshot():
            changes, stamp = store.database.state
            path = folder / f"matrix-{changes}-{stamp}.bin"
            return _mapped(path) or _built(store.database, path, changes)

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> Floats:
        """One of SCALARS, (n,)."""
        column: Floats = self.scalars[SCALARS.index(name)]
        return column


def _built(database: Database, path: Path, changes: int) -> Matrix:
    """Reads everything from the database; leaves the cache behind where it can be written."""
    spaces = database.rows(
        "SELECT encoder, version, dim, tag_count, count(*) FROM features GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 2 DESC, 1"
    )
    encoder, version, d, t, n = spaces[0] if spaces else ("", "", 0, 0, 0)
    header = {"format": FORMAT, "changes": changes, "n": n, "d": d, "t": t}
    buffer = np.zeros(sum(_sizes(n, d, t)), np.uint8)
    vectors, tags, scalars, flags = _views(buffer, n, d, t)
    texts: list[list[str]] = [[] for _ in range(1 + len(NAMES))]
    query = (
        f"SELECT id, facts, {CORRECTIONS}, missing, duplicate_of IS NOT NULL, pooled, mean_tags, {', '.join(SCALARS)} "
        "FROM tracks JOIN features ON track = id "
        "WHERE encoder = ? AND version = ? AND dim = ? AND tag_count = ? ORDER BY id"
    )
    start = 0
    for rows in database.stream(query, encoder, version, d, t):
        ids, facts, corrections, missing, duplicate, pooled, mean_tags, *measured = zip(*rows, strict=True)
        part = slice(start, start := start + len(rows))
        vectors[part] = _unit_rows(np.frombuffer(b"".join(pooled), np.float16).reshape(len(rows), d))
        tags[part] = np.frombuffer(b"".join(mean_tags), np.float16).reshape(len(rows), t)
        scalars[:, part] = [_numbers(column) for column in measured]
        flags[:, part] = missing, duplicate
        texts[0].extend(ids)
        for facts_of_one, corrections_of_one in zip(facts, corrections, strict=True):
            named = json.loads(facts_of_one)
            mended = json.loads(corrections_of_one)
            for column, name in zip(texts[1:], NAMES, strict=True):
                column.append(folded(mended.get(name) or named.get(name, ("",))[0]))
    _save(path, header, buffer, texts)
    return _matrix(header, buffer, texts)


def _mapped(path: Path) -> Matrix | None:
    """The matrix in the cache file, None where that is missing or not whole."""
    try:
        mapped = np.asarray(np.memmap(path, np.uint8, "r"))
        header = json.loads(mapped[:_HEADER_BYTES].tobytes())
        end = _HEADER_BYTES + sum(_sizes(header["n"], header["d"], header["t"]))
        if header["format"] != FORMAT or header["size"] != len(mapped):
            return None
        texts = [column.split(_NEXT_ROW) for column in mapped[end:].tobytes().decode().split(_NEXT_COLUMN)]
        return _matrix(header, mapped[_HEADER_BYTES:end], texts)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _save(path: Path, header: dict[str, Any], buffer: NDArray[np.uint8], texts: list[list[str]]) -> None:
    """Writes the cache beside its place and swaps it in; without a word where that cannot be done."""
    tail = _NEXT_COLUMN.join(map(_NEXT_ROW.join, texts)).encode()
    head = json.dumps(header | {"size": _HEADER_BYTES + len(buffer) + len(tail)}).encode()
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        unneeded = [one for one in path.parent.glob("matrix-*") if one != path]
        descriptor, name = tempfile.mkstemp(prefix="matrix-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for part in (head.ljust(_HEADER_BYTES), buffer.data, tail):
                    file.write(part)
            Path(name).replace(path)
        except OSError:
            unneeded = [Path(name)]
        for one in unneeded:
            with contextlib.suppress(OSError):
                one.unlink()


def _matrix(header: dict[str, Any], buffer: NDArray[np.uint8], texts: list[list[str]]) -> Matrix:
    n = header["n"]
    columns = [tuple(text) if n else () for text in texts]
    if [len(column) for column in columns] != [n] * (1 + len(NAMES)):
        raise ValueError("the texts are not whole")
    vectors, tags, scalars, flags = _views(buffer, n, header["d"], header["t"])
    names = dict(zip(NAMES, columns[1:], strict=True))
    return Matrix(header["changes"], columns[0], vectors, tags, scalars, flags[0], flags[1], names)


def _sizes(n: int, d: int, t: int) -> tuple[int, ...]:
    """Bytes of vectors, tags, scalars, flags."""
    return 4 * n * d, 4 * n * t, 4 * len(SCALARS) * n, 2 * n


def _views(buffer: NDArray[np.uint8], n: int, d: int, t: int) -> tuple[Floats, Floats, Floats, Bools]:
    """The arrays in `buffer`: vectors (n, d), tags (n, t), scalars (SCALARS, n), flags (missing and duplicate, n)."""
    ends = np.cumsum(_sizes(n, d, t))
    vectors, tags, scalars, flags = np.split(buffer, ends[:-1])
    return (
        vectors.view(np.float32).reshape(n, d),
        tags.view(np.float32).reshape(n, t),
        scalars.view(np.float32).reshape(len(SCALARS), n),
        flags.view(np.bool_).reshape(2, n),
    )


def _numbers(column: Sequence[float | str | None]) -> list[float]:
    return [math.nan if value is None else _MODES[value] if isinstance(value, str) else value for value in column]


def _unit_rows(rows: NDArray[np.float16]) -> Floats:
    """(m, d) → (m, d) of length 1 again after rounding; zero rows stay zero."""
    vectors = rows.astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)  # (m, 1)
    lengths[lengths == 0] = 1
    vectors /= lengths
    return vectors
