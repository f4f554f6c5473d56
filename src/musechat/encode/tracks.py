"""A music file → `TrackFeatures`: `Track2Features` hears samples, `File2Features` decodes them first.

In: samples of one or more windows of a track, or its path. Out: everything that was heard in it.

- One log-mel spectrogram serves the tagger and the tempo.
- How many patches the tagger hears is the whole meaning of quality: they are spread evenly over the windows.
- `MEASURES` is part of the encoder's identity: raise it when a measurement changes, and libraries re-analyse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from musechat.core.errors import MediaError
from musechat.core.features import EncoderId, TrackFeatures
from musechat.core.settings import Quality
from musechat.encode.measure import (
    measure_energy,
    measure_form,
    measure_key,
    measure_tempo,
    music_mood,
    onset_density,
    sound_brightness,
    spectral_centroid,
)
from musechat.encode.mel import MUSICNN_MEL, log_mel, patches

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from musechat.core.features import Floats
    from musechat.core.protocols import AudioEncoder
    from musechat.media import AudioClip

MEASURES = "measures-3"
PATCHES: dict[Quality, int | None] = {Quality.FAST: 6, Quality.BALANCED: 16, Quality.THOROUGH: None}
"""Patches of 3 s that the tagger hears; None is every one."""


class Hears(Protocol):
    """The part of the decoder that is needed here."""

    def audio(self, path: str | Path) -> AudioClip:
        """Mono samples and loudness of a file."""
        ...


class Track2Features:
    """Decoded sound → features."""

    def __init__(self, encoder: AudioEncoder) -> None:
        self._encoder = encoder
        self.encoder = EncoderId(encoder.name, encoder.version, MEASURES)

    def __call__(self, clip: AudioClip, quality: Quality) -> TrackFeatures:
        """Raises `MediaError` for a clip without samples."""
        if clip.samples.size == 0:
            raise MediaError("The file holds no sound that can be decoded.", "no_audio")
        windows = np.split(clip.samples, np.cumsum(clip.lengths)[:-1])
        mels = [log_mel(window) for window in windows]
        starts, heard = _spread(mels, clip.starts, PATCHES[quality])
        embeddings, tags = self._encoder.encode(heard)
        tempo = measure_tempo(mels)
        key = measure_key(windows)
        centroid = spectral_centroid(mels)
        mood = music_mood(
            loudness=clip.loudness_lufs,
            bpm=tempo.bpm,
            onset_density=onset_density(mels),
            brightness=None if centroid is None else sound_brightness(centroid),
            beat_strength=tempo.beat_strength,
            mode=key.mode,
            key_strength=key.strength,
        )
        return TrackFeatures(
            encoder=self.encoder,
            starts=starts,
            embeddings=embeddings,
            tags=tags,
            bpm=tempo.bpm,
            bpm_strength=tempo.strength,
            second_bpm=tempo.second_bpm,
            second_bpm_strength=tempo.second_strength,
            beat_strength=tempo.beat_strength,
            key=key.tonic,
            mode=key.mode,
            key_strength=key.strength,
            loudness=clip.loudness_lufs,
            loudness_range=clip.loudness_range,
            energy=_energy(clip),
            form=measure_form(mels, clip.starts, clip.momentary, tempo.bpm),
            valence=mood.valence,
            arousal=mood.arousal,
        )


class File2Features:
    """A file → features: the `Analyse` of an import."""

    def __init__(self, decoder: Hears, encoder: AudioEncoder) -> None:
        self._decoder = decoder
        self._hear = Track2Features(encoder)
        self.encoder = self._hear.encoder

    def __call__(self, path: Path, quality: Quality) -> TrackFeatures:
        """Raises `MediaError` for a file that cannot be decoded."""
        return self._hear(self._decoder.audio(path), quality)


def _energy(clip: AudioClip) -> Floats:
    """The energy curve (s,) over the whole track; between the windows of a long one it is interpolated."""
    curve = measure_energy(clip.momentary)
    if len(clip.lengths) < 2:
        return curve
    offsets = np.concatenate([np.arange(length // clip.rate) for length in clip.lengths])
    windows = np.repeat(clip.starts, [length // clip.rate for length in clip.lengths])
    known = min(curve.size, offsets.size)
    seconds = np.arange(max(1, round(clip.duration)))
    return np.interp(seconds, (windows + offsets)[:known], curve[:known]).astype(np.float32)


def _spread(mels: list[Floats], starts: NDArray[np.float64], at_most: int | None) -> tuple[Floats, Floats]:
    """Patches spread evenly over all windows: their start seconds (k,) and the patches (k, frames, bands)."""
    patch = MUSICNN_MEL.patch_frames
    places = [
        (window, frame) for window, mel in enumerate(mels) for frame in range(0, max(1, len(mel) - patch + 1), patch)
    ]
    if at_most is not None and len(places) > at_most:
        places = [places[i] for i in np.linspace(0, len(places) - 1, at_most).round().astype(int)]
    cut = [patches(mels[window], [frame]) for window, frame in places]
    seconds = [starts[window] + frame * MUSICNN_MEL.frame_seconds for window, frame in places]
    return np.array(seconds, np.float32), np.concatenate(cut)
