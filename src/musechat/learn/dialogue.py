"""A dialogue as it is kept, one JSON line each: `Dialogue`.

In: what was planned and worded. Out: a line that holds everything training needs, and the line read again.

- A user's message comes with the `Request` that it means; a system's with the track and everything it says of it.
- Ids are the library's. In the text names are TITLE, ARTIST and ALBUM where they are masked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from musechat.core.errors import InputError
from musechat.core.plain import from_plain, to_plain
from musechat.learn.intent import Intent, meaning
from musechat.learn.lines import Said

Speaker: TypeAlias = Literal["user", "system"]
VERSION = 1


@dataclass(frozen=True, slots=True)
class Message:
    """`kind`: request, prefer, reject, why or undo of a user; first, next, back or why of the system.

    `intents`: of a user's wish; `track`: the id of what the system proposes, and `said`, what it says of it.
    `writer`: who worded it; `refused`: why lines of a model were not taken.
    """

    speaker: Speaker
    kind: str
    text: str
    writer: str
    intents: tuple[Intent, ...] = ()
    track: str | None = None
    said: Said | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """`number` in its dataset; `clip` and `target` of its pair; `pool`: of how many tracks the first is the best.

    `origin`: of an imported dialogue everything else that its item held, as JSON.
    """

    number: int
    clip: str
    target: str
    pool: int
    messages: tuple[Message, ...]
    origin: str = ""

    def to_line(self) -> str:
        """One line of JSON; what each wish means is written out as a `Request`."""
        plain = {"schema_version": VERSION} | to_plain(self)
        for message, kept in zip(plain["messages"], self.messages, strict=True):
            if kept.intents:
                message["request"] = {
                    k: v for k, v in meaning(kept.intents).to_json().items() if v not in ("", [], None, False)
                }
        return json.dumps(plain, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_line(cls, line: str) -> Dialogue:
        """The inverse. Raises `InputError` that says what is wrong."""
        try:
            plain: Any = json.loads(line)
        except ValueError as error:
            raise InputError("is no JSON") from error
        if not isinstance(plain, dict) or plain.pop("schema_version", None) != VERSION:
            raise InputError(f"is no dialogue of schema version {VERSION}")
        for message in plain.get("messages", ()):
            if isinstance(message, dict):
                message.pop("request", None)
        return from_plain(cls, plain)
