"""Moments as people and editors write them: clock times and timecode.

In: seconds, a frame rate; or words like "1:12.5". Out: words; or seconds.

- Mean frame rates are snapped to the exact ones that editors know: 29.97 is 30000/1001.
- Timecode of 29.97 and 59.94 frames a second is drop-frame (SMPTE ST 12-1), written with a ";", so that it keeps up
  with the clock.
"""

from __future__ import annotations

import re
from fractions import Fraction

from musechat.core.errors import InputError
from musechat.core.text import one_line

RATES = (
    Fraction(12), Fraction(15), Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(48000, 1001), Fraction(48), Fraction(50), Fraction(60000, 1001), Fraction(60), Fraction(100),
    Fraction(120000, 1001), Fraction(120),
)  # fmt: skip
SNAP = 5e-4
"""How far off, relatively, a mean rate may be from an exact one that it stands for: half of what 24 and 23.976 are
apart. The mean of a minute that ends a frame late is this far off."""
_DROPPED = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}
_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?([0-5]?\d):)([0-5]?\d(?:\.\d{1,6})?)", re.ASCII)
_SECONDS = re.compile(r"\d{1,7}(?:\.\d{1,6})?", re.ASCII)


def exact_rate(fps: float | None) -> Fraction | None:
    """The frame rate that a mean of `fps` frames a second stands for; None where that is not known."""
    if not fps:
        return None
    nearest = min(RATES, key=lambda rate: abs(float(rate) - fps))
    close = abs(float(nearest) - fps) <= SNAP * fps
    return nearest if close else Fraction(fps).limit_denominator(1001)


def timecode(seconds: float, rate: Fraction | None) -> str:
    """HH:MM:SS:FF, drop-frame with ";" where that is used; HH:MM:SS.mmm where the rate is not known or below 1."""
    whole = 0 if rate is None else round(rate)
    if rate is None or not whole:
        thousandths = round(seconds * 1000)
        return f"{_hours(thousandths // 1000)}.{thousandths % 1000:03d}"
    frame = round(Fraction(seconds) * rate)
    if dropped := _DROPPED.get(rate):
        minute, tenth = whole * 60 - dropped, whole * 600 - 9 * dropped
        tens, rest = divmod(frame, tenth)
        frame += 9 * dropped * tens + (dropped * ((rest - dropped) // minute) if rest > dropped else 0)
    return f"{_hours(frame // whole)}{';' if dropped else ':'}{frame % whole:02d}"


def clock(seconds: float) -> str:
    """M:SS.t, with hours from the first one on."""
    tenths = round(seconds * 10)
    hours, minutes, rest = tenths // 36000, tenths // 600 % 60, tenths % 600
    return f"{hours}:{minutes:02d}:{rest / 10:04.1f}" if hours else f"{minutes}:{rest / 10:04.1f}"


def read_time(text: str) -> float:
    """Seconds of "72.5", "1:12.5" or "1:02:03". Raises `InputError` for anything else."""
    plain = text.strip()
    if _SECONDS.fullmatch(plain):
        return float(plain)
    if found := _CLOCK.fullmatch(plain):
        return 3600 * int(found[1] or 0) + 60 * int(found[2]) + float(found[3])
    raise InputError(f"{one_line(text, 40)!r} is no time; write seconds (72.5) or minutes and seconds (1:12.5).")


def _hours(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
