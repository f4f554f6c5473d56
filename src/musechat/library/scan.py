"""Finds the audio files below some paths.

In: files and folders as a user names them. Out: `Scan`: every audio file once, in a fixed order, and hindrances.

- A folder is walked once, however many ways lead to it: by device and inode, real folders before links to them.
- Nothing is opened but the sidecars of song folders, and tables. A sidecar's time counts as its song's, and so does
  what a table says of it, so that a file of which something else is said is read again.
- A table tells of the files below its folder too; that of a nearer folder outranks it. Tables above the paths that are
  asked for count where they belong to the owner of what is asked for.
- Left out: "._x" (macOS resource forks), other hidden names, the stores of trash bins and network drives.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from musechat.library.naming import AUDIO_SUFFIXES, VIDEO_SUFFIXES
from musechat.library.song_folder import SIDECAR, SongFolder, song_folder
from musechat.library.table import NOTHING, TABLES, Table, Told, read_table

_NOWHERE = frozenset([errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG])
"""Answers that mean: there is no such file or folder, and cannot be."""
_LEFT_OUT = frozenset({"__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"})


@dataclass(frozen=True, slots=True)
class Found:
    """An audio file. `is_stem`: no track itself.

    `own_ns` is the file's time, `mtime_ns` that of it or its sidecar, moved by what tables say; `changed_ns` moves with
    permissions too, where the system tells.
    """

    path: Path
    size: int
    own_ns: int
    mtime_ns: int
    changed_ns: int
    folder: SongFolder

    @property
    def key(self) -> bytes:
        """The path as the library stores it."""
        return os.fsencode(self.path)

    @property
    def is_stem(self) -> bool:
        """Whether this is one instrument of a song whose mix lies beside it."""
        return self.path.name in self.folder.stems

    def has_changed(self) -> bool:
        """Whether the file is no more as it was found."""
        try:
            about = self.path.stat()
        except OSError:
            return True
        return (about.st_size, about.st_mtime_ns) != (self.size, self.own_ns)


@dataclass(slots=True)
class Scan:
    """`roots`: the absolute paths asked for; `gone`: those that are not there; `problems`: path and sentence; `tables`:
    those of each folder, by their paths.
    """

    roots: tuple[Path, ...]
    files: list[Found] = field(default_factory=list)
    problems: list[tuple[Path, str]] = field(default_factory=list)
    gone: tuple[Path, ...] = ()
    tables: dict[Path, dict[Path, Table]] = field(default_factory=dict)


def scan(paths: Iterable[Path]) -> Scan:
    """Looks below `paths`; never raises for what the disk holds."""
    result = Scan(tuple(dict.fromkeys(map(_absolute, paths))))
    kinds = {root: _kind(root, result) for root in result.roots}
    waiting = deque(root for root in result.roots if kinds[root] == stat.S_IFDIR)
    links: deque[Path] = deque()
    walked: set[tuple[int, int]] = set()
    taken: set[Path] = set()
    for root in result.roots:
        _read_above(root, result)
    while waiting or links:
        folder = waiting.popleft() if waiting else links.popleft()
        inner = _walk(folder, walked, taken, result)
        links.extend(path for path in inner if _is_link(path))
        waiting.extendleft(path for path in reversed(inner) if not _is_link(path))
    for root in result.roots:
        if kinds[root] == stat.S_IFREG and root not in taken:
            try:
                company = _names(root.parent)[0]
            except OSError:
                company = [root.name]
            video = root.suffix.lower() in VIDEO_SUFFIXES
            _take(root.parent, [root.name] if video else company, {root.name}, taken, result, video)
    _complain(result, walked)
    result.files.sort(key=lambda found: found.key)
    return result


def _absolute(path: Path) -> Path:
    """Links in the paths that a user names stay as they are named; so does the home of nobody, "~nosuch"."""
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    return Path(os.path.abspath(path))  # noqa: PTH100


def _kind(root: Path, result: Scan) -> int:
    """What `root` is, as a file type of `stat`; 0, with a word in `result`, where that cannot be known."""
    try:
        return stat.S_IFMT(root.stat().st_mode)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno not in _NOWHERE:
            result.problems.append((root, f"The path cannot be read: {error.strerror}."))
        else:
            result.gone += (root,)
        return 0


def _walk(folder: Path, walked: set[tuple[int, int]], taken: set[Path], result: Scan) -> list[Path]:
    """Takes the audio files of one folder; gives the folders in it."""
    try:
        about = folder.stat()
        if (about.st_dev, about.st_ino) in walked:
            return []
        walked.add((about.st_dev, about.st_ino))
        files, folders = _names(folder)
    except OSError as error:
        result.problems.append((folder, f"The folder cannot be read: {error.strerror}."))
        return []
    _read_tables(folder, files, result)
    _take(folder, files, set(files), taken, result)
    return [folder / name for name in folders]


def _names(folder: Path) -> tuple[list[str], list[str]]:
    """The names of files and of folders in `folder`, sorted, without hidden ones."""
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            # Albums may be called "...And Justice for All".
            hidden = entry.name.startswith(".") and not entry.name.startswith("..")
            if not hidden and entry.name not in _LEFT_OUT:
                (folders if _is_folder(entry) else files).append(entry.name)
    return sorted(files), sorted(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether to walk into it; a link that leads nowhere known is put where opening it will tell why."""
    try:
        return entry.is_dir()
    except OSError:
        return Path(entry.name).suffix.lower() not in AUDIO_SUFFIXES


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114  Path.is_symlink raises in folders that may be listed but not entered


def _take(
    folder: Path, names: list[str], wanted: set[str], taken: set[Path], result: Scan, video: bool = False
) -> None:
    """Adds the audio files of `folder` that are `wanted`; the other names are the company they are judged by. A
    `video` that was named by itself has none.
    """
    audio = [name for name in names if video or Path(name).suffix.lower() in AUDIO_SUFFIXES]
    if not wanted.intersection(audio):
        return
    sidecar = next((name for name in names if name.lower() == SIDECAR), None)
    # Asked before it is read: an edit in between is seen by the next import.
    told_ns = _time(folder / sidecar) if sidecar else 0
    told = {name: _told(folder / name, result) for name in audio} if result.tables else {}
    company = song_folder(folder, audio, sidecar, told)
    for name in wanted.intersection(audio):
        path = folder / name
        try:
            about = path.stat()
        except OSError as error:
            result.problems.append((path, f"The file cannot be read: {error.strerror}."))
            continue
        if path not in taken and stat.S_ISREG(about.st_mode):
            taken.add(path)
            newest = max(about.st_mtime_ns, told_ns if company.facts and name in company.described else 0)
            stamp = told.get(name, NOTHING).stamp
            newest, changed = newest + stamp, max(newest, about.st_ctime_ns)
            result.files.append(Found(path, about.st_size, about.st_mtime_ns, newest, changed, company))


def _read_tables(folder: Path, names: list[str], result: Scan) -> None:
    """Reads the tables of a folder, once."""
    found = [(TABLES.index(name.lower()), folder / name) for name in names if name.lower() in TABLES]
    if found and folder not in result.tables:
        result.tables[folder] = {path: read_table(path) for _, path in sorted(found)}


def _read_above(root: Path, result: Scan) -> None:
    """Reads the tables of the folders above a path that was asked for; a stranger's may lie in a shared one."""
    for folder in root.parents:
        with contextlib.suppress(OSError, ValueError):
            owner = root.stat().st_uid
            names = [name for name in _names(folder)[0] if name.lower() in TABLES]
            _read_tables(folder, [name for name in names if (folder / name).stat().st_uid == owner], result)


def _told(path: Path, result: Scan) -> Told:
    """What the tables of all folders above a file say of it."""
    told = NOTHING
    for folder in reversed(path.parents):
        for table in result.tables.get(folder, {}).values():
            told |= table.told(path.relative_to(folder).as_posix())
    return told


def _complain(result: Scan, walked: set[tuple[int, int]]) -> None:
    """What is wrong with the tables of folders that were looked through to the bottom."""
    for folder, tables in result.tables.items():
        with contextlib.suppress(OSError):
            about = folder.stat()
            if (about.st_dev, about.st_ino) in walked:
                wrong = [(path, table.problem()) for path, table in tables.items()]
                result.problems += [(path, problem) for path, problem in wrong if problem]


def _time(path: Path) -> int:
    """When a file was last written, in ns; 0 where it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
