"""Mutated media files and a hostile child against the sandboxed decoder.

Writes a table: parent crashes, hangs past the timeout, outcomes, canaries reached.
Run from the repository: `python benchmarks/hostile.py [--files 2000] [--seed 0]`.

- Seeds are small files of every container and codec that PyAV can write; each mutation is drawn from a seeded
  generator: cut off, bits flipped, blocks overwritten or moved, headers damaged, two files spliced, sizes made
  huge, extensions swapped, playlists and references that point at a canary file and at a listening socket.
- A canary is reached if its access time changes, its tag or its identity shows up in an answer, or anything
  connects to its socket. Whether access times work here is tried first.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from media import hostile
from media.files import AUDIO_KINDS, tone, write_audio, write_video
from musechat.core.errors import MediaError
from musechat.media import AudioPlan, Decoder, Limits, MediaInfo, SweepPlan
from musechat.media.decoder import AUDIO_REAL_TIME, KEYFRAME_SECONDS, VIDEO_REAL_TIME
from musechat.media.workers import ForkServer

Random = np.random.Generator
LIMITS = Limits(base_seconds=5.0, stall_seconds=5.0)
GRACE = 2.0  # seconds past the timeout before a call counts as a hang
SIZES = [(96, 64), (64, 96)]
PLAYLISTS = [
    "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n",
    "ffconcat version 1.0\nfile '{target}'\n",
    '<?xml version="1.0"?><MPD type="static"><Period><AdaptationSet mimeType="audio/mp4"><Representation id="1">'
    "<BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\na=control:{target}\nm=audio {port} RTP/AVP 0\n",
    "[playlist]\nFile1={target}\nNumberOfEntries=1\n",
]


class Canaries:
    """A file and a socket that nothing may touch."""

    def __init__(self, folder: Path) -> None:
        self.path = write_audio(folder / "canary.mp3", tone(3.0, hertz=660), tags={"title": "CANARY"})
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.arm()
        self.path.read_bytes()
        self.watches_reading = self.path.stat().st_atime_ns != 0
        self.arm()

    def arm(self) -> None:
        """Set the access time back, so that any reading shows."""
        os.utime(self.path, ns=(0, time.time_ns()))
        self.before = self.path.stat()

    def reached(self) -> bool:
        """Whether the file was read or changed, or the socket was called."""
        now = self.path.stat()
        try:
            self.listener.accept()[0].close()
            return True
        except BlockingIOError:
            return (now.st_atime_ns, now.st_mtime_ns) != (self.before.st_atime_ns, self.before.st_mtime_ns)


def write_seeds(folder: Path) -> list[Path]:
    """Small files of every kind."""
    quiet = {"x265-params": "log-level=none"}
    sound = tone(1.0)
    tags = {"title": "A title", "artist": "An artist"}
    seeds = [
        write_audio(folder / f"a.{kind}", tone(1.0, rate), tags=tags) for kind, (_, _, rate) in AUDIO_KINDS.items()
    ]
    seeds += [write_audio(folder / f"cover.{kind}", cover=True) for kind in ("mp3", "m4a", "flac")]
    for name, options in {
        "h264.mp4": {"sound": sound, "rotation": 90},
        "h264.mkv": {"sound": sound},
        "h264.ts": {},
        "hevc.mp4": {"codec": "libx265", "pix_fmt": "yuv420p10le", "options": quiet},
        "vp8.webm": {"codec": "libvpx"},
        "vp9.webm": {"codec": "libvpx-vp9"},
        "mpeg4.avi": {"codec": "mpeg4"},
        "mjpeg.avi": {"codec": "mjpeg", "pix_fmt": "yuvj420p"},
        "mpeg2.ts": {"codec": "mpeg2video"},
        "prores.mov": {"codec": "prores_ks", "pix_fmt": "yuv422p10le"},
    }.items():
        seeds.append(write_video(folder / name, per_colour=5, **options))  # type: ignore[arg-type]
    return seeds


def mutate(rng: Random, seeds: list[Path], canaries: Canaries, folder: Path, number: int) -> tuple[str, Path]:
    """→ the mutation's name and the file it made."""
    seed = seeds[rng.integers(len(seeds))]
    data = np.frombuffer(seed.read_bytes(), np.uint8).copy()
    size, extension = len(data), seed.suffix
    kinds = ["truncated", "bits flipped", "header damaged", "block overwritten", "block moved", "spliced",
             "huge dimensions", "wrong extension", "playlist"]  # fmt: skip
    kind = kinds[number % len(kinds)]
    if kind == "truncated":
        data = data[: rng.integers(0, size)]
    elif kind == "bits flipped":
        where = rng.integers(0, size, rng.integers(1, 1 + size // 50))
        data[where] ^= (1 << rng.integers(0, 8, len(where))).astype(np.uint8)
    elif kind == "header damaged":
        where = rng.integers(0, min(size, 1024), rng.integers(1, 16))
        data[where] = rng.integers(0, 256, len(where))
    elif kind in ("block overwritten", "block moved"):
        length = int(rng.integers(1, size // 2))
        start, source = (int(n) for n in rng.integers(0, size - length, 2))
        moved = kind == "block moved"
        data[start : start + length] = data[source : source + length].copy() if moved else rng.integers(0, 256, length)
    elif kind == "spliced":
        other = np.frombuffer(seeds[rng.integers(len(seeds))].read_bytes(), np.uint8)
        data = np.concatenate([data[: rng.integers(1, size)], other[rng.integers(0, len(other)) :]])
    elif kind == "huge dimensions":
        data = np.frombuffer(enlarge(rng, data.tobytes()), np.uint8)
    elif kind == "wrong extension":
        extension = [*(s.suffix for s in seeds), ".m3u8", ".txt", ".srt", ""][rng.integers(len(seeds) + 4)]
    else:
        extension = [".m3u8", ".mp3", ".mp4", ".ffconcat", ".mpd", ".sdp", ".pls"][rng.integers(7)]
        where = f"127.0.0.1:{canaries.port}"
        targets = [str(canaries.path), f"file://{canaries.path}", f"http://{where}/a", f"tcp://{where}",
                   f"concat:{canaries.path}|{canaries.path}", f"subfile,,start,0,end,0,,:{canaries.path}"]  # fmt: skip
        text = PLAYLISTS[rng.integers(len(PLAYLISTS))].format(target=targets[rng.integers(6)], port=canaries.port)
        data = np.frombuffer(text.encode(), np.uint8)
    path = folder / f"{number}{extension}"
    path.write_bytes(data.tobytes())
    return kind, path


def enlarge(rng: Random, data: bytes) -> bytes:
    """Replace what looks like the picture's width and height, or else the first large fields, by huge ones."""
    huge = int(rng.choice([0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]))
    for width, height in SIZES:
        for order in ("big", "little"):
            for length, gap in ((2, 0), (4, 0), (2, 2), (4, 4)):
                wide, high = width.to_bytes(length, order), height.to_bytes(length, order)
                for pair in (wide + b"\0" * gap + high, high + b"\0" * gap + wide):
                    data = data.replace(pair, (huge & (1 << 8 * length) - 1).to_bytes(length, order) * 2 + b"\0" * gap)
    where = int(rng.integers(0, min(len(data), 600)))
    return data[:where] + huge.to_bytes(4, "big") + data[where + 4 :]


def requests(decoder: Decoder, path: Path) -> list[tuple[Callable[[], object], float]]:
    """What is asked about each file, and after how many seconds it must have ended."""
    hear, look = AudioPlan(max_seconds=30), SweepPlan(max_seconds=30)
    base = LIMITS.base_seconds + GRACE
    return [
        (lambda: decoder.identify(path), base),
        (lambda: decoder.audio(path, hear), base + AUDIO_REAL_TIME * hear.max_seconds),
        (lambda: decoder.keyframes(path, at_most=6), base + KEYFRAME_SECONDS * 6),
        (lambda: list(decoder.sweep(path, look)), base + VIDEO_REAL_TIME * look.max_seconds),
    ]


def outcome(act: Callable[[], object], canary_id: str) -> tuple[str, bool]:
    """How a request ended, and whether its answer holds anything of the canary."""
    try:
        answer = act()
    except MediaError as error:
        return error.reason, False
    except Exception as error:
        return f"PARENT {type(error).__name__}", False
    return "ok", isinstance(answer, MediaInfo) and (answer.audio_id == canary_id or "CANARY" in answer.tags.values())


def attack_files(decoder: Decoder, count: int, seed: int, console: Console) -> bool:
    """All mutated files; → whether everything held."""
    rng = np.random.default_rng(seed)
    outcomes: dict[str, Counter[str]] = {}
    hangs = touched = crashes = 0
    slowest = 0.0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(2) as pool:
        folder = Path(name)
        canaries = Canaries(folder)
        canary_id = decoder.identify(canaries.path).audio_id
        canaries.arm()
        seeds = write_seeds(folder)
        files = folder / "files"
        files.mkdir()

        def attack(task: tuple[str, Path]) -> list[tuple[str, str, float, bool, bool]]:
            kind, path = task
            found = []
            for act, limit in requests(decoder, path):
                start = time.monotonic()
                result, leaked = outcome(act, str(canary_id))
                seconds = time.monotonic() - start
                found.append((kind, result, seconds, seconds > limit, leaked))
            path.unlink()
            return found

        tasks = (mutate(rng, seeds, canaries, files, number) for number in range(count))
        for results in track(pool.map(attack, tasks), "mutated files", total=count, console=console):
            for kind, result, seconds, hung, leaked in results:
                outcomes.setdefault(kind, Counter())[result] += 1
                slowest = max(slowest, seconds)
                hangs += hung
                crashes += result.startswith("PARENT")
                touched += leaked
        touched += canaries.reached()
        watched = canaries.watches_reading
    columns = sorted({result for counter in outcomes.values() for result in counter}, key=lambda r: (r != "ok", r))
    table = Table("mutation", *columns, title=f"{count} mutated files, 4 requests each, seed {seed}")
    for kind, counter in outcomes.items():
        table.add_row(kind, *(str(counter[column]) for column in columns))
    console.print(table)
    console.print(
        f"parent crashes {crashes}, hangs past the timeout {hangs}, canaries reached {touched}"
        f" (reading {'is' if watched else 'is NOT'} watched), slowest request {slowest:.2f} s,"
        f" {time.monotonic() - began:.0f} s in all"
    )
    return not (crashes or hangs or touched)


def attack_from_inside(console: Console) -> bool:
    """A child that runs hostile code on purpose; → whether everything held."""
    table = Table("hostile child", "tried", "done", "clean errors", title="code run inside the sandbox on purpose")
    held = True
    limits = Limits(base_seconds=1.0, stall_seconds=1.0, memory=600 << 20, answer_bytes=64 << 20)
    workers = ForkServer("media.hostile:OPERATIONS")
    with tempfile.TemporaryDirectory() as name, Decoder(limits, workers=workers) as decoder:
        folder = Path(name)
        song = write_audio(folder / "song.flac")
        canaries = Canaries(folder)
        params = {"target": str(canaries.path), "port": canaries.port, "pid": os.getpid()}
        for group, operations in (
            ("reaches out", hostile.ATTEMPTS),
            ("crashes or lies", hostile.CRASHES),
            ("hangs", hostile.HANGS),
        ):
            done = clean = 0
            for operation in track(operations, group, console=console):
                try:
                    done += decoder._single(song, operation, params, 0.0)[0].has("done")
                except MediaError:
                    clean += 1
                done += canaries.reached()
                decoder.identify(song)
            table.add_row(group, str(len(operations)), str(done), str(clean))
            held &= done == 0
        held &= sorted(p.name for p in folder.iterdir()) == ["canary.mp3", "song.flac"]
    console.print(table)
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    console = Console(width=120)
    with Decoder(LIMITS) as decoder:
        for wall in decoder.protections():
            console.print(f"{'+' if wall.active else '-'} {wall.name}: {wall.detail}", markup=False)
        held = attack_files(decoder, options.files, options.seed, console)
    held &= attack_from_inside(console)
    console.print("everything held" if held else "SOMETHING GAVE WAY")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
