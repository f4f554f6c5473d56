"""Rendering real clips with real music through the command line, checked by FFmpeg's own tools."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

pytestmark = pytest.mark.real


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "musechat", *map(str, words)]


def answer(*words: object) -> dict[str, object]:
    done = subprocess.run(command(*words, "--json"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def song(songs: list[Path]) -> Path:
    return next(path for folder in songs for path in sorted(folder.rglob("*.ogg")) if path.stem.startswith("01"))


def pictures(path: Path) -> tuple[int, str, float]:
    """How many packets, a hash of all, and how long they are shown, in seconds."""
    digest, count, ends = hashlib.sha256(), 0, []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                digest.update(bytes(packet))
                count += 1
                ends.append((packet.pts + (packet.duration or 0)) * packet.time_base)
    return count, digest.hexdigest(), float(max(ends))


def levels(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP as the ffmpeg program measures them."""
    line = ["ffmpeg", "-nostats", "-i", str(path), "-map", "0:a", "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stderr
    summary = said[said.rindex("Summary:") :]
    loudness, peak = (re.search(rf"{name}:\s+(-?[\d.]+)", summary) for name in ("I", "Peak"))
    assert loudness and peak
    return float(loudness[1]), float(peak[1])


@pytest.mark.parametrize(
    ("clip", "own_sound", "lufs"), [("bunny", "duck", -14), ("bunny", "drop", -23), ("bikes", "keep", -16)]
)
def test_a_real_clip_keeps_its_pictures_and_gets_its_loudness(
    request: pytest.FixtureRequest, tmp_path: Path, song: Path, clip: str, own_sound: str, lufs: int
) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    source, out = request.getfixturevalue(clip), tmp_path / "out.mp4"
    told = answer("render", source, song, "-o", out, "--own-sound", own_sound, "--lufs", lufs, "--offset", 20)
    rendered = told["rendered"]
    assert isinstance(rendered, dict)
    assert rendered["copied"] and rendered["codec"] == "h264"
    count, digest, seconds = pictures(source)
    assert pictures(out)[:2] == (count, digest)
    assert rendered["seconds"] == pytest.approx(seconds, abs=1 / 20)
    loudness, peak = levels(out)
    assert loudness == pytest.approx(lufs, abs=0.5)
    assert peak <= -1.0


def test_a_real_render_that_is_killed_leaves_nothing_under_its_name(tmp_path: Path, bunny: Path, song: Path) -> None:
    out = tmp_path / "out.mp4"
    line = command("render", bunny, song, "-o", out, "--offset", "0")
    chance = random.Random(4)
    for _ in range(4):
        with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(0.5, 2.5))
            os.kill(process.pid, signal.SIGKILL)
        assert not out.exists() or pictures(out)[0] == pictures(bunny)[0]
        out.unlink(missing_ok=True)
    assert subprocess.run(line, capture_output=True, check=False).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
