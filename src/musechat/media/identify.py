"""What a file is, without decoding it: streams, tags, duration, the identity of its audio.

In: a `Task`. Out: the answer behind `MediaInfo`.

- The identity hashes demuxed packets; tags that stand at the end of the file (ID3v1, APEv2) and that a demuxer hands
  out as part of the last packet are left out.
- FFmpeg leaves out the links of an ID3v2 tag, of which one is the licence's address: that one is read here.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import struct
from typing import IO, Any

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from musechat.media.demux import (
    clamped,
    codec_name,
    header_seconds,
    open_media,
    origin,
    packets,
    pick_streams,
    pixel_aspect,
    prepare,
)
from musechat.media.look import quarter_turns
from musechat.media.server import Task

MAX_FPS = 1000.0  # a header that claims more is believed this far
_ID3_FRAMES, _ID3_BYTES = 256, 1 << 20


def identify(task: Task) -> None:
    """Answer with what `MediaInfo` holds."""
    with open_media(task) as container:
        streams = pick_streams(task, container)
        audio, video = streams.audio, streams.video
        seconds = header_seconds(container, video)
        fields: dict[str, Any] = {
            "container": container.format.name,
            "has_cover": streams.has_cover,
            "pictures_in": streams.pictures_in,
            "sound_in": streams.sound_in,
            "tags": [{"key": k, "value": v} for k, v in _tags(container, audio, task).items()],
        }
        if audio is not None:
            fields["audio"] = {"codec": codec_name(audio), "rate": audio.rate, "channels": audio.channels}
        if audio is not None and (task.params["hashed"] or seconds is None):
            fields["audio_id"], heard = _hash_packets(task.files[0], container, audio)
            if heard > 0 and (video is None or seconds is None):
                seconds = heard
        if video is not None:
            width, height = max(1, round(video.width * pixel_aspect(video))), video.height
            turns = quarter_turns(container, video)
            fields["video"] = {
                "codec": codec_name(video),
                "width": height if turns % 2 else width,
                "height": width if turns % 2 else height,
                "rotation": turns * 90,
                "fps": _mean_rate(video),
                "pix_fmt": str(video.pix_fmt),
                "seconds": clamped(min(seconds or 0.0, _shown_until(container, video))),
            }
        fields["duration"] = clamped(seconds or 0.0)
        task.answer.meta(fields)


def _hash_packets(file: IO[bytes], container: InputContainer, stream: AudioStream) -> tuple[str, float]:
    """→ the audio's identity and its length in seconds by its timestamps."""
    tail = trailing_tags(file)
    prepare(container, stream)
    digest = hashlib.sha256(codec_name(stream).encode() + b"\0")
    held = bytearray()
    first, last = None, 0
    for packet in packets(container, stream):
        held += bytes(packet)
        if len(held) > len(tail):
            digest.update(memoryview(held)[: len(held) - len(tail)])
            held = held[len(held) - len(tail) :]
        if packet.pts is not None:
            first = packet.pts if first is None else first
            last = max(last, packet.pts + (packet.duration or 0))
    if held != tail:
        digest.update(held)
    length = float((last - first) * stream.time_base) if first is not None and stream.time_base else 0.0
    return digest.hexdigest(), length


def trailing_tags(file: IO[bytes]) -> bytes:
    """The ID3v1 and APEv2 tags at the end of the file, as they stand there."""
    here = file.tell()
    end = size = file.seek(0, os.SEEK_END)
    if _read_at(file, end - 128, 3) == b"TAG":
        end -= 128
    footer = _read_at(file, end - 32, 32)
    if footer.startswith(b"APETAGEX"):
        length, flags = struct.unpack_from("<I4xI", footer, 12)
        end -= min(length + (32 if flags & 1 << 31 else 0), 1 << 24, end)
    tags = _read_at(file, end, size - end)
    file.seek(here)
    return tags


def licence_address(file: IO[bytes]) -> str:
    """The WCOP frame of an ID3v2 tag at the beginning of the file, "" where there is none."""
    here = file.tell()
    found = _wcop(file)
    file.seek(here)
    return found


def _wcop(file: IO[bytes]) -> str:
    head = _read_at(file, 0, 10)
    if len(head) < 10 or not head.startswith(b"ID3") or head[3] not in (2, 3, 4):
        return ""
    version, at, end = head[3], 10, 10 + _seven_bits(head[6:])
    if head[5] & 0x80 and version < 4:  # after each FF a 00 was put in, which no size counts
        file = io.BytesIO(_read_at(file, 0, min(end, _ID3_BYTES)).replace(b"\xff\x00", b"\xff"))
    if head[5] & 0x40:
        size = _read_at(file, at, 4)
        at += _seven_bits(size) if version == 4 else 4 + int.from_bytes(size)
    for _ in range(_ID3_FRAMES):
        frame = _read_at(file, at, 6 if version == 2 else 10)
        name, size = (frame[:3], frame[3:6]) if version == 2 else (frame[:4], frame[4:8])
        at += len(frame)
        length = _seven_bits(size) if version == 4 else int.from_bytes(size)
        if not name.isalnum() or at + length > end:
            break
        if name in (b"WCOP", b"WCP") and not any(frame[9:]):  # neither packed nor encrypted
            return _read_at(file, at, min(length, _ID3_BYTES)).partition(b"\0")[0].decode("latin-1")
        at += length
    return ""


def _seven_bits(raw: bytes) -> int:
    """A number of which each byte holds seven bits."""
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(reversed(raw)))


def _read_at(file: IO[bytes], position: int, size: int) -> bytes:
    if position < 0:
        return b""
    file.seek(position)
    return file.read(size)


def _shown_until(container: InputContainer, stream: VideoStream) -> float:
    """When the last picture is over, from the start of the file, as far as the stream's header tells."""
    if not stream.duration or not stream.time_base:
        return math.inf
    return float(((stream.start_time or 0) + stream.duration) * stream.time_base) - origin(container)


def _mean_rate(stream: VideoStream) -> float:
    return min(MAX_FPS, float(stream.average_rate or 0))


def _tags(container: InputContainer, audio: AudioStream | None, task: Task) -> dict[str, str]:
    """The container's tags, then the audio stream's (Ogg keeps them there)."""
    limits, address = task.limits, licence_address(task.files[0])
    link = {"wcop": address} if address else {}
    sources = [link, container.metadata, audio.metadata if audio is not None else {}]
    pairs = [
        (key.lower(), value) for source in sources for key, value in source.items() if len(key) <= limits.tag_length
    ]
    return {key: value[: limits.tag_length] for key, value in reversed(pairs[: limits.max_tags])}
