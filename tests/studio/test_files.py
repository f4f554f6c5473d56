from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from musechat.core.errors import InputError
from musechat.library.naming import name_track
from musechat.library.song_folder import SongFolder
from musechat.media import Decoder
from musechat.studio import files
from musechat.studio.files import FORMATS, write_audio
from musechat.studio.waves import Floats

RATE = 44_100
TAGS = {
    "title": "Größe des Ω",
    "artist": "The Quiet Hours",
    "album": "First Light",
    "genre": "ambient",
    "date": "2024-03-01",
    "license": "CC BY 4.0",
}


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as opened:
        yield opened


def click(channels: int = 2) -> Floats:
    """Two seconds with a short tone at 0.5 s."""
    sound = np.zeros((2 * RATE, channels), np.float32)
    sound[RATE // 2 : RATE // 2 + 2000] = 0.5 * np.sin(np.arange(2000) / 20)[:, None]
    return sound


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_importer_reads_every_format_back(decoder: Decoder, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "new" / f"x{suffix}"
    write_audio(path, click(), RATE, TAGS)
    info = decoder.identify(path)
    facts = {name: fact.value for name, fact in name_track(path, info.tags, SongFolder("new")).items()}
    assert facts == {
        "title": "Größe des Ω",
        "artist": "The Quiet Hours",
        "album": "First Light",
        "genre": "ambient",
        "year": "2024",
        "licence": "CC BY 4.0",
    }
    assert info.audio is not None
    assert info.audio.channels == 2
    assert info.duration == pytest.approx(2.0, abs=0.06)
    assert [item.name for item in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_format_moves_the_music(decoder: Decoder, tmp_path: Path, suffix: str) -> None:
    write_audio(tmp_path / f"x{suffix}", click(), RATE, {})
    clip = decoder.audio(tmp_path / f"x{suffix}")
    loud = np.abs(clip.samples) > 0.15
    assert int(loud.argmax()) / clip.rate == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_lossless_means_to_the_last_bit_but_one(decoder: Decoder, tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (16_000, 1)).astype(np.float32)
    write_audio(tmp_path / f"x{suffix}", noise, 16_000, {})
    heard = decoder.audio(tmp_path / f"x{suffix}").samples
    assert np.abs(heard - noise[:, 0]).max() < 2 / 32_768


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Cannot write x\.aiff: sound files end in \.flac"):
        write_audio(tmp_path / "x.aiff", click(), RATE, {})
    assert not [*tmp_path.iterdir()]


def test_a_failure_leaves_the_old_file_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"old")

    def half(part: Path, *_: object) -> None:
        part.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(files, "_encode", half)
    with pytest.raises(OSError, match="disk full"):
        write_audio(path, click(), RATE, {})
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["x.wav"]
