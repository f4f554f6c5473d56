from __future__ import annotations

from pathlib import Path

import pytest

from musechat.core import settings
from musechat.core.settings import Quality


def test_the_environment_overrides_the_homes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MUSECHAT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MUSECHAT_LIBRARY", raising=False)
    assert settings.default_library() == tmp_path / "home" / "library"
    monkeypatch.setenv("MUSECHAT_LIBRARY", str(tmp_path / "other"))
    assert settings.default_library() == tmp_path / "other"


@pytest.mark.parametrize(("platform", "part"), [("linux", "musechat"), ("darwin", "Library"), ("win32", "MuseChat")])
def test_each_platform_has_its_user_data_folder(monkeypatch: pytest.MonkeyPatch, platform: str, part: str) -> None:
    for name in ("MUSECHAT_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(settings.sys, "platform", platform)
    assert part in settings.home().parts
    assert settings.home().is_absolute()


def test_quality_orders_from_least_to_most_work() -> None:
    assert sorted(Quality, key=lambda q: q.rank) == [Quality.FAST, Quality.BALANCED, Quality.THOROUGH]
