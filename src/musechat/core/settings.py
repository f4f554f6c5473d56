"""Homes and dials.

In: environment variables and the platform. Out: where things lie, and how thorough an analysis is.

- `MUSECHAT_HOME` and `MUSECHAT_LIBRARY` override the platform's user-data folder.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path


class Quality(StrEnum):
    """The one dial of an analysis, from least to most work."""

    FAST = "fast"
    BALANCED = "balanced"
    THOROUGH = "thorough"

    @property
    def rank(self) -> int:
        """0, 1, 2: a higher rank is more work and never worse."""
        return list(Quality).index(self)


def home() -> Path:
    """The folder of settings, caches and the default library; not created here."""
    if override := os.environ.get("MUSECHAT_HOME"):
        return _folder(override)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "MuseChat"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "MuseChat"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "musechat"


def default_library() -> Path:
    """The folder of the library that commands use when none is named."""
    override = os.environ.get("MUSECHAT_LIBRARY")
    return _folder(override) if override else home() / "library"


def _folder(text: str) -> Path:
    """A folder from the environment; `~nobody/x` stays as it is, where `Path.expanduser` would raise."""
    return Path(os.path.expanduser(text))  # noqa: PTH111
