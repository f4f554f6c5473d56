"""Rendered files checked from outside: pictures bit for bit, length, loudness, true peak; then speed and kills.

    python benchmarks/render.py [--media FOLDER] [--quick] [--speed] [--kill 20] [--runs 5]

In: free clips and music, fetched once, and films and music of the studio. Out: a row for each rendered file, a line for
each figure. Needs ffmpeg and ffprobe (Debian: apt install ffmpeg), which do all of the checking.

- Every clip is rendered with every track, way of treating its own sound, and target.
- Pictures: the SHA-256 of each packet's payload, as ffprobe reads it. Loudness and true peak: ffmpeg's ebur128 on the
  finished file; since that prints tenths, the peak is also found in samples that ffmpeg oversampled four times.
- Length: that of the source's picture stream, against both streams of the file.
- `--speed` times a 60 s clip in fresh processes; `--kill` ends rendering processes at random moments and looks at what
  they leave. Each stands for itself: the files are checked where neither is asked for.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musechat.app import freemedia
from musechat.app.laid import Laid, lay
from musechat.app.library import Library
from musechat.app.render import render
from musechat.core.protocols import Silent
from musechat.core.settings import home
from musechat.media import Decoder, OwnSound
from musechat.studio.camera import shoot
from musechat.studio.catalogue import CATALOGUE
from musechat.studio.composer import compose
from musechat.studio.files import write_audio
from musechat.studio.film import FilmBrief, plan
from musechat.studio.performer import perform

PACKAGES = ("fretsonfire-songs-muldjord", "fretsonfire-songs-sectoid", "pushover-data", "lincity-ng-data")
FILMS = {
    "film, talk, 25 fps": FilmBrief(17.36, "dusk", 0.3, 0.3, 10, talking=True, width=640, height=360),
    "film, ambience, 30 fps": FilmBrief(11.3, "carnival", 0.7, 0.7, 40, ambience=True, width=640, height=360, fps=30),
    "film, silent, 24 fps": FilmBrief(7.875, "carnival", 0.6, 0.5, 30, width=640, height=360, fps=24),
}
TARGETS = (-14.0, -16.0, -23.0)
CEILING = -1.0
QUICK = 4.0  # seconds of music for the short track
RATE = 44_100


@dataclass(frozen=True, slots=True)
class Checked:
    """One rendered file: what went in, and how far it is from what it should be."""

    clip: str
    track: str
    own_sound: str
    target: float
    loudness: float
    peak: float  # as ebur128 prints it
    fine_peak: float
    copied: bool
    packets: int
    video_off: float  # seconds
    audio_off: float
    frame: float
    notes: tuple[str, ...]

    @property
    def off(self) -> float:
        """LU from the target."""
        return self.loudness - self.target

    @property
    def close(self) -> bool:
        """Whether the loudness is within half a LU."""
        return abs(self.off) <= 0.5

    @property
    def below(self) -> bool:
        """Whether the peak is below the ceiling."""
        return self.peak <= CEILING


def run(*command: str | Path) -> str:
    """What a program says on both outputs."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout + done.stderr


def payloads(path: Path) -> list[str]:
    """Size and SHA-256 of each picture packet, in the file's order."""
    entries = ("-show_entries", "packet=size,data_hash", "-show_data_hash", "sha256", "-of", "csv=p=0")
    return run("ffprobe", "-v", "error", "-select_streams", "v:0", *entries, path).split()


def durations(path: Path) -> dict[str, float]:
    """The length in seconds of a file's picture and sound streams, and of a frame."""
    entries = ("-show_entries", "stream=codec_type,duration,r_frame_rate", "-of", "json")
    found: dict[str, float] = {}
    for stream in json.loads(run("ffprobe", "-v", "error", *entries, path))["streams"]:
        found.setdefault(stream["codec_type"], float(stream["duration"]))
        if stream["codec_type"] == "video":
            above, below = map(int, stream["r_frame_rate"].split("/"))
            found["frame"] = below / above
    return found


def levels(path: Path) -> tuple[float, float, float]:
    """→ integrated loudness, true peak in tenths, and true peak."""
    said = run("ffmpeg", "-nostats", "-i", path, "-map", "0:a", "-af", "ebur128=peak=true", "-f", "null", "-")
    summary = said[said.rindex("Summary:") :]
    loudness, peak = (
        float(found[1]) if (found := re.search(pattern, summary)) else float("nan")
        for pattern in (r"I:\s+(\S+) LUFS", r"Peak:\s+(\S+) dBFS")
    )
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-af", "aresample=192000", "-f", "f32le", "-"]
    samples = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)
    return loudness, peak, float(20 * np.log10(np.abs(samples).max(initial=1e-9)))


def check(laid: Laid, label: str, own_sound: OwnSound, target: float, decoder: Decoder, folder: Path) -> Checked:
    """Render once, and check the file."""
    out, source = folder / "out.mp4", Path(laid.clip.path)
    rendered = render(decoder, laid, out, own_sound, target, overwrite=True)
    loudness, peak, fine = levels(out)
    before, after = durations(source), durations(out)
    packets = payloads(out)
    return Checked(
        label,
        Path(laid.track.path).stem,
        own_sound,
        target,
        loudness,
        peak,
        fine,
        packets == payloads(source),
        len(packets),
        after["video"] - before["video"],
        after["audio"] - before["video"],
        before["frame"],
        rendered.report.notes,
    )


def clips(media: Path, folder: Path) -> dict[str, Path]:
    """The clips by name."""
    bunny, street = real_clips(media)
    found = {"Big Buck Bunny": bunny, "city street, silent": street}
    for seed, (name, brief) in enumerate(FILMS.items()):
        found[name] = folder / f"film{seed}.mp4"
        shoot(plan(brief, seed), found[name])
    return found


def real_clips(media: Path) -> list[Path]:
    """Big Buck Bunny, and a street without sound."""
    folders = freemedia.fetch(freemedia.CLIPS, media, Silent())
    return [next(folder.rglob("*.mp4")) for folder in folders]


def tracks(media: Path, folder: Path, decoder: Decoder) -> list[Path]:
    """The loudest, the quietest and, if there is one, a mono track of the free music; two works of the studio.

    One of these is so short that it is repeated under every clip.
    """
    packages = tuple(package for package in freemedia.MUSIC if package.name in PACKAGES)
    found = [path for place in freemedia.fetch(packages, media, Silent()) for path in freemedia.audio_files(place)]
    loudness = {path: decoder.audio(path).loudness_lufs or -99.0 for path in found}
    chosen = [max(found, key=loudness.__getitem__), min(found, key=loudness.__getitem__)]
    chosen += [path for path in found if (heard := decoder.probe(path).audio) and heard.channels == 1][:1]
    for number, cut in ((0, None), (len(CATALOGUE) - 1, round(QUICK * RATE))):
        score = compose(CATALOGUE[number].brief, CATALOGUE[number].seed)
        chosen.append(folder / f"{score.title}{', 4 s in mono' if cut else ''}.flac")
        samples = perform(score, RATE)[:cut]
        write_audio(chosen[-1], samples.mean(axis=1, keepdims=True) if cut else samples, RATE, {})
    for path in chosen:
        told = decoder.audio(path).loudness_lufs
        print(f"track: {path.stem}, {'silent' if told is None else f'{told:.1f} LUFS'}")
    return chosen


def all_checked(media: Path, folder: Path, quick: bool) -> Iterator[Checked]:
    with Library(folder / "library") as library:
        decoder = library.models.decoder
        music = tracks(media, folder, decoder)
        library.index(music)
        ways: tuple[OwnSound, ...] = ("drop", "duck", "keep")
        for label, clip in clips(media, folder).items():
            for path in music:
                laid = lay(library, clip, str(path), offset=0.1 * decoder.probe(path).duration)
                for own_sound in ways if laid.clip.has_sound else ways[:1]:
                    for target in TARGETS[: 1 if quick else None]:
                        yield check(laid, label, own_sound, target, decoder, folder)


def report(rows: Sequence[Checked]) -> None:
    """The figures of all rows."""
    files, missed = len(rows), [row for row in rows if row.notes]
    worst = max(rows, key=lambda row: abs(row.off))
    met = [row for row in rows if not row.notes]
    print(f"\n{files} files")
    print(f"pictures bit for bit: {sum(row.copied for row in rows)} of {files}, {sum(r.packets for r in rows)} packets")
    print(f"length of the pictures: worst {worst_of(rows, 'video_off')}")
    print(f"length of the sound: worst {worst_of(rows, 'audio_off')}")
    share = sum(row.close for row in rows) / files
    print(f"loudness: {share:.1%} within 0.5 LU; worst {worst.off:+.1f} LU ({worst.clip}, {worst.track})")
    if met:
        print(f"  where the renderer says nothing of it: worst {max((row.off for row in met), key=abs):+.1f} LU")
    print(f"true peak: {sum(row.below for row in rows) / files:.1%} at most {CEILING:g} dBTP; ", end="")
    print(f"worst {max(row.peak for row in rows):.1f}; from oversampled samples {max(r.fine_peak for r in rows):.2f}")
    print(f"the renderer notes that a target could not be met: {len(missed)} files")
    for row in missed:
        print(f"  {row.clip}, {row.track}, {row.own_sound}, {row.target:g}: {' '.join(row.notes)}")


def worst_of(rows: Sequence[Checked], name: str) -> str:
    worst = max(rows, key=lambda row: abs(getattr(row, name)) / row.frame)
    return f"{1000 * getattr(worst, name):+.1f} ms, {abs(getattr(worst, name)) / worst.frame:.2f} frames ({worst.clip})"


def quality(media: Path, folder: Path, quick: bool) -> None:
    rows: list[Checked] = []
    for row in all_checked(media, folder, quick):
        if not rows:
            print(f"\n{'clip':<23}{'track':<34}{'own':<5}{'aim':>4}{'LUFS':>7}{'dBTP':>6}{'  pictures':<16}", end="")
            print(f"{'picture ms':>11}{'sound ms':>9}")
        rows.append(row)
        seen = f"  {row.packets} {'same' if row.copied else 'DIFFER'}"
        print(f"{row.clip:<23}{row.track[:32]:<34}{row.own_sound:<5}{row.target:>4.0f}{row.loudness:>7.1f}", end="")
        print(f"{row.peak:>6.1f}{seen:<16}{1000 * row.video_off:>11.1f}{1000 * row.audio_off:>9.1f}", end="")
        print("  missed, and said" if row.notes else "" if row.close and row.below else "  MISSED", flush=True)
    report(rows)


def minute(media: Path, folder: Path) -> Path:
    """A clip of 60 s: Big Buck Bunny twice."""
    bunny, listed, joined = real_clips(media)[0], folder / "list.txt", folder / "minute.mp4"
    listed.write_text(f"file '{bunny.resolve()}'\n" * 2)
    run("ffmpeg", "-v", "error", "-f", "concat", "-safe", "0", "-i", listed, "-c", "copy", "-y", joined)
    return joined


def some_track(media: Path) -> Path:
    packages = tuple(package for package in freemedia.MUSIC if package.name == PACKAGES[-1])
    return freemedia.audio_files(freemedia.fetch(packages, media, Silent())[0])[0]


def step_command(laid: Laid, folder: Path, own_sound: OwnSound) -> list[str]:
    """A fresh process that renders a laid clip."""
    kept = folder / "laid.pickle"
    kept.write_bytes(pickle.dumps(laid))
    return [sys.executable, __file__, "--step", str(kept), str(folder / "out.mp4"), own_sound]


def step(kept: Path, out: Path, own_sound: OwnSound) -> None:
    """That process: says when it begins and how long it took, the decoder's start included."""
    laid = pickle.loads(kept.read_bytes())
    print("begun", flush=True)
    begun = time.perf_counter()
    with Decoder() as decoder:
        render(decoder, laid, out, own_sound, overwrite=True)
        print(time.perf_counter() - begun, flush=True)


def speed(media: Path, folder: Path, runs: int) -> None:
    clip, track = minute(media, folder), some_track(media)
    known = folder / "library"
    with Library(known) as library:
        library.index([track])
        laid = lay(library, clip, str(track), offset=0.0)
    print(f"{laid.clip.width}×{laid.clip.height}, {laid.clip.duration:.1f} s, {clip.stat().st_size / 1e6:.0f} MB")
    for own_sound in ("duck", "drop"):
        command = step_command(laid, folder, own_sound)
        took = [float(run(*command).split()[-1]) for _ in range(runs)]
        say(f"the render step, {own_sound}", took)
    command = [sys.executable, "-m", "musechat", "render", str(clip), str(track), "-o", str(folder / "whole.mp4")]
    for name, library_folder in (("in the library", known), ("new", folder / "none")):
        for start, options in (("--offset 0", ["--offset", "0"]), ("a free search", [])):
            took = []
            for _ in range(runs):
                begun = time.perf_counter()
                run(*command, *options, "--overwrite", "--library", library_folder)
                took.append(time.perf_counter() - begun)
            say(f"the whole command, {start}, a track that is {name}", took)


def say(name: str, took: Sequence[float]) -> None:
    print(f"{name}: median {statistics.median(took):.2f} s of {[round(s, 2) for s in took]}", flush=True)


def kills(media: Path, folder: Path, count: int) -> None:
    """End `count` renderings at random moments; a file that stands must be the whole one."""
    out, dice = folder / "out.mp4", random.Random(0)
    with Library(folder / "library") as library:
        laid = lay(library, real_clips(media)[0], str(some_track(media)), offset=0.0)
    command = step_command(laid, folder, "duck")
    length = float(run(*command).split()[-1])
    whole, standing, broken, left, failed = digest(out), 0, 0, 0, 0
    for _ in range(count):
        out.unlink()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.uniform(0, 1.25 * length))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        standing += out.exists()
        broken += out.exists() and digest(out) != whole
        left += any(folder.glob(".*.part"))
        run(*command)
        failed += digest(out) != whole or any(folder.glob(".*.part"))
    print(
        f"{count} renderings of {length:.1f} s killed at random moments: {standing} had put their file in its place, "
    )
    print(f"  {broken} files stood there that were not whole; {left} times a scratch file was left")
    print(f"  next renderings that failed, differed or left a scratch file: {failed}")
    if broken or failed:
        sys.exit(1)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=home() / "demo" / "media")
    parser.add_argument("--quick", action="store_true", help="one target only")
    parser.add_argument("--speed", action="store_true", help="time a 60 s clip")
    parser.add_argument("--kill", type=int, default=0, metavar="N", help="kill N renderings")
    parser.add_argument("--runs", type=int, default=5, help="of each timing")
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step(Path(options.step[0]), Path(options.step[1]), options.step[2])
        return
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        sys.exit("ffmpeg and ffprobe check the files and are not on this machine: install them (apt install ffmpeg).")
    with tempfile.TemporaryDirectory() as place:
        if options.speed:
            speed(options.media, Path(place), options.runs)
        if options.kill:
            kills(options.media, Path(place), options.kill)
        if not (options.speed or options.kill):
            quality(options.media, Path(place), options.quick)


if __name__ == "__main__":
    main()
