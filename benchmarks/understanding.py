"""How much of what requests mean is found, and how much is invented.

In: a file of requests with what each must mean (JSON lines). Out: a table per set; `--misses` lists every difference.

    python benchmarks/understanding.py [--requests FILE] [--half worked|held|unseen] [--misses]

- Counted: concepts wanted, avoided, more, less, kept; limits (one item each); what was said to be unmeasurable.
- `may` in a line: neither required nor counted as invented. Acts are counted apart.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Any

from musechat.concepts.lexicon import lexicon_of
from musechat.concepts.tokens import tokenize
from musechat.concepts.understand import understand
from musechat.concepts.vocabulary import Vocabulary, shipped_vocabulary
from musechat.core.request import Request
from musechat.dialogue.merge import merged
from musechat.match.limits import HARD

REQUESTS = Path(__file__).parents[1] / "tests" / "concepts" / "requests.jsonl"
ARTISTS = ("Muldjord", "Sectoid", "Mozart Opera Rock", "Indie Rock", "Low", "30 Seconds To Mars", "Kevin MacLeod")
FIELDS = ("wants", "avoids", "more", "less", "keep")
WEIGHTED = 0.01
TITLES = ("night drive", "low", "happy female vocals 128 bpm")
LEARNED = ("mid-tempo", "50s", "2010s", "1920s")
"""Concepts that nothing measured when the requests were written, and something does now."""
KEPT = ("keep", "same tempo")
"""A tempo that is praised is held since then; where the writers knew of it they ask for it."""


UNHEARD = frozenset(name for name, concept in shipped_vocabulary().concepts.items() if not concept.measurable)
"""Wishes for these must be told as what nothing hears."""
SUNG = frozenset(name for name, concept in shipped_vocabulary().concepts.items() if concept.voices == "any")
"""Wishes for these ("whispered vocals", "in spanish") are wishes for a voice, whether the writer says so or not."""
NEAR = {"tempo": 0.08, "duration": 0.1}
"""How wide "around 120 BPM" and "about 90 seconds" may be read, as a share."""


def items(expected: dict[str, Any]) -> set[tuple[str, str]]:
    """Everything that a line asks for, as (field, value); wanting something and wanting more of it are one field."""
    found = {_wish(name, str(value)) for name in FIELDS for value in expected.get(name, [])}
    found |= {("style", str(name).casefold()) for name in expected.get("styles", [])}
    for value in map(str.casefold, expected.get("unmeasurable", [])):
        denied, _, name = value.rpartition("style of ")
        learned = denied == "" and value in LEARNED
        found.add(("more", value) if learned else ("style", denied + name) if "style of " in value else ("deaf", value))
    limits = expected.get("constraints", {})
    for name, value in limits.items() if isinstance(limits, dict) else ():
        values = value if isinstance(value, list) else [value]
        found |= {(name, f"{v:g}" if isinstance(v, int | float) else str(v).casefold()) for v in values}
    return found


def _wish(field: str, value: str) -> tuple[str, str]:
    """Wanting and wanting more are one field, and so are lessening and excluding half ("not too loud")."""
    concept, _, weight = value.partition(":")
    mild = field == "avoids" and weight and float(weight) < HARD
    return "more" if field == "wants" else "less" if mild else field, concept


def understood(request: Request) -> set[tuple[str, str]]:
    """The same of a `Request`."""
    plain = request.to_json()
    mild = [want for want in plain["avoids"] if want["weight"] < HARD]
    plain["avoids"] = [want for want in plain["avoids"] if want["weight"] >= HARD]
    plain["less"] += mild
    plain |= {name: [want["concept"] for want in plain[name]] for name in FIELDS}
    plain["constraints"] = {name: value for name, value in plain["constraints"].items() if value not in (None, [])}
    return items(plain)


def matched(must: tuple[str, str], found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The items of `found` that are what `must` asks for; "a|b" asks for either, "near" for a range around."""
    field, value = must
    if field.endswith("_near"):
        kind, middle = field[:-5], float(value)
        slack = NEAR[kind] * middle + 0.06  # ends are rounded to tenths
        ends = {item for item in found if item[0].startswith(kind + "_")}
        fits = all(abs(float(v) - middle) <= slack for _, v in ends)
        return ends if len(ends) == 2 and fits else set()
    if field == "deaf":  # that something cannot be heard is told, whether it was asked for, lessened or excluded
        meant = {_meant(_bare(one)) for one in value.split("|")} | set(map(_bare, value.split("|")))
        told = {item for item in found if item[0] == field and {_bare(item[1]), _meant(_bare(item[1]))} & meant}
        return told or {item for item in found if item[0] in ("more", "keep") and item[1] in meant}
    if field == "style":
        names = [one.removeprefix("the ") for one in value.split("|")]
        return {item for item in found if item[0] == field and item[1].removeprefix("the ") in names}
    if field == "licence":
        value = value.replace("-", " ")
        return {item for item in found if item[0] == field and item[1].replace("-", " ") == value}
    asked = value.split("|")
    if (field, value) == ("avoids", "vocals") and ("vocals", "none") in found:
        return {("vocals", "none")}
    unheard = UNHEARD & set(asked)
    told = {i for i in found if i[0] == "deaf" and {_bare(i[1]), _meant(_bare(i[1]))} & unheard}
    told |= {i for i in found if i[0] == "deaf" and any(i[1].endswith(" " + one) for one in unheard)}
    exact = ({(field, one) for one in asked} & found) | told
    return exact or {i for i in found if i[0] == field and any(i[1].endswith(" " + one) for one in asked)}


def _meant(said: str) -> str:
    """The concept that a word means by the vocabulary: "tuba" is told as unheard where "brass" is, and the reverse."""
    tokens = tokenize(said)
    sense = lexicon_of(shipped_vocabulary()).find(tokens, 0) if tokens else None
    whole = sense is not None and sense[1] == len(tokens) and sense[0].kind == "concept"
    return sense[0].names[0] if sense is not None and whole else said


def _bare(said: str) -> str:
    return said.removeprefix("no ").removeprefix("less ")


def tolerated(line: dict[str, Any], item: tuple[str, str]) -> bool:
    """Whether the line allows an item that it does not require; what it forbids it never does."""
    field, value = item
    may = line.get("may", {})
    meant = items(line) | items({name: values for name, values in may.items() if name != "constraints"})
    if item == KEPT or (item == ("vocals", "any") and any(_meant(_bare(v)) in SUNG for _, v in meant)):
        return True
    forbidden = {str(one).replace("wants:", "more:") for one in line.get("must_not", [])}
    traps = {f"{field}:{value}", f"constraints:{field}", f"constraints:{field}={value}"}
    if traps & forbidden:
        return False
    allowed = items({name: values for name, values in may.items() if name != "constraints"})
    allowed |= items({"constraints": may["constraints"]}) if isinstance(may.get("constraints"), dict) else set()
    return bool(any(matched(one, {item}) for one in allowed)) or (
        field in ("vocals", "artist") and isinstance(may.get("constraints"), list)
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


def read(line: dict[str, Any], vocabulary: Vocabulary) -> Request:
    """What holds after the line, or after all messages of a line with several."""
    held = Request()
    for text in line.get("turns", [line.get("text")]):
        new = understand(text, vocabulary, artists=ARTISTS, is_title=lambda words: words.casefold() in TITLES)
        told = (*held.unmeasurable, *new.unmeasurable)  # each is told in the reply to its own message
        held = merged(held, new, lambda concept: vocabulary[concept].opposite) if "turns" in line else new
        held = dataclasses.replace(held, unmeasurable=tuple(dict.fromkeys(told)))
    return held


def judge(line: dict[str, Any], request: Request) -> tuple[list[tuple[str, str]], set[tuple[str, str]]]:
    """What was missed and what was invented."""
    found, missed, used = understood(request), [], set()
    for must in items(line):
        hits = matched(must, found)
        used |= hits
        if not hits:
            missed.append(must)
    return missed, {item for item in found - used if not tolerated(line, item)}


def half_of(lines: list[str], half: str) -> list[str]:
    """Every other line: "worked" were looked at while the parser was worked on, "held" were not at first; where the
    report says that half of those were looked at later, "unseen" are the rest.
    """
    return {"all": lines, "worked": lines[::2], "held": lines[1::2], "unseen": lines[3::4]}[half]


def measure(path: Path, show: bool = False, half: str = "all") -> dict[str, Counter[str]]:
    """Counts per set and over all: lines, items that must be and were found, said, invented, acts, exact lines."""
    counts: dict[str, Counter[str]] = {}
    vocabulary = shipped_vocabulary()
    for raw in half_of(path.read_text("utf-8").splitlines(), half):
        line = json.loads(raw)
        request = read(line, vocabulary)
        must, said = items(line), understood(request)
        missed, invented = judge(line, request)
        acts = line.get("act", "refine")
        allowed = acts if isinstance(acts, list) else [acts, *line.get("may", {}).get("act", [])]
        right_act = "turns" in line or request.act in allowed
        right_act &= str(line.get("target", "")).casefold() == (request.target or "").casefold()
        for name in (line["set"], "all"):
            count = counts.setdefault(name, Counter())
            count.update(lines=1, must=len(must), found=len(must) - len(missed), said=len(said), invented=len(invented))
            count.update(acts=right_act, exact=not missed and not invented)
        if show and (missed or invented or not right_act or weights_differ(line, request)):
            print(line.get("text") or " / ".join(line["turns"]))
            print("   missed", sorted(missed), "invented", sorted(invented), *weights_differ(line, request))
            print("   act", request.act, "unmatched", request.unmatched)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=Path, default=REQUESTS)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--half", choices=("all", "worked", "held", "unseen"), default="all")
    arguments = parser.parse_args()
    counts = measure(arguments.requests, arguments.misses, arguments.half)
    print(f"{'set':10} {'lines':>5} {'items':>5} {'found':>7} {'invented':>9} {'acts':>7} {'lines exact':>12}")
    for name, c in counts.items():
        found_share, invented_share = c["found"] / max(1, c["must"]), c["invented"] / max(1, c["said"])
        shares = (
            f"{found_share:7.1%} {invented_share:9.1%} {c['acts'] / c['lines']:7.1%} {c['exact'] / c['lines']:12.1%}"
        )
        print(f"{name:10} {c['lines']:5} {c['must']:5} {shares}")


if __name__ == "__main__":
    main()
