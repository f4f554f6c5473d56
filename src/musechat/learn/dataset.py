"""A dataset in the making: `Folder`, which can be killed at any moment and taken up again.

In: dialogues by their number, and what went wrong. Out: `dialogues.jsonl`, `skipped.jsonl`, `settings.json`;
`clips.jsonl` keeps what was seen in clips.

- Lines are only ever appended. A line that was cut by a kill is taken off when the folder is opened again, and every
  number that is in neither file is made anew: nothing is lost and nothing stands twice.
- Settings are written down first; a folder goes on only with the same ones.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musechat.core.errors import InputError
from musechat.core.text import one_line
from musechat.learn.dialogue import Dialogue
from musechat.library.lock import exclusive

if TYPE_CHECKING:
    from musechat.core.protocols import Progress

DIALOGUES, SKIPPED, CLIPS, SETTINGS = "dialogues.jsonl", "skipped.jsonl", "clips.jsonl", "settings.json"
LOCK = "writer.lock"
_BLOCK = 1 << 16


@contextmanager
def open_folder(path: Path, settings: Mapping[str, Any]) -> Iterator[Folder]:
    """A dataset's folder that nobody else writes to meanwhile. Raises as `Folder` does, and `LibraryBusyError`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{one_line(str(path), 500)} cannot be written: {error.strerror or error}.") from error
    with exclusive(path / LOCK, lambda: f"Another process is writing to {path.name}; wait for it to finish."):
        yield Folder(path, settings)


class Folder:
    """One dataset's folder."""

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        """Makes the folder, or opens it to go on. Raises `InputError` for one with other settings or other content."""
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._settle(dict(settings))
            for name in (DIALOGUES, SKIPPED, CLIPS):
                _take_off_cut_line(path / name)
        except OSError as error:
            raise InputError(f"{one_line(str(path), 500)} cannot be written: {error.strerror or error}.") from error

    def done(self) -> set[int]:
        """The numbers of all dialogues that are there, and of those that could not be made."""
        return {*_numbers(self.path / DIALOGUES), *_numbers(self.path / SKIPPED)}

    def add(self, dialogues: Iterable[str], skipped: Iterable[Mapping[str, Any]]) -> None:
        """Appends lines of dialogues and of what was skipped, each with its number."""
        _append(self.path / SKIPPED, [json.dumps(one, ensure_ascii=False) for one in skipped])
        _append(self.path / DIALOGUES, list(dialogues))

    def _settle(self, settings: dict[str, Any]) -> None:
        place = self.path / SETTINGS
        if not place.exists():
            if any(not path.name.startswith(LOCK) for path in self.path.iterdir()):
                raise InputError(f"{one_line(str(self.path), 500)} holds other files; name an empty or new folder.")
            part = place.with_suffix(".part")
            part.write_text(json.dumps(settings, indent=1), "utf-8")
            part.replace(place)
            return
        try:
            before = json.loads(place.read_text("utf-8"))
        except ValueError as error:
            raise InputError(f"{one_line(str(place), 500)} is damaged; name another folder.") from error
        other = [name for name in settings if not isinstance(before, dict) or before.get(name) != settings[name]]
        if other:
            raise InputError(
                f"The dataset in {one_line(str(self.path), 500)} was begun with other settings ({', '.join(other)}); "
                "use the same ones to go on, or name another folder."
            )


JUDGED = 1_000
"""About how many dialogues of a dataset are parsed and verified for its statistics."""


def dialogues_of(path: Path, progress: Progress) -> tuple[Iterator[Dialogue], int]:
    """The dialogues of a folder or file one by one, and of how many one stands for the rest.

    Raises `InputError` where there are none; while reading, for a line that is no dialogue.
    """
    file = path / DIALOGUES if path.is_dir() else path
    count = sum(1 for _ in lines_of(file))
    if not count:
        raise InputError(f"There are no dialogues at {one_line(str(file), 500)}.")
    progress.start("Reading dialogues", count)
    return _read(file, progress), max(1, count // JUDGED)


def _read(file: Path, progress: Progress) -> Iterator[Dialogue]:
    for number, line in enumerate(lines_of(file), 1):
        try:
            yield Dialogue.from_line(line.decode("utf-8", "replace"))
        except InputError as error:
            raise InputError(f"{one_line(str(file), 500)}, line {number}: it {error}.") from error
        progress.advance(1)


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file, one at a time; none where there is no file."""
    if path.exists():
        with path.open("rb") as file:
            yield from file


def _numbers(path: Path) -> Iterator[int]:
    for line in lines_of(path):
        number = json.loads(line)["number"]
        yield number


def _append(path: Path, lines: list[str]) -> None:
    if lines:
        with path.open("ab") as file:
            file.write("".join(f"{line}\n" for line in lines).encode("utf-8"))


def _take_off_cut_line(path: Path) -> None:
    """A file that does not end with a line's end loses what is behind the last one."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        place = size = file.seek(0, os.SEEK_END)
        while place > 0:
            start = max(0, place - _BLOCK)
            file.seek(start)
            found = file.read(place - start).rfind(b"\n")
            if found >= 0:
                place = start + found + 1
                break
            place = start
        if place < size:
            file.truncate(place)
