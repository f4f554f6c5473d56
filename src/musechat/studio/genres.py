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
    enter: float = 0.0
    leave: float = 1.1
    density: float = 0.5
    voices: int = 3
    centre: int = 60
    gain: float = 0.0
    pan: float = 0.0

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
    modes: tuple[Mode, ...]
    moods: tuple[str, ...]
    human: float
    chords: Mapping[Mode, tuple[tuple[str, ...], ...]]
    forms: tuple[tuple[tuple[str, float], ...], ...]
    parts: tuple[PartStyle, ...]
    metres: tuple[int, ...] = (4,)
    swing: tuple[float, float] = (0.5, 0.5)
    cadence: str = "V"


@lru_cache(maxsize=1)
def genres() -> Mapping[str, Genre]:
    """The genres that ship, by name."""
    table = tomllib.loads(files("musechat.studio").joinpath("genres.toml").read_text("utf-8"))
    return {name: _genre(name, entry) for name, entry in table.items()}


def _bars(grid: Grid, beats_per_bar: int) -> bool:
    steps = STEPS_PER_BEAT * beats_per_bar
    return all(len(pattern) in (steps, 2 * steps) for pattern in grid.values())


def _genre(name: str, entry: Mapping[str, Any]) -> Genre:
    """`entry` with tuples for lists, and with its rows of chords, forms and parts read."""
    plain: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    rows = {mode: plain.pop(mode) for mode in ("major", "minor") if mode in plain}
    plain["chords"] = {mode: tuple(tuple(row.split()) for row in some) for mode, some in rows.items()}
    plain["forms"] = tuple(_form(row) for row in plain["forms"])
    plain["parts"] = tuple(map(_part, plain["parts"]))
    return Genre(name, **plain)


def _form(row: str) -> tuple[tuple[str, float], ...]:
    pairs = (section.split() for section in row.split(","))
    return tuple((name, int(tenths) / 10) for name, tenths in pairs)


def _part(entry: Mapping[str, Any]) -> PartStyle:
    lists = {"instruments": tuple(entry["instruments"]), "light": _grids(entry, "light"), "full": _grids(entry, "full")}
    return PartStyle(**{**entry, **lists})


def _grids(entry: Mapping[str, Any], key: str) -> tuple[Grid, ...]:
    """Patterns without the spaces that part their beats for the eye."""
    voiced = (row if isinstance(row, dict) else {"": row} for row in entry.get(key, ()))
    return tuple({voice: pattern.replace(" ", "") for voice, pattern in row.items()} for row in voiced)
