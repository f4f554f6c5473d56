"""Made media whose truth is known: click-and-chord tracks and clips with known cuts.

In: a seed. Out: `MadeTrack` (16 kHz samples, tempo, meter, key) or `MadeClip` (frames, times, cuts).

- Everything follows from the seed. The recipes were fixed before any detector was tuned on them; tuning uses seeds
  from 1000 up, the reported figures use seeds 0..199.
- Tracks are meant to be musical rather than easy: swing, syncopated kicks, half-time drums, drumless arpeggios,
  borrowed chords, detuning up to 40 cents, noise, slow drift, human timing.
- Clips hold what fools cut detectors: flashes, exposure jumps and ramps, flicker, fast pans, zooms, shake, large
  moving shapes, grain, neighbouring shots of one palette or one scene, letterbox bars, variable frame rate.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 16_000

# Chords are (semitones above the tonic, quality); a progression is repeated through the track.
QUALITIES = {
    "M": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "M7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "d": (0, 3, 6),
}
MAJOR = (
    "0M 7M 9m 5M",
    "0M 9m 5M 7M",
    "2m7 7:7 0M7 0M7",
    "0M 5M 7M 0M",
    "0M 4m 5M 7:7",
    "9m 5M 0M 7M",
    "0M 5M 0M 7:7",
    "0M 2m 7M 0M",
)
MAJOR_BORROWED = ("0M 10M 5M 0M", "0M 5M 5m 0M", "0M 2M 7M 0M", "0M 8M 10M 0M", "0M 4:7 9m 5m")
MINOR = (
    "0m 8M 3M 10M",
    "0m 5m 7M 0m",
    "0m 10M 8M 7M",
    "0m 5m 0m 7:7",
    "0m 2d 7:7 0m",
    "0m 8M 5m 7M",
    "0m 5m 10M 0m",
    "0m 7m 8M 5m",
)
MINOR_BORROWED = ("0m 5M 10M 0m", "0m 1M 7M 0m", "0m 5m 7M 0M", "0m 3M 5M 8M", "0m 2M 7:7 0m")
MAJOR_SCALE, MINOR_SCALE = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)

# Sixteenth-note positions in a bar of four quarters: (kick, snare, ghost snare).
GROOVES: dict[str, tuple[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]], ...]] = {
    "rock": (
        ((0, 8), (4, 12), ()),
        ((0, 8, 10), (4, 12), ()),
        ((0, 6, 8), (4, 12), (15,)),
        ((0, 3, 8, 10), (4, 12), ()),
        ((0, 7, 10), (4, 12), (9,)),
    ),
    "four": (((0, 4, 8, 12), (4, 12), ()), ((0, 4, 8, 12), (), ()), ((0, 4, 8, 12, 14), (4, 12), ())),
    "break": (((0, 2, 10, 11), (4, 12), (7, 9)), ((0, 2, 10), (4, 13), (7, 15))),
    "half": (((0, 10), (8,), ()), ((0, 3, 6), (8,), (14,))),
    "waltz": (((0,), (4, 8), ()), ((0, 6), (4, 8), ()), ((0,), (8,), (4,))),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadeTrack:
    """A synthetic track: `samples` (n,) float32 at 16 kHz and what is true of it."""

    samples: NDArray[np.float32]
    bpm: float
    meter: int
    tonic: int
    mode: str
    drums: str
    swung: bool
    cents: float
    seed: int


@dataclass(frozen=True, slots=True)
class MadeClip:
    """A synthetic clip: `frames` (n, h, w, 3) uint8 at `times` (n,) seconds; hard cuts, and gradual (start, end)."""

    frames: NDArray[np.uint8]
    times: NDArray[np.float64]
    cuts: tuple[float, ...]
    gradual: tuple[tuple[float, float], ...]
    confounders: tuple[str, ...]
    seed: int


# ---------------------------------------------------------------------------------------------- tracks


class _Score:
    """A growing mono mix on a beat clock; sounds are rendered once and laid at beat positions."""

    def __init__(self, rng: np.random.Generator, bpm: float, seconds: float, swing: float, cents: float) -> None:
        self.rng, self.bpm, self.swing = rng, bpm, swing
        self.tuning = 440.0 * 2 ** (cents / 1200)
        self.mix = np.zeros(int(seconds * RATE) + RATE, np.float32)
        self.jitter = rng.uniform(0, 0.008)
        self.drift = rng.uniform(0, 0.01) if rng.random() < 0.25 else 0.0
        self.tones: dict[tuple[str, float, int], NDArray[np.float32]] = {}

    def at(self, beat: float) -> float:
        """Seconds of a beat position: swung inside the beat, drifting slowly, with a human's inaccuracy."""
        whole, part = divmod(beat, 1.0)
        if self.swing:
            part = part * 2 * self.swing if part <= 0.5 else self.swing + (part - 0.5) * 2 * (1 - self.swing)
        seconds = (whole + part) * 60 / self.bpm
        seconds += self.drift * 3 * np.sin(seconds / 3)
        return float(seconds + self.rng.normal(0, self.jitter))

    def lay(self, sound: NDArray[np.float32], beat: float, gain: float) -> None:
        start = max(0, int(self.at(beat) * RATE))
        stop = min(start + sound.size, self.mix.size)
        if stop > start:
            self.mix[start:stop] += gain * sound[: stop - start]

    def note(self, timbre: str, pitch: int, beat: float, beats: float, gain: float) -> None:
        seconds = round(beats * 60 / self.bpm, 3)
        key = (timbre, seconds, pitch)
        if key not in self.tones:
            self.tones[key] = _tone(timbre, self.tuning * 2 ** ((pitch - 69) / 12), seconds)
        self.lay(self.tones[key], beat, gain)


def _tone(timbre: str, hertz: float, seconds: float) -> NDArray[np.float32]:
    release = 0.06
    t = np.arange(int((seconds + release) * RATE), dtype=np.float32) / RATE
    attack, decay, slope, step = {
        "pad": (0.15, 0.0, 1.4, 1),
        "organ": (0.01, 0.0, 0.8, 1),
        "pluck": (0.003, 5.0, 1.1, 1),
        "piano": (0.004, 2.0, 1.5, 1),
        "saw": (0.01, 0.5, 1.0, 1),
        "reed": (0.03, 0.0, 1.0, 2),
        "bass": (0.006, 2.5, 1.3, 1),
    }[timbre]
    wave = np.zeros_like(t)
    vibrato = 0.4 * np.sin(2 * np.pi * 5.3 * t) if timbre == "reed" else 0.0
    for k in range(1, 20, step):
        if k * hertz > 7_000:
            break
        stretch = k * np.sqrt(1 + 2e-4 * k * k) if timbre == "piano" else k
        fade = np.exp(-decay * (0.6 + 0.4 * k) * t) if decay else 1.0
        wave += (k**-slope * fade * np.sin(2 * np.pi * hertz * stretch * t + k * vibrato + k)).astype(np.float32)
    envelope = np.minimum(1, t / attack) * np.clip((seconds + release - t) / release, 0, 1)
    return (wave * envelope).astype(np.float32)


def _drum(kind: str, rng: np.random.Generator) -> NDArray[np.float32]:
    t = np.arange(int(0.35 * RATE), dtype=np.float32) / RATE
    noise = rng.normal(0, 1, t.size)
    bright = np.diff(noise, prepend=0.0)
    if kind == "kick":
        low = rng.uniform(42, 60)
        sweep = low * t + (rng.uniform(60, 140) / 35) * (1 - np.exp(-35 * t))
        wave = np.sin(2 * np.pi * sweep) * np.exp(-9 * t) + 0.15 * noise * np.exp(-300 * t)
    elif kind == "snare":
        wave = 0.5 * bright * np.exp(-16 * t) + 0.5 * np.sin(2 * np.pi * rng.uniform(160, 220) * t) * np.exp(-22 * t)
    elif kind == "hat":
        wave = 0.5 * np.diff(bright, prepend=0.0) * np.exp(-rng.uniform(30, 70) * t)
    elif kind == "shaker":
        wave = 0.4 * bright * np.minimum(1, t / 0.03) * np.exp(-30 * t)
    elif kind == "crash":
        wave = 0.5 * bright * np.exp(-6 * t)
    else:
        wave = np.sin(2 * np.pi * (1500 if kind == "tick" else 1000) * t) * np.exp(-60 * t)
    return wave.astype(np.float32)


def make_track(seed: int) -> MadeTrack:
    """A 20–40 s track of 60–180 BPM in 4/4 or 3/4 with its tempo and key; the same for the same seed."""
    rng = np.random.default_rng(seed)
    bpm, seconds = float(rng.uniform(60, 180)), float(rng.uniform(20, 40))
    meter = 3 if rng.random() < 0.18 else 4
    swing = float(rng.uniform(0.6, 0.68)) if rng.random() < 0.2 else 0.0
    tonic, mode, cents = int(rng.integers(12)), "major" if rng.random() < 0.55 else "minor", float(rng.uniform(-40, 40))
    score = _Score(rng, bpm, seconds, swing, cents)
    bars = int(seconds * bpm / 60 / meter)
    drums = _drum_part(rng, score, meter, bars, bpm)
    _harmony_part(rng, score, meter, bars, tonic, mode, drums == "none")
    mix = score.mix[: int(bars * meter * 60 / bpm * RATE)]
    mix /= max(1e-6, float(np.abs(mix).max()))
    if rng.random() < 0.3:
        mix = np.tanh(2.5 * mix) / np.tanh(2.5)
    if rng.random() < 0.6:
        mix = mix + _pink(rng, mix.size) * np.std(mix) * 10 ** (-rng.uniform(6, 35) / 20)
    mix = mix / max(1.0, float(np.abs(mix).max())) * rng.uniform(0.1, 0.9)
    return MadeTrack(mix.astype(np.float32), bpm, meter, tonic, mode, drums, bool(swing), cents, seed)


def _pink(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(rng.normal(0, 1, n))
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    spectrum[0] = 0
    wave = np.fft.irfft(spectrum, n)
    return wave / np.std(wave)


def _drum_part(rng: np.random.Generator, score: _Score, meter: int, bars: int, bpm: float) -> str:
    if meter == 3:
        kind = str(rng.choice(["none", "click", "waltz"], p=[0.25, 0.2, 0.55]))
    else:
        kinds = ["none", "click", "rock", "four", "break", "half", "shaker"]
        kind = str(rng.choice(kinds, p=[0.2, 0.13, 0.27, 0.17, 0.1, 0.04, 0.09]))
    if kind == "none":
        return kind
    intro = 4 if rng.random() < 0.3 and bars > 10 else 0
    sounds = {name: _drum(name, rng) for name in ("kick", "snare", "hat", "shaker", "crash", "tick", "tock")}
    fine = float(np.clip((130 - bpm) / 90, 0.05, 0.6))
    per_beat = int(rng.choice([1, 2, 4], p=[0.2, 0.8 - fine, fine]))
    groove = GROOVES[kind][rng.integers(len(GROOVES[kind]))] if kind in GROOVES else ((), (), ())
    gains = {name: float(rng.uniform(0.5, 1.2)) for name in ("kick", "snare", "hat")}
    fills = rng.random() < 0.4
    for bar in range(intro, bars):
        start = bar * meter
        if kind == "click":
            for beat in range(meter):
                score.lay(sounds["tick" if beat == 0 else "tock"], start + beat, 0.8 if beat == 0 else 0.6)
            continue
        for name, steps, gain in (("kick", groove[0], 1.0), ("snare", groove[1], 0.8), ("snare", groove[2], 0.25)):
            for step in steps:
                score.lay(sounds[name], start + step / 4, gain * gains[name] * rng.uniform(0.8, 1))
        for step in range(meter * per_beat):
            accent = 1.0 if step % per_beat == 0 else rng.uniform(0.4, 0.9)
            score.lay(
                sounds["shaker" if kind == "shaker" else "hat"], start + step / per_beat, 0.4 * gains["hat"] * accent
            )
        if fills and bar % 8 == 7:
            for step in range(4):
                score.lay(sounds["snare"], start + meter - 1 + step / 4, 0.5)
        if bar % 8 == 0 and rng.random() < 0.5:
            score.lay(sounds["crash"], start, 0.6)
    return kind


def _harmony_part(
    rng: np.random.Generator, score: _Score, meter: int, bars: int, tonic: int, mode: str, must_pulse: bool
) -> None:
    borrowed = rng.random() < 0.25
    pool = (MAJOR_BORROWED if borrowed else MAJOR) if mode == "major" else (MINOR_BORROWED if borrowed else MINOR)
    chords = [_chord(word) for word in pool[rng.integers(len(pool))].split()]
    bars_per_chord = float(rng.choice([0.5, 1, 2], p=[0.2, 0.65, 0.15])) if meter == 4 else 1.0
    length = bars_per_chord * meter
    layers = {"pad": 0.5, "comp": 0.45, "arp": 0.35, "bass": 0.65, "melody": 0.5}
    on = {name for name, chance in layers.items() if rng.random() < chance}
    if must_pulse and not on & {"comp", "arp"}:
        on.add(str(rng.choice(["comp", "arp"])))
    if not on & {"pad", "comp", "arp"}:
        on.add("pad")
    timbres = {name: str(rng.choice(["organ", "pluck", "piano", "saw", "reed"])) for name in ("comp", "arp", "melody")}
    gains = {name: float(rng.uniform(0.05, 0.16)) for name in layers}
    writers = _writers(rng, meter)
    scale = MAJOR_SCALE if mode == "major" else MINOR_SCALE
    for index in range(int(bars * meter / length)):
        root, shape = chords[index % len(chords)]
        notes = [tonic + (root + step) % 12 for step in shape]
        bass = tonic + root
        start = index * length
        if "pad" in on:
            for note in notes:
                score.note("pad", 60 + note, start, length, gains["pad"])
        for name in ("comp", "arp", "bass"):
            if name in on:
                for beat, beats, pick in writers[name](length):
                    pitches = (
                        notes
                        if name == "comp"
                        else [notes[pick % len(notes)] if name == "arp" else bass + (0, 7)[pick % 2]]
                    )
                    base = {"comp": 55, "arp": 67, "bass": 36}[name] + (
                        12 * (pick // len(notes) % 2) if name == "arp" else 0
                    )
                    base -= base % 12
                    for pitch in pitches:
                        gain = gains[name] * (1.8 if name == "bass" else 1.0)
                        score.note("bass" if name == "bass" else timbres[name], base + pitch, start + beat, beats, gain)
        if "melody" in on:
            beat = 0.0
            while beat < length - 1e-6:
                beats = float(rng.choice([0.5, 1, 1.5, 2], p=[0.35, 0.4, 0.1, 0.15]))
                if rng.random() < 0.8:
                    tone = int(rng.choice(notes)) if rng.random() < 0.6 else tonic + int(rng.choice(scale))
                    score.note(
                        timbres["melody"],
                        72 + tone % 12,
                        start + beat,
                        min(beats, length - beat) * 0.9,
                        gains["melody"],
                    )
                beat += beats


def _chord(word: str) -> tuple[int, tuple[int, ...]]:
    degree, quality = re.fullmatch(r"(\d+):?(.+)", word).groups()  # type: ignore[union-attr]
    return int(degree), QUALITIES[quality]


def _writers(rng: np.random.Generator, meter: int) -> dict[str, Callable[[float], list[tuple[float, float, int]]]]:
    """For each rhythmic layer, a function of a chord's length in beats to (beat, beats, which note) events."""
    comp_cells = (
        ((0.0,), (0.0, 1.0), (0.0, 0.5, 1.0, 1.5), (0.5, 1.5), (0.0, 1.5))
        if meter == 4
        else ((0.0,), (1.0, 2.0), (0.0, 1.0, 2.0))
    )
    comp, span = comp_cells[rng.integers(len(comp_cells))], 2.0 if meter == 4 else 3.0
    arp_step = float(rng.choice([0.5, 0.25, 1.0], p=[0.6, 0.2, 0.2]))
    order = [int(x) for x in rng.permutation(6)[: int(rng.choice([3, 4, 6]))]]
    bass_kind = int(rng.integers(4))
    bass_step = (meter, 2.0 if meter == 4 else 1.0, 1.0, 0.5)[bass_kind]

    def comping(length: float) -> list[tuple[float, float, int]]:
        starts = [base + cell for base in np.arange(0, length, span) for cell in comp]
        return [(float(s), 0.45, 0) for s in starts if s < length]

    def arpeggio(length: float) -> list[tuple[float, float, int]]:
        return [(float(s), arp_step, order[i % len(order)]) for i, s in enumerate(np.arange(0, length, arp_step))]

    def bassline(length: float) -> list[tuple[float, float, int]]:
        return [
            (float(s), min(bass_step, length) * 0.9, i % 2 if bass_kind else 0)
            for i, s in enumerate(np.arange(0, length, bass_step))
        ]

    return {"comp": comping, "arp": arpeggio, "bass": bassline}


# ----------------------------------------------------------------------------------------------- clips


@dataclass(frozen=True, slots=True)
class _Shot:
    """One shot's recipe: a canvas (H, W, 3) the camera looks at, how the camera moves, and shapes that pass."""

    canvas: NDArray[np.float32]
    palette: NDArray[np.float32]
    origin: tuple[float, float]
    camera: str
    speed: tuple[float, float]
    shapes: tuple[tuple[float, ...], ...]


def make_clip(seed: int, height: int = 36, width: int = 64, seconds: float | None = None) -> MadeClip:
    """A clip of several shots, 12–30 frames a second, with its hard cuts and its dissolves and fades."""
    rng = np.random.default_rng(seed)
    times = _frame_times(rng, float(rng.uniform(14, 36)) if seconds is None else seconds)
    bounds = _shot_bounds(rng, times)
    shots: list[_Shot] = []
    for _ in bounds[:-1]:
        shots.append(_make_shot(rng, shots[-1] if shots else None))
    frames = np.empty((times.size, height, width, 3), np.float32)
    for shot, first, stop in zip(shots, bounds[:-1], bounds[1:], strict=True):
        frames[first:stop] = _film(rng, shot, times[first:stop] - times[first], height, width)
    cuts, gradual = [], []
    for index, at in enumerate(bounds[1:-1]):
        kind = str(rng.choice(["cut", "dissolve", "fade"], p=[0.82, 0.12, 0.06]))
        half = min(
            int(rng.uniform(0.25, 0.7) / np.median(np.diff(times))),
            (at - bounds[index]) // 3,
            (bounds[index + 2] - at) // 3,
        )
        if kind == "cut" or half < 3:
            cuts.append(float(times[at]))
            continue
        gradual.append((float(times[at - half]), float(times[at + half])))
        before = _film(rng, shots[index], times[at : at + half] - times[bounds[index]], height, width)
        after = _film(rng, shots[index + 1], times[at - half : at] - times[at], height, width)
        _blend(frames, before, after, at, half, kind)
    confounders = _disturb(rng, frames, times)
    return MadeClip(
        np.clip(np.round(frames), 0, 255).astype(np.uint8), times, tuple(cuts), tuple(gradual), confounders, seed
    )


def _frame_times(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    fps = float(rng.choice([12, 15, 24, 25, 30], p=[0.15, 0.1, 0.25, 0.25, 0.25]))
    times = np.arange(int(seconds * fps)) / fps
    if rng.random() < 0.25:  # variable frame rate: dropped frames and unsteady clocks
        times = times[rng.random(times.size) > 0.15]
        times = times + rng.uniform(-0.2, 0.2, times.size) / fps
    return times - times[0]


def _shot_bounds(rng: np.random.Generator, times: NDArray[np.float64]) -> list[int]:
    bounds, at = [0], 0.0
    while True:
        at += float(rng.choice([rng.uniform(0.5, 1.2), rng.uniform(1.2, 4), rng.uniform(4, 8)], p=[0.25, 0.55, 0.2]))
        if at > times[-1] - 0.5:
            return [*bounds, times.size]
        bounds.append(int(np.searchsorted(times, at)))


def _make_shot(rng: np.random.Generator, previous: _Shot | None) -> _Shot:
    kin = rng.random() if previous is not None else 1.0
    if previous is not None and kin < 0.1:  # the same place from another spot
        canvas, palette = previous.canvas, previous.palette
        origin = ((previous.origin[0] + rng.uniform(0.3, 0.7)) % 1, (previous.origin[1] + rng.uniform(0.3, 0.7)) % 1)
    else:
        palette = (
            previous.palette
            if previous is not None and kin < 0.35
            else rng.uniform(0, 1, (3, 3)) * rng.uniform(80, 255)
        )
        canvas, origin = _canvas(rng, palette), (rng.random(), rng.random())
    camera = str(rng.choice(["static", "pan", "fast", "zoom", "shake"], p=[0.4, 0.25, 0.1, 0.15, 0.1]))
    pace = {"static": 0.0, "pan": 0.25, "fast": 1.4, "zoom": 0.0, "shake": 0.0}[camera]
    angle = rng.uniform(0, 2 * np.pi)
    shapes = tuple(
        (*rng.uniform(-0.3, 1.3, 2), *(rng.normal(0, 0.35, 2)), rng.uniform(0.08, 0.45), *(rng.uniform(0, 255, 3)))
        for _ in range(int(rng.integers(0, 4)))
    )
    speed = (pace * rng.uniform(0.4, 1.2) * np.sin(angle), pace * rng.uniform(0.4, 1.2) * np.cos(angle))
    return _Shot(canvas, palette.astype(np.float32), (float(origin[0]), float(origin[1])), camera, speed, shapes)


def _canvas(rng: np.random.Generator, palette: NDArray[np.float64]) -> NDArray[np.float32]:
    """A picture that wraps around, (144, 256, 3): smooth fields and hard-edged blocks mixing three colours."""
    weights = np.zeros((144, 256, 3))
    for size in (3, 6, 12, 24):
        coarse = rng.normal(0, 1, (size, size * 2, 3))
        rows = np.arange(144) * size / 144
        columns = np.arange(256) * size * 2 / 256
        weights += _bilinear(coarse, rows, columns) * rng.uniform(0.3, 1.2)
    for _ in range(int(rng.integers(0, 12))):
        y, x = rng.integers(0, 120), rng.integers(0, 220)
        weights[y : y + rng.integers(8, 60), x : x + rng.integers(8, 80)] = rng.normal(0, 2, 3)
    weights = np.exp(1.5 * weights)
    return (weights / weights.sum(-1, keepdims=True) @ palette).astype(np.float32)


def _bilinear(
    field: NDArray[np.floating], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The wrapping `field` (H, W, c) read at fractional rows (h,) and columns (w,) → (h, w, c)."""
    r, c = np.floor(rows).astype(int), np.floor(columns).astype(int)
    fr, fc = (rows - r)[:, None, None], (columns - c)[None, :, None]
    tall, wide = field.shape[:2]
    top, bottom = field[r % tall], field[(r + 1) % tall]
    left = top[:, c % wide] * (1 - fr) + bottom[:, c % wide] * fr
    right = top[:, (c + 1) % wide] * (1 - fr) + bottom[:, (c + 1) % wide] * fr
    return left * (1 - fc) + right * fc


def _film(
    rng: np.random.Generator, shot: _Shot, seconds: NDArray[np.float64], height: int, width: int
) -> NDArray[np.float32]:
    tall, wide = shot.canvas.shape[:2]
    frames = np.empty((seconds.size, height, width, 3), np.float32)
    for index, t in enumerate(seconds):
        zoom = 2.0 ** (0.25 * np.sin(t)) if shot.camera == "zoom" else 1.0
        shake = rng.normal(0, 0.012, 2) if shot.camera == "shake" else np.zeros(2)
        view = 0.5 * zoom
        y = shot.origin[0] + shot.speed[0] * t * 0.5 + shake[0] + (0.25 - view / 2)
        x = shot.origin[1] + shot.speed[1] * t * 0.5 + shake[1] + (0.25 - view / 2)
        rows = (y + view * (np.arange(height) + 0.5) / height) * tall
        columns = (x + view * (np.arange(width) + 0.5) / width) * wide
        picture = _bilinear(shot.canvas, rows, columns)
        for cy, cx, vy, vx, size, *colour in shot.shapes:
            dy = ((np.arange(height) + 0.5) / height - cy - vy * t)[:, None] / size
            dx = ((np.arange(width) + 0.5) / width - cx - vx * t)[None, :] / (size * 0.6)
            inside = np.clip((1 - dy**2 - dx**2) * 4, 0, 1)[:, :, None]
            picture = picture * (1 - inside) + np.asarray(colour) * inside
        frames[index] = picture
    return frames


def _blend(
    frames: NDArray[np.float32], before: NDArray[np.float32], after: NDArray[np.float32], at: int, half: int, kind: str
) -> None:
    """Turn the cut at frame `at` into a dissolve, or a fade through black, over `half` frames on each side."""
    old = np.concatenate([frames[at - half : at], before])
    new = np.concatenate([after, frames[at : at + half]])
    share = (np.arange(2 * half, dtype=np.float32) + 0.5) / (2 * half)
    if kind == "dissolve":
        mixed = old * (1 - share[:, None, None, None]) + new * share[:, None, None, None]
    else:
        dark = np.clip(1 - 2 * share, 0, 1)[:, None, None, None]
        light = np.clip(2 * share - 1, 0, 1)[:, None, None, None]
        mixed = old * dark + new * light
    frames[at - half : at + half] = mixed


def _disturb(rng: np.random.Generator, frames: NDArray[np.float32], times: NDArray[np.float64]) -> tuple[str, ...]:
    """Flashes, exposure jumps and ramps, flicker, grain and letterbox bars, in place; the names of those used."""
    used: list[str] = []
    n = times.size
    if rng.random() < 0.4:
        used.append("flash")
        for start in rng.integers(2, n - 4, int(rng.integers(1, 5))):
            length, power = int(rng.integers(1, 4)), rng.uniform(0.5, 1)
            frames[start : start + length] = frames[start : start + length] * (1 - power) + 255 * power
    if rng.random() < 0.3:
        used.append("exposure")
        gain = np.ones(n, np.float32)
        for start in rng.integers(0, n, int(rng.integers(1, 4))):
            length, target = int(rng.integers(1, 25)), rng.uniform(0.6, 1.5)
            ramp = np.linspace(float(gain[start]), target, length)[: n - start]
            gain[start : start + ramp.size], gain[start + ramp.size :] = ramp, target
        frames *= gain[:, None, None, None]
    if rng.random() < 0.2:
        used.append("flicker")
        frames *= (1 + 0.08 * np.sin(times * rng.uniform(20, 60))).astype(np.float32)[:, None, None, None]
    if rng.random() < 0.5:
        used.append("grain")
        frames += rng.normal(0, rng.uniform(1, 7), frames.shape).astype(np.float32)
    if rng.random() < 0.15:
        used.append("letterbox")
        bar = frames.shape[1] // 9
        frames[:, :bar] = frames[:, -bar:] = 0
    return tuple(used)
