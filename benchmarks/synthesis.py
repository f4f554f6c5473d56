"""What synthesized dialogues are like at scale, how fast they are made, and what a kill leaves behind.

In: how many tracks and dialogues. Out: figures on stdout; with `--plot` the picture of the dataset.

    python benchmarks/synthesis.py [--tracks 20000] [--dialogues 20000] [--turns 2] [--shape published] [--plot FILE]
    python benchmarks/synthesis.py --tracks 100000 --dialogues 100000 --kills 5

- The library is drawn at random: tags by the means and spreads of the shipped reference, tempi, loudness and moods,
  invented names, some of them hostile (braces, quotes, common words). Its concepts are scored as a real library's are.
  Sixteen clips are drawn too. Nothing is decoded: what is measured is the writing.
- `--kills`: a child process makes the dataset and is killed with SIGKILL so many times at random moments; the last run
  comes to its end. Then every number must be there once; the resident memory of all processes is printed as it goes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from musechat.app.models import Models
from musechat.concepts.reference import shipped_reference
from musechat.core.protocols import Silent
from musechat.core.text import folded
from musechat.core.track import Fact, Track
from musechat.learn.charts import chart
from musechat.learn.dataset import DIALOGUES, SKIPPED, Folder, dialogues_of
from musechat.learn.facts import FactTable, facts_by_tags
from musechat.learn.lines import Clip
from musechat.learn.stats import stats_json, stats_of
from musechat.learn.synthesis import Footage, Scene, Settings, synthesize
from musechat.library.matrix import NAMES, SCALARS, Matrix
from musechat.match.corpus import build_corpus

FIRST = (
    "Silent Amber Northern Paper Broken Electric Little Golden Hollow Distant Copper Winter Velvet Iron Glass".split()
)
SECOND = "Rivers Lanterns Engines Harbour Machines Orchards Letters Satellites Foxes Windows Mirrors Gardens".split()
HOSTILE = ("Happy Female Vocals 128 BPM", "{x} [a|b]", "Low", "“Quoted”", "Ålesund ’99", "drums", "No Guitar", "!!!")
"""Names that must assert nothing and break nothing."""


def table(tracks: int) -> tuple[FactTable, Models]:
    """A drawn library of that many tracks."""
    models, rng, dice = Models(), np.random.default_rng(0), random.Random(0)
    tag_names = models.audio.tag_names
    usual = shipped_reference(tag_names)
    count = len(tag_names)
    logits = usual.mean[:count] + 1.3 * usual.std[:count] * rng.normal(size=(tracks, count))
    scalars = np.full((len(SCALARS), tracks), np.nan, np.float32)
    drawn = {"bpm": (60, 180), "loudness": (-24, -7), "arousal": (-1, 1), "valence": (-1, 1), "duration": (90, 400),
             "beat_strength": (0, 1)}  # fmt: skip
    for name, (low, high) in drawn.items():
        scalars[SCALARS.index(name)] = rng.uniform(low, high, tracks)
    artists = [f"{dice.choice(FIRST)} {dice.choice(SECOND)}" for _ in range(200)] + list(HOSTILE)
    titles = [f"{dice.choice(FIRST)} {dice.choice(SECOND)} {i}" for i in range(tracks)]
    titles = [dice.choice(HOSTILE) if dice.random() < 0.01 else title for title in titles]
    by = [dice.choice(artists) for _ in range(tracks)]
    styles = rng.normal(size=(40, 64))[[artists.index(artist) % 40 for artist in by]]
    vectors = (rng.normal(size=(tracks, 64)) + 3 * styles).astype(np.float32)
    ids = tuple(f"{i:064x}" for i in range(tracks))
    named = {"title": titles, "artist": by, "album": [f"{name} Songs" for name in by]}
    names = {name: tuple(map(folded, named.get(name, [""] * tracks))) for name in NAMES}
    tags = (1 / (1 + np.exp(-logits))).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    nothing = np.zeros(tracks, bool)
    matrix = Matrix(0, ids, unit, tags, scalars, nothing, nothing, names)
    corpus = build_corpus(matrix, models.scorer)
    known = [
        Track(i, "", 180.0, Fact(title, "tag"), Fact(artist, "tag"), Fact(album, "tag"))
        for i, title, artist, album in zip(ids, titles, by, named["album"], strict=True)
    ]
    return facts_by_tags(corpus, known, tags, tag_names, models.vocabulary), models


def scene(tracks: int, settings: Settings) -> Scene:
    """Sixteen drawn clips over a drawn library, one pair for each track that may be spoken of."""
    facts, models = table(tracks)
    rng = np.random.default_rng(1)
    footage = tuple(
        Footage(
            f"clip{i}.mp4", Clip(float(rng.uniform(8, 240)), int(rng.integers(0, 60))),
            rng.random(tracks, np.float32),
        )
        for i in range(16)
    )  # fmt: skip
    pairs = tuple((row % len(footage), int(row)) for row in np.flatnonzero(facts.known))
    return Scene(facts, models.vocabulary, footage, pairs, settings)


def resident(pid: int) -> int:
    """Bytes in memory of a process and its children, as far as Linux tells."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0)
    return own + sum(resident(int(child)) for child in children)


def killed(options: argparse.Namespace, folder: Path) -> None:
    """Makes the dataset in a child that is killed again and again."""
    dice = random.Random(options.seed)
    command = [sys.executable, __file__, "--child", str(folder), *sys.argv[1:]]
    memory: list[tuple[int, int]] = []
    for attempt in range(options.kills + 1):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        last = attempt == options.kills
        lines = _lines(folder)
        while lines == _lines(folder) and child.poll() is None:
            time.sleep(0.05)
        end = time.perf_counter() + dice.uniform(0.2, 6.0)
        while child.poll() is None and (last or time.perf_counter() < end):
            if last:
                memory.append((_lines(folder), resident(child.pid)))
            time.sleep(0.5 if last else 0.05)
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        child.wait()
        print(f"run {attempt + 1}: {_lines(folder):,} lines when it {'ended' if last else 'was killed'}")
    files = [path for name in (DIALOGUES, SKIPPED) if (path := folder / name).exists()]
    numbers = Counter(json.loads(line)["number"] for path in files for line in path.open("rb"))
    print(f"missing {options.dialogues - len(numbers):,}, twice {sum(n > 1 for n in numbers.values()):,}")
    print("memory of all processes in the last run, by lines in the file:")
    for place in range(0, len(memory), max(1, len(memory) // 8)):
        print(f"  {memory[place][0]:>9,.0f}  {memory[place][1] / 1e6:,.0f} MB")


def _lines(folder: Path) -> int:
    path = folder / DIALOGUES
    return path.read_bytes().count(b"\n") if path.exists() else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=20_000)
    parser.add_argument("--dialogues", type=int, default=20_000)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--shape", default="published")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    settings = Settings(turns=options.turns, shape=options.shape, seed=options.seed)
    if options.child is not None:
        made = Folder(options.child, {"seed": options.seed})
        synthesize(scene(options.tracks, settings), options.dialogues, made, options.processes, Silent())
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "dataset"
        if options.kills:
            killed(options, folder)
            return
        drawn = scene(options.tracks, settings)
        begun = time.perf_counter()
        made = synthesize(drawn, options.dialogues, Folder(folder, {}), options.processes, Silent())
        seconds = time.perf_counter() - begun
        print(f"{made.made:,} dialogues, {made.skipped} skipped, {made.made / seconds:,.0f} a second with the start")
        for why, times in Counter(made.reasons).items():
            print(f"  {times} × {why}")
        dialogues, every = dialogues_of(folder, Silent())
        found = stats_of(dialogues, drawn.vocabulary, every)
        print(json.dumps(stats_json(found), indent=1, ensure_ascii=False))
        if options.plot is not None:
            options.plot.write_bytes(chart(found))


if __name__ == "__main__":
    main()
