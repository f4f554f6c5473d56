from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from musechat.core.errors import InputError
from musechat.studio import soundfont
from musechat.studio.mastering import MASTER
from musechat.studio.score import Note, Part, Score, Section
from musechat.studio.soundfont import find_soundfont, perform_with_soundfont

RATE = 8000
SCORE = Score(
    "Test",
    "test",
    (),
    0,
    120.0,
    4,
    0,
    "major",
    (Section("verse", 0, 1, 1.0),),
    (Part("piano", (Note(0, 1, 60, 1.0),)),),
)
PLAYS = """
import array, math, pathlib, sys
line = sys.argv[1:]
pathlib.Path(line[line.index("-F") + 1]).write_bytes(
    array.array("f", [0.5 * math.sin(i / 9) for i in range(2 * int(line[line.index("-r") + 1]) * SECONDS)]).tobytes()
)
assert open(line[-1], "rb").read(4) == b"MThd" and line[-2].endswith(".sf2")
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for FluidSynth is a script with a #! line")


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> Path:
    """Puts a program called fluidsynth on an otherwise empty PATH, and gives a font."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "fluidsynth"
    program.write_text(f"#!{sys.executable}\n{code}", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"))
    font = folder / "font.sf2"
    font.write_bytes(b"RIFF")
    return font


@pytest.mark.parametrize("seconds", [1, 20])
def test_what_fluidsynth_plays_is_cut_to_the_score(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds: int
) -> None:
    font = stand_in(monkeypatch, tmp_path, PLAYS.replace("SECONDS", str(seconds)))
    sound = perform_with_soundfont(SCORE, font, RATE)
    assert sound.shape == (round((2.0 + MASTER.tail) * RATE), 2)
    assert sound.dtype == np.float32
    assert 0.05 < np.abs(sound).max() <= 10 ** (-1 / 20)


def test_without_the_program_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="apt-get install fluidsynth timgm6mb-soundfont"):
        perform_with_soundfont(SCORE)


def test_without_a_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, tmp_path, PLAYS)
    monkeypatch.setattr(soundfont.find_soundfont, "__defaults__", ((str(tmp_path / "nowhere"),),))
    with pytest.raises(InputError, match="General MIDI SoundFont"):
        perform_with_soundfont(SCORE)


def test_a_font_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, tmp_path, PLAYS)
    with pytest.raises(InputError, match=r"no SoundFont at .*lost\.sf2"):
        perform_with_soundfont(SCORE, tmp_path / "lost.sf2")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit('panic: bad font')", "FluidSynth failed: panic: bad font"),
        ("import sys; sys.exit(3)", "FluidSynth failed: exit status 3"),
        ("", "played nothing"),
    ],
)
def test_a_program_that_fails_is_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, message: str
) -> None:
    font = stand_in(monkeypatch, tmp_path, code)
    with pytest.raises(InputError, match=message):
        perform_with_soundfont(SCORE, font)


def test_a_program_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    font = stand_in(monkeypatch, tmp_path, "import time; time.sleep(60)")
    monkeypatch.setattr(soundfont, "FLUIDSYNTH", soundfont.FluidSynthSettings(start=0.2, patience=0.0))
    with pytest.raises(InputError, match="did not finish"):
        perform_with_soundfont(SCORE, font)


def test_the_largest_font_of_the_first_place_is_taken(tmp_path: Path) -> None:
    for name, size in (("a/small.sf2", 1), ("a/large.sf3", 5), ("a/notes.txt", 9), ("b/huge.sf2", 99)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    places = tuple(str(tmp_path / name) for name in ("missing", "a", "b"))
    assert find_soundfont(places) == tmp_path / "a" / "large.sf3"
