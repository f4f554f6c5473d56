"""How well the form of a track is heard: on composed pieces, and the beats of songs that carry a tempo map.

    python benchmarks/form.py [--songs DIR] [--first 100] [--seeds 5] [--seconds 60] [--genre NAME]
    python benchmarks/form.py --fit

- A beat or downbeat is right within 70 ms, a border within 0.5 s, a lift within 50 ms, each used once (MIREX). A
  claimed lift counts as right wherever a section has more energy than the one before it.
- Composed pieces: one of each genre and seed, rendered, written as a file and decoded like any other.
- DIR is searched for `notes.mid` beside `song.ogg` (+ `guitar.ogg`) as in `tempo_key.py`. Charts lie some constant
  tens of ms beside their recordings, so the median is taken out before beats are compared, and printed.
- `--fit` fits the weights of `musechat.encode.measure.bars` to the composed pieces of seeds 0..6 and the made tracks
  1000..1159, and prints them. Pieces heard at twice or half their tempo are fitted too: a bar may then begin at any of
  the beats at which one would.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import wave
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from generate import make_track
from musechat.core.features import Form
from musechat.encode.measure import measure_form, measure_tempo
from musechat.encode.measure.bars import CLUES, half_beats, place_clues
from musechat.encode.measure.beats import track_beats
from musechat.encode.measure.onset import onset_envelopes
from musechat.encode.mel import log_mel
from musechat.media import AudioClip, Decoder
from musechat.studio.composer import Brief, compose
from musechat.studio.genres import genres
from musechat.studio.performer import perform
from musechat.studio.score import Score
from tempo_key import mix_stems, read_tempo_map, tempo_hits

console = Console(width=170)
RATE = 44_100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=Path, help="a folder with songs that carry a tempo map")
    parser.add_argument("--first", type=int, default=100, help="the first seed; below 20 they were tuned on")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--genre", help="this genre only")
    parser.add_argument("--worst", type=int, default=10)
    parser.add_argument("--fit", action="store_true", help="fit the weights of bars instead")
    options = parser.parse_args()
    if options.fit:
        fit_bars(range(7), range(1000, 1160))
        return
    names = [options.genre] if options.genre else list(genres())
    seeds = range(options.first, options.first + options.seeds)
    score_pieces(names, seeds, options.seconds, options.worst)
    if options.songs:
        score_songs(options.songs)


# -------------------------------------------------------------------------------------------- composed


@dataclass(frozen=True, slots=True)
class Marks:
    """How well the moments of one kind were found: right, claimed and true ones, and the errors of the right in s."""

    right: int
    claimed: int
    true: int
    errors: tuple[float, ...]


def score_pieces(names: list[str], seeds: range, seconds: float, worst: int) -> None:
    rows: dict[str, list[tuple[bool, dict[str, Marks]]]] = defaultdict(list)
    bad: list[tuple[float, str]] = []
    spent = 0.0
    for name, seed, score, clip in composed(names, seeds, seconds):
        mel = log_mel(clip.samples)
        tempo = measure_tempo([mel])
        begin = time.perf_counter()
        form = measure_form([mel], [0.0], clip.momentary, tempo.bpm)
        spent += time.perf_counter() - begin
        marks = compare(form, score, clip.duration)
        hit = tempo_hits(tempo.bpm or 0.0, score.bpm)[0]
        rows["all"].append((hit, marks))
        rows[name].append((hit, marks))
        if hit:
            rows["where the tempo is right"].append((hit, marks))
        total = np.mean([f_measure([marks[kind]]) for kind in marks])
        words = ", ".join(f"{kind} {f_measure([mark]):.2f}" for kind, mark in marks.items())
        bad.append((float(total), f"{name} {seed}: {score.bpm:.1f} heard {tempo.bpm or 0:.1f}, {words}"))
    console.print(_table(rows))
    console.print(f"form: {1e3 * spent / max(1, len(rows['all'])):.1f} ms a piece")
    for _, words in sorted(bad)[:worst]:
        console.print(words)


def composed(names: list[str], seeds: range, seconds: float) -> Iterator[tuple[str, int, Score, AudioClip]]:
    """Each genre's pieces, decoded from a file."""
    decoder = Decoder()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "piece.wav"
        for name in names:
            for seed in seeds:
                score = compose(Brief(genre=name, seconds=seconds), seed)
                write_wav(path, perform(score, RATE))
                yield name, seed, score, decoder.audio(path)


def write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def compare(form: Form, score: Score, duration: float) -> dict[str, Marks]:
    bars = np.array([score.time(bar) for bar in range(score.bars)])
    beats = np.arange(score.bars * score.beats_per_bar) * 60 / score.bpm
    inside = score.seconds + 0.1  # what rings on after the last bar has no truth
    return {
        "beats": match(form.beats[form.beats < inside], beats, 0.07),
        "downbeats": match(form.downbeats[form.downbeats < inside], bars, 0.07),
        "borders": match(form.borders[form.borders < inside], np.array(score.borders), 0.5),
        "lifts": match(form.lifts, np.array(score.lifts), 0.05),
        "rises": match(form.lifts, rising(score), 0.05),
    }


def rising(score: Score) -> np.ndarray:
    """Where the energy rises at all: less than the score calls a lift, but not wrong to claim."""
    pairs = zip(score.sections, score.sections[1:], strict=False)
    return np.array([score.time(after.bar) for before, after in pairs if after.energy > before.energy])


def match(claimed: np.ndarray, true: np.ndarray, tolerance: float) -> Marks:
    """Pairs each claimed moment with its nearest true one, the nearest pairs first."""
    if not len(claimed) or not len(true):
        return Marks(0, len(claimed), len(true), ())
    nearest = np.abs(claimed[:, None] - true[None, :]).argmin(axis=1)
    errors = claimed - true[nearest]
    order = [int(i) for i in np.argsort(np.abs(errors)) if abs(errors[i]) <= tolerance]
    used: dict[int, float] = {}
    for index in order:
        used.setdefault(int(nearest[index]), float(errors[index]))
    return Marks(len(used), len(claimed), len(true), tuple(used.values()))


def f_measure(marks: list[Marks]) -> float:
    right, claimed, true = (sum(getattr(m, name) for m in marks) for name in ("right", "claimed", "true"))
    return 2 * right / (claimed + true) if claimed + true else 1.0


def precision(marks: list[Marks]) -> float:
    return sum(m.right for m in marks) / max(1, sum(m.claimed for m in marks))


def recall(marks: list[Marks]) -> float:
    return sum(m.right for m in marks) / max(1, sum(m.true for m in marks))


def _table(rows: dict[str, list[tuple[bool, dict[str, Marks]]]]) -> Table:
    table = Table("composed", "n", "tempo", "beat F", "|error| ms", "downbeat F", "bars claimed", "of them right")
    for column in ("border recall", "precision", "lift recall", "precision ", "lifts"):
        table.add_column(column)
    for name in sorted(rows, key=lambda name: (name != "all", not name.startswith("where"), name)):
        of = {kind: [marks[kind] for _, marks in rows[name]] for kind in rows[name][0][1]}
        errors = np.abs([error for mark in of["beats"] for error in mark.errors])
        barred = [mark for mark in of["downbeats"] if mark.claimed]
        table.add_row(
            name,
            str(len(rows[name])),
            f"{np.mean([hit for hit, _ in rows[name]]):.0%}",
            f"{np.mean([f_measure([mark]) for mark in of['beats']]):.3f}",
            f"{1e3 * np.median(errors):.1f}" if errors.size else "-",
            f"{np.mean([f_measure([mark]) for mark in of['downbeats']]):.3f}",
            f"{len(barred) / len(rows[name]):.0%}",
            f"{np.mean([precision([mark]) > 0.8 for mark in barred]):.0%}" if barred else "-",
            f"{recall(of['borders']):.1%}",
            f"{precision(of['borders']):.1%}",
            f"{recall(of['lifts']):.1%}",
            f"{precision(of['rises']):.1%}",
            str(sum(mark.true for mark in of["lifts"])),
        )
    return table


# ---------------------------------------------------------------------------------------------- songs


def score_songs(folder: Path) -> None:
    table = Table("song", "map BPM", "heard", "beats", "beat F", "half a beat off", "map late by ms", "|error| ms")
    for notes in sorted(folder.rglob("notes.mid")):
        samples = mix_stems([notes.with_name(name) for name in ("song.ogg", "guitar.ogg")])
        true = map_beats(notes.read_bytes())
        true = true[true < samples.size / 16_000]
        mel = log_mel(samples)
        tempo = measure_tempo([mel])
        form = measure_form([mel], [0.0], np.full(samples.size // 1600, -14.0), tempo.bpm)
        half = float(np.median(np.diff(true))) / 2
        late = offset(form.beats, true, half)
        marks = match(form.beats - late, true, 0.07)
        off = match(form.beats - late, true + half, 0.07)
        errors = f"{1e3 * np.median(np.abs(marks.errors)):.1f}" if marks.errors else "-"
        table.add_row(
            notes.parent.name,
            f"{30 / half:.1f}",
            f"{tempo.bpm or 0:.1f}",
            str(marks.claimed),
            f"{f_measure([marks]):.3f}",
            f"{f_measure([off]):.3f}",
            f"{1e3 * late:.0f}",
            errors,
        )
    console.print(table)


def offset(beats: np.ndarray, true: np.ndarray, half: float) -> float:
    """By how much the beats lie behind a map, found on half beats so that it cannot hide a wrong phase."""
    if not len(beats):
        return 0.0
    grid = np.sort(np.concatenate([true, true + half]))
    nearest = np.abs(beats[:, None] - grid[None, :]).argmin(axis=1)
    return float(np.median(beats - grid[nearest]))


def map_beats(midi: bytes) -> np.ndarray:
    """The seconds of the quarters in a Standard MIDI File."""
    changes, end, division = read_tempo_map(midi)
    ticks = np.array([tick for tick, _ in changes] + [end + division], float)
    passed = np.diff(ticks) * [microseconds for _, microseconds in changes] / division / 1e6
    return np.interp(np.arange(0, end, division), ticks, np.concatenate([[0.0], np.cumsum(passed)]))


# ------------------------------------------------------------------------------------------------ fit


def fit_bars(seeds: range, made: range) -> None:
    choices, right = [], []
    for _, _, score, clip in composed(list(genres()), seeds, 60.0):
        bars = np.array([score.time(bar) for bar in range(score.bars)])
        _add_choice(log_mel(clip.samples), bars, score.beats_per_bar, score.bpm, choices, right)
    for seed in made:
        track = make_track(seed)
        bars = np.arange(0, track.samples.size / 16_000, track.meter * 60 / track.bpm)
        _add_choice(log_mel(track.samples), bars, track.meter, track.bpm, choices, right)
    weights = conditional_fit(choices, right)
    hits = [bool(true[(rows @ weights).argmax()]) for rows, true in zip(choices, right, strict=True)]
    console.print(f"{len(hits)} pieces, the right bars for {np.mean(hits):.1%}")
    clues = len(CLUES)
    for name, part in (("four", weights[: 8 * clues]), ("three", weights[8 * clues : 14 * clues])):
        console.print(f"{name} = (")
        for row in part.reshape(-1, clues):
            console.print("    (" + ", ".join(f"{value:.2f}" for value in row) + "),")
        console.print(")")
    console.print(f"three_bias = {weights[-1]:.2f}")


def _add_choice(
    mel: np.ndarray, bars: np.ndarray, metre: int, bpm: float, choices: list[np.ndarray], right: list[np.ndarray]
) -> None:
    """The clues of a piece by phase (14, weights), and which of the phases (14,) are right, if its beats are."""
    heard = measure_tempo([mel]).bpm
    beats_heard = metre * (heard or 0.0) / bpm  # in a true bar
    envelopes = onset_envelopes(mel)
    beats = track_beats(envelopes, heard) if heard else np.zeros(0)
    size = {2: 8, 4: 8, 8: 8, 3: 6, 6: 6}.get(round(beats_heard))
    if beats.size < 16 or size is None or abs(beats_heard / round(beats_heard) - 1) > 0.04:
        return
    places = half_beats(beats)
    nearest = np.abs(places[:, None] - bars[None, :]).argmin(axis=0)
    near = np.abs(places[nearest] - bars) < 0.2 * 60 / heard
    phases = np.bincount(nearest[near] % size, minlength=size)
    wanted = {2: 2, 4: 1, 8: 1, 3: 1, 6: 1}[round(beats_heard)]
    best = np.argsort(-phases)[:wanted]
    if phases[best].sum() < 0.7 * bars.size:  # the beats changed their phase on the way
        return
    clues = place_clues(mel, envelopes, places)
    four, three = (_by_phase(clues, count) for count in (8, 6))
    rows = np.zeros((14, four.shape[1] + three.shape[1] + 1))
    rows[:8, : four.shape[1]], rows[8:, four.shape[1] : -1], rows[8:, -1] = four, three, 1
    true = np.zeros(14, bool)
    true[best + (0 if size == 8 else 8)] = True
    choices.append(rows)
    right.append(true)


def _by_phase(clues: np.ndarray, size: int) -> np.ndarray:
    """The mean clues at each half beat of a bar of `size`, in a row for each phase: (size, size * clues)."""
    means = np.stack([clues[place::size].mean(axis=0) for place in range(size)])
    return np.stack([np.roll(means, -phase, axis=0).ravel() for phase in range(size)])


def conditional_fit(choices: list[np.ndarray], right: list[np.ndarray], ridge: float = 5.0) -> np.ndarray:
    """A conditional logistic regression, by Newton's method; of several right rows the likelier count for more."""
    weights = np.zeros(choices[0].shape[1])
    score = _likelihood(choices, right, weights, ridge)
    for _ in range(40):
        gradient, curvature = -ridge * weights, ridge * np.eye(weights.size)
        for rows, true in zip(choices, right, strict=True):
            share = np.exp(rows @ weights - (rows @ weights).max())
            share /= share.sum()
            target = np.where(true, share + 1e-9, 0.0)
            mean = share @ rows
            gradient += target / target.sum() @ rows - mean
            curvature += (rows.T * share) @ rows - np.outer(mean, mean)
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while (better := _likelihood(choices, right, weights + size * step, ridge)) < score and size > 1e-3:
            size /= 2  # far from the top Newton's steps are too long
        weights = weights + size * step
        if better - score < 1e-6:
            break
        score = better
    return weights


def _likelihood(choices: list[np.ndarray], right: list[np.ndarray], weights: np.ndarray, ridge: float) -> float:
    total = -ridge / 2 * float(weights @ weights)
    for rows, true in zip(choices, right, strict=True):
        worth = rows @ weights
        worth = worth - worth.max()
        total += float(np.log(np.exp(worth[true]).sum() + 1e-300) - np.log(np.exp(worth).sum()))
    return total


if __name__ == "__main__":
    main()
