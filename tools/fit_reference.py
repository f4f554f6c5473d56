"""What is usual in music, for `concepts.presence`: fitted on the tracks of a library.

In: a folder that `musechat index --library` made. Out: `reference.json`.

    python tools/fit_reference.py LIBRARY [-o src/musechat/concepts/reference.json]

- Near-duplicates count once, and what is shorter than 40 s is a jingle or a sound effect, not usual music.
- The shipped statistics come from the music of these Debian 12 packages: fretsonfire-songs-muldjord,
  fretsonfire-songs-sectoid, singularity-music, pushover-data, asc-music, lincity-ng-data, frozen-bubble-data,
  nexuiz-music (its archive unpacked), wesnoth-1.16-music, extremetuxracer-data, btanks-data, hedgewars-data,
  freedroidrpg-data, neverball-data. It is game music: much is electronic or orchestral, hardly anything is sung.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from musechat.concepts.reference import fit_reference, inputs
from musechat.concepts.vocabulary import ATTRIBUTES, TAGS
from musechat.library.matrix import Matrix
from musechat.library.tracks import Store

SHORTEST = 40.0
OUTPUT = Path(__file__).parents[1] / "src" / "musechat" / "concepts" / "reference.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    store = Store.open(arguments.library, "r")
    matrix = Matrix.load(store)
    rows = ~matrix.duplicate & (matrix.column("duration") >= SHORTEST)
    values = inputs(matrix.tags[rows], {name: matrix.column(name)[rows] for name in ATTRIBUTES})
    reference = fit_reference(TAGS, values)
    store.close()
    arguments.output.write_text(reference.to_json(), "utf-8")
    print(f"{reference.tracks} tracks → {arguments.output}")


if __name__ == "__main__":
    main()
