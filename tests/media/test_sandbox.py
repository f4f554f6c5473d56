from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

import pytest

from musechat.media import Decoder, sandbox
from musechat.media.sandbox import landlock_ruleset, seccomp_program

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000


class FakeLibc:
    """Answers each call with `result` and notes it."""

    def __init__(self, *results: int) -> None:
        self.results = list(results)
        self.calls: list[tuple[str, tuple[object, ...]]] = []

    def __getattr__(self, name: str) -> object:
        def call(*arguments: object) -> int:
            self.calls.append((name, arguments))
            return self.results.pop(0) if self.results else 0

        return call


def judge(program: bytes, arch: int, number: int, third: int = 0) -> int:
    """Run classic BPF over a system call."""
    data = struct.pack("<IIQ6Q", number, arch, 0, 0, 0, third, 0, 0, 0)
    code = list(struct.iter_unpack("HBBI", program))
    at, accumulator = 0, 0
    while True:
        operation, yes, no, value = code[at]
        at += 1
        if operation == 0x20:
            [accumulator] = struct.unpack_from("<I", data, value)
        elif operation == 0x15:
            at += yes if accumulator == value else no
        elif operation == 0x45:
            at += yes if accumulator & value else no
        else:
            return value


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_the_filter_allows_its_list_and_nothing_else(machine: str, column: int) -> None:
    arch = sandbox.AUDIT_ARCH[machine]
    allowed = sandbox._numbers(sandbox.SYSCALLS, column + 1)
    mapping = sandbox._numbers(sandbox.MMAP_LIKE, column + 1)
    program = seccomp_program(arch, allowed, mapping)
    for number in range(600):
        verdict = judge(program, arch, number)
        assert verdict == (ALLOW if number in {*allowed, *mapping} else REFUSE)
        assert judge(program, arch, number | 0x40000000) == REFUSE  # the x32 table
        assert judge(program, 0x40000003, number) == KILL  # 32-bit x86
    for number in mapping:
        assert judge(program, arch, number, third=3) == ALLOW
        assert judge(program, arch, number, third=5) == REFUSE  # readable and executable


@pytest.mark.parametrize(
    ("abi", "size", "files"),
    [(1, 8, 13), (2, 8, 14), (3, 8, 15), (4, 16, 15), (5, 16, 16), (6, 24, 16), (7, 24, 16), (99, 24, 16)],
)
def test_every_landlock_abi_is_used_in_full(abi: int, size: int, files: int) -> None:
    ruleset = landlock_ruleset(abi)
    assert len(ruleset) == size
    values = struct.unpack(f"<{size // 8}Q", ruleset)
    assert values[0] == (1 << files) - 1
    assert values[1:] == (0b11,) * (size // 8 - 1)


def test_landlock_restricts_with_the_ruleset_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr(os, "close", closed.append)
    libc = FakeLibc(5, 42, 0)
    assert sandbox.landlock(libc) == "ABI 5: no files, no TCP"
    assert libc.calls[2] == ("syscall", (sandbox.LANDLOCK_RESTRICT, 42, 0))
    assert closed == [42]


def test_a_missing_wall_is_reported_not_fatal() -> None:
    ctypes.set_errno(errno.ENOSYS)
    walls = [
        sandbox._raise("Landlock", lambda: sandbox.landlock(FakeLibc(-1))),
        sandbox._raise("seccomp", lambda: sandbox.seccomp(FakeLibc(), "riscv64")),
        sandbox._raise("no new privileges", lambda: sandbox.no_new_privileges(None)),
        sandbox._raise("dies with its parent", lambda: sandbox.die_with_parent(FakeLibc(), None)),
    ]
    assert not any(wall.active for wall in walls)
    assert [wall.detail for wall in walls[1:]] == [
        "no filter for riscv64", "only on Linux", "only below the fork server",
    ]  # fmt: skip


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_walls_that_stand_say_what_they_do(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sandbox.seccomp(FakeLibc(), machine) == "32 system calls allowed, no executable memory"
    assert sandbox.no_new_privileges(FakeLibc()) == "set"
    monkeypatch.setattr(os, "setsid", lambda: None)
    assert sandbox.die_with_parent(FakeLibc(), os.getppid()) == "SIGKILL"
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    sandbox.die_with_parent(FakeLibc(), os.getppid() + 1)
    assert left == [1]  # the parent was gone already


def test_resource_limits_are_set_and_refusals_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", lambda which, value: limits.update({which: value}))
    assert sandbox.limit_resources(600 << 20, 9).startswith("600 MB of memory, 9 s")
    assert limits[resource.RLIMIT_FSIZE] == limits[resource.RLIMIT_NPROC] == limits[resource.RLIMIT_CORE] == (0, 0)
    assert limits[resource.RLIMIT_AS] == (600 << 20, 600 << 20)

    def refuse(which: int, value: object) -> None:
        raise ValueError

    monkeypatch.setattr(resource, "setrlimit", refuse)
    with pytest.raises(OSError, match="RLIMIT_AS"):
        sandbox.limit_resources(600 << 20, 9)


def test_the_network_is_left_where_that_is_permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: FakeLibc(-1, 0))
    assert sandbox.leave_network().active
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: FakeLibc(-1, -1))
    ctypes.set_errno(errno.EPERM)
    wall = sandbox.leave_network()
    assert (wall.active, wall.detail) == (False, os.strerror(errno.EPERM))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert sandbox.leave_network().detail == "only on Linux"


def test_probing_outside_the_walls_finds_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", lambda: -1)
    monkeypatch.setattr(os, "waitpid", lambda *_: None)
    assert not any(wall.active for wall in sandbox.probe())


def test_doctor_sees_the_walls_of_a_real_child() -> None:
    with Decoder() as decoder:
        walls = {wall.name: wall for wall in decoder.protections()}
    assert list(walls) == [
        "no network namespace", "dies with its parent", "no new privileges", "resource limits", "Landlock", "seccomp",
        "cannot open files", "cannot reach the network", "cannot start processes", "cannot signal its parent",
    ]  # fmt: skip
    assert walls["resource limits"].active == (sys.platform == "linux")
