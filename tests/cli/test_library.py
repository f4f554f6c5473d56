from __future__ import annotations

import json
import shutil
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


def plain(*words: object) -> dict[str, object]:
    answer = json.loads(run(*words, "--json"))
    assert answer["schema_version"] == 1
    return answer  # type: ignore[no-any-return]


@pytest.fixture
def own(filled: Path, tmp_path: Path) -> tuple[str, Path]:
    """A library of one's own to correct."""
    shutil.copytree(filled, tmp_path / "own")
    return "--library", tmp_path / "own"


def titles(answer: dict[str, object]) -> set[str]:
    return {track["title"] for track in answer["tracks"]}  # type: ignore[attr-defined]


def test_a_correction_is_shown_with_whose_word_it_is(fake_models: object, own: tuple[str, Path]) -> None:
    edit = ("library", "edit", "Low")
    edited = plain(*edit, "is=piano", "IS = harp", "not=melancholy", "vocals=female", "not=piano", *own)
    judged = {"piano": False, "harp": True, "melancholic": False, "vocals": True, "instrumental": False,
              "female vocals": True, "male vocals": False}  # fmt: skip
    assert edited["judged"] == judged
    assert set(edited["judged_by"].values()) == {"you"}  # type: ignore[attr-defined]
    assert plain("library", "show", "Low", *own)["judged"] == judged
    said = run("library", "show", "Low", *own)
    assert (
        "female vocals, harp, not instrumental, not male vocals, not melancholic, not piano, vocals  from you" in said
    )
    assert plain(*edit, "forget=melancholy", "vocals=", "forget=harp", *own)["judged"] == {"piano": False}
    assert plain("library", "show", "Deep", *own)["judged"] == {}


def test_a_correction_is_seen_by_the_next_search(fake_models: object, own: tuple[str, Path]) -> None:
    plain("library", "edit", "Low", "is=harp", *own)
    best = plain("search", "harp music", *own)["results"][0]  # type: ignore[index]
    assert best["track"]["title"] == "Low"
    assert [e["source"] for e in best["evidence"] if e["name"] == "harp"] == ["you"]
    plain("library", "edit", "Low", "not=harp", *own)
    found = plain("search", "no harp", *own)["results"]
    assert "Low" in {one["track"]["title"] for one in found}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("is=pianno", "Did you mean piano?"),
        ("not=saxophone", "does not rank by 'saxophone'"),
        ("is=", "no genre, mood, instrument or voice"),
        ("vocals=loud", "none, any, female or male"),
        ("forget=zzz", "no genre, mood, instrument or voice"),
        ("mood=sad", "There is no fact called 'mood' to correct; choose one of title, "),
        ("year=soon", "four digits"),
        ("is piano", "name=value"),
        ("=piano", "no fact called ''"),
    ],
)
def test_a_wrong_correction_is_one_line_and_keeps_nothing(
    fake_models: object, own: tuple[str, Path], change: str, said: str
) -> None:
    done = runner.invoke(app, ["library", "edit", "Low", "artist=Zoe", "is=harp", change, *map(str, own)])
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    shown = plain("library", "show", "Low", *own)
    assert (shown["artist"], shown["judged"]) == ("Ann", {})


def test_one_licence_filter_for_list_and_search(fake_models: object, own: tuple[str, Path]) -> None:
    licences = {
        "Low": "CC BY 4.0",
        "Deep": "https://creativecommons.org/licenses/by-nc/3.0/",
        "Middle": "CC0",
        "Even": "All rights reserved",
    }
    for title, licence in licences.items():
        plain("library", "edit", title, f"licence={licence}", *own)
    for wanted, fine in {
        "commercial use": {"Low", "Middle"},
        "CC BY-NC": {"Low", "Deep", "Middle"},
        "creative commons": {"Low", "Deep", "Middle"},
        "CC0": {"Middle"},
        "all rights reserved": {"Even"},
        "whatever": set(),
        "": set(),
    }.items():
        assert titles(plain("library", "list", "--licence", wanted, *own)) == fine
        found = plain("search", "over 0 seconds", "--licence", wanted, *own)
        assert {one["track"]["title"] for one in found["results"]} == fine  # type: ignore[attr-defined]
        assert found["understood"]["constraints"]["licence"] == wanted  # type: ignore[index]
    assert len(titles(plain("library", "list", *own))) == 6
    assert "2 tracks" in run("library", "list", "--licence", "commercial use", *own)


def test_a_table_beside_the_music_is_read_and_its_faults_are_listed(
    fake_models: object, music: Path, tmp_path: Path
) -> None:
    folder, library = tmp_path / "music", ("--library", tmp_path / "library")
    shutil.copytree(music, folder / "album")
    low = '"album/Ann - Low.wav";CC0;"harp;zither [b]x";none'
    rows = f"file;licence;is;vocals\n**/*.wav;CC BY 4.0;;\n{low}\n../x.wav;CC0;;\n"
    (folder / "music.csv").write_text(rows)
    summary = plain("index", folder, *library)["summary"]
    assert (summary["added"], summary["failed"]) == (6, 1)  # type: ignore[index]
    shown = plain("library", "show", "Low", *library)
    assert shown["facts"]["licence"] == {"value": "CC0", "source": "sidecar"}  # type: ignore[index]
    assert shown["judged_by"] == dict.fromkeys(
        ("harp", "vocals", "instrumental", "female vocals", "male vocals"), "sidecar"
    )
    assert "harp, instrumental" in run("library", "show", "Low", *library)
    assert "from sidecar" in run("library", "show", "Low", *library)
    assert len(titles(plain("library", "list", "--licence", "CC BY 4.0", *library))) == 6
    wrong = plain("library", "errors", *library)["errors"]
    assert [Path(error["path"]).name for error in wrong] == ["music.csv"]  # type: ignore[attr-defined]
    listed = run("library", "errors", *library)
    assert "zither [b]x" in listed
    assert "outside the table's folder" in listed
    plain("library", "edit", "Low", "licence=CC BY-SA 4.0", "not=harp", *library)
    again = plain("index", folder, *library)["summary"]
    assert (again["unchanged"], again["failed"]) == (6, 1)  # type: ignore[index]
    shown = plain("library", "show", "Low", *library)
    assert shown["facts"]["licence"] == {"value": "CC BY-SA 4.0", "source": "you"}  # type: ignore[index]
    assert (shown["judged"]["harp"], shown["judged_by"]["harp"]) == (False, "you")  # type: ignore[index]
