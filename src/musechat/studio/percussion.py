"""The drum kits: every sound is sweeping sine waves and bands of noise that die away.

In: a General MIDI percussion pitch and a velocity. Out: mono samples of one hit.

- A pitch that a kit lacks is played by the nearest one that it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from musechat.studio.waves import Floats, band_noise, dying, seconds_of


@dataclass(frozen=True, slots=True)
class Boom:
    """A sine wave that sweeps from one frequency to another. `decay`: seconds to fall 60 dB."""

    level: float
    start: float
    end: float
    sweep: float
    decay: float


@dataclass(frozen=True, slots=True)
class Hiss:
    """Noise between two frequencies, once or as a flurry of `times` bursts 10 ms apart."""

    level: float
    low: float
    high: float
    decay: float
    times: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """One sound of a kit."""

    booms: tuple[Boom, ...] = ()
    hisses: tuple[Hiss, ...] = ()

    def __call__(self, velocity: float, rate: int) -> Floats:
        """Mono samples (n,) of a level that does not depend on `velocity`; soft hits are duller."""
        longest = max([boom.decay for boom in self.booms] + [hiss.decay for hiss in self.hisses])
        time = seconds_of(int(longest * rate), rate)
        sound = np.zeros(len(time), np.float32)
        for boom in self.booms:
            heard = time[: int(boom.decay * rate)]
            swept = (boom.start - boom.end) * boom.sweep * (1 - np.exp(-heard / np.float32(boom.sweep)))
            wave = np.sin(np.float32(2 * np.pi) * (boom.end * heard + swept))
            sound[: len(heard)] += boom.level * wave * dying(heard, boom.decay)
        for number, hiss in enumerate(self.hisses):
            fall = dying(time[: int(hiss.decay * rate)], hiss.decay) * np.float32(hiss.level * (0.5 + 0.5 * velocity))
            noise = band_noise(len(fall), hiss.low, hiss.high, rate, 20 + number)[: len(fall)] * fall
            for burst in range(hiss.times):
                at = int(burst * 0.01 * rate)
                length = len(noise) - at if burst == hiss.times - 1 else int(0.01 * rate)
                sound[at : at + length] += noise[:length]
        fade = min(len(sound), int(0.005 * rate))
        sound[len(sound) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
        return sound


_TOM = Hiss(0.15, 150, 2500, 0.08)
_ACOUSTIC = {
    36: Hit((Boom(0.7, 115, 60, 0.012, 0.25),), (Hiss(0.25, 1500, 5000, 0.025), Hiss(0.35, 70, 500, 0.12))),
    38: Hit((Boom(0.35, 215, 180, 0.03, 0.16),), (Hiss(0.45, 700, 7000, 0.22), Hiss(0.3, 200, 1200, 0.14))),
    39: Hit((), (Hiss(0.4, 900, 4000, 0.3, 3),)),
    42: Hit((), (Hiss(0.22, 4500, 14_000, 0.12),)),
    45: Hit((Boom(0.8, 130, 95, 0.05, 0.7),), (_TOM,)),
    46: Hit((), (Hiss(0.25, 3500, 14_000, 0.8),)),
    47: Hit((Boom(0.8, 175, 130, 0.05, 0.6),), (_TOM,)),
    49: Hit((), (Hiss(0.35, 2000, 14_000, 2.2), Hiss(0.2, 600, 5000, 0.8))),
    50: Hit((Boom(0.8, 230, 175, 0.05, 0.5),), (_TOM,)),
    51: Hit((Boom(0.05, 3100, 3100, 1, 0.8), Boom(0.04, 4370, 4370, 1, 0.6)), (Hiss(0.14, 4000, 14_000, 0.9),)),
    54: Hit((), (Hiss(0.25, 7000, 15_000, 0.22, 2),)),
    70: Hit((), (Hiss(0.22, 5000, 12_000, 0.1),)),
}
_ELECTRONIC = {
    36: Hit((Boom(1.0, 280, 48, 0.025, 0.5),), (Hiss(0.1, 2000, 9000, 0.015),)),
    38: Hit((Boom(0.45, 260, 190, 0.015, 0.18),), (Hiss(0.32, 1200, 12_000, 0.25),)),
    39: Hit((), (Hiss(0.45, 1000, 5000, 0.35, 4),)),
    42: Hit((), (Hiss(0.3, 8500, 18_000, 0.07),)),
    46: Hit((), (Hiss(0.3, 7500, 18_000, 0.45),)),
}


@dataclass(frozen=True, slots=True)
class Kit:
    """Sounds by pitch. `gain` in dB; `room`: its part of the reverb in dB."""

    sounds: Mapping[int, Hit]
    gain: float
    room: float

    def hit(self, pitch: int) -> Hit:
        """The sound of `pitch`."""
        return self.sounds[min(self.sounds, key=lambda known: (abs(known - pitch), known))]


KITS = MappingProxyType(
    {
        "drums": Kit(MappingProxyType(_ACOUSTIC), 8.0, -10.0),
        "electronic drums": Kit(MappingProxyType(_ACOUSTIC | _ELECTRONIC), 9.0, -17.0),
    }
)
