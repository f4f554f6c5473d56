"""How well tempo and key are measured: on made tracks, and on songs that carry a tempo map.

    python benchmarks/tempo_key.py [--songs DIR] [--tracks 200] [--first 0]
    python benchmarks/tempo_key.py --fit

- Accuracy-1: within 4 % of the truth. Accuracy-2: within 4 % of the truth, or its double, half, triple or third
  (Gouyon et al., IEEE TASLP 2006). Key: MIREX weights (1, fifth .5, relative .3, parallel .2).
- DIR is searched for `notes.mid` beside `song.ogg` (+ `guitar.ogg`): the stems are mixed, and the truth is the tempo
  that lasts longest in the map.
- `--fit` fits the weights of `musechat.encode.measure.metre` to the made tracks 1000..1999 and prints them.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import av
import numpy as np
from rich.console import Console
from rich.table import Table

from generate import RATE, MadeTrack, make_track
from musechat.core.features import KEY_NAMES
from musechat.encode.measure.key import measure_key
from musechat.encode.measure.metre import METRE, metre_evidence
from musechat.encode.measure.tempo import candidate_tempos, measure_tempo, periodicity
from musechat.encode.mel import log_mel

console = Console(width=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=Path, help="a folder with songs that carry a tempo map")
    parser.add_argument("--tracks", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--fit", action="store_true", help="fit the metre's weights instead")
    options = parser.parse_args()
    if options.fit:
        fit_metre(range(1000, 2000))
        return
    score_made_tracks(range(options.first, options.first + options.tracks))
    if options.songs:
        score_songs(options.songs)


# ---------------------------------------------------------------------------------------- made tracks


def score_made_tracks(seeds: range) -> None:
    rows: dict[str, list[tuple[bool, bool, float]]] = defaultdict(list)
    seconds, errors = np.zeros(2), []
    misses: list[tuple[MadeTrack, float, float]] = []
    for seed in seeds:
        made = make_track(seed)
        frames = log_mel(made.samples)
        begin = time.perf_counter()
        tempo = measure_tempo([frames])
        middle = time.perf_counter()
        key = measure_key([made.samples])
        seconds += middle - begin, time.perf_counter() - middle
        bpm = tempo.bpm or 0.0
        one, two = tempo_hits(bpm, made.bpm)
        points = mirex_points(key.tonic, key.mode, made.tonic, made.mode)
        for group in (
            "all",
            f"drums: {made.drums}",
            f"metre: {made.meter}/4",
            "swung" if made.swung else "straight",
            made.mode,
        ):
            rows[group].append((one, two, points))
        if one:
            errors.append(abs(bpm / made.bpm - 1))
        else:
            misses.append((made, bpm, tempo.second_bpm or 0.0))
    table = Table("made tracks", "n", "Accuracy-1", "Accuracy-2", "key (MIREX)", "key exact")
    for group in sorted(rows, key=lambda name: (name != "all", name)):
        values = np.array(rows[group], float)
        one, two, points = values.mean(axis=0)
        table.add_row(
            group, str(len(values)), f"{one:.1%}", f"{two:.1%}", f"{points:.3f}", f"{(values[:, 2] == 1).mean():.1%}"
        )
    console.print(table)
    console.print(f"error where right: median {np.median(errors):.3%}, p95 {np.quantile(errors, 0.95):.3%}")
    console.print(f"ms a track: tempo {1e3 * seconds[0] / len(seeds):.1f}, key {1e3 * seconds[1] / len(seeds):.1f}")
    ratios = defaultdict(int)
    for made, bpm, _ in misses:
        ratios[f"{bpm / made.bpm:.2f}"] += 1
    second = sum(tempo_hits(other, made.bpm)[0] for made, _, other in misses)
    console.print(
        f"missed: {len(misses)}, by ratio to the truth {dict(ratios)}; the second candidate is right in {second}"
    )


def tempo_hits(bpm: float, truth: float, tolerance: float = 0.04) -> tuple[bool, bool]:
    """Accuracy-1 and Accuracy-2 of one estimate."""
    near = [abs(bpm / (truth * ratio) - 1) <= tolerance for ratio in (1, 2, 1 / 2, 3, 1 / 3)]
    return near[0], any(near)


def mirex_points(tonic: int | None, mode: str | None, true_tonic: int, true_mode: str) -> float:
    """The MIREX key score of one estimate: a fifth is counted upwards or downwards."""
    if tonic is None:
        return 0.0
    apart = (tonic - true_tonic) % 12
    if mode == true_mode:
        return {0: 1.0, 7: 0.5, 5: 0.5}.get(apart, 0.0)
    if apart == 0:
        return 0.2
    return 0.3 if apart == (9 if true_mode == "major" else 3) else 0.0


# ---------------------------------------------------------------------------------------------- songs


def score_songs(folder: Path) -> None:
    table = Table("song", "map BPM", "lasts", "measured", "second", "beat", "A1", "A2", "key", "ms tempo + key")
    hits = []
    for notes in sorted(folder.rglob("notes.mid")):
        truth, share, count = dominant_tempo(notes.read_bytes())
        samples = mix_stems([notes.with_name(name) for name in ("song.ogg", "guitar.ogg")])
        frames = log_mel(samples)
        begin = time.perf_counter()
        tempo = measure_tempo([frames])
        middle = time.perf_counter()
        key = measure_key([samples])
        spent = (middle - begin, time.perf_counter() - middle)
        one, two = tempo_hits(tempo.bpm or 0.0, truth)
        hits.append((one, two))
        table.add_row(
            notes.parent.name,
            f"{truth:.1f}",
            f"{share:.0%} of {count}",
            f"{tempo.bpm or 0:.2f} ({tempo.strength:.2f})",
            f"{tempo.second_bpm or 0:.1f} ({tempo.second_strength:.2f})",
            f"{tempo.beat_strength:.2f}",
            "yes" if one else "no",
            "yes" if two else "no",
            f"{key_name(key.tonic, key.mode)} {key.strength:.2f}",
            f"{1e3 * spent[0]:.0f} + {1e3 * spent[1]:.0f}",
        )
    console.print(table)
    one, two = np.mean(hits, axis=0)
    console.print(f"{len(hits)} songs: Accuracy-1 {one:.1%}, Accuracy-2 {two:.1%}")


def key_name(tonic: int | None, mode: str | None) -> str:
    return "none" if tonic is None or mode is None else f"{KEY_NAMES[tonic]} {mode}"


def mix_stems(paths: list[Path]) -> np.ndarray:
    """The sum of the stems, mono at 16 kHz."""
    stems = [decode(path) for path in paths if path.exists()]
    mix = np.zeros(max(stem.size for stem in stems), np.float32)
    for stem in stems:
        mix[: stem.size] += stem
    return mix


def decode(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32)


def dominant_tempo(midi: bytes) -> tuple[float, float, int]:
    """The BPM that lasts longest in a Standard MIDI File, its share of the time, and how many tempos there are."""
    changes, end, division = read_tempo_map(midi)
    lasted: dict[float, float] = defaultdict(float)
    stops = [tick for tick, _ in changes[1:]] + [end]
    for (tick, microseconds), stop in zip(changes, stops, strict=True):
        lasted[round(60e6 / microseconds, 3)] += (stop - tick) / division * microseconds / 1e6
    bpm = max(lasted, key=lambda tempo: lasted[tempo])
    return bpm, lasted[bpm] / max(sum(lasted.values()), 1e-9), len(lasted)


def read_tempo_map(midi: bytes) -> tuple[list[tuple[int, int]], int, int]:
    """(tick, microseconds a quarter) changes, the last tick, and ticks a quarter, of a Standard MIDI File."""
    division, at = int.from_bytes(midi[12:14], "big"), 8 + int.from_bytes(midi[4:8], "big")
    changes, end = [], 0
    while at + 8 <= len(midi):
        stop = at + 8 + int.from_bytes(midi[at + 4 : at + 8], "big")
        at, tick, status = at + 8, 0, 0
        while at < stop:
            delta, at = _variable(midi, at)
            tick += delta
            if midi[at] & 0x80:
                status, at = midi[at], at + 1
            if status == 0xFF:
                kind, (size, at) = midi[at], _variable(midi, at + 1)
                if kind == 0x51:
                    changes.append((tick, int.from_bytes(midi[at : at + 3], "big")))
                at += size
            elif status in (0xF0, 0xF7):
                size, at = _variable(midi, at)
                at += size
            else:
                at += 1 if status >> 4 in (0xC, 0xD) else 2
        end, at = max(end, tick), stop
    return sorted(changes) or [(0, 500_000)], end, division


def _variable(midi: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        byte, at = midi[at], at + 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at


# ------------------------------------------------------------------------------------------------ fit


def fit_metre(seeds: range, ridge: float = 4.0) -> None:
    """Print the weights of a conditional logistic regression, ridge on standardised evidence, by Newton's method."""
    evidence, right, owner = [], [], []
    for seed in seeds:
        made = make_track(seed)
        period = periodicity([log_mel(made.samples)])
        assert period is not None
        bpm = candidate_tempos(period)
        hit = np.abs(bpm / made.bpm - 1) <= 0.04
        if hit.any():
            evidence.append(metre_evidence(period, bpm))
            right.append(hit / hit.sum())
            owner.append(np.full(bpm.size, len(owner)))
    x, y, track = np.concatenate(evidence), np.concatenate(right), np.concatenate(owner)
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    prior = -0.5 * (x[:, -1] / METRE.spread) ** 2
    z = (x - mean) / deviation
    weights = np.zeros(z.shape[1])
    for _ in range(12):
        score = np.exp(np.clip(z @ weights + prior, -50, 50))
        share = score / np.bincount(track, score)[track]
        means = np.stack([np.bincount(track, share * column) for column in z.T], axis=1)[track]
        gradient = z.T @ (y - share) - ridge * weights
        hessian = (z - means).T @ ((z - means) * share[:, None]) + ridge * np.eye(weights.size)
        weights += np.linalg.solve(hessian, gradient)
    best = [np.flatnonzero(track == n)[np.argmax((z @ weights + prior)[track == n])] for n in range(track[-1] + 1)]
    console.print(
        f"{len(right)} of {len(seeds)} tracks with a right candidate; chosen right {np.mean(y[best] > 0):.1%}"
    )
    for clue, weight, typical in zip(METRE.clues, weights / deviation, mean, strict=False):
        console.print(f'Clue("{clue.kind}", {clue.beats:.4g}, {weight:.2f}, {typical:.2f}),')
    console.print(f"alternation_weight={(weights / deviation)[-2]:.2f}, octave_weight={(weights / deviation)[-1]:.2f}")


if __name__ == "__main__":
    main()
