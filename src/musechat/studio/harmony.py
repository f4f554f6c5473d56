"""Chords: from a Roman numeral to pitches that move smoothly.

In: numerals such as "ii7" in a key. Out: a `Chord`, its scale, and its voicing near the chord before.

- Capitals are major, small letters minor; in a minor key VI and VII are natural, and V keeps its leading tone.
- Voices move as little as they can (the principle of the shortest way: Schoenberg, Harmonielehre, 1911).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musechat.core.features import Mode

_SCALES: dict[Mode, tuple[int, ...]] = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_SYMBOL = re.compile(r"(b?)([iv]+|[IV]+)(|5|6|7|maj7|9|add9|sus2|sus4|o|o7)")
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
_ADDED = {"": (), "6": (9,), "7": (10,), "maj7": (11,), "9": (10, 2), "add9": (2,)}
_FIXED = {"5": (0, 7), "sus2": (0, 2, 7), "sus4": (0, 5, 7), "o": (0, 3, 6), "o7": (0, 3, 6, 10)}


@dataclass(frozen=True, slots=True)
class Chord:
    """Pitch classes 0..11 from C, the root first, and the seven of the scale that suits it, ascending from C."""

    tones: tuple[int, ...]
    scale: tuple[int, ...]

    @property
    def root(self) -> int:
        """The pitch class that the bass plays."""
        return self.tones[0]


def read_chord(symbol: str, tonic: int, mode: Mode) -> Chord:
    """The chord that a numeral means in a key. Raises ValueError for what is no numeral."""
    match = _SYMBOL.fullmatch(symbol)
    if match is None or match[2].lower() not in _NUMERALS:
        raise ValueError(f"{symbol!r} is no chord.")
    flat, numeral, kind = match.groups()
    scale = tuple((tonic + step) % 12 for step in _SCALES[mode])
    root = scale[_NUMERALS.index(numeral.lower())] - len(flat)
    triad = _MAJOR if numeral.isupper() else _MINOR
    tones = tuple((root + interval) % 12 for interval in _FIXED.get(kind) or (*triad, *_ADDED[kind]))
    return Chord(tones, _scale_of(scale, tones, mode))


def _scale_of(scale: tuple[int, ...], tones: tuple[int, ...], mode: Mode) -> tuple[int, ...]:
    """The key's scale, with foreign tones of the chord in place of the neighbours that they alter.

    Major is mostly lowered (♭VII), minor mostly raised (the leading tone); tonic and fifth are never altered.
    """
    altered = set(scale)
    for tone in set(tones) - set(scale):
        above, below = (tone + 1) % 12, (tone - 1) % 12
        usual, other = (above, below) if mode == "major" else (below, above)
        altered.discard(other if usual in (scale[0], scale[4]) else usual)
        altered.add(tone)
    return tuple(sorted(altered))


def ladder(pitch_classes: tuple[int, ...], low: int, high: int) -> list[int]:
    """Every pitch low..high of the classes, ascending."""
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in pitch_classes]


def nearest(pitches: list[int], to: float) -> int:
    """The index of the pitch nearest to `to`, the lower of two."""
    return min(range(len(pitches)), key=lambda i: abs(pitches[i] - to))


def voicing(chord: Chord, before: tuple[int, ...], voices: int, low: int, high: int) -> tuple[int, ...]:
    """`voices` chord tones in close position within low..high, as near as can be to the chord `before`, or the middle.

    A chord with fewer tones doubles them at the octave; one with more leaves its fifth out.
    """
    tones = chord.tones if len(chord.tones) <= voices else (*chord.tones[:2], *chord.tones[3:])
    pitches = ladder(tones, low, high)
    stacks = [tuple(pitches[i : i + voices]) for i in range(max(1, len(pitches) - voices + 1))]
    middle = (low + high) / 2

    def movement(stack: tuple[int, ...]) -> float:
        drift = abs(sum(stack) / len(stack) - middle)
        return sum(abs(a - b) for a, b in zip(stack, before, strict=False)) + 0.3 * drift

    return min(stacks, key=movement)
