"""How well the fit finds where music belongs under a film: films cut to composed music, with a known start and lift.

    python benchmarks/fitting.py [--first 200] [--seeds 4] [--film 40] [--music 90] [--genre NAME]
    python benchmarks/fitting.py --fit

- Piece and film are rendered, written as files, decoded and measured like any others; only the fit is judged, so the
  encoders of tags and scenes are stand-ins.
- A start is right within one beat. A hit is right when what falls on the asked second is a true lift of the score
  within 50 ms; only films whose plan has a lift are asked for one.
- The same is then done with the score's own beats, bars, borders, lifts and energy in place of the measured ones: what
  is still wrong then is wrong in the judgement, or has no one answer.
- `--fit` fits what each clue of `musechat.match.offset` counts to the films of seeds 0 to 5, and prints it.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console

from form import RATE, conditional_fit, write_wav
from musechat.core.features import Form, TrackFeatures, VideoProfile
from musechat.core.fit import Fit
from musechat.core.settings import Quality
from musechat.encode.tracks import File2Features
from musechat.encode.videos import File2Profile
from musechat.encode.weights import shipped
from musechat.match.fit import fit
from musechat.match.offset import CLUES, Judge
from musechat.match.tape import tape_of
from musechat.media import Decoder
from musechat.studio.camera import shoot
from musechat.studio.composer import Brief, compose
from musechat.studio.genres import genres
from musechat.studio.pairs import Pair, pair
from musechat.studio.performer import perform
from musechat.studio.score import Score

console = Console(width=170, highlight=False)
SIZE = (320, 180)
RIGHT_HIT = 0.05
NEAR_MARK = 0.07


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=200, help="the first seed; 0 to 5 were fitted to")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--film", type=float, default=40.0, help="seconds of film")
    parser.add_argument("--music", type=float, default=90.0, help="seconds of music")
    parser.add_argument("--genre", help="this genre only")
    parser.add_argument("--worst", type=int, default=10)
    parser.add_argument("--fit", action="store_true", help="fit what the clues count instead")
    options = parser.parse_args()
    names = [options.genre] if options.genre else list(genres())
    if options.fit:
        fit_clues(cases(names, range(6), options.film, options.music))
        return
    seeds = range(options.first, options.first + options.seeds)
    results = [judged(case) for case in cases(names, seeds, options.film, options.music)]
    report(results, options.worst)
    true = [abs(fit(known(r.case), r.case.seconds, r.case.seen).start - r.case.pair.offset) <= r.beat for r in results]
    console.print(f"\nWith the score's own marks and energy: start within one beat {np.mean(true):.0%}")


@dataclass(frozen=True, slots=True)
class Case:
    """A film and its music, the truth about both, and what was measured."""

    name: str
    score: Score
    pair: Pair
    heard: TrackFeatures
    seconds: float
    seen: VideoProfile


@dataclass(frozen=True, slots=True)
class Result:
    """`error`: of the start in s; `landed`: how far (s) the asked second is from a true lift; None without a lift."""

    case: Case
    laid: Fit
    error: float
    landed: float | None
    planned: float | None

    @property
    def beat(self) -> float:
        return 60 / self.case.score.bpm


def cases(names: list[str], seeds: range, film: float, music: float) -> Iterator[Case]:
    decoder = Decoder()
    hears, sees = File2Features(decoder, NoTags()), File2Profile(decoder, NoScenes(), NoSpeech())
    with tempfile.TemporaryDirectory() as folder:
        sound, picture = Path(folder) / "music.wav", Path(folder) / "film.mp4"
        for name in names:
            for seed in seeds:
                score = compose(Brief(genre=name, seconds=music), seed)
                samples = perform(score, RATE)
                write_wav(sound, samples)
                planned = pair(score, seed, film)
                shoot(dataclasses.replace(planned.film, width=SIZE[0], height=SIZE[1]), picture)
                heard = hears(sound, Quality.FAST)
                yield Case(f"{name} {seed}", score, planned, heard, len(samples) / RATE, sees.watch(picture))


def judged(case: Case) -> Result:
    laid = fit(case.heard, case.seconds, case.seen)
    landed = planned = None
    if case.pair.hit is not None:
        second = fit(case.heard, case.seconds, case.seen, hit=case.pair.hit).heard(case.pair.hit)
        lifts = np.array(case.score.lifts)
        landed = float(np.abs(lifts - second).min()) if lifts.size and second is not None else np.inf
        planned = np.inf if second is None else abs(second - case.pair.offset - case.pair.hit)
    result = Result(case, laid, laid.start - case.pair.offset, landed, planned)
    console.print(_line(result))
    return result


def known(case: Case) -> TrackFeatures:
    """What an analysis that makes no mistake would hear of the form and the energy."""
    score, beat = case.score, 60 / case.score.bpm
    sections = score.sections
    bars = np.arange(score.bars) * score.beats_per_bar * beat
    rises = {score.time(after.bar): after.energy - before.energy for before, after in pairwise(sections)}
    moments = np.arange(case.heard.energy.size) + 0.5
    last = np.searchsorted([score.time(section.bar) for section in sections], moments, side="right") - 1
    form = Form(
        *(
            np.array(marks, np.float32)
            for marks in (
                np.arange(score.bars * score.beats_per_bar) * beat,
                bars,
                score.borders,
                score.lifts,
                [10 * rises[lift] for lift in score.lifts],
            )
        )
    )
    energy = np.array([section.energy for section in sections], np.float32)[last]
    return dataclasses.replace(case.heard, form=form, energy=energy)


def fit_clues(made: Iterator[Case]) -> None:
    """A conditional logistic regression over starts a quarter of a beat apart."""
    choices, right = [], []
    for case in made:
        judge = Judge(tape_of(case.heard, case.seconds), case.seen)
        step = 15 / case.score.bpm
        starts = np.arange(0, case.score.seconds - case.pair.film.seconds + step / 9, step)
        near = [judge.clues_at(starts + shift) for shift in (-0.02, 0.0, 0.02)]
        choices.append(np.max(near, axis=0).T)
        true = np.zeros(starts.size, bool)
        true[np.abs(starts - case.pair.offset).argmin()] = True
        right.append(true)
    scale = np.concatenate([rows - rows.mean(axis=0) for rows in choices]).std(axis=0) + 1e-9
    weights = conditional_fit([rows / scale for rows in choices], right, ridge=1.0) / scale
    hits = [
        abs(int((rows @ weights).argmax()) - int(true.argmax())) <= 4 for rows, true in zip(choices, right, strict=True)
    ]
    console.print(f"{len(hits)} films, within one beat {np.mean(hits):.1%}")
    console.print(", ".join(f"{clue} {weight:.2f}" for clue, weight in zip(CLUES, weights, strict=True)))


def report(results: list[Result], worst: int) -> None:
    errors = np.array([abs(result.error) for result in results])
    beats = np.array([result.beat for result in results])
    hits = np.array([result.landed for result in results if result.landed is not None])
    planned = np.array([result.planned for result in results if result.planned is not None])
    console.print(
        f"\n{len(results)} films: start within one beat {np.mean(errors <= beats):.0%}, "
        f"within one bar {np.mean(errors <= 4 * beats):.0%}, median error {1000 * np.median(errors):.0f} ms"
    )
    if hits.size:
        console.print(
            f"{hits.size} films with a lift: on a true lift within 50 ms {np.mean(hits <= RIGHT_HIT):.0%}, "
            f"on the planned one {np.mean(planned <= RIGHT_HIT):.0%}"
        )
    console.print("\nThe worst starts, and what was wrong:")
    for result in sorted(results, key=lambda result: -abs(result.error))[:worst]:
        if abs(result.error) > result.beat:
            console.print(f"{_line(result)}: {', '.join(causes(result)) or 'another start suits as well'}")


def causes(result: Result) -> list[str]:
    """What was measured wrongly, of all that a fit rests on."""
    case, found = result.case, []
    score, form = case.score, case.heard.form
    beats = np.arange(score.bars * score.beats_per_bar) * result.beat
    for name, true, heard, width in (
        ("beats", beats, form.beats, NEAR_MARK),
        ("downbeats", beats[:: score.beats_per_bar], form.downbeats, NEAR_MARK),
        ("borders", np.array(score.borders)[1:], form.borders, 0.5),
        ("lifts", np.array(score.lifts), form.lifts, NEAR_MARK),
        ("cuts", np.array(case.pair.film.cuts), np.array(case.seen.cuts or ()), NEAR_MARK),
    ):
        share = _found(true, np.asarray(heard, np.float64), width)
        if share < 0.8:
            found.append(f"{name} {share:.0%} found")
    return found


def _found(true: np.ndarray, heard: np.ndarray, width: float) -> float:
    if not true.size:
        return 1.0
    return float(np.mean([bool(heard.size) and np.abs(heard - second).min() <= width for second in true]))


def _line(result: Result) -> str:
    case = result.case
    hit = "" if result.landed is None else f", hit {1000 * result.landed:.0f} ms off a lift"
    return (
        f"{case.name}: planned {case.pair.offset:.2f} s, found {result.laid.start:.2f} s "
        f"({result.error / result.beat:+.1f} beats), {len(case.seen.cuts or ())} cuts{hit}"
    )


class NoTags:
    """Stands in for the tagger."""

    name, version, dim, tag_names = "none", "1", 1, ("none",)

    def encode(self, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((len(patches), 1), np.float32), np.zeros((len(patches), 1), np.float32)

    def self_test(self) -> None: ...


class NoScenes:
    """Stands in for the scene encoder."""

    name, version, dim = "none", "1", 1

    def __init__(self) -> None:
        self.class_names = shipped().lines("efficientnet_lite2.classes.txt")

    def encode(self, frames: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((len(frames), 1), np.float32), np.zeros((len(frames), len(self.class_names)), np.float32)

    def self_test(self) -> None: ...


class NoSpeech:
    """Stands in for the speech detector."""

    name, version, rate = "none", "1", 16_000

    def __call__(self, samples: np.ndarray) -> tuple[tuple[float, float], ...]:
        return ()

    def self_test(self) -> None: ...


if __name__ == "__main__":
    main()
