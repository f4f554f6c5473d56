"""Measured attributes: what can be computed about sound and pictures without a learned model.

In: arrays. Out: frozen results. Pure functions of numpy, no files, no state.

- Sound: onset → metre → tempo → beats → bars → sections → form; energy, key, timbre. Pictures: colour; thumbs → cuts,
  motion → shots. Both: mood.
"""

from __future__ import annotations

from musechat.encode.measure.colour import Colour, colour_by_picture, measure_colour
from musechat.encode.measure.cuts import measure_cuts
from musechat.encode.measure.energy import measure_energy
from musechat.encode.measure.form import measure_form
from musechat.encode.measure.key import measure_key
from musechat.encode.measure.mood import Mood, PictureMood, music_mood, picture_mood
from musechat.encode.measure.motion import Motion, measure_motion
from musechat.encode.measure.onset import onset_density
from musechat.encode.measure.shots import measure_shots
from musechat.encode.measure.tempo import measure_tempo
from musechat.encode.measure.timbre import sound_brightness, spectral_centroid

__all__ = [
    "Colour",
    "Mood",
    "Motion",
    "PictureMood",
    "colour_by_picture",
    "measure_colour",
    "measure_cuts",
    "measure_energy",
    "measure_form",
    "measure_key",
    "measure_motion",
    "measure_shots",
    "measure_tempo",
    "music_mood",
    "onset_density",
    "picture_mood",
    "sound_brightness",
    "spectral_centroid",
]
