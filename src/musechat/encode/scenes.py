"""Groups of image classes: what kind of place or thing the frames of a clip show.

In: class probabilities of frames. Out: `Scene`s, the likeliest first.

- A single class is rarely right on films; a group gathers what it spreads over its neighbours.
- A class counts from a probability of .1 on: what an unsure model spreads thinly over 400 animals is no animal.
- A scene is evidence for ranking. Whether it may be *named* in a sentence is not decided here.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.features import Scene

if TYPE_CHECKING:
    from musechat.core.features import Floats


SURE = 0.1
"""The least probability of a class that counts."""


class SceneGroups:
    """The groups of `scenes.toml` over an encoder's classes."""

    def __init__(self, class_names: tuple[str, ...]) -> None:
        """Raises ValueError for a group that names a class which the encoder does not have."""
        table = tomllib.loads(files("musechat.encode").joinpath("scenes.toml").read_text("utf-8"))["scene"]
        self._groups: list[tuple[str, str | None]] = [(group["name"], group.get("suits")) for group in table]
        self._members = np.zeros((len(class_names), len(table)), np.float32)
        for column, group in enumerate(table):
            rows = [class_names.index(name) for name in group.get("classes", [])]
            for first, last in group.get("ranges", []):
                rows.extend(range(first, last + 1))
            self._members[rows, column] = 1.0

    def scenes(self, probabilities: Floats, at_most: int = 3, floor: float = 0.1) -> tuple[Scene, ...]:
        """Class probabilities (n, classes) → groups whose mean summed sure probability is at least `floor`."""
        if not len(probabilities):
            return ()
        sure = np.where(probabilities >= SURE, probabilities, np.float32(0))
        means = (sure @ self._members).mean(axis=0)  # (groups,)
        best = [int(i) for i in np.argsort(-means, kind="stable")[:at_most]]
        return tuple(
            Scene(self._groups[i][0], round(float(means[i]), 4), self._groups[i][1]) for i in best if means[i] >= floor
        )
