"""`musechat doctor`: is everything in order on this machine?

In: a library's folder. Out: `Check`s, each with a state and a detail that a user can act on.

- "weak" is a protection or convenience that is missing here; "broken" is something that will not work.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from musechat import __version__
from musechat.app.library import Library
from musechat.core.errors import LibraryError, MuseChatError
from musechat.core.protocols import AudioEncoder, ImageEncoder, TextEncoder


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    name: str
    state: Literal["ok", "weak", "broken"]
    detail: str


def examine(folder: Path | None) -> list[Check]:
    """All checks; every real model is run once on a probe."""
    with Library(folder) as library:
        return [_program(), *_encoders(library), *_protections(library), _library(library)]


def _program() -> Check:
    return Check("musechat", "ok", f"{__version__} on Python {platform.python_version()}, {platform.system()}")


def _encoders(library: Library) -> Iterator[Check]:
    models = library.models
    encoders: dict[str, AudioEncoder | ImageEncoder | TextEncoder] = {
        "music encoder": models.audio,
        "image encoder": models.image,
        "text encoder": models.text,
    }
    for name, encoder in encoders.items():
        try:
            encoder.self_test()
        except MuseChatError as error:
            yield Check(name, "broken", str(error))
        else:
            yield Check(name, "ok", f"{encoder.name} {encoder.version}, weights whole, probe as expected")


def _protections(library: Library) -> Iterator[Check]:
    try:
        walls = library.models.decoder.protections()
    except MuseChatError as error:
        yield Check("decoder", "broken", str(error))
        return
    for wall in walls:
        yield Check(f"decoder: {wall.name}", "ok" if wall.active else "weak", wall.detail)


def _library(library: Library) -> Check:
    try:
        tracks, problems = library.tracks(), library.errors()
    except LibraryError as error:
        exists = (library.folder / "library.sqlite").exists()
        return Check("library", "broken" if exists else "weak", str(error))
    missing = sum(track.missing for track in tracks)
    notes = [f"{len(tracks)} tracks in {library.folder}"]
    notes += [f"{missing} missing"] * bool(missing) + [f"{len(problems)} unreadable files"] * bool(problems)
    return Check("library", "weak" if missing or problems else "ok", ", ".join(notes))
