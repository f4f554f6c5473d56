"""Whether the first pick suits the clip, by what the studio was told to make.

In: nothing, or a library and clips. Out: how often the top pick lies in the mood-matched third, per kind of clip.

    python benchmarks/first_pick.py [--seeds dev|unseen] [--each 12] [--folder FOLDER] [--plot plane.png]
    python benchmarks/first_pick.py --library LIBRARY --clips CLIP… --out FOLDER

- Judge: `truth/mapping.toml`, frozen. It reads the films' and scores' facts; the ranker reads pictures and sound.
- Kinds hold the confounders: dark but fast, bright but slow; the library holds sad but fast pieces and the like.
- `--clips` is for eyes: for each clip its frames, what is said and why, as a page in FOLDER.
"""

from __future__ import annotations

import argparse
import html
import json
import math
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from musechat.app.library import Library
from musechat.app.session import Session
from musechat.cli import show as screen
from musechat.studio.catalogue import Work
from musechat.studio.composer import Brief
from musechat.studio.film import FilmBrief, plan
from musechat.studio.genres import genres
from musechat.studio.maker import make_media

MAPPING = Path(__file__).parent / "truth" / "mapping.toml"
FIRST_SEED = {"dev": 500, "unseen": 900}
SECONDS = 14.0
"""Of a clip."""
COLOURS = {"glad": "#e8a33d", "driven": "#c0392b", "serene": "#3d9a6d", "sad": "#3a5fb0"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A clip or a track in the plane; `kind` of a clip."""

    name: str
    place: tuple[float, float]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`rank`: the pick's place, from 0, among all tracks ordered by their distance from the clip."""

    clip: Placed
    pick: Placed
    rank: int


def place(table: Mapping[str, Any], facts: Mapping[str, float]) -> tuple[float, float]:
    """(valence, arousal) by the mapping."""

    def axis(terms: Mapping[str, Mapping[str, Any]]) -> float:
        total = 0.0
        for name, term in terms.items():
            value, middle = facts[name], term["middle"]
            away = math.log2(max(value, 0.5) / middle) if term.get("log2") else value - middle
            total += term["weight"] * min(1.0, max(-1.0, away / term["reach"]))
        return total

    return axis(table["valence"]), axis(table["arousal"])


def works(mapping: Mapping[str, Any], seed: int, folder: Path) -> dict[Path, Work]:
    """The library's pieces by their files."""
    made: dict[Path, Work] = {}
    for genre in genres().values():
        for mode in genre.chords:
            for share in mapping["library"]["energies"]:
                number = len(made)
                low, high = genre.energy
                bpm = None
                if number % mapping["library"]["contrary"] == 0:
                    bpm = float(round(genre.bpm[0] + (1 - share) * (genre.bpm[1] - genre.bpm[0])))
                energy = round(low + share * (high - low), 2)
                title = f"{genre.name} {mode} {number}"
                brief = Brief(genre.name, mapping["library"]["seconds"], title, bpm, None, mode, energy)
                made[folder / f"{number:03}.flac"] = Work(brief, seed + number, f"Artist {number}", "Album", None)
    return made


def films(mapping: Mapping[str, Any], seed: int, each: int, folder: Path) -> dict[Path, Any]:
    """Each kind's clips by their files."""
    made: dict[Path, Any] = {}
    for kind, ranges in mapping["kinds"].items():
        for number in range(each):
            dice = np.random.default_rng((seed, number, len(made)))
            brightness, motion, cuts = (
                float(dice.uniform(*ranges[name])) for name in ("brightness", "motion", "cuts_per_minute")
            )
            palette = ranges["palettes"][int(dice.integers(len(ranges["palettes"])))]
            brief = FilmBrief(SECONDS, palette, brightness, motion, cuts, width=640, height=360)
            made[folder / f"{kind}-{number:02}.mp4"] = plan(brief, seed + len(made))
    return made


def _facts(path: Path) -> dict[str, Any]:
    return json.loads(path.with_suffix(".facts.json").read_text("utf-8"))


def _energy(facts: Mapping[str, Any]) -> float:
    """The mean over the piece's length."""
    starts = [section["start"] for section in facts["sections"]]
    lengths = np.diff([*starts, facts["seconds"]])
    return float(np.average([section["energy"] for section in facts["sections"]], weights=lengths))


def answers(folder: Path, seeds: str, each: int) -> tuple[list[Answer], list[Placed]]:
    """Makes what is not there yet, asks for each clip, and judges."""
    mapping = tomllib.loads(MAPPING.read_text("utf-8"))
    seed = FIRST_SEED[seeds]
    music, clips = folder / "music", folder / "clips"
    music.mkdir(parents=True, exist_ok=True)
    clips.mkdir(exist_ok=True)
    pieces, shots = works(mapping, seed, music), films(mapping, seed, each, clips)
    with screen.progress() as progress:
        make_media(pieces, shots, progress)
        with Library(folder / "library") as library:
            library.index([music], progress=progress)
    tracks = {}
    for path in pieces:
        facts = _facts(path)
        known = {"mode": 1.0 if facts["key"].endswith("major") else -1.0, "bpm": facts["bpm"], "energy": _energy(facts)}
        tracks[facts["title"]] = Placed(facts["title"], place(mapping["track"], known))
    found = []
    with Library(folder / "library") as library:
        for path in shots:
            clip = Placed(path.stem, place(mapping["clip"], _facts(path)), path.stem.rpartition("-")[0])
            choice = Session(library, path).recommend().choice
            if choice is None:
                raise SystemExit(f"Nothing was proposed for {path.name}.")
            pick = tracks[choice.track.title.value]
            nearer = sum(
                math.dist(other.place, clip.place) < math.dist(pick.place, clip.place) for other in tracks.values()
            )
            found.append(Answer(clip, pick, nearer))
    return found, list(tracks.values())


def report(found: list[Answer], tracks: list[Placed]) -> None:
    """A table per kind, and every miss."""
    third = math.ceil(len(tracks) / 3)
    print(f"{len(found)} clips, {len(tracks)} tracks; by chance 33 %")
    print(f"{'kind':8} {'clips':>5} {'in the third':>13} {'median rank':>12}")
    for kind in [*COLOURS, "all"]:
        ranks = [answer.rank for answer in found if kind in (answer.clip.kind, "all")]
        share = np.mean([rank < third for rank in ranks])
        print(f"{kind:8} {len(ranks):5} {share:13.1%} {np.median(ranks) + 1:12.0f}")
    for answer in sorted(found, key=lambda a: -a.rank):
        if answer.rank >= third:
            print(
                "  ",
                answer.clip.name,
                np.round(answer.clip.place, 2),
                "got",
                answer.pick.name,
                np.round(answer.pick.place, 2),
            )


def plot(found: list[Answer], tracks: list[Placed], out: Path) -> None:
    """Every track as a grey dot, every clip as a coloured one with a line to its pick."""
    size, edge = 900, 60
    picture = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(picture)

    def at(place: tuple[float, float]) -> tuple[float, float]:
        half = (size - 2 * edge) / 2
        return edge + half * (1 + place[0]), edge + half * (1 - place[1])

    def dot(place: tuple[float, float], radius: float, colour: str) -> None:
        x, y = at(place)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    draw.line((*at((-1, 0)), *at((1, 0))), fill="#cccccc")
    draw.line((*at((0, -1)), *at((0, 1))), fill="#cccccc")
    draw.text((size - 110, size / 2 + 6), "valence", fill="#777777", font_size=18)
    draw.text((size / 2 + 8, 24), "arousal", fill="#777777", font_size=18)
    for track in tracks:
        dot(track.place, 3, "#b0b0b0")
    third = math.ceil(len(tracks) / 3)
    for answer in found:
        colour = COLOURS[answer.clip.kind]
        draw.line((*at(answer.clip.place), *at(answer.pick.place)), fill=colour, width=1 if answer.rank < third else 3)
        dot(answer.clip.place, 6, colour)
    for line, (kind, colour) in enumerate(COLOURS.items()):
        draw.text((14, 14 + 24 * line), kind, fill=colour, font_size=20)
    picture.save(out)


def show(folder: Path, clips: list[Path], out: Path) -> None:
    """A page with each clip's frames and the first proposal in words."""
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    with Library(folder) as library:
        for clip in clips:
            turn = Session(library, clip).recommend()
            frames = library.models.decoder.keyframes(clip, 6, 180)
            strip = np.concatenate([frame.pixels[:180] for frame in frames], axis=1)
            Image.fromarray(strip).save(out / f"{clip.stem}.png")
            rows.append(
                f"<h2>{html.escape(clip.name)}</h2><img src='{clip.stem}.png'><p>{html.escape(turn.reply.text)}"
            )
    page = "<!doctype html><meta charset=utf-8><title>First picks</title>" + "\n".join(rows)
    (out / "index.html").write_text(page, "utf-8")
    print(out / "index.html")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", choices=tuple(FIRST_SEED), default="dev")
    parser.add_argument("--each", type=int, default=12, help="clips of each kind")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "musechat-first-pick"))
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--clips", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("first_picks"))
    options = parser.parse_args()
    if options.clips:
        show(options.library, options.clips, options.out)
        return
    found, tracks = answers(options.folder / options.seeds, options.seeds, options.each)
    report(found, tracks)
    if options.plot is not None:
        plot(found, tracks, options.plot)


if __name__ == "__main__":
    main()
