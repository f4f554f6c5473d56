from __future__ import annotations

import pytest

from fakes import video
from musechat.core.features import Scene
from musechat.match.picture import clip_evidence


@pytest.mark.parametrize(("speech", "seconds"), [(((1.0, 2.5), (4.0, 4.25)), [1.75]), ((), [0.0]), (None, [])])
def test_speech_is_a_fact_only_where_somebody_listened(
    speech: tuple[tuple[float, float], ...] | None, seconds: list[float]
) -> None:
    said = [fact for fact in clip_evidence(video(speech=speech)) if fact.kind == "speech"]
    assert [(fact.value, fact.unit, fact.source) for fact in said] == [(s, "s", "Silero VAD") for s in seconds]


def test_a_scene_is_named_only_above_its_floor() -> None:
    sure, unsure = Scene("animals", 0.95), Scene("animals", 0.2)
    shown = [clip_evidence(video(scenes=(scene,))) for scene in (sure, unsure)]
    assert [[e.name for e in facts if e.kind == "scene"] for facts in shown] == [["animals"], []]
    never = clip_evidence(video(scenes=(Scene("a nightclub", 1.0),)))
    assert not [e for e in never if e.kind == "scene"], "nobody labelled frames of it"
