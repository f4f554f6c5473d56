"""The commands about datasets, over a real library with tiny encoders and a real clip."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from media_files import film, tone
from musechat.cli.commands import app

runner = CliRunner()


def run(*words: object, code: int = 0) -> str:
    done = runner.invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done.stdout if code == 0 else done.output


@pytest.fixture
def pairs(clip: Path, tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    lines = [{"video": str(clip), "track": title} for title in ("Low", "Sharp", "Middle")]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_from_pairs_to_a_dataset_its_statistics_and_back(
    fake_models: object, filled: Path, pairs: Path, tmp_path: Path
) -> None:
    out, library = tmp_path / "d", ("--library", filled)
    said = run("synthesize", pairs, "-o", out, "--each", 4, *library)
    assert "12 dialogues made" in said
    assert "best of 5 tracks" in said
    again = json.loads(run("synthesize", pairs, "-o", out, "--each", 5, "--json", *library))
    assert (again["made"], again["kept"], again["faulty"]) == (3, 12, [])
    assert len((out / "clips.jsonl").read_text().splitlines()) == 1
    table = run("dataset", "stats", out, "--plot", tmp_path / "p.png")
    assert "things wished that parse back" in table
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    numbers = json.loads(run("dataset", "stats", out / "dialogues.jsonl", "--json"))
    assert (numbers["dialogues"], numbers["leaks"]) == (15, 0)
    assert "15 dialogues" in run("dataset", "export-musechat", out, tmp_path / "m.json")
    assert "15 dialogues of m.json" in run("dataset", "import-musechat", tmp_path / "m.json", "-o", tmp_path / "i")
    assert (
        json.loads(run("dataset", "export-musechat", tmp_path / "i", tmp_path / "m2.json", "--json"))["dialogues"] == 15
    )
    assert (tmp_path / "m.json").read_bytes() == (tmp_path / "m2.json").read_bytes()


def test_pairs_that_cannot_be_used_are_named_and_the_rest_goes_on(
    fake_models: object, filled: Path, pairs: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.mp4").write_text("no clip")
    with pairs.open("a") as file:
        file.write('{"video": "gone.mp4", "track": "Low"}\n{"video": "text.mp4", "track": "Low"}\n')
        file.write(json.dumps({"video": str(pairs), "track": "Nobody’s"}) + "\nnonsense\n")
    said = run("synthesize", pairs, "-o", tmp_path / "d", "--library", filled)
    assert "3 dialogues made" in said
    assert "4 pairs could not be used" in said
    for part in ("line 4: there is no clip", "line 5: ", "line 6: No track", "line 7: the line is no JSON"):
        assert f"pairs.jsonl, {part}" in said


def test_what_cannot_be_done_at_all_is_one_line(
    fake_models: object, filled: Path, pairs: Path, music: Path, tmp_path: Path
) -> None:
    def refused(*words: object) -> str:
        return run("synthesize", *words, "--library", filled, code=2)

    assert "A pool of 9 needs 10 tracks, and the library holds 6" in refused(pairs, "-o", tmp_path / "a", "--pool", 9)
    assert "is given as URL#model" in refused(pairs, "-o", tmp_path / "b", "--writer", "nonsense")
    assert "no model file" in refused(pairs, "-o", tmp_path / "b", "--writer", tmp_path / "x.gguf")
    scores = refused(pairs, "-o", tmp_path / "c", "--facts", "score")
    assert "It takes two tracks of which something may be said; 6 have no .facts.json" in scores
    lost = tmp_path / "lost.jsonl"
    lost.write_text('{"video": "gone.mp4", "track": "Low"}\n')
    assert "None of the 1 pairs can be used. The first: line 1, there is no" in refused(lost, "-o", tmp_path / "g")
    run("synthesize", pairs, "-o", tmp_path / "d", "--library", filled)
    assert "other settings (seed)" in refused(pairs, "-o", tmp_path / "d", "--seed", 3)
    bad = tmp_path / "bad.jsonl"
    bad.write_text("x\n")
    assert "bad.jsonl holds no pair; line 1: the line is no JSON" in refused(bad, "-o", tmp_path / "e")
    one = tmp_path / "one.wav"
    shutil.copy(next(music.iterdir()), one)
    run("index", one, "--library", tmp_path / "lone")
    lone = run("synthesize", pairs, "-o", tmp_path / "f", "--library", tmp_path / "lone", code=2)
    assert "holds one track" in lone
    assert "no dialogues" in run("dataset", "stats", tmp_path / "nowhere", code=2)
    assert "exists already" in run("dataset", "stats", tmp_path / "d", "--plot", bad, code=2)


def test_an_endpoint_that_is_not_there_leaves_the_grammar_and_is_counted(
    fake_models: object, filled: Path, pairs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "d"
    words = ("--writer", "http://127.0.0.1:9/v1#tiny", "--library", filled, "--threads", 1)
    summary = run("synthesize", pairs, "-o", out, *words)
    assert "lines of http://127.0.0.1:9/v1#tiny were not taken" in summary
    assert "4 × no answer: it could not be reached, or broke off, first in dialogue 0" in summary
    said = run("dataset", "stats", out)
    assert "lines by grammar" in said
    assert "refused: no answer: it could not be reached" in said
    assert "refused: no answer: the model was given up" in said


def test_clips_are_paired_with_their_own_soundtracks(fake_models: object, filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "own")
    (tmp_path / "clips" / "deep").mkdir(parents=True)
    film(tmp_path / "clips" / "deep" / "My Film.mp4", hertz=440.0)
    film(tmp_path / "clips" / "silent.mp4")
    (tmp_path / "clips" / "broken.mov").write_text("nothing")
    tone(tmp_path / "clips" / "song.wav")
    out, library = tmp_path / "pairs.jsonl", ("--library", tmp_path / "own")
    said = run("dataset", "from-videos", tmp_path / "clips", "-o", out, *library)
    assert "1 pairs" in said
    assert "2 clips have no sound that can be used" in said
    assert "silent.mp4: " in said
    pair = json.loads(out.read_text())
    assert pair["video"] == "clips/deep/My Film.mp4"
    tracks = json.loads(run("library", "list", "--json", *library))["tracks"]
    assert {track["title"]: track["id"] for track in tracks}["My Film"] == pair["track"]
    assert "1 dialogues made" in run("synthesize", out, "-o", tmp_path / "d", *library)
    assert "exists already" in run("dataset", "from-videos", tmp_path / "clips", "-o", out, *library, code=2)
    plain = json.loads(run("dataset", "from-videos", tmp_path / "clips", "-o", out, "--overwrite", "--json", *library))
    assert len(plain["pairs"]), len(plain["faulty"]) == (1, 2)
    assert "no clips" in run("dataset", "from-videos", filled, "-o", tmp_path / "x", *library, code=2)
    assert "no folder" in run("dataset", "from-videos", out, "-o", tmp_path / "x", *library, code=2)


def test_a_faulty_import_is_told(tmp_path: Path) -> None:
    said = [{"from": speaker, "value": "x"} for speaker in ("human", "gpt") * 2]
    wrong, right = '{"conversations": [1, 2, 3]}\n', json.dumps({"conversations": said}) + "\n"
    (tmp_path / "m.jsonl").write_text(wrong + right)
    told = run("dataset", "import-musechat", tmp_path / "m.jsonl", "-o", tmp_path / "d")
    assert "item 1: it holds 3 messages" in told
    (tmp_path / "n.jsonl").write_text(wrong)
    none = run("dataset", "import-musechat", tmp_path / "n.jsonl", "-o", tmp_path / "e", code=2)
    assert "n.jsonl holds no dialogue; item 1: it holds 3 messages" in none
    (tmp_path / "empty.jsonl").write_text("")
    assert "empty.jsonl holds no dialogue." in run(
        "dataset", "import-musechat", tmp_path / "empty.jsonl", "-o", tmp_path / "f", code=2
    )
