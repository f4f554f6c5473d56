"""Long jobs as rows, so that another process can see how far they are.

In: a `Database`. Out: `Job`s.

- A row that says "running" while its process is gone is an interrupted job; it is shown so, and the next import
  writes it down.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, replace
from typing import Literal

from musechat.library.database import Database

State = Literal["running", "finished", "failed", "killed", "interrupted"]


@dataclass(frozen=True, slots=True)
class Job:
    """`started`, `updated` in Unix seconds; "killed" by the user, "interrupted" by the system."""

    id: int
    kind: str
    pid: int
    started: float
    updated: float
    total: int
    done: int
    state: State


def jobs(database: Database, at_most: int = 50) -> list[Job]:
    """The latest jobs, newest first."""
    rows = database.rows(
        "SELECT id, kind, pid, started, updated, total, done, state FROM jobs ORDER BY id DESC LIMIT ?", at_most
    )
    found = [Job(*row) for row in rows]
    return [
        replace(job, state="interrupted") if job.state == "running" and not process_lives(job.pid) else job
        for job in found
    ]


def running_pid(database: Database, kind: str) -> int | None:
    """The process of the running job of a kind."""
    return next((job.pid for job in jobs(database) if job.kind == kind and job.state == "running"), None)


def start_job(database: Database, kind: str, total: int) -> int:
    """A new running job of this process; its id. Earlier jobs of the kind that never ended are written off."""
    now = time.time()
    with database.transaction(counted=False):
        database.rows("UPDATE jobs SET state = 'interrupted' WHERE kind = ? AND state = 'running'", kind)
        database.rows(
            "INSERT INTO jobs (kind, pid, started, updated, total, done, state) VALUES (?, ?, ?, ?, ?, 0, 'running')",
            kind, os.getpid(), now, now, total,
        )  # fmt: skip
        return int(database.rows("SELECT last_insert_rowid()")[0][0])


def advance_job(database: Database, job: int) -> None:
    """One more unit is done; inside the transaction that did it."""
    database.rows("UPDATE jobs SET done = done + 1, updated = ? WHERE id = ?", time.time(), job)


def end_job(database: Database, job: int, state: State) -> None:
    """Writes down how a job ended."""
    with database.transaction(counted=False):
        database.rows("UPDATE jobs SET state = ?, updated = ? WHERE id = ?", state, time.time(), job)


def process_lives(pid: int) -> bool:
    """Whether a process of that number exists."""
    if sys.platform == "win32":
        import ctypes

        query_limited_information = 0x1000
        handle = ctypes.windll.kernel32.OpenProcess(query_limited_information, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
