from __future__ import annotations

import math
import os
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from musechat.core.errors import MediaError
from musechat.media.wire import HEADER, LAYOUTS, MAGIC, Array, Fields, Kind, Message, Writer, read_messages


def read_all(data: bytes, message_bytes: int = 1 << 20, answer_bytes: int = 1 << 22) -> list[Message]:
    position = 0

    def read(size: int) -> bytearray:
        nonlocal position
        if size > len(data) - position:
            raise MediaError("ends early", reason="crashed")
        position += size
        return bytearray(data[position - size : position])

    return list(read_messages(read, message_bytes, answer_bytes))


def written(act: object) -> bytes:
    ours, theirs = os.pipe()
    parts: list[bytes] = []

    def drain() -> None:
        while part := os.read(ours, 1 << 16):
            parts.append(part)

    thread = threading.Thread(target=drain)
    thread.start()
    act(Writer(theirs))  # type: ignore[operator]
    os.close(theirs)
    thread.join()
    os.close(ours)
    return b"".join(parts)


headers = st.builds(
    HEADER.pack,
    st.just(MAGIC) | st.binary(min_size=4, max_size=4),
    st.integers(0, 10),
    st.integers(0, 4),
    st.integers(0, 5),
    *[st.integers(0, 3) | st.integers(0, 2**32 - 1)] * 4,
    st.integers(0, 40) | st.integers(0, 2**64 - 1),
)
jsons = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)


@given(st.lists(headers | st.binary(max_size=60), max_size=6).map(b"".join))
def test_arbitrary_bytes_give_messages_or_a_media_error(data: bytes) -> None:
    try:
        messages = read_all(data)
    except MediaError as error:
        assert error.reason in ("crashed", "unreadable", "empty", "no_audio", "no_pictures", "forbidden", "too_large")
        return
    for message in messages:
        if isinstance(message, Array):
            assert message.values.ndim == LAYOUTS[message.kind].ndim
            assert message.values.nbytes <= len(data)


@given(st.data())
def test_what_is_written_is_read(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(LAYOUTS)))
    layout = LAYOUTS[kind]
    shapes = arrays.array_shapes(min_dims=layout.ndim, max_dims=layout.ndim, min_side=0, max_side=4)
    values = data.draw(arrays.arrays(layout.dtype, shapes))

    def write(writer: Writer) -> None:
        writer.array(kind, values)
        writer.meta({"name": "ü\ud800"})
        writer.end()

    array, fields = read_all(written(write))
    assert isinstance(array, Array)
    assert isinstance(fields, Fields)
    assert array.kind == kind
    np.testing.assert_array_equal(array.values, values)
    assert fields.text("name", 2) == "ü?"


@given(jsons)
def test_fields_are_of_their_type_or_refused(value: object) -> None:
    fields = Fields({"a": value})
    for read, check in (
        (lambda: fields.number("a", -5, 5), lambda got: isinstance(got, float) and -5 <= got <= 5),
        (lambda: fields.whole("a", -5, 5), lambda got: isinstance(got, int) and -5 <= got <= 5),
        (lambda: fields.text("a", 3), lambda got: len(got) <= 3 and got.encode() is not None),
        (lambda: fields.flag("a"), lambda got: isinstance(got, bool)),
        (lambda: fields.part("a"), lambda got: isinstance(got, Fields)),
        (lambda: fields.parts("a", 2), lambda got: len(got) <= 2 and all(isinstance(part, Fields) for part in got)),
    ):
        try:
            got = read()
        except MediaError as error:
            assert error.reason == "crashed"
        else:
            assert check(got)
    assert fields.has("a") == (value is not None)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, "1", None, [1]])
def test_a_number_is_finite(value: object) -> None:
    with pytest.raises(MediaError):
        Fields({"a": value}).number("a", -1e9, 1e9)


def test_a_whole_number_has_no_fraction() -> None:
    assert Fields({"a": 2}).whole("a", 0, 5) == 2
    with pytest.raises(MediaError):
        Fields({"a": 1.5}).whole("a", 0, 5)


def test_a_childs_error_is_told_in_printable_words() -> None:
    with pytest.raises(MediaError) as caught:
        read_all(written(lambda writer: writer.error("no_audio", "has no \x1b[31maudio\n" + "x" * 1000)))
    assert caught.value.reason == "no_audio"
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 200


def test_endless_small_messages_exhaust_the_answer() -> None:
    message = HEADER.pack(MAGIC, Kind.META, 0, 0, 0, 0, 0, 0, 2) + b"{}"
    with pytest.raises(MediaError, match="too long"):
        read_all(message * 2000)
