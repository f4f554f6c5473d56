"""The composer: a brief and a seed → a `Score`.

In: a genre, a length, and whatever else is wished for. Out: a piece of known tempo, key, form, moods and instruments.

- What a brief leaves open is chosen by the seed within the genre's ranges; the same brief and seed give an equal score.
- Energy is one dial: it places tempo and loudness, and moods and mode follow where the vocabulary places them in the
  plane of valence and arousal.
- Each part has a random stream of its own, so that a change of one leaves the others as they were.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.errors import InputError
from musechat.studio.feel import felt
from musechat.studio.form import LEAST_BARS, bars_of, lay_out
from musechat.studio.genres import Genre, PartStyle, genres
from musechat.studio.melody import play_lead
from musechat.studio.players import KICK, Bar, play_bass, play_chords, play_drums
from musechat.studio.score import RANGES, Part, Score

if TYPE_CHECKING:
    from musechat.core.features import Mode

_FIRST = (
    "Amber Hollow Paper Silver Distant Northern Velvet Copper Quiet Broken Winter Golden Crooked Lantern Salt Glass "
    "Borrowed Second Open Falling Hidden Slow Electric Morning"
).split()
_SECOND = (
    "Harbour Signal Garden Window Meridian Engine River Compass Orchard Mirror Station Letters Weather Bridge Kites "
    "Corridor Embers Tide Atlas Parade Current Thread Horizon Rooms"
).split()


@dataclass(frozen=True, slots=True)
class Brief:
    """What to compose; None is for the seed to choose. `tonic` 0..11 from C; `energy` in 0..1; `moods` are concepts."""

    genre: str
    seconds: float = 60.0
    title: str | None = None
    bpm: float | None = None
    tonic: int | None = None
    mode: Mode | None = None
    energy: float | None = None
    moods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComposerSettings:
    """What a brief may ask for, and how a performance strays from the grid.

    `timing`: the largest deviation of a loose player in seconds; `tempo_by_energy`: how much of a genre's tempo range
    energy decides, the rest being chance; `mood_count`: moods that a piece is given.
    """

    seconds: tuple[float, float] = (15.0, 600.0)
    bpm: tuple[float, float] = (40.0, 240.0)
    timing: float = 0.008
    tempo_by_energy: float = 0.6
    mood_count: int = 2


COMPOSER = ComposerSettings()


def compose(brief: Brief, seed: int) -> Score:
    """A piece for the brief. Raises `InputError` for an unknown genre or mood, and for numbers that cannot be."""
    genre = _checked(brief)
    rng = Random(f"{genre.name}/{seed}")
    beats = rng.choice(genre.metres)
    place = _place(brief)
    mode = brief.mode or _mode(genre, place, rng)
    tonic = brief.tonic if brief.tonic is not None else rng.randrange(12)
    energy = brief.energy if brief.energy is not None else _energy(genre, place, rng)
    bpm = brief.bpm if brief.bpm is not None else _tempo(genre, energy, rng)
    bars = brief.seconds * bpm / 60 / beats
    if round(bars) < LEAST_BARS:
        least = math.ceil(LEAST_BARS * beats * 60 / bpm)
        raise InputError(f"At {bpm:g} BPM a piece takes at least {least} seconds; {brief.seconds:g} are too few.")
    layout = lay_out(genre, bars, energy, rng)
    moods = brief.moods or _moods(genre, energy, mode)
    title = brief.title or f"{rng.choice(_FIRST)} {rng.choice(_SECOND)}"
    played = bars_of(layout, genre, tonic, mode, beats, rng)
    parts = [
        _part(style, genre, played, Random(f"{genre.name}/{seed}/{number}"), tonic, bpm)
        for number, style in enumerate(genre.parts)
    ]
    sections, heard = (section for section, _ in layout), (part for part in parts if part.notes)
    return Score(title, genre.name, moods, seed, bpm, beats, tonic, mode, tuple(sections), tuple(heard))


def _checked(brief: Brief) -> Genre:
    known = genres()
    if brief.genre not in known:
        raise InputError(f"The composer knows no genre {brief.genre!r}; it knows {', '.join(known)}.")
    genre = known[brief.genre]
    _within("A piece's length in seconds", brief.seconds, COMPOSER.seconds)
    _within("A tempo in BPM", brief.bpm, COMPOSER.bpm)
    _within("An energy", brief.energy, (0.0, 1.0))
    if brief.tonic is not None and brief.tonic not in range(12):
        raise InputError(f"A tonic is 0 (C) to 11 (B), not {brief.tonic}.")
    if brief.mode is not None and brief.mode not in genre.chords:
        raise InputError(f"The composer writes {brief.genre} in {' or '.join(genre.chords)}, not in {brief.mode}.")
    return genre


def _within(what: str, value: float | None, limits: tuple[float, float]) -> None:
    if value is not None and not limits[0] <= value <= limits[1]:
        raise InputError(f"{what} must be {limits[0]:g} to {limits[1]:g}, not {value:g}.")


def _place(brief: Brief) -> tuple[float, float] | None:
    """The mean (valence, arousal) of the brief's moods, None where they have none."""
    concepts = shipped_vocabulary().concepts
    for mood in brief.moods:
        if mood not in concepts:
            raise InputError(f"The vocabulary has no mood {mood!r}.")
    places = [at for mood in brief.moods if (at := concepts[mood].at) is not None]
    if not places:
        return None
    return sum(v for v, _ in places) / len(places), sum(a for _, a in places) / len(places)


def _mode(genre: Genre, place: tuple[float, float] | None, rng: Random) -> Mode:
    """Minor for moods of low valence, else as usual in the genre."""
    usual = rng.choice(genre.modes)
    if place is None:
        return usual
    wished: Mode = "minor" if place[0] < 0 else "major"
    return wished if wished in genre.chords else usual


def _energy(genre: Genre, place: tuple[float, float] | None, rng: Random) -> float:
    """In the genre's range, where the moods' arousal is or anywhere."""
    low, high = genre.energy
    wished = rng.uniform(low, high) if place is None else (place[1] + 1) / 2
    return round(min(high, max(low, wished)), 2)


def _tempo(genre: Genre, energy: float, rng: Random) -> float:
    """A whole number of BPM in the genre's range, faster for more energy."""
    low, high = genre.energy
    share = min(1.0, max(0.0, (energy - low) / (high - low)))
    share = COMPOSER.tempo_by_energy * share + (1 - COMPOSER.tempo_by_energy) * rng.random()
    return float(round(genre.bpm[0] + share * (genre.bpm[1] - genre.bpm[0])))


def _moods(genre: Genre, energy: float, mode: Mode) -> tuple[str, ...]:
    """The genre's moods nearest to the piece's energy and mode in the plane of valence and arousal."""
    concepts = shipped_vocabulary().concepts
    valence, arousal = (0.5 if mode == "major" else -0.3), 2 * energy - 1

    def distance(mood: str) -> float:
        at = concepts[mood].at
        return math.inf if at is None else math.dist(at, (valence, arousal))

    return tuple(sorted(genre.moods, key=distance)[: COMPOSER.mood_count])


def _part(style: PartStyle, genre: Genre, bars: list[Bar], rng: Random, tonic: int, bpm: float) -> Part:
    """One part: its notes on the grid, then swung and as loose as the genre's players."""
    instrument = rng.choice(style.instruments)
    if style.role == "drums":
        notes = play_drums(style, bars, rng)
    elif style.role == "lead":
        notes = play_lead(style, bars, rng, *RANGES[instrument], tonic)
    else:
        play = play_bass if style.role == "bass" else play_chords
        notes = play(style, bars, rng, *RANGES[instrument])
    loose, end = genre.human * COMPOSER.timing * bpm / 60, bars[-1].start + bars[-1].beats
    steady = KICK if style.role == "drums" else None
    return Part(instrument, felt(notes, genre.swing, loose, end, steady, rng), style.gain, style.pan)
