"""The fork server: imports the decoder once, then forks a locked-in child for each file.

In: requests over a socket, each one `RECORD` bytes of JSON with two descriptors (the open file, the answer's
pipe). Out: the child's messages on that pipe (see wire). Run as `python -m musechat.media.server`.

- The server never reads a byte of media; it ends, with all its children, when its socket closes.
- A finished child stays a zombie until the next request, so a process id to kill is never another's.
- Where fork or descriptor passing is missing, `--once` decodes standard input in a process of its own.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

from musechat.core.errors import MediaError
from musechat.media import sandbox
from musechat.media.model import Limits, Protection
from musechat.media.wire import Writer

RECORD = 2048
MEDIA_FD, ANSWER_FD = 3, 4
READY = b"+"


@dataclass(frozen=True, slots=True)
class Task:
    """What one child has: the open file, the request's parameters, where to answer, the walls around it."""

    file: IO[bytes]
    params: Mapping[str, Any]
    limits: Limits
    answer: Writer
    walls: tuple[Protection, ...]


Operations: TypeAlias = Mapping[str, Callable[[Task], None]]


def encode_request(request: Mapping[str, Any]) -> bytes:
    """One request as a record of fixed size."""
    record = json.dumps(request).encode()
    if len(record) > RECORD:
        raise ValueError("a request is longer than its record")
    return record.ljust(RECORD)


def run(
    operations: Operations, request: Mapping[str, Any], file: IO[bytes], answer: Writer, walls: tuple[Protection, ...]
) -> None:
    """Run one operation and say how it ended."""
    try:
        task = Task(file, request["params"], Limits(**request["limits"]), answer, walls)
        operations[request["op"]](task)
        answer.end()
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
    data, fds, _, _ = socket.recv_fds(control, RECORD, 2)
    while data and len(data) < RECORD:
        more = control.recv(RECORD - len(data))
        data = data + more if more else b""
    return (data, fds) if data else None


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

    media, answer = (fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in fds)  # clear of the numbers they move to
    os.dup2(media, MEDIA_FD)
    os.dup2(answer, ANSWER_FD)
    file = os.fdopen(MEDIA_FD, "rb", buffering=0)
    walls += sandbox.raise_walls(request["limits"]["memory"], request["cpu_seconds"], server, keep=ANSWER_FD + 1)
    run(operations, request, file, Writer(ANSWER_FD), walls)


def once(operations: Operations, request: Mapping[str, Any]) -> None:  # pragma: no cover  as above
    """Decode standard input and answer on standard output."""
    file, answer = os.fdopen(0, "rb", buffering=0), sys.stdout.fileno()
    walls = sandbox.raise_walls(request["limits"]["memory"], request["cpu_seconds"], None, keep=3)
    run(operations, request, file, Writer(answer), walls)


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
