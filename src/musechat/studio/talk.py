"""Speech-like sound: `talk`, the mouth that goes with it, and the tone of a room.

In: spans in seconds, a seed. Out: samples; how open the mouth is.

- Formant synthesis after Klatt (JASA 67, 1980) and Klatt & Klatt (JASA 87, 1990): a glottal source with a falling and
  accented pitch, jitter, shimmer and breath; fricatives, stops and nasals; formants that glide between targets. The
  words mean nothing.
- The vocal tract is applied as a spectrum to short overlapping frames: numpy has no recursive filter.
- Voice and mouth come from the same syllables, so they go together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

    from musechat.studio.film import Span
    from musechat.studio.waves import Floats


@dataclass(frozen=True, slots=True)
class TalkSettings:
    """`syllable`: the range of lengths in seconds, 4 to 5 a second. `pitch`: the range of voices in hertz.

    `step`: seconds between parameter frames; `glide`: how long formants take from target to target. `level`: of the
    voice's loudest parts, rms; `room_level`: rms of the room.
    """

    syllable: tuple[float, float] = (0.16, 0.28)
    pitch: tuple[float, float] = (105.0, 205.0)
    step: float = 0.005
    glide: float = 0.045
    level: float = 0.09
    room_level: float = 0.0012
    jitter: float = 0.012
    shimmer: float = 0.06


TALK = TalkSettings()
Values = NDArray[np.float64]
# Formants 1 to 3 of a male voice in hertz (Peterson & Barney 1952), and how open the mouth is.
VOWELS = (
    (270.0, 2290.0, 3010.0, 0.25),
    (390.0, 1990.0, 2550.0, 0.35),
    (530.0, 1840.0, 2480.0, 0.55),
    (660.0, 1720.0, 2410.0, 0.8),
    (730.0, 1090.0, 2440.0, 1.0),
    (570.0, 840.0, 2410.0, 0.7),
    (440.0, 1020.0, 2240.0, 0.45),
    (300.0, 870.0, 2240.0, 0.25),
    (640.0, 1190.0, 2390.0, 0.75),
    (490.0, 1350.0, 1690.0, 0.4),
)
UPPER = (3500.0, 4500.0, 5500.0)
WIDTHS = (70.0, 90.0, 130.0, 220.0, 300.0, 400.0)


@dataclass(frozen=True, slots=True)
class Consonant:
    """Formants to come from; voicing and noise while it lasts; the noise's centre and width in hertz; its seconds."""

    formants: tuple[float, float, float]
    voicing: float
    noise: float
    centre: float
    width: float
    seconds: float
    burst: bool = False


CONSONANTS = (
    Consonant((300, 1700, 2600), 0.0, 0.16, 6500, 2500, 0.09),  # s
    Consonant((300, 1900, 2500), 0.0, 0.18, 3600, 1800, 0.09),  # sh
    Consonant((300, 1100, 2100), 0.0, 0.05, 5000, 6000, 0.07),  # f
    Consonant((500, 1500, 2500), 0.0, 0.06, 1600, 2500, 0.05),  # h
    Consonant((300, 1700, 2600), 0.35, 0.07, 6000, 2500, 0.07),  # z
    Consonant((300, 900, 2200), 0.0, 0.12, 900, 1500, 0.07, burst=True),  # p
    Consonant((300, 1800, 2700), 0.0, 0.2, 4200, 2500, 0.07, burst=True),  # t
    Consonant((300, 2000, 2400), 0.0, 0.2, 2000, 1200, 0.07, burst=True),  # k
    Consonant((250, 900, 2200), 0.25, 0.06, 900, 1500, 0.05, burst=True),  # b
    Consonant((250, 1800, 2700), 0.25, 0.08, 4200, 2500, 0.05, burst=True),  # d
    Consonant((270, 1100, 2200), 0.5, 0.0, 0, 1, 0.06),  # m
    Consonant((270, 1500, 2500), 0.5, 0.0, 0, 1, 0.06),  # n
    Consonant((360, 1250, 2700), 0.6, 0.0, 0, 1, 0.05),  # l
    Consonant((400, 1150, 1500), 0.6, 0.0, 0, 1, 0.05),  # r
    Consonant((280, 2200, 2900), 0.6, 0.0, 0, 1, 0.05),  # y
    Consonant((290, 700, 2200), 0.6, 0.0, 0, 1, 0.05),  # w
)


@dataclass(frozen=True, slots=True)
class _Syllable:
    """Seconds `start` to `end`; a stressed one is louder and higher."""

    start: float
    end: float
    consonant: Consonant
    vowel: tuple[float, float, float, float]
    stress: float


def talk(spans: Sequence[Span], seconds: float, seed: int, rate: int) -> Floats:
    """A voice (n,) float32 of `seconds` at `rate` Hz that speaks within `spans` and is silent elsewhere."""
    samples = np.zeros(round(seconds * rate), np.float32)
    voice = np.random.default_rng((seed, 2))
    pitch = float(voice.uniform(*TALK.pitch))
    tract = 0.93 + 0.14 * (pitch - TALK.pitch[0]) / (TALK.pitch[1] - TALK.pitch[0]) + float(voice.uniform(0, 0.06))
    for index, span in enumerate(spans):
        rng = np.random.default_rng((seed, 3, index))
        said = _utter(_syllables(span, seed, index), span, pitch, tract, rate, rng)
        start = round(span[0] * rate)
        said = said[: max(0, len(samples) - start)]
        samples[start : start + len(said)] += said
    return samples


def mouth(spans: Sequence[Span], seed: int, times: Values) -> Floats:
    """How open the speaker's mouth is at `times` (n,) seconds, 0..1."""
    opening = np.zeros(len(times), np.float32)
    for index, span in enumerate(spans):
        for syllable in _syllables(span, seed, index):
            along = (times - syllable.start) / (syllable.end - syllable.start)
            shape = syllable.vowel[3] * np.sin(np.pi * np.clip(along, 0, 1))
            opening = np.maximum(opening, shape.astype(np.float32))
    return opening


def room_tone(seconds: float, seed: int, rate: int) -> Floats:
    """A quiet room, or light wind (2, n): noise that falls by 6 dB an octave and swells slowly."""
    count = round(seconds * rate)
    rng = np.random.default_rng((seed, 4))
    spectrum = np.fft.rfft(rng.standard_normal((2, count), np.float32), axis=1)
    hertz = np.fft.rfftfreq(count, 1 / rate)
    spectrum *= np.where(hertz > 30, 1 / (1 + hertz / 180), 0)
    noise = np.fft.irfft(spectrum, count, axis=1)
    knots = rng.uniform(0.5, 1.4, int(seconds / 1.7) + 3)
    swell = np.interp(np.arange(count) / rate / 1.7, np.arange(len(knots)), knots)
    tone: Floats = (noise * swell * (TALK.room_level / max(float(noise.std()), 1e-9))).astype(np.float32)
    return tone


def _syllables(span: Span, seed: int, index: int) -> list[_Syllable]:
    """Syllables that fill a span."""
    rng = np.random.default_rng((seed, 5, index))
    length = span[1] - span[0]
    count = max(1, round(length / float(np.mean(TALK.syllable))))
    shares = rng.uniform(*TALK.syllable, count)
    shares[-1] *= 1.35  # the last syllable of a phrase is long
    ends = span[0] + np.cumsum(shares) * length / shares.sum()
    syllables = []
    for begin, end in pairwise([span[0], *ends.tolist()]):
        consonant, vowel = CONSONANTS[rng.integers(len(CONSONANTS))], VOWELS[rng.integers(len(VOWELS))]
        syllables.append(_Syllable(begin, end, consonant, vowel, float(rng.random() < 0.4)))
    return syllables


def _track(syllables: Sequence[_Syllable], span: Span, pitch: float, rng: Generator) -> tuple[Values, ...]:
    """Values of t parameter frames: formants (t, 3), pitch in hertz, voicing, noise, its centre and width."""
    frames = int((span[1] - span[0]) / TALK.step) + 1
    time = span[0] + np.arange(frames) * TALK.step
    formants, centre, width = np.zeros((frames, 3)), np.full(frames, 5000.0), np.full(frames, 2000.0)
    voicing, noise, accent = np.zeros(frames), np.zeros(frames), np.zeros(frames)
    for syllable in syllables:
        sound = syllable.consonant
        turn = syllable.start + min(sound.seconds, 0.45 * (syllable.end - syllable.start))
        early, late = (time >= syllable.start) & (time < turn), (time >= turn) & (time < syllable.end)
        formants[early], formants[late] = sound.formants, syllable.vowel[:3]
        loud = sound.noise * ((time > turn - 0.02) if sound.burst else 1.0)
        voicing[early], noise[early] = sound.voicing, (loud * np.ones(frames))[early]
        voicing[late] = 0.8 + 0.2 * syllable.stress
        whole = early | late
        centre[whole], width[whole] = sound.centre, sound.width
        middle = (turn + syllable.end) / 2
        accent += (0.16 * syllable.stress + float(rng.normal(0, 0.03))) * np.exp(-(((time - middle) / 0.09) ** 2))
    formants[time >= syllables[-1].end] = formants[time < syllables[-1].end][-1]
    along = (time - span[0]) / (span[1] - span[0])
    ends = np.clip(np.minimum(time - span[0], span[1] - time) / 0.02, 0, 1)
    formants = np.stack([_smooth(column, TALK.glide) for column in formants.T], axis=1)
    tune = pitch * (1.12 - 0.24 * along - 0.1 * np.clip(along - 0.85, 0, 1) / 0.15) * (1 + _smooth(accent, 0.03))
    return formants, tune, _smooth(voicing, 0.02) * ends, _smooth(noise, 0.01) * ends, centre, width


def _smooth(values: Values, seconds: float) -> Values:
    """Under a Hann window of that length, the ends held."""
    half = max(1, round(seconds / TALK.step / 2))
    window = np.hanning(2 * half + 3)[1:-1]
    smooth: Values = np.convolve(np.pad(values, half, mode="edge"), window / window.sum(), mode="valid")
    return smooth


def _utter(syllables: Sequence[_Syllable], span: Span, pitch: float, tract: float, rate: int, rng: Generator) -> Floats:
    """One utterance (n,), its tract scaled by `tract`."""
    formants, tune, voicing, noise, centre, width = _track(syllables, span, pitch, rng)
    count = round((span[1] - span[0]) * rate)
    at, frames = np.arange(count) / rate / TALK.step, np.arange(len(tune))
    glottis = _glottis(np.interp(at, frames, tune), np.interp(at, frames, voicing), rate, rng)
    hiss = rng.standard_normal(count) * np.interp(at, frames, noise)
    hertz = np.fft.rfftfreq(_size(rate), 1 / rate)
    said = _filtered(glottis, _resonances(formants * tract, hertz), rate)
    said += _filtered(hiss, np.exp(-(((hertz - centre[:, None]) / width[:, None]) ** 2)), rate)
    loud = np.sqrt(np.mean(said**2)) + 1e-9
    voice: Floats = (said * (TALK.level / loud)).astype(np.float32)
    return voice


def _glottis(pitch: Values, voicing: Values, rate: int, rng: Generator) -> Values:
    """The flow's derivative through the glottis (KLGLOTT88), with breath while it is open."""
    cycles = np.cumsum(pitch / rate)
    number = cycles.astype(np.intp)
    wobble = rng.normal(0, TALK.jitter, number[-1] + 2)
    cycles = cycles + wobble[number]
    phase, number = cycles % 1, cycles.astype(np.intp)
    opened = 0.6
    share = phase / opened
    flow = np.where(phase < opened, 2 * share - 3 * share**2, 0.0)
    breath = rng.standard_normal(len(phase)) * (0.015 + 0.03 * (phase < opened))
    size = 1 + rng.normal(0, TALK.shimmer, int(number.max()) + 2)
    pulses: Values = (flow * size[number] + breath) * voicing
    return pulses


def _resonances(formants: Values, hertz: NDArray[np.floating]) -> NDArray[np.complex128]:
    """The spectrum (t, bins) of a cascade of resonances, three that move and three that stay."""
    total = np.ones((len(formants), len(hertz)), np.complex128)
    upper = np.broadcast_to(np.array(UPPER), (len(formants), len(UPPER)))
    for centre, width in zip(np.concatenate([formants, upper], axis=1).T, WIDTHS, strict=True):
        squared = (centre**2)[:, None]
        total *= squared / (squared - hertz**2 + 1j * hertz * width)
    return total


def _size(rate: int) -> int:
    """The transform's length: room for a frame of four steps and for what rings on."""
    return 1 << int(8 * TALK.step * rate).bit_length()


def _filtered(source: Values, spectra: NDArray[np.complex128] | Values, rate: int) -> Values:
    """The source (n,) under spectra (t, bins), one each `TALK.step`, by overlap and add."""
    hop, size = round(TALK.step * rate), _size(rate)
    window = np.hanning(4 * hop + 1)[:-1] / 2  # a window each hop: they add up to 1
    starts = np.arange(len(spectra)) * hop
    padded = np.pad(source, (2 * hop, 5 * hop + len(spectra) * hop - min(len(source), len(spectra) * hop)))
    pieces = padded[starts[:, None] + np.arange(4 * hop)] * window
    ringing = np.fft.irfft(np.fft.rfft(pieces, size, axis=1) * spectra, size, axis=1)
    out = np.zeros(starts[-1] + size + len(source))
    for start, piece in zip(starts, ringing, strict=True):
        out[start : start + size] += piece
    filtered: Values = out[2 * hop : 2 * hop + len(source)]
    return filtered
