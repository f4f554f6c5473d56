from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.errors import InputError
from musechat.studio.composer import COMPOSER, Brief, compose
from musechat.studio.feel import swung
from musechat.studio.genres import STEPS_PER_BEAT, Genre, genres
from musechat.studio.harmony import ladder, read_chord, voicing
from musechat.studio.performer import perform
from musechat.studio.players import DRUM_PITCHES, KICK
from musechat.studio.score import DRUMS, INSTRUMENTS, LIFT, RANGES, Note, Score

GENRES = list(genres())
PIECES = st.builds(compose, st.builds(Brief, st.sampled_from(GENRES), st.floats(30, 120)), st.integers(0, 2**31 - 1))
KRUMHANSL = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
some = settings(max_examples=20, deadline=None)


def pitched(score: Score) -> list[Note]:
    return [note for part in score.parts if part.instrument not in DRUMS for note in part.notes]


def drummed(score: Score) -> list[Note]:
    return [note for part in score.parts if part.instrument in DRUMS for note in part.notes]


def heard_key(score: Score) -> tuple[int, str]:
    weights = np.zeros(12)
    for note in pitched(score):
        weights[note.pitch % 12] += note.length * note.velocity
    fits = {
        (tonic, mode): np.corrcoef(weights, np.roll(profile, tonic))[0, 1]
        for mode, profile in KRUMHANSL.items()
        for tonic in range(12)
    }
    return max(fits, key=lambda key: fits[key])


@some
@given(st.sampled_from(GENRES), st.integers(0, 999))
def test_the_same_brief_and_seed_give_the_same_piece_and_another_seed_another(genre: str, seed: int) -> None:
    score = compose(Brief(genre, 40), seed)
    assert score == compose(Brief(genre, 40), seed)
    assert score.parts != compose(Brief(genre, 40), seed + 1).parts


@some
@given(PIECES)
def test_every_note_lies_inside_the_piece_and_its_instruments_range(score: Score) -> None:
    end = score.bars * score.beats_per_bar
    for part in score.parts:
        low, high = RANGES.get(part.instrument, (35, 81))
        assert part.notes
        for note in part.notes:
            assert 0 <= note.start < note.start + note.length <= end + 1e-4
            assert low <= note.pitch <= high
            assert 0 < note.velocity <= 1
    assert sum(len(part.notes) for part in score.parts) / score.seconds < 28


@some
@given(PIECES)
def test_no_part_strikes_a_pitch_that_it_still_holds(score: Score) -> None:
    loose = 2.1 * COMPOSER.timing * score.bpm / 60
    for part in score.parts:
        for pitch in {note.pitch for note in part.notes} if part.instrument not in DRUMS else ():
            notes = [note for note in part.notes if note.pitch == pitch]
            assert all(a.start + a.length <= b.start + loose for a, b in itertools.pairwise(notes))


@some
@given(st.sampled_from(GENRES), st.floats(30, 150), st.integers(0, 999))
def test_sections_follow_each_other_and_the_length_is_near_the_wished_one(
    genre: str, seconds: float, seed: int
) -> None:
    score = compose(Brief(genre, seconds), seed)
    bar = 0
    for section in score.sections:
        assert section.bar == bar and section.bars >= 2 and 0 < section.energy <= 1
        bar += section.bars
    assert score.seconds == pytest.approx(seconds, rel=0.1)
    assert len(score.sections) >= 3
    assert all(section.bars % 2 == 0 for section in score.sections[:-1])


@some
@given(PIECES)
def test_every_piece_lifts_and_the_drums_strike_the_lift(score: Score) -> None:
    assert score.lifts
    rises = [b.bar for a, b in itertools.pairwise(score.sections) if b.energy - a.energy >= LIFT]
    bars = [second * score.bpm / 60 / score.beats_per_bar for second in score.lifts]
    assert bars == pytest.approx(rises)
    for bar in rises:
        beat = bar * score.beats_per_bar
        struck = {note.pitch for note in drummed(score) if abs(note.start - beat) < 0.05}
        playing = any(beat <= note.start < beat + score.beats_per_bar for note in drummed(score))
        assert not playing or struck >= {KICK, 49}


@settings(max_examples=12, deadline=None)
@given(PIECES)
def test_a_lift_sounds_fuller_than_what_was_before(score: Score) -> None:
    """By the performed sound: a distorted guitar with fewer notes is fuller than a clean one with more."""
    rate = 11_025
    sound = perform(score, rate)

    def power(bar: int, bars: int) -> float:
        first, last = int(score.time(bar) * rate), int(score.time(bar + bars) * rate)
        return float(np.mean(sound[first:last] ** 2))

    for before, after in itertools.pairwise(score.sections):
        if after.energy - before.energy >= LIFT:
            assert power(after.bar, after.bars) > power(before.bar, before.bars)


@some
@given(PIECES)
def test_drums_keep_the_grid_and_kicks_keep_it_exactly(score: Score) -> None:
    genre = genres()[score.genre]
    beats = score.bars * score.beats_per_bar
    grid = np.array([swung(step / STEPS_PER_BEAT, *genre.swing) for step in range(beats * STEPS_PER_BEAT)])
    for note in drummed(score):
        off = float(np.abs(grid - note.start).min()) * 60 / score.bpm
        assert off < (1e-4 if note.pitch == KICK else COMPOSER.timing + 1e-4)


@some
@given(PIECES)
def test_a_piece_ends_on_its_tonic(score: Score) -> None:
    last = (score.bars - 1) * score.beats_per_bar
    closing = [note for note in pitched(score) if note.start > last - 0.05]
    assert min(note.pitch for note in closing) % 12 == score.tonic
    third = (score.tonic + (4 if score.mode == "major" else 3)) % 12
    assert third in {note.pitch % 12 for note in closing} or score.genre in ("rock", "punk", "metal")
    assert all(note.length > score.beats_per_bar - 0.1 for note in closing)


def test_the_pitches_tell_the_key() -> None:
    pieces = [compose(Brief(genre, seconds), seed) for genre in GENRES for seed, seconds in enumerate((35, 60, 85))]
    right = [heard_key(score) == (score.tonic, score.mode) for score in pieces]
    assert np.mean(right) >= 0.95


def test_what_a_brief_says_is_done() -> None:
    brief = Brief("pop", 50, "Mine", 101.5, 4, "minor", 0.3, ("sad", "lonely"))
    score = compose(brief, 3)
    assert (score.title, score.bpm, score.tonic, score.mode) == ("Mine", 101.5, 4, "minor")
    assert score.moods == ("sad", "lonely")
    loud = compose(replace(brief, energy=0.9), 3)
    assert max(s.energy for s in score.sections) < max(s.energy for s in loud.sections)


@pytest.mark.parametrize(("moods", "mode"), [(("sad",), "minor"), (("happy",), "major")])
def test_moods_choose_mode_and_energy_where_the_brief_does_not(moods: tuple[str, ...], mode: str) -> None:
    assert {compose(Brief("pop", 40, moods=moods), seed).mode for seed in range(8)} == {mode}
    calm, wild = (compose(Brief("pop", 40, moods=(mood,)), 1) for mood in ("peaceful", "euphoric"))
    assert max(s.energy for s in calm.sections) < max(s.energy for s in wild.sections)
    assert calm.bpm < wild.bpm


def test_a_mood_without_a_place_and_a_mode_the_genre_has_not_leave_the_choice_to_the_seed() -> None:
    assert compose(Brief("pop", 40, moods=("cheesy",)), 1).moods == ("cheesy",)
    assert compose(Brief("metal", 40, moods=("happy",)), 1).mode == "minor"


def test_unasked_moods_suit_mode_and_energy() -> None:
    at = shipped_vocabulary().concepts
    for genre in ("classical", "orchestral", "folk"):
        bright, dark = (compose(Brief(genre, 40, mode=mode, energy=0.4), 2).moods for mode in ("major", "minor"))
        mean = [sum(at[m].at[0] for m in moods) for moods in (bright, dark)]
        assert mean[0] > mean[1]


@pytest.mark.parametrize(
    "brief",
    [
        Brief("polka core"),
        Brief("pop", 5),
        Brief("pop", math.nan),
        Brief("pop", math.inf),
        Brief("pop", bpm=0),
        Brief("pop", bpm=math.nan),
        Brief("pop", 20, bpm=40),
        Brief("pop", tonic=12),
        Brief("pop", energy=1.5),
        Brief("pop", moods=("grumpish",)),
        Brief("metal", mode="major"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(brief: Brief) -> None:
    with pytest.raises(InputError, match=r"\w.*\.$"):
        compose(brief, 1)


@pytest.mark.parametrize("genre", genres().values(), ids=GENRES)
def test_a_genre_is_whole(genre: Genre) -> None:
    concepts = shipped_vocabulary().concepts
    assert concepts[genre.name].kind == "genre"
    assert all(concepts[mood].at for mood in genre.moods) and len(genre.moods) >= COMPOSER.mood_count
    assert set(genre.modes) == set(genre.chords)
    for mode, rows in genre.chords.items():
        assert all(read_chord(row[0], 0, mode).root == 0 for row in rows)
        assert all(read_chord(symbol, 0, mode) for row in rows for symbol in (*row, genre.cadence))
    assert len(genre.forms[0]) == 3
    for form in genre.forms:
        assert all(name in ("intro", "verse", "chorus", "break", "drop", "outro") for name, _ in form)
    for part in genre.parts:
        assert set(part.instruments) <= (set(DRUMS) if part.role == "drums" else set(INSTRUMENTS) - set(DRUMS))
        assert abs(part.pan) <= 1
        for grid in (*part.light, *part.full):
            assert set("".join(grid.values())) <= set({"drums": "Xxo.", "bass": "R358a-."}.get(part.role, "Xxb1234-."))
            assert part.role != "drums" or set(grid) <= set(DRUM_PITCHES)
        for metre, full in itertools.product(genre.metres, (False, True)):
            assert part.role == "lead" or part.patterns(full, metre)


@pytest.mark.parametrize(
    ("symbol", "mode", "tones", "scale"),
    [
        ("I", "major", (0, 4, 7), (0, 2, 4, 5, 7, 9, 11)),
        ("V", "minor", (7, 11, 2), (0, 2, 3, 5, 7, 8, 11)),
        ("bVII", "major", (10, 2, 5), (0, 2, 4, 5, 7, 9, 10)),
        ("II", "major", (2, 6, 9), (0, 2, 4, 6, 7, 9, 11)),
        ("bII", "minor", (1, 5, 8), (0, 1, 3, 5, 7, 8, 10)),
        ("VImaj7", "minor", (8, 0, 3, 7), (0, 2, 3, 5, 7, 8, 10)),
        ("iio7", "minor", (2, 5, 8, 0), (0, 2, 3, 5, 7, 8, 10)),
    ],
)
def test_numerals_are_read(symbol: str, mode: str, tones: tuple[int, ...], scale: tuple[int, ...]) -> None:
    chord = read_chord(symbol, 0, mode)
    assert (chord.tones, chord.scale) == (tones, scale)


@pytest.mark.parametrize("symbol", ["", "H", "viii", "Vx", "iI"])
def test_what_is_no_numeral_is_refused(symbol: str) -> None:
    with pytest.raises(ValueError, match="no chord"):
        read_chord(symbol, 0, "major")


def test_chords_keep_common_tones_and_move_little() -> None:
    home, away = (read_chord(symbol, 0, "major") for symbol in ("I", "vi"))
    before = voicing(home, (), 3, 52, 70)
    after = voicing(away, before, 3, 52, 70)
    assert len(set(before) & set(after)) == 2
    assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) == 2
    assert {p % 12 for p in voicing(read_chord("V7", 0, "major"), (), 3, 52, 70)} == {7, 11, 5}
    assert ladder((0, 7), 48, 60) == [48, 55, 60]
