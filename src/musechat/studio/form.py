"""Form: a piece's sections, and every bar of them with its chord.

In: a genre, a tempo, a length, an energy. Out: sections of whole phrases, then bars for the players.

- Sections are phrases of four bars, or of two where a short, slow piece leaves no room; the last takes what is over.
- A section starts on the tonic. It ends there too, or on the cadence, which leads to the next one's tonic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from musechat.studio.harmony import read_chord
from musechat.studio.players import Bar
from musechat.studio.score import LIFT, Section

if TYPE_CHECKING:
    from musechat.core.features import Mode
    from musechat.studio.genres import Genre

LEAST_BARS = 6
"""Of a piece: three sections of two bars."""
_SHORT = ("intro", "break", "outro")
"""Sections that stay short while others grow."""


@dataclass(frozen=True, slots=True)
class FormSettings:
    """`close`: how far from the wished length whole phrases may end, as a share of it, before single bars are added.

    `contrast`: how much a section's contour moves its energy, around `middle`; `faintest`: the least energy.
    """

    close: float = 0.05
    contrast: float = 0.6
    middle: float = 0.65
    faintest: float = 0.05


FORM = FormSettings()


@dataclass(frozen=True, slots=True)
class Plan:
    """Sections, and the contour 0..1 of each."""

    sections: tuple[Section, ...]
    contours: tuple[float, ...]


def lay_out(genre: Genre, bars: float, energy: float, rng: Random, settings: FormSettings = FORM) -> Plan:
    """One of the genre's forms over about `bars` bars, at least `LEAST_BARS`, around an energy of 0..1."""
    phrases = 4 * max(1, round(bars / 4))
    total = phrases if abs(phrases / bars - 1) <= settings.close else round(bars)
    roomy = [form for form in genre.forms if len(form) * 4 <= total <= len(form) * 10]
    form = rng.choice(roomy) if roomy else genre.forms[-1 if total > 4 * len(genre.forms[-1]) else 0]
    lengths = _lengths([name for name, _ in form], total)
    contours = tuple(contour for _, contour in form)
    energy = max(energy, settings.faintest + settings.contrast * (settings.middle - min(contours)))
    energy = min(energy, 1.0 - settings.contrast * (max(contours) - settings.middle))
    sections, bar = list[Section](), 0
    for (name, contour), length in zip(form, lengths, strict=True):
        level = energy + settings.contrast * (contour - settings.middle)
        sections.append(Section(name, bar, length, round(level, 2)))
        bar += length
    return Plan(tuple(sections), contours)


def _lengths(names: list[str], total: int) -> list[int]:
    """Bars of each section: phrases, more of them for the middle of a piece; the last one ends where the piece does."""
    unit = 4 if len(names) * 4 <= total else 2
    lengths = [unit] * len(names)

    def grow() -> None:
        short = [2 if name in _SHORT else 1 for name in names]
        lengths[min(range(len(names)), key=lambda i: lengths[i] * short[i])] += unit

    while sum(lengths) + unit <= total:
        grow()
    over = total - sum(lengths)
    if over * 2 >= unit > 2:
        grow()
        over -= unit
    lengths[-1] += over
    return lengths


def bars_of(plan: Plan, genre: Genre, tonic: int, mode: Mode, beats: int, rng: Random) -> tuple[Bar, ...]:
    """Every bar of the plan, its chord and the chord after it."""
    chords = [read_chord(symbol, tonic, mode) for symbol in _symbols(plan, genre, mode, rng)]
    bars = list[Bar]()
    for index, (section, contour) in enumerate(zip(plan.sections, plan.contours, strict=True)):
        before = plan.sections[index - 1].energy if index else section.energy
        for place in range(section.bars):
            number = section.bar + place
            bars.append(
                Bar(
                    start=float(number * beats),
                    beats=beats,
                    section=section.name,
                    place=place,
                    bars=section.bars,
                    contour=contour,
                    energy=section.energy,
                    chord=chords[number],
                    following=chords[min(number + 1, len(chords) - 1)],
                    lift=place == 0 and section.energy - before >= LIFT,
                    final=number == len(chords) - 1,
                )
            )
    return tuple(bars)


def _symbols(plan: Plan, genre: Genre, mode: Mode, rng: Random) -> list[str]:
    """A numeral for every bar: each kind of section has its progression, the last bar of the piece is its tonic."""
    chosen: Mapping[str, tuple[str, ...]] = {
        name: rng.choice(genre.chords[mode]) for name in sorted({section.name for section in plan.sections})
    }
    symbols = list[str]()
    for section in plan.sections:
        row = chosen[section.name]
        symbols += [row[place % len(row)] for place in range(section.bars)]
        if symbols[-1] != row[0] and genre.cadence not in row and "V" not in row:
            symbols[-1] = genre.cadence
    symbols[-2:] = [genre.cadence, chosen[plan.sections[-1].name][0]]
    return symbols
