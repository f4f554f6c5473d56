"""`musechat doctor`: is everything in order on this machine?

In: a library's folder. Out: `Check`s, each with a state and a detail that a user can act on.

- "weak" is a protection or convenience that is missing here; "broken" is something that will not work.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from musechat import __version__
from musechat.app.library import Library
from musechat.core.errors import LibraryError, MuseChatError
from musechat.core.protocols import AudioEncoder, ImageEncoder, SpeechDetector, TextEncoder
from musechat.library import jobs


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
    makers: dict[str, Callable[[], AudioEncoder | ImageEncoder | TextEncoder | SpeechDetector]] = {
        "music encoder": lambda: models.audio,
        "image encoder": lambda: models.image,
        "text encoder": lambda: models.text,
        "speech detector": lambda: models.speech,
    }
    for name, make in makers.items():
        try:
            encoder = make()
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
    last = next(iter(jobs(library.store.database)), None)
    missing = sum(track.missing for track in tracks)
    notes = [f"{len(tracks)} tracks in {library.folder}"]
    if last is not None and last.state == "interrupted":
        notes.append(f"the last import was cut off at {last.done} of {last.total}: run it again")
    notes += [f"{missing} missing"] * bool(missing) + [f"{len(problems)} unreadable files"] * bool(problems)
    return Check("library", "weak" if len(notes) > 1 else "ok", ", ".join(notes))
