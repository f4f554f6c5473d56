from __future__ import annotations

import json

from musechat.studio.score import DRUMS, INSTRUMENTS, LIFT, RANGES, Note, Part, Score, Section


def piece(*energies: float) -> Score:
    sections = tuple(Section("verse", 4 * i, 4, energy) for i, energy in enumerate(energies))
    piano = Part("piano", (Note(0, 1, 60, 0.5),))
    return Score(
        "A", "pop", ("happy",), 1, 120.0, 4, 3, "minor", sections, (piano, Part("piano", ()), Part("bass", ()))
    )


def test_times_follow_from_tempo_and_metre() -> None:
    score = piece(0.2, 0.5, 0.5)
    assert (score.bars, score.seconds, score.borders) == (12, 24.0, (0.0, 8.0, 16.0))
    assert score.key_name == "E♭ minor"


def test_a_lift_is_the_downbeat_on_which_the_energy_rises_enough() -> None:
    score = piece(0.25, 0.25 + LIFT, 0.4, 0.2, 0.3, 0.9)
    assert score.lifts == (score.borders[1], score.borders[5])


def test_facts_are_plain_json_and_name_each_instrument_once() -> None:
    facts = piece(0.2, 0.6).facts()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["instruments"] == ["piano", "bass"]
    assert facts["lifts"] == [8.0]


def test_every_instrument_but_the_drums_has_a_range() -> None:
    assert {*RANGES, *DRUMS} == set(INSTRUMENTS)
    assert all(low + 20 < high for low, high in RANGES.values())
