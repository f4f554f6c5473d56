"""The credits: who made the music, under which licence, and what that asks.

In: a `Laid`. Out: `attribution.txt`.

- Follows "title, author, source, licence" as Creative Commons recommends, with the changes that were made: setting
  music to moving pictures makes an adaptation (CC BY-SA 3.0, section 1).
- What is not known is said to be so: silence would read as leave to use the music.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from musechat.app.contract import printable
from musechat.core.text import one_line
from musechat.library.licence import terms

if TYPE_CHECKING:
    from musechat.app.laid import Laid
    from musechat.core.track import Track
    from musechat.library.licence import Terms

_DEMANDS = {
    "by": "Attribution: show the lines above wherever the clip with this music is published.",
    "nc": "NonCommercial: this music may not be used for anything commercial, advertising included, unless its owner "
    "agrees.",
    "nd": "NoDerivatives: setting music to moving pictures counts as changing it, so its owner must agree before this "
    "clip is published with it.",
    "sa": "ShareAlike: the clip with this music may only be published under the same licence.",
}
_COPYLEFT = ("GPL", "LGPL", "Free Art License")


def attribution(laid: Laid) -> str:
    """The credits as plain text."""
    track = laid.track
    known = None if track.licence is None else terms(track.licence.value)
    album = "" if track.album is None else f"from {track.album.value}"
    year = "" if track.year is None else f"({track.year.value})"
    lines = [
        f"Music in {one_line(Path(printable(laid.clip.path)).name)}",
        "",
        track.label,
        *([f"{album} {year}".strip()] if album or year else []),
        *_licence(track, known),
        f"Changes: {_changes(laid)}.",
        "",
        *_mind(track, known),
    ]
    return "\n".join(one_line(line, 1000) for line in lines).rstrip() + "\n"


def _licence(track: Track, known: Terms | None) -> list[str]:
    if known is None or track.licence is None:
        return ["Licence: not known"]
    address = f", {known.address}" if known.address else ""
    source = "entered by you" if track.licence.source == "you" else f"read in the {track.licence.source}"
    return [f"Licence: {known.name}{address} ({source})"]


def _changes(laid: Laid) -> str:
    pieces = laid.fit.pieces
    done = []
    if pieces[0].start > 0 or pieces[-1].end < laid.track.duration or len(pieces) > 1:
        done.append("shortened" if laid.fit.manner != "loop" else "a passage repeated")
    if laid.fit.fade_in or laid.fit.fade_out:
        done.append("faded")
    return ", ".join([*done, "set to a clip"])


def _mind(track: Track, known: Terms | None) -> list[str]:
    said = []
    if known is None:
        said.append("No licence is known, so nothing allows you to publish this track: ask whoever holds its rights.")
    elif known.conditions is None:
        said.append("These words are no licence that MuseChat knows: read them, or ask whoever holds the rights.")
    else:
        asks = known.conditions | ({"by", "sa"} if known.name.startswith(_COPYLEFT) else set())
        said += [demand for one, demand in _DEMANDS.items() if one in asks]
        if known.address is None:
            said.append("Which text or version of this licence is meant is not said: find out, and link it.")
    if track.artist is None:
        said.append("The artist is not known: find out whom to name before you publish.")
    return said
