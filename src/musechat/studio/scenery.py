"""Places to film, as layers: `scene`.

In: a subject, and a `Stage`: size, palette, how fast the camera pans and for how long, a seed. Out: layers, back to
front.

- Lengths are in parts of the picture's height, so that a place looks the same at any size.
- Near layers pass faster than far ones and are darker and clearer (parallax, aerial perspective).
- Ridges and clouds are value noise; buildings, trees and figures are a few plain shapes.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from musechat.studio.cels import Cycle, Sheet, Sprite, Strip, pixels
from musechat.studio.film import SPEAKER
from musechat.studio.waves import Floats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from musechat.studio.cels import U8, Cel, Paint
    from musechat.studio.film import Palette

Layers: TypeAlias = list[Strip | Sprite | Cycle]
PACE = {"hills": 2.2, "sea": 2.6, "woods": 0.5, "city": 1.0, "road": 1.5, "lights": 1.25, SPEAKER: 1.4}
"""How fast the camera goes, as a factor: level lines that pan show little motion, trunks show much."""
FARTHEST = 16
"""A pan turns back after so many picture widths, which bounds the size of a layer."""


class Stage:
    """Where a shot is filmed: pixels, colours, the camera's `pan` in picture widths a second, and chance."""

    def __init__(self, width: int, height: int, palette: Palette, pan: float, seconds: float, seed: int) -> None:
        self.width, self.height, self.palette, self.seconds = width, height, palette, seconds
        self.rng = np.random.default_rng(seed)
        self.pan = pan * width * float(self.rng.choice((-1, 1)))  # pixels a second
        self.night = float(np.mean(palette.sky)) < 110

    def uniform(self, low: float, high: float) -> float:
        """A number between `low` and `high`."""
        return float(self.rng.uniform(low, high))

    def pick(self, colours: Sequence[Sequence[float]]) -> Sequence[float]:
        """One of `colours`."""
        return colours[int(self.rng.integers(len(colours)))]

    def wide(self, speed: float) -> int:
        """How many columns a strip needs that slides by `speed` pixels a second."""
        return self.width + 2 + int(min(abs(speed) * self.seconds, FARTHEST * self.width))

    def wave(self, speed: float, length: float, octaves: int = 3) -> Floats:
        """Value noise in about -1..1, as `wide` as the speed asks, its longest waves `length` heights long."""
        total = np.zeros(count := self.wide(speed), np.float32)
        for octave in range(octaves):
            cell = max(length * self.height / 2**octave, 2.0)
            at = np.arange(count) / cell
            knots = self.rng.uniform(-1, 1, int(at[-1]) + 2)
            whole = at.astype(np.intp)
            part = at - whole
            total += (knots[whole] + (knots[whole + 1] - knots[whole]) * (3 - 2 * part) * part**2) / 2**octave
        return total


def mix(first: Paint, second: Paint, share: float) -> Floats:
    """A colour (3,) between two."""
    return (1 - share) * np.asarray(first, np.float32) + share * np.asarray(second, np.float32)


def ramp(stops: Sequence[Paint], count: int) -> Floats:
    """Colours (count, 3) through `stops`."""
    at, places = np.linspace(0, 1, count), np.linspace(0, 1, len(stops))
    columns = np.array(stops, np.float32)
    return np.stack([np.interp(at, places, columns[:, c]) for c in range(3)], axis=1).astype(np.float32)


def scene(subject: str, stage: Stage) -> Layers:
    """The layers of a place; `subject` is one that a palette names, or the speaker."""
    return SUBJECTS[subject](stage)


def _sky(stage: Stage, horizon: float, bottom: float = 1.0) -> Layers:
    """Sky down to `bottom`, with a sun or moon, stars at night, and clouds that drift."""
    speed = 0.05 * stage.pan
    wide, height = stage.wide(speed), min(stage.height, int(bottom * stage.height))
    rows = ramp(stage.palette.sky, max(2, int(horizon * stage.height)))
    rows = np.concatenate([rows, np.repeat(rows[-1:], stage.height, axis=0)])[:height]
    x, y = stage.uniform(0.15, 0.85) * stage.width, stage.uniform(0.12, 0.75 * horizon) * stage.height
    radius = stage.uniform(0.035, 0.08) * stage.height
    across = np.arange(wide, dtype=np.float32) - np.float32(x)
    down = np.arange(height, dtype=np.float32)[:, None] - np.float32(y)
    glow = np.clip(radius - np.hypot(across, down) + 0.5, 0, 1)
    for share, reach in ((0.5, 2.6), (0.28, 9)):
        halo = share * np.exp(-((down / (reach * radius)) ** 2)) * np.exp(-((across / (reach * radius)) ** 2))
        glow = np.maximum(glow, halo)
    grain = stage.rng.standard_normal((height, wide), np.float32) * 0.7  # hides the steps of a slow gradient
    if stage.night:
        stars = stage.rng.random((90, 3)) * (wide, min(0.8 * horizon * stage.height, height), 120)
        grain[stars[:, 1].astype(np.intp), stars[:, 0].astype(np.intp)] += stars[:, 2]
    planes = rows.T[:, :, None] + grain
    planes += glow * (np.array(stage.palette.lamp, np.float32)[:, None, None] - planes)
    return [Strip(pixels(planes), None, 0, speed), _clouds(stage, horizon)]


def _clouds(stage: Stage, horizon: float) -> Strip:
    speed = 0.08 * stage.pan + stage.uniform(-0.012, 0.012) * stage.height
    wide, rows = stage.wide(speed), int(0.9 * horizon * stage.height)
    half = np.zeros(((rows + 1) // 2, (wide + 1) // 2), np.float32)
    for octave, share in enumerate((0.5, 0.3, 0.2)):
        down, across = 0.09 * stage.height / 2**octave, 0.34 * stage.height / 2**octave
        half += share * _plane(stage, half.shape, max(down, 1.5), max(across, 1.5))
    thick = np.repeat(np.repeat(half, 2, axis=0), 2, axis=1)[:rows, :wide]
    cover = stage.uniform(0.46, 0.62)
    fade = np.sin(np.linspace(0.15, np.pi, rows))[:, None]
    alpha = np.clip((thick - cover) * 4, 0, 1) * 190 * fade
    colour = np.broadcast_to(
        ramp([mix(stage.palette.sky[1], (255, 255, 255), 0.25), stage.palette.lamp], rows)[:, None], (rows, wide, 3)
    )
    return Strip(colour.astype(np.uint8), alpha.astype(np.uint8), 0, speed)


def _plane(stage: Stage, shape: tuple[int, int], down: float, across: float) -> Floats:
    """Value noise (h, w) in 0..1 of cells `down` by `across` pixels."""
    y, x = np.arange(shape[0]) / down, np.arange(shape[1]) / across
    knots = stage.rng.random((int(y[-1]) + 2, int(x[-1]) + 2), np.float32)
    row, column = y.astype(np.intp), x.astype(np.intp)
    fy, fx = (y - row).astype(np.float32)[:, None], (x - column).astype(np.float32)
    fy, fx = fy * fy * (3 - 2 * fy), fx * fx * (3 - 2 * fx)
    lines = knots[:, column] + (knots[:, column + 1] - knots[:, column]) * fx
    plane: Floats = lines[row] + (lines[row + 1] - lines[row]) * fy
    return plane


def _land(stage: Stage, speed: float, crest: Floats, colours: Sequence[Floats]) -> Strip:
    """Everything below `crest` (wide,), a row for each column, in colours that run from the crest down."""
    top = max(0, int(crest.min()) - 1)
    below = np.arange(top, stage.height, dtype=np.float32)[:, None] - crest
    shades = ramp(colours, 64).astype(np.uint8)
    depth = np.clip(below * (64 / (0.45 * stage.height)), 0, 63).astype(np.uint8)
    return Strip(np.take(shades, depth, axis=0), (np.clip(below + 0.5, 0, 1) * 255).astype(np.uint8), top, speed)


def _hills(stage: Stage) -> Layers:
    """Ridge behind ridge, seen from a valley (high mountains) or from a height (a low horizon line)."""
    p, below = stage.palette, stage.uniform(0, 1) < 0.5
    horizon = stage.uniform(0.32, 0.42) if below else stage.uniform(0.58, 0.7)
    layers = _sky(stage, horizon + 0.1, horizon + 0.34)
    for depth in (0.0, 0.35, 0.7, 1.0):
        speed = (0.2 + 0.8 * depth**1.5) * stage.pan
        rise = stage.uniform(0.1, 0.16) * (1.3 if below else 1.0) * (1 - 0.3 * depth)
        crest = horizon + (0.5 if below else 0.28) * depth + rise * stage.wave(speed, 0.9 - 0.3 * depth, 4)
        crest *= stage.height
        if depth >= 0.7:
            crest = _wooded(stage, crest, depth)
        colour = mix(p.far, p.near, depth)
        foot = mix(colour, p.sky[2], 0.45 * (1 - depth))
        layers.append(_land(stage, speed, crest, [mix(colour, p.sky[2], 0.12), colour, foot]))
    return layers


def _wooded(stage: Stage, crest: Floats, depth: float) -> Floats:
    """A crest with firs on it."""
    top = crest.copy()
    count = int(len(crest) / stage.height * stage.uniform(3, 12))
    for x, size in zip(stage.rng.integers(0, len(crest), count), stage.rng.uniform(0.5, 1.3, count), strict=True):
        tall, half = 0.15 * depth * size * stage.height, max(2, int(0.035 * depth * size * stage.height))
        columns = np.arange(max(0, x - half), min(len(crest), x + half))
        side = 1 - np.abs(columns - x) / half
        jagged = np.clip(side + 0.12 * np.sin(side * 22), 0, 1)
        top[columns] = np.minimum(top[columns], crest[x] - tall * jagged)
    return top


def _sea(stage: Stage) -> Layers:
    p, horizon = stage.palette, stage.uniform(0.4, 0.58)
    layers = _sky(stage, horizon, horizon + 0.05)
    speed = 0.15 * stage.pan
    crest = (horizon - np.maximum(0, 0.09 * stage.wave(speed, 1.6) - 0.01)) * stage.height
    coast = _land(stage, speed, crest, [mix(p.far, p.near, 0.25), mix(p.far, p.near, 0.45)])
    layers += [coast, _water(stage, horizon), _boat(stage, horizon)]
    for depth in (0.0, 0.5, 1.0):
        drift = stage.uniform(0.03, 0.08) * stage.height * stage.rng.choice((-1, 1))
        swell = (0.5 + 0.5 * depth) * stage.pan + drift
        waves = 0.022 * (1 + depth) * stage.wave(swell, 0.32 + 0.2 * depth)
        crest = (horizon + 0.24 + 0.15 * depth + waves) * stage.height
        deep = mix(mix(p.sky[1], p.near, 0.45), p.near, 0.25 + 0.6 * depth)
        layers.append(_land(stage, swell, crest, [mix(deep, p.lamp, 0.38), deep, mix(deep, p.near, 0.5)]))
    return layers


def _water(stage: Stage, horizon: float) -> Cycle:
    """Water to the horizon, finer with distance, with the lamp's glitter on it."""
    p, top = stage.palette, int(horizon * stage.height)
    rows, levels = stage.height - top, 8
    depth = np.linspace(0.02, 1, rows, dtype=np.float32)[:, None]
    phase = np.zeros((rows, stage.width), np.float32)
    x = np.arange(stage.width, dtype=np.float32)[None] / stage.height - 0.9
    for length, slant in ((0.05, 0.3), (0.09, -0.4), (0.21, 0.1)):
        phase += np.sin((x / (depth + 0.1) + slant * 9 * np.log(depth + 0.05)) * length * 40 + 60 * length / depth**0.5)
    phase += _plane(stage, phase.shape, 2.0, 9.0)
    index = (phase * 48).astype(np.intp) % 256 + 256 * (depth * (levels - 0.01)).astype(np.intp)
    glint = np.abs(x - stage.uniform(-0.5, 0.5)) < (0.06 + 0.3 * depth) * _plane(stage, phase.shape, 3.0, 14.0)
    index += 256 * levels * glint
    table = np.empty((2 * levels, 256, 3), np.float32)
    wave = np.sin(np.arange(256) * (2 * np.pi / 256))[:, None]
    for level in range(levels):
        body = mix(mix(p.sky[2], p.far, 0.3), mix(p.sky[1], p.near, 0.6), level / (levels - 1))
        table[level] = body * (1 + 0.10 * wave)
        table[levels + level] = body + np.clip(wave - 0.1, 0, 1) * (np.array(p.lamp) - body) * 0.85
    rate = 25 + 500 * abs(stage.pan) / stage.width
    return Cycle(index, np.clip(table, 0, 255).astype(np.uint8), top, rate)


def _boat(stage: Stage, horizon: float) -> Sprite:
    size = stage.uniform(0.1, 0.2)
    sheet = Sheet(int(size * stage.height), int(size * stage.height))
    sail = stage.palette.accents[0]
    sheet.shape(sail, lambda x, y: np.minimum(np.minimum(0.52 - x, 0.8 - y), x - 0.52 + 0.55 * (y - 0.02)))
    sheet.shape(
        mix(sail, stage.palette.far, 0.3),
        lambda x, y: np.minimum(np.minimum(x - 0.55, 0.8 - y), 0.55 + 0.4 * (y - 0.15) - x),
    )
    sheet.shape(
        stage.palette.near,
        lambda x, y: np.minimum(np.minimum(y - 0.83, 0.97 - y), 0.48 - 0.6 * (y - 0.83) - np.abs(x - 0.5)),
    )
    begin = stage.uniform(0.1, 0.8) * stage.width
    speed = 0.02 * stage.height * stage.rng.choice((-1, 1)) - 0.3 * stage.pan
    y = (horizon + 0.05 - 0.9 * size) * stage.height
    return Sprite((sheet.cel(),), lambda t, _: (0, begin + speed * t, y + 0.006 * stage.height * np.sin(2 * t)))


def _city(stage: Stage) -> Layers:
    p, speed = stage.palette, 1.15 * stage.pan
    kerb = np.full(stage.wide(speed), 0.9 * stage.height, np.float32)
    street = [mix(p.near, p.lamp, 0.3), mix(p.near, (20, 20, 24), 0.6), mix(p.near, (10, 10, 12), 0.7)]
    return [
        *_sky(stage, 0.72),
        *(_blocks(stage, depth) for depth in (0.0, 0.45, 1.0)),
        _land(stage, speed, kerb, street),
        *(_car(stage) for _ in range(4)),
        _lanterns(stage),
    ]


def _blocks(stage: Stage, depth: float) -> Strip:
    """A row of houses with windows; `depth` 0 (far) to 1 (near)."""
    size, speed = 0.5 + 0.9 * depth, (0.12 + 0.88 * depth) * stage.pan
    wide, height = stage.wide(speed), stage.height
    widths = stage.rng.uniform(0.10, 0.26, 4 + int(wide / (0.1 * size * height))) * size * height
    ends = np.cumsum(widths)
    columns = np.arange(wide)
    house = np.searchsorted(ends, columns, side="right")
    along = columns - (ends - widths)[house]
    tops = stage.uniform(0.3, 0.42) + 0.18 * depth + stage.rng.uniform(-0.2, 0.2, len(widths)) * (1 - 0.2 * depth)
    top = tops[house] * height
    gap = along < 0.012 * size * height
    first = int(max(0, top.min()))
    below = np.arange(first, int(0.93 * height))[:, None] - top
    across, down = max(3.0, 0.03 * size * height), max(4.0, 0.042 * size * height)
    number = house * 7919 + (along // across).astype(np.intp) * 104729 + (below // down).astype(np.intp) * 1299709
    window = (along % across > 0.35 * across) & (below % down > 0.45 * down) & (below > 0.6 * down)
    lit = number * 2654435761 % 1009 < (480 if stage.night else 150)
    haze = np.clip(below * (7.99 / (0.75 * height)), 0, 7).astype(np.intp)
    index = (haze * len(widths) + house) * 5 + window * (1 + lit * (1 + number % 3))
    colours = _facades(stage, depth, len(widths))
    alpha = (np.clip(below + 0.5, 0, 1) * ~gap * 255).astype(np.uint8)
    return Strip(np.take(colours, index, axis=0), alpha, first, speed)


def _facades(stage: Stage, depth: float, houses: int) -> U8:
    """Colours (8 · houses · 5, 3) of wall, dark window, three lit windows of each house, at eight levels of haze."""
    p = stage.palette
    wall = mix(p.far, p.near, 0.15 + 0.8 * depth)
    paints = np.array(p.accents, np.float32)[stage.rng.integers(0, len(p.accents), houses)]
    kinds = np.empty((houses, 5, 3), np.float32)
    kinds[:, 0] = wall + stage.rng.uniform(-0.12, 0.3, (houses, 1)) * (paints - wall)
    kinds[:, 1] = kinds[:, 0] + 0.3 * (np.array(p.sky[1]) - kinds[:, 0])
    kinds[:, 2:] = 0.2 * kinds[:, :1] + 0.8 * np.array([p.lamp, *p.accents[:2]], np.float32)
    haze = np.linspace(0, 0.4 * (1 - depth), 8)[:, None, None, None]
    return np.clip(kinds + haze * (np.array(p.sky[2]) - kinds), 0, 255).astype(np.uint8).reshape(-1, 3)


def _car(stage: Stage) -> Sprite:
    """A car that crosses the picture again and again."""
    long = stage.uniform(0.16, 0.24)
    high = 0.42 * long
    sheet = Sheet(int(high * stage.height), int(long * stage.height))
    body = stage.pick(stage.palette.accents)
    sheet.shape(body, lambda x, y: np.minimum(0.4 - np.abs(x - 1.15) * 0.75 - (0.62 - y) * 0.3, y - 0.12) * 0.9)
    sheet.shape(
        mix(stage.palette.sky[2], (40, 50, 60), 0.4),
        lambda x, y: np.minimum(0.3 - np.abs(x - 1.15) * 0.75 - (0.5 - y) * 0.3, np.minimum(y - 0.2, 0.46 - y)),
    )
    sheet.shape(body, lambda x, y: np.minimum(np.minimum(y - 0.46, 0.84 - y), 1.15 - np.abs(x - 1.19)))
    for wheel in (0.55, 1.8):
        sheet.disc((22, 22, 26), wheel, 0.82, 0.17)
        sheet.disc((150, 150, 155), wheel, 0.82, 0.08)
    side = float(stage.rng.choice((-1, 1)))
    sheet.disc(stage.palette.lamp, 1.19 + 1.08 * side, 0.58, 0.07)
    speed = side * stage.uniform(0.3, 0.7) * stage.height - 0.9 * stage.pan
    top, cel = stage.uniform(0.86, 0.92) - high + 0.06, sheet.cel()
    width = cel[0].shape[1]
    way = stage.width * 1.6 + width
    begin = stage.uniform(0, way)
    return Sprite((cel,), lambda t, _: (0, (begin + speed * t) % way - width, top * stage.height))


def _lanterns(stage: Stage) -> Strip:
    """Street lamps between the camera and the street."""
    speed = 1.5 * stage.pan
    wide, height = stage.wide(speed), stage.height
    top, radius = int(0.36 * height), max(2, int(0.022 * height))
    colour = np.empty((height - top, wide, 3), np.uint8)
    colour[:] = mix(stage.palette.near, (0, 0, 0), 0.4).astype(np.uint8)
    alpha = np.zeros((height - top, wide), np.uint8)
    post, step = max(2, int(0.012 * height)), int(stage.uniform(0.8, 1.1) * height)
    lines = np.arange(6 * radius)[:, None] - 2 * radius
    for x in range(int(stage.uniform(2 * radius, step)), wide - 4 * radius, step):
        alpha[radius:, x : x + post] = 255
        glow = np.exp(-np.hypot(np.arange(-2 * radius, 4 * radius) - radius, lines - radius) / radius) * 300
        box = (slice(0, 6 * radius), slice(max(0, x - 3 * radius), x + 3 * radius))
        glow = glow[:, -(box[1].stop - box[1].start) :]
        colour[box] = stage.palette.lamp
        alpha[box] = np.maximum(alpha[box], np.clip(glow, 0, 255))
    return Strip(colour, alpha, top, speed)


def _road(stage: Stage) -> Layers:
    p, horizon = stage.palette, stage.uniform(0.4, 0.52)
    layers = _sky(stage, horizon + 0.05, horizon + 0.1)
    for depth in (0.2, 0.5):
        speed = 0.06 * depth * stage.pan
        crest = (horizon - 0.02 + 0.12 * (0.6 - depth) * (stage.wave(speed, 0.7) - 0.8)) * stage.height
        colour = mix(p.far, p.near, depth)
        layers.append(_land(stage, speed, crest, [colour, mix(colour, p.sky[2], 0.3)]))
    layers.append(_lane(stage, horizon))
    pace = abs(stage.pan) / stage.width
    cels = _posts(stage)
    layers.extend(_post(stage, cels, horizon, pace, i / 8, 1 if i % 2 else -1) for i in range(8))
    return layers


def _lane(stage: Stage, horizon: float) -> Cycle:
    """A road to the horizon, seen from a car."""
    p, top = stage.palette, int(horizon * stage.height)
    rows, levels = stage.height - top, 8
    near = np.linspace(0.012, 1, rows, dtype=np.float32)[:, None]
    bend = stage.uniform(-0.35, 0.35)
    x = (np.arange(stage.width) / stage.width - 0.5 - bend * (1 - near) ** 3 * 0.6) / near
    phase = ((1 / near) * 190).astype(np.intp) % 256
    ground, shoulder, lane, line = range(4)
    off = np.abs(x)
    kind = np.select(
        [(off < 0.02) | (np.abs(off - 0.62) < 0.015), off < 0.70, off < 0.78], [line, lane, shoulder], ground
    )
    level = ((1 - np.exp(-6 * near)) * (levels - 0.01)).astype(np.intp)
    table = np.empty((4, levels, 256, 3), np.float32)
    stripe = np.clip(np.sin(np.arange(256) * (2 * np.pi / 128)) * 4, -1, 1)[:, None]
    land, tar = mix(p.far, p.near, 0.45), mix(p.near, (70, 70, 76), 0.65)
    paint = np.array((245, 245, 240), np.float32)
    bodies = (
        (mix(land, p.lamp, 0.12), mix(land, p.near, 0.3)),
        (paint, mix(p.accents[-1], (200, 40, 40), 0.3)),
        (mix(tar, (255, 255, 255), 0.04), tar),
        (paint, tar),
    )
    for material, (light, dark) in enumerate(bodies):
        for step in range(levels):
            clear = (step + 0.5) / levels
            far = mix(p.sky[2], (light + dark) / 2, 0.4 + 0.6 * clear)
            table[material, step] = far + clear**0.6 * stripe * (light - dark) / 2
    index, rate = (kind * levels + level) * 256 + phase, 20 + 900 * abs(stage.pan) / stage.width
    return Cycle(index, np.clip(table, 0, 255).astype(np.uint8).reshape(-1, 256, 3), top, rate)


def _posts(stage: Stage) -> tuple[Cel, ...]:
    """A tree at the roadside, from afar to close by."""
    leaves, wood = mix(stage.palette.near, stage.palette.accents[0], 0.12), mix(stage.palette.near, (40, 26, 20), 0.6)
    spots = stage.rng.uniform(-1, 1, (7, 2))
    cels = []
    for size in np.geomspace(0.05, 1.1, 14):
        sheet = Sheet(max(3, int(0.75 * size * stage.height)), max(3, int(0.5 * size * stage.height)))
        sheet.shape(wood, lambda x, y: np.minimum(0.03 - np.abs(x - 0.33), y - 0.4))
        for dx, dy in spots:
            sheet.disc(mix(leaves, stage.palette.lamp, 0.1 - 0.1 * dy), 0.33 + 0.14 * dx, 0.32 + 0.14 * dy, 0.17)
        cels.append(sheet.cel())
    return tuple(cels)


def _post(stage: Stage, cels: tuple[Cel, ...], horizon: float, pace: float, begin: float, side: int) -> Sprite:
    def where(seconds: float, opening: float) -> tuple[int, float, float]:
        near = 0.03 * 40.0 ** ((begin + (0.06 + 0.9 * pace) * seconds) % 1.0)  # 0.03..1.2
        size = min(near, 1.1)
        which = round(float(13 * np.log(max(size, 0.05) / 0.05) / np.log(22)))
        high, wide = cels[which][0].shape[:2]
        foot = (horizon + near * (1 - horizon)) * stage.height
        return which, stage.width * (0.5 + side * 0.95 * near) - wide / 2, foot - high

    return Sprite(cels, where)


def _woods(stage: Stage) -> Layers:
    p = stage.palette
    wide = stage.wide(0.1 * stage.pan)
    rows = ramp([p.sky[1], p.sky[2], mix(p.sky[2], p.far, 0.6)], stage.height).T[:, :, None]
    x, y = np.arange(wide, dtype=np.float32), np.arange(stage.height, dtype=np.float32)[:, None]
    beam = np.clip(np.sin((x + 0.55 * y) * (5.5 / stage.height) + stage.uniform(0, 6)) - 0.35, 0, 1)
    planes = rows + 0.6 * beam * (1 - y / stage.height) * (np.array(p.lamp, np.float32)[:, None, None] - rows)
    layers: Layers = [Strip(pixels(planes), None, 0, 0.1 * stage.pan)]
    for depth in (0.15, 0.5, 1.0):
        speed = (0.15 + 0.85 * depth) * stage.pan
        colour = mix(p.far, p.near, 0.1 + 0.9 * depth)
        layers.append(_trunks(stage, speed, depth, colour))
        crest = (0.72 + 0.2 * depth + 0.03 * stage.wave(speed, 0.5)) * stage.height
        layers.append(_land(stage, speed, crest, [mix(colour, p.accents[0], 0.25), colour, mix(colour, p.near, 0.4)]))
    layers.extend(_mote(stage, 0.012, 0.5, 0.06) for _ in range(14))
    return layers


def _trunks(stage: Stage, speed: float, depth: float, colour: Floats) -> Strip:
    wide, height = stage.wide(speed), stage.height
    alpha = np.zeros((height, wide), np.float32)
    light = np.zeros((height, wide), np.float32)
    y = np.arange(height, dtype=np.float32)[:, None]
    count = max(2, int(wide / height * (7 - 4.5 * depth)))
    places = (np.arange(count) + stage.rng.uniform(0.1, 0.9, count)) * wide / count
    for place, thick, lean in zip(
        places, stage.rng.uniform(0.6, 1.4, count), stage.rng.uniform(-0.06, 0.06, count), strict=True
    ):
        half = (0.008 + 0.034 * depth) * thick * height
        left, right = int(place - 1.6 * half - 0.07 * height), int(place + 1.6 * half + 0.07 * height)
        columns = np.arange(max(0, left), min(wide, right), dtype=np.float32)
        off = columns - place - lean * (y - 0.5 * height)
        grown = half * (0.75 + 0.5 * (y / height) ** 3)
        box = (slice(None), slice(max(0, left), min(wide, right)))
        alpha[box] = np.maximum(alpha[box], np.clip(grown - np.abs(off) + 0.5, 0, 1))
        light[box] = np.where(np.abs(off) < grown, np.clip(-off / grown, 0, 1), light[box])
    lit = mix(colour, stage.palette.lamp, 0.4)
    shade = ramp([colour, mix(colour, lit, 0.8)], 256).astype(np.uint8)
    return Strip(np.take(shade, (light * 255).astype(np.uint8), axis=0), (alpha * 255).astype(np.uint8), 0, speed)


def _lights(stage: Stage) -> Layers:
    """Lights out of focus."""
    p = stage.palette
    stops = [mix(p.sky[0], p.near, 0.35), np.array(p.sky[1], np.float32), mix(p.sky[1], p.sky[2], 0.6)]
    back = ramp(stops if stage.uniform(0, 1) < 0.5 else stops[::-1], stage.height)
    grain = stage.rng.standard_normal((stage.height, stage.width + 2), np.float32) * 0.7
    layers: Layers = [Strip(pixels(back.T[:, :, None] + grain), None, 0, 0.0)]
    layers.extend(_mote(stage, radius, 0.35, 1.0) for radius in np.sort(stage.rng.uniform(0.03, 0.2, 26))[::-1])
    return layers


def _mote(stage: Stage, radius: float, clear: float, share: float) -> Sprite:
    """A disc of light that floats, and passes by with `share` of the camera's speed."""
    size = max(2, int(2 * radius * stage.height))
    sheet = Sheet(size, size)
    sheet.disc(stage.pick((*stage.palette.accents, stage.palette.lamp)), 0.5, 0.5, 0.48)
    pixels, alpha = sheet.cel()
    rim = np.hypot(*(np.mgrid[0:size, 0:size] - (size - 1) / 2)) / (size / 2)
    soft = alpha * clear * (0.55 + 0.45 * np.clip(rim, 0, 1) ** 4) * stage.uniform(0.6, 1.6)
    nearness = 0.25 + 4 * radius
    speed = -stage.pan * share * nearness + stage.uniform(-0.02, 0.02) * stage.height
    begin, row, rise = stage.uniform(0, 3), stage.uniform(-0.05, 1), stage.uniform(0.005, 0.03)
    swing = stage.uniform(0, 6)
    way = stage.width + 2 * size

    def where(seconds: float, opening: float) -> tuple[int, float, float]:
        y = row - rise * seconds + 0.01 * np.sin(seconds + swing)
        return 0, (begin * stage.width + speed * seconds) % way - size, y * stage.height - size / 2

    return Sprite(((pixels, np.clip(soft, 0, 255).astype(np.uint8)),), where)


def _speaker(stage: Stage) -> Layers:
    """Somebody who talks to us, in front of lights."""
    layers = _lights(stage)[:14]
    close, place = stage.uniform(0.85, 1.25), stage.uniform(0.3, 0.7) * stage.width
    skin = stage.pick(((244, 208, 180), (224, 172, 136), (186, 128, 92), (122, 80, 56)))
    hair = stage.pick(((46, 32, 28), (92, 58, 34), (170, 120, 60), (24, 24, 30)))
    shirt = mix(stage.pick(stage.palette.accents), stage.palette.near, 0.35)
    body = Sheet(int(0.62 * close * stage.height), int(1.1 * close * stage.height))
    body.ellipse(shirt, 0.885, 0.78, 0.72, 0.62)
    body.ellipse(mix(skin, shirt, 0.1), 0.885, 0.14, 0.17, 0.2)
    head_size = 0.62 * close
    kinds = product((0, 1), (0.0, 0.3, 0.6, 1.0))
    cels = tuple(_head(int(head_size * stage.height), skin, hair, opening, shut) for shut, opening in kinds)
    torso = body.cel()
    blink, sway = stage.uniform(2.4, 4.2), stage.uniform(0, 6)
    y = (1 - 0.55 * close) * stage.height

    def face(seconds: float, opening: float) -> tuple[int, float, float]:
        nod = 0.010 * np.sin(1.3 * seconds + sway) - 0.012 * opening
        turn = 0.014 * np.sin(0.7 * seconds + sway)
        shut = 4 if (seconds + sway) % blink < 0.14 else 0
        left = place - cels[0][0].shape[1] / 2 + turn * stage.height
        return shut + round(3 * opening), left, y - (0.84 * head_size - nod - 0.13 * close) * stage.height

    edge = place - torso[0].shape[1] / 2
    shoulders = Sprite((torso,), lambda t, _: (0, edge, y + 0.003 * stage.height * np.sin(1.6 * t)))
    return [*layers, shoulders, Sprite(cels, face)]


def _head(size: int, skin: Sequence[float], hair: Sequence[float], opening: float, shut: int) -> Cel:
    sheet = Sheet(size, int(0.8 * size))
    dark = mix(skin, (60, 20, 20), 0.35)
    sheet.ellipse(hair, 0.4, 0.44, 0.335, 0.41)
    for side in (-1, 1):
        sheet.ellipse(mix(skin, dark, 0.3), 0.4 + 0.285 * side, 0.55, 0.05, 0.08)
    sheet.ellipse(skin, 0.4, 0.55, 0.28, 0.37)
    sheet.ellipse(mix(skin, (255, 240, 220), 0.35), 0.33, 0.5, 0.14, 0.22, 0.35)
    sheet.ellipse(hair, 0.4, 0.24, 0.285, 0.13)
    for side in (-1, 1):
        x = 0.4 + 0.115 * side
        sheet.ellipse(hair, x, 0.435 - 0.012 * opening, 0.065, 0.014)
        sheet.ellipse((250, 250, 248), x, 0.5, 0.05, 0.006 if shut else 0.03)
        if not shut:
            sheet.disc((40, 30, 30), x, 0.5, 0.024)
    sheet.ellipse(dark, 0.4, 0.625, 0.035, 0.02, 0.6)
    sheet.ellipse(mix(dark, (190, 50, 60), 0.5), 0.4, 0.745, 0.095 - 0.015 * opening, 0.018 + 0.052 * opening)
    if opening:
        sheet.ellipse((60, 14, 20), 0.4, 0.747, 0.078 - 0.015 * opening, 0.045 * opening)
        sheet.ellipse((245, 240, 235), 0.4, 0.747 - 0.032 * opening, 0.05, 0.012 * opening)
    return sheet.cel()


SUBJECTS: Mapping[str, Callable[[Stage], Layers]] = {
    "hills": _hills,
    "sea": _sea,
    "city": _city,
    "road": _road,
    "woods": _woods,
    "lights": _lights,
    SPEAKER: _speaker,
}
