"""Words that are judged by one measured number: `Gauge`.

In: a corpus, a word such as "fast" or "quiet". Out: how far each track fulfils it, alone or against another track.

- Tempo and loudness words are judged by measured tempo and loudness, not by tags called "fast" and "loud".
- Where the user said that a track is slow, it is slow and nothing else of tempo, whatever was measured.
- What was not measured fulfils nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from musechat.match.part import ramp

if TYPE_CHECKING:
    from musechat.core.features import Floats
    from musechat.match.corpus import Bools, Corpus


@dataclass(frozen=True, slots=True)
class Gauge:
    """`usual` and `plain`: values between which the word is more and more fulfilled, `plain` being far from usual. A
    word for the middle has its place there in `middle`, and `usual` and `plain` in octaves away from it.

    `step`: how much further than another track fulfils "more of it" entirely, in octaves of tempo or LU.
    `names`: what having less and more of it is called.
    """

    column: Literal["bpm", "loudness"]
    usual: float
    plain: float
    step: float
    names: tuple[str, str]
    middle: float | None = None

    @property
    def unit(self) -> str:
        """Of the measured number."""
        return "BPM" if self.column == "bpm" else "LUFS"

    @property
    def source(self) -> str:
        """What measures it."""
        return "tempo from onsets" if self.column == "bpm" else "EBU R 128"

    def values(self, corpus: Corpus) -> Floats:
        """The measured numbers (n,), NaN where there is none."""
        return corpus.bpm if self.column == "bpm" else corpus.loudness

    def fit(self, corpus: Corpus) -> Floats:
        """How far each track fulfils the word (n,) in 0..1."""
        values = self.values(corpus) if self.middle is None else self._even(corpus)
        return ramp(self._way * values, self._way * self.usual, self._way * self.plain)

    def change(self, corpus: Corpus, row: int, sign: int) -> Floats | None:
        """How far each track (n,) fulfils more (`sign` 1) or less (−1) of it than the track `row`.

        None where that one was not measured.
        """
        values = self._even(corpus)
        if np.isnan(values[row]):
            return None
        return ramp(sign * self._way * (values - values[row]), 0.0, self.step)

    def name(self, sign: int) -> str:
        """What more (`sign` 1) or less (−1) of it is called."""
        return self.names[sign > 0]

    @property
    def _way(self) -> int:
        return 1 if self.plain > self.usual else -1

    def _even(self, corpus: Corpus) -> Floats:
        """The numbers (n,) on a scale of even steps; their distance to the middle where there is one."""
        values = self.values(corpus)
        values = np.log2(values) if self.column == "bpm" else values
        return values if self.middle is None else np.abs(values - np.float32(np.log2(self.middle)))


GAUGES = {
    "fast": Gauge("bpm", 95.0, 140.0, 0.2, ("slower", "faster")),
    "slow": Gauge("bpm", 110.0, 75.0, 0.2, ("faster", "slower")),
    "mid-tempo": Gauge("bpm", 0.45, 0.1, 0.2, ("further from mid-tempo", "nearer to mid-tempo"), middle=104.0),
    "loud": Gauge("loudness", -16.0, -9.0, 3.0, ("quieter", "louder")),
    "quiet": Gauge("loudness", -12.0, -20.0, 3.0, ("louder", "quieter")),
}
"""A step of .2 octaves is about 15 % of tempo."""


def with_rivals(judged: Mapping[str, Mapping[str, bool]]) -> dict[str, dict[str, bool]]:
    """Track → concept → the user's word, with what follows from it: what is said to be slow is not fast."""
    return {track: _denied(yours) | dict(yours) for track, yours in judged.items()}


def _denied(yours: Mapping[str, bool]) -> dict[str, bool]:
    columns = {gauge.column for word, gauge in GAUGES.items() if yours.get(word)}
    return {word: False for word, gauge in GAUGES.items() if gauge.column in columns}


def fulfilled(corpus: Corpus, word: str) -> Floats:
    """How far each track fulfils one of GAUGES (n,) in 0..1, by the user's word where there is one."""
    fit = GAUGES[word].fit(corpus)
    for holds in (True, False):
        fit[told(corpus, word, holds)] = float(holds)
    return fit


def told(corpus: Corpus, word: str, *answers: bool) -> Bools:
    """The tracks (n,) of which the user said one of `answers`: whether they are so."""
    found = np.zeros(len(corpus), bool)
    for track, yours in corpus.judged.items():
        if yours.get(word) in answers and (row := corpus.row(track)) is not None:
            found[row] = True
    return found
