"""What a decoder taken over by a hostile file would do, one operation each; answers {"done": what it managed}.

The fork server is started with this table in place of the real one; none of it exists in the package.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from musechat.media.operations import OPERATIONS as HONEST
from musechat.media.server import ANSWER_FD, MEDIA_FD, Task
from musechat.media.wire import HEADER, MAGIC, Kind

LIBC: Any = ctypes.CDLL(None, use_errno=True)


def _attempt(act: Callable[[Task], object]) -> Callable[[Task], None]:
    def operation(task: Task) -> None:
        try:
            task.answer.meta({"done": str(act(task))[:200] or "yes"})
        except OSError as error:
            task.answer.meta({"done": None, "error": str(error)[:200]})

    return operation


def _libc(name: str) -> Callable[[Task], object]:
    """A call straight into libc, past whatever Python checks."""

    def act(task: Task) -> object:
        target = task.params["target"].encode()
        calls: dict[str, Callable[[], int]] = {
            "open": lambda: LIBC.open(target, os.O_RDONLY),
            "execve": lambda: LIBC.execv(b"/bin/sh", (ctypes.c_char_p * 4)(b"sh", b"-c", b"touch " + target, None)),
            "unlink": lambda: LIBC.unlink(target),
            "rename": lambda: LIBC.rename(target, target + b".moved"),
            "chmod": lambda: LIBC.chmod(target, 0o777),
            "mkdir": lambda: LIBC.mkdir(target + b".folder", 0o777),
            "ptrace": lambda: LIBC.ptrace(16, os.getppid(), None, None),
            "unshare": lambda: LIBC.unshare(0x10000000),
            "dup": lambda: LIBC.dup(MEDIA_FD),
            "io_uring": lambda: LIBC.syscall(425, 8, ctypes.create_string_buffer(256)),
            "memfd": lambda: LIBC.memfd_create(b"x", 0),
            "keyctl": lambda: LIBC.syscall(250, 0, -3, 0),
            "fchmod of the media file": lambda: LIBC.fchmod(MEDIA_FD, 0o777),
        }
        if (result := calls[name]()) < 0:
            raise OSError(ctypes.get_errno(), name)
        return result

    return act


def _connect(task: Task) -> object:
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", int(task.params["port"])))
        return connection.send(b"taken")


def _send_datagram(task: Task) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"taken", ("127.0.0.1", int(task.params["port"])))


def _write(task: Task) -> object:
    with open(task.params["target"], "w") as file:  # noqa: PTH123
        return file.write("taken")


def _other_descriptors(task: Task) -> object:
    """Every descriptor but the standard three, the media and the answer must be closed."""
    found = []
    for fd in range(5, 256):
        try:
            os.read(fd, 1)
            found.append(fd)
        except BlockingIOError:
            found.append(fd)
        except OSError as error:
            if error.errno != 9:
                found.append(fd)
    if not found:
        raise OSError("none is open")
    return found


def _code_in_memory(task: Task) -> object:
    return mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def _thread(task: Task) -> object:
    try:
        threading.Thread(target=time.sleep, args=(0,)).start()
    except RuntimeError as error:
        raise OSError(str(error)) from None
    return "a thread"


def _hog(task: Task) -> None:
    task.answer.meta({"done": len(np.ones(10 << 30, np.uint8))})


def _spin(task: Task) -> None:
    while True:
        pass


def _drip(task: Task) -> None:
    while True:
        task.answer.array(Kind.TIMES, np.zeros(1))
        time.sleep(0.05)


def _flood(task: Task) -> None:
    while True:
        task.answer.array(Kind.SAMPLES, np.zeros(1 << 20, np.float32))


def _lie(*message: Any, payload: bytes = b"") -> Callable[[Task], None]:
    def operation(task: Task) -> None:
        os.write(ANSWER_FD, HEADER.pack(*message) + payload)
        os.write(ANSWER_FD, HEADER.pack(MAGIC, Kind.END, 0, 0, 0, 0, 0, 0, 0))

    return operation


def _half_a_header(task: Task) -> None:
    os.write(ANSWER_FD, MAGIC)
    os._exit(0)


def _wrong_order(task: Task) -> None:
    task.answer.meta({})
    task.answer.array(Kind.SAMPLES, np.zeros(3))


ATTEMPTS: dict[str, Callable[[Task], None]] = {
    name: _attempt(act)
    for name, act in {
        "open a file": lambda task: os.open(task.params["target"], os.O_RDONLY),
        "write a file": _write,
        "list a folder": lambda task: os.listdir("/"),  # noqa: PTH208
        "stat a file": lambda task: os.stat(task.params["target"]),  # noqa: PTH116
        "delete a file": lambda task: os.unlink(task.params["target"]),  # noqa: PTH108
        "connect": _connect,
        "send a datagram": _send_datagram,
        "abstract socket": lambda task: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).bind("\0musechat"),
        "run a program": lambda task: subprocess.run(["touch", task.params["target"]], check=True),
        "fork": lambda task: os.fork() or os._exit(0),
        "start a thread": _thread,
        "kill its parent": lambda task: os.kill(os.getppid(), signal.SIGKILL),
        "kill everyone": lambda task: os.kill(-1, 0),
        "signal the user's process": lambda task: os.kill(int(task.params["pid"]), 0),
        "use other descriptors": _other_descriptors,
        "make code": _code_in_memory,
        **{name: _libc(name) for name in (
            "open", "execve", "unlink", "rename", "chmod", "mkdir", "ptrace", "unshare", "dup", "io_uring", "memfd",
            "keyctl", "fchmod of the media file",
        )},
    }.items()
}  # fmt: skip
CRASHES: dict[str, Callable[[Task], None]] = {
    "take ten gigabytes": _hog,
    "leave": lambda task: os._exit(7),
    "segfault": lambda task: ctypes.string_at(0) and None,
    "say nothing of END": lambda task: os._exit(0),
    "flood": _flood,
    "wrong magic": _lie(b"EVIL", Kind.META, 0, 0, 0, 0, 0, 0, 2, payload=b"{}"),
    "wrong kind": _lie(MAGIC, 77, 0, 0, 0, 0, 0, 0, 0),
    "wrong dtype": _lie(MAGIC, Kind.SAMPLES, 9, 1, 1, 0, 0, 0, 4, payload=b"0000"),
    "an end with a tail": _lie(MAGIC, Kind.END, 0, 0, 0, 0, 0, 0, 4, payload=b"0000"),
    "shape and size differ": _lie(MAGIC, Kind.SAMPLES, 2, 1, 9, 0, 0, 0, 4, payload=b"0000"),
    "an overflowing shape": _lie(MAGIC, Kind.THUMBS, 1, 4, *[1 << 31] * 4, 0),
    "a huge array": _lie(MAGIC, Kind.SAMPLES, 2, 1, 1 << 30, 0, 0, 0, 1 << 32),
    "half a header": _half_a_header,
    "nested text": _lie(MAGIC, Kind.META, 0, 0, 0, 0, 0, 0, 200_000, payload=b"[" * 200_000),
    "no object": _lie(MAGIC, Kind.META, 0, 0, 0, 0, 0, 0, 2, payload=b"[]"),
    "an unknown reason": _lie(MAGIC, Kind.ERROR, 0, 0, 0, 0, 0, 0, 28, payload=b'{"reason":"","detail":"xxx"}'),
    "wrong order": _wrong_order,
}
HANGS: dict[str, Callable[[Task], None]] = {
    "sleep": lambda task: time.sleep(1e6),
    "spin": _spin,
    "drip": _drip,
    "ignore signals": lambda task: [signal.signal(n, signal.SIG_IGN) for n in (15, 2, 1)] and time.sleep(1e6),
}
INFO = {"container": "mp3", "duration": 1, "has_cover": False, "tags": []}
CHUNK = {"frames": [], "spans": [], "progress": 0.5}


def _says(fields: dict[str, Any], *arrays: tuple[Kind, Any]) -> Callable[[Task], None]:
    def operation(task: Task) -> None:
        for kind, values in arrays:
            task.answer.array(kind, np.asarray(values))
        task.answer.meta(fields)

    return operation


LIES: dict[str, list[Callable[[Task], None]]] = {
    "identify": [
        _says({**INFO, "duration": float("nan")}),
        _says({**INFO, "tags": [{"key": "k", "value": 7}]}),
        _says({**INFO, "tags": [{"key": "k", "value": "v"}] * 1000}),
        _says({**INFO, "audio": {"codec": "mp3", "rate": -1, "channels": 2}}),
        _says({**INFO, "audio": {"codec": "mp3", "rate": 1, "channels": 2}, "audio_id": "../../etc/passwd"}),
    ],
    "audio": [
        _says({"windows": [{"start": 0, "length": 5}], "duration": 1, "damaged": 0}),
        _says({"windows": [], "duration": 1, "damaged": 0}, (Kind.SAMPLES, [0.0])),
    ],
    "keyframes": [
        _says({"time": 1.0}),
        _says({"time": 1.0}, (Kind.FRAME, np.zeros((2, 2, 4)))),
        _says({"time": -1.0}, (Kind.FRAME, np.zeros((2, 2, 3)))),
    ],
    "sweep": [
        _says(CHUNK),
        _says(CHUNK, (Kind.TIMES, [0.0, 1.0]), (Kind.THUMBS, np.zeros((1, 36, 64, 3)))),
        _says(CHUNK, (Kind.TIMES, [np.nan]), (Kind.THUMBS, np.zeros((1, 36, 64, 3)))),
        _says({**CHUNK, "progress": 2}, (Kind.TIMES, [0.0]), (Kind.THUMBS, np.zeros((1, 36, 64, 3)))),
        _says({**CHUNK, "frames": [{"time": 1}]}, (Kind.TIMES, [0.0]), (Kind.THUMBS, np.zeros((1, 36, 64, 3)))),
    ],
}
OPERATIONS = {**HONEST, **ATTEMPTS, **CRASHES, **HANGS, "pause": lambda task: time.sleep(task.params["seconds"])}
