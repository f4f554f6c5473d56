"""Feel: how notes on the grid are played by people.

In: notes of a part on the grid. Out: the same notes swung, a little early or late, softer or louder.

- What begins together stays together, so that a chord is one stroke; a kick keeps the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from musechat.studio.score import Note

TOUCH = 0.05
"""The largest deviation of velocity."""


def felt(
    notes: Iterable[Note], swing: tuple[float, float], loose: float, end: float, steady: int | None, rng: Random
) -> tuple[Note, ...]:
    """The notes by start and pitch, none before 0 or beyond `end` beats; those of pitch `steady` stay on the grid.

    `swing`: the share of a pair that its first note takes, and the beats of a pair. `loose`: the largest deviation in
    beats.
    """
    late: dict[float, float] = {}
    played = []
    for note in sorted(notes, key=lambda n: (n.start, n.pitch)):
        shift = late.setdefault(note.start, rng.uniform(-loose, loose))
        on, off = swung(note.start, *swing), swung(note.start + note.length, *swing)
        start = round(max(0.0, on if note.pitch == steady else on + shift), 5)
        velocity = min(1.0, max(0.05, note.velocity + rng.uniform(-TOUCH, TOUCH)))
        length = round(min(off - on, end - start), 5)
        played.append(Note(start, length, note.pitch, round(velocity, 3)))
    return tuple(sorted(played, key=lambda n: (n.start, n.pitch)))


def swung(beat: float, share: float, pair: float) -> float:
    """A position in beats, with the middle of each pair moved to `share` of it."""
    whole, part = divmod(beat / pair, 1.0)
    moved = part * 2 * share if part < 0.5 else share + (part - 0.5) * 2 * (1 - share)
    return (whole + moved) * pair
