"""What media can say about a file: the values that travel out of this room, and the plans that go in.

In: nothing. Out: frozen dataclasses; every number that bounds hostile media is in `Limits`.

- Times are seconds from the start of the file, pixels are upright RGB, samples are mono float32.
- `None` means "there is none", never "not looked for".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from musechat.core.fit import Fit

F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
U8: TypeAlias = NDArray[np.uint8]
OwnSound = Literal["drop", "duck", "keep"]
"""A clip's own sound under music: left out; the lead, under whose speech the music goes down; or mixed in alone."""

LONGEST = 1e7  # seconds (115 days): no time or duration is believed above it
COPIED = frozenset({"h264", "hevc", "av1", "vp9", "mpeg4"})
"""Pictures that a rendering takes over bit for bit: MP4 holds them, and phones or browsers play them from it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one untrusted file may cost: of the machine, of the clock, of the answer."""

    memory: int = 1536 << 20  # bytes of address space of the decoding child
    base_seconds: float = 20.0  # of waiting for any answer, on top of what the work itself may take
    seconds_per_gigabyte: float = 60.0  # to read and hash the file
    stall_seconds: float = 60.0  # without one message
    answer_bytes: int = 1 << 30  # of one whole answer
    message_bytes: int = 256 << 20  # of one array
    max_side: int = 8192  # pixels
    max_streams: int = 32
    max_channels: int = 16
    max_rate: int = 768_000  # Hz
    max_seconds: float = 6 * 3600.0  # of a clip that is rendered
    max_tags: int = 64
    tag_length: int = 1000  # characters


@dataclass(frozen=True, slots=True)
class AudioStreamInfo:
    """The audio stream that is decoded: the decoder's name, Hz, number of channels."""

    codec: str
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class VideoStreamInfo:
    """The moving pictures. `width` × `height` as shown: after pixel aspect and `rotation` (degrees clockwise).

    `seconds`: when the last one is over, from the start of the file; its sound may go on.
    """

    codec: str
    width: int
    height: int
    rotation: int
    fps: float  # mean frames per second, 0 when the file does not tell
    pix_fmt: str
    seconds: float


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """One file without decoding it. Cover art is not a video; `tags` are as hostile as the file.

    `audio_id` is the hex SHA-256 of the codec's name and the demuxed audio packets, so that tags, names and
    cover art do not change it; None without audio, or where it was not asked for. `pictures_in`, `sound_in`: codecs of
    what the file holds and MuseChat does not decode, empty where there is nothing of it.
    """

    container: str
    duration: float
    audio: AudioStreamInfo | None
    video: VideoStreamInfo | None
    has_cover: bool
    tags: dict[str, str]
    audio_id: str | None
    pictures_in: str = ""
    sound_in: str = ""

    @property
    def clip_seconds(self) -> float:
        """How long the file is as a clip: as long as it shows pictures."""
        return self.video.seconds if self.video is not None and self.video.seconds else self.duration


@dataclass(frozen=True, slots=True)
class AudioPlan:
    """What to decode: all of it up to `max_seconds`, above that `windows` windows spread over the file."""

    rate: int = 16_000
    max_seconds: float = 900.0
    windows: int = 16
    window_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class AudioClip:
    """Decoded audio, mono: the plain average of all channels, which cannot clip but cancels opposite phases.

    `samples` (n,) hold the windows one after the other; `starts` (k,) seconds and `lengths` (k,) samples say
    where each lies. `momentary` (m,) is the loudness of the last 400 ms in LUFS after each 100 ms of `samples`,
    nan where there is none. Loudness is EBU R 128 over all channels at the native rate (libavfilter's ebur128);
    `loudness_range` (EBU Tech 3342) needs ten seconds. `damaged` counts packets that did not decode.
    """

    samples: F32
    rate: int
    starts: F64
    lengths: tuple[int, ...]
    duration: float
    loudness_lufs: float | None
    loudness_range: float | None
    momentary: F32
    damaged: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One upright picture: `pixels` (h, w, 3) uint8 RGB at `time` seconds."""

    time: float
    pixels: U8


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What one sequential decode keeps: `Frame`s for recognition, thumbnails for colour, motion and cuts.

    A clip longer than `max_seconds` is decoded in `windows` spread windows of that total length.
    Thumbnails come at most 1.5 / `thumbs_per_second` apart unless the clip itself has fewer frames, and one more at
    each key frame that follows other frames.
    """

    short_side: int = 298
    frames_per_second: float = 1.0
    max_frames: int = 120
    thumb_width: int = 64
    thumb_height: int = 36
    thumbs_per_second: float = 12.5
    max_seconds: float = 1200.0
    windows: int = 20


@dataclass(frozen=True, slots=True)
class SweepChunk:
    """What the sweep found since the last chunk: `thumbs` (n, h, w, 3) uint8 RGB at `times` (n,), and frames.

    `progress` is 0..1; `spans` are the (start, end) seconds that the whole sweep decodes: one span when whole.
    """

    times: F64
    thumbs: U8
    frames: tuple[Frame, ...]
    progress: float
    spans: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """How a track is laid under a clip, and how loud the file becomes.

    Times of `fit` and `speech` are on the clip's clock, as `Frame.time` and `AudioClip.starts` are.
    """

    fit: Fit
    lufs: float = -14.0  # integrated loudness of the whole mix, target
    true_peak: float = -1.0  # dBTP, ceiling of the finished file
    own_sound: OwnSound = "duck"
    speech: tuple[tuple[float, float], ...] = ()  # seconds of speech in the clip, under which the music ducks


@dataclass(frozen=True, slots=True)
class RenderChunk:
    """`data` to write at byte `position` of the file, which never leaves a hole and may be empty.

    `progress` is 0..1 and never falls.
    """

    position: int
    data: bytes
    progress: float


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What became of a rendering.

    `seconds` is its length; `copied` says that the pictures are the clip's own packets, bit for bit; `codec` is that of
    the file's pictures. Loudness (EBU R 128) and true peak (four times oversampled) are those of the decoded AAC, None
    where there is nothing to measure; `gain_db` is what the music was raised by, where it is not ducked. `notes` are
    sentences for people.
    """

    seconds: float
    copied: bool
    codec: str
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    gain_db: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protection:
    """One wall around the decoder: whether it stands here, and what was measured."""

    name: str
    active: bool
    detail: str
