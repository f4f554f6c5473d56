from __future__ import annotations

import atexit
from functools import cache, cached_property
from pathlib import Path

import pytest
from hypothesis import settings

from fakes import FakeAudio, FakeImage, FakeSpeech, FakeText
from media_files import film, tone
from musechat.app import library as app_library
from musechat.app.library import Library
from musechat.app.models import Models
from musechat.media import Decoder

settings.register_profile("untimed", deadline=None)  # a slow machine is no defect
settings.load_profile("untimed")


@cache
def shared_decoder() -> Decoder:
    """One real decoder for all tests of the rooms above it: its server takes half a second to start."""
    decoder = Decoder()
    atexit.register(decoder.close)
    return decoder


class FakeModels(Models):
    """The real decoder, measurements and vocabulary; tiny encoders."""

    def close(self) -> None:
        """The decoder is everybody's."""

    @cached_property
    def decoder(self) -> Decoder:
        return shared_decoder()

    @cached_property
    def audio(self) -> FakeAudio:
        return FakeAudio()

    @cached_property
    def image(self) -> FakeImage:
        return FakeImage()

    @cached_property
    def text(self) -> FakeText:
        return FakeText()

    @cached_property
    def speech(self) -> FakeSpeech:
        return FakeSpeech()


@pytest.fixture
def fake_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[FakeModels]:
    """Every `Library` made without models of its own gets the tiny ones, and no home is touched."""
    monkeypatch.setattr(app_library, "Models", FakeModels)
    monkeypatch.setenv("MUSECHAT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MUSECHAT_LIBRARY", raising=False)
    return FakeModels


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six short tunes by three artists, low to high."""
    folder = tmp_path_factory.mktemp("music")
    for number, name in enumerate(("Ann/Low", "Ann/Deep", "Bob/Middle", "Bob/Even", "Cleo/High", "Cleo/Sharp")):
        path = folder / f"{name.replace('/', ' - ')}.wav"
        tone(path, hertz=110 * 1.6**number, bpm=80 + 12 * number, seed=number, seconds=5)
    return folder


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds: a dark shot, then a bright one."""
    return film(tmp_path_factory.mktemp("clips") / "clip.mp4", colours=((20, 20, 60), (240, 200, 90)))


@pytest.fixture(scope="session")
def filled(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds the six tunes."""
    folder = tmp_path_factory.mktemp("library")
    with Library(folder, models=FakeModels(1)) as library:
        library.index([music])
    return folder
