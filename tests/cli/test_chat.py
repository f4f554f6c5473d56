from __future__ import annotations

import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import FakeModels
from fakes import FakeText, turn_of
from laying import track
from musechat import Library
from musechat.app import library as app_library
from musechat.app.record import Record
from musechat.cli.chat import HELP
from musechat.cli.commands import app
from musechat.core.conversation import Start
from musechat.core.evidence import Ranked
from musechat.core.track import Fact

runner = CliRunner()


@pytest.fixture
def talk(fake_models: object, filled: Path, clip: Path):
    """Pipes lines into `musechat chat`."""

    def run(*lines: str | bytes, args: tuple[object, ...] | None = None, code: int = 0) -> str:
        words = ["chat", *map(str, args if args is not None else (clip, "--library", filled))]
        piped = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
        done = runner.invoke(app, words, input=piped)
        assert "Traceback" not in done.output
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_lines_are_answered_until_the_input_ends(talk) -> None:
    out = talk(
        "more techno", "", "/alternatives", "/choose 1", "/undo", "/why", "/edit", "/never", "/quit", "never read"
    )
    assert "never read" not in out
    kept = Record().all()
    assert [one.turns for one in kept] == [6], "first, techno, choose, undo, why, never"
    assert kept[0].last == next(turn.say for turn in Record().load(kept[0].id)[2].turns[::-1])


WRONG = (
    ("/wy", "did you mean /why?"),
    ("/xyzzy", "did you mean /help?"),
    ("/why-not", "Say which: /why-not N or TRACK"),
    ("/choose", "Say which: /choose N or TRACK"),
    ("/choose 99", "no alternative 99"),
    ("/choose ²", "No track"),
    ("/why-not 9", "no alternative 9"),
    ("/never Nobody", "Nothing in the library is by 'Nobody'"),
    ("/QUITT", "did you mean /quit?"),
    ("/why\x00", "did you mean /why?"),
    ("/ why", "There is no command /;"),
    ("/why-not Nobody Has This", "No track"),
    ("/edit dance: piano", "dance"),
    ("/render", "Say which: /render FILE"),
    ("/export", "Say which: /export FOLDER"),
    ("/render notes.txt", "mp4"),
    ("/render ''", "Say which: /render FILE"),
    ('/export ""', "Say which: /export FOLDER"),
    ("/render ~nobody-here/x.mp4", "no folder"),
    ("/render it's.txt", "mp4"),
)


def test_a_line_that_cannot_be_done_is_told_and_the_talk_goes_on(talk) -> None:
    out = " ".join(talk(*(line for line, _ in WRONG), "more techno").split())
    for line, told in WRONG:
        assert told in out, line
        out = out[out.index(told) :]
    (kept,) = Record().all()
    assert (kept.turns, kept.last) == (2, "more techno")


def test_help_names_every_command(talk, tmp_path: Path) -> None:
    out = talk("/help")
    for name in (
        "/why",
        "/why-not",
        "/alternatives",
        "/choose",
        "/undo",
        "/never",
        "/edit",
        "/render",
        "/export",
        "/quit",
    ):
        assert name in out
    commands = [f"{command.split()[0]} {tmp_path / 'no.txt'}" for command in HELP if command != "/quit"]
    assert "There is no command" not in talk(*commands)


def test_commands_are_read_in_any_case_and_with_any_blank(talk) -> None:
    out = talk("  /CHOOSE\t1  ", "/Why", "/EXIT", "never read")
    assert "There is no command" not in out and "never read" not in out
    assert Record().all()[0].turns == 3


def test_bytes_that_are_no_text_end_nothing_and_lose_nothing(talk) -> None:
    talk(b"more techno, caf\xe9", b"\xff\xfe\x80", "/why")
    assert "techno" in runner.invoke(app, ["sessions", "show", Record().all()[0].id]).output
    listed = runner.invoke(app, ["sessions", "list"])
    assert listed.exit_code == 0 and "why?" in listed.output
    (kept,) = Record().all()
    assert Record().load(kept.id)[2].turns[1].say == "more techno, caf\ufffd"


def test_a_conversation_goes_on_where_it_was_left(talk, filled: Path, clip: Path, tmp_path: Path) -> None:
    talk("more techno")
    (kept,) = Record().all()
    out = talk("slower", args=("--resume", kept.id))
    assert "more techno" in out or kept.id in out
    talk("/why", args=("--last",))
    (kept,) = Record().all()
    assert kept.turns == 4
    assert "not both" in talk(args=(clip, "--last"), code=2)
    assert "No conversation" in talk(args=("--resume", "zzz"), code=2)
    folder = tmp_path / "out"
    talk(args=("--last", "--export", folder))
    assert (folder / "session.md").is_file()


def test_what_only_a_beginning_can_take_is_refused_and_not_ignored(talk) -> None:
    talk("more techno")
    for options in (("--licence", "CC BY"), ("--like", "High"), ("--replace-music",), ("--fresh", "3")):
        assert "begun" in talk(args=("--last", *options), code=2)
    assert "not both" in talk(args=("--last", "--resume", "b"), code=2)
    assert Record().all()[0].turns == 2


def test_a_library_that_was_moved_is_named_anew(talk, filled: Path, clip: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(filled, tmp_path / "library"))
    talk("more techno", args=(clip, "--library", own))
    own.rename(tmp_path / "moved")
    assert "--library" in talk(args=("--last",), code=2)
    talk("/why", args=("--last", "--library", tmp_path / "moved"))
    assert Record().all()[0].turns == 3


def test_files_are_replaced_only_where_that_was_allowed(talk, filled: Path, clip: Path, tmp_path: Path) -> None:
    out, folder = tmp_path / "a film.mp4", tmp_path / "out"
    lines = (f"/render {out}", f"/export '{folder}'")
    talk(*lines)
    (folder / "cues.csv").write_text("mine")
    size = out.stat().st_size
    told = " ".join(talk(*lines).split())
    assert "exists; give another name" in told and "was not written by an export" in told
    assert (folder / "cues.csv").read_text() == "mine" and out.stat().st_size == size
    assert "was not written" in talk(args=("--last", "--say", "/why", "--export", folder), code=2).replace("\n", " ")
    talk(*lines, args=(clip, "--library", filled, "--overwrite"))
    assert (folder / "cues.csv").read_text() != "mine"


def test_a_tilde_is_the_users_home(talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    talk("/export ~/handover")
    assert (tmp_path / "handover" / "session.md").is_file()


def test_a_conversation_whose_library_is_gone_can_be_read_only(talk, filled: Path, clip: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(filled, tmp_path / "library"))
    talk("more techno", args=(clip, "--library", own))
    (kept,) = Record().all()
    shutil.rmtree(own)
    assert "library of the conversation" in " ".join(talk(args=("--last",), code=2).split())
    shown = runner.invoke(app, ["sessions", "show", kept.id])
    assert shown.exit_code == 0 and "more techno" in shown.output
    done = runner.invoke(app, ["sessions", "export", kept.id, str(tmp_path / "out")])
    assert done.exit_code == 0 and (tmp_path / "out" / "session.json").is_file()


def test_kept_conversations_are_listed_shown_and_forgotten(talk) -> None:
    assert "No conversation" in talk(args=("--last",), code=2)
    talk("more techno")
    listed = json.loads(runner.invoke(app, ["sessions", "list", "--json"]).stdout)
    (one,) = listed["sessions"]
    assert one["turns"] == 2 and one["last"] == "more techno"
    assert one["id"] in runner.invoke(app, ["sessions", "list"]).output
    shown = json.loads(runner.invoke(app, ["sessions", "show", one["id"], "--json"]).stdout)
    assert [turn["say"] for turn in shown["turns"]] == [None, "more techno"]
    assert "forgotten" in runner.invoke(app, ["sessions", "delete", one["id"]]).output
    assert runner.invoke(app, ["sessions", "show", one["id"]]).exit_code == 2


def test_every_sessions_verb_speaks_json(talk, tmp_path: Path) -> None:
    talk("more techno")
    name, folder = Record().all()[0].id, tmp_path / "out"

    def verb(*words: str, code: int = 0) -> dict[str, object]:
        done = runner.invoke(app, ["sessions", *words, "--json"])
        assert done.exit_code == code
        plain = json.loads(done.stdout)
        assert plain["schema_version"] == 1
        return plain  # type: ignore[no-any-return]

    assert verb("export", name, str(folder))["exported"] == [str(folder / "session.json"), str(folder / "session.md")]
    (folder / "session.md").write_text("mine")
    assert verb("export", name, str(folder), code=2)["error"]["code"] == "input"  # type: ignore[index]
    verb("export", name, str(folder), "--overwrite")
    assert verb("delete", name)["sessions"][0]["id"] == name  # type: ignore[index]
    for words in (("show", name), ("delete", name), ("export", name, str(folder))):
        assert name in verb(*words, code=2)["error"]["message"]  # type: ignore[index]
    assert verb("list")["sessions"] == []


def test_conversations_of_a_newer_musechat_are_told_of_and_left_alone(talk, tmp_path: Path) -> None:
    talk("more techno")
    with sqlite3.connect(Record().path) as file:
        file.execute("PRAGMA user_version = 99")
    done = runner.invoke(app, ["sessions", "list", "--json"])
    assert done.exit_code == 8 and json.loads(done.stdout)["error"]["code"] == "record"
    assert "newer MuseChat" in talk("x", code=8).replace("\n", " ")


def test_hostile_names_in_what_is_kept_cannot_steer_the_terminal(fake_models: object, tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202etxt.exe [bold]x[/bold] [/] " + "long " * 500
    named = replace(track(), title=Fact(evil, "tag"), artist=Fact(evil, "tag"), path=f"/m/{evil}.ogg")
    with Record() as record:
        name = record.create(tmp_path, Path(f"/clips/{evil}.mp4"), Start())
        turn = replace(turn_of(evil), choice=Ranked(named, 0.5, ()), alternatives=(Ranked(named, 0.4, ()),))
        record.append(name, 0, turn)
    for words in (["list"], ["show", name], ["export", name, str(tmp_path / "out")]):
        done = runner.invoke(app, ["sessions", *words])
        assert done.exit_code == 0, done.output
        assert not {"\x1b", "\x07", "\u202e"} & set(done.output)
        assert words[0] == "export" or "[bold]" in done.output
    written = (tmp_path / "out" / "session.md").read_text("utf-8")
    assert not {"\x1b", "\x07", "\u202e"} & set(written)


def test_what_is_typed_cannot_steer_the_terminal(talk) -> None:
    out = talk("more techno \x1b[2J\x1b]0;owned\x07 \u202egnp", "/why-not \x1b[31mred", "/never \x1b[5mblink")
    assert not {"\x1b[2J", "\x1b]0", "\x07", "\u202e", "\x1b[31m", "\x1b[5m"} & set(out)
    for sign in ("\x1b", "\x07", "\u202e"):
        assert sign not in out


def test_talk_about_music_alone_needs_no_clip(talk, filled: Path) -> None:
    out = talk("techno please", "/render x.mp4", args=("--library", filled))
    assert "not about a clip" in " ".join(out.split())
    assert Record().all()[0].video is None


def test_an_empty_library_is_told(talk, clip: Path, tmp_path: Path) -> None:
    with Library(tmp_path / "empty"):
        pass
    out = talk(args=(clip, "--library", tmp_path / "empty"), code=4)
    assert "musechat index" in out


def test_why_not_is_answered_outside_a_chat(fake_models: object, filled: Path, clip: Path) -> None:
    done = runner.invoke(app, ["why-not", str(clip), "High", "--say", "never Cleo", "--library", str(filled)])
    assert done.exit_code == 0 and "Cleo" in done.output
    plain = runner.invoke(app, ["why-not", str(clip), "High", "--library", str(filled), "--json"])
    assert json.loads(plain.stdout)["turns"][-1]["understood"]["act"] == "why not"
    unknown = runner.invoke(app, ["why-not", str(clip), "Nobody", "--library", str(filled)])
    assert unknown.exit_code == 2 and "No track" in unknown.output


def test_a_talk_begun_with_words_ends_by_itself(talk, filled: Path, clip: Path) -> None:
    talk(args=(clip, "--library", filled, "--say", "more techno", "--say", "/why"))
    assert Record().all()[0].turns == 3


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--like", "nothing like it"), "nothing like it"),
        (("--replace-music",), "no sound"),
        (("--like", "High", "--replace-music"), "not both"),
        (("--narrator", "no-address"), "model"),
    ],
)
def test_a_beginning_that_cannot_be_had_is_told(
    talk, filled: Path, clip: Path, options: tuple[str, ...], told: str
) -> None:
    out = talk(args=(clip, "--library", filled, *options), code=2)
    assert told in " ".join(out.split()).lower() or told in " ".join(out.split())


def test_quit_ends_a_talk_begun_with_words_too(talk, filled: Path, clip: Path) -> None:
    talk(args=(clip, "--library", filled, "--say", "more techno", "--say", "/quit", "--say", "never said"))
    assert Record().all()[0].last == "more techno"


def test_why_not_takes_a_title_that_is_a_number_as_a_title(
    fake_models: object, tmp_path: Path, music: Path, clip: Path
) -> None:
    for number, song in enumerate(sorted(music.iterdir())[:3]):
        shutil.copy(song, tmp_path / ("Ann - 7.wav" if number == 0 else song.name))
    with Library(tmp_path / "library") as library:
        library.index([tmp_path])
    done = runner.invoke(app, ["why-not", str(clip), "7", "--library", str(tmp_path / "library")])
    assert done.exit_code == 0 and "“7”" in done.output


class Interrupted(FakeText):
    """A text encoder at which the user loses patience."""

    def tokens(self, text: str):
        if "patience" in text:
            raise KeyboardInterrupt
        return super().tokens(text)


class ImpatientModels(FakeModels):
    @cached_property
    def text(self) -> FakeText:
        return Interrupted()


def test_an_interrupt_ends_the_turn_and_not_the_talk(talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_library, "Models", ImpatientModels)
    out = talk("more techno", "zorbing patience frobs", "/why")
    assert "stopped; the conversation is where it was" in out
    turns = Record().load(Record().all()[0].id)[2].turns
    assert [turn.say for turn in turns] == [None, "more techno", "why?"]


CHILD = textwrap.dedent(
    """
    import sys
    sys.path[:0] = sys.argv[1:2]
    from conftest import FakeModels
    from musechat.app import library
    library.Models = FakeModels
    sys.argv = ["musechat", *sys.argv[2:]]
    from musechat.cli.commands import main
    main()
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals there")
@pytest.mark.parametrize("end", [b"\x04", b"\x03"], ids=["Ctrl-D", "Ctrl-C"])
def test_at_a_terminal_arrows_recall_and_the_end_of_the_talk_is_quiet(
    fake_models: object, filled: Path, tmp_path: Path, end: bytes
) -> None:
    import pty

    tests = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", CHILD, tests, "chat", "--library", str(filled)]
    ours, theirs = pty.openpty()
    environment = os.environ | {"MUSECHAT_HOME": str(tmp_path / "home"), "TERM": "xterm"}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
        preexec_fn=_own_terminal,
    ) as child:  # fmt: skip
        os.close(theirs)
        shown = _shown_until(ours, b"> ")
        for typed in (b"more techno\n", b"\x1b[A\n"):
            os.write(ours, typed)
            shown += _shown_until(ours, b"\n> ")
        try:
            shown += _pressed_until_over(ours, end, child)
        finally:
            child.kill()
        assert child.returncode == 0, shown.decode()
    os.close(ours)
    assert b"Traceback" not in shown and b"^[[A" not in shown
    with Record(tmp_path / "home") as record:
        assert [turn.say for turn in record.load(record.all()[0].id)[2].turns] == [None, "more techno", "more techno"]


def _own_terminal() -> None:
    import fcntl
    import termios

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # tests that run in the background are started with it ignored
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _pressed_until_over(terminal: int, key: bytes, child: subprocess.Popen[bytes]) -> bytes:
    """What appears while a key is pressed until the program ends: one that comes just before input is read is lost."""
    shown = b""
    for _ in range(20):
        with suppress(OSError):
            os.write(terminal, key)
        shown += _shown_until(terminal, b"", 1.0)
        with suppress(subprocess.TimeoutExpired):
            child.wait(1.0)
            return shown
    return shown


def _shown_until(terminal: int, end: bytes, patience: float = 30.0) -> bytes:
    """What appears, until that stands at its end, or until the end of all where nothing is waited for."""
    shown, late = b"", time.monotonic() + patience
    while time.monotonic() < late and not (end and shown.replace(b"\r", b"").endswith(end)):
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 65536)
            except OSError:
                break
    return shown
