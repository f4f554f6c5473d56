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
from musechat.library.licence import allows
from musechat.match.gauge import GAUGES, fulfilled, told

if TYPE_CHECKING:
    from musechat.core.evidence import Subject
    from musechat.core.features import Floats
    from musechat.core.request import Constraints, Request
    from musechat.match.corpus import Bools, Corpus

HARD = 0.75
"""An exclusion of at least this weight cuts."""
VOICE_UNIT = "score 0–1 for any voice"
VOICE_RULE = "vocal tags, by a rule not fitted to labels"


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """`name`: in the user's terms ("no vocals"); `allowed` (n,); `values` (n,): what was held against it, in `unit`."""

    name: str
    allowed: Bools
    values: Sequence[float | str] | Floats
    unit: str
    source: str

    def evidence(self, row: int, subject: Subject = "track") -> Evidence:
        """What the limit found in one track."""
        value = self.values[row]
        shown = value if isinstance(value, str) else None if np.isnan(value) else round(float(value), 3)
        return Evidence("limit", subject, self.name, shown, self.unit, self.source)


def limits(corpus: Corpus, request: Request) -> list[Limit]:
    """All limits that a request sets: exclusions first, then its constraints."""
    hard = (want.concept for want in request.avoids if want.weight >= HARD)
    found = [limit for concept in hard if (limit := _absence(corpus, concept)) is not None]
    found += [limit for make in _CONSTRAINTS if (limit := make(corpus, request.constraints)) is not None]
    return found


def _absence(corpus: Corpus, concept: str) -> Limit | None:
    """What is judged by a measured number is absent where it is fulfilled by less than half."""
    if (gauge := GAUGES.get(concept)) is not None:
        values = gauge.values(corpus)
        known = np.isfinite(values) | told(corpus, concept, True, False)
        allowed: Bools = (fulfilled(corpus, concept) < 0.5) & known
        return Limit(f"no {concept}", allowed, values, gauge.unit, gauge.source)
    column = corpus.column(concept)
    if column is None:
        return None
    unit, source = f"score 0–1 for {concept}", corpus.sources[column]
    return Limit(f"no {concept}", ~corpus.breaks[:, column], corpus.scores[:, column], unit, source)


def allowed(found: list[Limit], base: Bools) -> Bools:
    """The tracks of `base` (n,) that pass every limit."""
    mask = base.copy()
    for limit in found:
        mask &= limit.allowed
    return mask


def relaxations(found: list[Limit], base: Bools, back: Bools) -> tuple[Relaxation, ...]:
    """For each limit, how many tracks of `base` (n,) giving up that one alone would allow; most first.

    `back` (n,): what is not in `base` only because it was proposed before; what letting that return brings comes last.
    """
    each = [
        Relaxation(limit.name, int(allowed([other for other in found if other is not limit], base).sum()))
        for limit in found
    ]
    each.sort(key=lambda relaxation: -relaxation.tracks)
    if returning := int(allowed(found, back).sum()):
        each.append(Relaxation("tracks proposed before", returning))
    return tuple(each)


def _tempo(corpus: Corpus, asked: Constraints) -> Limit | None:
    return _range("tempo", (asked.tempo_min, asked.tempo_max), corpus.bpm, "BPM", "tempo from onsets")


def _duration(corpus: Corpus, asked: Constraints) -> Limit | None:
    return _range("length", (asked.duration_min, asked.duration_max), corpus.duration, "s", "decoded length")


def _range(what: str, ends: tuple[float | None, float | None], values: Floats, unit: str, source: str) -> Limit | None:
    """A limit on a measured number; what was not measured does not pass."""
    low, high = ends
    if low is None and high is None:
        return None
    with np.errstate(invalid="ignore"):
        inside = (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))
    return Limit(_between(what, low, high, unit), inside, values, unit, source)


def _vocals(corpus: Corpus, asked: Constraints) -> Limit | None:
    if asked.vocals is None:
        return None
    name = {"none": "no vocals", "any": "with vocals"}.get(asked.vocals, f"{asked.vocals} vocals")
    return Limit(name, corpus.voices[asked.vocals], corpus.voice, VOICE_UNIT, VOICE_RULE)


def _licence(corpus: Corpus, asked: Constraints) -> Limit | None:
    if asked.licence is None:
        return None
    wanted = asked.licence
    verdicts = {have: allows(wanted, have) for have in set(corpus.licences)}
    fine = np.array([verdicts[have] for have in corpus.licences], bool)
    return Limit(f"licence {wanted}", fine, corpus.licences, "", "metadata")


def _artist(corpus: Corpus, asked: Constraints) -> Limit | None:
    if asked.artist is None:
        return None
    return Limit(f"by {asked.artist}", corpus.by((asked.artist,)), corpus.artists, "", "metadata")


def _not_artists(corpus: Corpus, asked: Constraints) -> Limit | None:
    if not asked.not_artists:
        return None
    never = asked.not_artists
    return Limit(f"nothing by {', '.join(never)}", ~corpus.by(never), corpus.artists, "", "metadata")


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
