from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from laying import laid
from media_files import tone
from musechat.app.render import Rendered
from musechat.app.whole import OutputError
from musechat.cli.commands import app
from musechat.media import RenderPlan, RenderReport

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
    "say", "understood", "track", "score", "offset", "fit", "evidence", "reason", "claims", "narrator", "alternatives",
    "relaxations", "seconds",
}  # fmt: skip
UNDERSTOOD = {"act", "wants", "avoids", "more", "less", "keep", "constraints", "unmatched", "unmeasurable", "lifts",
              "hit", "same", "styles", "target", "overruled"}  # fmt: skip
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
        assert all(set(other) == {"track", "score", "evidence", "fit"} for other in turn["alternatives"])
    assert set(turns[0]["track"]) == TRACK
    weights = sum(e["weight"] for e in turns[1]["evidence"] if e["subject"] == "track")
    assert weights == pytest.approx(turns[1]["score"], abs=0.01)
    assert (turns[2]["track"], turns[2]["score"]) == (None, None)
    assert turns[2]["relaxations"][0] == {"constraint": "tempo at least 190 BPM", "tracks": 4}


RENDERED = {
    "track", "fit", "path", "bytes", "seconds", "copied", "codec", "own_sound", "lufs", "true_peak", "measured",
    "gain_db", "notes",
}  # fmt: skip
EXPORTED = {"cues.csv", "cues.md", "attribution.txt", "timeline.otio", "sheet.png"}


def test_render_keeps_the_json_contract(fake_models: object, filled: Path, clip: Path, tmp_path: Path) -> None:
    out, folder = tmp_path / "out.mp4", tmp_path / "hand-over"
    call = ("render", clip, "Low", "-o", out, "--library", filled, "--offset", "0:01.5", "--own-sound", "drop")
    answer = plain(*call, "--lufs", "-16", "--export", folder)
    assert set(answer) == {"schema_version", "rendered", "exported"}
    rendered = answer["rendered"]
    assert set(rendered) == RENDERED
    assert set(rendered["track"]) == TRACK | {"licence"}
    assert set(rendered["fit"]) == {"pieces", "manner", "fade_in", "fade_out", "hit"}
    assert rendered["fit"]["pieces"][0]["start"] == pytest.approx(1.5)
    assert (rendered["own_sound"], rendered["lufs"], rendered["copied"]) == ("drop", -16, True)
    assert rendered["seconds"] == pytest.approx(3, abs=0.1)
    assert rendered["measured"]["lufs"] == pytest.approx(-16, abs=1)
    assert rendered["bytes"] == out.stat().st_size
    assert {Path(path).name for path in answer["exported"]} == EXPORTED
    error = plain(*call, code=2)["error"]
    assert "add --overwrite" in error["message"]
    assert plain(*call, "--overwrite")["exported"] is None


def test_render_talks_to_people(fake_models: object, clip: Path, tmp_path: Path) -> None:
    song = tone(tmp_path / "Dora - [red]Lone song.wav", seconds=12)
    said = run("render", clip, song, "-o", tmp_path / "out.mp4", "--hit", "0:02", "--library", tmp_path / "none")
    for part in (
        "“[red]Lone song” by Dora",
        "not known: ask before you publish",
        "of the track",
        "LUFS (asked for -14)",
    ):
        assert part in said
    assert "copied, bit for bit (h264)" in said
    assert "the clip has none" in said
    assert str(tmp_path / "out.mp4") in said


def test_a_render_is_told_although_the_export_fails(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr("musechat.app.exports.export.export", full)
    for call in (("recommend", clip, "--render"), ("render", clip, "Low", "-o")):
        said = run(*call, tmp_path / f"{call[0]}.mp4", "--export", tmp_path / "x", "--library", filled, code=7)
        assert f"Rendered  {tmp_path / call[0]}.mp4" in said


def test_sound_that_could_not_be_heard_is_not_called_free_of_speech(
    fake_models: object, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = laid(speech=None)
    done = Rendered(tmp_path / "out.mp4", 1, one, RenderPlan(one.fit), RenderReport(42.0, True, "h264", -14, -1, 0, ()))
    monkeypatch.setattr("musechat.app.library.Library.render", lambda *_, **__: done)
    said = run("render", "a.mp4", "b.ogg", "-o", tmp_path / "out.mp4", "--library", filled)
    assert "kept; none of it could be searched for speech" in said


def test_recommend_renders_and_exports_the_last_proposal(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path
) -> None:
    out, folder = tmp_path / "out.mp4", tmp_path / "hand-over"
    call = ("recommend", clip, "--library", filled, "--render", out, "--export", folder)
    answer = plain(*call, "--say", "more techno", "--say", "over 400 bpm")
    chosen = answer["turns"][1]["track"]["id"]
    assert answer["turns"][2]["track"] is None
    assert answer["rendered"]["track"]["id"] == chosen
    assert {path.name for path in folder.iterdir()} >= EXPORTED | {"session.json", "session.md"}
    session = json.loads((folder / "session.json").read_text("utf-8"))
    assert {name: answer[name] for name in session} == session
    assert "more techno" in (folder / "session.md").read_text("utf-8")
    said = run(*call, "--overwrite")
    assert "Rendered" in said
    assert "Exported" in said
    nothing = plain("recommend", clip, "--library", filled)
    assert (nothing["rendered"], nothing["exported"]) == (None, None)


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
        (
            ("render", "{clip}", "Low", "-o", "{tmp}/x.mp4", "--offset", "1:99", "--library", "{filled}"),
            2,
            "is no time",
        ),
        (("render", "{clip}", "Low", "-o", "{tmp}/x.mp4", "--offset", "-3", "--library", "{filled}"), 2, "is no time"),
        (
            ("render", "{clip}", "Low", "-o", "{tmp}/x.mp4", "--offset", "9:00", "--library", "{filled}"),
            2,
            "0:05.0 long",
        ),
        (("render", "{clip}", "Low", "-o", "{tmp}/x.mp4", "--hit", "0:03", "--library", "{filled}"), 2, "0:03.0 long"),
        (("render", "{clip}", "Low", "-o", "{tmp}/x.mp4", "--hit", "1", "--offset", "1"), 2, "not both"),
        (("render", "{clip}", "Low", "-o", "{tmp}/x.avi", "--library", "{filled}"), 2, "is an MP4 file"),
        (("render", "{clip}", "Low", "-o", "{tmp}/no/x.mp4", "--library", "{filled}"), 2, "no folder"),
        (("render", "{clip}", "Low", "-o", "{clip}", "--library", "{filled}"), 2, "is clip.mp4 itself"),
        (("render", "{clip}", "nothing", "-o", "{tmp}/x.mp4", "--library", "{filled}"), 2, "nothing"),
        (("render", "{clip}", "nothing", "-o", "{tmp}/x.mp4", "--library", "{tmp}/none"), 2, "is no music file"),
        (("render", "{clip}", "{clip}", "-o", "{tmp}/x.mp4", "--library", "{tmp}/none"), 3, "no sound"),
        (("render", "{song}", "{song}", "-o", "{tmp}/x.mp4", "--offset", "1"), 3, "no moving pictures"),
        (("render", "{tmp}/gone.mp4", "Low", "-o", "{tmp}/x.mp4", "--library", "{filled}"), 3, "gone.mp4"),
        (("render", "{clip}", "Low", "-o", "{tmp}/x.mp4", "--export", "{song}"), 2, "is a file"),
        (("recommend", "{clip}", "--render", "{tmp}/no/x.mp4", "--library", "{filled}"), 2, "no folder"),
        (("recommend", "{clip}", "--export", "{song}", "--library", "{filled}"), 2, "is a file"),
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
    "words",
    [
        ["understand"],
        ["search", "x", "-n", "0"],
        ["nonsense"],
        ["index", "--quality", "x"],
        ["render", "a.mp4", "b.ogg", "-o", "c.mp4", "--own-sound", "loud"],
        ["render", "a.mp4", "b.ogg", "-o", "c.mp4", "--lufs", "3"],
        ["render", "a.mp4", "b.ogg"],
        ["demo", "--media", "imagined"],
    ],
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


@pytest.mark.skipif(os.name != "posix", reason="other signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_command_that_is_told_to_end_leaves_nothing_half_written(name: str, tmp_path: Path) -> None:
    code = (
        "import os, pathlib, signal, sys\n"
        "from musechat.app.whole import whole_file; from musechat.cli import commands\n"
        "def half(**_):\n"
        "    with whole_file(pathlib.Path(sys.argv[1])) as file:\n"
        f"        file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.{name})\n"
        "commands.app = half; commands.main()"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "out.mp4")], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (128 + getattr(signal, name), b"")
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command() -> None:
    said = run("--help")
    for name in ("index", "search", "recommend", "render", "understand", "library", "doctor", "demo"):
        assert name in said
