"""Painted layers and how they move: `Strip`, `Sprite`, `Cycle`, and the `Sheet` on which shapes are drawn.

In: what is painted once a shot. Out: drawings, which lay themselves onto a picture for any second of the shot.

- As in drawn animation, a cel is a sheet with clear parts (multiplane camera). A frame only cuts out and blends.
- Blending is (ground · (255 - alpha) + 255) / 256 + colour · alpha / 255: a clear cel leaves the ground as it was, and
  nothing overflows a byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

U8: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.floating]
Paint: TypeAlias = "Sequence[float] | Floats"
Inside: TypeAlias = Callable[[Floats, Floats], Floats]
"""Coordinates (x, y) → how deep inside a shape each lies, negative outside."""
Drawing: TypeAlias = Callable[[U8, float, float], None]
"""Draws onto a picture (h, w, 3) what is seen at a second of the shot; the last number, 0..1, opens a mouth."""
Box: TypeAlias = tuple[slice, slice]
"""Rows and columns."""
Cel: TypeAlias = tuple[U8, U8]
"""Colour (h, w, 3) and alpha (h, w)."""
PHASES = 4
"""At how many fractions of a pixel a slow strip is kept, so that it glides."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A sheet (h, wide, 3) that slides left by `speed` pixels a second (right if negative), from row `top` down.

    `alpha` (h, wide), or None where the sheet is opaque. It slides to its end and back.
    """

    colour: U8
    alpha: U8 | None
    top: int
    speed: float

    def drawing(self, tone: U8, smooth: bool) -> Drawing:
        """`tone` (256,) maps its levels; `smooth` costs memory and lets it move by less than a pixel."""
        phases = PHASES if smooth else 1
        colour = np.take(tone, self.colour)
        keep = None
        if self.alpha is not None:
            colour, keep = _premultiplied(colour, self.alpha)
        colours = _phases(colour, phases)
        keeps = None if keep is None else _phases(keep, phases)
        wide = colours.shape[2]

        def draw(canvas: U8, seconds: float, opening: float) -> None:
            travel = wide - canvas.shape[1]
            distance = abs(self.speed) * seconds
            x = travel - abs(travel - distance % (2 * travel)) if travel else 0.0
            x = x if self.speed >= 0 else travel - x
            column, phase = int(x), int(x % 1 * phases)
            ground = canvas[self.top : self.top + colours.shape[1]]
            window = slice(column, column + canvas.shape[1])
            if keeps is None:
                ground[:] = colours[phase, :, window]
            else:
                _lay(ground, colours[phase, :, window], keeps[phase, :, window])

        return draw

    def thinned(self, step: int, width: int) -> Strip:
        """Every `step`th pixel of the first `width`."""
        part = (slice(None, None, step), slice(None, width + step, step))
        alpha = None if self.alpha is None else self.alpha[part]
        return Strip(self.colour[part], alpha, self.top // step, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """Something small. `where` (second, opening of the mouth) → which of `cels`, column and row of its upper left."""

    cels: tuple[Cel, ...]
    where: Callable[[float, float], tuple[int, float, float]]

    def drawing(self, tone: U8, smooth: bool) -> Drawing:
        """`tone` (256,) maps its levels; sprites move by whole pixels, `smooth` or not."""
        ready = [_premultiplied(np.take(tone, colour), alpha) for colour, alpha in self.cels]

        def draw(canvas: U8, seconds: float, opening: float) -> None:
            which, column, row = self.where(seconds, opening)
            colour, keep = ready[which]
            x, y = round(column), round(row)
            left, top = max(0, -x), max(0, -y)
            right, bottom = min(colour.shape[1], canvas.shape[1] - x), min(colour.shape[0], canvas.shape[0] - y)
            if left < right and top < bottom:
                part = (slice(top, bottom), slice(left, right))
                _lay(canvas[y + top : y + bottom, x + left : x + right], colour[part], keep[part])

        return draw

    def thinned(self, step: int, width: int) -> Sprite:
        """Every `step`th pixel."""

        def where(seconds: float, opening: float) -> tuple[int, float, float]:
            which, column, row = self.where(seconds, opening)
            return which, column / step, row / step

        return Sprite(tuple((colour[::step, ::step], alpha[::step, ::step]) for colour, alpha in self.cels), where)


@dataclass(frozen=True, slots=True, eq=False)
class Cycle:
    """A surface at row `top` whose colours run: `index` (h, w) into the rows of `table` (materials, 256, 3).

    An index is 256 · material + phase; phases advance by `rate` a second (colour cycling).
    """

    index: NDArray[np.intp]
    table: U8
    top: int
    rate: float

    def drawing(self, tone: U8, smooth: bool) -> Drawing:
        """`tone` (256,) maps its levels; phases between two colours are mixed, `smooth` or not."""
        table = tone[self.table].astype(np.float32)

        def draw(canvas: U8, seconds: float, opening: float) -> None:
            whole, part = divmod(self.rate * seconds, 1.0)
            first, second = np.roll(table, -int(whole), axis=1), np.roll(table, -int(whole) - 1, axis=1)
            now = (first + np.float32(part) * (second - first)).astype(np.uint8).reshape(-1, 3)
            np.take(now, self.index, axis=0, out=canvas[self.top : self.top + len(self.index)], mode="clip")

        return draw

    def thinned(self, step: int, width: int) -> Cycle:
        """Every `step`th pixel."""
        return Cycle(self.index[::step, ::step], self.table, self.top // step, 0.0)


def pixels(planes: Floats) -> U8:
    """Planes (3, h, w) → (h, w, 3) uint8; planes are reckoned with because they are several times faster."""
    return np.ascontiguousarray(np.moveaxis(np.clip(planes, 0, 255).astype(np.uint8), 0, 2))


class Sheet:
    """A clear sheet to draw shapes on; coordinates in parts of its height."""

    def __init__(self, height: int, width: int) -> None:
        self._scale = max(height, 1)
        self._colour = np.zeros((3, max(height, 1), max(width, 1)), np.float32)
        self._alpha = np.zeros(self._colour.shape[1:], np.float32)
        self._y = (np.arange(self._colour.shape[1], dtype=np.float32)[:, None] + 0.5) / self._scale
        self._x = (np.arange(self._colour.shape[2], dtype=np.float32)[None] + 0.5) / self._scale

    def shape(self, colour: Paint, inside: Inside, share: float = 1.0, box: Box = (slice(None), slice(None))) -> None:
        """Fills where `inside` (x, y) → depth is positive, with soft edges a pixel wide; only within `box`."""
        cover = np.clip(inside(self._x[:, box[1]], self._y[box[0]]) * self._scale + 0.5, 0, 1) * share
        total = cover + self._alpha[box] * (1 - cover)
        weight = cover / np.maximum(total, 1e-6)
        for plane, value in zip(self._colour, colour, strict=True):
            plane[box] += weight * (np.float32(value) - plane[box])
        self._alpha[box] = total

    def disc(self, colour: Paint, x: float, y: float, radius: float) -> None:
        """A filled circle."""
        self.ellipse(colour, x, y, radius, radius)

    def ellipse(self, colour: Paint, x: float, y: float, across: float, down: float, share: float = 1.0) -> None:
        """A filled ellipse with these half axes."""

        def reach(middle: float, half: float) -> slice:
            first, last = int((middle - half) * self._scale) - 2, int((middle + half) * self._scale) + 3
            return slice(max(first, 0), max(last, 0))

        box, radius = (reach(y, down), reach(x, across)), min(across, down)
        self.shape(colour, lambda u, v: (1 - np.hypot((u - x) / across, (v - y) / down)) * radius, share, box)

    def cel(self) -> Cel:
        """What was drawn."""
        return pixels(self._colour), np.round(255 * self._alpha).astype(np.uint8)


def _premultiplied(colour: U8, alpha: U8) -> Cel:
    """Colour times alpha, and what is kept of the ground, both (h, w, 3): three channels make it fast."""
    thick = np.repeat(alpha[..., None], 3, axis=2)
    product = (colour.astype(np.uint16) * thick + 127) // 255
    return product.astype(np.uint8), 255 - thick


def _phases(sheet: U8, phases: int) -> U8:
    """The sheet (h, wide, 3) moved left by 0, 1/n … of a pixel, (n, h, wide - 1, 3)."""
    if phases == 1:
        return sheet[None, :, :-1]
    here, there = sheet[:, :-1].astype(np.uint16), sheet[:, 1:].astype(np.uint16)
    moved = np.empty((phases, *here.shape), np.uint8)
    for phase in range(phases):
        moved[phase] = (here * (phases - phase) + there * phase) // phases
    return moved


def _lay(ground: U8, colour: U8, keep: U8) -> None:
    kept = np.multiply(ground, keep, dtype=np.uint16)
    kept += 255
    kept >>= 8
    np.add(kept, colour, out=ground, casting="unsafe")
