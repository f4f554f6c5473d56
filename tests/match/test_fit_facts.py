from __future__ import annotations

import numpy as np

from fakes import video
from library.fakes import features
from musechat.core.evidence import Evidence
from musechat.core.features import EncoderId, Form, TrackFeatures
from musechat.core.fit import Fit, Hit, Manner, Piece
from musechat.match.fit_facts import fit_evidence

BEATS = np.arange(0, 58, 0.5)


def song(energy: object = None) -> TrackFeatures:
    marks = (BEATS, BEATS[::4], [16.0], [16.0], [7.5])
    form = Form(*(np.asarray(each, np.float32) for each in marks))
    curve = np.asarray(np.full(60, 0.5) if energy is None else energy, np.float32)
    return features("song", EncoderId("fake", "1"), energy=curve, form=form)


def facts(
    laid: Fit, heard: TrackFeatures | None = None, hit: float | None = None, **seen: object
) -> dict[str, Evidence]:
    found = fit_evidence(laid, heard or song(), 60.0, video(**({"duration": 20.0} | seen)), hit)
    assert all(e.weight == 0 for e in found)
    assert len({e.name for e in found}) == len(found)
    return {e.name: e for e in found}


def trim(start: float = 10.0, seconds: float = 20.0) -> Fit:
    return Fit((Piece(0.0, start, start + seconds),), "trim", 0.0, 2.5)


def test_the_start_and_what_lies_there() -> None:
    found = facts(trim(16.0))
    assert (found["start"].kind, found["start"].value) == ("offset", 16.0)
    assert found["opening"].value == "lift"
    assert facts(trim(0.0))["opening"].value == "beginning"
    assert facts(trim(10.5))["opening"].value == "beat"
    assert "opening" not in facts(trim(10.2))


def test_cuts_on_beats_are_told_only_where_chance_would_not_do() -> None:
    on = tuple(np.arange(1.0, 19.0, 1.5))
    found = facts(trim(), cuts=on)["cuts on beats"]
    assert (found.value, found.unit) == (12, "of 12 cuts within 80 ms")
    assert "chance gives 4" in found.source
    assert "cuts on beats" not in facts(trim(), cuts=tuple(np.arange(1.1, 19.0, 1.23)))
    assert "cuts on beats" not in facts(trim(), cuts=on[:2])


def test_the_energy_agrees_as_far_as_it_does() -> None:
    rising = song(np.linspace(0, 1, 60))
    curve = np.linspace(-1, 1, 20).astype(np.float32)
    assert facts(trim(), rising, arousal_curve=curve)["energy agreement"].value > 0.99
    assert facts(trim(), rising, arousal_curve=-curve)["energy agreement"].value < -0.99
    for nothing in (None, np.zeros(20, np.float32), curve[:2]):
        assert "energy agreement" not in facts(trim(), rising, arousal_curve=nothing)


def test_a_hit_names_both_moments_and_what_lies_there() -> None:
    found = facts(Fit((Piece(0.0, 6.0, 26.0),), "trim", hit=Hit(10.0, 16.0, "you")), hit=10.0)
    assert (found["hit"].subject, found["hit"].value, found["hit"].source) == ("clip", 10.0, "your words")
    assert (found["lift"].value, found["rise"].value) == (16.0, 7.5)
    late = facts(Fit((Piece(4.0, 6.0, 22.0),), "trim", hit=Hit(10.0, 12.0, "picture")))
    assert (late["downbeat"].value, late["silence"].value) == (12.0, 4.0)
    assert late["hit"].source != "your words"
    assert facts(trim(), hit=10.0)["no moment"].value == 10.0


def test_how_the_clip_is_filled() -> None:
    def filled(manner: Manner, *spans: tuple[float, float]) -> dict[str, Evidence]:
        pieces, at = [], 0.0
        for start, end in spans:
            pieces.append(Piece(at, start, end))
            at = pieces[-1].until
        return facts(Fit(tuple(pieces), manner))

    leap = filled("ending", (6.0, 16.0), (48.0, 58.5))
    assert (leap["leaps from"].value, leap["leaps to"].value, leap["own ending"].value) == (16.0, 48.0, 58.5)
    loop = filled("loop", (0.0, 32.0), (16.0, 32.0), (16.0, 40.0))
    assert (loop["repeats from"].value, loop["repeats to"].value, loop["repeats"].value) == (16.0, 32.0, 2)
    assert "own ending" not in loop
    assert filled("short", (0.0, 60.0))["over"].value == 60.0
    assert facts(trim())["fade out"].value == 2.5
