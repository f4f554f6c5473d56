from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from musechat.core.errors import MediaError
from musechat.media import Decoder, server
from musechat.media.model import Limits
from musechat.media.server import LENGTH, READY, REQUEST_BYTES, encode_request, serve
from musechat.media.workers import Answer, ForkServer, ProcessPerFile, best_workers


def test_the_parent_never_loads_ffmpeg() -> None:
    code = "import sys, musechat.media; sys.exit('av' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "src", "PATH": os.environ["PATH"]})


def test_a_decoder_that_cannot_start_says_so(tmp_path: Path) -> None:
    song = tmp_path / "song.mp3"
    song.write_bytes(b"x")
    with Decoder(workers=ForkServer("musechat.no_such_module:X")) as decoder, pytest.raises(MediaError) as caught:
        decoder.identify(song)
    assert str(caught.value) == "song.mp3 could not be decoded: the decoder does not start."
    assert caught.value.reason == "crashed"


def test_a_decoder_that_stopped_listening_says_so_once(tmp_path: Path, sandboxed: Decoder) -> None:
    song = tmp_path / "song.mp3"
    song.write_bytes(b"x")
    workers = ForkServer()
    with Decoder(workers=workers) as decoder:
        with pytest.raises(MediaError, match="not a media file"):
            decoder.identify(song)
        assert workers._control is not None
        workers._control.shutdown(socket.SHUT_RDWR)
        with pytest.raises(MediaError, match=r"has stopped|crash"):
            decoder.identify(song)
        with pytest.raises(MediaError, match="not a media file"):
            decoder.identify(song)


def test_children_have_a_bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    workers = ForkServer()
    fd = os.open(__file__, os.O_RDONLY)
    request = {"op": "protections", "params": {}, "limits": {"memory": 1 << 30}, "cpu_seconds": 9}
    answer, kill = workers.start([fd], request)
    assert workers._process is not None
    assert b"secret" not in Path(f"/proc/{workers._process.pid}/environ").read_bytes()
    kill()
    os.close(answer)
    os.close(fd)
    workers.close()


def test_each_system_gets_its_best_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(best_workers(), ForkServer)
    monkeypatch.delattr(os, "fork")
    assert isinstance(best_workers(), ProcessPerFile)


@pytest.mark.parametrize("polls", [True, False], ids=["poll", "watchdog"])
def test_an_answer_is_read_against_the_clock(polls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not polls:
        monkeypatch.delattr(select, "poll")
    ours, theirs = os.pipe()
    ends = [theirs]
    answer = Answer(ours, lambda: os.close(ends.pop()) if ends else None, total=5, stall=0.1)
    os.write(theirs, b"hello")
    assert answer.read(5) == b"hello"
    with pytest.raises(MediaError) as caught:
        answer.read(1)
    assert caught.value.reason == "timeout"
    answer.close()


@pytest.mark.parametrize("polls", [True, False], ids=["poll", "watchdog"])
def test_a_child_that_ends_early_crashed(polls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not polls:
        monkeypatch.delattr(select, "poll")
    ours, theirs = os.pipe()
    os.write(theirs, b"half")
    os.close(theirs)
    answer = Answer(ours, lambda: None, total=5, stall=5)
    with pytest.raises(MediaError) as caught:
        answer.read(8)
    assert caught.value.reason == "crashed"
    answer.close()


def test_a_request_has_its_length_and_a_bound() -> None:
    record = encode_request({"op": "identify"})
    assert LENGTH.unpack(record[: LENGTH.size]) == (len(record) - LENGTH.size,)
    with pytest.raises(ValueError, match="too long"):
        encode_request({"op": "x" * REQUEST_BYTES})


def test_the_server_serves_kills_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's loop with a fork that forks nothing: requests in pieces, a kill, the end of the socket."""
    ours, theirs = socket.socketpair()
    forked: list[str] = []
    killed: list[int] = []

    def fork(operations: object, request: dict, fds: list[int], walls: object) -> int:
        forked.append(request["op"])
        return 1000 + request["number"]

    monkeypatch.setattr(server, "_fork", fork)
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))
    monkeypatch.setattr(os, "waitpid", lambda pid, _: (pid if pid == 1001 else 0, 0))
    thread = threading.Thread(target=serve, args=(theirs, {}, ()))
    thread.start()
    assert ours.recv(1) == READY
    record = encode_request({"op": "first", "number": 1})
    for part in (record[:2], record[2:9], record[9:]):
        ours.sendall(part)
    for request in ({"op": "second", "number": 2}, {"kill": 2}, {"kill": 77}, {"op": "third", "number": 3}):
        ours.sendall(encode_request(request))
    ours.close()
    thread.join(timeout=5)
    theirs.close()
    assert forked == ["first", "second", "third"]
    assert killed == [1002, 1002, 1003]  # 1001 had ended; the end of the socket kills the rest


@pytest.mark.parametrize("sent", [b"", b"{", LENGTH.pack(9) + b"{"])
def test_a_request_cut_off_is_not_served(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    ours.sendall(sent)
    ours.close()
    with theirs:
        assert server._receive(theirs) is None


def test_main_serves_the_named_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[object] = []
    monkeypatch.setattr(server, "serve", lambda control, operations, walls: served.extend([operations, len(walls)]))
    monkeypatch.setattr(server.sandbox, "leave_network", lambda: None)
    ours, theirs = socket.socketpair()
    server.main(["--operations", "musechat.media.operations:OPERATIONS", "--control", str(theirs.detach())])
    ours.close()
    from musechat.media.operations import OPERATIONS

    assert served == [OPERATIONS, 1]
    once: list[object] = []
    monkeypatch.setattr(server, "once", lambda operations, request: once.append(request))
    server.main(["--operations", "musechat.media.operations:OPERATIONS", "--once", json.dumps({"op": "x"})])
    assert once == [{"op": "x"}]


def test_limits_travel_in_a_request() -> None:
    from dataclasses import asdict

    assert Limits(**json.loads(encode_request(asdict(Limits()))[LENGTH.size :])) == Limits()
