"""What our own analysis finds in media whose truth is known: tempo, key and energy of pieces, cuts of films.

    python benchmarks/studio.py [--seeds 5] [--films 20] [--first 100]

- Pieces: every work of the demo's catalogue, and `--seeds` pieces of every genre from seed `--first` on, performed,
  written as FLAC and decoded by the real decoder. Films: real H.264 through the real sweep.
- Tempo and key are judged as in tempo_key.py. Energy: Spearman's correlation of the sections' energies with the mean
  of the measured curve over each section; and whether the louder half of the sections is louder on average.
- The ten worst pieces are listed with what is known of the cause: the ratio of the tempos, the relation of the keys.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track as progress
from rich.table import Table

from musechat.core.features import KEY_NAMES
from musechat.encode.measure import measure_cuts, measure_energy, measure_key, measure_tempo
from musechat.encode.mel import log_mel
from musechat.media import Decoder, SweepPlan
from musechat.studio.camera import shoot
from musechat.studio.catalogue import CATALOGUE
from musechat.studio.composer import Brief, compose
from musechat.studio.files import write_audio
from musechat.studio.film import FilmBrief, palettes, plan
from musechat.studio.genres import genres
from musechat.studio.maker import RATE
from musechat.studio.performer import perform
from musechat.studio.score import Score
from tempo_key import mirex_points, tempo_hits

console = Console(width=150)
CUT_TOLERANCE = 0.12  # seconds


@dataclass(frozen=True)
class Heard:
    """One piece as it is and as it was measured."""

    score: Score
    bpm: float | None
    second_bpm: float | None
    beat_strength: float
    key: int | None
    mode: str | None
    energy: float | None

    @property
    def tempo_hits(self) -> tuple[bool, bool]:
        return tempo_hits(self.bpm or 0.0, self.score.bpm)

    @property
    def key_points(self) -> float:
        return mirex_points(self.key, self.mode, self.score.tonic, self.score.mode)

    @property
    def wrong(self) -> float:
        """How much of what was asked is wrong, for finding the worst."""
        one, two = self.tempo_hits
        return (
            (1 - 0.5 * one - 0.5 * two) + (1 - self.key_points) + (1 - (self.energy if self.energy is not None else 1))
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="pieces of each genre")
    parser.add_argument("--films", type=int, default=20)
    parser.add_argument("--first", type=int, default=100, help="the first seed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Decoder() as decoder:
        scores = [compose(work.brief, work.seed) for work in CATALOGUE]
        catalogue = len(scores)
        scores += [compose(Brief(g), options.first + s) for g in genres() for s in range(options.seeds)]
        heard = [
            hear(score, decoder, Path(folder)) for score in progress(scores, "Pieces", console=Console(stderr=True))
        ]
        report("the demo's catalogue", heard[:catalogue])
        report(f"{options.seeds} pieces of each of {len(genres())} genres", heard[catalogue:])
        by_genre(heard)
        worst(heard)
        films(list(made_films(options.films, options.first)), decoder, Path(folder))


def hear(score: Score, decoder: Decoder, folder: Path) -> Heard:
    path = folder / "piece.flac"
    write_audio(path, perform(score, RATE), RATE, {})
    clip = decoder.audio(path)
    tempo, key = measure_tempo([log_mel(clip.samples)]), measure_key([clip.samples])
    curve = measure_energy(clip.momentary)
    return Heard(
        score,
        tempo.bpm,
        tempo.second_bpm,
        tempo.beat_strength,
        key.tonic,
        key.mode,
        energy_agreement(score, curve),
    )


def energy_agreement(score: Score, curve: np.ndarray) -> float | None:
    """Spearman's correlation over the sections; None with less than three, or where all are alike."""
    ends = (*score.borders[1:], score.seconds)
    spans = zip(score.borders, ends, score.sections, strict=True)
    pairs = [
        (curve[round(a) : max(round(b), round(a) + 1)].mean(), s.energy) for a, b, s in spans if round(a) < curve.size
    ]
    measured, true = (ranks(np.array(column)) for column in zip(*pairs, strict=True))
    if len(pairs) < 3 or np.ptp(true) == 0:
        return None
    return float(np.corrcoef(measured, true)[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, ties sharing their mean."""
    _, group, counts = np.unique(np.round(values, 6), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: np.ndarray = (last - (counts - 1) / 2)[group]
    return shared


def report(title: str, heard: list[Heard]) -> None:
    one, two = (np.mean([h.tempo_hits[i] for h in heard]) for i in (0, 1))
    energy = [h.energy for h in heard if h.energy is not None]
    exact = np.mean([h.key_points == 1 for h in heard])
    console.print(
        f"{title}: {len(heard)} pieces; tempo Accuracy-1 {one:.1%}, Accuracy-2 {two:.1%}; key {exact:.1%} exact, "
        f"MIREX {np.mean([h.key_points for h in heard]):.3f}; energy of sections: Spearman {np.mean(energy):.3f} "
        f"(median {np.median(energy):.3f}, {len(energy)} pieces)"
    )


def by_genre(heard: list[Heard]) -> None:
    table = Table("genre", "pieces", "Accuracy-1", "Accuracy-2", "key MIREX", "energy", title="by genre")
    for genre in sorted({h.score.genre for h in heard}):
        mine = [h for h in heard if h.score.genre == genre]
        energy = [h.energy for h in mine if h.energy is not None]
        cells = [np.mean([h.tempo_hits[0] for h in mine]), np.mean([h.tempo_hits[1] for h in mine])]
        points = np.mean([h.key_points for h in mine])
        shown = f"{np.mean(energy):.2f}" if energy else "–"
        table.add_row(genre, str(len(mine)), *(f"{c:.0%}" for c in cells), f"{points:.2f}", shown)
    console.print(table)


def worst(heard: list[Heard]) -> None:
    table = Table(
        "piece", "tempo: true → measured (second)", "key: true → measured", "energy", "cause", title="the ten worst"
    )
    for h in sorted(heard, key=lambda h: -h.wrong)[:10]:
        named = "none" if h.key is None else f"{KEY_NAMES[h.key]} {h.mode}"
        bpm, second = (f"{b:.1f}" if b else "none" for b in (h.bpm, h.second_bpm))
        energy = "–" if h.energy is None else f"{h.energy:.2f}"
        table.add_row(
            f"{h.score.genre} {h.score.seed}",
            f"{h.score.bpm:.1f} → {bpm} ({second})",
            f"{h.score.key_name} → {named}",
            energy,
            "; ".join(causes(h)),
        )
    console.print(table)


def causes(h: Heard) -> Iterator[str]:
    if not h.tempo_hits[0]:
        if h.bpm is None:
            yield "no pulse found"
        else:
            ratio = h.bpm / h.score.bpm
            octave = h.tempo_hits[1]
            yield f"tempo × {ratio:.2f}{' (octave)' if octave else ''}, beat strength {h.beat_strength:.2f}"
    if h.key_points < 1:
        relation = {0.5: "a fifth away", 0.3: "relative", 0.2: "parallel"}.get(h.key_points, "unrelated")
        yield f"key {relation}"
    if h.energy is not None and h.energy < 0.8:
        listed = " ".join(f"{s.name} {s.energy:.2f}" for s in h.score.sections)
        yield f"sections: {listed}"


def made_films(count: int, first: int) -> Iterator[FilmBrief]:
    names = sorted(palettes())
    for number in range(count):
        rng = np.random.default_rng(first + number)
        yield FilmBrief(
            seconds=float(rng.uniform(15, 30)),
            palette=names[number % len(names)],
            brightness=float(rng.uniform(0.2, 0.8)),
            motion=float(rng.uniform(0, 1)),
            cuts_per_minute=float(rng.uniform(6, 45)),
            talking=bool(number % 3 == 0),
            width=640,
            height=360,
        )


def films(briefs: list[FilmBrief], decoder: Decoder, folder: Path) -> None:
    hits = found = planted = 0
    lights: list[tuple[float, float]] = []
    for number, brief in enumerate(progress(briefs, "Films", console=Console(stderr=True))):
        film = plan(brief, number)
        shoot(film, folder / f"{number}.mp4")
        chunks = list(decoder.sweep(folder / f"{number}.mp4", SweepPlan()))
        thumbs, times = np.concatenate([c.thumbs for c in chunks]), np.concatenate([c.times for c in chunks])
        cuts = list(measure_cuts(thumbs, times).times)
        lights.append((brief.brightness, float(thumbs.mean() / 255)))
        planted, found = planted + len(film.cuts), found + len(cuts)
        for true in film.cuts:
            near = [cut for cut in cuts if abs(cut - true) <= CUT_TOLERANCE]
            if near:
                cuts.remove(min(near, key=lambda cut: abs(cut - true)))
                hits += 1
    precision, recall = hits / max(found, 1), hits / max(planted, 1)
    light = np.corrcoef(*np.array(lights).T)[0, 1]
    console.print(
        f"{len(briefs)} films: {planted} cuts planted, {found} found, precision {precision:.3f}, recall {recall:.3f}, "
        f"F1 {2 * precision * recall / max(precision + recall, 1e-9):.3f}; brightness planned to seen: r = {light:.3f}"
    )


if __name__ == "__main__":
    main()
