from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from library.fakes import FakeAnalyse, FakeIdentify
from musechat.library import Store, Summary, import_music


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library", "w") as opened:
        yield opened


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def identify() -> FakeIdentify:
    return FakeIdentify()


@pytest.fixture
def analyse() -> FakeAnalyse:
    return FakeAnalyse()


@pytest.fixture
def bring(store: Store, music: Path, identify: FakeIdentify, analyse: FakeAnalyse) -> Callable[..., Summary]:
    """Imports the music folder, or the paths given."""

    def run(*paths: Path, **options: object) -> Summary:
        return import_music(store, paths or (music,), identify, analyse, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def powerless() -> Iterator[Path]:
    """A folder, and no right of root to write where permissions forbid it."""
    folder = Path(tempfile.mkdtemp(prefix="musechat-powerless-"))
    folder.chmod(0o777)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o700 if path.is_dir() else 0o600)
        shutil.rmtree(folder)
