"""How well singing is heard, and what "no vocals" and "with vocals" let through. Nothing is fitted here.

In: real tracks whose credits or texts say whether somebody sings (`truth/real.py`). Out: AUC and shares.

    python benchmarks/voices.py [--real CACHE]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from presence import auc, scored
from truth import real


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, default=real.CACHE)
    options = parser.parse_args()
    known = [t for t in real.read(options.real) if {"vocals", "instrumental"} & (t.present | t.absent)]
    heard = scored(known)
    sung = np.array(["vocals" in t.present for t in known])
    plain = np.array(["vocals" in t.absent or "instrumental" in t.present for t in known]) & ~sung
    print(f"{sung.sum()} tracks with singing, {plain.sum()} without")
    judged = sung | plain
    print(f"AUC of any voice {auc(sung[judged], heard.voice[judged]):.3f}")
    for name in ("none", "any"):
        allowed = heard.voices[name]
        print(f"asked for voices {name!r}: {allowed[sung].sum()} of {sung.sum()} with singing pass, "
              f"{allowed[plain].sum()} of {plain.sum()} without")  # fmt: skip
    women = np.array(["female vocals" in t.present for t in known])
    print(f"asked for a woman: {heard.voices['female'][women].sum()} of {women.sum()} of hers pass, "
          f"{heard.voices['female'][plain].sum()} of {plain.sum()} without any voice")  # fmt: skip


if __name__ == "__main__":
    main()
