"""Import of real music: seconds per four minutes of audio, memory, and a second run over 1,000 files.

    python benchmarks/importing.py [--media FOLDER] [--threads 2] [--quality balanced]

Runs the real command in a process of its own; memory is the sum of RSS over it and all its children, read from /proc
every 50 ms (Linux only).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path

import numpy as np

from musechat.app import freemedia
from musechat.core.protocols import Silent
from musechat.core.settings import home

FOUR_MINUTES = 240.0


def tree_rss(root: int) -> int:
    """Bytes resident over a process and its descendants; 0 where it has ended."""
    parents: dict[int, int] = {}
    resident: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        except OSError:
            continue
        pid = int(folder.name)
        parents[pid] = int(status["PPid"])
        resident[pid] = int(status.get("VmRSS", "0 kB").split()[0]) * 1024
    total = 0
    for pid, rss in resident.items():
        walk = pid
        while walk not in (0, 1, root):
            walk = parents.get(walk, 0)
        total += rss if walk == root else 0
    return total


def run(command: list[str]) -> tuple[float, int, dict[str, object]]:
    """Seconds, peak bytes over all processes, and the JSON that the command printed."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, tree_rss(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, err = process.communicate()
    seconds = time.perf_counter() - begun
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(err)
    return seconds, peak, json.loads(out)


def tiny_files(folder: Path, count: int) -> None:
    """Short unlike sounds: what counts in a second run is the number of files."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for number in range(count):
        with wave.open(str(folder / f"{number:04d}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes((rng.normal(0, 3000, 16_000)).astype(np.int16).tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, default=home() / "demo" / "media")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--quality", default="balanced")
    parser.add_argument("--files", type=int, default=1000)
    options = parser.parse_args()
    music = freemedia.fetch(freemedia.MUSIC, options.media, Silent())
    musechat = [sys.executable, "-m", "musechat"]
    with tempfile.TemporaryDirectory() as scratch:
        library = ["--library", f"{scratch}/library", "--json"]
        index = [*musechat, "index", "--threads", options.threads, "--quality", options.quality, *library]
        seconds, peak, done = run([*index, *map(str, music)])
        tracks = json.loads(subprocess.check_output([*musechat, "library", "list", *library], text=True))["tracks"]
        audio = sum(track["duration"] for track in tracks)
        print(f"summary: {done['summary']}")
        print(f"{len(tracks)} tracks, {audio / 60:.1f} minutes of audio, quality {options.quality}")
        print(f"import: {seconds:.1f} s, {seconds * FOUR_MINUTES / audio:.2f} s per 4 minutes of audio")
        print(f"peak RSS over all processes: {peak / 1e6:.0f} MB")
        seconds, _, _ = run([*index, *map(str, music)])
        print(f"second run over the same music: {seconds:.2f} s")

        tiny_files(Path(scratch) / "tiny", options.files)
        library = ["--library", f"{scratch}/tiny-library", "--json"]
        index = [*musechat, "index", "--threads", options.threads, *library, f"{scratch}/tiny"]
        seconds, _, done = run(index)
        print(f"first run over {options.files} one-second files: {seconds:.1f} s ({done['summary']})")
        times = [run(index)[0] for _ in range(5)]
        print(f"second run over them: median {sorted(times)[2]:.2f} s of {[round(t, 2) for t in times]}")


if __name__ == "__main__":
    main()
