"""All hand-overs of a clip with its music in one folder: `export`.

In: a `Laid`, a conversation where there was one. Out: files, each whole or not there.

- What stands in the folder and was not written by an export, or was changed since, is never replaced or removed
  unasked: the folder keeps the digest of each exported file.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from musechat.app.exports.attribution import attribution
from musechat.app.exports.cues import cues_csv, cues_markdown
from musechat.app.exports.stills import stills
from musechat.app.exports.timeline import timeline
from musechat.app.exports.transcript import session_json, session_markdown
from musechat.app.whole import refuse_unwritable, whole_file
from musechat.core.errors import InputError
from musechat.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musechat.app.exports.stills import Shows
    from musechat.app.laid import Laid
    from musechat.app.session import Timings
    from musechat.core.conversation import Conversation
    from musechat.core.features import VideoProfile
    from musechat.media import OwnSound

RECORD = ".musechat-export.json"


def export(
    laid: Laid,
    folder: Path,
    decoder: Shows,
    own_sound: OwnSound = "duck",
    talk: tuple[Conversation, Timings] | None = None,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Writes every hand-over to `folder`, which is made where there is none; returns the files.

    Raises `InputError` where a file stands in the way that no export wrote, before any is written.
    """
    names = NAMES if talk is None else (*NAMES, *TALK_NAMES)
    check_folder(folder, names, overwrite)
    made = _documents(laid, own_sound, decoder)
    if talk is not None:
        conversation, timings = talk
        made["session.json"] = session_json(laid.clip, conversation, timings).encode()
        made["session.md"] = session_markdown(laid.clip, conversation).encode()
    return _write(made, folder)


NAMES = ("cues.csv", "cues.md", "attribution.txt", "timeline.otio", "sheet.png")
TALK_NAMES = ("session.json", "session.md")


def check_folder(folder: Path, names: tuple[str, ...] = (*NAMES, *TALK_NAMES), overwrite: bool = False) -> None:
    """Raises `InputError` where an export to `folder` would replace what is not its own; writes nothing."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{one_line(str(folder), 500)} is a file; give a folder to export to.")
    refuse_unwritable(folder)
    if overwrite:
        return
    ours = _record(folder)
    for name in names:
        path = folder / name
        if (path.exists() or path.is_symlink()) and _digest(path) != ours.get(name, ""):
            raise InputError(
                f"{one_line(str(path), 500)} was not written by an export, or was changed since; give another folder "
                "or add --overwrite."
            )


def export_talk(
    clip: VideoProfile | None, conversation: Conversation, folder: Path, overwrite: bool = False
) -> tuple[Path, ...]:
    """Writes what was said, and nothing that needs the clip or the track. Raises `InputError` as `export` does."""
    from musechat.app.session import Timings

    check_folder(folder, TALK_NAMES, overwrite)
    plain = session_json(clip, conversation, Timings())
    return _write({"session.json": plain.encode(), "session.md": session_markdown(clip, conversation).encode()}, folder)


def _documents(laid: Laid, own_sound: OwnSound, decoder: Shows) -> dict[str, bytes]:
    from musechat.app.exports.sheet import sheet, still_count

    clip = laid.clip
    frames = stills(decoder, Path(clip.path), clip.duration, still_count(clip.width, clip.height))
    return {
        "cues.csv": cues_csv(laid),
        "cues.md": cues_markdown(laid).encode(),
        "attribution.txt": attribution(laid).encode(),
        "timeline.otio": timeline(laid, own_sound).encode(),
        "sheet.png": sheet(laid, frames),
    }


def _write(made: Mapping[str, bytes], folder: Path) -> tuple[Path, ...]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"The folder {one_line(str(folder), 500)} cannot be made: {why}.") from error
    digests = _record(folder)
    try:
        for name, data in made.items():
            _put(folder / name, data)
            digests[name] = hashlib.sha256(data).hexdigest()
        for name in set(TALK_NAMES) - set(made):  # a transcript that led to another track
            if _digest(folder / name) == digests.pop(name, ""):
                (folder / name).unlink()
    finally:  # what was written before the disk was full is ours too
        _put(folder / RECORD, json.dumps(digests, indent=2).encode())
    return tuple(folder / name for name in made)


def _put(path: Path, data: bytes) -> None:
    with whole_file(path, overwrite=True) as file:
        file.write(data)


def _record(folder: Path) -> dict[str, str]:
    """The digests of what was exported here; {} where nothing was, or it cannot be told."""
    try:
        plain = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in plain.items()} if isinstance(plain, dict) else {}


def _digest(path: Path) -> str | None:
    """None for what is no plain file or cannot be read."""
    try:
        return None if path.is_symlink() or not path.is_file() else hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
