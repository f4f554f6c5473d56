"""How a decoding child answers: fixed headers and raw buffers, never pickle.

In: a child's arrays and small JSON objects. Out, in the parent: checked `Array`s and `Fields`, or a `MediaError`.

- The child may be hostile: magic, kind, label, dtype, shape, sizes and the total are checked before a byte is kept.
- An array's buffer is exactly the product of its shape; JSON is at most `META_BYTES` long, and `Fields` reads its
  values by type and range, so that nothing unchecked leaves this room.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from musechat.core.errors import MediaError
from musechat.core.text import one_line

MAGIC = b"MuM1"
HEADER = struct.Struct("<4sBBB4IQ")  # magic, kind, dtype, number of dimensions, shape, bytes that follow
META_BYTES = 1 << 20
MESSAGE_COST = 1 << 12  # bytes of the answer's budget that a message takes even if empty
MOST_FILES = 2  # that one request may be about
REASONS = {"unreadable", "empty", "no_audio", "no_pictures", "forbidden", "too_large", "crashed"}


class Kind(IntEnum):
    """What a message is: an object, the end, an error; or what its array holds."""

    META = 1
    END = 2
    ERROR = 3
    SAMPLES = 4
    MOMENTARY = 5
    FRAME = 6
    THUMBS = 7
    TIMES = 8
    BYTES = 9


class Layout(NamedTuple):
    """The one form that arrays of a kind have."""

    code: int
    dtype: np.dtype[Any]
    ndim: int


LAYOUTS: Mapping[int, Layout] = {
    Kind.SAMPLES: Layout(2, np.dtype("<f4"), 1),
    Kind.MOMENTARY: Layout(2, np.dtype("<f4"), 1),
    Kind.FRAME: Layout(1, np.dtype("u1"), 3),
    Kind.THUMBS: Layout(1, np.dtype("u1"), 4),
    Kind.TIMES: Layout(3, np.dtype("<f8"), 1),
    Kind.BYTES: Layout(1, np.dtype("u1"), 1),
}


class Array(NamedTuple):
    """An array message; dtype and number of dimensions are its kind's."""

    kind: Kind
    values: NDArray[Any]


class FileError(MediaError):
    """A `MediaError` about one of several files: the request's number `file`."""

    def __init__(self, message: str, reason: str, file: int) -> None:
        super().__init__(message, reason)
        self.file = file


def nonsense(what: str) -> MediaError:
    """The error for an answer that no honest decoder gives."""
    return MediaError(f"makes the decoder answer nonsense: {what}", reason="crashed")


class Writer:
    """The child's side: writes messages to a file descriptor."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def meta(self, fields: dict[str, Any]) -> None:
        """Send a small JSON object."""
        self._json(Kind.META, fields)

    def array(self, kind: Kind, values: NDArray[Any]) -> None:
        """Send an array; it is cast to its kind's dtype."""
        code, dtype, ndim = LAYOUTS[kind]
        values = np.ascontiguousarray(values, dtype=dtype)
        shape = values.shape + (0,) * (4 - ndim)
        self._write(HEADER.pack(MAGIC, kind, code, ndim, *shape, values.nbytes))
        self._write(values.reshape(-1).view(np.uint8).data)

    def end(self) -> None:
        """Say that the answer is whole."""
        self._write(HEADER.pack(MAGIC, Kind.END, 0, 0, 0, 0, 0, 0, 0))

    def error(self, reason: str, detail: str, file: int | None = None) -> None:
        """Say why there is no answer: `detail` completes "song.mp3 …"; `file` says which of several files it is."""
        self._json(Kind.ERROR, {"reason": reason, "detail": detail[:200], "file": file})

    def _json(self, kind: Kind, fields: dict[str, Any]) -> None:
        payload = json.dumps(fields, ensure_ascii=False).encode(errors="replace")
        self._write(HEADER.pack(MAGIC, kind, 0, 0, 0, 0, 0, 0, len(payload)))
        self._write(payload)

    def _write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]


class Fields:
    """A JSON object from a child, read field by field with its type and range; anything else is nonsense."""

    def __init__(self, values: object) -> None:
        if not isinstance(values, dict):
            raise nonsense("no object where one belongs")
        self._values: dict[str, Any] = values

    @classmethod
    def parse(cls, payload: bytes | bytearray) -> Fields:
        """One JSON object in UTF-8."""
        try:
            return cls(json.loads(payload))
        except (ValueError, RecursionError):
            raise nonsense("malformed text") from None

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self._values.get(key) is not None

    def number(self, key: str, low: float, high: float) -> float:
        """A finite number within [low, high]."""
        value = self._values.get(key)
        if not isinstance(value, int | float) or not low <= value <= high:
            raise nonsense(f"{key} is out of range")
        return float(value)

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number within [low, high]."""
        if not (value := self.number(key, low, high)).is_integer():
            raise nonsense(f"{key} is not a whole number")
        return int(value)

    def text(self, key: str, at_most: int) -> str:
        """A string of at most `at_most` characters, free of lone surrogates."""
        value = self._values.get(key)
        if not isinstance(value, str) or len(value) > at_most:
            raise nonsense(f"{key} is missing or too long")
        return value.encode("utf-8", "replace").decode()

    def flag(self, key: str) -> bool:
        """True or false."""
        return bool(self.whole(key, 0, 1))

    def part(self, key: str) -> Fields:
        """A JSON object."""
        return Fields(self._values.get(key))

    def parts(self, key: str, at_most: int) -> list[Fields]:
        """A list of at most `at_most` JSON objects."""
        values = self._values.get(key)
        if not isinstance(values, list) or len(values) > at_most:
            raise nonsense(f"{key} is not a short list")
        return [Fields(value) for value in values]


Message: TypeAlias = Array | Fields


def read_messages(read: Callable[[int], bytearray], message_bytes: int, answer_bytes: int) -> Iterator[Message]:
    """Check and yield the messages of one answer until its END.

    `read(n)` gives exactly n bytes or raises. Raises `MediaError`: the child's own, or one for nonsense.
    """
    left = answer_bytes
    while True:
        magic, kind, code, ndim, *shape, size = HEADER.unpack(read(HEADER.size))
        left -= size + MESSAGE_COST
        if magic != MAGIC or left < 0 or size > (message_bytes if kind in LAYOUTS else META_BYTES):
            raise nonsense("malformed or too long")
        if (layout := LAYOUTS.get(kind)) is not None:
            dims = shape[: layout.ndim]
            if (code, ndim) != (layout.code, layout.ndim) or any(shape[ndim:]):
                raise nonsense("an unknown kind of data")
            if math.prod(dims) * layout.dtype.itemsize != size:
                raise nonsense("data of an impossible size")
            yield Array(Kind(kind), np.frombuffer(read(size), dtype=layout.dtype).reshape(dims))
        elif kind == Kind.META:
            yield Fields.parse(read(size))
        elif kind == Kind.ERROR:
            raise _told(Fields.parse(read(size)))
        elif kind == Kind.END and size == 0:
            return
        else:
            raise nonsense("an unknown message")


def _told(fields: Fields) -> MediaError:
    reason, detail = fields.text("reason", 20), fields.text("detail", 200)
    if reason not in REASONS:
        return nonsense("an unknown reason")
    if fields.has("file"):
        return FileError(one_line(detail), reason, fields.whole("file", 0, MOST_FILES - 1))
    return MediaError(one_line(detail), reason=reason)
