"""Plays a score with sampled instruments: FluidSynth and a General MIDI SoundFont.

In: a `Score`. Out: the same kind of samples as `performer.perform` gives.

- FluidSynth is a program of its own, called with a list of arguments in a temporary folder and given a time limit.
- Neither the program nor a SoundFont is part of MuseChat.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musechat.core.errors import InputError
from musechat.studio.mastering import mastered, samples_of
from musechat.studio.midi import midi_file
from musechat.studio.score import Score
from musechat.studio.waves import Floats

PLACES = (
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
    "/opt/homebrew/share/fluid-synth/sf2",
    "/usr/local/share/fluid-synth/sf2",
    "C:/soundfonts",
    "C:/ProgramData/soundfonts",
)
"""Folders in which distributions, Homebrew and Windows users keep SoundFonts."""
INSTALL = "On Debian and Ubuntu: apt-get install fluidsynth timgm6mb-soundfont; on macOS: brew install fluid-synth."


@dataclass(frozen=True, slots=True)
class FluidSynthSettings:
    """`patience`: seconds allowed for a second of music, after `start` for the SoundFont to load."""

    gain: float = 0.4
    start: float = 30.0
    patience: float = 1.0


FLUIDSYNTH = FluidSynthSettings()


def perform_with_soundfont(score: Score, font: Path | None = None, rate: int = 44_100) -> Floats:
    """Stereo samples (n, 2) in -1..1 at `rate` Hz, as long and as loud as `performer.perform` makes them.

    `font`: a SoundFont; None looks for one where systems keep them. Raises `InputError` where the program or a font is
    missing, or the program fails.
    """
    program = shutil.which("fluidsynth")
    if program is None:
        raise InputError(f"Sampled instruments need the program FluidSynth, which is not installed. {INSTALL}")
    font = font or find_soundfont()
    if not font.is_file():
        raise InputError(f"There is no SoundFont at {font}.")
    with tempfile.TemporaryDirectory(prefix="musechat-") as folder:
        notes, sound = Path(folder, "score.mid"), Path(folder, "score.raw")
        notes.write_bytes(midi_file(score))
        options = {"-F": sound, "-r": rate, "-T": "raw", "-O": "float", "-E": "little", "-g": FLUIDSYNTH.gain}
        settings = [str(word) for option in options.items() for word in option]
        line = [program, "-n", "-i", "-q", *settings, str(font.resolve()), str(notes)]
        _run(line, folder, FLUIDSYNTH.start + FLUIDSYNTH.patience * score.seconds)
        played = np.fromfile(sound, "<f4") if sound.is_file() else np.zeros(0, np.float32)
    if played.size < 2:
        raise InputError(f"FluidSynth played nothing with {font}; is it a General MIDI SoundFont?")
    stereo = np.zeros((2, samples_of(score, rate)), np.float32)
    heard = min(stereo.shape[1], played.size // 2)
    stereo[:, :heard] = played[: 2 * heard].reshape(-1, 2).T
    return mastered(stereo, score, rate)


def find_soundfont(places: tuple[str, ...] = PLACES) -> Path:
    """The largest SoundFont of the first of `places` that holds one; size is the best sign of quality there is.

    Raises `InputError` where there is none.
    """
    for place in places:
        found = [path for path in Path(place).glob("*.sf[23]") if path.is_file()]
        if found:
            return max(found, key=lambda path: (path.stat().st_size, path.name))
    raise InputError(f"Sampled instruments need a General MIDI SoundFont (.sf2), and none was found. {INSTALL}")


def _run(line: list[str], folder: str, seconds: float) -> None:
    try:
        done = subprocess.run(
            line, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"FluidSynth did not finish within {seconds:.0f} seconds.") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise InputError(f"FluidSynth failed: {last}")
