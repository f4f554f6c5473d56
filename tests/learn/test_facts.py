from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fakes import corpus
from learning import VOCABULARY
from musechat.concepts.vocabulary import TAGS
from musechat.core.errors import InputError
from musechat.core.track import Fact, Track
from musechat.learn.facts import FactSettings, FactTable, facts_by_score, facts_by_tags


def tracks(n: int, folder: Path = Path("/music")) -> list[Track]:
    return [
        Track(f"t{i}", str(folder / f"{i}.flac"), 100.0, Fact(f"Title {i}", "tag"), Fact("Ann", "tag"))
        for i in range(n)
    ]


def heard(*rows: dict[str, float], settings: FactSettings | None = None) -> FactTable:
    tags = np.full((len(rows), len(TAGS)), 0.01, np.float32)
    for row, values in enumerate(rows):
        for tag, value in values.items():
            tags[row, TAGS.index(tag)] = value
    return facts_by_tags(corpus(len(rows)), tracks(len(rows)), tags, TAGS, VOCABULARY, settings or FactSettings())


def test_the_strongest_tags_are_facts_under_the_concepts_that_they_mean() -> None:
    table = heard(
        {"mtt:piano": 0.6, "msd:Hip-Hop": 0.7, "msd:00s": 0.3, "mtt:choral": 0.5, "mtt:beats": 0.4, "mtt:harp": 0.2}
    )
    assert table.told(0) == ("hip hop", "piano", "choir", "beat", "00s")
    assert table.names[0].artist == "Ann"
    assert not heard({"mtt:piano": 0.09}).known[0]
    assert heard({"mtt:piano": 0.6, "mtt:harp": 0.5}, settings=FactSettings(tags=1)).told(0) == ("piano",)


def test_words_for_tempo_and_loudness_are_left_to_the_numbers() -> None:
    assert heard({"mtt:slow": 0.9, "mtt:loud": 0.8, "mtt:guitar": 0.3}).told(0) == ("guitar",)


def test_of_what_excludes_each_other_the_stronger_stands() -> None:
    assert heard({"msd:instrumental": 0.5, "msd:female vocalists": 0.4}).told(0) == ("instrumental",)
    assert heard({"mtt:no vocals": 0.3, "mtt:woman": 0.4}).told(0) == ("female vocals",)
    assert heard({"msd:male vocalists": 0.5, "msd:female vocalists": 0.4}).told(0) == ("male vocals",)


def test_only_what_is_silent_and_breaks_no_exclusion_is_absent() -> None:
    table = heard({"mtt:guitar": 0.5, "mtt:piano": 0.12, "mtt:harp": 0.05})
    assert "harp" in table.absent(0)
    assert "guitar" not in table.absent(0)
    assert "sad" in table.absent(0)
    breaking = corpus(1, scores={"sad": [0.9]})
    tags = np.full((1, len(TAGS)), 0.2, np.float32)
    tags[0, TAGS.index("msd:sad")] = 0.01
    assert "sad" not in facts_by_tags(breaking, tracks(1), tags, TAGS, VOCABULARY).absent(0)


def score(folder: Path, name: str, **changes: object) -> None:
    facts = {"genre": "jazz", "moods": ["relaxed"], "instruments": ["piano", "acoustic guitar"], "bpm": 92.0,
             "sections": [{"energy": 0.2}, {"energy": 0.6}]}  # fmt: skip
    (folder / f"{name}.facts.json").write_text(json.dumps(facts | changes))


def test_a_score_is_taken_at_its_word(tmp_path: Path) -> None:
    score(tmp_path, "0")
    score(tmp_path, "1", instruments=["choir", "drums"], moods=[])
    table = facts_by_score(corpus(3), tracks(3, tmp_path), VOCABULARY)
    assert table.told(0) == ("jazz", "piano", "acoustic guitar", "relaxed", "instrumental")
    assert table.told(1) == ("jazz", "choir", "drums")
    assert list(table.known) == [True, True, False]
    assert table.bpm[0] == 92
    assert table.arousal[0] == pytest.approx(-0.2)
    assert {"drums", "vocals", "violin"} <= set(table.absent(0))
    assert not {"guitar", "electric guitar", "piano"} & set(table.absent(0))  # an acoustic one is a guitar
    assert "vocals" not in table.absent(1)
    assert table.told(2) == table.absent(2) == ()


def test_what_a_score_calls_by_another_word_is_never_absent(tmp_path: Path) -> None:
    score(tmp_path, "0", instruments=["distorted guitar", "electronic drums", "synth bass", "pad"], genre="metal")
    table = facts_by_score(corpus(1), tracks(1, tmp_path), VOCABULARY)
    assert {"electric guitar", "drums", "bass", "synth"} <= set(table.told(0))
    assert not {"guitar", "electric guitar", "drums", "bass", "synth", "acoustic guitar"} & set(table.absent(0))


def test_damaged_facts_are_named(tmp_path: Path) -> None:
    (tmp_path / "0.facts.json").write_text("{}")
    with pytest.raises(InputError, match=r"0\.facts\.json does not hold"):
        facts_by_score(corpus(1), tracks(1, tmp_path), VOCABULARY)


def test_tracks_that_are_not_shown_are_not_known() -> None:
    hidden = replace(corpus(2), shown=np.array([True, False]))
    tags = np.full((2, len(TAGS)), 0.3, np.float32)
    assert list(facts_by_tags(hidden, tracks(2), tags, TAGS, VOCABULARY).known) == [True, False]
