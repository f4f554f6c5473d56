"""What is usual: mean and spread of every tag and measurement over a body of music.

In: tag probabilities and measured attributes of many tracks. Out: `Reference`, and inputs standardised by it.

- Raw tag probabilities are not comparable between tags (0.2 is much for "harp" and little for "rock"); logits
  standardised by what is usual are.
- A small library is no norm of its own: its statistics are drawn towards a prior that counts as `PRIOR_TRACKS` tracks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from musechat.concepts.vocabulary import ATTRIBUTES
from musechat.core.errors import InputError

if TYPE_CHECKING:
    from musechat.core.features import Floats

PRIOR_TRACKS = 30
TAG_PRIOR = (-4.4, 1.2)
"""Mean and spread of a musicnn tag's logit where nothing better is known (measured over 68 free recordings)."""
ATTRIBUTE_PRIORS = {
    "bpm": (6.85, 0.35),  # octaves: log2 of 115 BPM
    "arousal": (0.0, 0.35),
    "valence": (0.0, 0.35),
    "loudness": (-14.0, 5.0),
    "beat_strength": (0.5, 0.2),
}
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """`names` (t + a): tags, then ATTRIBUTES; `mean`, `std` (t + a,) of logits and attributes; `tracks` behind it."""

    names: tuple[str, ...]
    mean: Floats
    std: Floats
    tracks: int

    def to_json(self) -> str:
        """One line an input, to be kept in a repository."""
        rows = {
            n: [round(float(m), 3), round(float(s), 3)] for n, m, s in zip(self.names, self.mean, self.std, strict=True)
        }
        inputs = ",\n".join(f"  {json.dumps(name)}: {row}" for name, row in rows.items())
        return f'{{"tracks": {self.tracks}, "inputs": {{\n{inputs}\n}}}}\n'

    @classmethod
    def from_json(cls, text: str, tag_names: tuple[str, ...]) -> Reference:
        """The inverse, in the order of `tag_names`. Raises `InputError` where a tag is missing."""
        plain = json.loads(text)
        names = (*tag_names, *ATTRIBUTES)
        if missing := [name for name in names if name not in plain["inputs"]]:
            raise InputError(f"The reference statistics have no entry for {missing[0]!r}; fit them again.")
        table = np.array([plain["inputs"][name] for name in names], np.float32)  # (t + a, 2)
        return cls(names, table[:, 0], table[:, 1], int(plain["tracks"]))


@lru_cache(maxsize=4)
def shipped_reference(tag_names: tuple[str, ...]) -> Reference:
    """What is usual in the free music that `tools/fit_reference.py` names."""
    text = resources.files("musechat.concepts").joinpath("reference.json").read_text("utf-8")
    return Reference.from_json(text, tag_names)


def inputs(tags: Floats, attributes: Mapping[str, Floats]) -> Floats:
    """Logits of `tags` (n, t), and ATTRIBUTES (n,) with BPM in octaves: (n, t + a). NaN: not measured."""
    values = np.empty((len(tags), tags.shape[1] + len(ATTRIBUTES)), np.float32)
    p = np.clip(tags, _FLOOR, 1 - _FLOOR)
    np.log(p / (1 - p), out=values[:, : tags.shape[1]])
    for column, name in enumerate(ATTRIBUTES, start=tags.shape[1]):
        given = np.asarray(attributes.get(name, np.nan), np.float32)
        with np.errstate(divide="ignore", invalid="ignore"):
            values[:, column] = np.log2(given) if name == "bpm" else given
    values[~np.isfinite(values)] = np.nan
    return values


def fit_reference(tag_names: tuple[str, ...], values: Floats, prior: Reference | None = None) -> Reference:
    """Statistics of `values` (n, t + a, see `inputs`), drawn towards `prior` (or what is usual of musicnn)."""
    names = (*tag_names, *ATTRIBUTES)
    table = [TAG_PRIOR] * len(tag_names) + [ATTRIBUTE_PRIORS[name] for name in ATTRIBUTES]
    prior_mean, prior_std = np.array(table, np.float32).T if prior is None else (prior.mean, prior.std)
    known = np.isfinite(values)
    count = known.sum(axis=0)  # (t + a,)
    filled = np.where(known, values, 0)
    total = count + PRIOR_TRACKS
    mean = (filled.sum(axis=0) + PRIOR_TRACKS * prior_mean) / total
    spread = np.where(known, values - mean, 0) ** 2
    drawn = PRIOR_TRACKS * (prior_std**2 + (prior_mean - mean) ** 2)
    std = np.sqrt((spread.sum(axis=0) + drawn) / total)
    return Reference(names, mean.astype(np.float32), std.astype(np.float32), len(values))
