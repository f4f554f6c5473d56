"""A planned film with everything that is known of it: `Film`.

In: a brief, or cut times and what each shot is like; a seed. Out: shots for a painter, speech for a voice, and facts.

- All times lie on frame boundaries, so that a cut is where the plan says.
- Brightness is mean lightness and motion is the camera's speed, each in 0..1; shots vary a little around the brief.
- Consecutive shots never show the same subject, or they would look like one.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from musechat.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.random import Generator

Colour = tuple[int, int, int]
Span = tuple[float, float]
SPEAKER = "speaker"
"""The subject of a shot that shows who is talking."""


@dataclass(frozen=True, slots=True)
class FilmSettings:
    """How a plan varies. Seconds, unless said.

    `spread` is the standard deviation of the logarithm of a shot's length, `shortest` the least length.
    `brightness_noise`, `motion_noise`: standard deviations of a shot around the brief. Talk fills the `talk` part of a
    film, in utterances of `utterance` and pauses of `pause`.
    """

    spread: float = 0.35
    shortest: float = 0.32
    brightness_noise: float = 0.035
    motion_noise: float = 0.05
    talk: Span = (0.25, 0.75)
    utterance: Span = (1.4, 3.6)
    pause: Span = (0.45, 1.0)


FILM = FilmSettings()


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a place in its light: `sky` from its top to the horizon, and the `subjects` that suit it."""

    name: str
    sky: tuple[Colour, ...]
    lamp: Colour
    far: Colour
    near: Colour
    accents: tuple[Colour, ...]
    subjects: tuple[str, ...]


@lru_cache(maxsize=1)
def palettes() -> Mapping[str, Palette]:
    """The palettes of `palettes.toml` by name."""
    table = tomllib.loads(files("musechat.studio").joinpath("palettes.toml").read_text("utf-8"))
    return {name: Palette(name, **{key: _read(value) for key, value in row.items()}) for name, row in table.items()}


def _read(value: Any) -> Any:
    """Colours for what is written as #RRGGBB, tuples for lists."""
    if isinstance(value, list):
        return tuple(map(_read, value))
    return tuple(bytes.fromhex(value[1:])) if value.startswith("#") else value


@dataclass(frozen=True, slots=True)
class FilmBrief:
    """What is ordered. `brightness`, `motion` in 0..1. Raises `InputError` for what cannot be filmed."""

    seconds: float
    palette: str
    brightness: float
    motion: float
    cuts_per_minute: float
    talking: bool = False
    ambience: bool = False
    width: int = 1280
    height: int = 720
    fps: int = 25

    def __post_init__(self) -> None:
        _check(self.seconds, (self.palette,), self.width, self.height, self.fps)
        if not (0 <= self.brightness <= 1 and 0 <= self.motion <= 1):
            raise InputError("A film's brightness and motion lie between 0 and 1.")
        if not 0 <= self.cuts_per_minute <= 60 / FILM.shortest:
            raise InputError(f"A film can hold 0 to {60 / FILM.shortest:.0f} cuts a minute.")


@dataclass(frozen=True, slots=True)
class Look:
    """What a shot is like: a palette's name, `brightness` and `motion` in 0..1."""

    palette: str
    brightness: float
    motion: float


@dataclass(frozen=True, slots=True)
class Shot:
    """Frames `start` to `end` (exclusive). `seed` fixes the picture's composition."""

    start: int
    end: int
    look: Look
    subject: str
    seed: int


@dataclass(frozen=True, slots=True)
class Film:
    """A film: `shots` follow each other from frame 0; somebody speaks in the `speech` spans, in seconds."""

    seed: int
    width: int
    height: int
    fps: int
    shots: tuple[Shot, ...]
    speech: tuple[Span, ...] = ()
    ambience: bool = False

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return self.shots[-1].end

    @property
    def seconds(self) -> float:
        """How long the film is."""
        return self.frames / self.fps

    @property
    def cuts(self) -> tuple[float, ...]:
        """Seconds at which a new shot begins, the first one left out."""
        return tuple(shot.start / self.fps for shot in self.shots[1:])

    @property
    def has_sound(self) -> bool:
        """Whether the film has sound of its own."""
        return self.ambience or bool(self.speech)

    def facts(self) -> dict[str, Any]:
        """What is true of the film, as plain JSON values: the ground truth for any analysis of it."""
        lengths = [shot.end - shot.start for shot in self.shots]
        looks = [(shot.look.brightness, shot.look.motion) for shot in self.shots]
        brightness, motion = np.average(looks, axis=0, weights=lengths).round(3).tolist()
        return {
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "cuts": [round(second, 3) for second in self.cuts],
            "cuts_per_minute": round(60 * len(self.cuts) / self.seconds, 2),
            "brightness": brightness,
            "motion": motion,
            "has_sound": self.has_sound,
            "speech": [[round(start, 3), round(end, 3)] for start, end in self.speech],
            "shots": [
                {
                    "start": round(shot.start / self.fps, 3),
                    "end": round(shot.end / self.fps, 3),
                    "subject": shot.subject,
                    "palette": shot.look.palette,
                    "brightness": round(shot.look.brightness, 3),
                    "motion": round(shot.look.motion, 3),
                }
                for shot in self.shots
            ],
        }


def plan(brief: FilmBrief, seed: int) -> Film:
    """A film after `brief`; the same seed gives the same film."""
    rng = np.random.default_rng(seed)
    seconds = round(brief.seconds * brief.fps) / brief.fps
    cuts = _cut_times(seconds, brief.cuts_per_minute, rng)
    noise = rng.normal(0, (FILM.brightness_noise, FILM.motion_noise), (len(cuts) + 1, 2))
    looks = [
        Look(brief.palette, float(np.clip(brief.brightness + b, 0, 1)), float(np.clip(brief.motion + m, 0, 1)))
        for b, m in noise
    ]
    speech = _utterances(seconds, rng) if brief.talking else ()
    size = {"width": brief.width, "height": brief.height, "fps": brief.fps}
    return film_of_cuts(seconds, cuts, looks, seed, speech=speech, ambience=brief.ambience or brief.talking, **size)


def film_of_cuts(
    seconds: float,
    cuts: Sequence[float],
    looks: Sequence[Look],
    seed: int,
    *,
    speech: tuple[Span, ...] = (),
    ambience: bool = False,
    width: int = 1280,
    height: int = 720,
    fps: int = 25,
) -> Film:
    """A film of one shot for each of `looks`, cut at `cuts` in seconds, each moved to the nearest frame.

    Raises `InputError` unless there is one look more than there are cuts and every shot keeps a frame.
    """
    _check(seconds, [look.palette for look in looks], width, height, fps)
    edges = [0, *(round(cut * fps) for cut in cuts), round(seconds * fps)]
    if len(looks) != len(cuts) + 1 or any(b <= a for a, b in pairwise(edges)):
        raise InputError("A film needs cuts in ascending order within its length, and one look for each shot.")
    rng = np.random.default_rng((seed, 1))
    shots: list[Shot] = []
    for (start, end), look in zip(pairwise(edges), looks, strict=True):
        before = shots[-1].subject if shots else ""
        subject = _subject(look, before, (start / fps, end / fps), speech, rng)
        shots.append(Shot(start, end, look, subject, int(rng.integers(2**31))))
    return Film(seed, width, height, fps, tuple(shots), speech, ambience)


def _check(seconds: float, names: Sequence[str], width: int, height: int, fps: int) -> None:
    if unknown := set(names) - set(palettes()):
        raise InputError(f"There is no palette {min(unknown)!r}; there are {', '.join(palettes())}.")
    if not 1 <= fps <= 120 or not 1 / fps <= seconds <= 3600:
        raise InputError("A film lasts from one frame to an hour, at 1 to 120 frames a second.")
    if min(width, height) < 32 or max(width, height) > 4096 or width % 4 or height % 4:
        raise InputError("A film is 32 to 4096 pixels wide and high, both multiples of 4.")


def _cut_times(seconds: float, per_minute: float, rng: Generator) -> list[float]:
    """Cuts between shots of log-normal length, none shorter than `FILM.shortest`."""
    shots = round(seconds * per_minute / 60) + 1
    spare = seconds - shots * FILM.shortest
    if shots == 1 or spare <= 0:
        return []
    lengths = np.exp(rng.normal(0, FILM.spread, shots))
    ends = np.cumsum(FILM.shortest + lengths * spare / lengths.sum())
    return [float(end) for end in ends[:-1]]


def _utterances(seconds: float, rng: Generator) -> tuple[Span, ...]:
    """Where somebody speaks, in the middle of the film."""
    at, stop = (part * seconds for part in FILM.talk)
    spans: list[Span] = []
    while at < stop:
        end = min(at + float(rng.uniform(*FILM.utterance)), stop)
        if end - at < FILM.utterance[0] and spans:
            break
        spans.append((round(at, 2), round(end, 2)))
        at = end + float(rng.uniform(*FILM.pause))
    return tuple(spans)


def _subject(look: Look, before: str, span: Span, speech: tuple[Span, ...], rng: Generator) -> str:
    """What a shot shows: the speaker in every other shot with speech, else what suits the palette, not as `before`."""
    spoken = sum(max(0.0, min(end, span[1]) - max(start, span[0])) for start, end in speech)
    if spoken > 0.25 * (span[1] - span[0]) and before != SPEAKER:
        return SPEAKER
    others = [name for name in palettes()[look.palette].subjects if name != before]
    return str(rng.choice(others))


DEMO = (
    FilmBrief(24.0, "dusk", brightness=0.27, motion=0.25, cuts_per_minute=10, talking=True),
    FilmBrief(24.0, "carnival", brightness=0.7, motion=0.75, cuts_per_minute=50),
)
"""The demo's films: an evening landscape in which somebody talks, and a run through a colourful town."""
