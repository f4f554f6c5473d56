"""Melodies: a motif for every kind of section, repeated, moved with the chords, varied and answered.

In: the bars of a piece, how dense a lead is, its register. Out: notes on the grid, in beats, one at a time.

- A phrase is four bars: motif, motif on the next chord, motif varied, close. On strong beats stand chord tones, between
  them steps of the chord's scale, so the motif changes its pitches with the chord and keeps its shape.
- A phrase closes on the tonic where its chord has it, else on a chord tone; the last of a section leaves room for a
  fill, and the piece ends on the tonic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from musechat.studio.genres import PartStyle
from musechat.studio.harmony import ladder, nearest
from musechat.studio.players import Bar, playing
from musechat.studio.score import Note

PHRASE = 4
_STRONG, _BEAT, _OFF = 0.9, 0.6, 0.3
"""How likely a melody note begins on the first beat, on another beat, between beats, at density .5."""
_LIFT_SEMITONES = 5
"""How much higher the fullest moment is sung than the quietest."""


Motif = tuple[tuple[float, float, int], ...]
"""A bar's rhythm and shape: (start in beats, length in beats, steps of the scale from the first note)."""


def play_lead(style: PartStyle, bars: Sequence[Bar], rng: Random, low: int, high: int, tonic: int) -> list[Note]:
    """The melody of a part within low..high."""
    notes = list[Note]()
    motifs: dict[str, tuple[Motif, Motif]] = {}
    for bar in bars:
        if not playing(style, bar) and not (bar.final and notes):
            continue
        centre = min(high - 8, max(low + 5, style.centre + _LIFT_SEMITONES * (bar.contour - 0.5)))
        if bar.final:
            goals = ladder((tonic,), low, high)
            notes.append(Note(bar.start, bar.beats, goals[nearest(goals, notes[-1].pitch)], bar.loudness(0.8)))
            continue
        if bar.section.name not in motifs:
            density = style.density * (0.7 + 0.5 * bar.section.energy)
            motif = _motif(bar.beats, density, rng)
            motifs[bar.section.name] = motif, _varied(motif, rng)
        notes += _phrase_bar(bar, motifs[bar.section.name], centre, low, high, tonic)
    return notes


def _phrase_bar(bar: Bar, motifs: tuple[Motif, Motif], centre: float, low: int, high: int, tonic: int) -> list[Note]:
    """One bar of a phrase: its height follows an arch, its shape is the motif's; each other phrase varies it sooner."""
    phrase, place = divmod(bar.place, PHRASE)
    motif = motifs[1] if place == 2 or (phrase % 2 and place == 1) else motifs[0]
    closes = place == PHRASE - 1 or bar.closes
    notes = _sung(_close(motif, bar) if closes else motif, bar, centre + (0, 2, 3, 0)[place] + phrase % 2, low, high)
    if closes:
        goals = ladder((tonic,) if tonic in bar.chord.tones else bar.chord.tones, low, high)
        notes[-1] = replace(notes[-1], pitch=goals[nearest(goals, notes[0].pitch - 1)])
    return notes


def _sung(motif: Motif, bar: Bar, centre: float, low: int, high: int) -> list[Note]:
    """The motif on a bar's chord, its first note the chord tone nearest to `centre`."""
    chord = ladder(bar.chord.tones, low, high)
    scale = sorted(set(chord) | set(ladder(bar.chord.scale, low, high)))
    first = scale.index(chord[nearest(chord, centre)])
    notes = []
    for start, length, step in motif:
        pitch = scale[min(max(first + step, 0), len(scale) - 1)]
        clash = length >= 1 and (pitch - 1) % 12 in bar.chord.tones
        if start % 2 == 0 or clash:
            pitch = chord[nearest(chord, pitch)]
        accent = 0.9 if start == 0 else 0.75 if start % 1 == 0 else 0.6
        notes.append(Note(bar.start + start, length, pitch, bar.loudness(accent)))
    return notes


def _motif(beats: int, density: float, rng: Random) -> Motif:
    """A rhythm on the eighths and a shape that rises and falls back by steps and small leaps."""
    starts = [0.0 if rng.random() < 0.8 else 0.5]
    for half in range(2, 2 * beats):
        likely = _STRONG if half == beats else _BEAT if half % 2 == 0 else _OFF
        if rng.random() < likely * 2 * density:
            starts.append(half / 2)
    ends = [*starts[1:], float(beats)]
    steps, step, peak = [0], 0, rng.choice((0.4, 0.6, 0.8)) * beats
    for start in starts[1:]:
        step += (1 if start <= peak else -1) * rng.choice((1, 1, 1, 2, 2, 0, -1, 3))
        steps.append(max(-4, min(6, step)))
    lengths = [min(end - start, 2.0 if density > 0.25 else beats) for start, end in zip(starts, ends, strict=True)]
    return tuple(zip(starts, lengths, steps, strict=True))


def _varied(motif: Motif, rng: Random) -> Motif:
    """The same beginning and another end: a note divided, or the shape of the second half turned over."""
    half = len(motif) // 2
    head, tail = motif[: half + 1], motif[half + 1 :]
    start, length, step = head[-1]
    if length >= 1 and rng.random() < 0.6:
        head = (*head[:-1], (start, length / 2, step), (start + length / 2, length / 2, step + 1))
    return (*head, *((s, n, 2 * step - at) for s, n, at in tail))


def _close(motif: Motif, bar: Bar) -> Motif:
    """The motif's first notes and a long one; it ends a beat early where a fill follows."""
    rest = 1.0 if bar.closes else 0.0
    hold = bar.beats / 2
    head = tuple((start, min(length, hold - start), step) for start, length, step in motif if start < hold)
    return (*head, (hold, bar.beats - hold - rest, 0))
