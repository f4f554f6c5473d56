"""Exact search over many synthetic tracks: building the cache, opening it, and the time of a query.

    python benchmarks/search.py [--tracks 100000] [--dim 400] [--tags 100] [--queries 200]

The tracks are written straight into SQLite, each with 16 segments, as an import leaves them. A query asks for the 20
best of the tracks that are neither missing nor duplicates, about four in five of them allowed by a mask.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from musechat.library import Store
from musechat.library.matrix import Matrix
from musechat.library.vectors import MEASURED

SEGMENTS = 16


def fill(store: Store, tracks: int, dim: int, tags: int) -> None:
    """Writes random tracks with realistic columns and blob sizes."""
    rng = np.random.default_rng(0)
    names = "track, encoder, version, settings, quality, dim, tag_count, pooled, mean_tags, energy"
    for start in range(0, tracks, 1000):
        count = min(1000, tracks - start)
        vectors = rng.normal(size=(count, dim)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        probabilities = rng.uniform(0, 0.4, (count, tags)).astype(np.float16)
        rows, features, files, segments = [], [], [], []
        for i in range(count):
            known = hashlib.sha256(str(start + i).encode()).hexdigest()
            path = f"/music/artist {i % 97}/{start + i}.ogg".encode()
            facts = json.dumps({"title": [f"Title {start + i}", "tag"], "artist": [f"Artist {i % 97}", "tag"]})
            rows.append((known, 180.0 + i % 90, path, facts, f"title {start + i} artist {i % 97}", 0.0))
            files.append((path, known, 5_000_000, 1, facts))
            measured = (120.0, 0.8, None, 0.1, 0.5, 3, "minor", 0.6, -14.0, 6.0, 0.2, -0.1)
            space = (known, "synthetic", "1", "", "balanced", dim, tags)
            features.append(
                (*space, vectors[i].astype(np.float16).tobytes(), probabilities[i].tobytes(), b"\0" * 400, *measured)
            )
            blob = rng.bytes(2 * SEGMENTS * dim)
            segments.append((known, b"\0" * 4 * SEGMENTS, blob, b"\0" * 2 * SEGMENTS * tags))
        with store.writing():
            many = store.database.many
            many("INSERT INTO tracks (id, duration, path, facts, folded, added) VALUES (?, ?, ?, ?, ?, ?)", rows)
            many("INSERT INTO files (path, track, size, mtime_ns, facts) VALUES (?, ?, ?, ?, ?)", files)
            marks = ", ".join("?" * (10 + len(MEASURED)))
            many(f"INSERT INTO features ({names}, {', '.join(MEASURED)}) VALUES ({marks})", features)
            many("INSERT INTO segments VALUES (?, ?, ?, ?)", segments)


def timed(label: str, begun: float) -> None:
    """Prints how long something took."""
    print(f"{label:<46}{time.perf_counter() - begun:8.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=400)
    parser.add_argument("--tags", type=int, default=100)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, Store.open(Path(place), "w") as store:
        fill(store, options.tracks, options.dim, options.tags)
        begun = time.perf_counter()
        Matrix.load(store)
        timed(f"build the cache of {options.tracks} tracks", begun)
        begun = time.perf_counter()
        matrix = Matrix.load(store)
        timed("open the cache", begun)
        begun = time.perf_counter()
        store.tracks()
        timed("list all tracks", begun)
        rng = np.random.default_rng(1)
        mask = ~matrix.missing & ~matrix.duplicate & (rng.random(len(matrix)) < 0.8)
        seconds = []
        for _ in range(options.queries):
            query = rng.normal(size=options.dim).astype(np.float32)
            begun = time.perf_counter()
            rows, _ = matrix.top(query, 20, mask)
            seconds.append(time.perf_counter() - begun)
        exact = matrix.vectors.astype(np.float64) @ query
        exact[~mask] = -np.inf
        assert set(np.argsort(-exact)[:20]) == set(rows.tolist())
        print(f"{'query, first':<46}{1e3 * seconds[0]:8.2f} ms")
        warm = np.array(seconds[1:])
        print(f"{'query, median of ' + str(len(warm)):<46}{1e3 * np.median(warm):8.2f} ms")
        print(f"{'query, 95th percentile':<46}{1e3 * np.quantile(warm, 0.95):8.2f} ms")


if __name__ == "__main__":
    main()
