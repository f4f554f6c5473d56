"""Features to rows and back.

In: `TrackFeatures`. Out: the values of the tables `features` and `segments`, and the features again.

- Embeddings, tag probabilities and energy are float16 on disk (relative error below 0.001); times, and what goes with
  them, are float32.
- `pooled` is the mean embedding as a unit vector: what exact search compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musechat.core.errors import MediaError
from musechat.core.features import EncoderId, Form, TrackFeatures

if TYPE_CHECKING:
    from musechat.core.features import Floats
    from musechat.core.settings import Quality
    from musechat.library.database import Row

MEASURED = (
    "bpm", "bpm_strength", "second_bpm", "second_bpm_strength", "beat_strength",
    "key", "mode", "key_strength", "loudness", "loudness_range", "valence", "arousal",
)  # fmt: skip
"""The features that are one value a track; columns of the same names hold them."""
FORM = ("beats", "downbeats", "borders", "lifts", "rises")
"""What `Form` holds; columns of `segments` with the same names hold it."""

_LARGEST = float(np.finfo(np.float16).max)


def require_numbers(features: TrackFeatures) -> None:
    """Raises `MediaError` where something that was measured is not finite: it would poison every comparison."""
    numbers = [value for name in MEASURED if isinstance(value := getattr(features, name), int | float)]
    arrays = (features.starts, features.embeddings, features.tags, features.energy, np.array(numbers, np.float64))
    arrays += tuple(getattr(features.form, name) for name in FORM)
    if not all(np.isfinite(array).all() for array in arrays):
        raise MediaError("The sound of this file gives no usable numbers.", "unreadable")


def feature_row(features: TrackFeatures, quality: Quality) -> Row:
    """The values behind the track's id in `features`."""
    measured = [getattr(features, name) for name in MEASURED]
    encoder = features.encoder
    return (
        encoder.name, encoder.version, encoder.settings, str(quality),
        features.embeddings.shape[1], features.tags.shape[1],
        _half(unit(_mean(features.embeddings))), _half(_mean(features.tags)), _half(features.energy),
        *measured,
    )  # fmt: skip


def segment_row(features: TrackFeatures) -> Row:
    """The values behind the track's id in `segments`."""
    form = (_single(getattr(features.form, name)) for name in FORM)
    return _single(features.starts), _half(features.embeddings), _half(features.tags), *form


def features_from(row: Row) -> TrackFeatures:
    """The features of: encoder, version, settings, dim, tag_count, energy, the MEASURED, those of `segments`."""
    name, version, settings, dim, tag_count, energy, *rest = row
    measured, (starts, embeddings, tags, *form) = rest[: len(MEASURED)], rest[len(MEASURED) :]
    times = np.frombuffer(starts, np.float32)
    return TrackFeatures(
        encoder=EncoderId(name, version, settings),
        starts=times.copy(),
        embeddings=floats(embeddings).reshape(len(times), dim),
        tags=floats(tags).reshape(len(times), tag_count),
        energy=floats(energy),
        form=Form(*(np.frombuffer(blob, np.float32).copy() for blob in form)),
        **dict(zip(MEASURED, measured, strict=True)),
    )


def floats(blob: bytes) -> Floats:
    """A float16 blob as float32 numbers (n,)."""
    return np.frombuffer(blob, np.float16).astype(np.float32)


def unit(vector: Floats) -> Floats:
    """(d,) → (d,) of length 1; a zero vector stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 0 else vector


def _mean(rows: Floats) -> Floats:
    """(k, d) → (d,), zero without rows."""
    return rows.mean(axis=0, dtype=np.float32) if len(rows) else np.zeros(rows.shape[1], np.float32)


def _single(array: Floats) -> bytes:
    return np.ascontiguousarray(array, np.float32).tobytes()


def _half(array: Floats) -> bytes:
    return np.clip(array, -_LARGEST, _LARGEST).astype(np.float16).tobytes()
