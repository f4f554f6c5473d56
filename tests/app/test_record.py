from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from itertools import pairwise
from pathlib import Path

import pytest

from fakes import turn_of
from media_files import film
from musechat import Library
from musechat.app.record import Record, RecordError
from musechat.app.session import Session
from musechat.core.conversation import Start
from musechat.core.errors import InputError
from musechat.core.plain import to_plain

TESTS = str(Path(__file__).parents[1])


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


def test_another_clip_in_the_place_of_the_first_is_noticed(
    fake_models: object, filled: Path, clip: Path, record: Record, tmp_path: Path
) -> None:
    own = Path(shutil.copy(clip, tmp_path / "own.mp4"))
    with Library(filled) as library:
        session = Session(library, own, record=record)
        session.recommend()
        film(own, seconds=2.0)
        with pytest.raises(InputError, match=r"own\.mp4 is not the clip any more .* begin anew"):
            Session.resume(library, record, session.id or "")
        shutil.copy(clip, own)
        os.utime(own, (1, 1))
        assert Session.resume(library, record, session.id or "").say("another one").reply.text


def test_a_library_that_was_made_anew_ends_no_conversation(
    fake_models: object, filled: Path, clip: Path, record: Record, tmp_path: Path, music: Path
) -> None:
    with Library(filled) as library:
        session = Session(library, clip, record=record)
        gone = session.recommend().choice
        assert gone is not None
    other = tmp_path / "other"
    kept = [song for song in sorted(music.iterdir()) if gone.track.title.value not in song.name][:2]
    with Library(other) as library:
        library.index([Path(shutil.copy(song, tmp_path)) for song in kept])
        again = Session.resume(library, record, session.id or "")
        assert gone.track.title.value in again.why().reply.text, "what was said is still known"
        lost = [place for place, one in enumerate(again.alternatives(), 1) if one.track.title.value not in str(kept)]
        with pytest.raises(InputError, match="not in the library"):
            again.choose(str(lost[0]))
        turn = again.say("another one")
        assert turn.choice is not None and turn.choice.track.title.value in str(kept)
        with pytest.raises(InputError, match="No track"):
            again.why_not(gone.track.title.value)


def test_what_was_rejected_stays_away_after_taking_up_again(
    fake_models: object, filled: Path, clip: Path, record: Record
) -> None:
    with Library(filled) as library:
        session = Session(library, clip, record=record)
        session.recommend()
        session.say("no, another one")
        session.undo()
        for _ in range(4):
            session = Session.resume(library, record, session.id or "")
            session.say("another one")
        shown = [choice for choice in ids(session)[:2] + ids(session)[3:] if choice]
        assert len(shown) == len(set(shown)) == 6
        assert Session.resume(library, record, session.id or "").say("another one").choice is None


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
    assert record.used(0) == record.used(-1) == ()
    assert record.used(10**30) == ("c", "a", "b")


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


GOOD = json.dumps(to_plain(turn_of("fine")))


@pytest.mark.parametrize(
    "damage",
    [
        '{"say": 3}',
        '{"say": "torn in the mid',
        "[" * 100_000,
        "",
        "null",
        b"\xff\xfe\x00",
        GOOD.replace('"turn": null', '"turn": 7'),
        GOOD.replace('"before": null', '"before": -1'),
    ],
    ids=lambda damage: repr(damage)[:20],
)
def test_a_turn_that_cannot_be_read_costs_its_conversation_only(record: Record, damage: object) -> None:
    session = record.create(Path("library"), None, Start())
    other = record.create(Path("library"), None, Start())
    record.append(other, 0, turn_of("fine"))
    record._write("INSERT INTO turns VALUES (?, 0, 0, ?)", session, damage)
    with pytest.raises(RecordError, match=r"cannot be read any more.*sessions delete"):
        record.load(session)
    assert record.load(other)[2].turns == (turn_of("fine"),)
    assert {kept.id: kept.last for kept in record.all()}[other] == "fine"
    assert record.delete(session).id == session
    assert [kept.id for kept in record.all()] == [other]


def test_a_turn_that_is_missing_in_the_middle_is_noticed(record: Record) -> None:
    session = record.create(Path("library"), None, Start())
    for number in (0, 2):
        record.append(session, number, turn_of("x"))
    with pytest.raises(RecordError, match=r"Turn 2 is missing"):
        record.load(session)


@pytest.mark.parametrize(
    "words",
    ["caf\udce9", "\ud83d\ude00 \ud800", "\x00 nul", "\x1b]0;own\x07", "é" * 200_000, "'; DROP TABLE turns; --"],
)
def test_whatever_is_said_does_no_harm_to_what_is_kept(fake_models: object, filled: Path, words: str) -> None:
    with Library(filled) as library, Record() as record:
        session = Session(library, record=record)
        said = session.say(words)
        assert (said.say or "").encode(), "it can be written to any file"
        assert record.load(session.id or "")[2] == session.conversation
        (kept,) = record.all()
        assert kept.last == said.say
        assert Session.resume(library, record, kept.id).say("more techno").choice is not None


def test_bytes_that_rotted_on_the_disk_are_shown_as_such(record: Record) -> None:
    session = record.create(Path("library"), None, Start())
    record.append(session, 0, turn_of("rot"))
    record._write("UPDATE turns SET turn = CAST(replace(CAST(turn AS BLOB), 'rot', x'72ff74') AS TEXT)")
    assert record.all()[0].last == "r\ufffdt"
    assert record.load(session)[2].turns[0].say == "r\ufffdt"


def test_nothing_is_left_on_the_disk_of_what_is_forgotten(record: Record) -> None:
    session = record.create(Path("secret-library"), Path("secret-clip.mp4"), Start())
    for number in range(20):
        record.append(session, number, turn_of("secret words " * 50))
    folder = record.path.parent
    assert any(b"secret" in file.read_bytes() for file in folder.iterdir())
    record.delete(session)
    assert not any(b"secret" in file.read_bytes() for file in folder.iterdir())


POWERLESS = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from musechat.app.record import Record, RecordError
    from musechat.core.conversation import Start
    if os.geteuid() == 0:  # root may write anywhere
        os.setgid(65534), os.setuid(65534)
    try:
        with Record(Path(sys.argv[1])) as record:
            record.create(Path("library"), None, Start())
    except RecordError as error:
        print(error)
    """
)


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="permissions are others there")
@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_a_home_that_cannot_be_written_to_is_told(there: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        Path(folder).chmod(0o755)
        if there:
            Record(home).close()
            record = home / "sessions.sqlite"
            record.chmod(0o444)
            home.chmod(0o555)
        else:
            Path(folder).chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", POWERLESS, str(home)], capture_output=True, text=True, timeout=60, check=False
        )
        home.parent.chmod(0o755)
        if there:
            home.chmod(0o755)
        assert not done.stderr
        assert str(home) in done.stdout and "permission" in done.stdout.lower()


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
    command = [sys.executable, "-c", WRITER, str(tmp_path), session, TESTS]
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


DYING = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    sys.path[:0] = sys.argv[5:]
    from conftest import FakeModels
    from musechat import Library
    from musechat.app.record import Record
    from musechat.app.session import Session
    heard = 0
    def hear(sentence):
        global heard
        heard += 1
        if heard == int(sys.argv[4]):
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    library = Library(sys.argv[1], models=FakeModels(1))
    session = Session.resume(library, Record(Path(sys.argv[2])), sys.argv[3], hear=hear)
    while True:
        print(session.say("more techno").say, flush=True)
    """
)


@pytest.mark.parametrize("sentences", [1, 12])
def test_killed_in_the_middle_of_a_reply_the_talk_goes_on_before_it(
    fake_models: object, filled: Path, record: Record, sentences: int
) -> None:
    with Library(filled) as library:
        session = Session(library, record=record)
        session.say("piano")
        folder, name = str(record.path.parent), session.id or ""
        command = [sys.executable, "-c", DYING, str(filled), folder, name, str(sentences), TESTS]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode and not done.stderr
        again = Session.resume(library, record, name)
        told = ["more techno"] * done.stdout.count("more techno")
        assert [turn.say for turn in again.conversation.turns] == [None, "piano", *told]
        assert again.conversation.turns[:2] == session.conversation.turns
        assert again.say("slower").reply.text


OPENER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from musechat.app.record import Record
    from musechat.core.conversation import Start
    sys.stdin.readline()
    Record(Path(sys.argv[1])).create(Path("library"), None, Start())
    """
)


def test_several_processes_may_begin_the_file_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENER, str(tmp_path / "home")]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("now\n")
        child.stdin.flush()
    assert [child.communicate()[1] for child in children] == [""] * 4
    assert len(Record(tmp_path / "home").all()) == 4
