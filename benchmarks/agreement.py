"""How far two careful readers agree on what requests mean: what can be asked of a parser at most.

In: requests with their writer's labels, the labels of a second reader who saw only the texts. Out: found and invented,
the second reader taken for the parser.

    python benchmarks/agreement.py [--requests FILE] [--labels FILE]

- The second reader had the list of concepts and the same instructions, not the writer's labels, nor the parser.
- Scored as `understanding.py` scores the parser; of "a|b" either counts, and a manner of singing asks for a voice.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from understanding import NEAR, SUNG, items, matched, tolerated

HERE = Path(__file__).parents[1] / "tests" / "concepts"
Item = tuple[str, str]


def read(label: dict[str, Any]) -> list[set[Item]]:
    """Each thing that the second reader labelled, as the readings that it stands for."""
    found = []
    for field, value in items(label):
        ways = {(field, one) for one in value.split("|")}
        if field.endswith("_near"):
            kind, middle = field.removesuffix("_near"), float(value)
            ends = {(f"{kind}_{end}", f"{middle * (1 + way * NEAR[kind]):g}") for end, way in (("min", -1), ("max", 1))}
            found += [{end} for end in ends]
            continue
        found.append(ways)
        found += [{("vocals", "any")}] if any(one in SUNG for _, one in ways) else []
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=Path, default=HERE / "requests_seventh.jsonl")
    parser.add_argument("--labels", type=Path, default=HERE / "second_reader_seventh.jsonl")
    options = parser.parse_args()
    must = found = said = invented = 0
    pairs = (path.read_text("utf-8").splitlines() for path in (options.requests, options.labels))
    for raw, label in zip(*pairs, strict=True):
        line, other = json.loads(raw), read(json.loads(label))
        every = set().union(*other)
        used: set[Item] = set()
        for wanted in items(line):
            hits = matched(wanted, every)
            used |= hits
            must, found = must + 1, found + bool(hits)
        said += len(other)
        invented += sum(not ways & used and not any(tolerated(line, way) for way in ways) for ways in other)
    print(f"{must} items, found {found / must:.1%}, invented {invented / said:.1%} of {said}")


if __name__ == "__main__":
    main()
