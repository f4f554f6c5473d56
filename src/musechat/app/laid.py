"""A track laid under a clip: `Laid`, what a render and every export start from; `lay` makes one.

In: a clip, a track of the library or any music file, where to start or what to hit. Out: one value.

- A file that is not in the library is analysed on the spot and named by its tags and its name.
- The track is heard while the clip is watched: each waits for a decoder of its own.
- Where the start is given the clip is not watched: its sound alone is listened to, for speech.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from musechat.app.times import clock
from musechat.core.errors import InputError, LibraryError, MediaError
from musechat.core.settings import Quality
from musechat.core.text import one_line
from musechat.core.track import Track
from musechat.library.naming import AUDIO_SUFFIXES, name_track

if TYPE_CHECKING:
    from musechat.app.library import Library
    from musechat.core.features import TrackFeatures, VideoProfile
    from musechat.core.fit import Fit
    from musechat.core.protocols import Progress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Laid:
    """`features`: what was heard in the track."""

    clip: VideoProfile
    track: Track
    fit: Fit
    features: TrackFeatures


def lay(
    library: Library,
    video: Path,
    wanted: str,
    offset: float | None = None,
    hit: float | None = None,
    progress: Progress | None = None,
) -> Laid:
    """Lays the track or music file `wanted` under a clip.

    `offset`: the track second to start at; `hit`: the clip second on which the music's lift shall fall; without either
    the best start is looked for. Raises `InputError` for both at once, for moments outside the track or clip, and where
    nothing of the track can be put on the hit.
    """
    from musechat.match.fit import fit

    if offset is not None and hit is not None:
        raise InputError("Give an offset or a moment to hit, not both: each decides where the track starts.")
    length = library.models.decoder.probe(video).clip_seconds
    if hit is not None and not 0 <= hit < length:
        raise InputError(f"Nothing can be hit at {clock(hit)}: the clip is {clock(length)} long.")
    track = find_music(library, wanted)
    if offset is not None and not 0 <= offset < track.duration:
        raise InputError(f"The track cannot start at {clock(offset)}: it is {clock(track.duration)} long.")
    with _aside(library, _hearing(library, track)) as hearing:
        clip = library.models.videos.watch(video, progress) if offset is None else _listened(library, video)
    features = hearing.result()
    found = fit(features, track.duration, clip, start=offset, hit=hit)
    if hit is not None and found.hit is None:
        raise InputError(f"Nothing of {track.label} can fall on {clock(hit)}: no beat was found in it. Give an offset.")
    return Laid(clip, track, found, features)


def find_music(library: Library, wanted: str) -> Track:
    """The library's track by id, title or path, or else the music file at that path."""
    path = Path(wanted)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        return _from_file(library, path)
    try:
        track = library.find(wanted)
    except LibraryError as error:
        raise InputError(f"{one_line(wanted)!r} is no music file, and no track either: {error}") from None
    except InputError:
        if path.suffix.lower() in AUDIO_SUFFIXES:
            raise InputError(f"There is no file {one_line(wanted)!r}, and no such track of the library.") from None
        raise
    if not os.path.exists(track.path):  # noqa: PTH110 - unlike Path.exists it never raises
        raise InputError(f"{track.label} is gone from {one_line(track.path, 500)}; import it from where it is now.")
    return track


def heard(library: Library, track: Track) -> TrackFeatures:
    """What is heard in a track: from the library, or analysed on the spot."""
    return _hearing(library, track)()


def _hearing(library: Library, track: Track) -> Callable[[], TrackFeatures]:
    """As `heard`, to be called in any thread: the library is looked into here and now."""
    with contextlib.suppress(LibraryError):
        if (known := library.store.features(track.id)) is not None:
            return lambda: known
    return partial(library.models.tracks, Path(track.path), Quality.BALANCED)


def _from_file(library: Library, path: Path) -> Track:
    """The library's track that this file holds, wherever the library last saw it; else one named by the file alone."""
    from musechat.library.scan import scan
    from musechat.library.song_folder import SongFolder

    info = library.models.decoder.identify(path)
    if info.audio_id is None:
        raise MediaError(f"{path.name} holds no sound; give a music file.", "no_audio")
    with contextlib.suppress(LibraryError):
        if library.store.has(info.audio_id):
            return dataclasses.replace(library.store.track(info.audio_id), path=str(path.absolute()), missing=False)
    company = next((found.folder for found in scan([path]).files), SongFolder(path.parent.name))
    facts = name_track(path.absolute(), info.tags, company)
    return Track(info.audio_id, str(path.absolute()), info.duration, missing=False, duplicate_of=None, **facts)


def _listened(library: Library, video: Path) -> VideoProfile:
    """What a first look sees, and everything that is heard."""
    videos = library.models.videos
    with _aside(library, partial(videos.first_look, video)) as looking:
        sound = videos.listen(video)
    return dataclasses.replace(looking.result(), own_loudness=sound.loudness, speech=sound.speech, notes=sound.notes)


@contextlib.contextmanager
def _aside(library: Library, work: Callable[[], T]) -> Iterator[Future[T]]:
    """Work that is done beside the block. Where the block fails, the decoder is closed: nobody waits for the work."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(work)
        except BaseException:
            library.models.decoder.close()
            raise
