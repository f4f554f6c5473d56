from __future__ import annotations

from itertools import pairwise

import numpy as np

from fakes import FakeImage
from musechat.core.features import Scene
from musechat.encode.scenes import READS, SceneGroups, may_be_named, read, root

NAMES = FakeImage().class_names
READINGS = {"people", "buildings", "nature"}


def shown(**classes: float) -> np.ndarray:
    probabilities = np.full((1, len(NAMES)), 1e-4, np.float32)
    for name, probability in classes.items():
        probabilities[:, NAMES.index(name)] = probability
    return probabilities


def features(seed: int = 0, frames: int = 200) -> np.ndarray:
    return np.random.default_rng(seed).gamma(0.3, 1.0, (frames, 1280)).astype(np.float32)


def test_a_scene_is_named_from_its_floor_on() -> None:
    assert not may_be_named(Scene("animals", 0.37, "nature"))
    assert may_be_named(Scene("animals", 0.38, "nature"))


def test_a_scene_without_a_floor_is_never_named() -> None:
    assert not may_be_named(Scene("historic buildings", 1.0))
    assert not may_be_named(Scene("no such scene", 1.0))


def test_only_scenes_that_labelled_frames_bore_out_may_be_named() -> None:
    known = {*SceneGroups(NAMES).names, *READINGS}
    assert {name for name in known if may_be_named(Scene(name, 1.0))} == {"animals", *READINGS}


def test_a_group_below_its_floor_is_evidence_all_the_same() -> None:
    (scene,) = SceneGroups(NAMES, READS).scenes(shown(ostrich=0.2))
    assert (scene.name, scene.suits) == ("animals", "nature")
    assert not may_be_named(scene)


def test_readings_come_from_their_floors_on_and_suit_nothing() -> None:
    groups = SceneGroups(NAMES, READS)
    found = [groups.scenes(shown(beach=0.9), one[None]) for one in features()]
    assert all(scenes[0].name == "coast and beach" or scenes[0].name in READINGS for scenes in found)
    read_off = [scene for scenes in found for scene in scenes if scene.name in READINGS]
    assert read_off
    assert all(may_be_named(scene) and scene.suits is None for scene in read_off)
    for scenes in found:
        assert all(first.probability >= second.probability for first, second in pairwise(scenes))


def test_readings_do_not_crowd_out_groups() -> None:
    groups = SceneGroups(NAMES, READS)
    probabilities = shown(beach=0.3, castle=0.3, ostrich=0.3)
    for one in features(frames=20):
        names = [scene.name for scene in groups.scenes(probabilities, one[None])]
        assert {"coast and beach", "historic buildings", "animals"} <= set(names)


def test_readings_are_for_one_encoder_alone() -> None:
    for one in features(frames=20):
        assert [scene.name for scene in SceneGroups(NAMES, "another").scenes(shown(beach=0.9), one[None])] == [
            "coast and beach"
        ]
    assert SceneGroups(NAMES, READS).scenes(shown(beach=0.9)) == SceneGroups(NAMES).scenes(shown(beach=0.9))


def test_a_reading_is_a_logistic_regression_with_the_offset_last() -> None:
    roots = root(np.array([[4.0, -1.0], [0.0, 9.0]], np.float32))
    assert roots.tolist() == [[2.0, 0.0], [0.0, 3.0]]
    chances = read(roots, np.array([[1.0, 1.0, -2.0], [100.0, -100.0, 0.0]], np.float32))
    assert np.allclose(chances, [[0.5, 1.0], [1 / (1 + np.exp(-1)), 0.0]], atol=1e-6)
