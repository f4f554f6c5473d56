"""A clip's file → `VideoProfile`: first from keyframes, then from the whole clip and its own sound.

In: a path. Out: what was seen and heard.

- The first look costs a fraction of a second and leaves motion, cuts and curves unmeasured (None).
- The full pass decodes the clip once, in order; frames are recognised here while the child decodes the next ones.
- A clip longer than the sweep's limit is watched in windows, and so is its sound; the profile's notes say so.
- `listen` hears the sound alone: whoever lays music under a clip needs no pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from musechat.core.errors import MediaError
from musechat.core.features import EncoderId, VideoProfile
from musechat.core.protocols import Silent
from musechat.encode.efficientnet import SETTINGS as PICTURE
from musechat.encode.measure import (
    colour_by_picture,
    measure_colour,
    measure_cuts,
    measure_motion,
    measure_shots,
    picture_mood,
)
from musechat.encode.scenes import SceneGroups
from musechat.media import SweepPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from musechat.core.features import Floats, Scene
    from musechat.core.protocols import ImageEncoder, Progress, SpeechDetector
    from musechat.encode.measure import Colour, Mood, Motion, PictureMood
    from musechat.media import AudioClip, Frame, MediaInfo, SweepChunk, VideoStreamInfo

FIRST_FRAMES = 12
WATCH = SweepPlan(short_side=PICTURE.short_side)


class Sees(Protocol):
    """The part of the decoder that is needed here."""

    def probe(self, path: str | Path) -> MediaInfo:
        """Streams and duration of a file."""
        ...

    def keyframes(self, path: str | Path, at_most: int, short_side: int) -> list[Frame]:
        """Some keyframes, spread over the clip."""
        ...

    def sweep(self, path: str | Path, plan: SweepPlan) -> Iterator[SweepChunk]:
        """The whole clip, chunk by chunk."""
        ...

    def audio(self, path: str | Path) -> AudioClip:
        """The clip's own sound."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Watched:
    """What a sweep gathered: thumbnails (n, h, w, 3) at `times` (n,), recognised frames, the spans decoded."""

    times: NDArray[np.float64]
    thumbs: NDArray[np.uint8]
    frame_times: Floats
    features: Floats
    probabilities: Floats
    spans: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class OwnSound:
    """A clip's own sound: its loudness in LUFS and the (start, end) seconds of speech, ascending and apart.

    None where there is no sound or none of it decodes; silence has no loudness, but no speech either: (). `notes` say
    what was not heard, and why.
    """

    loudness: float | None = None
    speech: tuple[tuple[float, float], ...] | None = None
    notes: tuple[str, ...] = ()


class File2Profile:
    """A clip's file → what was seen and heard in it."""

    def __init__(self, decoder: Sees, encoder: ImageEncoder, speech: SpeechDetector) -> None:
        self._decoder = decoder
        self._encoder = encoder
        self._speech = speech
        self._scenes = SceneGroups(encoder.class_names, encoder.name)

    def first_look(self, path: Path) -> VideoProfile:
        """From at most 12 keyframes. Raises `MediaError` for a file without pictures."""
        info, stream = self._open(path)
        frames = self._decoder.keyframes(path, FIRST_FRAMES, PICTURE.short_side)
        if not frames:
            raise MediaError(f"No picture of {path.name} could be decoded.", "no_pictures")
        pictures = np.stack([frame.pixels for frame in frames])  # (k, h, w, 3)
        features, probabilities = self._encoder.encode(list(pictures))
        values = colour_by_picture(pictures)  # (k, 3)
        return self._profile(
            path,
            info,
            stream,
            "keyframes",
            times=np.array([frame.time for frame in frames], np.float32),
            embeddings=features,
            scenes=self._scenes.scenes(probabilities, features),
            colour=measure_colour(pictures),
            mood=picture_mood(values[:, 0], values[:, 1]).mean,
        )

    def watch(self, path: Path, progress: Progress | None = None) -> VideoProfile:
        """From every frame, or from windows of a long clip. Raises `MediaError` for a file without pictures."""
        info, stream = self._open(path)
        seen = self._sweep(path, progress or Silent())
        cuts = measure_cuts(seen.thumbs, seen.times)
        motion = measure_motion(seen.thumbs, seen.times, cuts.times)
        watched = min(info.clip_seconds, sum(end - start for start, end in seen.spans))
        values = colour_by_picture(seen.thumbs)  # (n, 3)
        mood = _mood(seen, values, motion, cuts.times, watched)
        profile = self._profile(
            path,
            info,
            stream,
            "full",
            times=seen.frame_times,
            embeddings=seen.features,
            scenes=self._scenes.scenes(seen.probabilities, seen.features),
            colour=measure_colour(seen.thumbs),
            mood=mood.mean,
        )
        sound = self._own_sound(path, info)
        length = info.clip_seconds / 60
        part = f"Only {watched / 60:.0f} of {length:.0f} minutes were watched, in {len(seen.spans)} windows."
        return replace(
            profile,
            motion=motion.mean,
            cuts=cuts.times,
            shots=measure_shots(seen.thumbs, seen.times, values[:, 0], cuts.times, seen.spans),
            watched=watched,
            arousal_curve=_over_the_clip(mood.arousal, seen.spans, info.clip_seconds),
            own_loudness=sound.loudness,
            speech=sound.speech,
            notes=((part,) if len(seen.spans) > 1 else ()) + sound.notes,
        )

    def listen(self, path: Path) -> OwnSound:
        """The clip's own sound, without watching it. Raises `MediaError` for a file that cannot be read."""
        return self._own_sound(path, self._decoder.probe(path))

    def _open(self, path: Path) -> tuple[MediaInfo, VideoStreamInfo]:
        info = self._decoder.probe(path)
        if info.video is None:
            what = "only a cover picture and sound" if info.has_cover else "no moving pictures"
            if info.pictures_in:
                what = f"pictures that MuseChat does not decode ({info.pictures_in}): convert it to H.264, or"
                raise MediaError(f"{path.name} holds {what} give another video.", "no_pictures")
            raise MediaError(f"{path.name} holds {what}; give a video.", "no_pictures")
        return info, info.video

    def _sweep(self, path: Path, progress: Progress) -> _Watched:
        """Decodes and recognises; raises `MediaError` where nothing was seen."""
        chunks: list[SweepChunk] = []
        recognised = [(np.zeros((0, self._encoder.dim), np.float32), np.zeros((0, 0), np.float32))]
        progress.start("Watching the clip", 1.0)
        done = 0.0
        for chunk in self._decoder.sweep(path, WATCH):
            chunks.append(chunk)
            if chunk.frames:
                recognised.append(self._encoder.encode([frame.pixels for frame in chunk.frames]))
            progress.advance(chunk.progress - done)
            done = chunk.progress
        times = np.concatenate([np.zeros(0), *(chunk.times for chunk in chunks)])
        if not len(times):
            raise MediaError(f"No picture of {path.name} could be decoded.", "no_pictures")
        seen = [frame.time for chunk in chunks for frame in chunk.frames]
        return _Watched(
            times=times,
            thumbs=np.concatenate([chunk.thumbs for chunk in chunks]),
            frame_times=np.array(seen, np.float32),
            features=np.concatenate([features for features, _ in recognised]),
            probabilities=np.concatenate([p for _, p in recognised[1:]]) if seen else recognised[0][1],
            spans=chunks[-1].spans,
        )

    def _own_sound(self, path: Path, info: MediaInfo) -> OwnSound:
        """Hears the clip; a damaged sound track is no reason to give up on the pictures."""
        if info.audio is None:
            unknown = f"Its own sound is not heard: MuseChat does not decode {info.sound_in}."
            return OwnSound(notes=(unknown,) if info.sound_in else ())
        try:
            clip = self._decoder.audio(path)
        except MediaError as error:
            return OwnSound(notes=(f"Its own sound is not heard: {error}",))
        windows = np.split(clip.samples, np.cumsum(clip.lengths)[:-1])
        spoken = (
            (start + begin, start + end)
            for start, window in zip(clip.starts.tolist(), windows, strict=True)
            for begin, end in self._speech(window)
        )
        heard = clip.samples.size / clip.rate
        parts = f" in {len(windows)} windows" if len(windows) > 1 else ""
        part = f"Only {heard / 60:.0f} of {clip.duration / 60:.0f} minutes of its sound were heard{parts}."
        return OwnSound(clip.loudness_lufs, _apart(spoken), (part,) if heard < clip.duration - 1 else ())

    def _profile(
        self,
        path: Path,
        info: MediaInfo,
        stream: VideoStreamInfo,
        stage: Literal["keyframes", "full"],
        *,
        times: Floats,
        embeddings: Floats,
        scenes: tuple[Scene, ...],
        colour: Colour | None,
        mood: Mood,
    ) -> VideoProfile:
        assert colour is not None  # there is at least one picture
        return VideoProfile(
            path=str(path),
            duration=info.clip_seconds,
            width=stream.width,
            height=stream.height,
            fps=stream.fps or None,
            stage=stage,
            encoder=EncoderId(self._encoder.name, self._encoder.version),
            times=times,
            embeddings=embeddings,
            scenes=scenes,
            colours=tuple(named.name for named in colour.main),
            brightness=colour.brightness,
            saturation=colour.saturation,
            warmth=colour.warmth,
            motion=None,
            cuts=None,
            valence=mood.valence,
            arousal=mood.arousal,
            arousal_curve=None,
            has_sound=info.audio is not None,
        )


def _apart(spans: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Spans in order, overlapping ones joined: the clocks of damaged files jump back."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _mood(seen: _Watched, values: Floats, motion: Motion, cuts: tuple[float, ...], watched: float) -> PictureMood:
    """Mood on the timeline of the watched seconds alone: a gap between windows is not a scene without cuts."""
    seconds = np.arange(max(1, round(watched)))
    times = _without_gaps(seen.times, seen.spans)
    light, strong = (np.interp(seconds, times, values[:, column]) for column in (0, 1))
    moving = None
    if motion.mean is not None:
        second = _without_gaps(np.arange(motion.curve.size, dtype=np.float64), seen.spans)
        moving = np.interp(seconds, second, motion.curve)
    return picture_mood(light, strong, moving, tuple(_without_gaps(np.array(cuts), seen.spans).tolist()))


def _without_gaps(times: NDArray[np.float64], spans: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """Clip times (n,) on the timeline that only runs within `spans`."""
    inside = [np.clip(times - start, 0, end - start) for start, end in spans]
    compressed: NDArray[np.float64] = np.sum(inside, axis=0) if len(times) else times
    return compressed


def _over_the_clip(curve: Floats, spans: tuple[tuple[float, float], ...], duration: float) -> Floats:
    """A curve over watched seconds (s,) as one over the clip's seconds; gaps hold the last value."""
    seconds = np.arange(max(1, round(duration)), dtype=np.float64)
    return np.interp(_without_gaps(seconds, spans), np.arange(curve.size), curve).astype(np.float32)
