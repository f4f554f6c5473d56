"""One reason for or against every track at once: `Part`.

In: numbers per track. Out: a weighted share of the score, and its `Evidence` for any one track.

- A fit is in 0..1 and the score is the weighted mean of all fits, so a track's evidence weights add up to its score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.evidence import Evidence
from musechat.match.judged import YOURS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musechat.core.features import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """`fit` (n,) in 0..1 and `value` (n,), what was measured; `weight` > 0 counts before normalisation.

    `yours` (n,): the tracks that fulfil it by the user's word, whatever was measured.
    """

    kind: str
    name: str
    weight: float
    fit: Floats
    value: Floats
    unit: str
    source: str
    yours: NDArray[np.bool_] | None = None

    def evidence(self, index: int, total: float) -> Evidence:
        """The part's evidence for track `index`, `total` being the sum of all parts' weights."""
        value = float(self.value[index])
        share = self.weight * float(self.fit[index]) / total
        if self.yours is not None and self.yours[index]:
            return Evidence(self.kind, "track", self.name, "yes", "by your word", YOURS, round(share, 4))
        shown = None if math.isnan(value) else round(value, 3)
        return Evidence(self.kind, "track", self.name, shown, self.unit, self.source, round(share, 4))


def weighted_mean(parts: Sequence[Part], n: int) -> Floats:
    """The score of each of n tracks (n,); without any part all score 0."""
    total = sum(part.weight for part in parts) or 1.0
    score = np.zeros(n, np.float32)
    for part in parts:
        score += np.float32(part.weight / total) * part.fit
    return score


def ramp(x: Floats, low: float, high: float) -> Floats:
    """0 up to `low`, 1 from `high` on, straight between; NaN (not measured) becomes 0, it earns nothing."""
    return _earned(np.clip((x - low) / (high - low), 0, 1))


def bell(distance: Floats, width: float) -> Floats:
    """1 at distance 0, falling as a Gaussian of standard deviation `width`; NaN becomes 0."""
    return _earned(np.exp(-0.5 * (distance / width) ** 2))


def _earned(fit: Floats) -> Floats:
    return np.where(np.isnan(fit), np.float32(0), fit).astype(np.float32)
