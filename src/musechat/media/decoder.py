"""The parent's door to media: opens files itself, has children decode them, believes nothing they answer.

In: paths and plans. Out: the values of model. Every failure is a `MediaError` that names the file.

- FFmpeg is never loaded here; a child gets an open descriptor of a regular file, never a name.
- At most `concurrency` children run at once; more callers wait. A sweep counts from its first chunk until it
  is exhausted or closed.
- Time limits grow with the file's size and with what is asked, and count only waiting for the child.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import stat
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from musechat.core.errors import MediaError
from musechat.core.text import one_line
from musechat.media.model import (
    LONGEST,
    AudioClip,
    AudioPlan,
    AudioStreamInfo,
    Frame,
    Limits,
    MediaInfo,
    Protection,
    RenderChunk,
    RenderPlan,
    RenderReport,
    SweepChunk,
    SweepPlan,
    VideoStreamInfo,
)
from musechat.media.wire import Array, Fields, FileError, Kind, Message, nonsense, read_messages
from musechat.media.workers import Answer, Workers, best_workers

AUDIO_REAL_TIME = 0.1  # of waiting per second of audio that is decoded
VIDEO_REAL_TIME = 2.0
KEYFRAME_SECONDS = 2.0
RENDER_REAL_TIME = 2.0
PIXELS_A_SECOND = 5e6  # that are encoded anew, at the least
RENDER_GROWTH = 16  # times the clip's bytes that a rendering may take, on top of `Limits.answer_bytes`
MAX_FPS = 120.0
MAX_WALLS, MAX_NOTES = 32, 16


class Decoder:
    """Decodes untrusted media in sandboxed child processes; a context manager, safe to use from many threads."""

    def __init__(self, limits: Limits | None = None, concurrency: int = 2, workers: Workers | None = None) -> None:
        """`workers` start the children; this system's best by default."""
        self._limits = limits or Limits()
        self._slots = threading.BoundedSemaphore(concurrency)
        self._workers = workers or best_workers()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all children. The next request starts anew."""
        self._workers.close()

    def identify(self, path: str | Path) -> MediaInfo:
        """Streams, tags, duration and the audio's identity, by one pass over the packets.

        Raises `MediaError`: missing, empty, unreadable, forbidden, too_large, timeout, crashed.
        """
        return self._identify(path, hashed=True)

    def probe(self, path: str | Path) -> MediaInfo:
        """As `identify` without the identity (`audio_id` is None): at once, however long the file."""
        return self._identify(path, hashed=False)

    def _identify(self, path: str | Path, hashed: bool) -> MediaInfo:
        fields, _ = self._single(path, "identify", {"hashed": hashed}, 0.0)
        with _blaming(path):
            return _media_info(fields, self._limits)

    def audio(self, path: str | Path, plan: AudioPlan | None = None) -> AudioClip:
        """Mono samples and loudness. Raises `MediaError`: as `identify`, or no_audio."""
        plan = plan or AudioPlan()
        fields, arrays = self._single(path, "audio", asdict(plan), AUDIO_REAL_TIME * plan.max_seconds)
        with _blaming(path):
            return _audio_clip(fields, arrays, plan)

    def keyframes(self, path: str | Path, at_most: int = 12, short_side: int = 298) -> list[Frame]:
        """At most `at_most` key frames spread over the clip, in its order.

        Raises `MediaError`: as `identify`, or no_pictures.
        """
        params = {"at_most": at_most, "short_side": short_side}
        messages = list(
            itertools.islice(self._ask([path], "keyframes", params, KEYFRAME_SECONDS * at_most), 2 * at_most)
        )
        with _blaming(path):
            frames = _frames([m for m in messages if isinstance(m, Fields)], _arrays(messages, Kind.FRAME))
        return sorted(frames, key=lambda frame: frame.time)

    def sweep(self, path: str | Path, plan: SweepPlan | None = None) -> Iterator[SweepChunk]:
        """One sequential decode, a chunk about every two seconds of work.

        Raises `MediaError`: as `identify`, or no_pictures.
        """
        plan = plan or SweepPlan()
        arrays: list[Message] = []
        with contextlib.closing(
            self._ask([path], "sweep", asdict(plan), VIDEO_REAL_TIME * plan.max_seconds)
        ) as messages:
            for message in messages:
                if isinstance(message, Fields):
                    with _blaming(path):
                        chunk = _sweep_chunk(message, arrays, plan)
                    yield chunk
                    arrays = []
                else:
                    arrays.append(message)

    def render(self, video: str | Path, track: str | Path, plan: RenderPlan) -> Iterator[RenderChunk | RenderReport]:
        """An MP4 file of the clip's pictures with the track under them: its bytes as they come, then the report.

        The moov box stands in front, so that the file plays before it is complete. Closing the iterator ends the work.
        Raises `MediaError` about the file that is at fault: as `identify`, or no_pictures, no_audio.
        """
        seconds = self._render_seconds(video)
        size, done, report = 0, 0.0, None
        params = {"plan": _plain(plan)}
        with contextlib.closing(self._ask([video, track], "render", params, seconds, RENDER_GROWTH)) as messages:
            data = b""
            for message in messages:
                with _blaming(video, track):
                    if report is not None:
                        raise nonsense("more after the report")
                    if isinstance(message, Array):
                        data = _file_bytes(message, data)
                        continue
                    if message.has("report"):
                        report = _render_report(message.part("report"))
                        continue
                    done = message.number("progress", done, 1)
                    chunk = RenderChunk(message.whole("position", 0, size), data, done)
                size, data = max(size, chunk.position + len(data)), b""
                yield chunk
        with _blaming(video, track):
            if report is None:
                raise nonsense("no report")
        yield report

    def _render_seconds(self, video: str | Path) -> float:
        """How long the children may be waited for, by what the clip claims to be."""
        info = self.probe(video)
        with _blaming(video):
            if info.video is None:
                raise MediaError("has no moving pictures", reason="no_pictures")
            if info.duration > self._limits.max_seconds:
                raise MediaError(f"lasts longer than {self._limits.max_seconds / 3600:g} hours", reason="too_large")
        pixels = info.video.width * info.video.height * min(info.video.fps or MAX_FPS, MAX_FPS)
        return info.duration * (RENDER_REAL_TIME + pixels / PIXELS_A_SECOND)

    def protections(self) -> tuple[Protection, ...]:
        """The walls around a child, as raised and as felt from inside one."""
        fields, _ = self._single(Path(__file__), "protections", {}, 0.0)
        return tuple(
            Protection(wall.text("name", 80), wall.flag("active"), wall.text("detail", 200))
            for wall in fields.parts("walls", MAX_WALLS)
        )

    def _single(
        self, path: str | Path, op: str, params: Mapping[str, Any], seconds: float
    ) -> tuple[Fields, list[Message]]:
        """The object that closes an answer, and the arrays before it."""
        arrays: list[Message] = []
        for message in (messages := self._ask([path], op, params, seconds)):
            if isinstance(message, Fields):
                if next(messages, None) is None:
                    return message, arrays
                break
            arrays.append(message)
        messages.close()
        raise _about(_name(path), nonsense("parts in the wrong order"))

    def _ask(
        self, paths: Sequence[str | Path], op: str, params: Mapping[str, Any], seconds: float, growth: int = 0
    ) -> Generator[Message, None, None]:
        """Run `op` on the files in a child and yield its messages as they come, `growth` times their size at most."""
        limits = self._limits
        with contextlib.ExitStack() as opened:
            fds, size = [], 0
            for path in paths:
                with _blaming(path):
                    fd, length = opened.enter_context(_open_regular(path))
                fds.append(fd)
                size += length
            opened.enter_context(_blaming(*paths))
            opened.enter_context(self._slots)
            total = limits.base_seconds + limits.seconds_per_gigabyte * size / 1e9 + seconds
            request = {"op": op, "params": params, "limits": asdict(limits), "cpu_seconds": int(total) + 2}
            answer = Answer(*self._workers.start(fds, request), total, limits.stall_seconds)
            opened.enter_context(contextlib.closing(answer))
            yield from read_messages(answer.read, limits.message_bytes, limits.answer_bytes + growth * size)


@contextlib.contextmanager
def _blaming(*paths: str | Path) -> Iterator[None]:
    """Make a sentence of any `MediaError`: about the file that it is about, or else about all of them."""
    try:
        yield
    except MediaError as error:
        if isinstance(error, FileError) and error.file < len(paths):
            paths = (paths[error.file],)
        raise _about(" with ".join(_name(path) for path in paths), error) from None


def _about(subject: str, error: MediaError) -> MediaError:
    return MediaError(f"{subject} {error}.", reason=error.reason)


def _name(path: str | Path) -> str:
    return one_line(Path(path).name) or "this file"


@contextlib.contextmanager
def _open_regular(path: str | Path) -> Iterator[tuple[int, int]]:
    """→ a read-only descriptor of a regular file, and its size. Raises `MediaError` for anything else."""
    flags = os.O_RDONLY
    for name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        _require_regular(Path(path).stat())  # asked first: opening a device may act on it
        fd = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        raise MediaError("does not exist", reason="missing") from None
    except PermissionError:
        raise MediaError("may not be read: check its permissions", reason="forbidden") from None
    except (OSError, ValueError) as error:
        raise MediaError(f"cannot be opened ({getattr(error, 'strerror', None) or error})") from None
    try:
        status = os.fstat(fd)
        _require_regular(status)
        if status.st_size == 0:
            raise MediaError("is empty", reason="empty")
        yield fd, status.st_size
    finally:
        os.close(fd)


def _require_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device, pipe or socket"
        raise MediaError(f"is {what}, not a media file", reason="forbidden")


def _media_info(fields: Fields, limits: Limits) -> MediaInfo:
    audio = video = digest = None
    if fields.has("audio"):
        part = fields.part("audio")
        audio = AudioStreamInfo(part.text("codec", 40), part.whole("rate", 1, 1 << 24), part.whole("channels", 1, 256))
    if fields.has("audio_id"):
        digest = fields.text("audio_id", 64)
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise nonsense("an impossible identity")
    if fields.has("video"):
        part = fields.part("video")
        video = VideoStreamInfo(
            codec=part.text("codec", 40),
            width=part.whole("width", 1, 1 << 17),
            height=part.whole("height", 1, 1 << 17),
            rotation=part.whole("rotation", 0, 270),
            fps=part.number("fps", 0, 1e6),
            pix_fmt=part.text("pix_fmt", 40),
            seconds=part.number("seconds", 0, LONGEST),
        )
    length = limits.tag_length
    return MediaInfo(
        container=fields.text("container", 100),
        duration=fields.number("duration", 0, LONGEST),
        audio=audio,
        video=video,
        has_cover=fields.flag("has_cover"),
        tags={t.text("key", length): t.text("value", length) for t in fields.parts("tags", limits.max_tags)},
        audio_id=digest,
        pictures_in=fields.text("pictures_in", 100),
        sound_in=fields.text("sound_in", 100),
    )


def _audio_clip(fields: Fields, arrays: list[Message], plan: AudioPlan) -> AudioClip:
    samples = np.concatenate([np.zeros(0, np.float32), *_arrays(arrays, Kind.SAMPLES)])
    windows = fields.parts("windows", plan.windows + 1)
    lengths = tuple(window.whole("length", 0, len(samples)) for window in windows)
    if sum(lengths) != len(samples):
        raise nonsense("windows that do not add up")
    levels = {key: fields.number(key, -1000, 1000) for key in ("loudness", "range") if fields.has(key)}
    return AudioClip(
        samples=samples if np.isfinite(samples).all() else np.nan_to_num(samples, posinf=0.0, neginf=0.0),
        rate=plan.rate,
        starts=np.array([window.number("start", 0, LONGEST) for window in windows]),
        lengths=lengths,
        duration=fields.number("duration", 0, LONGEST),
        loudness_lufs=levels.get("loudness"),
        loudness_range=levels.get("range"),
        momentary=np.concatenate([np.zeros(0, np.float32), *_arrays(arrays, Kind.MOMENTARY)]),
        damaged=fields.whole("damaged", 0, 1 << 40),
    )


def _sweep_chunk(fields: Fields, arrays: list[Message], plan: SweepPlan) -> SweepChunk:
    times, thumbs = _arrays(arrays, Kind.TIMES), _arrays(arrays, Kind.THUMBS)
    if len(times) != 1 or len(thumbs) != 1 or not np.isfinite(times[0]).all():
        raise nonsense("a chunk with parts missing")
    if thumbs[0].shape != (len(times[0]), plan.thumb_height, plan.thumb_width, 3):
        raise nonsense("thumbnails of an impossible shape")
    spans = fields.parts("spans", plan.windows)
    return SweepChunk(
        times=times[0],
        thumbs=thumbs[0],
        frames=_frames(fields.parts("frames", plan.max_frames), _arrays(arrays, Kind.FRAME)),
        progress=fields.number("progress", 0, 1),
        spans=tuple((span.number("start", 0, LONGEST), span.number("end", 0, LONGEST)) for span in spans),
    )


def _plain(plan: RenderPlan) -> dict[str, Any]:
    """The plan as it travels to a child, in short: where a request is an argument, its length is limited."""
    fit = plan.fit
    return {
        "pieces": [[round(second, 6) for second in (p.at, p.start, p.end)] for p in fit.pieces],
        "fades": [fit.fade_in, fit.fade_out],
        "lufs": plan.lufs,
        "true_peak": plan.true_peak,
        "own_sound": plan.own_sound,
        "speech": [[round(start, 3), round(end, 3)] for start, end in plan.speech],
    }


def _file_bytes(message: Array, before: bytes) -> bytes:
    if message.kind is not Kind.BYTES or before:
        raise nonsense("parts in the wrong order")
    return message.values.tobytes()


def _render_report(fields: Fields) -> RenderReport:
    levels = {key: fields.number(key, -1000, 1000) for key in ("loudness", "true_peak") if fields.has(key)}
    return RenderReport(
        seconds=fields.number("seconds", 0, LONGEST),
        copied=fields.flag("copied"),
        codec=fields.text("codec", 40),
        loudness_lufs=levels.get("loudness"),
        true_peak_dbtp=levels.get("true_peak"),
        gain_db=fields.number("gain", -1000, 1000),
        notes=tuple(one_line(note.text("note", 300), 300) for note in fields.parts("notes", MAX_NOTES)),
    )


def _frames(times: list[Fields], pictures: list[NDArray[Any]]) -> tuple[Frame, ...]:
    if len(times) != len(pictures) or any(p.shape[2] != 3 or p.size == 0 for p in pictures):
        raise nonsense("a picture of an impossible shape")
    return tuple(Frame(at.number("time", 0, LONGEST), p) for at, p in zip(times, pictures, strict=True))


def _arrays(messages: list[Message], kind: Kind) -> list[NDArray[Any]]:
    return [m.values for m in messages if isinstance(m, Array) and m.kind is kind]
