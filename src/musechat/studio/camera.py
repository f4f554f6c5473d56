"""A film on disk: `shoot`.

In: a `Film` and a path. Out: an mp4 file that any player shows, cut at the planned frames.

- Every shot begins with a key frame, so that one can go to any cut; the encoder looks for none of its own.
- The file appears under its name only when it is whole.
- H.264, 4:2:0, tagged as BT.709; AAC 48 kHz stereo where the film has sound of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter

from musechat.studio.files import whole
from musechat.studio.painter import frames
from musechat.studio.talk import room_tone, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musechat.studio.film import Film

BT709, LIMITED = 1, 1  # AVColorSpace and AVColorRange


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Of the encoders. `tuning` saves half of the time. `keyframe_seconds`: the longest way between
    key frames.
    """

    preset: str = "veryfast"
    crf: int = 23
    tuning: str = (
        "scenecut=0:rc-lookahead=5:ref=1:subme=1:me=dia:partitions=none:weightp=0:no-8x8dct=1:bframes=1:b-adapt=0"
    )
    keyframe_seconds: float = 5.0
    sound_rate: int = 48_000
    sound_bits: int = 128_000


CAMERA = CameraSettings()


def shoot(film: Film, path: Path) -> None:
    """Films `film` into `path`, replacing what is there. Raises OSError where it cannot be written."""
    with whole(path) as part, av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        _expose(film, out)


def _expose(film: Film, out: Any) -> None:
    options = {"preset": CAMERA.preset, "crf": str(CAMERA.crf), "x264-params": CAMERA.tuning}
    picture = out.add_stream("libx264", rate=film.fps, options=options)
    picture.width, picture.height, picture.pix_fmt = film.width, film.height, "yuv420p"
    context = picture.codec_context
    context.time_base, context.thread_count = Fraction(1, film.fps), 1
    context.gop_size = round(CAMERA.keyframe_seconds * film.fps)
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED
    sound = out.add_stream("aac", rate=CAMERA.sound_rate, layout="stereo") if film.has_sound else None
    if sound is not None:
        sound.bit_rate = CAMERA.sound_bits
    heard = _sound(film) if sound is not None else repeat(None)
    for seen, block in zip(_pictures(film), heard, strict=False):
        out.mux(picture.encode(seen))
        if sound is not None:
            out.mux(sound.encode(block))
    out.mux(picture.encode(None))
    if sound is not None:
        out.mux(sound.encode(None))


def _pictures(film: Film) -> Iterator[VideoFrame]:
    """The film's frames at its size, in YUV; the first of each shot asks to be a key frame."""
    begins = {shot.start for shot in film.shots}
    enlarge = VideoReformatter()
    for index, pixels in enumerate(frames(film)):
        small = VideoFrame.from_ndarray(pixels, "rgb24")
        size = film.width, film.height
        frame = enlarge.reformat(small, *size, "yuv420p", None, BT709, "BICUBIC", None, LIMITED, threads=1)
        frame.pts, frame.time_base = index, Fraction(1, film.fps)
        frame.pict_type = PictureType.I if index in begins else PictureType.NONE
        yield frame


def _sound(film: Film) -> Iterator[AudioFrame]:
    """Voice over the tone of the room, a block for each picture."""
    rate = CAMERA.sound_rate
    voice = talk(film.speech, film.seconds, film.seed, rate)
    both = voice + room_tone(film.seconds, film.seed, rate)  # (2, n)
    for index in range(film.frames):
        start, end = (round(i * rate / film.fps) for i in (index, index + 1))
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(both[:, start:end]), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame
