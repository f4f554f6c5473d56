"""The published form of such dialogues: {"conversations": [{"from", "value"}, …]} an item, read and written.

In: a file of items, a JSON array or one item a line. Out: dialogues, and what is wrong with the rest; and the reverse.

- At least four messages, user and system in turn; messages three and four are the preference and the second proposal.
- Whatever else an item holds stays with its dialogue and comes back when it is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musechat.core.errors import InputError
from musechat.core.protocols import Silent
from musechat.core.text import one_line
from musechat.learn.dataset import dialogues_of, open_folder
from musechat.learn.dialogue import Dialogue, Message
from musechat.learn.pairs import Faulty

IMPORTED = "imported"
LONGEST = 20_000
"""Characters of a message from which on it is none."""
_USER = frozenset(("human", "user"))
_SYSTEM = frozenset(("gpt", "assistant", "system", "bot", "musechat"))
_CLIP = ("video", "video_id", "video_path", "clip", "id")
_TRACK = ("music", "music_id", "track", "track_id", "audio", "target")
_KINDS = ("request", "first", "prefer", "next")


def read_published(path: Path) -> Iterator[Dialogue | Faulty]:
    """Every item of a file in order; `Faulty.line` is its number from 1. Raises `InputError` for an unreadable file."""
    for number, item in enumerate(_items(path), 1):
        try:
            if isinstance(item, InputError):
                raise item
            yield _dialogue(number - 1, item)
        except InputError as error:
            yield Faulty(number, str(error))


def published(dialogue: Dialogue) -> dict[str, Any]:
    """One item of the published form."""
    said = [
        {"from": "human" if message.speaker == "user" else "gpt", "value": message.text}
        for message in dialogue.messages
    ]
    if dialogue.origin:
        plain: dict[str, Any] = json.loads(dialogue.origin)
        speakers = plain.pop("from")
        return plain | {
            "conversations": [one | {"from": name} for one, name in zip(said, speakers, strict=True)]
        }  # fmt: skip
    return {"id": str(dialogue.number), "video": dialogue.clip, "music": dialogue.target, "conversations": said}


@dataclass(frozen=True, slots=True)
class Taken:
    """How many items became dialogues, and what is wrong with the rest; `Faulty.line` is an item's number from 1."""

    dialogues: int
    faulty: tuple[Faulty, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        wrong = [{"item": one.line, "why": one.why} for one in self.faulty]
        return {"schema_version": 1, "dialogues": self.dialogues, "faulty": wrong}


def import_published(path: Path, out: Path) -> Taken:
    """All items of a file as a dataset in the folder `out`. Raises `InputError` for a file without a dialogue."""
    known = {"imported": hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()}
    faulty: list[Faulty] = []
    taken = 0
    with open_folder(out, known) as folder:
        done = folder.done()
        for item in read_published(path):
            if isinstance(item, Faulty):
                faulty.append(item)
                continue
            taken += 1
            if item.number not in done:
                folder.add([item.to_line()], [])
    if not taken:
        why = f"; item {faulty[0].line}: {faulty[0].why}" if faulty else ""
        raise InputError(f"{one_line(path.name, 200)} holds no dialogue{why}.")
    return Taken(taken, tuple(faulty))


def export_published(dataset: Path, out: Path) -> int:
    """A dataset as a JSON array; how many items it holds. The file appears when it is whole."""
    dialogues, _ = dialogues_of(dataset, Silent())
    part = out.with_name(f".{out.name}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8") as file:
            for dialogue in dialogues:
                file.write("[\n" if count == 0 else ",\n")
                file.write(json.dumps(published(dialogue), ensure_ascii=False))
                count += 1
            file.write("\n]\n")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return count


def _items(path: Path) -> Iterator[Any]:
    """Items, or the `InputError` that says why one is none. An array is read whole, lines one by one."""
    name = one_line(str(path), 500)
    try:
        with path.open("rb") as file:
            first = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
            file.seek(0)
            if first == b"[":
                yield from _array(file.read(), name)
            else:
                yield from (_line(line.removeprefix(b"\xef\xbb\xbf")) for line in file if line.strip())
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error


def _array(raw: bytes, name: str) -> list[Any]:
    try:
        items = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8 from byte {error.start} on; save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{name} is no JSON: {error.msg} at line {error.lineno}.") from error
    except RecursionError as error:
        raise InputError(f"{name} is no JSON of dialogues: it is nested too deeply.") from error
    return list(items)


def _line(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return InputError("the line is not UTF-8")
    except (ValueError, RecursionError):
        return InputError("the line is no JSON")


def _dialogue(number: int, item: Any) -> Dialogue:
    """Raises `InputError` with what is wrong."""
    if not isinstance(item, dict) or not isinstance(item.get("conversations"), list):
        raise InputError('an item is {"conversations": [{"from", "value"}, …]}')
    said = item["conversations"]
    if len(said) < len(_KINDS) or len(said) % 2:
        raise InputError(f"it holds {len(said)} messages; there must be four or more, user and system in turn")
    messages = [_message(place, one) for place, one in enumerate(said)]
    origin = {key: value for key, value in item.items() if key != "conversations"}
    origin["from"] = [one["from"] for one in said]
    clip, track = (next((str(item[key]) for key in keys if item.get(key)), "") for keys in (_CLIP, _TRACK))
    return Dialogue(number, clip, track, 0, tuple(messages), json.dumps(origin, ensure_ascii=False))


def _message(place: int, one: Any) -> Message:
    name = f"message {place + 1}"
    if not isinstance(one, dict) or not all(isinstance(one.get(key), str) for key in ("from", "value")):
        raise InputError(f'{name} is not {{"from": TEXT, "value": TEXT}}')
    if not one["value"].strip() or len(one["value"]) > LONGEST:
        raise InputError(f"{name} is {'empty' if not one['value'].strip() else 'longer than a message'}")
    users = place % 2 == 0
    if one["from"].lower() in (_SYSTEM if users else _USER):
        raise InputError(f"{name} is told by {one_line(one['from'], 40)!r}; user and system must take turns")
    kind = _KINDS[min(place, 2 + place % 2)]
    return Message("user" if users else "system", kind, one["value"], IMPORTED)
