"""What kind of place or thing the frames of a clip show: groups of image classes, and readings of the features.

In: class probabilities and features of frames. Out: `Scene`s, the likeliest first.

- A single class is rarely right on films; a group gathers what it spreads over its neighbours.
- A class counts from a probability of .1 on: what an unsure model spreads thinly over 400 animals is no animal.
- A reading is a logistic regression on one encoder's features, for what no class stands for, as people. It is reported
  from its floor on, and it suits no concept: it has no part in ranking.
- Any scene is evidence for ranking; it may be *named* in a sentence from its floor on alone, as `may_be_named` tells.
  A mean over a clip reaches a floor only if a frame does, and floors were measured on frames.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from musechat.core.features import Scene

if TYPE_CHECKING:
    from musechat.core.features import Floats


SURE = 0.1
"""The least probability of a class that counts."""
READS = "efficientnet-lite2"
"""The encoder whose features readings were fitted on."""


def may_be_named(scene: Scene) -> bool:
    """Whether a sentence may say that the clip shows it: at least 90 % of labelled frames bore that out."""
    floor = _floors().get(scene.name)
    return floor is not None and scene.probability >= floor


def root(features: Floats) -> Floats:
    """The square roots (n, d) that readings go by."""
    roots: Floats = np.sqrt(np.maximum(features, np.float32(0)))
    return roots


def read(roots: Floats, weights: Floats) -> Floats:
    """Roots (n, d) and weights (r, d + 1), the offset last → chances (n, r)."""
    chances: Floats = 1 / (1 + np.exp(-np.clip(roots @ weights[:, :-1].T + weights[:, -1], -30, 30)))
    return chances


class SceneGroups:
    """The groups of `scenes.toml` over an encoder's classes, and its readings if `encoder` is the one they are for."""

    def __init__(self, class_names: tuple[str, ...], encoder: str = "") -> None:
        """Raises ValueError for a group that names a class which the encoder does not have."""
        entries = table()["scene"]
        self._groups: list[tuple[str, str | None]] = [(group["name"], group.get("suits")) for group in entries]
        self._members = np.zeros((len(class_names), len(entries)), np.float32)
        for column, group in enumerate(entries):
            rows = [class_names.index(name) for name in group.get("classes", [])]
            for first, last in group.get("ranges", []):
                rows.extend(range(first, last + 1))
            self._members[rows, column] = 1.0
        self._readings = _readings() if encoder == READS else []

    @property
    def names(self) -> tuple[str, ...]:
        """The groups."""
        return tuple(name for name, _ in self._groups)

    def sums(self, probabilities: Floats) -> Floats:
        """Class probabilities (n, classes) → summed sure probabilities (n, groups)."""
        sums: Floats = np.where(probabilities >= SURE, probabilities, np.float32(0)) @ self._members
        return sums

    def scenes(
        self, probabilities: Floats, features: Floats | None = None, at_most: int = 3, floor: float = 0.1
    ) -> tuple[Scene, ...]:
        """Class probabilities (n, classes) → up to `at_most` groups whose mean sum is at least `floor`.

        With features (n, d) of the same frames, readings from their own floors on join them.
        """
        if not len(probabilities):
            return ()
        means = self.sums(probabilities).mean(axis=0)  # (groups,)
        best = [int(i) for i in np.argsort(-means, kind="stable")[:at_most]]
        found = [Scene(self._groups[i][0], round(float(means[i]), 4), self._groups[i][1]) for i in best]
        found = [scene for scene in found if scene.probability >= floor]
        if features is not None and self._readings:
            chances = read(root(features), np.stack([weights for _, weights in self._readings])).mean(axis=0)
            read_off = (
                Scene(name, round(float(chance), 4)) for (name, _), chance in zip(self._readings, chances, strict=True)
            )
            found.extend(filter(may_be_named, read_off))
        return tuple(sorted(found, key=lambda scene: -scene.probability))


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """What `scenes.toml` holds."""
    return tomllib.loads(files("musechat.encode").joinpath("scenes.toml").read_text("utf-8"))


def _floors() -> dict[str, float]:
    entries = (*table()["scene"], *table().get("reading", ()))
    return {entry["name"]: entry["floor"] for entry in entries if "floor" in entry}


def _readings() -> list[tuple[str, Floats]]:
    names = [entry["name"] for entry in table().get("reading", ())]
    if not names:
        return []
    with files("musechat.encode").joinpath("scenes.npy").open("rb") as file:
        weights = np.load(file, allow_pickle=False).astype(np.float32)  # (readings, d + 1)
    return list(zip(names, weights, strict=True))
