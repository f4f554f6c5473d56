"""What a ranking hands to the dialogue: `Proposal`.

In: a ranking and the facts around it. Out: tracks with their evidence, ready to be talked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musechat.core.conversation import Relaxation
    from musechat.core.evidence import Evidence, Ranked


@dataclass(frozen=True, slots=True)
class Proposal:
    """`choice` is None when nothing fits; then `relaxations` tell what would help.

    `evidence`: the choice's own, then facts about the clip and the previous track, which a reply may point at.
    """

    choice: Ranked | None
    alternatives: tuple[Ranked, ...]
    evidence: tuple[Evidence, ...]
    relaxations: tuple[Relaxation, ...] = ()
