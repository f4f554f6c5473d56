"""Form: a piece's sections, and every bar of them with its chord.

In: a genre, a tempo, a length, an energy. Out: sections of whole phrases, then bars for the players.

- Sections are phrases of four bars, or of two where a short, slow piece leaves no room; the last takes what is over.
- A section starts on the tonic. It ends there too, or on the cadence, which leads to the next one's tonic.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
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
Layout = list[tuple[Section, float]]
"""Sections, each with its contour 0..1."""


def lay_out(genre: Genre, bars: float, energy: float, rng: Random) -> Layout:
    """One of the genre's forms over about `bars` bars, at least `LEAST_BARS`, around an energy of 0..1."""
    phrases = 4 * max(1, round(bars / 4))
    total = phrases if abs(phrases / bars - 1) <= FORM.close else round(bars)
    roomy = [form for form in genre.forms if len(form) * 4 <= total <= len(form) * 10]
    form = rng.choice(roomy) if roomy else genre.forms[-1 if total > 4 * len(genre.forms[-1]) else 0]
    lengths = _lengths([name for name, _ in form], total)
    contours = [contour for _, contour in form]
    energy = max(energy, FORM.faintest + FORM.contrast * (FORM.middle - min(contours)))
    energy = min(energy, 1.0 - FORM.contrast * (max(contours) - FORM.middle))
    return [
        (Section(name, end - length, length, round(energy + FORM.contrast * (contour - FORM.middle), 2)), contour)
        for (name, contour), length, end in zip(form, lengths, accumulate(lengths), strict=True)
    ]


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


def bars_of(layout: Layout, genre: Genre, tonic: int, mode: Mode, beats: int, rng: Random) -> list[Bar]:
    """Every bar of a piece, its chord and the chord after it."""
    symbols = _symbols([section for section, _ in layout], genre, mode, rng)
    chords = [read_chord(symbol, tonic, mode) for symbol in symbols]
    bars = list[Bar]()
    for (section, contour), (before, _) in zip(layout, [layout[0], *layout], strict=False):
        for place in range(section.bars):
            number, lift = section.bar + place, place == 0 and section.energy - before.energy >= LIFT
            chord, *later = chords[number : number + 2]
            start, following, final = float(number * beats), later[0] if later else chord, not later
            bars.append(Bar(start, beats, section, contour, place, chord, following, lift, final))
    return bars


def _symbols(sections: list[Section], genre: Genre, mode: Mode, rng: Random) -> list[str]:
    """A numeral for every bar: each kind of section has its progression, the last bar of the piece is its tonic."""
    chosen = {name: rng.choice(genre.chords[mode]) for name in sorted({section.name for section in sections})}
    symbols = list[str]()
    for section in sections:
        row = chosen[section.name]
        symbols += [row[place % len(row)] for place in range(section.bars)]
        if symbols[-1] != row[0] and genre.cadence not in row and "V" not in row:
            symbols[-1] = genre.cadence
    symbols[-2:] = [genre.cadence, chosen[sections[-1].name][0]]
    return symbols
