"""Opening a hostile container, in the child: allow-lists, the streams that count, and packets.

In: a `Task`. Out: an open container and its best streams.

- FFmpeg sees one open file object: no name, no protocol, and whatever a file refers to, `_refuse` says no.
- Cover art is no video: attached pictures, thumbnails, and tracks of one still.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import IO, Any, NamedTuple, NoReturn

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard, Disposition, Stream
from av.video.stream import VideoStream

from musechat.core.errors import MediaError
from musechat.media.model import LONGEST
from musechat.media.server import Task

FORMATS = "mp3,aac,flac,ogg,mov,mp4,m4a,wav,aiff,matroska,webm,avi,mpegts"
AUDIO_CODECS = (
    "mp3,mp3float,mp2,mp2float,mp1,mp1float,aac,alac,flac,vorbis,opus,libopus,ac3,eac3,pcm_alaw,pcm_mulaw,pcm_u8,pcm_s8,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be"
)
VIDEO_CODECS = "h264,hevc,vp8,vp9,libdav1d,mpeg4,mpeg1video,mpeg2video,mjpeg,prores,dnxhd,h263,theora"
STILL_CODECS = "png,mjpeg"
PROBE_BYTES, PROBE_MICROSECONDS = 5_000_000, 5_000_000
DEMUX_ERRORS = (av.error.FFmpegError, ValueError, OverflowError, IndexError)  # the last: a stream that appears midway


class Streams(NamedTuple):
    """The streams that count."""

    audio: AudioStream | None
    video: VideoStream | None
    has_cover: bool
    pictures_in: str  # codecs of what is there and not decoded
    sound_in: str


class _View:
    """A file from its start with a place of its own in it, so that several containers can read one descriptor."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = 0

    def read(self, size: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset, whence = offset + self._at, os.SEEK_SET
        self._at = self._file.seek(offset, whence)
        return self._at

    def tell(self) -> int:
        return self._at


def open_media(task: Task, file: int = 0) -> InputContainer:
    """Open one of the task's files from its start. Raises `MediaError`: unreadable, forbidden, too_large."""
    limits = task.limits
    codecs = f"{AUDIO_CODECS},{VIDEO_CODECS},{STILL_CODECS}"
    options = {
        "format_whitelist": FORMATS,
        "codec_whitelist": codecs,
        "protocol_whitelist": "none",
        "enable_drefs": "0",
        "max_streams": str(limits.max_streams),
        "probesize": str(PROBE_BYTES),
        "analyzeduration": str(PROBE_MICROSECONDS),
    }
    decoding = {"threads": "1", "codec_whitelist": codecs, "max_pixels": str(limits.max_side**2)}
    try:
        container = av.open(
            _View(task.files[file]),
            "r",
            container_options=options,
            options=decoding,
            metadata_errors="replace",
            buffer_size=1 << 16,
            io_open=_refuse,
        )
    except av.error.ArgumentError:
        raise MediaError("is not in a format that MuseChat opens", reason="forbidden") from None
    except DEMUX_ERRORS:
        raise MediaError("is not a media file, or is damaged from its start") from None
    if not set(container.format.name.split(",")) & set(FORMATS.split(",")):
        raise MediaError("is not in a format that MuseChat opens", reason="forbidden")
    return container


def pick_streams(task: Task, container: InputContainer) -> Streams:
    """The best audio and video streams. Raises `MediaError` when what there is exceeds the limits or lists."""
    covers = [s for s in container.streams.video if _is_cover(s)]
    audio = _first_allowed(container.streams.audio, AUDIO_CODECS)
    video = _first_allowed([s for s in container.streams.video if s not in covers], VIDEO_CODECS)
    limits = task.limits
    if video is not None and not (0 < video.width <= limits.max_side and 0 < video.height <= limits.max_side):
        raise MediaError(f"has pictures of {video.width}×{video.height} pixels", reason="too_large")
    if audio is not None and not (0 < audio.rate <= limits.max_rate and 0 < audio.channels <= limits.max_channels):
        raise MediaError(f"has audio of {audio.channels} channels at {audio.rate} Hz", reason="too_large")
    if audio is None and video is None:
        if others := {s.codec_context.name for s in container.streams if s.codec_context and s not in covers}:
            raise MediaError(f"holds only what MuseChat does not decode ({', '.join(sorted(others))})", "forbidden")
        raise MediaError("holds neither audio nor video")
    pictures_in = "" if video is not None else _codecs(s for s in container.streams.video if s not in covers)
    return Streams(
        audio, video, bool(covers), pictures_in, "" if audio is not None else _codecs(container.streams.audio)
    )


def prepare(container: InputContainer, stream: Stream, **options: str) -> None:
    """Make ready to decode `stream` alone, on one thread."""
    for other in container.streams:
        other.discard = Discard.default if other.index == stream.index else Discard.all
    stream.codec_context.thread_count = 1
    stream.codec_context.options = {**container.options, **options}


def codec_name(stream: AudioStream | VideoStream) -> str:
    """The codec's name whichever decoder this FFmpeg has for it: mp3, not mp3float."""
    return stream.codec_context.codec.canonical_name


def header_seconds(container: InputContainer, stream: Stream | None = None) -> float | None:
    """The duration that the headers claim, if any."""
    if container.duration is not None and container.duration > 0:
        return container.duration / 1e6
    if stream is not None and stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return None


def origin(container: InputContainer) -> float:
    """The timestamp, in seconds, that counts as the start of the file."""
    return (container.start_time or 0) / 1e6


def clamped(seconds: float) -> float:
    """A time that the parent will believe."""
    return min(max(0.0, seconds), LONGEST)


def seek(container: InputContainer, seconds: float) -> bool:
    """Go to the last key frame before `seconds` from the start; False if the file cannot be searched."""
    try:
        container.seek(round((seconds + origin(container)) * 1e6))
    except (av.error.FFmpegError, OverflowError):
        return False
    return True


def pixel_aspect(stream: VideoStream) -> Fraction:
    """The sample aspect ratio, 1 where it is unknown or absurd."""
    aspect = stream.sample_aspect_ratio
    return aspect if aspect and Fraction(1, 4) <= aspect <= 4 else Fraction(1)


def packets(container: InputContainer, stream: Stream) -> Iterator[av.Packet[Any]]:
    """The stream's packets as far as they can be read; the last one is empty and flushes the decoder."""
    try:
        yield from container.demux(stream)
    except DEMUX_ERRORS:
        return


def _first_allowed(streams: Any, codecs: str) -> Any:
    allowed = [s for s in streams if s.codec_context is not None and s.codec_context.name in codecs.split(",")]
    return max(allowed, key=lambda s: bool(s.disposition & Disposition.default), default=None)


def _codecs(streams: Iterable[Stream]) -> str:
    names = {s.codec_context.name if s.codec_context is not None else "an unknown codec" for s in streams}
    return ", ".join(sorted(names))[:100]


def _is_cover(stream: VideoStream) -> bool:
    if stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails):
        return True
    return (
        stream.codec_context is not None and stream.codec_context.name in STILL_CODECS.split(",") and stream.frames == 1
    )


def _refuse(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise io.UnsupportedOperation("a media file may not open another")
