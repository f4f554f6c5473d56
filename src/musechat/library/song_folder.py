"""What the company of a file says about it: a song's sidecar, its stems, numbered neighbours.

In: the names of the files in one folder. Out: `SongFolder`.

- A folder made for a rhythm game or by a stem separator holds one song: the mix is the track, the rest are stems.
- A sidecar is read by lines, each for itself: whatever is wrong with one costs no other.
- Names decide, never sounds. In doubt a file is a track: an album may well have a song called "Drums".
- Without any mix beside them only a separator's whole set (vocals, drums, bass, other) is taken for stems.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from musechat.library.table import NOTHING, Told

SIDECAR = "song.ini"
_SIDECAR_BYTES = 64 * 1024
_SIDECAR_KEYS = {"name": "title", "artist": "artist", "album": "album", "genre": "genre", "year": "year"}
_SECTION = re.compile(r"\[(.*)\]")
_LINE = re.compile(r"([^=:#;\s]+)\s*[=:](.*)")
_MIX = re.compile("song|mix|mixture|mixdown|master|full ?mix|full|main")
_STEM = re.compile(
    "guitar(_coop)?|rhythm|bass|drums?|(no_)?vocals?|voice|keys|piano|crowd|preview|others?|accompaniment|instrumental|"
    "backing|lead|percussion|strings|synth|click"
)
_SEPARATED = frozenset(["vocals", "drums", "bass", "other"])
_COPY_NUMBER = re.compile(r"[ _-]?\d+$")
_LEADING_NUMBER = re.compile(r"\d{1,3}(?!\d)")


@dataclass(frozen=True, slots=True)
class SongFolder:
    """`stems`: names of files that are no tracks. `facts`: what the sidecar says of the files in `described`; `told`:
    what tables say, by name.

    `numbered`: most files begin with a number, each with its own, so that it counts them rather than names them.
    """

    title: str
    stems: frozenset[str] = frozenset()
    numbered: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    described: frozenset[str] = frozenset()
    told: Mapping[str, Told] = field(default_factory=dict)

    def sidecar(self, name: str) -> Mapping[str, str]:
        """What the song.ini and tables say of the file called `name`; tables outrank the other."""
        return {**(self.facts if name in self.described else {}), **self.told.get(name, NOTHING).facts}

    def judged(self, name: str) -> dict[str, bool]:
        """What tables say is in the file called `name`, or is not."""
        judged = self.told.get(name, NOTHING).judged
        return {concept: holds for concept, holds in judged.items() if holds is not None}


def song_folder(
    folder: Path, audio: Collection[str], sidecar: str | None = None, told: Mapping[str, Told] | None = None
) -> SongFolder:
    """Looks at the audio file names of `folder`; `sidecar`: the name of the song.ini that lies there; `told`: what
    tables say of the files.
    """
    facts = read_sidecar(folder / sidecar) if sidecar else {}
    title = facts.get("title", folder.name)
    kinds = {name: _plain(name) for name in audio}
    own_names = {folder.name.casefold(), title.casefold()}
    stems = {name for name, kind in kinds.items() if _STEM.fullmatch(kind) and kind not in own_names}
    mixes = {name for name, kind in kinds.items() if _MIX.fullmatch(kind) or kind in own_names}
    others = set(audio) - stems
    if not _belong({kinds[name] for name in stems}, mixes, others, bool(facts)):
        stems, others = set(), set(audio)
    described = others if len(others) == 1 else mixes
    return SongFolder(title, frozenset(stems), _numbered(audio), facts, frozenset(described), told or {})


def read_sidecar(path: Path) -> dict[str, str]:
    """The facts of a song.ini by our names for them; {} for a file that is none or cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return {}
        with path.open("rb") as file:
            raw = file.read(_SIDECAR_BYTES)
    except OSError:
        return {}
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    found: dict[str, str] = {}
    section = ""
    for line in map(str.strip, re.split(r"[\r\n]", text)):
        if head := _SECTION.fullmatch(line):
            section = head[1].strip().casefold()
        elif section == "song" and (pair := _LINE.fullmatch(line)):
            found[pair[1].casefold()] = pair[2].strip()
    return {ours: re.sub(r"<[^<>]*>", "", found[key]) for key, ours in _SIDECAR_KEYS.items() if found.get(key)}


def _belong(stems: set[str], mixes: set[str], others: set[str], told: bool) -> bool:
    """Whether files with stems' names are stems of the others, or tracks that happen to be called so."""
    separated = len(stems & _SEPARATED)
    if told:
        return bool(others) or len(stems) > 1
    if not others:
        return separated >= 3
    if others == mixes:
        return True
    return separated >= 2 and (len(others) == 1 or (bool(mixes) and len(others) <= len(stems)))


def _plain(name: str) -> str:
    """ "Drums_1.OGG" → "drums"."""
    return _COPY_NUMBER.sub("", Path(name).stem.casefold())


def _numbered(audio: Collection[str]) -> bool:
    numbers = [found.group() for name in audio if (found := _LEADING_NUMBER.match(name))]
    return len(numbers) >= 2 and len(set(numbers)) == len(numbers) and len(numbers) > len(audio) / 2
