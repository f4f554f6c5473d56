"""Cuts: where one shot becomes another.

In: thumbnails and their times. Out: `Cuts`: times and kinds of the transitions.

- A cut is where the pictures before and the pictures after differ for good: each of the last moments before is compared
  with each of the next moments after, and the most alike pair counts. A flash is like what follows it, so it is none.
- It must also stand out from the motion around it, or fast pans and passing lorries would be cuts.
- A dissolve is a stretch whose middle is a mixture of its ends and has less contrast than either (after Lienhart
  1999); a fade goes through near black.
- Nothing is said about gaps between thumbnails longer than `max_gap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from musechat.encode.measure.thumbs import THUMBS, Pictures, distances, normalise

Floats = NDArray[np.float32]
Times = NDArray[np.floating]
Kind = Literal["cut", "dissolve", "fade"]


@dataclass(frozen=True, slots=True)
class CutSettings:
    """Times in seconds, distances as of `thumbs.distances`, darkness and contrast in grey levels.

    What lasts less than `flash` is a flash. A cut's distance exceeds `least` plus the larger of `over_nearest` times
    the largest distance within `nearest` and `over_usual` times the median step within `usual`.
    """

    max_gap: float = 0.5
    flash: float = 0.34
    least: float = 0.3
    nearest: float = 0.2
    over_nearest: float = 0.75
    usual: float = 1.0
    over_usual: float = 1.1
    dissolve_half: float = 0.6
    dissolve_least: float = 0.6
    dissolve_residue: float = 0.2
    dissolve_contrast: float = 0.75
    fade_half: float = 0.5
    fade_level: float = 20.0
    fade_contrast: float = 16.0
    fade_rise: float = 4.0


CUTS = CutSettings()


@dataclass(frozen=True, slots=True)
class Cuts:
    """Transitions between shots: `times` in seconds (the first picture of the new shot, the middle of a dissolve).

    `kinds` goes with `times`.
    """

    times: tuple[float, ...]
    kinds: tuple[Kind, ...]


def measure_cuts(thumbs: NDArray[np.uint8], times: Times, settings: CutSettings = CUTS) -> Cuts:
    """Transitions in `thumbs` (n, 36, 64, 3) uint8 RGB shown at `times` (n,) seconds, ascending."""
    if times.size < 2:
        return Cuts((), ())
    pictures = normalise(thumbs)
    hard = _hard_cuts(pictures, times, settings)
    watch = _Watch(pictures, times, hard, settings)
    found: list[tuple[float, Kind]] = [(float(times[i]), "cut") for i in hard]
    for kind, indices in (("fade", watch.fades()), ("dissolve", watch.dissolves())):
        for index in indices:
            at = float(times[index])
            if all(abs(at - other) > settings.dissolve_half * (1 if known == "cut" else 2) for other, known in found):
                found.append((at, "fade" if kind == "fade" else "dissolve"))
    found.sort()
    return Cuts(tuple(at for at, _ in found), tuple(kind for _, kind in found))


def _hard_cuts(pictures: Pictures, times: Times, settings: CutSettings) -> list[int]:
    """Indices of the first pictures of new shots."""
    count = times.size
    steps = np.zeros(count, np.float32)  # what changed from the picture before
    linked = np.flatnonzero(np.diff(times) <= settings.max_gap) + 1
    steps[linked] = distances(pictures, linked - 1, linked)
    lasting = steps.copy()
    for index in np.flatnonzero(steps > settings.least):
        lasting[index] = _lasting(pictures, times, int(index), settings)
    cuts: list[int] = []
    for index in np.flatnonzero(lasting > settings.least):
        near = _others(times, int(index), settings.nearest)
        wide = _others(times, int(index), settings.usual)
        rival = float(lasting[near].max(initial=0.0))
        usual = float(np.median(steps[wide])) if wide.size else 0.0
        bar = settings.least + max(settings.over_nearest * rival, settings.over_usual * usual)
        if lasting[index] > bar and lasting[index] >= rival:
            cuts.append(int(index))
    return cuts


def _lasting(pictures: Pictures, times: Times, index: int, settings: CutSettings) -> float:
    """The smallest distance between a picture shortly before and one shortly after the step into `index`."""
    first = int(np.searchsorted(times, times[index] - settings.flash - 1e-6))
    stop = int(np.searchsorted(times, times[index] + settings.flash + 1e-6))
    before = np.unique(np.linspace(min(first, index - 1), index - 1, 4).astype(np.intp))
    after = np.unique(np.linspace(index, max(stop - 1, index), 4).astype(np.intp))
    pairs = np.stack(np.meshgrid(before, after, indexing="ij")).reshape(2, -1)
    return float(distances(pictures, pairs[0], pairs[1]).min())


def _others(times: Times, index: int, within: float) -> NDArray[np.intp]:
    """Indices of the other pictures at most `within` seconds away."""
    first = np.searchsorted(times, times[index] - within - 1e-6)
    stop = np.searchsorted(times, times[index] + within + 1e-6)
    return np.setdiff1d(np.arange(first, stop), [index])


@dataclass(frozen=True, slots=True, eq=False)
class _Watch:
    """A clip in which hard cuts (indices) are known, searched for gradual transitions."""

    pictures: Pictures
    times: Times
    hard: list[int]
    settings: CutSettings

    def dissolves(self) -> list[int]:
        """Indices of the middles of dissolves."""
        half = self.settings.dissolve_half
        first = np.searchsorted(self.times, self.times - half - 1e-6)
        last = np.searchsorted(self.times, self.times + half + 1e-6) - 1
        whole = (last - first >= 4) & (self.times[last] - self.times[first] >= 1.6 * half)
        cuts = np.array(self.hard, np.intp)
        whole &= np.searchsorted(cuts, last, side="right") == np.searchsorted(cuts, first, side="right")
        score = np.zeros(self.times.size)
        for index in np.flatnonzero(whole):
            score[index] = self._mixture(int(first[index]), int(index), int(last[index]))
        found: list[int] = []
        for index in np.argsort(-score, kind="stable"):
            if score[index] <= 0:
                break
            alone = all(abs(self.times[index] - self.times[other]) > 2 * half for other in found)
            if alone and self._unlike(int(first[index]), int(last[index])) > self.settings.dissolve_least:
                found.append(int(index))
        return found

    def fades(self) -> list[int]:
        """Indices of the darkest pictures of fades through black."""
        mean, contrast = self.pictures.mean, self.pictures.contrast
        dark = (mean < self.settings.fade_level) & (contrast < self.settings.fade_contrast)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], dark, [False]]).astype(np.int8)))
        found: list[int] = []
        for start, stop in edges.reshape(-1, 2):
            first = int(np.searchsorted(self.times, self.times[start] - self.settings.fade_half))
            last = int(np.searchsorted(self.times, self.times[stop - 1] + self.settings.fade_half)) - 1
            bar = contrast[start:stop].min() + self.settings.fade_rise
            watched = np.diff(self.times[first : last + 1]).max(initial=0.0) <= self.settings.max_gap
            if start > 0 and stop < mean.size and watched and contrast[first] > bar and contrast[last] > bar:
                found.append(int(start + mean[start:stop].argmin()))
        return found

    def _picture(self, index: int) -> Floats:
        """The reduced picture with its brightness and contrast put back, (18 * 32 * 3,)."""
        p = self.pictures
        picture: Floats = (p.normal[index] * p.contrast[index] + p.mean[index]).ravel()
        return picture

    def _mixture(self, first: int, middle: int, last: int) -> float:
        """How well the middle picture is a mixture of the ends, 0 (not) to 1."""
        start, end = self._picture(first), self._picture(last)
        change, so_far = end - start, self._picture(middle) - start
        size = max(float(change @ change), 1e-3 * change.size)
        share = float(so_far @ change) / size
        residue = float(np.sum((so_far - share * change) ** 2)) / size
        spread = (self.pictures.contrast[[first, middle, last]] - THUMBS.contrast_floor) ** 2
        filled = min(self.pictures.contrast[first], self.pictures.contrast[last]) > self.settings.fade_contrast
        dipped = filled and spread[1] < self.settings.dissolve_contrast * (spread[0] + spread[2]) / 2
        return 1.0 - residue if dipped and 0.3 < share < 0.7 and residue < self.settings.dissolve_residue else 0.0

    def _unlike(self, first: int, last: int) -> float:
        return float(distances(self.pictures, np.array([first]), np.array([last]))[0])
