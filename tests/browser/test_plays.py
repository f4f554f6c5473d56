"""A render is played where people watch it: in a browser."""

from __future__ import annotations

import contextlib
import functools
import http.server
import re
import shutil
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from media_files import tone
from musechat import Library
from musechat.app.render import Rendered

pytestmark = pytest.mark.browser

PAGE = b"<!doctype html><title>clip</title><video id=v src=/out.mp4 preload=auto></video>"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Ranges(http.server.SimpleHTTPRequestHandler):
    """Serves one folder, byte ranges included: without them no browser seeks."""

    def do_GET(self) -> None:
        """Answers a whole file, a part of it, or the page."""
        path = Path(self.translate_path(self.path))
        whole = PAGE if self.path == "/" else path.read_bytes() if path.is_file() else None
        if whole is None:
            self.send_error(404)
            return
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start, end = (int(asked[1]), int(asked[2] or len(whole) - 1)) if asked else (0, len(whole) - 1)
        data = whole[start : end + 1]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", "text/html" if whole is PAGE else "video/mp4")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data)))
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{start + len(data) - 1}/{len(whole)}")
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds at 29.97 frames a second, bright first, then red, with a hum of its own."""
    path = tmp_path_factory.mktemp("browser") / "clip.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("h264", rate=Fraction(30000, 1001))
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        for number in range(180):
            picture = np.full((180, 320, 3), (250, 240, 90) if number < 90 else (220, 30, 30), np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode())
        hum = 0.02 * np.sin(2 * np.pi * 200 * np.arange(6 * 48_000) / 48_000)
        frame = av.AudioFrame.from_ndarray(hum[None].astype(np.float32), format="fltp", layout="mono")
        frame.rate = 48_000
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return path


@pytest.fixture(scope="module", params=["copied", "encoded anew"])
def rendered(request: pytest.FixtureRequest, clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The clip with a tune under it: its own packets, or new ones where a browser does not take the old."""
    folder = tmp_path_factory.mktemp("served")
    source = clip
    if request.param != "copied":
        source = folder / "clip.mkv"
        _recode(clip, source)
    song = tone(folder / "song.wav", seconds=20)
    with Library(folder / "no library") as library:
        done = library.render(source, song, folder / "out.mp4", offset=2.0)
    assert done.report.copied is (request.param == "copied")
    return done


def _recode(source: Path, target: Path) -> None:
    with av.open(str(source)) as read, av.open(str(target), "w") as made:
        stream = made.add_stream("mjpeg", rate=Fraction(30000, 1001))
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuvj420p"
        for frame in read.decode(video=0):
            made.mux(stream.encode(frame.reformat(format="yuvj420p")))
        made.mux(stream.encode())


@pytest.fixture(scope="module")
def address(rendered: Rendered) -> Iterator[str]:
    handler = functools.partial(Ranges, directory=str(rendered.path.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as running:
        # A system's Chromium has the codecs that the downloaded one lacks.
        browser = running.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        tab = browser.new_page()
        tab.goto(address)
        tab.wait_for_function("v.readyState >= 3 || v.error", timeout=20_000)
        yield tab
        browser.close()


def test_it_plays_to_the_end(page: Any, rendered: Rendered) -> None:
    assert page.evaluate("v.error && v.error.message") is None
    assert page.evaluate("[v.videoWidth, v.videoHeight]") == [320, 180]
    assert page.evaluate("v.duration") == pytest.approx(180 * 1001 / 30_000, abs=1001 / 30_000)
    assert rendered.report.seconds == pytest.approx(180 * 1001 / 30_000, abs=1001 / 30_000)
    page.evaluate("v.play()")
    page.wait_for_function("v.currentTime > 1", timeout=10_000)
    assert page.evaluate("v.webkitAudioDecodedByteCount") > 0
    assert page.evaluate("v.webkitVideoDecodedByteCount") > 0
    page.evaluate("v.playbackRate = 4")
    page.wait_for_function("v.ended", timeout=15_000)


def test_it_is_seen_and_can_be_sought(page: Any) -> None:
    page.evaluate("v.pause()")
    for moment, colour in ((1.0, (250, 240, 90)), (5.0, (220, 30, 30)), (0.5, (250, 240, 90))):
        page.evaluate("t => new Promise(done => { v.onseeked = done; v.currentTime = t })", moment)
        assert page.evaluate("v.currentTime") == pytest.approx(moment, abs=0.05)
        pixel = page.evaluate(
            """() => {
              const canvas = document.createElement('canvas');
              canvas.width = 320; canvas.height = 180;
              const drawn = canvas.getContext('2d');
              drawn.drawImage(v, 0, 0);
              return Array.from(drawn.getImageData(160, 90, 1, 1).data).slice(0, 3);
            }"""
        )
        assert pixel == pytest.approx(colour, abs=30)


def test_it_is_heard(page: Any) -> None:
    """The music reaches the loudspeakers: its level at the output is far above silence."""
    level = page.evaluate(
        """async () => {
          const context = new AudioContext();
          const source = context.createMediaElementSource(v);
          const meter = context.createAnalyser();
          source.connect(meter);
          v.currentTime = 1; v.playbackRate = 1;
          await context.resume(); await v.play();
          const samples = new Float32Array(meter.fftSize);
          let loudest = 0;
          for (let i = 0; i < 20; i++) {
            await new Promise(done => setTimeout(done, 50));
            meter.getFloatTimeDomainData(samples);
            loudest = Math.max(loudest, ...samples.map(Math.abs));
          }
          v.pause();
          return loudest;
        }"""
    )
    assert level > 0.05
