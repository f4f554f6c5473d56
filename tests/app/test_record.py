from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from itertools import pairwise
from pathlib import Path

import pytest

from musechat import Library
from musechat.app.record import Record, RecordError
from musechat.app.session import Session
from musechat.core.conversation import Start
from musechat.core.errors import InputError


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "kept")


def ids(session: Session) -> list[str | None]:
    return [turn.choice.track.id if turn.choice else None for turn in session.conversation.turns]


def test_a_conversation_is_taken_up_as_it_was_left(
    fake_models: object, filled: Path, clip: Path, record: Record
) -> None:
    with Library(filled) as library:
        session = Session(library, clip, record=record)
        session.recommend()
        session.say("faster, and never Bob")
        again = Session.resume(library, record, (session.id or "")[:3])
        assert again.conversation == session.conversation
        assert again.profile().stage == "full", "nobody watches the clip again"
        turn = again.say("another one")
        assert turn.choice is None or turn.choice.track.id not in ids(session)
        assert turn.wishes.request.constraints.not_artists == ("Bob",)
        kept = record.all()[0]
        assert (kept.turns, kept.last, kept.video) == (3, "another one", str(clip))


def test_two_processes_do_not_go_on_with_one_conversation(
    fake_models: object, filled: Path, clip: Path, record: Record
) -> None:
    with Library(filled) as library:
        session = Session(library, clip, record=record)
        session.recommend()
        other = Session.resume(library, record, session.id or "")
        other.say("faster")
        with pytest.raises(RecordError, match="went on elsewhere"):
            session.say("slower")
        assert len(session.conversation.turns) == 1, "what is not kept was not said"
        record.delete(session.id or "")
        with pytest.raises(RecordError, match="deleted"):
            other.say("slower")


def test_what_is_gone_is_said(fake_models: object, filled: Path, clip: Path, record: Record, tmp_path: Path) -> None:
    own = Path(shutil.copy(clip, tmp_path / "own.mp4"))
    with Library(filled) as library:
        session = Session(library, own, record=record)
        session.recommend()
        own.unlink()
        with pytest.raises(InputError, match=r"clip of the conversation .* is gone"):
            Session.resume(library, record, session.id or "")
        assert len(record.load(session.id or "")[2].turns) == 1, "what was said can still be read"
        with pytest.raises(InputError, match="No conversation 'zzz' is kept"):
            record.load("zzz")
        with pytest.raises(InputError, match="No conversation"):
            record.find("  ")
        assert record.delete(session.id or "").video == str(own)
        assert record.all() == []


def test_short_ids_that_fit_several_are_refused(record: Record) -> None:
    for number in range(40):
        record.create(Path(f"library{number}"), None, Start())
    shared = next(one for one, other in pairwise(sorted(kept.id for kept in record.all())) if one[0] == other[0])
    with pytest.raises(InputError, match="Several conversations begin with"):
        record.find(shared[0])


def test_tracks_of_the_last_renders_are_known(record: Record, tmp_path: Path) -> None:
    for track in ("a", "b", "a", "c"):
        record.rendered(track, tmp_path / "clip.mp4")
    assert record.used(3) == ("c", "a", "b")
    assert record.used(1) == ("c",)
    assert record.used(0) == ()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.write_bytes(b"no database, but long enough to be looked at" * 40), "holds no conversations"),
        (lambda path: sqlite3.connect(path).execute("PRAGMA user_version = 99").connection.close(), "newer MuseChat"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_left_alone(tmp_path: Path, damage: object, sentence: str) -> None:
    path = tmp_path / "sessions.sqlite"
    damage(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(RecordError, match=sentence):
        Record(tmp_path)
    assert path.read_bytes() == before


def test_a_turn_that_cannot_be_read_costs_its_conversation_only(record: Record) -> None:
    session = record.create(Path("library"), None, Start())
    other = record.create(Path("library"), None, Start())
    record._write("INSERT INTO turns VALUES (?, 0, 0, ?)", session, '{"say": 3}')
    with pytest.raises(RecordError, match=r"cannot be read any more.*sessions delete"):
        record.load(session)
    assert record.load(other)[2].turns == ()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RecordError):
        Record(tmp_path / "home")


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(RecordError, match="cannot be used"):
        Record(tmp_path / "home")


WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    sys.path[:0] = sys.argv[3:]
    from fakes import turn_of
    from musechat.app.record import Record
    record = Record(Path(sys.argv[1]))
    number = 0
    while True:
        record.append(sys.argv[2], number, turn_of(f"line {number}"))
        print(number, flush=True)
        number += 1
    """
)


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.2])
def test_killed_at_any_moment_whatever_was_told_is_kept(tmp_path: Path, wait: float) -> None:
    record = Record(tmp_path)
    session = record.create(Path("library"), None, Start())
    tests = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", WRITER, str(tmp_path), session, tests]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline()]
        time.sleep(wait)
        child.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        told += child.stdout.readlines()
    shown = [int(line) for line in told if line.endswith("\n")]
    turns = record.load(session)[2].turns
    assert [turn.say for turn in turns] == [f"line {number}" for number in range(len(turns))]
    assert len(turns) >= len(shown) > 0
