from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musechat import Library
from musechat.app.record import Record
from musechat.cli.commands import app

runner = CliRunner()


@pytest.fixture
def talk(fake_models: object, filled: Path, clip: Path):
    """Pipes lines into `musechat chat`."""

    def run(*lines: str, args: tuple[object, ...] | None = None, code: int = 0) -> str:
        words = ["chat", *map(str, args if args is not None else (clip, "--library", filled))]
        done = runner.invoke(app, words, input="".join(f"{line}\n" for line in lines))
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


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/wy", "did you mean /why?"),
        ("/xyzzy", "did you mean /help?"),
        ("/why-not", "Say which: /why-not TRACK"),
        ("/choose", "Say which: /choose N or TRACK"),
        ("/choose 99", "no alternative 99"),
        ("/why-not Nobody Has This", "No track"),
        ("/edit dance: piano", "dance"),
        ("/render", "Say which: /render FILE"),
        ("/export", "Say which: /export FOLDER"),
        ("/render notes.txt", "mp4"),
    ],
)
def test_a_line_that_cannot_be_done_is_told_and_the_talk_goes_on(talk, line: str, told: str) -> None:
    out = talk(line, "more techno")
    assert told in " ".join(out.split())
    assert Record().all()[0].last == "more techno"


def test_help_names_every_command(talk) -> None:
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
        (("--narrator", "no-address"), "narrator"),
    ],
)
def test_a_beginning_that_cannot_be_had_is_told(
    talk, filled: Path, clip: Path, options: tuple[str, ...], told: str
) -> None:
    out = talk(args=(clip, "--library", filled, *options), code=2)
    assert told in " ".join(out.split()).lower() or told in " ".join(out.split())
