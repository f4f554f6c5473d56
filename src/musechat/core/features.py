"""What was measured: `TrackFeatures` of a track and `VideoProfile` of a clip.

In: numbers from the encoders and measurements. Out: the only knowledge of sound and picture that ranking and
reasons may use.

- None means "not measured", never "zero".
- Arrays are float32; a segment is one analysed window of the medium.
- `EncoderId` goes with each vector so that two spaces are never mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

Mode = Literal["major", "minor"]
KEY_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


@dataclass(frozen=True, slots=True)
class EncoderId:
    """Names a vector space: the encoder, its version, and the settings that change its vectors."""

    name: str
    version: str
    settings: str = ""

    def __str__(self) -> str:
        return f"{self.name}/{self.version}" + (f"/{self.settings}" if self.settings else "")


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """How a track runs in time, all in seconds from its start, ascending; each array may be empty.

    `beats` (b,); `downbeats` (d,), the beats that begin a bar; `borders` (s,), where a new section begins, on downbeats
    where there are any; `lifts` (l,), the moments at which the music becomes fuller or louder for good, and `rises`
    (l,), by how many LU each does.
    """

    beats: Floats
    downbeats: Floats
    borders: Floats
    lifts: Floats
    rises: Floats


@dataclass(frozen=True, slots=True, eq=False)
class TrackFeatures:
    """What was heard in a track. k segments, d embedding dimensions, t tags, s seconds.

    `starts` (k,) seconds; `embeddings` (k, d); `tags` (k, t) probabilities in the order of the encoder's tag names;
    `energy` (s,) in 0..1, one value a second; `beat_strength`, `key_strength`, tempo strengths in 0..1;
    `valence`, `arousal` in -1..1; `loudness` in LUFS, `loudness_range` in LU.
    """

    encoder: EncoderId
    starts: Floats
    embeddings: Floats
    tags: Floats
    bpm: float | None
    bpm_strength: float
    second_bpm: float | None
    second_bpm_strength: float
    beat_strength: float
    key: int | None
    mode: Mode | None
    key_strength: float
    loudness: float | None
    loudness_range: float | None
    energy: Floats
    form: Form
    valence: float
    arousal: float

    @property
    def key_name(self) -> str | None:
        """For example "E♭ minor", or None where no key was found."""
        return None if self.key is None or self.mode is None else f"{KEY_NAMES[self.key]} {self.mode}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A group of image classes, the mean probability that the frames put on it (0..1), and the concept it suits."""

    name: str
    probability: float
    suits: str | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """Seconds `start`..`end` of a clip without a cut; `brightness` and `motion` in 0..1, motion None in a brief one."""

    start: float
    end: float
    brightness: float
    motion: float | None


@dataclass(frozen=True, slots=True, eq=False)
class VideoProfile:
    """What was seen in a clip. k frames, d embedding dimensions, s seconds.

    `stage`: "keyframes" is the quick first look; "full" has been through the whole clip, and only then are `motion`,
    `cuts`, `shots` and the curves known. `times` (k,) seconds; `embeddings` (k, d); brightness, saturation, warmth,
    motion in 0..1; `cuts` seconds; `shots` lie between them; valence, arousal in -1..1; `arousal_curve` (s,) one value
    a second; `watched`: seconds of the clip that the full pass went through; `own_loudness`: LUFS of the clip's own
    sound, None without sound or where it was not measured; `speech`: (start, end) seconds of speech in it, None where
    nobody listened.
    """

    path: str
    duration: float
    width: int
    height: int
    fps: float | None
    stage: Literal["keyframes", "full"]
    encoder: EncoderId
    times: Floats
    embeddings: Floats
    scenes: tuple[Scene, ...]
    colours: tuple[str, ...]
    brightness: float
    saturation: float
    warmth: float
    motion: float | None
    cuts: tuple[float, ...] | None
    valence: float
    arousal: float
    arousal_curve: Floats | None
    has_sound: bool
    watched: float = 0.0
    own_loudness: float | None = None
    speech: tuple[tuple[float, float], ...] | None = None
    shots: tuple[Shot, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def cuts_per_minute(self) -> float | None:
        """Cut rate over what was watched, None before the full pass."""
        return None if self.cuts is None or self.watched <= 0 else 60.0 * len(self.cuts) / self.watched
