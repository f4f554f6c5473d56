"""Kills an import with SIGKILL at random moments and looks at what is left.

    python benchmarks/kill.py [--kills 100] [--files 200] [--seed 0]

A child process imports generated files into a real library with a fast analyser that writes features of real size. It
is killed at a moment drawn evenly from the length of a whole import; then the library must open and pass SQLite's
checks, hold all that the child had reported as done, and nothing twice; and the import is run again, killed again one
time in two, until it comes to its end with exactly the tracks that the files hold.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from musechat.core.errors import MediaError
from musechat.core.features import EncoderId, Form, TrackFeatures
from musechat.core.settings import Quality
from musechat.library import Store, import_music
from musechat.library.matrix import Matrix


@dataclass(frozen=True)
class Info:
    """What identifying a made file tells: its first line is the sound, its second the title."""

    audio_id: str | None
    duration: float
    tags: dict[str, str]


def identify(path: Path) -> Info:
    sound, title = path.read_text().split("\n")
    if sound == "broken":
        raise MediaError(f"{path.name} is broken.")
    return Info(hashlib.sha256(sound.encode()).hexdigest(), 180.0, {"title": title})


class Analyse:
    """Features of real size in two milliseconds."""

    encoder = EncoderId("kill", "1")

    def __call__(self, path: Path, quality: Quality) -> TrackFeatures:
        rng = np.random.default_rng(int(hashlib.sha256(path.read_text().split("\n")[0].encode()).hexdigest()[:12], 16))
        time.sleep(0.002)
        embeddings, tags = rng.normal(size=(16, 400)).astype(np.float32), rng.random((16, 100)).astype(np.float32)
        starts, energy = np.arange(16, dtype=np.float32), rng.random(180).astype(np.float32)
        form = Form(*(np.zeros(n, np.float32) for n in (360, 90, 8, 2, 2)))
        numbers = (120.0, 0.5, None, 0.0, 0.5, 3, "minor", 0.5, -14.0, 6.0)
        return TrackFeatures(self.encoder, starts, embeddings, tags, *numbers, energy, form, 0.0, 0.0)  # type: ignore[arg-type]


class Report:
    """Says on stdout which files are done."""

    def start(self, label: str, total: float) -> None:
        print(f"start {total:.0f}", flush=True)

    def advance(self, amount: float, detail: str = "") -> None:
        print(f"done {detail}", flush=True)


@dataclass
class Outcome:
    """What the checks found, over all kills."""

    kills: int = 0
    finished: int = 0
    lost: int = 0
    doubled: int = 0
    broken: int = 0
    unfinished: int = 0
    held: list[int] = field(default_factory=list)


def make_files(folder: Path, count: int) -> tuple[dict[str, str], int]:
    """Files with a sound each, every tenth a copy of the one before, every twentieth broken: name → id, and errors."""
    sounds: dict[str, str] = {}
    errors = 0
    for i in range(count):
        name = f"{i % 7}/{i:04d}.ogg"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        sound = "broken" if i % 20 == 13 else f"sound {i - (i % 10 == 5)}"
        (folder / name).write_text(f"{sound}\nTitle {i}")
        if sound == "broken":
            errors += 1
        else:
            sounds[Path(name).name] = hashlib.sha256(sound.encode()).hexdigest()
    return sounds, errors


def child(library: Path, music: Path) -> subprocess.Popen[str]:
    """An import that is about to begin."""
    command = [sys.executable, __file__, "--work", str(library), str(music)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def check(library: Path, sounds: dict[str, str], said: list[str], outcome: Outcome) -> None:
    """Looks at what a killed import left behind."""
    if not (library / "library.sqlite").exists():
        return
    with Store.open(library, "w") as store:
        rows = store.database.rows
        sane = rows("PRAGMA integrity_check") == [("ok",)] and not rows("PRAGMA foreign_key_check")
        ids = [track.id for track in store.tracks()]
        heard = {row[0] for row in rows("SELECT track FROM features JOIN segments USING (track)")}
        outcome.broken += not sane or len(Matrix.load(store)) != len(heard) or heard != set(ids)
        outcome.doubled += len(ids) - len(set(ids)) + len(set(ids) - set(sounds.values()))
        done = {sounds[name] for name in said if name in sounds}
        outcome.lost += len(done - set(ids))
        outcome.held.append(len(ids))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    outcome = Outcome()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        music = Path(place) / "music"
        sounds, errors = make_files(music, options.files)
        process = child(Path(place) / "first", music)
        started = time.perf_counter()
        process.communicate()
        whole = time.perf_counter() - started
        number, said = 0, []
        while outcome.kills < options.kills or said:
            library = Path(place) / f"library {number}"
            process = child(library, music)
            if outcome.kills < options.kills and (not said or dice.random() < 0.5):
                time.sleep(dice.uniform(0, whole))
                process.send_signal(signal.SIGKILL)
            output, _ = process.communicate()
            said += [line.removeprefix("done ") for line in output.splitlines() if line.startswith("done ")] or ["-"]
            if process.returncode == -signal.SIGKILL:
                outcome.kills += 1
                check(library, sounds, said, outcome)
                continue
            outcome.finished += 1
            with Store.open(library) as store:
                complete = {track.id for track in store.tracks()} == set(sounds.values())
                files = store.database.rows("SELECT count(*) FROM files WHERE present")[0][0]
                outcome.unfinished += not complete or files != len(sounds) or len(store.errors()) != errors
                outcome.unfinished += process.returncode != 0
            number, said = number + 1, []
    spread = np.quantile(outcome.held, [0, 0.25, 0.5, 0.75, 1]).round().astype(int).tolist()
    table = {
        "kills": outcome.kills,
        "seconds of a whole import": f"{whole:.2f}",
        "tracks held after a kill (min, quartiles, max)": spread,
        "tracks lost": outcome.lost,
        "tracks doubled or invented": outcome.doubled,
        "libraries that failed a check": outcome.broken,
        "imports run to their end": outcome.finished,
        "of these incomplete": outcome.unfinished,
        "seconds": f"{time.perf_counter() - begun:.0f}",
    }
    for name, value in table.items():
        print(f"{name:<50}{value}")
    sys.exit(1 if outcome.lost or outcome.doubled or outcome.broken or outcome.unfinished else 0)


def work(library: Path, music: Path) -> None:
    """The child's part."""
    print("ready", flush=True)
    with Store.open(library, "w") as store:
        import_music(store, [music], identify, Analyse(), threads=2, progress=Report())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
