"""The fork server: imports the decoder once, then forks a locked-in child for each request.

In: requests over a socket, each its length and JSON, with descriptors (the open files, then the answer's pipe).
Out: the child's messages on that pipe (see wire). Run as `python -m musechat.media.server`.

- The server never reads a byte of media; it ends, with all its children, when its socket closes.
- A finished child stays a zombie until the next request, so a process id to kill is never another's.
- Where fork or descriptor passing is missing, `--once` decodes in a process of its own: its first file is standard
  input, its second stands where standard error would, the only other descriptor that every system hands on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

from musechat.core.errors import MediaError
from musechat.media import sandbox
from musechat.media.model import Limits, Protection
from musechat.media.wire import MOST_FILES, FileError, Writer

LENGTH = struct.Struct("<I")
REQUEST_BYTES = 1 << 20
ANSWER_FD, MEDIA_FD = 3, 4  # where a child finds its answer's pipe and the first of its files
READY = b"+"


@dataclass(frozen=True, slots=True)
class Task:
    """What one child has: the open files, the request's parameters, where to answer, the walls around it."""

    files: tuple[IO[bytes], ...]
    params: Mapping[str, Any]
    limits: Limits
    answer: Writer
    walls: tuple[Protection, ...]


Operations: TypeAlias = Mapping[str, Callable[[Task], None]]


def encode_request(request: Mapping[str, Any]) -> bytes:
    """One request, its length first."""
    record = json.dumps(request).encode()
    if len(record) > REQUEST_BYTES:
        raise ValueError("a request is too long")
    return LENGTH.pack(len(record)) + record


def run(
    operations: Operations,
    request: Mapping[str, Any],
    files: tuple[IO[bytes], ...],
    answer: Writer,
    walls: tuple[Protection, ...],
) -> None:
    """Run one operation and say how it ended."""
    try:
        task = Task(files, request["params"], Limits(**request["limits"]), answer, walls)
        operations[request["op"]](task)
        answer.end()
    except FileError as error:
        answer.error(error.reason, str(error), error.file)
    except MediaError as error:
        answer.error(error.reason, str(error))
    except MemoryError:
        answer.error("too_large", "needs more memory than one file may take")
    except Exception as error:  # whatever else a damaged file provokes is the file's, and ends with this child
        answer.error("unreadable", f"cannot be decoded ({type(error).__name__})")


def serve(control: socket.socket, operations: Operations, walls: tuple[Protection, ...]) -> None:
    """Answer requests until the other end of `control` closes, then kill the children that still run."""
    children: dict[int, int] = {}
    control.sendall(READY)
    while record := _receive(control):
        data, fds = record
        for number, pid in list(children.items()):
            if os.waitpid(pid, os.WNOHANG)[0]:
                del children[number]
        request = json.loads(data)
        if "op" in request:
            children[request["number"]] = _fork(operations, request, fds, walls)
        elif (doomed := children.get(request["kill"])) is not None:
            os.kill(doomed, signal.SIGKILL)
        for fd in fds:
            os.close(fd)
    for pid in children.values():
        os.kill(pid, signal.SIGKILL)


def _receive(control: socket.socket) -> tuple[bytes, list[int]] | None:
    head, fds, _, _ = socket.recv_fds(control, LENGTH.size, MOST_FILES + 1)
    head = _filled(control, head, LENGTH.size)
    data = _filled(control, b"", *LENGTH.unpack(head)) if head else b""
    return (data, fds) if data else None


def _filled(control: socket.socket, data: bytes, size: int) -> bytes:
    """`data` and what follows it, `size` bytes in all; nothing if the other end closes first."""
    while len(data) < size:
        if not (more := control.recv(size - len(data))):
            return b""
        data += more
    return data


def _fork(operations: Operations, request: Mapping[str, Any], fds: list[int], walls: tuple[Protection, ...]) -> int:
    server = os.getpid()
    if (pid := os.fork()) != 0:
        return pid
    try:
        _child(operations, request, fds, walls, server)
    finally:
        os._exit(0)


def _child(
    operations: Operations, request: Mapping[str, Any], fds: list[int], walls: tuple[Protection, ...], server: int
) -> None:  # pragma: no cover  a locked-in child cannot write down what it covered
    """Lock this process in, then decode."""
    import fcntl

    *media, answer = (fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in fds)  # clear of the numbers they move to
    os.dup2(answer, ANSWER_FD)
    for number, fd in enumerate(media, start=MEDIA_FD):
        os.dup2(fd, number)
    keep = MEDIA_FD + len(media)
    files = tuple(os.fdopen(number, "rb", buffering=0) for number in range(MEDIA_FD, keep))
    walls += sandbox.raise_walls(request["limits"]["memory"], request["cpu_seconds"], server, keep)
    run(operations, request, files, Writer(ANSWER_FD), walls)


def once(operations: Operations, request: Mapping[str, Any]) -> None:  # pragma: no cover  as above
    """Decode standard input, and what stands in for standard error; answer on standard output."""
    files, answer = tuple(os.fdopen(number, "rb", buffering=0) for number in (0, 2)), sys.stdout.fileno()
    walls = sandbox.raise_walls(request["limits"]["memory"], request["cpu_seconds"], None, keep=3)
    run(operations, request, files, Writer(answer), walls)


def main(arguments: list[str]) -> None:
    """Import everything that decoding needs, leave the network, then serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", required=True)
    parser.add_argument("--control", type=int)
    parser.add_argument("--once")
    options = parser.parse_args(arguments)
    module, _, name = options.operations.partition(":")
    operations: Operations = getattr(importlib.import_module(module), name)
    if options.once:
        once(operations, json.loads(options.once))
    else:
        with socket.socket(fileno=options.control) as control:
            serve(control, operations, (sandbox.leave_network(),))


if __name__ == "__main__":
    main(sys.argv[1:])
