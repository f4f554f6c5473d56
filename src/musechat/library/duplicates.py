"""Near-duplicates: one recording in several encodings, bit rates, or with trimmed silence.

In: what was heard in the tracks. Out: `duplicate_of`, which points from each copy to the best of them.

- A pair must agree in duration, pooled embedding and the course of its energy; two songs of one artist may agree in
  any of these, hardly in all.
- Only tracks that were analysed since the last look are compared with the others. Pairs are kept in `twins`; who stands
  for whom follows from them and from what is present now.
- Tracks are sorted by duration and compared block by block, so that a block meets only its like.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.library.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musechat.core.features import Floats


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """When two tracks are one recording. `seconds`: largest difference in duration, and shift of the energy curves.

    `cosine`: of the pooled embeddings. `correlation`: of the energy curves at their best shift; curves that hardly move
    (standard deviation below `flat`) must instead lie within `gap` of each other on average. `shortest`: seconds that
    the curves must share. `block`: tracks compared at once.
    """

    seconds: float = 6.0
    cosine: float = 0.97
    correlation: float = 0.9
    flat: float = 0.02
    gap: float = 0.03
    shortest: int = 8
    block: int = 512


def fold_duplicates(database: Database, rule: DuplicateRule | None = None) -> int:
    """Compares what was not compared yet and points copies at their best. Gives the number of newly found copies."""
    rule = rule or DuplicateRule()
    if database.rows("SELECT 1 FROM features WHERE compared = 0 LIMIT 1"):
        pairs = _new_pairs(database, rule)
        with database.transaction(counted=False):
            database.many("INSERT OR IGNORE INTO twins VALUES (?, ?)", pairs)
            database.rows("UPDATE features SET compared = 1 WHERE compared = 0")
    return _point_at_best(database)


def alike(one: Floats, other: Floats, rule: DuplicateRule) -> bool:
    """Whether two energy curves are of one recording, at most shifted by trimmed ends."""
    return agreement(one, other, rule) >= rule.correlation


def agreement(one: Floats, other: Floats, rule: DuplicateRule) -> float:
    """The correlation of two energy curves, (s,) and (r,), one value a second, at their best shift; -1 at worst.

    Curves that hardly move have no course to correlate: they agree fully where they lie close together.
    """
    import numpy as np

    best = -1.0
    for shift in np.arange(-rule.seconds, rule.seconds + 0.25, 0.5):
        times = np.arange(max(0.0, np.ceil(-shift)), min(len(one), len(other) - shift) - 1 + 1e-6)
        if len(times) < max(2, min(rule.shortest, len(one), len(other))):
            continue
        a = one[times.astype(int)]
        b = np.interp(times + shift, np.arange(len(other)), other)
        spread = float(a.std()), float(b.std())
        if max(spread) < rule.flat:
            best = max(best, 1.0 if float(np.abs(a - b).mean()) <= rule.gap else -1.0)
        elif min(spread) > 0:
            best = max(best, float(np.corrcoef(a, b)[0, 1]))
    return best


def close_pairs(
    durations: Floats, vectors: NDArray[np.float16], fresh: NDArray[np.bool_], rule: DuplicateRule
) -> list[tuple[int, int]]:
    """Pairs of rows near in duration (n,) and by the cosine of unit vectors (n, d), at least one `fresh` (n,)."""
    import numpy as np

    order = np.argsort(durations, kind="stable")
    durations, vectors, fresh = durations[order], vectors[order], fresh[order]
    rows = np.flatnonzero(fresh)
    pairs = []
    for start in range(0, len(rows), rule.block):
        block = rows[start : start + rule.block]
        low, high = np.searchsorted(durations, durations[block[[0, -1]]] + (-rule.seconds, rule.seconds + 1e-6))
        for left in range(int(low), int(high), 8 * rule.block):
            span = np.arange(left, min(left + 8 * rule.block, int(high)))
            cosines = vectors[block].astype(np.float32) @ vectors[span].astype(np.float32).T  # (block, span)
            for i, j in np.argwhere(cosines >= rule.cosine):
                a, b = int(block[i]), int(span[j])
                once = a < b or not fresh[b]
                if a != b and once and abs(durations[a] - durations[b]) <= rule.seconds:
                    pairs.append((int(order[a]), int(order[b])))
    return pairs


def _new_pairs(database: Database, rule: DuplicateRule) -> list[tuple[str, str]]:
    """Pairs of ids, the lesser first, of which one has not been compared yet; only within one vector space."""
    import numpy as np

    spaces: dict[tuple[str, str, int], list[tuple[str, float, bytes, int]]] = defaultdict(list)
    for rows in database.stream(
        "SELECT encoder, version, dim, track, duration, pooled, compared FROM features JOIN tracks ON id = track"
    ):
        for encoder, version, dim, *rest in rows:
            spaces[encoder, version, dim].append((rest[0], rest[1], rest[2], rest[3]))
    found = []
    for (_, _, dim), rows in spaces.items():
        ids, durations, pooled, compared = zip(*rows, strict=True)
        vectors = np.frombuffer(b"".join(pooled), np.float16).reshape(len(ids), dim)
        fresh = ~np.array(compared, bool)
        for i, j in close_pairs(np.array(durations, np.float32), vectors, fresh, rule):
            if alike(_energy(database, ids[i]), _energy(database, ids[j]), rule):
                found.append((min(ids[i], ids[j]), max(ids[i], ids[j])))
    return found


def _energy(database: Database, track: str) -> Floats:
    from musechat.library.vectors import floats

    return floats(database.rows("SELECT energy FROM segments WHERE track = ?", track)[0][0])


def _point_at_best(database: Database) -> int:
    """Sets `duplicate_of` from the pairs: a copy points at the best track that it is a twin of.

    Best: present before missing, then the longest, then the most bytes a second, then the first to come.
    """
    rows = database.rows(
        "SELECT id, missing, duration, coalesce((SELECT max(size) FROM files WHERE track = id), 0), added, duplicate_of"
        " FROM tracks WHERE duplicate_of IS NOT NULL OR id IN (SELECT a FROM twins UNION SELECT b FROM twins)"
    )
    before = {row[0]: row[5] for row in rows}
    order = sorted(rows, key=lambda row: (row[1], -round(row[2]), -row[3] / max(row[2], 1.0), row[4], row[0]))
    twins: dict[str, list[str]] = defaultdict(list)
    for a, b in database.rows("SELECT a, b FROM twins"):
        twins[a].append(b)
        twins[b].append(a)
    now: dict[str, str | None] = {}
    for row in order:
        if row[0] not in now:
            now[row[0]] = None
            for twin in twins[row[0]]:
                now.setdefault(twin, row[0])
    changed = [(now[track], track) for track in now if now[track] != before[track]]
    if changed:
        with database.transaction():
            database.many("UPDATE tracks SET duplicate_of = ? WHERE id = ?", changed)
    return sum(1 for track, original in now.items() if original and not before[track])
