"""The contact sheet: what was seen and heard, and the music laid under it, on one time axis.

In: a `Laid`, stills of the clip. Out: `sheet.png`.

- Only what was measured is drawn; a strip without a measurement says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musechat.app.contract import printable
from musechat.app.exports.canvas import Canvas, Colour, main_colours
from musechat.app.times import clock, exact_rate, timecode
from musechat.app.words import fit_words
from musechat.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from musechat.app.laid import Laid
    from musechat.core.features import Floats
    from musechat.core.fit import Fit
    from musechat.media import Frame

    Curve = NDArray[np.float64]

GROUND, PANEL, GRID = (20, 22, 27), (29, 32, 39), (58, 63, 74)
TEXT, MUTED = (243, 240, 233), (150, 156, 167)
AMBER, TEAL, VIOLET, RED = (242, 180, 65), (76, 201, 176), (146, 128, 255), (255, 99, 97)
WIDTH, AXIS = 1800, (190, 1752)
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)
"""Seconds between the labels of a time axis."""
CLOSEST = 4.0
"""Pixels: beats and bars that lie closer are not drawn."""


def still_count(width: int, height: int) -> int:
    """How many stills of this shape stand in one row."""
    return max(4, min(14, round((AXIS[1] - AXIS[0]) / (_strip_height(width, height) * width / max(height, 1)))))


def sheet(laid: Laid, frames: Sequence[Frame]) -> bytes:
    """The contact sheet as a PNG; `frames` are spread evenly over the clip."""
    clip = laid.clip
    tall = _strip_height(clip.width, clip.height)
    canvas = Canvas(WIDTH, 760 + tall, AXIS, clip.duration, GROUND)
    _head(canvas, laid)
    y = 138
    _film(canvas, frames, exact_rate(clip.fps), y, tall)
    y += tall + 30
    _palette(canvas, frames, y)
    _rise(canvas, laid, y + 42)
    _cuts(canvas, laid, y + 148)
    _speech(canvas, laid, y + 178)
    _axis(canvas, clip.duration, y + 212)
    _energy(canvas, laid, y + 254)
    _beats(canvas, laid, y + 386)
    _pieces(canvas, laid, y + 424)
    _marks(canvas, laid.fit, y, tall)
    _foot(canvas, laid, y + 484)
    return canvas.png()


def _strip_height(width: int, height: int) -> int:
    return 124 if width >= height else 210


def _head(canvas: Canvas, laid: Laid) -> None:
    clip, track, heard = laid.clip, laid.track, laid.features
    room = AXIS[1] if track.artist is None else AXIS[1] - 500
    end = canvas.text(48, 34, one_line(track.title.value, 60), 40, TEXT, end=room)
    if track.artist is not None:
        canvas.text(end + 16, 34, track.artist.value, 40, MUTED)
    facts = [one_line(Path(printable(clip.path)).name, 60), clock(clip.duration), f"{clip.width} × {clip.height}"]
    facts += [f"{clip.fps:.5g} frames a second"] if clip.fps else []
    sound = []
    sound += [f"{heard.bpm:.0f} BPM"] if heard.bpm is not None else []
    sound += [heard.key_name] if heard.key_name else []
    sound += [f"{heard.loudness:.1f} LUFS"] if heard.loudness is not None else []
    sound.append("licence not known" if track.licence is None else one_line(track.licence.value, 40))
    begin = canvas.text(AXIS[1], 92, "  ·  ".join(sound), 20, MUTED, "ra")
    canvas.text(48, 92, "under  " + "  ·  ".join(facts), 20, MUTED, end=begin - 32)


def _label(canvas: Canvas, y: float, words: str, colour: Colour = MUTED) -> None:
    canvas.text(AXIS[0] - 18, y, words, 17, colour, "rm")


def _film(canvas: Canvas, frames: Sequence[Frame], rate: Fraction | None, y: float, tall: int) -> None:
    _label(canvas, y + tall / 2, "picture")
    for number, frame in enumerate(frames):
        span = _share(number, len(frames), 3)
        canvas.picture(frame.pixels, span, y, tall)
        canvas.text(sum(span) / 2, y + tall + 6, timecode(frame.time, rate), 14, MUTED, "ma")


def _palette(canvas: Canvas, frames: Sequence[Frame], y: float) -> None:
    _label(canvas, y + 14, "colours")
    for number, frame in enumerate(frames):
        left, right = _share(number, len(frames), 3)
        for colour, share in main_colours(frame.pixels):
            end = min(right, left + share * (AXIS[1] - AXIS[0]) / len(frames))
            canvas.box((left, end), (y, y + 28), colour)
            left = end


def _share(number: int, count: int, gap: float) -> tuple[float, float]:
    width = (AXIS[1] - AXIS[0]) / count
    return AXIS[0] + number * width + gap / 2, AXIS[0] + (number + 1) * width - gap / 2


def _rise(canvas: Canvas, laid: Laid, y: float) -> None:
    """The picture's arousal, -1..1."""
    curve = laid.clip.arousal_curve
    _label(canvas, y + 34, "arousal", AMBER)
    if laid.clip.motion is not None:
        _label(canvas, y + 58, f"motion {laid.clip.motion:.2f}")
    canvas.box(AXIS, (y, y + 92), PANEL, 4)
    if curve is None or not len(curve):
        _nothing(canvas, y + 46, "the clip was not watched")
        return
    levels = (np.asarray(curve, np.float64) + 1) / 2
    at = np.arange(len(levels)) + 0.5
    times = _times(canvas, AXIS)
    _area(canvas, AXIS, (y, y + 92), np.interp(times, at, levels), AMBER)


def _cuts(canvas: Canvas, laid: Laid, y: float) -> None:
    cuts = laid.clip.cuts
    _label(canvas, y + 10, "cuts" if cuts is None else f"{len(cuts)} {'cut' if len(cuts) == 1 else 'cuts'}")
    canvas.box(AXIS, (y, y + 20), PANEL, 4)
    if cuts is None:
        _nothing(canvas, y + 10, "the clip was not watched")
    for cut in cuts or ():
        canvas.box((canvas.x(cut) - 1, canvas.x(cut) + 1), (y, y + 20), TEXT)


def _speech(canvas: Canvas, laid: Laid, y: float) -> None:
    speech = laid.clip.speech
    _label(canvas, y + 10, "speech", TEAL)
    canvas.box(AXIS, (y, y + 20), PANEL, 4)
    if not laid.clip.has_sound:
        _nothing(canvas, y + 10, "the clip has no sound")
    elif not speech:
        _nothing(canvas, y + 10, "nobody listened for it" if speech is None else "none found")
    for start, end in speech or ():
        canvas.box((canvas.x(start), canvas.x(end)), (y + 3, y + 17), TEAL, 3)


def _nothing(canvas: Canvas, y: float, why: str) -> None:
    canvas.text(AXIS[0] + 14, y, why, 15, MUTED, "lm")


def _axis(canvas: Canvas, seconds: float, y: float) -> None:
    step = next((one for one in STEPS if seconds / one <= 16), STEPS[-1])
    for number in range(int(seconds / step) + 1):
        x = canvas.x(number * step)
        canvas.line([(x, y - 8), (x, y)], GRID)
        words = clock(number * step) if step < 1 else clock(number * step).removesuffix(".0")
        if x < AXIS[1] - 20 or number * step >= seconds - 1e-6:
            canvas.text(x, y + 4, words, 15, MUTED, "ma")


def _energy(canvas: Canvas, laid: Laid, y: float) -> None:
    """The track's energy as it is laid, 0..1: faint without fades, full with them."""
    _label(canvas, y + 62, "energy", VIOLET)
    canvas.box(AXIS, (y, y + 124), PANEL, 4)
    energy = np.asarray(laid.features.energy, np.float64)
    if not len(energy):
        _nothing(canvas, y + 62, "the track is silent")
        return
    at = np.arange(len(energy)) + 0.5
    for piece in laid.fit.pieces:
        span = canvas.x(piece.at), canvas.x(piece.until)

        times = _times(canvas, span)
        plain = np.interp(times - piece.at + piece.start, at, energy)
        _area(canvas, span, (y, y + 124), plain, VIOLET, 70)
        _area(canvas, span, (y, y + 124), plain * _faded(laid.fit, times), VIOLET)


def _faded(fit: Fit, times: Curve) -> Curve:
    """What the fades leave of the music at moments of the clip, 0..1."""
    into = (times - fit.pieces[0].at) / max(fit.fade_in, 1e-6)
    out = (fit.until - times) / max(fit.fade_out, 1e-6)
    return np.clip(np.minimum(into, out), 0.0, 1.0)


def _times(canvas: Canvas, span: tuple[float, float]) -> Curve:
    """The moment of each pixel of a span."""
    ends = canvas.time(span[0]), canvas.time(span[1])
    return np.linspace(*ends, max(2, round(span[1] - span[0])))


def _area(
    canvas: Canvas,
    span: tuple[float, float],
    y: tuple[float, float],
    levels: Curve,
    colour: Colour,
    strength: int = 255,
) -> None:
    """A filled curve of `levels` (n,) in 0..1, spread over pixels `span`."""
    heights = y[1] - 3 - (y[1] - y[0] - 8) * np.clip(levels, 0.0, 1.0)
    top = list(zip(np.linspace(*span, len(levels)).tolist(), heights.tolist(), strict=True))
    canvas.shape([(span[0], y[1] - 2), *top, (span[1], y[1] - 2)], (*colour, strength * 3 // 10))
    canvas.line(top, (*colour, strength), 1.6)


def _beats(canvas: Canvas, laid: Laid, y: float) -> None:
    _label(canvas, y + 13, "bars, beats")
    canvas.box(AXIS, (y, y + 26), PANEL, 4)
    form = laid.features.form
    if not len(form.beats):
        _nothing(canvas, y + 13, "no beat was found")
    for marks, top, colour in ((form.beats, y + 15, MUTED), (form.downbeats, y + 4, TEXT)):
        for x in _laid_out(canvas, laid.fit, marks):
            canvas.box((x - 0.75, x + 0.75), (top, y + 26), colour)


def _laid_out(canvas: Canvas, fit: Fit, marks: Floats) -> Iterable[float]:
    """Where marks of the track come to lie; none where they would run into each other."""
    found = [
        canvas.x(piece.at + float(mark) - piece.start)
        for piece in fit.pieces
        for mark in marks[(marks >= piece.start) & (marks < piece.end)]
    ]
    close = len(found) > 1 and float(np.median(np.diff(found))) < CLOSEST
    return () if close else found


def _pieces(canvas: Canvas, laid: Laid, y: float) -> None:
    """Which seconds of the track sound when."""
    _label(canvas, y + 14, "of the track")
    for number, piece in enumerate(laid.fit.pieces):
        left, right = canvas.x(piece.at), canvas.x(piece.until)
        canvas.box((left + 1, right - 1), (y, y + 28), (62, 54, 110) if number % 2 == 0 else (80, 70, 140), 4)
        words = f"{clock(piece.start)} – {clock(piece.end)}"
        if right - left > 9 * len(words):
            canvas.text((left + right) / 2, y + 14, words, 15, TEXT, "mm")


def _marks(canvas: Canvas, fit: Fit, y: float, tall: float) -> None:
    """Joins across the music; the hit across everything but words."""
    music = y + 252
    for piece in fit.pieces[1:]:
        x = canvas.x(piece.at)
        for dash in np.arange(music, y + 456, 9):
            canvas.box((x - 1, x + 1), (float(dash), float(dash) + 5), TEXT)
    if fit.hit is not None:
        x = canvas.x(fit.hit.clip)
        for span in ((y - 30 - tall, y - 30), (y, y + 204), (music, y + 418)):
            canvas.box((x - 1, x + 1), span, RED)
        canvas.shape([(x - 9, music), (x, music - 9), (x + 9, music), (x, music + 9)], RED)


def _foot(canvas: Canvas, laid: Laid, y: float) -> None:
    fit = laid.fit
    legend: list[tuple[Colour, str]] = [(VIOLET, "energy of the music"), (AMBER, "arousal of the picture")]
    legend += [(TEXT, "join (dashed)")] if len(fit.pieces) > 1 else []
    legend += [(RED, f"hit at {clock(fit.hit.clip)}")] if fit.hit is not None else []
    x = float(AXIS[0])
    for colour, words in legend:
        canvas.box((x, x + 14), (y + 3, y + 17), colour, 3)
        x = canvas.text(x + 22, y, words, 16, MUTED) + 30
    canvas.paragraph(AXIS[0], y + 36, " ".join(fit_words(fit, laid.clip.duration)), 18, TEXT)
