"""The pitched instruments, each a way of making tones with its settings.

In: the name of an instrument. Out: a `Voice`.

- Gains are set so that every instrument, playing as it usually does, is about as loud as the piano.
- Attacks of plucked and struck instruments peak within 10 ms; bowed, blown and sung ones take their time.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from musechat.studio.tones import Ensemble, Fm, Solo, Struck, Tone
from musechat.studio.waves import Floats, Timbre


@dataclass(frozen=True, slots=True)
class Voice:
    """An instrument. `gain` in dB; `room`: its part of the reverb in dB; `release`: seconds it sounds on after a note.

    `drive`: notes that begin together go through one overdriven amplifier this hard (0: there is none).
    """

    tone: Tone
    gain: float
    room: float
    release: float
    drive: float = 0.0


CABINET = (90.0, 4200.0)
"""The band in Hz of a guitar's loudspeaker."""


def overdrive(sound: Floats, drive: float, rate: int) -> Floats:
    """`sound` (n,) clipped softly, and what a guitar's loudspeaker leaves of it."""
    loud = np.tanh(np.float32(drive) * sound)
    size = 1 << (len(loud) - 1).bit_length()
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / rate), 1.0)
    passes = 1 / (1 + (hertz / CABINET[1]) ** 6) / (1 + (CABINET[0] / hertz) ** 4)
    heard: Floats = np.fft.irfft(np.fft.rfft(loud, size) * passes, size)[: len(loud)].astype(np.float32)
    return heard


_BODY = ((110.0, 40.0, 6.0), (220.0, 60.0, 4.0), (400.0, 100.0, 2.0))
_AH = ((700.0, 120.0, 20.0), (1150.0, 150.0, 16.0), (2700.0, 250.0, 10.0), (3400.0, 300.0, 6.0))
_STRINGS = ((500, 200, 4), (2500, 800, 3))
_VIOLIN = ((460, 80, 5), (1000, 200, 4), (2800, 600, 7))
_REED = ((550, 150, 6), (1300, 250, 4))
_DRAWBARS = (0.7, 1, 0.6, 0.7, 0, 0.35, 0, 0.3)

_TONES: dict[str, Tone] = {
    "piano": Struck(
        Timbre(-7.5, 5.0, comb=0.13), 9.0, 0.22, 0.62, stretch=4e-4, beating=0.5, knock=-22.0, knock_hertz=900
    ),
    "electric piano": Fm(((1, 0.9, 1, 1.8, 7.0), (1, 0.35, 14, 0.9, 2.5)), faster=1.5),
    "organ": Solo(Timbre(drawbars=_DRAWBARS), cents=(0.0, 4.0), tremble=0.04, attack=0.008),
    "acoustic guitar": Struck(Timbre(-6.5, 5.0, comb=0.18, formants=_BODY), 4.5, 0.35, 0.6, stretch=5e-5, knock=-16.0),
    "electric guitar": Struck(Timbre(-6.0, 3.0, comb=0.25, top=7000), 6.0, 0.3, 0.7, stretch=5e-5, knock=-30.0),
    "distorted guitar": Struck(Timbre(-5.0, 2.0, comb=0.2, top=6000), 9.0, 0.15, 0.8, stretch=5e-5, knock=-22.0),
    "bass": Struck(Timbre(-8.0, 4.0, comb=0.15, top=4000), 5.0, 0.5, 0.75, knock=-24.0),
    "synth bass": Solo(Timbre(-6.0, 2.0, top=5000), closed=9.0, opens=-0.12, cents=(-6.0, 6.0), attack=0.003),
    "strings": Ensemble(Timbre(-5.5, 4.0, formants=_STRINGS), cents=18, attack=0.09, swell=0.15),
    "choir": Ensemble(Timbre(-9.0, 3.0, formants=_AH), cents=22, attack=0.12),
    "pad": Ensemble(Timbre(-8.0, 3.0), cents=60, attack=0.3, swell=1.2),
    "flute": Solo(Timbre(-13.0, 4.0, even=0.8), vibrato=12, sway=5.0, tremble=0.06, breath=-26.0, attack=0.05),
    "violin": Solo(
        Timbre(-5.5, 3.0, formants=_VIOLIN), 5.0, 0.06, vibrato=22, sway=5.8, tremble=0.04, breath=-34.0, attack=0.06
    ),
    "brass": Solo(
        Timbre(-5.0, 7.0, formants=((1200, 500, 5),)), 8.0, 0.05, cents=(-5.0, 0.0, 6.0), vibrato=6, attack=0.03
    ),
    "saxophone": Solo(
        Timbre(-6.5, 4.0, formants=_REED), 6.0, 0.04, vibrato=16, sway=5.0, tremble=0.05, breath=-28.0, attack=0.03
    ),
    "lead": Solo(Timbre(-5.0, 2.0, even=0.6, top=12_000), closed=8.0, opens=-0.2, cents=(-9.0, 9.0), attack=0.005),
    "pluck": Solo(Timbre(-5.5, 3.0), closed=9.0, opens=-0.15, cents=(-7.0, 7.0), attack=0.002, fall=1.2),
    "bells": Fm(((1, 0.7, 3.5, 1.8, 5.0), (2.76, 0.3, 1, 0.4, 3.0)), faster=1.6),
    "marimba": Fm(((1, 0.9, 4, 0.25, 1.6), (3.93, 0.3, 1, 0.0, 0.35)), faster=4.0),
}
_DESK = {
    # gain, room, release, drive
    "piano": (0.0, -12.0, 0.18), "electric piano": (-1.0, -12.0, 0.15), "organ": (-7.5, -12.0, 0.05),
    "acoustic guitar": (1.0, -12.0, 0.15), "electric guitar": (-1.0, -12.0, 0.1),
    "distorted guitar": (-1.0, -18.0, 0.06, 24.0), "bass": (1.5, -30.0, 0.08), "synth bass": (7.0, -36.0, 0.04),
    "strings": (-8.0, -8.0, 0.35), "choir": (-9.0, -7.0, 0.4), "pad": (-8.0, -8.0, 0.7), "flute": (-1.0, -9.0, 0.1),
    "violin": (-2.0, -9.0, 0.12), "brass": (-1.0, -10.0, 0.1), "saxophone": (-1.0, -12.0, 0.08),
    "lead": (-2.0, -12.0, 0.1), "pluck": (6.0, -10.0, 0.2), "bells": (-1.0, -8.0, 1.5), "marimba": (4.0, -12.0, 0.5),
}  # fmt: skip
VOICES = MappingProxyType({name: Voice(_TONES[name], *desk) for name, desk in _DESK.items()})
