"""What is heard in the real labelled tracks, cached: `read`.

In: the tracks of `fetch.py`. Out: `.npz` files with tags and measurements in a cache folder; `Labelled` read from them.

- `sounds`: the cache of `fetch.py`. What was heard already is not heard again.
- Halves part artists, not tracks: one artist's sound is in one half only.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from musechat.app.models import Models
from musechat.concepts.vocabulary import ATTRIBUTES
from musechat.core.errors import MuseChatError
from musechat.core.settings import Quality
from truth.fetch import RealTrack, fetch_tracks, tracks
from truth.generated import Half, Labelled

CACHE = Path(tempfile.gettempdir(), "musechat-real")


def _group(track: RealTrack) -> str:
    """The artist, or the package where none is named."""
    return (track.artist or track.package).casefold()


@cache
def halves() -> Mapping[str, Half]:
    """Artist → half: the most prolific first, each into the smaller half."""
    sizes = Counter(map(_group, tracks()))
    held: dict[Half, int] = {"fit": 0, "test": 0}
    found: dict[str, Half] = {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        half: Half = "fit" if held["fit"] <= held["test"] else "test"
        found[name] = half
        held[half] += size
    return found


def _path(track: RealTrack, cache: Path) -> Path:
    return cache / f"{hashlib.sha256(f'{track.package}/{track.path}'.encode()).hexdigest()[:24]}.npz"


def hear(sounds: Path, cache: Path, wanted: Sequence[RealTrack]) -> None:
    """Fetch and analyse what is not cached yet."""
    cache.mkdir(parents=True, exist_ok=True)
    waiting = [track for track in wanted if not _path(track, cache).exists()]
    models = Models(threads=1)
    for count, (path, track) in enumerate(fetch_tracks(sounds, waiting), 1):
        try:
            heard = models.tracks(path, Quality.BALANCED)
        except MuseChatError as error:
            print(f"{path}: {error}", flush=True)
            continue
        measured = [np.nan if (value := getattr(heard, name)) is None else value for name in ATTRIBUTES]
        target = _path(track, cache)
        with target.with_suffix(".part").open("wb") as file:
            np.savez(file, tags=heard.tags.astype(np.float16), attributes=np.array(measured, np.float32))
        target.with_suffix(".part").replace(target)
        if count % 20 == 0 or count == len(waiting):
            print(f"{count} of {len(waiting)} heard", flush=True)
    models.close()


def read(cache: Path = CACHE, wanted: Sequence[RealTrack] | None = None) -> list[Labelled]:
    """Every track that was heard, with its labels."""
    return [_read(track, cache) for track in wanted or tracks() if _path(track, cache).exists()]


def _read(track: RealTrack, cache: Path) -> Labelled:
    with np.load(_path(track, cache)) as kept:
        tags, attributes = kept["tags"].astype(np.float32).mean(axis=0), kept["attributes"]
    present, absent = frozenset(track.present), frozenset(track.absent)
    return Labelled(track.path, "real", halves()[_group(track)], tags, attributes, present, absent)
