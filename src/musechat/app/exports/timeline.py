"""The editing timeline: clip and music where they lie, for editing programs.

In: a `Laid`. Out: `timeline.otio`, OpenTimelineIO's JSON (schemas Timeline.1, Stack.1, Track.1, Clip.2, Gap.1,
ExternalReference.1, Marker.2, TimeRange.1, RationalTime.1).

- Picture runs at the clip's exact frame rate, sound in samples at 48 kHz; borders of stretches are rounded once, so
  that neither gaps nor overlaps come of it.
- Media are named by their absolute addresses, the only ones that every editor finds.
- Fades travel as metadata under "musechat": editors read no common form of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musechat.app.contract import printable
from musechat.app.times import exact_rate
from musechat.core.text import one_line

if TYPE_CHECKING:
    from fractions import Fraction

    from musechat.app.laid import Laid
    from musechat.core.fit import Piece
    from musechat.media import OwnSound

SAMPLES = 48_000
MILLISECONDS = 1000


def timeline(laid: Laid, own_sound: OwnSound) -> str:
    """The timeline as JSON; the clip's own sound is on it unless it is dropped."""
    clip, fit, track = laid.clip, laid.fit, laid.track
    rate: float | Fraction = exact_rate(clip.fps) or MILLISECONDS
    title = one_line(printable(track.title.value))
    picture = _clip(Path(clip.path), clip.duration, _range(0.0, clip.duration, rate), rate)
    tracks = [_track("V1", "Video", [picture])]
    if own_sound != "drop" and clip.has_sound:
        own = _clip(Path(clip.path), clip.duration, _range(0.0, clip.duration, SAMPLES), SAMPLES)
        tracks.append(_track("A1", "Audio", [own]))
    music: list[dict[str, Any]] = []
    if fit.pieces[0].at > 0:
        music.append(_item("Gap.1", "", _range(0.0, fit.pieces[0].at, SAMPLES)))
    media = Path(track.path), track.duration
    music += (_clip(*media, _source(piece, track.duration), SAMPLES, title) for piece in fit.pieces)
    joins = [_marker("join", piece.at, rate, "YELLOW") for piece in fit.pieces[1:]]
    hits = [] if fit.hit is None else [_marker("hit", fit.hit.clip, rate, "RED")]
    stack = _item("Stack.1", "tracks", None, children=[*tracks, _track("A2", "Audio", music)], markers=[*hits, *joins])
    whole = {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {"musechat": _facts(laid, own_sound)},
        "name": f"{one_line(printable(Path(clip.path).stem))} with {title}",
        "global_start_time": None,
        "tracks": stack,
    }
    return json.dumps(whole, indent=2, allow_nan=False) + "\n"


def _facts(laid: Laid, own_sound: OwnSound) -> dict[str, Any]:
    fit, track = laid.fit, laid.track
    hit = None if fit.hit is None else {"clip": fit.hit.clip, "track": fit.hit.track, "asked_by": fit.hit.asked_by}
    return {
        "fit": {"manner": fit.manner, "fade_in": fit.fade_in, "fade_out": fit.fade_out, "hit": hit},
        "own_sound": own_sound,
        "track": {
            "id": track.id,
            "title": printable(track.title.value),
            "artist": None if track.artist is None else printable(track.artist.value),
            "licence": None if track.licence is None else printable(track.licence.value),
            "loudness_lufs": laid.features.loudness,
        },
    }


def _track(name: str, kind: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    return _item("Track.1", name, None, children=children, kind=kind)


def _clip(
    path: Path, duration: float, source: dict[str, Any], rate: float | Fraction, name: str | None = None
) -> dict[str, Any]:
    file = one_line(printable(path.name))
    media = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "metadata": {},
        "name": file,
        "available_range": _range(0.0, duration, rate),
        "available_image_bounds": None,
        "target_url": path.absolute().as_uri(),
    }
    return _item(
        "Clip.2",
        file if name is None else name,
        source,
        media_references={"DEFAULT_MEDIA": media},
        active_media_reference_key="DEFAULT_MEDIA",
    )


def _item(schema: str, name: str, source: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    common: dict[str, Any] = {
        "metadata": {},
        "name": name,
        "source_range": source,
        "effects": [],
        "markers": [],
        "enabled": True,
    }
    return {"OTIO_SCHEMA": schema, **common, **more}


def _marker(name: str, at: float, rate: float | Fraction, colour: str) -> dict[str, Any]:
    marked = _range(at, at, rate)
    common = {"metadata": {}, "name": name, "color": colour, "marked_range": marked, "comment": ""}
    return {"OTIO_SCHEMA": "Marker.2", **common}


def _range(start: float, end: float, rate: float | Fraction) -> dict[str, Any]:
    """From `start` to `end` seconds: both are rounded, not the length."""
    first, last = round(start * float(rate)), round(end * float(rate))
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _units(first, rate), "duration": _units(last - first, rate)}


def _source(piece: Piece, duration: float) -> dict[str, Any]:
    """What of the track sounds: as long as it lies on the timeline, and never beyond the track's end."""
    laid = _range(piece.at, piece.until, SAMPLES)
    last = round(duration * SAMPLES) - laid["duration"]["value"]
    return laid | {"start_time": _units(max(0, min(round(piece.start * SAMPLES), last)), SAMPLES)}


def _units(value: float, rate: float | Fraction) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}
