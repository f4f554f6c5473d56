"""The narrator that is always there: each point in one of its wordings.

In: a plan. Out: `Reply`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from musechat.core.evidence import Claim, Reply
from musechat.reason.wording import worded

if TYPE_CHECKING:
    from collections.abc import Callable

    from musechat.reason.plan import Plan


class Narrator(Protocol):
    """Words a plan; it may choose words, never facts."""

    name: str

    def narrate(self, plan: Plan, seed: int, hear: Callable[[str], None] = ...) -> Reply:
        """One claim for each point of the plan; `hear` is given each sentence as soon as it stands."""
        ...


class TemplateNarrator:
    """Words each point by one of its sentences."""

    name = "template"

    def narrate(self, plan: Plan, seed: int, hear: Callable[[str], None] = lambda sentence: None) -> Reply:
        """See `Narrator`. The same plan and seed give the same reply."""
        claims = tuple(
            Claim(worded(point.kind, point.slots, 1000 * seed + place), point.evidence)
            for place, point in enumerate(plan.points)
        )
        for claim in claims:
            hear(claim.text)
        return Reply(" ".join(claim.text for claim in claims), claims, plan.evidence, self.name)
