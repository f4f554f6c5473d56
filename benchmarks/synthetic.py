"""Synthetic libraries of any size, written straight into SQLite as an import leaves them."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from musechat.library import Store
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
        curve = rng.uniform(0, 1, 270).astype(np.float16).tobytes()
        rows, features, files, segments = [], [], [], []
        for i in range(count):
            known = hashlib.sha256(str(start + i).encode()).hexdigest()
            path = f"/music/artist {(start + i) % 1500}/{start + i}.ogg".encode()
            facts = json.dumps(
                {"title": [f"Title {start + i}", "tag"], "artist": [f"Artist {(start + i) % 1500}", "tag"]}
            )
            rows.append((known, 180.0 + i % 90, path, facts, f"title {start + i} artist {(start + i) % 1500}", 0.0))
            files.append((path, known, 5_000_000, 1, facts))
            bpm, loudness, valence, arousal, beat = rng.uniform((60, -24, -1, -1, 0), (180, -7, 1, 1, 1)).tolist()
            measured = (bpm, 0.8, None, 0.1, beat, i % 12, "minor", 0.6, loudness, 6.0, valence, arousal)
            space = (known, "synthetic", "1", "", "balanced", dim, tags)
            features.append(
                (
                    *space,
                    vectors[i].astype(np.float16).tobytes(),
                    probabilities[i].tobytes(),
                    curve[: 2 * (180 + i % 90)],
                    *measured,
                )
            )
            blob = rng.bytes(2 * SEGMENTS * dim)
            segments.append((known, b"\0" * 4 * SEGMENTS, blob, b"\0" * 2 * SEGMENTS * tags))
        with store.writing():
            many = store.database.many
            many("INSERT INTO tracks (id, duration, path, facts, folded, added) VALUES (?, ?, ?, ?, ?, ?)", rows)
            many("INSERT INTO files (path, track, size, mtime_ns, facts) VALUES (?, ?, ?, ?, ?)", files)
            marks = ", ".join("?" * (10 + len(MEASURED)))
            many(f"INSERT INTO features ({names}, {', '.join(MEASURED)}) VALUES ({marks})", features)
            many("INSERT INTO segments (track, starts, embeddings, tags) VALUES (?, ?, ?, ?)", segments)
