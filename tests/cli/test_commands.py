from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musechat.cli.commands import app

runner = CliRunner()


def run(*words: object, code: int = 0) -> str:
    done = runner.invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done.stdout


def plain(*words: object, code: int = 0) -> dict[str, object]:
    """What a command prints under --json: one object and nothing else."""
    answer = json.loads(run(*words, "--json", code=code))
    assert answer["schema_version"] == 1
    return answer  # type: ignore[no-any-return]


TURN = {
    "say", "understood", "track", "score", "offset", "evidence", "reason", "claims", "narrator", "alternatives",
    "relaxations", "seconds",
}  # fmt: skip
UNDERSTOOD = {"act", "wants", "avoids", "more", "less", "keep", "constraints", "unmatched", "unmeasurable", "lifts"}
CONSTRAINTS = {
    "tempo_min", "tempo_max", "duration_min", "duration_max", "vocals", "licence", "artist", "not_artists",
}  # fmt: skip
EVIDENCE = {"kind", "subject", "name", "value", "unit", "source", "weight"}
TRACK = {"id", "title", "artist", "album", "path", "duration"}


def test_recommend_keeps_the_json_contract(fake_models: object, filled: Path, clip: Path) -> None:
    answer = plain("recommend", clip, "--say", "more techno", "--say", "over 190 bpm", "--library", filled)
    video, turns = answer["video"], answer["turns"]
    assert video["stage"] == "full"
    assert video["first_look"]["seconds"] > 0
    assert video["cuts"] == pytest.approx([1.5], abs=0.15)
    assert [turn["say"] for turn in turns] == [None, "more techno", "over 190 bpm"]
    for turn in turns:
        assert set(turn) == TURN
        assert set(turn["understood"]) == UNDERSTOOD
        assert set(turn["understood"]["constraints"]) == CONSTRAINTS
        assert all(set(e) == EVIDENCE for e in turn["evidence"])
        assert all(claim["evidence"] for claim in turn["claims"])
        assert " ".join(claim["text"] for claim in turn["claims"]) == turn["reason"]
        assert all(index < len(turn["evidence"]) for claim in turn["claims"] for index in claim["evidence"])
        assert all(set(other) == {"track", "score", "evidence"} for other in turn["alternatives"])
    assert set(turns[0]["track"]) == TRACK
    weights = sum(e["weight"] for e in turns[1]["evidence"] if e["subject"] == "track")
    assert weights == pytest.approx(turns[1]["score"], abs=0.01)
    assert (turns[2]["track"], turns[2]["score"]) == (None, None)
    assert turns[2]["relaxations"][0] == {"constraint": "tempo at least 190 BPM", "tracks": 4}


def test_recommend_talks_to_people(fake_models: object, filled: Path, clip: Path) -> None:
    said = run("recommend", clip, "--say", "slower please", "--library", filled)
    for part in ("At first sight", "The clip", "brightness", "You", "slower please", "MuseChat", "narrator: template"):
        assert part in said


def test_index_then_list_show_edit_errors(fake_models: object, music: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "[bold]noise.mp3").write_bytes(b"no music")
    library = ("--library", tmp_path / "library")
    summary = plain("index", music, tmp_path / "bad", *library)["summary"]
    assert (summary["added"], summary["failed"]) == (6, 1)
    assert "6 unchanged" in run("index", music, *library)
    tracks = plain("library", "list", *library)["tracks"]
    assert {track["title"] for track in tracks} == {"Low", "Deep", "Middle", "Even", "High", "Sharp"}
    assert "6 tracks" in run("library", "list", *library)
    assert "[bold]noise.mp3" in run("library", "errors", *library)
    assert plain("library", "errors", *library)["errors"][0]["reason"] == "unreadable"
    shown = plain("library", "show", "Low", *library)
    assert shown["facts"]["title"] == {"value": "Low", "source": "file name"}
    assert shown["measured"]["tags"][0]["tag"] in ("piano", "techno")
    assert "energy" in run("library", "show", "Low", *library)
    edited = plain("library", "edit", "Low", "title=Night [red]Drive", "licence=CC0", *library)
    assert edited["facts"]["title"] == {"value": "Night [red]Drive", "source": "you"}
    assert "Night [red]Drive" in run("library", "edit", "Deep", "album=x", *library) + run("library", "list", *library)


def test_search_and_understand(fake_models: object, filled: Path) -> None:
    found = plain("search", "techno", "--library", filled)
    assert set(found) == {"schema_version", "query", "understood", "results", "relaxations"}
    assert found["results"][0]["track"]["artist"] == "Cleo"
    assert "Cleo" in run("search", "techno", "--library", filled)
    assert "None of these words" in run("search", "qwertz", "--library", filled)
    nothing = run("search", "over 190 bpm", "--library", filled)
    assert "No track" in nothing
    assert "without “tempo at least 190 BPM”: 6" in nothing
    assert plain("understand", "slow piano, no saxophone", "--library", filled)["understood"]["wants"]
    said = run("understand", "slower, no drums, keep the piano, a bit of jazz, saxophone, qwertz, under 100 bpm")
    for part in ("avoids: drums", "keeps: piano", "cannot be heard: ", "not understood: qwertz", "limits: tempo max"):
        assert part in said


def test_doctor(fake_models: object, filled: Path) -> None:
    assert {check["state"] for check in plain("doctor", "--library", filled)["checks"]} <= {"ok", "weak"}
    assert "music encoder" in run("doctor", "--library", filled)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("index", "{tmp}/nowhere"), 2, "nowhere"),
        (("index", "{tmp}/empty"), 2, "empty"),
        (("recommend", "{tmp}/gone.mp4", "--library", "{filled}"), 3, "gone.mp4"),
        (("recommend", "{song}", "--library", "{filled}"), 3, "no moving pictures"),
        (("recommend", "{clip}", "--library", "{tmp}/none"), 4, "no library"),
        (("search", "", "--library", "{filled}"), 2, "what to search for"),
        (("library", "show", "unheard of", "--library", "{filled}"), 2, "unheard of"),
        (("library", "edit", "Low", "title", "--library", "{filled}"), 2, "name=value"),
        (("library", "list", "--library", "{tmp}/none"), 4, "no library"),
        (("demo", "--media", "imagined"), 2, "imagined"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_status(
    fake_models: object,
    filled: Path,
    music: Path,
    clip: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"tmp": tmp_path, "filled": filled, "clip": clip, "song": next(music.iterdir())}
    filled_in = [word.format(**places) for word in words]
    done = runner.invoke(app, filled_in)
    assert done.exit_code == code, done.output
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    if words[0] != "demo":
        error = plain(*filled_in, code=code)["error"]
        assert said in error["message"]


def test_hostile_names_do_not_reach_the_terminal(fake_models: object, music: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "\x1b]0;pwn\x07\x1b[31mred\u202e\nline.mp3").write_bytes(b"no music")
    library = ("--library", tmp_path / "library")
    run("index", music, bad, *library)
    said = run("library", "errors", *library)
    assert not {"\x1b", "\x07", "\u202e"} & set(said)
    done = runner.invoke(app, ["index", str(tmp_path / "no\x1b[31m\nsuch"), *map(str, library)])
    assert "\x1b" not in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["understand"], ["search", "x", "-n", "0"], ["nonsense"], ["index", "--quality", "x"]]
)
def test_a_wrong_call_is_one_line_and_json_when_asked(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "musechat", *words, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "usage"
    assert done.stderr.count("\n") == 1
    assert "--help" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        line = [sys.executable, "-m", "musechat", "--help"]
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_to_any_encoding(encoding: str) -> None:
    line = [sys.executable, "-m", "musechat", "understand", "≥ 100 bpm 🎹 ♯", "--library", "none"]
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(line, capture_output=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert b"refine" in done.stdout or b"nothing" in done.stdout


def test_a_drive_that_is_gone_is_named(fake_models: object, music: Path, tmp_path: Path) -> None:
    shutil.copytree(music, tmp_path / "drive")
    library = ("--library", tmp_path / "library")
    run("index", tmp_path / "drive", *library)
    shutil.rmtree(tmp_path / "drive")
    said = run("index", tmp_path / "drive", *library)
    assert "Nothing is left below" in said
    assert "6 missing" in said


def test_an_interrupt_is_one_line(fake_models: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("musechat.app.library.Library.understand", stop)
    done = runner.invoke(app, ["understand", "x"])
    assert done.exit_code == 130
    assert "stopped" in done.stderr


def test_help_names_every_command() -> None:
    said = run("--help")
    for name in ("index", "search", "recommend", "understand", "library", "doctor", "demo"):
        assert name in said
