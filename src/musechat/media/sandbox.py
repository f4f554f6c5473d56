"""The walls around a decoding child: what it may use, and that it may reach nothing.

In: a process about to read a hostile file. Out: the same process, able to read and write the descriptors it
holds and to compute; and a list of `Protection`s that says which walls stand.

- Every wall stands alone: one that this system lacks is reported, and the others are still raised.
- Root is exempt from the process limit and owns all files, hence Landlock and seccomp as two walls more.
- The seccomp filter is an allow-list: system calls for memory, time, reading and writing, nothing else; also
  no memory may become executable. So whatever decoding imports lazily must be imported before.
- Sources: landlock(7), seccomp(2), and the x86_64 and aarch64 tables of the Linux kernel.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any

from musechat.media.model import Protection

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
LANDLOCK_CREATE, LANDLOCK_RESTRICT = 444, 446  # the same number on every architecture
# Access rights that each Landlock ABI adds: files 1–3 and 5, TCP 4, signals and abstract sockets 6.
LANDLOCK_FILE_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# Name, number on x86_64, number on aarch64.
SYSCALLS = """
    read 0 63, write 1 64, close 3 57, lseek 8 62, pread64 17 67, readv 19 65, writev 20 66,
    munmap 11 215, brk 12 214, mremap 25 216, madvise 28 233, futex 202 98, rseq 334 293,
    rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, sigaltstack 131 132, restart_syscall 219 128,
    nanosleep 35 101, clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230 115, gettimeofday 96 169,
    getpid 39 172, gettid 186 178, getrandom 318 278, sched_yield 24 124, sched_getaffinity 204 123,
    exit 60 93, exit_group 231 94
"""
MMAP_LIKE = "mmap 9 222, mprotect 10 226"  # allowed without PROT_EXEC


def leave_network() -> Protection:
    """Move this single-threaded process, and so all its children, to a network namespace without a network."""
    name = "no network namespace"
    if sys.platform != "linux":
        return Protection(name, False, "only on Linux")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) and libc.unshare(CLONE_NEWNET):
        return Protection(name, False, os.strerror(ctypes.get_errno()))
    return Protection(name, True, "an empty namespace of its own")


def raise_walls(
    memory: int, cpu_seconds: int, parent: int | None, keep: int
) -> tuple[Protection, ...]:  # pragma: no cover  a locked-in process cannot write down what it covered
    """Lock this process in for good. It keeps the descriptors below `keep` and dies with its `parent`."""
    os.closerange(keep, 1 << 16)
    libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    walls: list[tuple[str, Callable[[], str]]] = [
        ("dies with its parent", lambda: die_with_parent(libc, parent)),
        ("no new privileges", lambda: no_new_privileges(libc)),
        ("resource limits", lambda: limit_resources(memory, cpu_seconds)),
        ("Landlock", lambda: landlock(libc)),
        ("seccomp", lambda: seccomp(libc, platform.machine())),
    ]
    return tuple(_raise(name, wall) for name, wall in walls)


def _raise(name: str, wall: Callable[[], str]) -> Protection:
    try:
        return Protection(name, True, wall())
    except (OSError, ImportError, AttributeError, ValueError) as error:
        return Protection(name, False, str(error) or type(error).__name__)


def die_with_parent(libc: Any, parent: int | None) -> str:
    """Ask for SIGKILL when the parent dies, in a session of one's own."""
    if parent is None:
        raise OSError("only below the fork server")
    os.setsid()
    _call(libc, "prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # the parent died before the call above
    return "SIGKILL"


def no_new_privileges(libc: Any) -> str:
    """No set-user-id program can lift the walls."""
    _call(libc, "prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return "set"


def limit_resources(memory: int, cpu_seconds: int) -> str:
    """Bound memory, processor time, files and processes with setrlimit."""
    import resource

    refused = []
    for name, value in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_NOFILE", 8),
        ("RLIMIT_CPU", cpu_seconds),
        ("RLIMIT_AS", memory),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (AttributeError, OSError, ValueError):
            refused.append(name)
    if "RLIMIT_AS" in refused:
        raise OSError(f"this system refuses {', '.join(refused)}")
    return f"{memory >> 20} MB of memory, {cpu_seconds} s of processor time, no files, no processes"


def landlock(libc: Any) -> str:
    """Forbid every access to files by name, TCP, abstract sockets and signals that this kernel's ABI knows."""
    abi = _call(libc, "syscall", LANDLOCK_CREATE, None, 0, 1)
    ruleset = ctypes.create_string_buffer(landlock_ruleset(abi))
    fd = _call(libc, "syscall", LANDLOCK_CREATE, ruleset, len(ruleset) - 1, 0)
    _call(libc, "syscall", LANDLOCK_RESTRICT, fd, 0)
    os.close(fd)
    return f"ABI {abi}: no files" + (", no TCP" if abi >= 4 else "") + (", no signals" if abi >= 6 else "")


def landlock_ruleset(abi: int) -> bytes:
    """`struct landlock_ruleset_attr` that handles all that `abi` can, so that nothing is allowed."""
    files = (1 << LANDLOCK_FILE_BITS[min(abi, max(LANDLOCK_FILE_BITS))]) - 1
    if abi < 4:
        return struct.pack("<Q", files)
    return struct.pack("<QQ", files, 0b11) + (struct.pack("<Q", 0b11) if abi >= 6 else b"")


def seccomp(libc: Any, machine: str) -> str:
    """Allow only the `SYSCALLS`; all else answers EPERM, another architecture's calls kill."""
    if machine not in AUDIT_ARCH or sys.maxsize < 1 << 32:
        raise OSError(f"no filter for {machine}")
    allowed, mmap_like = (_numbers(table, 1 + list(AUDIT_ARCH).index(machine)) for table in (SYSCALLS, MMAP_LIKE))
    program = ctypes.create_string_buffer(seccomp_program(AUDIT_ARCH[machine], allowed, mmap_like))
    size = (len(program) - 1) // 8
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", size, ctypes.addressof(program)))
    _call(libc, "prctl", PR_SET_SECCOMP, 2, header, 0, 0)
    return f"{len(allowed) + len(mmap_like)} system calls allowed, no executable memory"


def _numbers(table: str, column: int) -> list[int]:
    return [int(row.split()[column]) for row in table.split(",")]


def seccomp_program(arch: int, allowed: list[int], mmap_like: list[int]) -> bytes:
    """The classic BPF program over `struct seccomp_data` (nr at 0, arch at 4, args[2] at 32)."""
    load, equal, any_bit, give = 0x20, 0x15, 0x45, 0x06
    allow, refuse, kill = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
    code = [(load, 0, 0, 4), (equal, 1, 0, arch), (give, 0, 0, kill), (load, 0, 0, 0)]
    tests = len(allowed) + len(mmap_like)
    # After the tests stand: refuse, load args[2], test PROT_EXEC, refuse, allow.
    for i, number in enumerate(allowed):
        code.append((equal, tests - i - 1 + 4, 0, number))
    for i, number in enumerate(mmap_like, start=len(allowed)):
        code.append((equal, tests - i - 1 + 1, 0, number))
    code += [(give, 0, 0, refuse), (load, 0, 0, 32), (any_bit, 0, 1, 4), (give, 0, 0, refuse)]
    code.append((give, 0, 0, allow))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def probe() -> tuple[Protection, ...]:
    """Try, from inside the walls, what a hostile decoder would try; each attempt is harmless if it succeeds."""
    return (
        _refused("cannot open files", lambda: os.close(os.open(os.devnull, os.O_RDONLY))),
        _refused("cannot reach the network", _try_socket),
        _refused("cannot start processes", _try_fork),
        _refused("cannot signal its parent", lambda: os.kill(os.getppid(), 0)),
    )


def _refused(name: str, attempt: Callable[[], None]) -> Protection:
    try:
        attempt()
    except (OSError, AttributeError) as error:
        return Protection(name, True, str(error))
    return Protection(name, False, "it can")


def _try_socket() -> None:
    import socket

    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)):
        pass


def _try_fork() -> None:
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _call(libc: Any, name: str, *arguments: object) -> int:
    if libc is None:
        raise OSError("only on Linux")
    if (result := getattr(libc, name)(*arguments)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(result)
