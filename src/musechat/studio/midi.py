"""A score as a Standard MIDI File.

In: a `Score`. Out: the bytes of a type-1 file (MIDI 1.0, RP-001) for General MIDI players.

- The first track holds tempo and metre, each part has a track of its own; drums play on channel 10.
- A note ends at the latest where the same key is struck again: on one channel a key cannot sound twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from types import MappingProxyType

from musechat.core.errors import InputError
from musechat.studio.score import DRUMS, Note, Part, Score

TICKS = 480
"""Of a beat."""
DRUM_CHANNEL = 9
PROGRAMS = MappingProxyType(
    {
        "piano": 0, "electric piano": 4, "organ": 16, "acoustic guitar": 25, "electric guitar": 27,
        "distorted guitar": 30, "bass": 33, "synth bass": 38, "strings": 48, "choir": 52, "pad": 89, "flute": 73,
        "violin": 40, "brass": 61, "saxophone": 66, "lead": 81, "pluck": 90, "bells": 14, "marimba": 12,
        "drums": 0, "electronic drums": 25,
    }
)  # fmt: skip
"""General MIDI programs, counted from 0; those of drums are kits, as Roland's GS numbers them."""

Event = tuple[int, bytes]
"""A message and the tick at which it is due."""


def midi_file(score: Score) -> bytes:
    """The file. Raises `InputError` for more than 15 pitched parts, since MIDI has no more channels."""
    free = iter([channel for channel in range(16) if channel != DRUM_CHANNEL])
    tempo = round(60_000_000 / score.bpm).to_bytes(3, "big")
    head = [(0, b"\xff\x51\x03" + tempo), (0, bytes([0xFF, 0x58, 4, score.beats_per_bar, 2, 24, 8]))]
    tracks = [_track(head)]
    for part in score.parts:
        channel = DRUM_CHANNEL if part.instrument in DRUMS else next(free, None)
        if channel is None:
            raise InputError("A MIDI file has channels for 15 pitched parts; this score has more.")
        tracks.append(_track([*_setting(part, channel), *_notes(part.notes, channel)]))
    return _chunk(b"MThd", b"\0\1" + len(tracks).to_bytes(2, "big") + TICKS.to_bytes(2, "big")) + b"".join(tracks)


def _setting(part: Part, channel: int) -> list[Event]:
    """Program, volume (its square is the amplitude: RP-036) and pan."""
    volume = min(127, round(100 * 10 ** (part.gain / 40)))
    pan = min(127, round(64 + 63 * max(-1.0, part.pan)))
    messages = ((0xC0, PROGRAMS[part.instrument]), (0xB0, 7, volume), (0xB0, 10, pan))
    return [(0, bytes([kind | channel, *values])) for kind, *values in messages]


def _notes(notes: Iterable[Note], channel: int) -> list[Event]:
    keys: dict[int, dict[int, Note]] = {}
    for note in notes:
        keys.setdefault(note.pitch, {})[round(note.start * TICKS)] = note
    events: list[Event] = []
    for pitch, struck in keys.items():
        for start, until in pairwise([*sorted(struck), None]):
            assert start is not None
            note = struck[start]
            end = max(start + 1, round((note.start + note.length) * TICKS))
            velocity = min(127, max(1, round(127 * note.velocity)))
            events.append((start, bytes([0x90 | channel, pitch, velocity])))
            events.append((end if until is None else min(end, until), bytes([0x80 | channel, pitch, 0])))
    return events


def _track(events: list[Event]) -> bytes:
    """Events in the order of time; at one tick keys are released before others are struck."""
    data, now = bytearray(), 0
    for tick, message in sorted(events, key=lambda event: (event[0], event[1][0] & 0xF0 == 0x90)):
        data += _variable(tick - now) + message
        now = tick
    return _chunk(b"MTrk", bytes(data) + b"\0\xff\x2f\0")


def _variable(number: int) -> bytes:
    """Seven bits a byte, all but the last with the top bit."""
    places = range(max(1, -(-number.bit_length() // 7)))
    return bytes(number >> 7 * place & 0x7F | (0x80 if place else 0) for place in reversed(places))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "big") + data
