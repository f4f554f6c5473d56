"""A dataset as a picture: `chart`.

In: `Stats`. Out: a PNG with how long lines are, how much they say, and in which proportions.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from musechat.app.exports.canvas import Canvas
from musechat.learn.stats import SHARES

if TYPE_CHECKING:
    from musechat.app.exports.canvas import Colour
    from musechat.learn.stats import Stats

WIDTH, HEIGHT = 1200, 760
_INK, _PALE, _GROUND = (34, 38, 46), (120, 126, 138), (255, 255, 255)
_USER, _SYSTEM, _OTHER = (46, 110, 190), (222, 120, 44), (70, 150, 110)
_PANEL = (560, 300)
"""Width and height of one of the four charts."""


def chart(stats: Stats) -> bytes:
    """The picture as a PNG."""
    canvas = Canvas(WIDTH, HEIGHT, (0, WIDTH), 1.0, _GROUND)
    title = f"{stats.dialogues:,} dialogues, {stats.wishes.count:,} wishes, {stats.answers.count:,} answers"
    canvas.text(30, 18, title, 20, _INK)
    _histogram(canvas, (30, 70), "Words in a wish", _binned(stats.wishes.lengths), _USER)
    _histogram(canvas, (610, 70), "Words in an answer", _binned(stats.answers.lengths, 4), _SYSTEM)
    _histogram(canvas, (30, 410), "Things that a wish asks for", stats.intents, _USER)
    _shares(canvas, (610, 410), "Share of wishes", {name: stats.share(name) for name in SHARES}, _OTHER)
    return canvas.png()


def _binned(counts: Counter[int], width: int = 2) -> Counter[int]:
    """Counts of values by the lower end of their bin."""
    binned: Counter[int] = Counter()
    for value, count in counts.items():
        binned[value // width * width] += count
    return binned


def _histogram(canvas: Canvas, at: tuple[int, int], title: str, counts: Counter[int], colour: Colour) -> None:
    """One bar for each value from the least to the largest, its share of all above it where there is room."""
    x, y = at
    width, height = _PANEL
    canvas.text(x, y, title, 16, _INK, end=x + width)
    if not counts:
        canvas.text(x, y + height / 2, "none", 15, _PALE, end=x + width)
        return
    values = sorted(counts)
    steps = [b - a for a, b in itertools.pairwise(values)]
    step = min(steps, default=1)
    places = range(values[0], values[-1] + step, step)
    bar, total, top = width / len(places), sum(counts.values()), max(counts.values())
    base, room = y + height - 26, height - 76
    for index, value in enumerate(places):
        share = counts[value] / top
        left = x + index * bar
        canvas.box((left + 1, left + bar - 1), (base - max(1.0, room * share), base), colour)
        if bar >= 34 or index % max(1, round(34 / bar)) == 0:
            canvas.text(left + bar / 2, base + 6, str(value), 13, _PALE, anchor="ma")
        if bar >= 34 and counts[value]:
            percent = f"{counts[value] / total:.0%}"
            canvas.text(left + bar / 2, base - room * share - 18, percent, 13, _INK, anchor="ma")


def _shares(canvas: Canvas, at: tuple[int, int], title: str, shares: Mapping[str, float], colour: Colour) -> None:
    """One lying bar for each share."""
    x, y = at
    width, height = _PANEL
    canvas.text(x, y, title, 16, _INK, end=x + width)
    room = (height - 60) / max(1, len(shares))
    for index, (name, share) in enumerate(sorted(shares.items(), key=lambda item: -item[1])):
        top = y + 44 + index * room
        canvas.text(x, top + room / 2 - 8, name, 14, _INK, end=x + 110)
        canvas.box((x + 110, x + 110 + (width - 170) * share), (top + 4, top + room - 6), colour)
        canvas.text(x + 118 + (width - 170) * share, top + room / 2 - 8, f"{share:.1%}", 14, _PALE, end=x + width)
