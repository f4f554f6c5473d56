from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from musechat.library import Store, jobs
from musechat.library.jobs import advance_job, end_job, process_lives, running_pid, start_job


def ended_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_a_job_is_seen_from_start_to_end(store: Store) -> None:
    job = start_job(store.database, "import", 3)
    with store.writing():
        advance_job(store.database, job)
    (seen,) = jobs(store.database)
    assert (seen.kind, seen.pid, seen.total, seen.done, seen.state) == ("import", os.getpid(), 3, 1, "running")
    assert seen.started <= seen.updated
    assert running_pid(store.database, "import") == os.getpid()
    end_job(store.database, job, "finished")
    assert [job.state for job in jobs(store.database)] == ["finished"]
    assert running_pid(store.database, "import") is None


def test_a_job_whose_process_is_gone_is_shown_as_interrupted(store: Store) -> None:
    start_job(store.database, "import", 3)
    store.database.rows("UPDATE jobs SET pid = ?", ended_pid())
    assert [job.state for job in jobs(store.database)] == ["interrupted"]
    assert running_pid(store.database, "import") is None
    start_job(store.database, "import", 1)
    assert [job.state for job in jobs(store.database)] == ["running", "interrupted"]


def test_processes_of_others_live_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, signal: int) -> None:
        raise PermissionError

    assert process_lives(os.getpid())
    assert not process_lives(ended_pid())
    monkeypatch.setattr(os, "kill", refuse)
    assert process_lives(1)


def test_on_windows_the_system_is_asked_for_a_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    kernel = SimpleNamespace(OpenProcess=lambda access, inherit, pid: pid % 2, CloseHandle=closed.append)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert (process_lives(7), process_lives(8), closed) == (True, False, [1])


def test_jobs_do_not_make_readers_look_again(store: Store) -> None:
    before = store.changes
    end_job(store.database, start_job(store.database, "import", 1), "failed")
    assert store.changes == before
