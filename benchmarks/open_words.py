"""Precision and recall of words outside the vocabulary, over cosine thresholds.

In: phrases with the concepts that each may stand for, or none (JSON lines), MiniLM. Out: a table; `--hits` lists them.

    python benchmarks/open_words.py [--phrases FILE] [--hits]

- Lines of the set "fit" chose the threshold; "held" were written afterwards and chose nothing.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from musechat.concepts.open_vocabulary import OpenSettings, OpenVocabulary
from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.encode.minilm import MiniLM

PHRASES = Path(__file__).parents[1] / "tests" / "concepts" / "open_words.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phrases", type=Path, default=PHRASES)
    parser.add_argument("--hits", action="store_true")
    arguments = parser.parse_args()
    lines = [json.loads(raw) for raw in arguments.phrases.read_text("utf-8").splitlines()]
    encoder, vocabulary = MiniLM(threads=1), shipped_vocabulary()
    print(f"{'near':>5} {'set':5} {'phrases':>8} {'understood':>11} {'right':>6} {'precision':>10} {'recall':>7}")
    for near in (0.65, 0.7, 0.75, OpenSettings().near, 0.8, 0.85):
        found = OpenVocabulary(encoder, vocabulary, OpenSettings(near)).nearest([line["text"] for line in lines])
        for name in sorted({line["set"] for line in lines}):
            pairs = [(line, hit) for line, hit in zip(lines, found, strict=True) if line["set"] == name]
            hits = [(line, hit) for line, hit in pairs if hit is not None]
            right = sum(hit in line["means"] for line, hit in hits)
            meaning = sum(bool(line["means"]) for line, _ in pairs)
            shares = f"{right / max(1, len(hits)):10.1%} {right / max(1, meaning):7.1%}"
            print(f"{near:5.2f} {name:5} {len(pairs):8} {len(hits):11} {right:6} {shares}")
            if arguments.hits and near == OpenSettings().near:
                print("      ", ", ".join(f"{line['text']} → {hit}" for line, hit in hits))


if __name__ == "__main__":
    main()
