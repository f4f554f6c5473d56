"""Whether what is proposed truly has what was asked for, and truly lacks what was excluded: judged on labels alone.

In: the labelled tracks of the half that fitted nothing (made: scores; real: credits, tags, stems). Out: three figures,
and a row per concept.

    python benchmarks/refinement.py [--made CACHE] [--real CACHE] [--each 40] [--report FILE]

- Each try draws a library of 200 tracks of one body (made or real), a track on the table and a sentence such as "no
  piano please" or "I'd like some strings, but no drums"; the words go through the parser, the library through the
  ranker, and the first track is held against its label. A track whose label is silent is counted apart.
- Nearness to the last track is by tags here: the caches keep no embeddings. It weighs a seventh of a wish.
- "Wrongly cut": of the tracks that lack the concept by label, those whose own evidence breaks its exclusion.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from musechat.concepts.floors import shipped_floors
from musechat.concepts.understand import understand
from musechat.concepts.vocabulary import ATTRIBUTES, shipped_vocabulary
from musechat.core.request import Query
from musechat.match.corpus import Corpus
from musechat.match.ranker import rank
from presence import FEW, scored
from truth import generated, real
from truth.generated import Labelled

SIZE, SEED = 200, 7
WITHOUT = ("no {x} please", "nice, but without {x}", "I like it, only no {x} this time", "anything but {x}")
WITH = ("I'd like {x}", "something with {x} please", "could we try {x}?", "good, but I would prefer {x}")
BOTH = ("I'd like {y}, but no {x}", "no {x}, and some {y} please")


def part_of(corpus: Corpus, rows: Sequence[int]) -> Corpus:
    """A library of some of the tracks. The reference is the shipped one, so that scores stay as they are."""
    changes: dict[str, Any] = {
        field.name: getattr(corpus, field.name)[list(rows)]
        for field in dataclasses.fields(corpus)
        if isinstance(getattr(corpus, field.name), np.ndarray)
    }
    ids, nothing = tuple(corpus.ids[row] for row in rows), ("",) * len(rows)
    changes |= dict.fromkeys(("artists", "licences", "titles", "names"), nothing)
    voices = {name: mask[list(rows)] for name, mask in corpus.voices.items()}
    return dataclasses.replace(
        corpus, ids=ids, rows={name: row for row, name in enumerate(ids)}, voices=voices, **changes
    )


def corpus_of(tracks: Sequence[Labelled]) -> Corpus:
    """As the library would give it, but for embeddings (see above) and names."""
    heard = scored(tracks)
    measured = {name: np.array([t.attributes[i] for t in tracks], np.float32) for i, name in enumerate(ATTRIBUTES)}
    tags = np.stack([track.tags for track in tracks])
    unit = tags / np.linalg.norm(tags, axis=1, keepdims=True)
    ids, nothing = tuple(track.name for track in tracks), ("",) * len(tracks)
    return Corpus(
        ids=ids,
        rows={name: row for row, name in enumerate(ids)},
        concepts=heard.concepts,
        sources=heard.sources,
        vectors=unit.astype(np.float32),
        scores=heard.scores,
        breaks=np.asfortranarray(heard.breaks),
        asserted=heard.asserted,
        clear=heard.clear,
        bpm=measured["bpm"],
        arousal=measured["arousal"],
        valence=measured["valence"],
        loudness=measured["loudness"],
        duration=np.full(len(tracks), 180, np.float32),
        voices=heard.voices,
        voice=heard.voice,
        shown=np.ones(len(tracks), bool),
        artists=nothing,
        licences=nothing,
        titles=nothing,
        names=nothing,
    )


def asked(tracks: Sequence[Labelled]) -> list[str]:
    """Concepts of which the body holds enough tracks with and without."""
    present = Counter(concept for track in tracks for concept in track.present)
    absent = Counter(concept for track in tracks for concept in track.absent)
    measurable = {concept.name for concept in shipped_vocabulary().measurable}
    return sorted(c for c in present if c in measurable and min(present[c], absent[c]) >= FEW)


def verdict(track: Labelled, concept: str) -> str:
    return "has" if concept in track.present else "lacks" if concept in track.absent else "unknown"


def run(body: str, tracks: list[Labelled], each: int, dice: random.Random) -> dict[str, dict[str, Counter[str]]]:
    """ "exclusions" and "wishes": concept → how often the first track has it, lacks it, breaks the evidence…"""
    found: dict[str, dict[str, Counter[str]]] = {"exclusions": defaultdict(Counter), "wishes": defaultdict(Counter)}
    vocabulary, concepts = shipped_vocabulary(), asked(tracks)
    whole = corpus_of(tracks)
    for concept in concepts:
        column = whole.concepts.index(concept)
        lacking = np.array([concept in track.absent for track in tracks])
        cut = whole.breaks[lacking, column]
        found["exclusions"][concept].update(allowed=len(cut), cut=int(cut.sum()))
        for number in range(2 * each):
            rows = dice.sample(range(len(tracks)), min(SIZE, len(tracks)))
            chosen, corpus = [tracks[row] for row in rows], part_of(whole, rows)
            other = dice.choice([c for c in concepts if c != concept])
            kind = number % 4  # half exclusions, half wishes, every fourth both
            form = dice.choice(BOTH if kind == 3 else WITHOUT if kind % 2 == 0 else WITH)
            request = understand(form.format(x=concept, y=other), vocabulary)
            previous = dice.choice(corpus.ids)
            ranking = rank(corpus, Query(None, previous, request), seen=(previous,), at_most=1)
            without = [concept] if kind != 1 else []
            wanted = [other] if kind == 3 else [concept] if kind == 1 else []
            _count(found, corpus, chosen, ranking.picks[0].row if ranking.picks else None, without, wanted)
    return found


def _count(
    found: dict[str, dict[str, Counter[str]]],
    corpus: Corpus,
    tracks: list[Labelled],
    row: int | None,
    without: list[str],
    wanted: list[str],
) -> None:
    for concept in without:
        tally = found["exclusions"][concept]
        tally["asked"] += 1
        if row is None:
            tally["no track"] += 1
        else:
            tally[verdict(tracks[row], concept)] += 1
            tally["own evidence"] += int(corpus.breaks[row, corpus.concepts.index(concept)])
    for concept in wanted:
        possible = [t for t in tracks if concept in t.present and not any(c in t.present for c in without)]
        if possible:
            tally = found["wishes"][concept]
            tally["asked"] += 1
            tally["no track" if row is None else verdict(tracks[row], concept)] += 1


def totals(tallies: dict[str, Counter[str]]) -> Counter[str]:
    return sum(tallies.values(), Counter[str]())


def share(part: int, of: int) -> str:
    return f"{part / of:.1%}" if of else "—"


def report(body: str, found: dict[str, dict[str, Counter[str]]]) -> str:
    out = [f"## {body}", ""]
    cut, wishes = totals(found["exclusions"]), totals(found["wishes"])
    judged, heard = cut["has"] + cut["lacks"], wishes["has"] + wishes["lacks"]
    floors = shipped_floors()
    surely = {c: tally for c, tally in found["wishes"].items() if c in floors and floors[c].floor is not None}
    sure = totals(surely)
    spread = [tally["cut"] / tally["allowed"] for tally in found["exclusions"].values()]
    out += [
        f"- exclusions: {judged} judged, violated on truth {share(cut['has'], judged)}, on own evidence "
        f"{cut['own evidence']}; label silent {cut['unknown']}, no track {cut['no track']}",
        f"- wrongly cut: {np.mean(spread):.1%} of what an exclusion allows (mean over {len(spread)} concepts, worst "
        f"{max(spread):.1%})",
        f"- wishes: {heard} judged, truly present at rank 1 {share(wishes['has'], heard)}; label silent "
        f"{wishes['unknown']}, no track {wishes['no track']}; of the {len(surely)} concepts that may be asserted "
        f"{share(sure['has'], sure['has'] + sure['lacks'])} of {sure['has'] + sure['lacks']}",
        "",
        "| concept | violated | wrongly cut | present at rank 1 |",
        "|---|---|---|---|",
    ]
    for concept in sorted(found["exclusions"]):
        a, b = found["exclusions"][concept], found["wishes"][concept]
        row = (
            share(a["has"], a["has"] + a["lacks"]),
            share(a["cut"], a["allowed"]),
            share(b["has"], b["has"] + b["lacks"]),
        )
        out.append(f"| {concept} | {' | '.join(row)} |")
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=Path, default=generated.CACHE)
    parser.add_argument("--real", type=Path, default=real.CACHE)
    parser.add_argument("--each", type=int, default=40)
    parser.add_argument("--half", default="test", choices=("fit", "test"))
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    bodies = {"made": generated.read(options.made), "real": real.read(options.real)}
    pages = []
    for body, tracks in bodies.items():
        held = [track for track in tracks if track.half == options.half]
        pages.append(report(f"{body}: {len(held)} tracks", run(body, held, options.each, random.Random(SEED))))
        print(pages[-1], flush=True)
    if options.report:
        options.report.write_text("\n\n".join(pages) + "\n", "utf-8")


if __name__ == "__main__":
    main()
