"""A clip's pictures with a track under them as an MP4 file, in the child.

In: a `Task` on two files, the clip and the track, with a `RenderPlan`. Out: bytes of the file, each with its position
and the progress, then one object that says what came of it.

- Three steps: a survey of the pictures, the sound as AAC packets in memory, then both through FFmpeg's muxer, whose
  file is this answer. How many packets there will be is known by then, so room for the moov box is left in front.
- Pictures that the muxer refuses to take over are encoded anew.
"""

from __future__ import annotations

import heapq
import io
import itertools
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import av
import numpy as np
from av.container import OutputContainer

from musechat.core.errors import MediaError
from musechat.media import pictures
from musechat.media.master import BLOCK, MISSED, Levels, Master, Meter, Mix, blocks, kept, master, set_up
from musechat.media.mix import Music, ducking, levels
from musechat.media.model import COPIED, F32
from musechat.media.pictures import Survey, survey
from musechat.media.server import Task
from musechat.media.sound import RATE, Sound
from musechat.media.wire import FileError, Kind

CLIP, TRACK = 0, 1
WRITE_BYTES = 1 << 20
HEADER_BYTES = 16 << 10  # of the moov box besides its tables
PICTURE_BYTES, SOUND_BYTES = 45, 32  # of the tables for each packet, were each a chunk and a run of its own
TOLD_SECONDS = 0.5  # between words of progress
SHARES = {True: (0.02, 0.85), False: (0.02, 0.25)}  # where sound begins and ends, by whether pictures are copied
NAMES = {
    "vp8": "VP8",
    "theora": "Theora",
    "prores": "ProRes",
    "dnxhd": "DNxHD",
    "mjpeg": "Motion JPEG",
    "h263": "H.263",
    "mpeg1video": "MPEG-1",
    "mpeg2video": "MPEG-2",
    "mpeg4": "MPEG-4 Visual",
    "h264": "H.264",
    "hevc": "HEVC",
    "av1": "AV1",
    "vp9": "VP9",
}
PLAYED = ("yuv420p", "yuvj420p")
SHORTEST = 0.4  # seconds that have a loudness


def render(task: Task) -> None:
    """Answer with the file and what `RenderReport` holds."""
    plan = task.params["plan"]
    teller = _Teller(task)
    seen = survey(task)
    begin, end = SHARES[seen.copied]
    length = max(1, round(seen.seconds * RATE))
    sound, gain = _sound(task, plan, seen, length, lambda done: teller.tick(begin + (end - begin) * done))
    teller.begin, teller.end = end, 1.0
    copied = seen.copied and _mux(task, seen, sound, pictures.copy, seen.count, teller)
    if not copied and not _mux(task, seen, sound, pictures.encode, 2 * seen.count, teller):
        raise MediaError("holds pictures that cannot be put into an MP4 file")
    notes = (*_picture_notes(seen, copied), *_sound_notes(plan, sound, length))
    task.answer.meta(
        {
            "report": {
                "seconds": length / RATE,
                "copied": copied,
                "codec": seen.codec if copied else "h264",
                "loudness": sound.levels.loudness,
                "true_peak": sound.levels.peak,
                "gain": gain + sound.gain,
                "notes": [{"note": note} for note in notes],
            }
        }
    )


def _sound(
    task: Task, plan: dict[str, Any], seen: Survey, length: int, tick: Callable[[float], None]
) -> tuple[Master, float]:
    """→ the finished sound, and the music's gain in dB before it."""
    music = Music((Sound(task, TRACK), Sound(task, TRACK)), plan, seen.late, length)
    played = mix = kept(music.read, length)
    gain, share = 0.0, 0.0
    if seen.has_sound and plan["own_sound"] != "drop":
        share = 0.2
        own = kept(Sound(task, CLIP, float(seen.zero)).read, length)
        spans = [(round((start - seen.late) * RATE), round((end - seen.late) * RATE)) for start, end in plan["speech"]]
        music_levels, own_levels = _measured(played, own, spans, length, lambda done: tick(share * done))
        gain, own_gain = levels(plan["lufs"], music_levels.loudness, own_levels.loudness, bool(spans))
        duck = ducking(plan["speech"] if plan["own_sound"] == "duck" else [], seen.late)

        def both(at: int, count: int) -> F32:
            under = duck(at, at + count) * 10 ** (gain / 20)
            return played(at, count) * under.astype(np.float32) + own(at, count) * np.float32(10 ** (own_gain / 20))

        mix = both
    finished = master(mix, length, plan["lufs"], plan["true_peak"], lambda done: tick(share + (1 - share) * done))
    if music.spans and not music.heard:
        raise FileError("holds no sound in the seconds that are wanted of it", "unreadable", TRACK)
    return finished, gain


def _measured(
    music: Mix, own: Mix, spans: list[tuple[int, int]], length: int, tick: Callable[[float], None]
) -> tuple[Levels, Levels]:
    """→ the levels of the music, and of the own sound: of its speech, if there is any."""
    under, over = Meter(peaks=False), Meter(peaks=False)
    for number, part in enumerate(blocks(music, length, tick)):
        at = number * BLOCK
        under.push(part)
        samples = own(at, part.shape[1])
        for first, last in spans or [(0, length)]:
            if (spoken := samples[:, max(0, first - at) : max(0, last - at)]).size:
                over.push(spoken)
    return under.levels(), over.levels()


def _mux(
    task: Task,
    seen: Survey,
    sound: Master,
    source: Callable[[Task, Survey, OutputContainer], Iterator[av.Packet[Any]]],
    count: int,
    teller: _Teller,
) -> bool:
    """Write the file with `count` pictures at most; whether the muxer took them."""
    sink = _Sink(teller)
    room = HEADER_BYTES + PICTURE_BYTES * count + SOUND_BYTES * len(sound.packets)
    options = {"moov_size": str(room)}
    with av.open(sink, "w", format="mp4", container_options=options, buffer_size=WRITE_BYTES) as out:
        moving = source(task, seen, out)
        first = list(itertools.islice(moving, 1))
        audio = out.add_stream("aac", rate=RATE)
        set_up(audio.codec_context)
        try:
            out.start_encoding()
        except (av.error.FFmpegError, ValueError):
            return False
        taken = 0
        for packet in heapq.merge(itertools.chain(first, moving), sound.packets, key=_due):
            if packet.stream is None:
                packet.stream = audio
            try:
                out.mux_one(packet)
            except av.error.FFmpegError:  # a damaged one, of which the muxer can make nothing
                continue
            if packet.stream is not audio:
                taken += 1
                teller.tick(teller.begin + (1 - teller.begin) * _due(packet) / max(seen.seconds, 1e-3))
    sink.flush()
    return taken > 0


def _due(packet: av.Packet[Any]) -> float:
    return (packet.dts or 0) * float(packet.time_base)


def _picture_notes(seen: Survey, copied: bool) -> Iterator[str]:
    name = NAMES.get(seen.codec, seen.codec)
    if copied:
        if seen.codec == "h264" and seen.samples not in PLAYED:
            yield f"The pictures were taken over as they are; few phones and browsers play {name} in {seen.samples}."
        return
    if seen.disordered:
        yield "The pictures were encoded anew as H.264: AVI files do not say in which order they are shown."
    elif seen.codec in COPIED:
        yield f"The pictures were encoded anew as H.264: this {name} cannot be taken over into an MP4 file as it is."
    else:
        yield f"The pictures were encoded anew as H.264: few players play {name} in an MP4 file."


def _sound_notes(plan: dict[str, Any], sound: Master, length: int) -> Iterator[str]:
    loudness, target = sound.levels.loudness, plan["lufs"]
    if length < SHORTEST * RATE:
        yield "The clip is too short for its loudness to be measured, so only its peaks are limited."
    elif loudness is None:
        yield "The sound is silent, so its loudness could not be set."
    elif abs(loudness - target) > MISSED:
        yield (
            f"The sound is at {loudness:.1f} LUFS, not at {target:g}: its peaks are too high above the rest for more"
            f" below {plan['true_peak']:g} dBTP."
        )
    if sound.levels.peak is not None and sound.levels.peak > plan["true_peak"] + 0.05:
        yield f"The true peak is {sound.levels.peak:.1f} dBTP, above the ceiling of {plan['true_peak']:g}."


class _Teller:
    """Sends bytes and progress, which never falls."""

    def __init__(self, task: Task) -> None:
        self._answer = task.answer
        self._progress = 0.0
        self._told = time.monotonic()
        self.begin, self.end = 0.0, 1.0

    def tick(self, progress: float) -> None:
        """Say now and then how far the work is."""
        self._progress = min(1.0, max(self._progress, progress))
        if time.monotonic() - self._told > TOLD_SECONDS:
            self.tell(0)

    def tell(self, position: int, data: bytes | bytearray = b"") -> None:
        """Send bytes of the file."""
        if data:
            self._answer.array(Kind.BYTES, np.frombuffer(data, np.uint8))
        self._answer.meta({"position": position, "progress": self._progress})
        self._told = time.monotonic()


class _Sink(io.RawIOBase):
    """The file that the muxer writes: neighbouring writes are sent as one, and holes are filled."""

    def __init__(self, teller: _Teller) -> None:
        self._teller = teller
        self._at = 0  # where the held bytes end
        self._end = 0
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held += data
        self._at += len(data)
        if len(self._held) >= WRITE_BYTES:
            self.flush()
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if offset != self._at:
            self.flush()
            if offset > self._end:
                self._at = self._end
                self.write(bytes(offset - self._end))
                self.flush()
            self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        if self._held:
            self._teller.tell(self._at - len(self._held), self._held)
            self._end = max(self._end, self._at)
            self._held = bytearray()
