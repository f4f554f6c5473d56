"""Search by words over many synthetic tracks: building the cache, opening it, and whole searches in process.

    python benchmarks/search.py [--tracks 100000] [--runs 10]

A search is everything that `musechat search` does after opening the library: understanding the words, limits, scores
of all tracks, names, and the evidence of the 20 best. Exactness is checked against a brute-force sort.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from musechat.app.library import Library
from musechat.library import Store
from musechat.library.matrix import Matrix
from musechat.match.part import weighted_mean
from musechat.match.words import WordWeights, word_parts
from synthetic import fill

QUERIES = (
    "slow sad piano", "heavy metal", "techno over 120 bpm", "no vocals, calm", "happy acoustic guitar without drums",
    "epic orchestral, under 3 minutes", "ambient", "something like jazz but faster", "Title 77123", "dark synth, 80s",
)  # fmt: skip


def timed(label: str, begun: float) -> None:
    """Prints how long something took."""
    print(f"{label:<46}{time.perf_counter() - begun:8.2f} s")


def check_exact(library: Library) -> None:
    """The best by the search are the best by sorting everything."""
    corpus = library.supervisor.corpus()
    request = library.understand("slow sad piano")
    score = weighted_mean(word_parts(corpus, request, None, WordWeights()), len(corpus))
    brute = np.sort(score[corpus.shown])[::-1][:20]
    found = [hit.score for hit in library.search("slow sad piano", 20).results]
    assert np.allclose(found, brute, atol=1e-4), (found, brute)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        with Store.open(Path(place), "w") as store:
            fill(store, options.tracks, 400, 100)
            begun = time.perf_counter()
            Matrix.load(store)
            timed(f"build the cache of {options.tracks} tracks", begun)
            begun = time.perf_counter()
            Matrix.load(store)
            timed("open the cache", begun)
        with Library(place) as library:
            begun = time.perf_counter()
            library.search("piano")
            timed("first search, models loading included", begun)
            check_exact(library)
            seconds = []
            for _ in range(options.runs):
                for words in QUERIES:
                    begun = time.perf_counter()
                    library.search(words, 20)
                    seconds.append(time.perf_counter() - begun)
    milliseconds = 1e3 * np.array(seconds)
    print(f"{'search, median of ' + str(len(seconds)):<46}{np.median(milliseconds):8.2f} ms")
    print(f"{'search, 95th percentile':<46}{np.quantile(milliseconds, 0.95):8.2f} ms")


if __name__ == "__main__":
    main()
