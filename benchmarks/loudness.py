"""Loudness of real tracks: ours against FFmpeg's own `ebur128` run over the file.

    python benchmarks/loudness.py [--media FOLDER]

Needs the `ffmpeg` program, which reads each file by itself.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path

from musechat.app import freemedia
from musechat.core.protocols import Silent
from musechat.core.settings import home
from musechat.media import Decoder


def reference(path: Path) -> float:
    command = [
        "ffmpeg",
        "-nostdin",
        "-hide_banner",
        "-i",
        str(path),
        "-map",
        "0:a:0",
        "-af",
        "ebur128",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, default=home() / "demo" / "media")
    folders = freemedia.fetch(freemedia.MUSIC, parser.parse_args().media, Silent())
    worst = (0.0, "")
    files = [path for folder in folders for path in freemedia.audio_files(folder)]
    with Decoder() as decoder:
        for path in files:
            ours = decoder.audio(path).loudness_lufs
            difference = float("inf") if ours is None else abs(ours - reference(path))
            worst = max(worst, (difference, path.name))
    print(f"{len(files)} files: largest difference {worst[0]:.2f} LU ({worst[1]})")


if __name__ == "__main__":
    main()
