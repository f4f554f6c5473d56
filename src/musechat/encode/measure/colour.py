"""Colour: how bright, saturated and warm pictures are, and which colours they are made of.

In: RGB pictures. Out: `Colour`, and the same three values for each picture.

- Everything is measured in CIELAB (CIE 15:2018; sRGB, D65), where distances go with what people see.
- brightness = L* / 100. saturation = chroma C* / `full_chroma`. warmth = 0.5 at no cast, rising where chroma points to
  orange and falling where it points to the opposite blue (the warm-cool axis of Ou et al. 2004).
- Names are the eleven basic colour terms (Berlin & Kay 1969), by ranges of lightness, chroma and hue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ColourSettings:
    """CIELAB units, degrees of hue. At most `pictures` pictures of about `pixels` pixels each are looked at."""

    full_chroma: float = 60.0
    warm_hue: float = 55.0
    full_warmth: float = 50.0
    grey_chroma: float = 10.0
    black: float = 18.0
    white: float = 88.0
    brown_below: float = 60.0
    pink_above: float = 62.0
    least_share: float = 0.12
    most_names: int = 3
    pictures: int = 240
    pixels: int = 2304


COLOURS = ColourSettings()
# Upper bounds of hue in degrees and the name below each; red closes the circle.
HUES = (
    (40.0, "red"),
    (72.0, "orange"),
    (105.0, "yellow"),
    (185.0, "green"),
    (307.0, "blue"),
    (335.0, "purple"),
    (350.0, "pink"),
)
NAMES = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")


@dataclass(frozen=True, slots=True)
class NamedColour:
    """One of `NAMES` and the share of the picture that has it, 0..1."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Colour:
    """`brightness`, `saturation`, `warmth` in 0..1, and the `main` colours, the largest first."""

    brightness: float
    saturation: float
    warmth: float
    main: tuple[NamedColour, ...]


def measure_colour(pictures: NDArray[np.uint8], settings: ColourSettings = COLOURS) -> Colour | None:
    """The colour of `pictures` (n, h, w, 3) uint8 RGB together; None where there is none."""
    if pictures.size == 0:
        return None
    lab = _lab(_fewer(pictures, settings))
    brightness, saturation, warmth = _values(lab, settings).mean(axis=0).tolist()
    return Colour(brightness, saturation, warmth, _main(lab, settings))


def colour_by_picture(pictures: NDArray[np.uint8], settings: ColourSettings = COLOURS) -> Floats:
    """Brightness, saturation and warmth (n, 3) in 0..1 of each of `pictures` (n, h, w, 3) uint8 RGB."""
    values = np.empty((pictures.shape[0], 3), np.float32)
    for index, picture in enumerate(pictures):
        values[index] = _values(_lab(_thinned(picture[None], settings)), settings)[0]
    return values


def _fewer(pictures: NDArray[np.uint8], settings: ColourSettings) -> NDArray[np.uint8]:
    count = pictures.shape[0]
    chosen = np.unique(np.linspace(0, count - 1, min(count, settings.pictures)).astype(np.intp))
    return _thinned(pictures[chosen], settings)


def _thinned(pictures: NDArray[np.uint8], settings: ColourSettings) -> NDArray[np.uint8]:
    """Every so many rows and columns, so that about `pixels` pixels remain of each picture."""
    step = max(1, round(np.sqrt(pictures.shape[1] * pictures.shape[2] / settings.pixels)))
    return pictures[:, ::step, ::step]


def _lab(pictures: NDArray[np.uint8]) -> Floats:
    """sRGB (n, h, w, 3) uint8 → CIELAB (n, pixels, 3)."""
    level = np.arange(256) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4).astype(np.float32)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    white = matrix.sum(axis=1)
    ratio = linear[pictures].reshape(len(pictures), -1, 3) @ (matrix / white[:, None]).T.astype(np.float32)
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), ratio * (841 / 108) + 4 / 29)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    lab: Floats = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)
    return lab


def _values(lab: Floats, settings: ColourSettings) -> Floats:
    """Brightness, saturation, warmth (n, 3) in 0..1 of CIELAB pictures (n, pixels, 3)."""
    light, red, yellow = lab[..., 0], lab[..., 1], lab[..., 2]
    angle = np.deg2rad(settings.warm_hue)
    warm = (red * np.cos(angle) + yellow * np.sin(angle)).mean(axis=1) / settings.full_warmth
    chroma = np.hypot(red, yellow).mean(axis=1) / settings.full_chroma
    values: Floats = np.clip(np.stack([light.mean(axis=1) / 100, chroma, 0.5 + 0.5 * warm], axis=1), 0, 1)
    return values


def _main(lab: Floats, settings: ColourSettings) -> tuple[NamedColour, ...]:
    """The names that cover the most, at least one of them."""
    light, red, yellow = lab[..., 0].ravel(), lab[..., 1].ravel(), lab[..., 2].ravel()
    chroma, hue = np.hypot(red, yellow), np.rad2deg(np.arctan2(yellow, red)) % 360
    bounds = [bound for bound, _ in HUES]
    by_hue = np.array([NAMES.index(name) for _, name in HUES] + [NAMES.index("red")])
    name = by_hue[np.searchsorted(bounds, hue, side="right")]
    name[np.isin(name, (NAMES.index("red"), NAMES.index("purple"))) & (light > settings.pink_above)] = NAMES.index(
        "pink"
    )
    earthy = np.isin(name, (NAMES.index("orange"), NAMES.index("yellow"))) | (
        (name == NAMES.index("red")) & (chroma < 30)
    )
    name[earthy & (light < settings.brown_below) & (chroma < 55)] = NAMES.index("brown")
    name[chroma < settings.grey_chroma] = NAMES.index("grey")
    name[(light > settings.white) & (chroma < 2 * settings.grey_chroma)] = NAMES.index("white")
    name[light < settings.black] = NAMES.index("black")
    shares = np.bincount(name, minlength=len(NAMES)) / name.size
    largest = np.argsort(-shares, kind="stable")[: settings.most_names]
    kept = [i for rank, i in enumerate(largest) if rank == 0 or shares[i] >= settings.least_share]
    return tuple(NamedColour(NAMES[i], float(shares[i])) for i in kept)
