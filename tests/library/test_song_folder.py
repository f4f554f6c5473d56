from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.library.song_folder import read_sidecar, song_folder


def stems(*names: str, folder: str = "album") -> set[str]:
    return set(song_folder(Path("/m") / folder, names).stems)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("song.ogg", "guitar.ogg"), {"guitar.ogg"}),
        (
            ("mix.wav", "drums.wav", "bass.wav", "vocals.wav", "other.wav"),
            {"drums.wav", "bass.wav", "vocals.wav", "other.wav"},
        ),
        (("Feelings.wav", "Drums.wav", "Bass_1.wav"), {"Drums.wav", "Bass_1.wav"}),
        (("drums.wav", "bass.wav", "vocals.wav", "other.wav"), {"drums.wav", "bass.wav", "vocals.wav", "other.wav"}),
        (("mix.wav", "alternative.wav", "drums.wav", "bass.wav"), {"drums.wav", "bass.wav"}),
        (("guitar.ogg",), set()),
        (("guitar.ogg", "piano.ogg"), set()),
        (("one.ogg", "two.ogg", "Drums.ogg"), set()),
        (("Theme.ogg", "Guitar.ogg", "Piano.ogg"), set()),
        (("Main.ogg", "Piano.ogg", "one.ogg", "two.ogg", "three.ogg"), set()),
        ((), set()),
    ],
)
def test_stems_are_told_from_songs_by_their_company(names: tuple[str, ...], expected: set[str]) -> None:
    assert stems(*names) == expected


def test_a_song_called_like_its_folder_is_no_stem() -> None:
    assert stems("Drums.ogg", "guitar.ogg", folder="Drums") == {"guitar.ogg"}


def test_a_sidecar_makes_a_song_folder(tmp_path: Path) -> None:
    (tmp_path / "song.ini").write_text("[song]\nname = Bass\nartist = <color=#f00>Ann</color>\nyear = 2006\n")
    alone = song_folder(tmp_path, ["guitar.ogg"], "song.ini")
    assert (alone.stems, dict(alone.sidecar("guitar.ogg"))) == (
        set(),
        {"title": "Bass", "artist": "Ann", "year": "2006"},
    )
    whole = song_folder(tmp_path, ["song.ogg", "guitar.ogg", "rhythm.ogg", "crowd.ogg"], "song.ini")
    assert whole.stems == {"guitar.ogg", "rhythm.ogg", "crowd.ogg"}
    assert whole.title == "Bass"
    assert whole.sidecar("guitar.ogg") == {}
    apart = song_folder(tmp_path, ["guitar.ogg", "rhythm.ogg"], "song.ini")
    assert apart.stems == {"guitar.ogg", "rhythm.ogg"}
    songs = song_folder(tmp_path, ["one.ogg", "two.ogg"], "song.ini")
    assert songs.sidecar("one.ogg") == songs.sidecar("two.ogg") == {}
    both = song_folder(tmp_path, ["song.ogg", "extra.ogg"], "song.ini")
    assert both.sidecar("song.ogg")["title"] == "Bass"
    assert both.sidecar("extra.ogg") == {}


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (b"\xef\xbb\xbf[Song]\r\nName = Caf\xc3\xa9\r\n", {"title": "Café"}),
        (b"[song]\nname = Caf\xe9\n", {"title": "Café"}),
        (b"[song]\nname = 100%\nname = 50%\nloose\n", {"title": "50%"}),
        (b"[song]\nname =\nartist\n", {}),
        (b"[other]\nname = X\n", {}),
        (b"name = X\n", {}),
        (b"", {}),
        (b"\x00\xff" * 500, {}),
        (b"[song]\nname\n  continued\nartist = Ann\n", {"artist": "Ann"}),
        (
            b"[song]\nname = A: B = %(artist)s 100%\n  continued\n[song]\n# year = 1\nyear: 2006\n",
            {
                "title": "A: B = %(artist)s 100%",
                "year": "2006",
            },
        ),
        (b"loose\n[song\n]\n[song]\rartist = Ann\x00\r= nobody\r[", {"artist": "Ann\x00"}),
        (b"[song]\nname = x" + b" " * 60_000 + b"y\n" + b"[" * 3000, {"title": "x" + " " * 60_000 + "y"}),
        (b"[song]\n" + b"a = b\n" * 100_000 + b"name = far away\n", {}),
    ],
)
def test_sidecars_of_all_kinds(tmp_path: Path, content: bytes, facts: dict[str, str]) -> None:
    (tmp_path / "song.ini").write_bytes(content)
    assert read_sidecar(tmp_path / "song.ini") == facts


@given(st.binary() | st.lists(st.sampled_from([b"[song]", b"name", b"=", b"\n", b"  ", b"%", b"\0"])).map(b"".join))
def test_no_sidecar_stops_an_import(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    sidecar = tmp_path_factory.getbasetemp() / "song.ini"
    sidecar.write_bytes(content)
    assert all(read_sidecar(sidecar).values())


def test_what_is_no_file_is_no_sidecar(tmp_path: Path) -> None:
    assert read_sidecar(tmp_path) == {}
    assert read_sidecar(tmp_path / "nowhere") == {}
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "song.ini")
        assert read_sidecar(tmp_path / "song.ini") == {}


def test_numbered_neighbours() -> None:
    assert song_folder(Path("/m/a"), ["1 one.ogg", "2 two.ogg", "bonus.ogg"]).numbered
    assert not song_folder(Path("/m/a"), ["7 Rings.ogg", "thanks.ogg", "next.ogg"]).numbered
    assert not song_folder(Path("/m/a"), ["50 Cent - a.ogg", "50 Cent - b.ogg"]).numbered
    assert not song_folder(Path("/m/a"), ["1979.ogg", "2001.ogg"]).numbered
