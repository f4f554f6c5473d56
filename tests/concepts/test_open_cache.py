from __future__ import annotations

from pathlib import Path

import numpy as np

from fakes import FakeText
from musechat.concepts.open_vocabulary import OpenVocabulary
from musechat.concepts.vocabulary import shipped_vocabulary


class Counting(FakeText):
    def __init__(self) -> None:
        self.texts = 0

    def encode(self, texts: list[str]) -> np.ndarray:
        self.texts += len(texts)
        return super().encode(texts)


def ask(cache: Path | None) -> tuple[list[str | None], int]:
    encoder = Counting()
    found = OpenVocabulary(encoder, shipped_vocabulary(), cache=cache).nearest(["piano", "qwertz"])
    return found, encoder.texts


def test_the_concepts_vectors_are_made_once(tmp_path: Path) -> None:
    first, second = ask(tmp_path / "cache"), ask(tmp_path / "cache")
    assert first[0] == second[0] == ["piano", None]
    assert (first[1] > 500, second[1]) == (True, 2)


def test_a_torn_or_useless_cache_is_made_anew(tmp_path: Path) -> None:
    ask(tmp_path)
    (file,) = tmp_path.glob("*.npy")
    file.write_bytes(file.read_bytes()[:1000])
    assert ask(tmp_path)[1] > 500
    np.save(file, np.zeros((3, 3), np.float32))
    assert ask(tmp_path)[1] > 500
    assert ask(tmp_path)[1] == 2
    (tmp_path / "file").touch()
    assert ask(tmp_path / "file") == ask(None)
