"""Paints a film's pictures: `frames`.

In: a `Film`. Out: RGB pictures, one after the other, in memory.

- Pictures are painted at half the film's size, which is four times faster; who encodes them enlarges them.
- The camera's speed follows a shot's motion, and one power curve a shot gives it the planned mean lightness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from musechat.studio.film import palettes
from musechat.studio.scenery import PACE, Stage, scene
from musechat.studio.talk import mouth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musechat.studio.cels import U8, Drawing
    from musechat.studio.film import Film, Shot


@dataclass(frozen=True, slots=True)
class PainterSettings:
    """`shrink`: how much smaller than the film it is painted. `fastest`: the camera's speed at motion 1, in picture
    widths a second; it goes with motion to the power `ease`. Cameras slower than `fine` widths a second glide by
    fractions of a pixel. `powers`: the range of the tone curve, which is found on every `sample`th pixel;
    one of power p > 1 also dims by p to the power `dim`.
    """

    shrink: int = 2
    fastest: float = 0.6
    ease: float = 1.7
    fine: float = 0.12
    powers: tuple[float, float] = (0.12, 8.0)
    dim: float = 0.35
    sample: int = 6


PAINTER = PainterSettings()


def frames(film: Film) -> Iterator[U8]:
    """The pictures of a film, each (height / 2, width / 2, 3) RGB; the same film gives the same pictures.

    A picture is valid until the next one is asked for.
    """
    canvas = np.zeros((film.height // PAINTER.shrink, film.width // PAINTER.shrink, 3), np.uint8)
    opening = mouth(film.speech, film.seed, np.arange(film.frames) / film.fps)
    for shot in film.shots:
        drawings = _drawings(film, shot, canvas)
        for frame in range(shot.start, shot.end):
            for draw in drawings:
                draw(canvas, (frame - shot.start) / film.fps, float(opening[frame]))
            yield canvas


def _drawings(film: Film, shot: Shot, canvas: U8) -> list[Drawing]:
    """What a shot is made of, back to front, in the tone that gives it the planned brightness."""
    height, width, _ = canvas.shape
    pan = PACE[shot.subject] * PAINTER.fastest * shot.look.motion**PAINTER.ease  # widths a second
    seconds = (shot.end - shot.start) / film.fps
    layers = scene(shot.subject, Stage(width, height, palettes()[shot.look.palette], pan, seconds, shot.seed))
    step = PAINTER.sample
    sample = np.zeros_like(canvas[::step, ::step], order="C")
    for layer in layers:
        layer.thinned(step, width).drawing(np.arange(256, dtype=np.uint8), smooth=False)(sample, 0.0, 0.0)
    tone = tone_curve(sample, shot.look.brightness)
    return [layer.drawing(tone, smooth=pan < PAINTER.fine) for layer in layers]


def tone_curve(picture: U8, brightness: float) -> U8:
    """The tone curve (256,) after which `picture` has a mean CIE lightness L* of 100 · `brightness`, if any has."""
    low, high = np.log(PAINTER.powers)
    for _ in range(10):
        middle = (low + high) / 2
        luminance = (_toned(middle) ** 2.2)[picture] @ np.array([0.2126, 0.7152, 0.0722])
        lightness = np.where(luminance > 0.008856, 1.16 * np.cbrt(luminance) - 0.16, 9.033 * luminance).mean()
        low, high = (middle, high) if lightness > brightness else (low, middle)
    curve: U8 = np.round(255 * _toned((low + high) / 2)).astype(np.uint8)
    return curve


def _toned(log_power: float) -> NDArray[np.float64]:
    """Levels (256,) in 0..1 under a power curve; one that darkens lowers white too, or pure colours would stay."""
    curve: NDArray[np.float64] = (np.arange(256) / 255) ** np.exp(log_power) * np.exp(-PAINTER.dim * max(0, log_power))
    return curve
