"""What a track is called, and where each part of the answer was read.

In: a file's path, its tags, its folder. Out: `Fact`s for title (always), artist, album, genre, year, licence.

- Order of trust: the sidecar of a song folder, the tags, the file name, the folders. A placeholder ("Track 01",
  "unknown"), a bare number or an address is not a name. In doubt a fact stays open: a wrong artist is worse than none.
- Folders name artist and album only for files that lie there numbered, as albums do, and never by a generic name.
- Every string is one clean line; names that are not UTF-8 are read as Windows-1252.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from musechat.core.text import one_line
from musechat.core.track import Fact, FactSource
from musechat.library.licence import licence
from musechat.library.song_folder import SongFolder

VIDEO_SUFFIXES = frozenset([".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"])
"""Files whose sound is taken into a library where they are named one by one, never from a folder."""
AUDIO_SUFFIXES = frozenset([".mp3", ".flac", ".ogg", ".opus", ".oga", ".m4a", ".aac", ".wav", ".aif", ".aiff"])
TRUST: tuple[FactSource, ...] = ("sidecar", "tag", "file name", "folder")
"""Sources from the most to the least trusted; the user's own word comes before all."""

_PLACEHOLDER = re.compile(
    r"(?:(?:audio ?|cd ?)?(?:track|titel|title|piste|pista|traccia)|untitled|unnamed|no (?:name|title|artist|album)|"
    r"<?unknown(?: (?:artist|album|title|track|genre))?>?|unbekannt\w*|none?|n/?a|null|undefined|default|artist|album|"
    r"genre|other|various|various artists)(?:[ _#-]*\d+)?",
    re.IGNORECASE,
)
_FILE_WORD = re.compile(
    r"(?:song|mix|mixdown|mixture|master|full ?mix|main|audio|music|output|recording)(?:[ _#-]*\d+)?", re.IGNORECASE
)
_NUMBER = re.compile(r"[\d\W_]*")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_ADDRESS_AT_END = re.compile(r"\s*(?:[-–—|,]\s+|[(\[])(?:https?://|www\.)[^\s)\]]*[)\]]?$", re.IGNORECASE)
_CREDIT = re.compile(r"(?:(?:music|composed|written|performed|produced|made)(?: *,| *&| +and)? +)+by +", re.IGNORECASE)
_CLAIM = re.compile(r"©|\(c\)|copyright\b", re.IGNORECASE)
_SEVERAL = re.compile(r";(?=\S)")
_DASH = re.compile(r"\s+[-–—]\s+")
_VERSION = re.compile(
    r"live\b.*|demo|acoustic|instrumental|unplugged|mono|stereo|bonus track|reprise|outtake|"
    r".*\b(?:version|(?:re)?mix|edit|remaster(?:ed)?(?: \d{4})?)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"(?:(?:cd|disc)?\s?\d[-.])?(\d{1,3})(\s*[-.)_]\s*|\s+)(?=.*[^\W_])", re.IGNORECASE)
_JUNK = re.compile(
    r"\s*[\[(](?:(?:official|lyrics?|music|audio|video|visuali[sz]er|hd|hq|4k|1080p|\d{2,3} ?kbps)\s*)+[\])]$|"
    r"\s*\[(?=[^\]]*[\d_-])[\w-]{11}\]$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(19\d\d|20\d\d)(?!\d)")
_ALBUM_YEAR = re.compile(r"(?:^|\s)[(\[]?(19\d\d|20\d\d)[)\]]?(?:\s+[-–—]\s+|\s*$)|^[(\[](19\d\d|20\d\d)[)\]]\s*")
_DISC = re.compile(r"(?:cd|disc|disk|side)\s*[\dab]{1,2}", re.IGNORECASE)
_GENERIC = re.compile(
    r"music|musik|musique|audio|sounds?|soundtracks?|songs|tracks|cdtracks|media|data|share|usr|local|games?|home|users|"
    r"documents|downloads|desktop|library|libraries|themes|mp3|flac|ogg|opus|wav|m4a|misc|unsorted|new|te?mp|var|opt|mnt|"
    r"volumes|run|root|assets|resources|public|shared|files|archive|backup|import|itunes|albums|artists|compilations",
    re.IGNORECASE,
)
_ABOVE_PEOPLE = re.compile(r"home|users|mnt|media|volumes|run", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileName:
    """What a file name says; None for what it does not. `number` counts the track in its album."""

    title: str | None
    artist: str | None = None
    album: str | None = None
    number: str | None = None


def name_track(path: Path, tags: Mapping[str, str], folder: SongFolder) -> dict[str, Fact]:
    """All facts about the file at `path`; "title" is always among them, and none is empty.

    `tags`: lower-case keys, as the container holds them.
    """
    said = file_name(path, folder.numbered)
    facts: dict[str, Fact] = {}
    by_source: dict[FactSource, Mapping[str, str | None]] = {
        "sidecar": {name: meaning(name, value) for name, value in folder.sidecar(path.name).items()},
        "tag": _from_tags(tags),
        "file name": {"title": said.title, "artist": said.artist, "album": said.album},
        "folder": _from_folders(path, said, folder),
    }
    for source in TRUST:
        for name, value in by_source[source].items():
            if value and name not in facts:
                facts[name] = Fact(value, source)
    facts.setdefault("title", Fact(readable(path.name) or "untitled", "file name"))
    return facts


def meaning(name: str, value: str) -> str | None:
    """What the raw `value` of the fact `name` says, or None where it is empty, a placeholder or of another kind."""
    if name == "licence":  # an address or a © is no name, but it may well be a licence
        return None if _PLACEHOLDER.fullmatch(one_line(value)) else licence({name: value})
    parts = [one_line(part) for part in _SEVERAL.split(value)]
    if name == "year":
        found = _YEAR.search(parts[0])
        return found[1] if found and found[1] != "1900" else None
    if name == "title":
        text = _spaced(_without_suffix(parts[0]))
    else:
        text = one_line(", ".join(dict.fromkeys(part for part in parts if part)))
    if name == "artist" and (credit := _CREDIT.match(text)):
        text = text[credit.end() :]
    text = _ADDRESS_AT_END.sub("", text)
    if not is_name(text) or (name != "title" and (_CLAIM.match(text) or _ADDRESS.search(text))):
        return None
    return text


def is_name(text: str) -> bool:
    """Whether people could mean this by a name: not empty, a bare number, a placeholder or an address."""
    return not any(pattern.fullmatch(text) for pattern in (_NUMBER, _PLACEHOLDER, _ADDRESS))


def readable(text: str) -> str:
    """File-name spelling as words: "broken_light" and "northern-lights" are two words, "By-Product" stays."""
    raw = os.fsencode(text)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    text = one_line(text)
    if text.islower() and not re.search(r"[ _]", text):
        text = text.replace("-", " ")
    return _spaced(text)


def file_name(path: Path, numbered: bool = False) -> FileName:
    """Reads "01 - Artist - Title.ogg" and its kin. `numbered`: the neighbours begin with numbers of their own."""
    rest = _without_suffix(path.stem)
    number = None
    if found := _LEADING.match(rest):
        spelled_so = found[2].isspace() or (rest[found.end()].isdigit() and " " not in found[2])
        if numbered or found[1].startswith("0") or not spelled_so:
            number, rest = found[1], rest[found.end() :]
    if "_" in rest and " " not in rest:
        rest = (rest.replace("-", " - ") if number else rest.replace("_-_", " - ")).replace("_", " ")
    text = readable(rest)
    text = _JUNK.sub("", text) or text
    return _from_pieces([piece for piece in _DASH.split(text) if piece], number)


def _from_pieces(pieces: list[str], number: str | None) -> FileName:
    """The parts of a file name between its dashes: artist, title; artist, album, number, title; title, version."""
    if len(pieces) >= 3 and _VERSION.fullmatch(pieces[-1]):
        pieces = [*pieces[:-2], f"{pieces[-2]} - {pieces[-1]}"]
    elif len(pieces) == 2 and _VERSION.fullmatch(pieces[1]):
        pieces = [" - ".join(pieces)]
    numbers = [place for place, piece in enumerate(pieces[:-1]) if re.fullmatch(r"\d{1,3}", piece)]
    album = None
    if numbers and numbers[0] > 0:
        number, album = pieces[numbers[0]], " - ".join(pieces[1 : numbers[0]])
        pieces = [pieces[0], " - ".join(pieces[numbers[0] + 1 :])]
    title = " - ".join(pieces[1:]) if len(pieces) > 1 else pieces[0] if pieces else ""
    artist = pieces[0] if len(pieces) > 1 and is_name(pieces[0]) else None
    # "03 - 1979" is a song called "1979"; a bare "03" only counts.
    told_apart = number is not None or artist is not None
    good = bool(re.fullmatch(r"\d+", title)) if told_apart and not is_name(title) else is_name(title)
    good = good and (told_apart or not _FILE_WORD.fullmatch(title))
    if not good and number is None and (digits := re.search(r"\d+$", title)):
        number = digits.group()
    return FileName(title if good else None, artist, album if album and is_name(album) else None, number)


def _from_tags(tags: Mapping[str, str]) -> dict[str, str | None]:
    found = {name: meaning(name, tags.get(name, "")) for name in ("title", "artist", "album", "genre")}
    found["artist"] = found["artist"] or meaning("artist", tags.get("albumartist") or tags.get("album_artist", ""))
    found["year"] = meaning("year", tags.get("date", "")) or meaning("year", tags.get("year", ""))
    found["licence"] = licence(tags)
    title, artist = found["title"], found["artist"]
    if title and artist and title.casefold().startswith(artist.casefold()):
        rest = re.sub(r"^\s*[-–—:]\s*", "", title[len(artist) :])
        if rest != title[len(artist) :] and is_name(rest):
            found["title"] = rest
    return found


def _from_folders(path: Path, said: FileName, folder: SongFolder) -> dict[str, str | None]:
    """Album and artist of a numbered file; the title of a song that is alone in its folder, or only counted there."""
    above = [readable(part) for part in path.parent.parts[1:]]
    if above and _DISC.fullmatch(above[-1]):
        above.pop()
    album = above[-1] if above else ""
    if _GENERIC.fullmatch(album) or not is_name(album):
        return {}
    found: dict[str, str | None] = {"title": f"{album} {said.number}" if said.number else album}
    if said.number is None or said.title is None or folder.stems:
        return found
    if year := _ALBUM_YEAR.search(album):
        album, found["year"] = _ALBUM_YEAR.sub(" ", album, count=1).strip(" -–—") or album, year[1] or year[2]
    pieces = _DASH.split(album, maxsplit=1)
    owner = above[-2] if len(above) > 2 and not _ABOVE_PEOPLE.fullmatch(above[-3]) else ""
    if len(pieces) == 2:
        owner, album = pieces
    found["album"] = album if is_name(album) else None
    found["artist"] = owner if is_name(owner) and not _GENERIC.fullmatch(owner) else None
    return found


def _spaced(text: str) -> str:
    return " ".join((text if " " in text else text.replace("_", " ")).split())


def _without_suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if stem and f"{dot}{suffix}".lower() in AUDIO_SUFFIXES | VIDEO_SUFFIXES else name
