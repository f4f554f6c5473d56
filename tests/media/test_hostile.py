"""A decoder taken over: hostile operations stand in for the code that a hostile file would run."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from media import hostile
from media.files import write_audio, write_video
from media.unwalled import InThisProcess
from musechat.core.errors import MediaError
from musechat.media import Decoder, Limits
from musechat.media.wire import Fields, Message
from musechat.media.workers import ForkServer, ProcessPerFile

LIMITS = Limits(memory=600 << 20, answer_bytes=64 << 20)
HASTY = replace(LIMITS, base_seconds=0.8, stall_seconds=0.4)


def _all_walls_stand() -> bool:
    with Decoder() as decoder:
        return all(wall.active for wall in decoder.protections())


pytestmark = pytest.mark.skipif(
    not _all_walls_stand(),
    reason="this system lacks a wall; `musechat doctor` says which",
)


@pytest.fixture(scope="module")
def taken() -> Iterator[Decoder]:
    """A decoder whose children also do hostile things."""
    with Decoder(LIMITS, concurrency=4, workers=ForkServer("media.hostile:OPERATIONS")) as decoder:
        yield decoder


@pytest.fixture(scope="module")
def hasty() -> Iterator[Decoder]:
    """The same with little time."""
    with Decoder(HASTY, workers=ForkServer("media.hostile:OPERATIONS")) as decoder:
        yield decoder


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write_audio(tmp_path / "song.flac")


def command(decoder: Decoder, path: Path, operation: str, **params: object) -> list[Message]:
    return list(decoder._ask([path], operation, params, 0.0))


@pytest.mark.parametrize("attempt", hostile.ATTEMPTS)
def test_a_hostile_child_reaches_nothing(taken: Decoder, song: Path, tmp_path: Path, attempt: str) -> None:
    canary = tmp_path / "canary"
    canary.write_text("alive")
    before = (canary.stat().st_mode, song.stat().st_mode, sorted(p.name for p in tmp_path.iterdir()))
    with socket.socket() as listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mailbox:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        mailbox.bind(listener.getsockname())
        for one in (listener, mailbox):
            one.setblocking(False)
        target = str(canary) if attempt not in ("execve", "run a program") else str(tmp_path / "made")
        params = {"target": target, "port": listener.getsockname()[1], "pid": os.getpid()}
        try:
            [answer] = command(taken, song, attempt, **params)
            assert isinstance(answer, Fields)
            assert not answer.has("done"), f"it managed: {answer.text('done', 200)}"
        except MediaError as error:
            assert error.reason == "crashed"  # the attempt cost it its life
        with pytest.raises(BlockingIOError):
            listener.accept()
        with pytest.raises(BlockingIOError):
            mailbox.recv(10)
    assert canary.read_text() == "alive"
    assert before == (canary.stat().st_mode, song.stat().st_mode, sorted(p.name for p in tmp_path.iterdir()))
    assert taken.identify(song).audio is not None


@pytest.mark.parametrize("crash", hostile.CRASHES)
def test_crashes_and_lies_are_errors_of_that_file(taken: Decoder, song: Path, crash: str) -> None:
    with pytest.raises(MediaError, match=r"^song\.flac ") as caught:
        taken._single(song, crash, {}, 0.0)
    assert caught.value.reason == ("too_large" if crash == "take ten gigabytes" else "crashed")
    assert taken.identify(song).audio is not None


@pytest.mark.parametrize("hang", hostile.HANGS)
def test_hanging_children_are_killed_in_time(hasty: Decoder, song: Path, hang: str) -> None:
    began = time.monotonic()
    with pytest.raises(MediaError) as caught:
        hasty._single(song, hang, {}, 0.0)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - began < HASTY.base_seconds + 1
    soon(lambda: not children(hasty))
    with pytest.raises(MediaError, match="crash"):
        hasty._single(song, "leave", {}, 0.0)


@pytest.mark.parametrize(
    ("operation", "number"), [(name, i) for name, lies in hostile.LIES.items() for i in range(len(lies))]
)
def test_answers_that_are_well_formed_and_false_are_refused(song: Path, operation: str, number: int) -> None:
    liar = Decoder(workers=InThisProcess({operation: hostile.LIES[operation][number]}))
    ask = {"identify": liar.identify, "audio": liar.audio, "keyframes": liar.keyframes, "sweep": liar.sweep}[operation]
    with pytest.raises(MediaError, match=r"^song\.flac .*nonsense") as caught:
        list(ask(song))  # type: ignore[call-overload]
    assert caught.value.reason == "crashed"


def soon(true: Callable[[], bool]) -> None:
    """Killing takes the system a moment."""
    until = time.monotonic() + 2
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(decoder: Decoder) -> list[int]:
    """The living children of the decoder's server."""
    server = server_pid(decoder)
    living = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server and fields[0] != "Z":
            living.append(int(stat.parent.name))
    return living


def server_pid(decoder: Decoder) -> int:
    assert isinstance(decoder._workers, ForkServer)
    assert decoder._workers._process is not None
    return decoder._workers._process.pid


def test_many_threads_share_one_server(taken: Decoder, song: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.mp4")
    tasks = [lambda: taken.audio(song).duration, lambda: len(taken.keyframes(video)),
             lambda: _reason(lambda: taken._single(song, "leave", {}, 0.0))] * 8  # fmt: skip
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda task: task(), tasks))
    assert results == [2.0, 6, "crashed"] * 8


def _reason(ask: object) -> str:
    try:
        ask()  # type: ignore[operator]
    except MediaError as error:
        return error.reason
    return "none"


def test_no_more_children_than_allowed(song: Path) -> None:
    with Decoder(LIMITS, concurrency=2, workers=ForkServer("media.hostile:OPERATIONS")) as decoder:
        decoder.identify(song)
        threads = [
            threading.Thread(target=_reason, args=(lambda: command(decoder, song, "pause", seconds=0.25),))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        soon(lambda: len(children(decoder)) == 2)
        time.sleep(0.1)
        assert len(children(decoder)) == 2
        for thread in threads:
            thread.join()


def test_a_server_killed_mid_request_is_replaced(song: Path) -> None:
    with Decoder(LIMITS, workers=ForkServer("media.hostile:OPERATIONS")) as decoder:
        decoder.identify(song)
        with ThreadPoolExecutor(1) as pool:
            pending = pool.submit(_reason, lambda: command(decoder, song, "pause", seconds=30))
            soon(lambda: bool(children(decoder)))
            living = children(decoder)
            os.kill(server_pid(decoder), signal.SIGKILL)
            assert pending.result(timeout=5) == "crashed"
        assert decoder.identify(song).audio is not None
        soon(lambda: not any(alive(pid) for pid in living))


def test_no_child_outlives_its_parent(song: Path) -> None:
    decoder = Decoder(
        replace(LIMITS, base_seconds=30, stall_seconds=30), workers=ForkServer("media.hostile:OPERATIONS")
    )
    decoder.identify(song)
    server = server_pid(decoder)
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(_reason, lambda: command(decoder, song, "pause", seconds=60))
        soon(lambda: bool(children(decoder)))
        living = children(decoder)
        decoder.close()
        assert pending.result(timeout=5) == "crashed"
    soon(lambda: not any(alive(pid) for pid in (*living, server)))
    assert decoder.identify(song).audio is not None
    decoder.close()


def test_without_a_fork_server_each_file_has_its_own_process(song: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.mp4")
    with Decoder(LIMITS, workers=ProcessPerFile()) as decoder:
        assert decoder.identify(song).duration == 2.0
        assert decoder.audio(song).duration == 2.0
        assert len(decoder.keyframes(video)) == 6
        active = {wall.name for wall in decoder.protections() if wall.active}
        assert {"seccomp", "Landlock", "cannot open files", "cannot reach the network"} <= active
    with (
        Decoder(replace(HASTY, base_seconds=3), workers=ProcessPerFile("media.hostile:OPERATIONS")) as decoder,
        pytest.raises(MediaError) as caught,
    ):
        decoder._single(song, "sleep", {}, 0.0)
    assert caught.value.reason == "timeout"


def test_the_whole_answer_is_bounded(song: Path) -> None:
    with Decoder(replace(LIMITS, answer_bytes=1 << 20)) as decoder, pytest.raises(MediaError, match="too long"):
        decoder.audio(write_audio(song.with_name("long.wav"), np.zeros((2, 44_100 * 20), np.float32)))
