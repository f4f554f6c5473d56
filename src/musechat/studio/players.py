"""Players of patterns: drums, basses and chords, bar by bar.

In: the bars of a piece with their chords, and how a part is played. Out: notes on the grid, in beats.

- A pattern is chosen once for every kind of section and contour, so a chorus that returns sounds like itself.
- The last bar is one held chord on the tonic, whatever the pattern.
- A drummer fills the last beat or two before a new section, and crashes on the first beat of a lift.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from musechat.studio.genres import STEPS_PER_BEAT, Grid, PartStyle
from musechat.studio.harmony import Chord, ladder, nearest, voicing
from musechat.studio.score import Note, Section

STEP = 1 / STEPS_PER_BEAT
FULL = 0.6
"""The contour from which the full patterns are played."""
ROLL = 0.7
"""The energy of a lift from which a roll leads to it."""
KICK, SNARE, CRASH = 36, 38, 49
DRUM_PITCHES: Mapping[str, int] = {
    "kick": KICK, "snare": SNARE, "clap": 39, "hat": 42, "open_hat": 46, "crash": CRASH, "ride": 51, "low_tom": 45,
    "mid_tom": 47, "high_tom": 50, "tambourine": 54, "shaker": 70,
}  # fmt: skip
OFFBEAT = 0.2
"""How much less accent a chord has between beats."""
ACCENTS: Mapping[str, float] = {"X": 1.0, "x": 0.82, "o": 0.5}
_FILLS = (
    ((SNARE, 0), (SNARE, 1), (50, 2), (45, 3)),
    ((50, 0), (50, 1), (47, 2), (45, 3)),
    ((SNARE, 0), (SNARE, 2), (SNARE, 3)),
)
"""Beats before a border: drum and sixteenth."""
_REACH = 9
"""Semitones that chords may lie above and below the centre of their part."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the piece. `place`: its number within its section; `lift`: the energy rises on it."""

    start: float
    beats: int
    section: Section
    contour: float
    place: int
    chord: Chord
    following: Chord
    lift: bool
    final: bool

    @property
    def closes(self) -> bool:
        """Whether another section follows."""
        return self.place == self.section.bars - 1 and not self.final

    def loudness(self, accent: float) -> float:
        """The velocity of a note of an accent 0..1: quiet sections are played softly."""
        return min(1.0, (0.3 + 0.6 * self.section.energy + 0.1 * self.contour) * (0.4 + 0.6 * accent))


class _Patterns:
    """The patterns of one part: the choice for each kind of section is remembered."""

    def __init__(self, style: PartStyle, rng: Random) -> None:
        self._style, self._rng = style, rng
        self._chosen: dict[tuple[str, bool], Grid] = {}

    def grid(self, bar: Bar) -> Grid:
        """Voice → the steps of this bar."""
        full = bar.contour >= FULL
        key = (bar.section.name, full)
        if key not in self._chosen:
            self._chosen[key] = self._rng.choice(self._style.patterns(full, bar.beats))
        steps = bar.beats * STEPS_PER_BEAT
        return {voice: (pattern * 2)[bar.place % 2 * steps :][:steps] for voice, pattern in self._chosen[key].items()}


def playing(style: PartStyle, bar: Bar) -> bool:
    """Whether the part has come in."""
    return style.enter <= bar.contour < style.leave


def play_drums(style: PartStyle, bars: Sequence[Bar], rng: Random) -> list[Note]:
    """Grooves, a fill before each new section, a crash and a kick on each lift and at the end."""
    patterns, notes = _Patterns(style, rng), list[Note]()
    for bar, after in zip(bars, [*bars[1:], None], strict=True):
        on = playing(style, bar)
        struck = bar.final or (bar.lift and on)
        if struck:
            notes += [Note(bar.start, 1.0, CRASH, bar.loudness(0.9)), Note(bar.start, 1.0, KICK, bar.loudness(1.0))]
        fill = list[Note]()
        if after and bar.closes and (on or playing(style, after)):
            fill = _fill(bar, after, on, rng)
        notes += fill
        if not on or bar.final:
            continue
        until = fill[0].start if fill else float("inf")
        for voice, pattern in patterns.grid(bar).items():
            pitch = DRUM_PITCHES[voice]
            notes += [
                Note(start, STEP, pitch, bar.loudness(ACCENTS[letter]))
                for start, _, letter in _hits(pattern, bar.start)
                if (start < until or pitch == KICK) and not (struck and start == bar.start and pitch in (KICK, CRASH))
            ]
    return notes


def play_bass(style: PartStyle, bars: Sequence[Bar], rng: Random, low: int, high: int) -> list[Note]:
    """Roots low in the instrument's range, with the fifths, thirds and approaches that the pattern asks for."""
    patterns, notes = _Patterns(style, rng), list[Note]()
    for bar in bars:
        root = ladder((bar.chord.root,), low, high)[0]
        if not (playing(style, bar) or bar.final):
            continue
        pattern = _held(bar) if bar.final else patterns.grid(bar)[""]
        for start, length, letter in _hits(pattern.replace("x", "R"), bar.start):
            loud = bar.loudness(0.9 if start % 1 == 0 else 0.7)
            notes.append(Note(start, length, _bass_pitch(letter, bar, root, low), loud))
    return notes


def play_chords(style: PartStyle, bars: Sequence[Bar], rng: Random, low: int, high: int) -> list[Note]:
    """Chords, broken or struck, each voiced near the one before."""
    patterns, notes = _Patterns(style, rng), list[Note]()
    lowest, highest = max(low, style.centre - _REACH), min(high, style.centre + _REACH)
    before: tuple[int, ...] = ()
    for bar in bars:
        if bar.place == 0 and bar.contour >= FULL:
            before = ()  # a full section starts from the middle of its register again
        if not playing(style, bar) and not (bar.final and style.enter <= FULL):
            continue
        before = voicing(bar.chord, before, style.voices, lowest, highest)
        pattern = _held(bar) if bar.final else patterns.grid(bar)[""]
        for start, length, letter in _hits(pattern, bar.start):
            accent = ACCENTS.get(letter, 0.65) - (0.0 if start % 1 == 0 or letter == "X" else OFFBEAT)
            pitches = before if letter in ACCENTS else (_chord_pitch(letter, before, bar.chord, low, high),)
            notes += [Note(start, length, pitch, bar.loudness(accent)) for pitch in pitches]
    return notes


def _hits(pattern: str, at: float) -> Iterator[tuple[float, float, str]]:
    """Start and length in beats, and letter, of everything that begins in a bar's pattern."""
    for hit in re.finditer("[^-.]-*", pattern):
        yield at + hit.start() * STEP, len(hit[0]) * STEP, hit[0][0]


def _held(bar: Bar) -> str:
    return "x" + "-" * (bar.beats * STEPS_PER_BEAT - 1)


def _fill(bar: Bar, after: Bar, on: bool, rng: Random) -> list[Note]:
    """Toms and snare that grow into the next section; a roll of a bar where a drum-less one leads to a strong lift."""
    if not on and after.lift and after.section.energy >= ROLL:
        steps = [step for step in range(bar.beats * STEPS_PER_BEAT) if _rolled(step, bar.beats)]
        return [
            Note(bar.start + step * STEP, STEP, SNARE, after.loudness(0.2 + 0.6 * step / steps[-1])) for step in steps
        ]
    notes, beats = list[Note](), 2 if on and after.lift and bar.beats == 4 else 1
    for beat in range(beats):
        start, grow = bar.start + bar.beats - beats + beat, 0.6 + 0.4 * (beat + 1) / beats
        notes += [Note(start + s * STEP, STEP, p, bar.loudness(grow)) for p, s in rng.choice(_FILLS)]
    return notes


def _rolled(step: int, beats: int) -> bool:
    """Quarters, then eighths in the second half of a bar, then sixteenths in its last beat."""
    share = step / (beats * STEPS_PER_BEAT)
    return step % (4 if share < 0.5 else 2 if share < 1 - 1 / beats else 1) == 0


def _bass_pitch(letter: str, bar: Bar, root: int, low: int) -> int:
    if letter == "a":
        pitch = _approach(bar, root)
        return pitch if pitch >= low else pitch + 12
    if letter in "35":
        return root + (bar.chord.tones[min(int(letter) // 2, len(bar.chord.tones) - 1)] - root) % 12
    return root + {"R": 0, "8": 12}[letter]


def _approach(bar: Bar, root: int) -> int:
    """The step of the scale next to the following root, from the side where the bass is."""
    target = root + (bar.following.root - root + 6) % 12 - 6
    steps = ladder(bar.chord.scale, target - 3, target + 3)
    apart = [pitch for pitch in steps if pitch != target]
    return apart[nearest(apart, (target + root) / 2)]


def _chord_pitch(letter: str, voices: tuple[int, ...], chord: Chord, low: int, high: int) -> int:
    """One tone of a broken chord: "b" is the root below it, "4" of three voices the lowest an octave up."""
    if letter == "b":
        pitch = voices[0] - ((voices[0] - chord.root) % 12 or 12)
        return pitch if pitch >= low else pitch + 12
    octave, voice = divmod(int(letter) - 1, len(voices))
    pitch = voices[voice] + 12 * octave
    return pitch if pitch <= high else pitch - 12
