"""What is usual in a genre: `Genre`, read from `genres.toml`.

In: the TOML that ships. Out: ranges, chords, forms and the patterns of every part, for the composer to choose from.

- A pattern is a grid of sixteenths, one bar or two long; its length tells which metre it is for. Its letters are
  explained in the TOML and read by `players`.
- Contour, 0..1, is a section's place between the quietest and the fullest moment of its piece; parts enter by it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from musechat.core.features import Mode

STEPS_PER_BEAT = 4
Grid = Mapping[str, str]
"""Voice → pattern; a part with pitches has the one voice ""."""
Role = Literal["drums", "bass", "chords", "lead"]


@dataclass(frozen=True, slots=True)
class PartStyle:
    """How one part is played. `light` and `full` are patterns for quieter and fuller sections; a lead has none.

    It plays where `enter` <= contour < `leave`. `density`, 0..1: how many notes a melody has. `voices` in a chord.
    """

    role: Role
    instruments: tuple[str, ...]
    light: tuple[Grid, ...]
    full: tuple[Grid, ...]
    enter: float
    leave: float
    density: float
    voices: int
    centre: int
    gain: float
    pan: float

    def patterns(self, full: bool, beats_per_bar: int) -> tuple[Grid, ...]:
        """The patterns that fit a metre; the light ones serve for both where there are no full ones."""
        fitting = [g for g in (self.full if full else self.light) if _bars(g, beats_per_bar)]
        return tuple(fitting or (g for g in self.light if _bars(g, beats_per_bar)))


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre's ranges and habits. `swing`: the share of a pair that its first note takes, and the pair's beats.

    `chords`: progressions by mode, one chord a bar, the first one on the tonic; `cadence`: the chord that leads back.
    `forms`: sections as (name, contour), the first form being the shortest. `human`, 0..1: how loose the timing is.
    """

    name: str
    bpm: tuple[int, int]
    energy: tuple[float, float]
    metres: tuple[int, ...]
    modes: tuple[Mode, ...]
    moods: tuple[str, ...]
    swing: tuple[float, float]
    human: float
    chords: Mapping[Mode, tuple[tuple[str, ...], ...]]
    cadence: str
    forms: tuple[tuple[tuple[str, float], ...], ...]
    parts: tuple[PartStyle, ...]


@lru_cache(maxsize=1)
def genres() -> Mapping[str, Genre]:
    """The genres that ship, by name."""
    table = tomllib.loads(files("musechat.studio").joinpath("genres.toml").read_text("utf-8"))
    return {name: _genre(name, entry) for name, entry in table.items()}


def _bars(grid: Grid, beats_per_bar: int) -> bool:
    steps = STEPS_PER_BEAT * beats_per_bar
    return all(len(pattern) in (steps, 2 * steps) for pattern in grid.values())


def _genre(name: str, entry: Mapping[str, Any]) -> Genre:
    modes: tuple[Mode, ...] = tuple(entry["modes"])
    return Genre(
        name=name,
        bpm=(entry["bpm"][0], entry["bpm"][1]),
        energy=(entry["energy"][0], entry["energy"][1]),
        metres=tuple(entry.get("metres", (4,))),
        modes=modes,
        moods=tuple(entry["moods"]),
        swing=(entry["swing"][0], entry["swing"][1]) if "swing" in entry else (0.5, 0.5),
        human=entry["human"],
        chords={mode: tuple(tuple(row.split()) for row in entry[mode]) for mode in ("major", "minor") if mode in entry},
        cadence=entry.get("cadence", "V"),
        forms=tuple(_form(row) for row in entry["forms"]),
        parts=tuple(_part(part) for part in entry["parts"]),
    )


def _form(row: str) -> tuple[tuple[str, float], ...]:
    pairs = (section.split() for section in row.split(","))
    return tuple((name, int(tenths) / 10) for name, tenths in pairs)


def _part(entry: Mapping[str, Any]) -> PartStyle:
    return PartStyle(
        role=entry["role"],
        instruments=tuple(entry["instruments"]),
        light=_grids(entry.get("light", ())),
        full=_grids(entry.get("full", ())),
        enter=entry.get("enter", 0.0),
        leave=entry.get("leave", 1.1),
        density=entry.get("density", 0.5),
        voices=entry.get("voices", 3),
        centre=entry.get("centre", 60),
        gain=entry.get("gain", 0.0),
        pan=entry.get("pan", 0.0),
    )


def _grids(rows: list[Any]) -> tuple[Grid, ...]:
    """Patterns without the spaces that part their beats for the eye."""
    voiced = (row if isinstance(row, dict) else {"": row} for row in rows)
    return tuple({voice: pattern.replace(" ", "") for voice, pattern in row.items()} for row in voiced)
