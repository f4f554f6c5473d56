"""Dialogues over real music and clips with the shipped weights; a real language model as writer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from musechat import Library
from musechat.core.protocols import Silent
from musechat.learn.chats import ModelChoice
from musechat.learn.dataset import DIALOGUES, dialogues_of
from musechat.learn.order import Order, carry_out
from musechat.learn.pairs import write_pairs
from musechat.learn.stats import stats_json, stats_of
from musechat.learn.videos import pairs_from_videos

pytestmark = pytest.mark.real


@pytest.fixture
def pairs(library: Path, bikes: Path, bunny: Path, tmp_path: Path) -> Path:
    with Library(library) as opened:
        targets = [track.id for track in opened.tracks()]
    write_pairs(tmp_path / "pairs.jsonl", [((bikes, bunny)[i % 2], target) for i, target in enumerate(targets)])
    return tmp_path / "pairs.jsonl"


@pytest.mark.parametrize(("turns", "shape"), [(2, "published"), (5, "varied")])
def test_dialogues_about_real_music_are_true_read_back_and_leak_nothing(
    library: Path, pairs: Path, tmp_path: Path, turns: int, shape: str
) -> None:
    with Library(library, threads=2) as opened:
        order = Order(pairs, tmp_path / "d", each=8, turns=turns, shape=shape)
        outcome = carry_out(opened, order, Silent())
        assert outcome.wrong == ()
        assert outcome.made.made > 0.95 * (outcome.made.made + outcome.made.skipped)
        dialogues, _ = dialogues_of(tmp_path / "d", Silent())
        found = stats_json(stats_of(dialogues, opened.models.vocabulary))
    assert found["leaks"] == 0
    assert found["parse_back"] >= 0.98
    assert found["verified"] == 1


def test_clips_with_sound_are_paired_with_it(library: Path, bunny: Path, tmp_path: Path) -> None:
    shutil.copytree(library, tmp_path / "own")
    (tmp_path / "clips").mkdir()
    shutil.copy(bunny, tmp_path / "clips" / "bunny.mp4")
    with Library(tmp_path / "own", threads=2) as opened:
        paired = pairs_from_videos(opened, tmp_path / "clips", Silent())
        assert len(paired.pairs) == 1
        write_pairs(tmp_path / "p.jsonl", paired.pairs)
        outcome = carry_out(opened, Order(tmp_path / "p.jsonl", tmp_path / "d", each=3), Silent())
    assert outcome.made.made == 3
    lines = (tmp_path / "d" / DIALOGUES).read_text("utf-8").splitlines()
    assert {json.loads(line)["target"] for line in lines} == {paired.pairs[0][1]}


def test_a_small_language_model_says_nothing_false(library: Path, pairs: Path, smollm2: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("".join(pairs.read_text("utf-8").splitlines(keepends=True)[:8]), "utf-8")
    with Library(library, threads=2) as opened:
        carry_out(opened, Order(few, tmp_path / "d", model=ModelChoice(str(smollm2), threads=2)), Silent())
        dialogues, _ = dialogues_of(tmp_path / "d", Silent())
        found = stats_json(stats_of(dialogues, opened.models.vocabulary))
    assert (found["leaks"], found["verified"]) == (0, 1)
    assert found["parse_back"] >= 0.98
    assert set(found["writers"]) == {"grammar", smollm2.stem}
    assert found["refused"]
