"""The real FluidSynth with a real SoundFont, where both are installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from musechat.core.errors import InputError
from musechat.studio.performer import perform
from musechat.studio.score import INSTRUMENTS, Note, Part, Score, Section
from musechat.studio.soundfont import find_soundfont, perform_with_soundfont

pytestmark = pytest.mark.real
RATE = 44_100
SMALL = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
"""The font whose attacks were looked at; others may be played by slower fingers."""


@pytest.fixture(autouse=True)
def installed() -> None:
    if shutil.which("fluidsynth") is None:
        pytest.skip("FluidSynth is not installed")
    try:
        find_soundfont()
    except InputError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_every_instrument_plays_on_its_beats(instrument: str) -> None:
    pitch = 38 if "drums" in instrument else 60
    notes = tuple(Note(beat, 0.5, pitch, 0.8) for beat in (1.0, 5.0))
    score = Score(
        "Test", "test", (), 0, 120.0, 4, 0, "major", (Section("verse", 0, 3, 1.0),), (Part(instrument, notes),)
    )
    sound = perform_with_soundfont(score, SMALL if SMALL.is_file() else None, rate=RATE)
    assert sound.shape == perform(score, RATE).shape
    loud = np.abs(sound).max(axis=1) > 0.05 * np.abs(sound).max()
    assert int(loud.argmax()) / RATE == pytest.approx(0.5, abs=0.05)
    assert int(loud[2 * RATE :].argmax()) / RATE == pytest.approx(0.5, abs=0.05)
