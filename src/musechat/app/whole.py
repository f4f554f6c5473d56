"""A file that appears under its name whole or not at all: `whole_file`.

In: a name, bytes. Out: the file, or an `OutputError` or `InputError` and nothing.

- What is under way lies beside it as ".NAME.random.part": made anew (O_EXCL), so no link that waits there is followed,
  and never shared, so two writers of one name cannot mix.
- It is locked while it is written; one that is not locked was left by a process that was killed, and the next writer of
  the same name removes it. Windows needs no lock: it removes no open file.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from musechat.core.errors import InputError, MuseChatError
from musechat.core.text import one_line

_KEPT = 40
"""Characters of a long name that its scratch file takes over: a file name holds 255 bytes."""


class OutputError(MuseChatError):
    """A file could not be written: a full disk, a broken drive."""

    code = "output"
    exit_status = 7


@contextmanager
def whole_file(out: Path, overwrite: bool = False, full: str = "") -> Iterator[BinaryIO]:
    """A file to write to and seek in; once the block is left, it stands at `out`, on disk.

    `full`: what to say of a full disk beyond that it is full. Raises `InputError` where `out` exists and must not be
    overwritten, or its folder cannot be written to; `OutputError` where writing fails half-way.
    """
    refuse_existing(out, overwrite)
    _sweep(out)
    file, scratch = _open(out)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if os.name == "nt":
                file.close()  # what is open cannot be renamed there
            refuse_existing(out, overwrite)
            scratch.replace(out)
    except BaseException as error:
        with contextlib.suppress(OSError):
            scratch.unlink()
        if isinstance(error, OSError):
            raise _sentence(out, error, full) from error
        raise
    with contextlib.suppress(OSError):
        _sync(out.parent)


def refuse_existing(out: Path, overwrite: bool) -> None:
    """Raises `InputError` where something stands at `out` that may not be replaced; a folder never may."""
    name = one_line(str(out), 500)
    try:
        if out.is_dir():
            raise InputError(f"{name} is a folder; give the name of a file in it.")
        if os.path.lexists(out) and not overwrite:
            raise InputError(f"{name} exists; give another name or add --overwrite.")
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be used: {getattr(error, 'strerror', None) or error}.") from error


def refuse_unwritable(folder: Path) -> None:
    """Raises `InputError` where `folder`, or what there is of the way to it, is known to take no files."""
    there = next((place for place in (folder, *folder.absolute().parents) if os.path.isdir(place)), None)  # noqa: PTH112
    if there is not None and not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"Nothing can be written to {one_line(str(folder), 500)}; choose another folder.")


def _open(out: Path) -> tuple[BinaryIO, Path]:
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
    for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY"):
        flags |= getattr(os, name, 0)
    scratch = out.parent / f".{out.name[:_KEPT]}.{secrets.token_hex(4)}.part"
    try:
        descriptor = os.open(scratch, flags, 0o666)
    except FileNotFoundError:
        raise InputError(f"There is no folder {one_line(str(out.parent), 500)}; make it first.") from None
    except (PermissionError, NotADirectoryError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"Nothing can be written to {one_line(str(out.parent), 500)}: {why}.") from error
    except OSError as error:
        raise _sentence(out, error, "") from error
    with contextlib.suppress(OSError):  # not every disk knows locks
        _lock(descriptor)
    return os.fdopen(descriptor, "w+b"), scratch


def _lock(descriptor: int) -> None:
    """Raises `OSError` where another process holds the lock, or the disk knows none."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sweep(out: Path) -> None:
    """Removes what killed writers of the same name left behind."""
    for left in out.parent.glob(f".{glob.escape(out.name[:_KEPT])}.{'[0-9a-f]' * 8}.part"):
        with contextlib.suppress(OSError):
            descriptor = os.open(left, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            try:
                _lock(descriptor)
            finally:
                os.close(descriptor)
            left.unlink()


def _sync(folder: Path) -> None:
    """Makes a rename outlast a power cut, where folders can be opened for that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sentence(out: Path, error: OSError, full: str) -> MuseChatError:
    name = one_line(str(out), 500)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(f"The disk is full: {name} was not written.{f' {full}' if full else ''}")
    return OutputError(f"{name} could not be written: {error.strerror or error}.")
