"""Plays a score with synthetic instruments: `perform`.

In: a `Score`. Out: stereo samples whose first beat is the first sample.

- Each distinct sound is made once and added wherever it is played.
- Sums are made in the order of the score, so that the same score gives the same samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musechat.studio.instruments import VOICES, Voice, overdrive
from musechat.studio.mastering import mastered, samples_of
from musechat.studio.percussion import KITS
from musechat.studio.room import reverberate
from musechat.studio.score import Note, Part, Score
from musechat.studio.waves import Floats, ratio


@dataclass(frozen=True, slots=True)
class PlaySettings:
    """A note's amplitude is its velocity to the power `dynamics`; velocities are rounded to `colours` steps of tone
    colour, so that few sounds serve many notes.
    """

    dynamics: float = 1.5
    colours: int = 4


PLAY = PlaySettings()

Sound = tuple[tuple[int, ...], int]
"""Pitches that begin together and their colour: what makes notes sound alike."""
Played = tuple[float, float, float]
"""Start and length in seconds, velocity."""


def perform(score: Score, rate: int = 44_100) -> Floats:
    """Stereo samples (n, 2) in -1..1 at `rate` Hz: the score's bars and a tail of 2.5 s. Peaks stay below -1 dBFS.

    Raises KeyError for an instrument that is not of `score.INSTRUMENTS`.
    """
    length = samples_of(score, rate)
    buses, scaled = np.zeros((3, length), np.float32), np.empty(length, np.float32)  # left, right, send to the room
    for part in score.parts:
        sound = _play(part, 60 / score.bpm, length, rate)
        room = (KITS if part.instrument in KITS else VOICES)[part.instrument].room
        angle = (np.clip(part.pan, -1, 1) + 1) * np.pi / 4
        for bus, share in enumerate((2**0.5 * np.cos(angle), 2**0.5 * np.sin(angle), ratio(room))):
            buses[bus] += np.multiply(sound, np.float32(share), out=scaled)
    stereo = buses[:2] + reverberate(buses[2], rate)
    return mastered(stereo, score, rate)


def _play(part: Part, beat: float, length: int, rate: int) -> Floats:
    """One part (length,) in mono. `beat` in seconds."""
    sound = np.zeros(length, np.float32)
    kit, voice = KITS.get(part.instrument), VOICES.get(part.instrument)
    release = 0 if voice is None else round(voice.release * rate)
    fade = np.linspace(1, 0, release, dtype=np.float32) ** 2
    for (pitches, colour), played in _alike(part, beat).items():
        velocity = (colour + 0.5) / PLAY.colours
        if kit is not None:
            whole = kit.hit(pitches[0])(velocity, rate) * np.float32(ratio(kit.gain + part.gain))
        else:
            longest = round(max(seconds for _, seconds, _ in played) * rate) + release
            whole = _sung(VOICES[part.instrument], pitches, longest, velocity, rate) * np.float32(ratio(part.gain))
        for start, seconds, loud in played:
            held = len(whole) if kit is not None else round(seconds * rate)
            note = whole[: held + release] * np.float32(loud**PLAY.dynamics)
            note[held:] *= fade[: max(0, len(note) - held)]
            first = round(start * rate)
            end = min(length, first + len(note))
            if first < end:
                sound[first:end] += note[: end - first]
    return sound


def _alike(part: Part, beat: float) -> dict[Sound, list[Played]]:
    """The distinct sounds of a part, each with the times at which it is played."""
    together: dict[tuple[float, float, int], list[Note]] = {}
    chords = part.instrument in VOICES and VOICES[part.instrument].drive > 0
    for number, note in enumerate(part.notes):
        together.setdefault((note.start, note.length, 0 if chords else number), []).append(note)
    alike: dict[Sound, list[Played]] = {}
    for notes in together.values():
        velocity = max(note.velocity for note in notes)
        sound = tuple(sorted({note.pitch for note in notes})), min(PLAY.colours - 1, int(velocity * PLAY.colours))
        alike.setdefault(sound, []).append((notes[0].start * beat, notes[0].length * beat, velocity))
    return alike


def _sung(voice: Voice, pitches: tuple[int, ...], samples: int, velocity: float, rate: int) -> Floats:
    """Notes that sound together (samples,), without an end."""
    sound = np.zeros(samples, np.float32)
    for pitch in pitches:
        tone = voice.tone(440 * 2 ** ((pitch - 69) / 12), samples, velocity, rate)
        sound[: len(tone)] += tone
    if voice.drive:
        sound = overdrive(sound, voice.drive, rate)
    return sound * np.float32(ratio(voice.gain))
