from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musechat.core.errors import InputError
from musechat.studio.midi import PROGRAMS, TICKS, midi_file
from musechat.studio.score import INSTRUMENTS, Note, Part, Score, Section

Message = tuple[int, bytes]


def score(*parts: Part, bpm: float = 100.0, beats_per_bar: int = 3) -> Score:
    return Score("Test", "test", (), 0, bpm, beats_per_bar, 0, "major", (Section("verse", 0, 4, 1.0),), parts)


def read(data: bytes) -> list[list[Message]]:
    """A Standard MIDI File's tracks of (tick, message), read as the standard says."""
    kind, length, form, tracks, ticks = struct.unpack(">4sIHHH", data[:14])
    assert (kind, length, form, ticks) == (b"MThd", 6, 1, TICKS)
    found, at = [], 14
    for _ in range(tracks):
        kind, length = struct.unpack(">4sI", data[at : at + 8])
        assert kind == b"MTrk"
        found.append(_messages(data[at + 8 : at + 8 + length]))
        at += 8 + length
    assert at == len(data)
    return found


def _messages(track: bytes) -> list[Message]:
    found, at, tick = [], 0, 0
    while at < len(track):
        delta = 0
        while True:
            delta = delta << 7 | track[at] & 0x7F
            at += 1
            if track[at - 1] < 0x80:
                break
        tick += delta
        status = track[at]
        size = 3 + track[at + 2] if status == 0xFF else 2 if status & 0xF0 in (0xC0, 0xD0) else 3
        found.append((tick, track[at : at + size]))
        at += size
    assert found[-1][1] == b"\xff\x2f\0"
    return found[:-1]


def test_tempo_and_metre_stand_first() -> None:
    head = read(midi_file(score(bpm=100.0, beats_per_bar=3)))[0]
    assert head[0] == (0, b"\xff\x51\x03" + (600_000).to_bytes(3, "big"))
    assert head[1][1][:5] == b"\xff\x58\x04\x03\x02"


def test_a_part_plays_its_program_on_a_channel_of_its_own() -> None:
    note = (Note(0.0, 1.0, 60, 0.5),)
    parts = [Part("violin", note), Part("drums", (Note(0.0, 1.0, 36, 1.0),)), Part("flute", note, -6.0, 1.0)]
    _, violin, drums, flute = read(midi_file(score(*parts)))
    assert violin[0] == (0, bytes([0xC0, 40]))
    assert drums[0][1][0] == 0xC9
    assert flute[0] == (0, bytes([0xC1, 73]))
    assert flute[1][1] == bytes([0xB1, 7, 71])  # 6 dB less than 100: RP-036
    assert flute[2][1] == bytes([0xB1, 10, 127])
    assert (0, bytes([0x90, 60, 64])) in violin
    assert (TICKS, bytes([0x80, 60, 0])) in violin


def test_far_away_notes_keep_their_ticks() -> None:
    (_, track) = read(midi_file(score(Part("piano", (Note(4000.5, 0.25, 60, 0.5),)))))
    assert track[-2:] == [
        (round(4000.5 * TICKS), bytes([0x90, 60, 64])),
        (round(4000.75 * TICKS), bytes([0x80, 60, 0])),
    ]


def test_every_instrument_has_a_program() -> None:
    assert {*PROGRAMS} == {*INSTRUMENTS}


def test_more_parts_than_channels_are_refused() -> None:
    parts = [Part("piano", (Note(0, 1, 60, 0.5),))] * 16
    with pytest.raises(InputError, match="15 pitched parts"):
        midi_file(score(*parts))
    assert len(read(midi_file(score(*parts[:15])))) == 16


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0, 8), st.integers(0, 127), st.floats(0, 1)), max_size=30),
    st.floats(30, 300),
)
def test_every_key_that_is_struck_is_released_before_it_is_struck_again(
    notes: list[tuple[float, float, int, float]], bpm: float
) -> None:
    _, track = read(midi_file(score(Part("piano", tuple(Note(*note) for note in notes)), bpm=bpm)))
    held: set[int] = set()
    for _, message in track:
        if message[0] == 0x90:
            assert message[1] not in held
            assert 1 <= message[2] <= 127
            held.add(message[1])
        elif message[0] == 0x80:
            held.remove(message[1])
    assert not held
    assert [tick for tick, _ in track] == sorted(tick for tick, _ in track)
