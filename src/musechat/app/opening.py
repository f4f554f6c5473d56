"""What a conversation starts from besides the clip: `Opening`, and the `Start` that comes of it.

In: a licence, a piece of music as an example, how many renders back nothing may be used again. Out: `Start`.

- The example is any music file, a track of the library, or the clip's own sound: its temporary music.
- The example itself is never proposed, nor what sounds as good as the same; `match` sees to the latter.
- What is silent, or too short to measure its loudness, is no example: nearness to it would mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.core.conversation import Reference, Start
from musechat.core.errors import InputError, MediaError
from musechat.core.request import Constraints, Request
from musechat.core.settings import Quality
from musechat.core.text import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from musechat.app.library import Library
    from musechat.app.record import Record

SPOKEN = 0.8
"""Share of a clip that is speech from which its own sound is no music to go by."""


@dataclass(frozen=True, slots=True)
class Opening:
    """`licence`: what the music must allow, until the words lift it. `like`: a music file, or a track of the library by
    title or id. `replace_music`: the clip's own sound is the example. `fresh`: no track of the last so many renders.
    """

    licence: str | None = None
    like: str | None = None
    replace_music: bool = False
    fresh: int = 0


def start(library: Library, video: Path | None, opening: Opening, record: Record | None) -> Start:
    """Raises `InputError` or `MediaError` for an example that cannot be had."""
    reference, avoid = None, () if record is None or not opening.fresh else record.used(opening.fresh)
    if opening.like is not None and opening.replace_music:
        raise InputError("Give a song as the example, or the clip's own music, not both.")
    if opening.like is not None:
        reference, itself = _song(library, opening.like)
        avoid = (*avoid, itself)
    elif opening.replace_music:
        reference = _own_music(library, video)
    licence = None if opening.licence is None else one_line(opening.licence)
    if licence == "":
        raise InputError('Say what the music must allow, for example "CC BY" or "commercial use".')
    limits = Constraints(licence=licence)
    return Start(Request(constraints=limits), reference, tuple(dict.fromkeys(avoid)))


def _song(library: Library, wanted: str) -> tuple[Reference, str]:
    from musechat.app.laid import find_music, heard

    track = find_music(library, wanted)
    features = heard(library, track)
    if features.loudness is None:
        raise InputError(f"{one_line(track.label)} is silent or too short to be an example; give another song.")
    return Reference(one_line(track.label), features, "song"), track.id


def _own_music(library: Library, video: Path | None) -> Reference:
    if video is None:
        raise InputError("This conversation is not about a clip, so there is no music of its own to replace.")
    name = one_line(video.name)
    try:
        features = library.models.tracks(video, Quality.BALANCED)
    except MediaError as error:
        if error.reason != "no_audio":
            raise
        raise InputError(f"{name} has no sound, so there is no music to replace; give a song with --like.") from error
    if features.loudness is None:
        raise InputError(f"The sound of {name} is silent or too short to go by; give a song with --like.")
    sound = library.models.videos.listen(video)
    length = library.models.decoder.probe(video).clip_seconds
    if sum(end - begin for begin, end in sound.speech or ()) > SPOKEN * length:
        raise InputError(f"Somebody speaks nearly all through {name}: its sound is no music to go by.")
    return Reference(f"the music of {name}", features, "clip")
