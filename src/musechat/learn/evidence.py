"""What a recommendation of a dialogue rests on, as evidence: `evidence_of`.

In: what is said of a track. Out: evidence, so that the verifier of replies can judge a dialogue's lines too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musechat.core.evidence import Evidence

if TYPE_CHECKING:
    from musechat.learn.lines import Comparison, Said


def evidence_of(said: Said) -> list[Evidence]:
    """One fact for each thing that the lines of `said` may say."""
    names = (("title", said.names.title), ("artist", said.names.artist), ("album", said.names.album))
    found = [Evidence("name", "track", name, value, "", "library") for name, value in names if value]
    found += [Evidence("asserted", "track", concept, "yes", "", "facts of the dataset") for concept in said.has]
    if said.bpm is not None:
        found.append(Evidence("measured", "track", "tempo", float(said.bpm), "BPM", "facts of the dataset"))
    for comparison in said.comparisons:
        found += _compared(comparison)
    return found


def _compared(comparison: Comparison) -> list[Evidence]:
    source = "facts of the dataset"
    if comparison.kind in ("faster", "slower"):
        return [
            Evidence("change", "track", comparison.kind, float(comparison.now), "BPM", source),
            Evidence("change", "previous track", comparison.kind, float(comparison.then), "BPM", source),
            Evidence("measured", "track", "tempo", float(comparison.now), "BPM", source),
        ]
    if comparison.kind == "keeps":
        return [Evidence("asserted", "track", comparison.value, "yes", "", source)]
    return [Evidence("limit", "track", f"no {comparison.value}", "yes", "", source)]
