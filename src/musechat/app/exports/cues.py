"""The cue sheet: which music is where, for how long, and whose it is.

In: a `Laid`. Out: `cues.csv` for programs and spreadsheets, `cues.md` for people.

- One row for each stretch of the track. A fact that is not known is an empty cell, never a guess.
- The CSV is RFC 4180; it begins with a byte-order mark only where a title needs one: Excel reads anything else beyond
  ASCII as the machine's old code page.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from musechat.app.contract import printable
from musechat.app.exports.escape import cell, markdown
from musechat.app.times import exact_rate, timecode
from musechat.app.words import fit_words

if TYPE_CHECKING:
    from musechat.app.laid import Laid
    from musechat.core.track import Fact

COLUMNS = (
    "cue", "title", "artist", "album", "year", "licence", "clip_in", "clip_out", "duration", "track_in", "track_out",
    "usage", "track_id", "file",
)  # fmt: skip
TIMES = ("cue", "clip_in", "clip_out", "duration", "track_in", "track_out")
"""The columns that differ from cue to cue."""
USAGE = "background"
"""All that is known of how the music is used: it lies under the picture."""


def cues_csv(laid: Laid) -> bytes:
    """The cue sheet as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(value) for value in row] for row in _rows(laid))
    plain = text.getvalue()
    return plain.encode("utf-8" if plain.isascii() else "utf-8-sig")


def cues_markdown(laid: Laid) -> str:
    """The cue sheet as Markdown; its tables are narrow enough for paper."""
    cues = [dict(zip(COLUMNS, row, strict=True)) for row in _rows(laid)]
    lines = [
        f"# Cue sheet: {markdown(Path(printable(laid.clip.path)).name)}",
        "",
        f"Length of the clip: {timecode(laid.clip.duration, exact_rate(laid.clip.fps))}"
        + (f" at {laid.clip.fps:.5g} frames a second." if laid.clip.fps else "."),
        "",
        *(markdown(sentence) for sentence in fit_words(laid.fit, laid.clip.duration)),
        "",
        "| the music | |",
        "|---|---------------|",
        *(f"| {name.replace('_', ' ')} | {markdown(cues[0][name])} |" for name in COLUMNS if name not in TIMES),
        "",
        f"| {' | '.join(name.replace('_', ' ') for name in TIMES)} |",
        f"|{'---|' * len(TIMES)}",
        *(f"| {' | '.join(cue[name] for name in TIMES)} |" for cue in cues),
    ]
    return "\n".join(lines) + "\n"


def _rows(laid: Laid) -> list[tuple[str, ...]]:
    rate = exact_rate(laid.clip.fps)
    track = laid.track
    facts = (track.title, track.artist, track.album, track.year, track.licence)
    return [
        (
            str(number),
            *map(_value, facts),
            timecode(piece.at, rate),
            timecode(piece.until, rate),
            *(timecode(seconds, None) for seconds in (piece.until - piece.at, piece.start, piece.end)),
            USAGE,
            track.id,
            printable(track.path),
        )
        for number, piece in enumerate(laid.fit.pieces, 1)
    ]


def _value(fact: Fact | None) -> str:
    return "" if fact is None else fact.value
