"""Pairs of a clip and the track that belongs to it: `Pair`, and the file that holds them.

In: JSON lines such as {"video": "clips/a.mp4", "track": "Night Drive"}. Out: pairs, and what is wrong with the rest.

- Paths are meant from the file's folder; a track is named as everywhere: by title, path, id or the beginning of an id.
- A line that cannot be used is told with its number, and the rest goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musechat.core.errors import InputError
from musechat.core.text import one_line

LONGEST = 1 << 20
"""Bytes of a line from which on it is no pair."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`line`: where it stands in its file, from 1; `track` as it is written there."""

    line: int
    video: Path
    track: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A line that is no pair, and why."""

    line: int
    why: str


def read_pairs(path: Path) -> tuple[list[Pair], list[Faulty]]:
    """All pairs of a file. Raises `InputError` where the file cannot be read or holds nothing."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{one_line(str(path), 500)} cannot be read: {error.strerror or error}.") from error
    pairs: list[Pair] = []
    faulty: list[Faulty] = []
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not line.strip():
            continue
        try:
            video, track = _pair(line)
            pairs.append(Pair(number, path.parent / video, track))
        except InputError as error:
            faulty.append(Faulty(number, str(error)))
    if not pairs and not faulty:
        raise InputError(
            f"{one_line(str(path), 500)} holds no pairs; make some with: musechat dataset from-videos FOLDER"
        )
    return pairs, faulty


def write_pairs(path: Path, pairs: Iterable[tuple[Path, str]]) -> None:
    """Pairs of a clip and a track's id, with paths from the file's folder where they lie below it."""
    lines = [
        json.dumps({"video": _relative(video, path), "track": track}, ensure_ascii=False) for video, track in pairs
    ]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def require_new(path: Path, overwrite: bool) -> None:
    """Raises `InputError` where a file would be replaced unasked, or has no folder to lie in."""
    if path.exists() and not overwrite:
        raise InputError(f"{one_line(str(path), 500)} exists already; --overwrite replaces it.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"There is no folder {one_line(str(path.absolute().parent), 500)}.")


def _pair(line: bytes) -> tuple[str, str]:
    if len(line) > LONGEST:
        raise InputError("the line is too long for a pair")
    try:
        plain: Any = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError("the line is not UTF-8; save the file as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise InputError("the line is no JSON") from error
    if not isinstance(plain, dict) or not all(
        isinstance(plain.get(key), str) and plain[key] for key in ("video", "track")
    ):
        raise InputError('a pair is {"video": "PATH", "track": "TITLE, PATH OR ID"}')
    return plain["video"], plain["track"]


def _relative(video: Path, path: Path) -> str:
    video, folder = video.absolute(), path.absolute().parent
    return (video.relative_to(folder) if video.is_relative_to(folder) else video).as_posix()
