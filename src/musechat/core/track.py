"""A piece of music as the library knows it by name: `Track`, and where each fact about it came from.

In: tags, file names, sidecars, a user's corrections. Out: what every room calls a track.

- The id is a hash of the audio packets, so a renamed, moved or retagged file is the same track.
- Facts are for people; what was measured on the sound travels as `TrackFeatures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FactSource = Literal["you", "sidecar", "tag", "file name", "folder"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One piece of metadata and where it was read. A user's own word ("you") outranks every other source."""

    value: str
    source: FactSource


@dataclass(frozen=True, slots=True)
class Track:
    """One track of the library.

    `id`: SHA-256 (hex) of the demuxed audio packets. `duration`: seconds. `path`: one present file of it, or the
    last known one when `missing`. `duplicate_of`: the id of the near-duplicate that stands for it, or None.
    """

    id: str
    path: str
    duration: float
    title: Fact
    artist: Fact | None = None
    album: Fact | None = None
    genre: Fact | None = None
    year: Fact | None = None
    licence: Fact | None = None
    missing: bool = False
    duplicate_of: str | None = None

    @property
    def label(self) -> str:
        """Title and artist in one line, as people name a track."""
        return f"“{self.title.value}” by {self.artist.value}" if self.artist else f"“{self.title.value}”"


EDITABLE = ("title", "artist", "album", "genre", "year", "licence")
"""The facts that a user may correct, in the order in which they are shown."""
