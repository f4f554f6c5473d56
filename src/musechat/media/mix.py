"""Music and a clip's own sound on the clip's clock, in the child.

In: two `Sound`s and a plan. Out: blocks (2, n) of 48 kHz stereo, from sample 0 (the first picture) on.

The rule of levels, as at a mixing desk:
- Speech leads. Where the own sound has speech, the speech is brought to the target loudness, as the music is; under
  it the music goes down by `DUCK_DB`, a little before the first word, and comes back slowly. Pauses too short for that
  stay ducked, so that the music does not pump.
- Without speech, own sound is ambience: it stays `AMBIENCE_DB` under the music, and is never raised, since that would
  raise its noise.
- "keep" takes the same levels and does not duck.

Pieces are joined with equal power, all of the blend before the join: the new piece's first beat keeps its attack.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from musechat.media.model import F32, F64
from musechat.media.sound import RATE, Sound

BLEND = round(0.04 * RATE)  # samples of a join
CLICK_FADE = 0.005  # seconds of fade at least where a sound is cut into
DUCK_DB = -12.0
ATTACK, RELEASE = 0.25, 0.8  # seconds before the first word and after the last one
AMBIENCE_DB = -10.0
MOST_RAISED_DB = 15.0  # of speech: above it, noise would be


@dataclass(frozen=True, slots=True)
class Part:
    """Track samples from `start` on that sound from clip sample `at` to `end`, after `blend` samples of rising."""

    at: int
    end: int
    start: int
    blend: int


class Music:
    """The pieces of a track, joined and faded. `late` is the clip second of its sample 0."""

    def __init__(self, sounds: tuple[Sound, Sound], plan: dict[str, Any], late: float, length: int) -> None:
        """`sounds`: the track twice, so that both sides of a join are read forwards."""
        self._sounds = sounds
        self._parts = parts(plan["pieces"], late, length)
        begin, end = (self._parts[0].at, self._parts[-1].end) if self._parts else (0, 0)
        cut_in = bool(self._parts) and self._parts[0].start > 0
        self._fades = (begin, end, max(plan["fades"][0], CLICK_FADE * cut_in), max(plan["fades"][1], CLICK_FADE))

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The samples from which and to which music is meant to sound."""
        return tuple((part.at, part.end) for part in self._parts)

    @property
    def heard(self) -> bool:
        """Whether any of it was there."""
        return any(sound.heard for sound in self._sounds)

    def read(self, at: int, count: int) -> F32:
        """(2, count) samples from clip sample `at` on."""
        out = np.zeros((2, count), np.float32)
        for i, part in enumerate(self._parts):
            first, last = max(at, part.at - part.blend), min(at + count, part.end)
            if first >= last:
                continue
            samples = self._sounds[i % 2].read(part.start + first - part.at, last - first)
            leaving = min(BLEND, part.end - part.at) if i + 1 < len(self._parts) else 0
            samples *= _ramp(first, last, part.at - part.blend, part.blend)
            samples *= _ramp(first, last, part.end, -leaving)
            out[:, first - at : last - at] += samples
        begin, end, rise, fall = self._fades
        out *= _eased(at, at + count, begin, round(rise * RATE)) * _eased(at, at + count, end, -round(fall * RATE))
        return out


def parts(pieces: list[list[float]], late: float, length: int) -> list[Part]:
    """Pieces (clip second, track seconds from and to) in samples of the clip, cut to it, one after the other.

    What goes on where the piece before stopped is one part with it.
    """
    found: list[Part] = []
    for at, start, end in pieces:
        first, source = round((at - late) * RATE), round(start * RATE)
        last = min(length, first + round((end - start) * RATE))
        source, first = source + max(0, -first), max(0, first)
        if first >= last:
            continue
        if not found:
            found.append(Part(first, last, source, 0))
            continue
        before = found[-1]
        if abs(first - before.end) <= BLEND:  # a gap by rounding is none
            before = found[-1] = replace(before, end=first)
        if first == before.end and abs(source - before.start - (first - before.at)) <= 1:
            found[-1] = replace(before, end=last)
        else:
            found.append(Part(first, last, source, min(BLEND, source, before.end - before.at)))
    return found


def ducking(speech: list[list[float]], late: float) -> Callable[[int, int], F64]:
    """→ the factor (n,) on the music for samples from, to: 1, and `DUCK_DB` under speech, with soft shoulders."""
    knots: list[float] = []
    for start, end in sorted(speech):
        if knots and start - ATTACK <= knots[-1]:
            knots[-2:] = [max(knots[-2], end), max(knots[-1], end + RELEASE)]
        elif end > start:
            knots += [start - ATTACK, start, end, end + RELEASE]
    times, depths = np.asarray(knots) - late, np.tile([0.0, 1.0, 1.0, 0.0], len(knots) // 4)

    def factor(first: int, last: int) -> F64:
        if not len(times):
            return np.ones(last - first)
        depth = np.interp(np.arange(first, last) / RATE, times, depths)
        return np.asarray(10 ** (DUCK_DB / 20 * depth * depth * (3 - 2 * depth)))

    return factor


def levels(target: float, music: float | None, own: float | None, speaks: bool) -> tuple[float, float]:
    """→ the gains of music and own sound in dB by the rule above; loudness in LUFS, None where there is none."""
    music_gain = 0.0 if music is None else target - music
    if own is None:
        return music_gain, 0.0
    if speaks:
        return music_gain, min(MOST_RAISED_DB, target - own)
    return music_gain, min(0.0, target + AMBIENCE_DB - own)


def _ramp(first: int, last: int, at: int, length: int) -> F32:
    """Equal power: 0 → 1 over `length` samples from `at`, or 1 → 0 over -`length` samples up to `at`."""
    return np.sin(np.pi / 2 * _line(first, last, at, length)).astype(np.float32)


def _eased(first: int, last: int, at: int, length: int) -> F32:
    """As `_ramp`, a raised cosine."""
    return (0.5 - 0.5 * np.cos(np.pi * _line(first, last, at, length))).astype(np.float32)


def _line(first: int, last: int, at: int, length: int) -> F64:
    if length == 0 or (length > 0 and first >= at + length) or (length < 0 and last <= at + length):
        return np.ones(1)
    line = (np.arange(first, last) - at) / length
    return np.clip(line, 0.0, 1.0)
