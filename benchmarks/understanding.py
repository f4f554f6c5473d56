"""How much of what requests mean is found, and how much is invented.

In: a file of requests with what each must mean (JSON lines). Out: a table per set; `--misses` lists every difference.

    python benchmarks/understanding.py [--requests FILE] [--misses]

- Counted: concepts wanted, avoided, more, less, kept; limits (one item each); what was said to be unmeasurable.
- `may` in a line: neither required nor counted as invented. Acts are counted apart.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from musechat.concepts.understand import understand
from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.request import Request

REQUESTS = Path(__file__).parents[1] / "tests" / "concepts" / "requests.jsonl"
ARTISTS = ("Muldjord", "Sectoid", "Mozart Opera Rock", "Indie Rock", "Low", "30 Seconds To Mars", "Kevin MacLeod")
FIELDS = ("wants", "avoids", "more", "less", "keep")
WEIGHTED = 0.01


def items(expected: dict[str, Any]) -> set[tuple[str, str]]:
    """Everything that a line asks for, as (field, value)."""
    found = {(name, str(value).split(":")[0]) for name in FIELDS for value in expected.get(name, [])}
    found |= {("unmeasurable", str(value).casefold()) for value in expected.get("unmeasurable", [])}
    limits = expected.get("constraints", {})
    for name, value in limits.items() if isinstance(limits, dict) else ():
        values = value if isinstance(value, list) else [value]
        found |= {(name, f"{v:g}" if isinstance(v, int | float) else str(v)) for v in values}
    return found


def understood(request: Request) -> set[tuple[str, str]]:
    """The same of a `Request`."""
    plain = request.to_json()
    plain |= {name: [want["concept"] for want in plain[name]] for name in FIELDS}
    plain["constraints"] = {name: value for name, value in plain["constraints"].items() if value not in (None, [])}
    return items(plain)


def tolerated(line: dict[str, Any], item: tuple[str, str]) -> bool:
    """Whether the line allows an item that it does not require."""
    field, value = item
    may = line.get("may", {})
    return value in [str(v).casefold() if field == "unmeasurable" else v for v in may.get(field, [])] or (
        field in ("vocals", "artist") and "constraints" in may
    )


def weights_differ(line: dict[str, Any], request: Request) -> list[str]:
    """Concepts whose stated weight came out otherwise."""
    given = {(name, want.concept): want.weight for name in FIELDS for want in getattr(request, name)}
    wrong = []
    for name in FIELDS:
        for concept, _, weight in (value.partition(":") for value in line.get(name, [])):
            if weight and abs(given.get((name, concept), float(weight)) - float(weight)) > WEIGHTED:
                wrong.append(f"{name} {concept}: {given[name, concept]} instead of {weight}")
    return wrong


def measure(path: Path, show: bool = False) -> dict[str, Counter[str]]:
    """Counts per set and over all: lines, items that must be and were found, said, invented, acts, exact lines."""
    counts: dict[str, Counter[str]] = {}
    vocabulary = shipped_vocabulary()
    for raw in path.read_text("utf-8").splitlines():
        line = json.loads(raw)
        request = understand(line["text"], vocabulary, artists=ARTISTS)
        must, found = items(line), understood(request)
        invented = {item for item in found - must if not tolerated(line, item)}
        acts = line.get("act", "refine")
        right_act = request.act in (acts if isinstance(acts, list) else [acts, *line.get("may", {}).get("act", [])])
        for name in (line["set"], "all"):
            count = counts.setdefault(name, Counter())
            count.update(lines=1, must=len(must), found=len(must & found), said=len(found), invented=len(invented))
            count.update(acts=right_act, exact=must <= found and not invented)
        if show and (must - found or invented or not right_act or weights_differ(line, request)):
            print(line["text"])
            print("   missed", sorted(must - found), "invented", sorted(invented), *weights_differ(line, request))
            print("   act", request.act, "unmatched", request.unmatched)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=Path, default=REQUESTS)
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    counts = measure(arguments.requests, arguments.misses)
    print(f"{'set':10} {'lines':>5} {'items':>5} {'found':>7} {'invented':>9} {'acts':>7} {'lines exact':>12}")
    for name, c in counts.items():
        found_share, invented_share = c["found"] / max(1, c["must"]), c["invented"] / max(1, c["said"])
        shares = (
            f"{found_share:7.1%} {invented_share:9.1%} {c['acts'] / c['lines']:7.1%} {c['exact'] / c['lines']:12.1%}"
        )
        print(f"{name:10} {c['lines']:5} {c['must']:5} {shares}")


if __name__ == "__main__":
    main()
