from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.media import Decoder
from musechat.studio.files import write_audio
from musechat.studio.mastering import MASTER
from musechat.studio.performer import perform
from musechat.studio.score import DRUMS, INSTRUMENTS, Note, Part, Score, Section
from musechat.studio.waves import Floats

RATE = 22_050


def score(*parts: Part, bars: int = 2, bpm: float = 120.0, energies: tuple[float, ...] = (1.0,)) -> Score:
    sections = tuple(Section("verse", bars * i, bars, energy) for i, energy in enumerate(energies))
    return Score("Test", "test", (), 0, bpm, 4, 0, "major", sections, parts)


def line(instrument: str, *pitches: int, length: float = 1.0, velocity: float = 0.8, start: float = 0.0) -> Part:
    return Part(instrument, tuple(Note(start + i * length, length, p, velocity) for i, p in enumerate(pitches)))


def band() -> Score:
    drums = Part("drums", tuple(Note(beat / 2, 0.25, 36 if beat % 4 == 0 else 42, 0.9) for beat in range(32)))
    return score(drums, line("piano", *([60, 64, 67, 72] * 4)), line("bass", *([36] * 16)), bars=4)


def level(sound: Floats) -> float:
    return float(10 * np.log10(np.square(sound).mean() + 1e-12))


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_every_instrument_is_heard_from_its_first_sample_on_and_dies_away(instrument: str) -> None:
    sound = perform(score(line(instrument, 36 if instrument in DRUMS else 60)), RATE)
    assert sound.shape == (round((4.0 + MASTER.tail) * RATE), 2)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    beat = RATE // 2
    assert level(sound[:beat]) > -40
    assert level(sound[-beat:]) < level(sound[:beat]) - 20


def test_notes_sound_on_their_beats() -> None:
    sound = perform(score(line("drums", 36, 36, 36, length=2.0, start=1.0), bpm=90), RATE)
    envelope = np.abs(sound).max(axis=1)
    for beat in (1, 3, 5):
        at = round(beat * RATE * 60 / 90)
        near = envelope[at - RATE // 5 : at + RATE // 5]
        assert abs(int(near.argmax()) - RATE // 5) <= RATE // 100
        assert envelope[at - 5] < 0.05 * near.max()


def test_the_same_score_gives_the_same_samples() -> None:
    assert np.array_equal(perform(band(), RATE), perform(band(), RATE))


def test_full_energy_is_as_loud_as_agreed_and_never_clips(tmp_path: object) -> None:
    sound = perform(band(), 44_100)
    path = tmp_path / "band.wav"  # type: ignore[operator]
    write_audio(path, sound, 44_100, {})
    with Decoder() as decoder:
        loudness = decoder.audio(path).loudness_lufs
    assert loudness == pytest.approx(MASTER.loudness, abs=2.0)
    assert np.abs(sound).max() <= 10 ** (-1 / 20)


def test_a_piece_of_little_energy_is_quieter() -> None:
    calm = perform(score(line("piano", 60, 64, 67, 72), energies=(0.2,)), RATE)
    full = perform(score(line("piano", 60, 64, 67, 72), energies=(1.0,)), RATE)
    assert level(full) - level(calm) == pytest.approx(8.0, abs=0.1)


def test_dynamics_between_sections_survive() -> None:
    soft, loud = line("piano", *[60] * 8, velocity=0.3), line("piano", *[60] * 8, velocity=0.9, start=8.0)
    sound = perform(score(soft, loud, energies=(0.3, 1.0)), RATE)
    assert level(sound[4 * RATE : 8 * RATE]) - level(sound[: 4 * RATE]) > 10


def test_pan_places_a_part() -> None:
    notes = line("flute", 72, 74).notes
    sound = perform(score(Part("flute", notes, pan=-1.0)), RATE)
    assert level(sound[:, 0]) > level(sound[:, 1]) + 4


def test_gain_of_a_part_counts() -> None:
    piano, flute = line("piano", 60, 60), line("flute", 72, 72)
    both = perform(score(piano, flute), RATE)
    quiet = perform(score(piano, Part("flute", flute.notes, gain=-60.0)), RATE)
    alone = perform(score(piano), RATE)
    assert np.abs(quiet - alone).max() < 0.01 < np.abs(both - alone).max()


def test_a_power_chord_is_one_sound() -> None:
    """Through one amplifier two tones make a third: what is heard is not the sum of each alone."""
    low, high = Note(0, 2, 40, 0.8), Note(0, 2, 47, 0.8)
    together = perform(score(Part("distorted guitar", (low, high))), RATE)
    apart = perform(score(Part("distorted guitar", (low,)), Part("distorted guitar", (high,))), RATE)
    assert np.abs(together - apart).max() > 0.05


def test_silence_stays_silent() -> None:
    assert not perform(score(), RATE).any()
    assert not perform(score(Part("piano", ())), RATE).any()


def test_an_empty_score_is_only_a_tail() -> None:
    assert len(perform(score(bars=0), RATE)) == round(MASTER.tail * RATE)


def test_notes_beyond_the_end_are_cut_off() -> None:
    sound = perform(score(line("piano", 60, start=100.0)), RATE)
    assert not sound.any()


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(INSTRUMENTS),
            st.floats(0, 6),
            st.floats(0.01, 4),
            st.integers(21, 108),
            st.floats(0.05, 1),
        ),
        min_size=1,
        max_size=5,
    ),
    st.floats(40, 220),
)
def test_whatever_is_written_can_be_played(notes: list[tuple[str, float, float, int, float]], bpm: float) -> None:
    parts = [Part(instrument, (Note(*rest),)) for instrument, *rest in notes]
    sound = perform(score(*parts, bpm=bpm), 8000)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 10 ** (-1 / 20)
    assert np.abs(sound).max() > 1e-3
