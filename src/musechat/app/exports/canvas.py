"""What the contact sheet is drawn on: `Canvas`, with a time axis.

In: seconds, values, words. Out: a PNG.

- Everything is drawn at twice the size and reduced at the end, so that lines and curves are smooth.
- Pillow's own font knows Latin letters without accents: accents are dropped, and other scripts become "?".
"""

from __future__ import annotations

import io
import unicodedata
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from musechat.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musechat.media.model import U8

Colour = tuple[int, int, int]
_FINER = 2
_LETTERS = {
    "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "×": "x", "♯": "#", "♭": "b",
    "…": "...", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d", "þ": "th", "Þ": "Th", "ı": "i",
}  # fmt: skip


class Canvas:
    """A picture of `width` × `height` pixels whose axis shows `seconds` between `left` and `right`."""

    def __init__(self, width: int, height: int, axis: tuple[int, int], seconds: float, ground: Colour) -> None:
        self.width, self.height = width, height
        self.left, self.right = axis
        self._seconds = max(seconds, 1e-3)
        self._image = Image.new("RGB", (width * _FINER, height * _FINER), ground)

    @cached_property
    def _draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self._image, "RGBA")

    def x(self, time: float) -> float:
        """Where a moment of the clip lies on the axis; moments outside lie on its ends."""
        share = min(1.0, max(0.0, time / self._seconds))
        return self.left + share * (self.right - self.left)

    def time(self, x: float) -> float:
        """The inverse of `x`."""
        return (x - self.left) / (self.right - self.left) * self._seconds

    def png(self) -> bytes:
        """The finished picture."""
        out = io.BytesIO()
        self._image.resize((self.width, self.height), Image.Resampling.LANCZOS).save(out, "PNG")
        return out.getvalue()

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: int,
        colour: Colour,
        anchor: str = "la",
        end: float | None = None,
    ) -> float:
        """Words at a point, cut where the axis or `end` is; returns their other side. Anchors are Pillow's."""
        font = _font(size * _FINER)
        line = legible(one_line(words, 300))
        room = (self.right if end is None else end) - x if anchor[0] == "l" else x
        if font.getlength(line) > room * _FINER:
            while line and font.getlength(line + "...") > room * _FINER:
                line = line[:-1]
            line += "..."
        self._draw.text((x * _FINER, y * _FINER), line, colour, font, anchor)
        return x + font.getlength(line) / _FINER * (1 if anchor[0] == "l" else -1)

    def paragraph(self, x: float, y: float, words: str, size: int, colour: Colour) -> None:
        """Words in as many lines as they need between `x` and the axis' end."""
        font = _font(size * _FINER)
        line = ""
        for word in legible(one_line(words, 2000)).split():
            if line and font.getlength(f"{line} {word}") > (self.right - x) * _FINER:
                self.text(x, y, line, size, colour)
                line, y = "", y + 1.4 * size
            line = f"{line} {word}".strip()
        self.text(x, y, line, size, colour)

    def box(self, span: tuple[float, float], y: tuple[float, float], colour: Colour, corner: float = 0) -> None:
        """A filled box over pixels `span` and `y`."""
        edges = (span[0] * _FINER, y[0] * _FINER, max(span[0] + 1, span[1]) * _FINER - 1, y[1] * _FINER - 1)
        self._draw.rounded_rectangle(edges, corner * _FINER, colour)

    def line(self, points: Sequence[tuple[float, float]], colour: tuple[int, ...], width: float = 1.0) -> None:
        """A line through points in pixels."""
        finer = [(x * _FINER, y * _FINER) for x, y in points]
        self._draw.line(finer, colour, max(1, round(width * _FINER)), "curve")

    def shape(self, points: Sequence[tuple[float, float]], colour: tuple[int, ...]) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * _FINER, y * _FINER) for x, y in points], colour)

    def picture(self, pixels: U8, span: tuple[float, float], y: float, height: float) -> None:
        """A picture (h, w, 3), whole and centred in its box."""
        image = Image.fromarray(pixels)
        room = (span[1] - span[0]) * _FINER, height * _FINER
        scale = min(room[0] / image.width, room[1] / image.height)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        place = span[0] * _FINER + (room[0] - size[0]) / 2, y * _FINER + (room[1] - size[1]) / 2
        self._image.paste(image.resize(size, Image.Resampling.LANCZOS), (round(place[0]), round(place[1])))


def main_colours(pixels: U8, count: int = 5) -> list[tuple[Colour, float]]:
    """The main colours of a picture (h, w, 3), largest share first, with their shares of it."""
    image = Image.fromarray(pixels).resize((64, 36)).quantize(count, Image.Quantize.MEDIANCUT)
    palette = image.getpalette() or []
    shares = [(i, n / (64 * 36)) for i, n in enumerate(image.histogram()[:count]) if n]
    colours = [((palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]), share) for i, share in shares]
    return sorted(colours, key=lambda one: -one[1])


def legible(text: str) -> str:
    """`text` in the letters that the font has."""
    spelled = "".join(_LETTERS.get(c, c) for c in text)
    plain = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return "".join(c if c == " " or c.isascii() or c in "·" else "?" for c in plain)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
