"""Near-duplicates: one recording in several encodings, bit rates, or with trimmed silence.

In: what was heard in the tracks. Out: `duplicate_of`, which points from each copy to the best of them.

- A pair must agree in duration, tempo, key, pooled embedding and, above all, the course of its energy; two songs of
  one artist may agree in some of these, hardly in all. In doubt two tracks are two.
- Only tracks that were analysed since the last look are compared with the others. Pairs are kept in `twins`; who stands
  for whom follows from them and from what is present now.
- Tracks are sorted by duration and compared block by block, so that a block meets only its like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.core.protocols import Progress, Silent
from musechat.library.database import Database, Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musechat.core.features import Floats


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """When two tracks are one recording; chosen on real encodings, see benchmarks/duplicates.py.

    `seconds`: largest difference in duration, and shift of the energy curves. `cosine`: of the pooled embeddings, which
    move with the patches that were heard. `octaves`: of the tempo, doubled and halved ones count as equal.
    `correlation`: of the energy curves, smoothed over `smooth` seconds, at their best shift, on at least `shortest`
    seconds. `sure_key`: the strength from which keys must be the same. `block`: tracks compared at once.
    """

    seconds: float = 6.0
    cosine: float = 0.6
    octaves: float = 0.05
    correlation: float = 0.94
    smooth: int = 5
    shortest: int = 20
    sure_key: float = 0.7
    block: int = 512


def fold_duplicates(database: Database, rule: DuplicateRule | None = None, progress: Progress | None = None) -> int:
    """Compares what was not compared yet and points copies at their best. Gives the number of newly found copies."""
    rule = rule or DuplicateRule()
    progress = progress or Silent()
    fresh = database.rows("SELECT count(*) FROM features WHERE compared = 0")[0][0]
    if fresh:
        progress.start("Comparing tracks", fresh)
        pairs = _new_pairs(database, rule, progress)
        with database.transaction(counted=False):
            database.many("INSERT OR IGNORE INTO twins VALUES (?, ?)", pairs)
            database.rows("UPDATE features SET compared = 1 WHERE compared = 0")
    return _point_at_best(database)


def agreement(one: Floats, other: Floats, rule: DuplicateRule) -> float:
    """The correlation of two energy curves, (s,) and (r,) with one value a second, at their best shift; -1 at worst.

    Curves that are too short or do not move tell nothing: -1.
    """
    import numpy as np

    if min(len(one), len(other)) < rule.shortest + rule.smooth:
        return -1.0
    window = np.full(rule.smooth, 1 / rule.smooth)
    a, b = np.convolve(one, window, "valid"), np.convolve(other, window, "valid")
    best = -1.0
    for shift in range(-int(rule.seconds), int(rule.seconds) + 1):
        n = min(len(a) - max(0, -shift), len(b) - max(0, shift))
        if n >= rule.shortest:
            x, y = a[max(0, -shift) :][:n], b[max(0, shift) :][:n]
            x, y = x - x.mean(), y - y.mean()
            size = float(np.sqrt((x @ x) * (y @ y)))
            best = max(best, float(x @ y) / size if size > 1e-6 else -1.0)
    return best


def close_pairs(
    durations: Floats,
    tempos: Floats,
    vectors: NDArray[np.float16],
    fresh: NDArray[np.bool_],
    rule: DuplicateRule,
    progress: Progress,
) -> Iterator[tuple[int, int]]:
    """Pairs of rows that are near in duration (n,), tempo (n,), NaN fits any, and by the cosine of unit vectors (n, d).

    At least one of each pair is `fresh` (n,), and `progress` counts these.
    """
    import numpy as np

    order = np.argsort(durations, kind="stable")
    durations, vectors, fresh = durations[order], vectors[order], fresh[order]
    octaves = np.log2(np.where(tempos > 0, tempos, np.nan))[order]
    rows = np.flatnonzero(fresh)
    for start in range(0, len(rows), rule.block):
        block = rows[start : start + rule.block]
        low, high = np.searchsorted(durations, durations[block[[0, -1]]] + (-rule.seconds, rule.seconds + 1e-6))
        for left in range(int(low), int(high), 8 * rule.block):
            span = np.arange(left, min(left + 8 * rule.block, int(high)))
            cosines = vectors[block].astype(np.float32) @ vectors[span].astype(np.float32).T  # (block, span)
            i, j = np.nonzero(cosines >= rule.cosine)
            a, b = block[i], span[j]
            apart = octaves[a] - octaves[b]
            once = (a < b) | ((a > b) & ~fresh[b])
            near = np.abs(durations[a] - durations[b]) <= rule.seconds
            near &= ~(np.abs(apart - np.round(apart)) > rule.octaves)
            yield from zip(order[a[once & near]].tolist(), order[b[once & near]].tolist(), strict=True)
        progress.advance(len(block))


def _new_pairs(database: Database, rule: DuplicateRule, progress: Progress) -> list[tuple[str, str]]:
    """Pairs of ids, the lesser first, of which one has not been compared yet; only within one vector space."""
    import numpy as np

    from musechat.library.vectors import floats

    spaces: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for rows in database.stream(
        "SELECT encoder, version, dim, track, duration, bpm, pooled, compared, energy, key, mode, "
        "key_strength FROM features "
        "JOIN tracks ON id = track"
    ):
        for encoder, version, dim, *rest in rows:
            spaces[encoder, version, dim].append(tuple(rest))
    found = []
    for (_, _, dim), rows in spaces.items():
        ids, durations, tempos, pooled, compared, energies, *keys = zip(*rows, strict=True)
        pairs = close_pairs(
            np.array(durations, np.float32),
            np.array(tempos, np.float32),
            np.frombuffer(b"".join(pooled), np.float16).reshape(len(ids), dim),
            ~np.array(compared, bool),
            rule,
            progress,
        )
        tonics, modes, strengths = keys
        for i, j in pairs:
            sure = min(strengths[i], strengths[j]) >= rule.sure_key
            if sure and (tonics[i], modes[i]) != (tonics[j], modes[j]):
                continue
            if agreement(floats(energies[i]), floats(energies[j]), rule) >= rule.correlation:
                found.append((min(ids[i], ids[j]), max(ids[i], ids[j])))
    return found


def _point_at_best(database: Database) -> int:
    """Sets `duplicate_of` from the pairs: a copy points at the best track that it is a twin of.

    Best: present before missing, then the best named (by facts that were not guessed from file and folder names), then
    the longest, then the most bytes a second, then the first to come.
    """
    rows = database.rows(
        "SELECT id, missing, duration, coalesce((SELECT max(size) FROM files WHERE track = id), 0), added,"
        " duplicate_of,"
        " (SELECT count(*) FROM json_each(facts) WHERE json_extract(value, '$[1]') IN ('sidecar', 'tag'))"
        " FROM tracks WHERE duplicate_of IS NOT NULL OR id IN (SELECT a FROM twins UNION SELECT b FROM twins)"
    )
    before = {row[0]: row[5] for row in rows}
    order = sorted(rows, key=lambda row: (row[1], -row[6], -round(row[2]), -row[3] / max(row[2], 1.0), row[4], row[0]))
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
