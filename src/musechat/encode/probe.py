"""How an encoder shows that it works on this machine.

In: vectors of two unlike inputs, and a value that the original model gave. Out: nothing, or a WeightsError.

- A published text encoder is known that maps any two sentences to nearly the same vector; it loads without an error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musechat.core.errors import WeightsError

COLLAPSED = 0.99


def cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Cosine of two vectors (d,)."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def check_apart(name: str, a: NDArray[np.float32], b: NDArray[np.float32]) -> None:
    """Two unlike inputs must not have nearly the same vector (d,)."""
    if not cosine(a, b) < COLLAPSED:  # a NaN fails too
        raise WeightsError(f"The encoder {name} maps unlike inputs to the same vector: its weights are unusable.")


def check_value(name: str, got: float, expected: float, tolerance: float) -> None:
    """A known input must give the value that the original model gave."""
    if not abs(got - expected) <= tolerance:  # a NaN fails too
        raise WeightsError(f"The encoder {name} gives {got:.4f} where the original model gave {expected:.4f}.")
