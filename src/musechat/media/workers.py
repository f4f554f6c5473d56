"""The parent's side of the child processes: starting them, reading them against the clock, ending them.

In: open file descriptors and a request. Out: an `Answer` whose `read(n)` gives exactly n bytes or a
`MediaError` ("timeout", "crashed").

- One fork server serves all threads; a dead one is replaced at the next request.
- Only time spent waiting for the child counts, so a slow reader of a sweep does not time its child out.
- The children get a bare environment: no key of the user's is in their memory.
- Where there is no fork server (Windows), each request gets a process of its own.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from musechat.core.errors import MediaError
from musechat.media.server import READY, encode_request

OPERATIONS = "musechat.media.operations:OPERATIONS"  # module:attribute of what the children can do
START_SECONDS = 60.0
KEPT_VARIABLES = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


class Workers(Protocol):
    """Whatever can start a locked-in child on open files."""

    def start(self, fds: Sequence[int], request: Mapping[str, Any]) -> tuple[int, Callable[[], None]]:
        """→ the descriptor of the child's answer, which the caller closes, and what kills the child."""
        ...

    def close(self) -> None:
        """End all children."""
        ...


class Answer:
    """The bytes of one child, read against a budget of waiting time in seconds."""

    def __init__(self, fd: int, kill: Callable[[], None], total: float, stall: float) -> None:
        self._fd = fd
        self._kill = kill
        self._left = total
        self._stall = stall
        self._expired = False

    def read(self, size: int) -> bytearray:
        """Exactly `size` bytes. Raises `MediaError` when the child ends or idles first."""
        data = bytearray(size)
        view = memoryview(data)
        while view:
            began = time.monotonic()
            count = self._read_some(view, min(self._left, self._stall))
            self._left -= time.monotonic() - began
            if self._expired:
                raise MediaError("took too long to decode", reason="timeout")
            if count == 0:
                raise MediaError("makes the decoder crash", reason="crashed")
            view = view[count:]
        return data

    def close(self) -> None:
        """Make sure that the child is gone."""
        self._kill()
        os.close(self._fd)

    def _read_some(self, view: memoryview, seconds: float) -> int:
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(self._fd, select.POLLIN)
            self._expired = not poll.poll(max(0.0, seconds) * 1000)
            return 0 if self._expired else os.readv(self._fd, [view])
        watchdog = threading.Timer(max(0.0, seconds), self._expire)
        watchdog.start()
        try:
            chunk = os.read(self._fd, min(len(view), 1 << 20))
        finally:
            watchdog.cancel()
        view[: len(chunk)] = chunk
        return len(chunk)

    def _expire(self) -> None:
        self._expired = True
        self._kill()


class ForkServer:
    """One server process that forks a child per request; thread-safe, started at the first request."""

    def __init__(self, operations: str = OPERATIONS) -> None:
        self._operations = operations
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self, fds: Sequence[int], request: Mapping[str, Any]) -> tuple[int, Callable[[], None]]:
        """See `Workers`."""
        number = next(self._numbers)
        ours, theirs = os.pipe()
        try:
            with self._lock:
                control = self._running()
                socket.send_fds(control, [encode_request({**request, "number": number})], [*fds, theirs])
        except OSError:
            os.close(ours)
            self.close()
            raise MediaError("could not be decoded: the decoder has stopped", reason="crashed") from None
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        return ours, lambda: self._kill(control, number)

    def close(self) -> None:
        """End the server and, with it, all its children."""
        with self._lock:
            self._stop()

    def _kill(self, control: socket.socket, number: int) -> None:
        with self._lock, contextlib.suppress(OSError):
            control.sendall(encode_request({"kill": number}))

    def _running(self) -> socket.socket:
        if self._control is None or self._process is None or self._process.poll() is not None:
            self._stop()
            self._launch()
        assert self._control is not None
        return self._control

    def _launch(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = _popen(
                ["--operations", self._operations, "--control", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # so that Ctrl-C reaches the parent alone, which closes the socket
            )
        self._control.settimeout(START_SECONDS)
        try:
            started = self._control.recv(len(READY)) == READY
        except OSError:
            started = False
        if not started:
            self._stop()
            raise MediaError("could not be decoded: the decoder does not start", reason="crashed")

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = self._control = None


class ProcessPerFile:
    """The same child without a fork server: slower to start, and with fewer walls."""

    def __init__(self, operations: str = OPERATIONS) -> None:
        self._operations = operations

    def start(self, fds: Sequence[int], request: Mapping[str, Any]) -> tuple[int, Callable[[], None]]:
        """See `Workers`."""
        arguments = ["--operations", self._operations, "--once", json.dumps(request)]
        first, second = (*fds, subprocess.DEVNULL)[:2]
        # The second file is read where standard error would be written: Windows hands on no descriptor but these three.
        process = _popen(arguments, stdin=first, stdout=subprocess.PIPE, stderr=second)
        assert process.stdout is not None
        with process.stdout:
            ours = os.dup(process.stdout.fileno())

        def kill() -> None:
            process.kill()
            process.wait()

        return ours, kill

    def close(self) -> None:
        """Nothing outlives its request."""


def best_workers() -> Workers:
    """A fork server where this system can fork and pass descriptors."""
    return ForkServer() if hasattr(os, "fork") and hasattr(socket, "send_fds") else ProcessPerFile()


def _popen(arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
    environment |= {"PYTHONSAFEPATH": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "musechat.media.server", *arguments]
    return subprocess.Popen(command, env=environment, **options)
