"""A composed piece with everything that is known of it: `Score`.

In: what the composer decided. Out: notes for a performer, and facts for whoever judges an analysis.

- Positions and lengths of notes are in beats from the start, so that a score is true at any tempo.
- The tempo and the metre do not change within a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from musechat.core.features import KEY_NAMES, Mode

LIFT = 0.15
"""Rise of a section's energy over the one before from which its first downbeat counts as a lift."""

RANGES = {
    "piano": (28, 96), "electric piano": (36, 90), "organ": (36, 91), "acoustic guitar": (40, 84),
    "electric guitar": (40, 86), "distorted guitar": (36, 86), "bass": (28, 60), "synth bass": (28, 60),
    "strings": (36, 96), "choir": (43, 81), "pad": (36, 88), "flute": (60, 93), "violin": (55, 96), "brass": (40, 82),
    "saxophone": (49, 84), "lead": (48, 93), "pluck": (48, 93), "bells": (60, 96), "marimba": (48, 93),
}  # fmt: skip
"""The lowest and highest MIDI pitch that a pitched instrument is written for."""
DRUMS = ("drums", "electronic drums")
"""Their parts read pitches as General MIDI percussion."""
INSTRUMENTS = (*RANGES, *DRUMS)
"""Every instrument a part may name."""


@dataclass(frozen=True, slots=True)
class Note:
    """`start` and `length` in beats; `pitch` is a MIDI number (of General MIDI percussion in a drum part); `velocity`
    is in 0..1."""

    start: float
    length: float
    pitch: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Part:
    """What one instrument plays. `gain` in dB, `pan` from -1 (left) to 1 (right)."""

    instrument: str
    notes: tuple[Note, ...]
    gain: float = 0.0
    pan: float = 0.0


@dataclass(frozen=True, slots=True)
class Section:
    """Bars that belong together. `name` is one of intro, verse, chorus, break, drop, outro; `energy` is in 0..1."""

    name: str
    bar: int
    bars: int
    energy: float


@dataclass(frozen=True, slots=True)
class Score:
    """A piece. `tonic` 0..11 from C; `moods` are concepts of the vocabulary; sections follow each other from bar 0."""

    title: str
    genre: str
    moods: tuple[str, ...]
    seed: int
    bpm: float
    beats_per_bar: int
    tonic: int
    mode: Mode
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]

    @property
    def bars(self) -> int:
        """How many bars the sections hold."""
        return sum(section.bars for section in self.sections)

    @property
    def seconds(self) -> float:
        """From the first beat to the end of the last bar; a performance rings on a little."""
        return self.bars * self.beats_per_bar * 60 / self.bpm

    @property
    def key_name(self) -> str:
        """For example "E♭ minor"."""
        return f"{KEY_NAMES[self.tonic]} {self.mode}"

    def time(self, bar: float) -> float:
        """The second at which a bar begins."""
        return bar * self.beats_per_bar * 60 / self.bpm

    @property
    def borders(self) -> tuple[float, ...]:
        """Seconds at which sections begin."""
        return tuple(self.time(section.bar) for section in self.sections)

    @property
    def lifts(self) -> tuple[float, ...]:
        """Seconds of the downbeats on which the energy rises by at least `LIFT`."""
        pairs = zip(self.sections, self.sections[1:], strict=False)
        return tuple(self.time(after.bar) for before, after in pairs if after.energy - before.energy >= LIFT)

    def facts(self) -> dict[str, Any]:
        """What is true of the piece, as plain JSON values: the ground truth for any analysis of it."""
        return {
            "title": self.title,
            "genre": self.genre,
            "moods": list(self.moods),
            "seed": self.seed,
            "bpm": self.bpm,
            "beats_per_bar": self.beats_per_bar,
            "key": self.key_name,
            "seconds": round(self.seconds, 3),
            "instruments": list(dict.fromkeys(part.instrument for part in self.parts)),
            "sections": [
                {"name": s.name, "start": round(self.time(s.bar), 3), "energy": s.energy} for s in self.sections
            ],
            "lifts": [round(second, 3) for second in self.lifts],
        }
