"""Mood: where in the valence/arousal plane a picture and a piece of music lie.

In: measured attributes as plain numbers. Out: valence and arousal in -1..1; 0 is what is usual.

- Picture, colour: Valdez & Mehrabian (JEP General 123, 1994): pleasure = .69 brightness + .22 saturation, arousal =
  -.31 brightness + .60 saturation.
- Picture, pace: Hanjalic & Xu (IEEE Trans. Multimedia 7, 2005): the smoothed mean of motion and cut rhythm.
- Music: the directions are those of Gabrielsson & Lindström's review (in Handbook of Music and Emotion, 2010) and
  of the regressions of Eerola, Lartillot & Toiviainen (ISMIR 2009): loud, fast, dense and bright music arouses;
  major mode and faster tempo please. The weights are this program's own and are not fitted to listeners: an
  estimate, not a measurement.
- What is not known (None) is left out, and the rest counts for more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PictureMoodSettings:
    """Usual values and what counts as far from them, per attribute; how colour and pace share the arousal."""

    brightness: tuple[float, float] = (0.45, 0.3)
    saturation: tuple[float, float] = (0.3, 0.3)
    motion: tuple[float, float] = (0.35, 0.35)
    cut_rate: float = 14.0
    pleasure: tuple[float, float] = (0.69, 0.22)
    excitement: tuple[float, float] = (-0.31, 0.60)
    colour_share: float = 0.3
    rhythm_seconds: float = 12.0
    smooth_seconds: int = 5


@dataclass(frozen=True, slots=True)
class MusicMoodSettings:
    """(usual, far from it) per attribute, tempo in octaves; and weights."""

    loudness: tuple[float, float] = (-16.0, 10.0)
    tempo: tuple[float, float] = (115.0, 0.8)
    density: tuple[float, float] = (3.5, 2.5)
    brightness: tuple[float, float] = (0.5, 0.4)
    beat: tuple[float, float] = (0.5, 0.5)
    arousal: tuple[float, ...] = (0.4, 0.25, 0.15, 0.1, 0.1)
    valence: tuple[float, ...] = (0.5, 0.3, 0.2)


PICTURE_MOOD = PictureMoodSettings()
MUSIC_MOOD = MusicMoodSettings()


@dataclass(frozen=True, slots=True)
class Mood:
    """A point in the valence/arousal plane, each in -1..1."""

    valence: float
    arousal: float


@dataclass(frozen=True, slots=True, eq=False)
class PictureMood:
    """The mean mood of a clip, and (s,) curves of one value a second."""

    mean: Mood
    valence: Floats
    arousal: Floats


def picture_mood(
    brightness: NDArray[np.floating],
    saturation: NDArray[np.floating],
    motion: NDArray[np.floating] | None = None,
    cuts: tuple[float, ...] | None = None,
    settings: PictureMoodSettings = PICTURE_MOOD,
) -> PictureMood:
    """The mood of a clip of s seconds: `brightness`, `saturation`, `motion` (s,) in 0..1, `cuts` in seconds.

    None for `motion` or `cuts`: not measured. Raises ValueError where there is no second, or lengths differ.
    """
    if (
        brightness.size == 0
        or brightness.shape != saturation.shape
        or (motion is not None and motion.shape != brightness.shape)
    ):
        raise ValueError("A mood needs one brightness, saturation and motion for each second of the clip.")
    light, colour = _away(brightness, settings.brightness), _away(saturation, settings.saturation)
    valence = settings.pleasure[0] * light + settings.pleasure[1] * colour
    excitement = settings.excitement[0] * light + settings.excitement[1] * colour
    pace: list[NDArray[np.float64]] = []
    if motion is not None:
        pace.append(_away(motion, settings.motion))
    if cuts is not None:
        pace.append(_rhythm(cuts, brightness.size, settings))
    arousal = excitement
    if pace:
        arousal = settings.colour_share * excitement + (1 - settings.colour_share) * np.mean(pace, axis=0)
    valence, arousal = _smooth(np.clip(valence, -1, 1), settings), _smooth(np.clip(arousal, -1, 1), settings)
    mean = Mood(float(valence.mean()), float(arousal.mean()))
    return PictureMood(mean, valence.astype(np.float32), arousal.astype(np.float32))


def music_mood(
    loudness: float | None = None,
    bpm: float | None = None,
    onset_density: float | None = None,
    brightness: float | None = None,
    beat_strength: float | None = None,
    mode: str | None = None,
    key_strength: float = 0.0,
    settings: MusicMoodSettings = MUSIC_MOOD,
) -> Mood:
    """The mood of a track from LUFS, BPM, onsets a second, brightness and beat in 0..1, and mode by its strength.

    Arousal = .40 loudness + .25 tempo + .15 onsets + .10 brightness + .10 beat; valence = .50 mode + .30 tempo + .20
    beat; each term in -1..1, and those that are None left out.
    """
    fast = None if bpm is None else _one(np.log2(bpm / settings.tempo[0]), (0.0, settings.tempo[1]))
    beat = None if beat_strength is None else _one(beat_strength, settings.beat)
    arousing = (
        None if loudness is None else _one(loudness, settings.loudness),
        fast,
        None if onset_density is None else _one(onset_density, settings.density),
        None if brightness is None else _one(brightness, settings.brightness),
        beat,
    )
    cheerful = None if mode is None else (key_strength if mode == "major" else -key_strength)
    pleasing = (cheerful, fast, beat)
    return Mood(_weighted(pleasing, settings.valence), _weighted(arousing, settings.arousal))


def _away(values: NDArray[np.floating], usual: tuple[float, float]) -> NDArray[np.float64]:
    """How far `values` are from the usual, in -1..1."""
    away: NDArray[np.float64] = np.clip((np.asarray(values, np.float64) - usual[0]) / usual[1], -1, 1)
    return away


def _one(value: float, usual: tuple[float, float]) -> float:
    return float(np.clip((value - usual[0]) / usual[1], -1, 1))


def _weighted(terms: tuple[float | None, ...], weights: tuple[float, ...]) -> float:
    """The weighted mean of the terms that are known, 0 without any."""
    known = [(term, weight) for term, weight in zip(terms, weights, strict=True) if term is not None]
    total = sum(weight for _, weight in known)
    return sum(term * weight for term, weight in known) / total if total else 0.0


def _rhythm(cuts: tuple[float, ...], seconds: int, settings: PictureMoodSettings) -> NDArray[np.float64]:
    """Cut rhythm (seconds,) in -1..1: 2 (1 - exp(-cuts a minute / `cut_rate`)) - 1, cuts counted around each second."""
    half = settings.rhythm_seconds / 2
    middle = np.arange(seconds) + 0.5
    first, last = np.maximum(middle - half, 0), np.minimum(middle + half, seconds)
    sorted_cuts = np.sort(np.asarray(cuts, np.float64))
    count = np.searchsorted(sorted_cuts, last) - np.searchsorted(sorted_cuts, first)
    rate = 60 * count / (last - first)
    rhythm: NDArray[np.float64] = 1.0 - 2.0 * np.exp(-rate / settings.cut_rate)
    return rhythm


def _smooth(curve: NDArray[np.float64], settings: PictureMoodSettings) -> NDArray[np.float64]:
    """`curve` (s,) under a short Hann window, its ends held."""
    window = np.hanning(settings.smooth_seconds + 2)[1:-1]
    half = settings.smooth_seconds // 2
    smooth: NDArray[np.float64] = np.convolve(np.pad(curve, half, mode="edge"), window / window.sum(), mode="valid")
    return smooth
