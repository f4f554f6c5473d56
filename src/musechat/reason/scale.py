"""From a measured number to the plain word for it.

In: a number in 0..1. Out: one word.

- The borders are stated here once, so that "bright" means the same in every sentence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Words for a number in 0..1: `words[i]` holds below `borders[i]`, the last word above all of them."""

    words: tuple[str, ...]
    borders: tuple[float, ...]

    def word(self, value: float) -> str:
        """The word for `value`."""
        return self.words[sum(value >= border for border in self.borders)]


BRIGHTNESS = Scale(("dark", "dim", "bright"), (0.3, 0.5))
SATURATION = Scale(("muted", "moderately colourful", "colourful"), (0.2, 0.4))
WARMTH = Scale(("cool", "neutral in tone", "warm"), (0.45, 0.55))
MOTION = Scale(("hardly any motion", "little motion", "a fair amount of motion", "a lot of motion"), (0.1, 0.3, 0.6))
ENERGY = Scale(("calm", "moderate", "energetic"), (0.4, 0.6))
"""Of arousal moved from −1..1 to 0..1."""
PLEASANTNESS = Scale(("sombre", "neutral", "pleasant"), (0.4, 0.6))
"""Of valence moved from −1..1 to 0..1."""
