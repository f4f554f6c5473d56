"""Hard limits: which tracks may be proposed at all.

In: a corpus, a request, what was proposed before. Out: one mask per limit, so that an empty answer can name the
limit that emptied it and what giving it up would bring.

- A track whose own evidence breaks an exclusion is out; a track of unknown tempo is out when a tempo was demanded.
- A mild exclusion ("not too electronic") is no limit; `words` weighs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.conversation import Relaxation
from musechat.core.evidence import Evidence
from musechat.core.text import folded

if TYPE_CHECKING:
    from musechat.core.features import Floats
    from musechat.core.request import Constraints, Request
    from musechat.match.corpus import Bools, Corpus

HARD = 0.75
"""An exclusion of at least this weight cuts."""
TAGS = "musicnn tags, calibrated"


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """`name`: in the user's terms ("no vocals"); `allowed` (n,); `values` (n,): what was held against it, in `unit`."""

    name: str
    allowed: Bools
    values: Sequence[float | str] | Floats
    unit: str
    source: str

    def evidence(self, row: int) -> Evidence:
        """What the limit found in one track."""
        value = self.values[row]
        shown = value if isinstance(value, str) else None if np.isnan(value) else round(float(value), 3)
        return Evidence("limit", "track", self.name, shown, self.unit, self.source)


def limits(corpus: Corpus, request: Request) -> list[Limit]:
    """All limits that a request sets, in the order of their names in the request."""
    found = [
        Limit(f"no {want.concept}", ~corpus.breaks[:, column], corpus.scores[:, column], "score 0–1", TAGS)
        for want in request.avoids
        if want.weight >= HARD and (column := corpus.column(want.concept)) is not None
    ]
    found += [limit for make in _CONSTRAINTS if (limit := make(corpus, request.constraints)) is not None]
    return found


def allowed(corpus: Corpus, found: list[Limit], seen: tuple[str, ...]) -> Bools:
    """Tracks (n,) that pass every limit, can be shown, and were not proposed or rejected before."""
    mask = corpus.shown & ~_rows(corpus, seen)
    for limit in found:
        mask = mask & limit.allowed
    return mask


def relaxations(corpus: Corpus, found: list[Limit], seen: tuple[str, ...]) -> tuple[Relaxation, ...]:
    """For each limit, how many tracks giving up that one alone would allow; most first."""
    each = [
        Relaxation(limit.name, int(allowed(corpus, [other for other in found if other is not limit], seen).sum()))
        for limit in found
    ]
    if seen:
        each.append(Relaxation("tracks proposed before", int(allowed(corpus, found, ()).sum())))
    return tuple(sorted((r for r in each if r.tracks), key=lambda r: -r.tracks))


def _rows(corpus: Corpus, ids: tuple[str, ...]) -> Bools:
    mask = np.zeros(len(corpus), bool)
    for track_id in ids:
        if (row := corpus.row(track_id)) is not None:
            mask[row] = True
    return mask


def _tempo(corpus: Corpus, asked: Constraints) -> Limit | None:
    if asked.tempo_min is None and asked.tempo_max is None:
        return None
    low, high = asked.tempo_min or 0.0, asked.tempo_max or np.inf
    with np.errstate(invalid="ignore"):
        inside = (corpus.bpm >= low) & (corpus.bpm <= high)
    name = _between("tempo", asked.tempo_min, asked.tempo_max, "BPM")
    return Limit(name, inside, corpus.bpm, "BPM", "tempo from onsets")


def _duration(corpus: Corpus, asked: Constraints) -> Limit | None:
    if asked.duration_min is None and asked.duration_max is None:
        return None
    inside = (corpus.duration >= (asked.duration_min or 0.0)) & (corpus.duration <= (asked.duration_max or np.inf))
    name = _between("length", asked.duration_min, asked.duration_max, "s")
    return Limit(name, inside, corpus.duration, "s", "decoded length")


def _vocals(corpus: Corpus, asked: Constraints) -> Limit | None:
    if asked.vocals is None:
        return None
    name = {"none": "no vocals", "any": "with vocals"}.get(asked.vocals, f"{asked.vocals} vocals")
    return Limit(name, corpus.voices[asked.vocals], corpus.voice, "score 0–1 for voices", TAGS)


def _licence(corpus: Corpus, asked: Constraints) -> Limit | None:
    if asked.licence is None:
        return None
    wanted = folded(asked.licence)
    fine = np.array([wanted in have for have in corpus.licences], bool)
    return Limit(f"licence {asked.licence}", fine, corpus.licences, "", "metadata")


def _artist(corpus: Corpus, asked: Constraints) -> Limit | None:
    if asked.artist is None:
        return None
    wanted = folded(asked.artist)
    fine = np.array([wanted in have for have in corpus.artists], bool)
    return Limit(f"by {asked.artist}", fine, corpus.artists, "", "metadata")


def _not_artists(corpus: Corpus, asked: Constraints) -> Limit | None:
    if not asked.not_artists:
        return None
    never = [folded(name) for name in asked.not_artists]
    fine = np.array([not any(name in have for name in never) for have in corpus.artists], bool)
    return Limit(f"nothing by {', '.join(asked.not_artists)}", fine, corpus.artists, "", "metadata")


def _between(what: str, low: float | None, high: float | None, unit: str) -> str:
    if low is None or high is None:
        return f"{what} at {'most' if low is None else 'least'} {high if low is None else low:g} {unit}"
    return f"{what} {low:g}–{high:g} {unit}"


_CONSTRAINTS: tuple[Callable[[Corpus, Constraints], Limit | None], ...] = (
    _tempo,
    _duration,
    _vocals,
    _licence,
    _artist,
    _not_artists,
)
