"""Made tracks whose instruments, genre, tempo and lack of words are known: what is heard in them, and their labels.

In: genres and seeds. Out: `.npz` files with tags, measurements and facts in a cache folder; `Labelled` read from them.

    python benchmarks/truth/generated.py [--cache FOLDER] [--each 15] [--processes 2]

- Every genre of the studio is composed `--each` times for each of two performers (the studio's own and FluidSynth)
  and each of two halves (fit, test), each of the four from seeds of its own. Instruments that are then still rarer
  than `--each` are brought up by further pieces that hold them.
- The sound is written as FLAC, decoded and heard as an import does, and thrown away. What is cached is not made again.
- Labels are read off the score when the cache is read, so that a change of them needs no new sound. What a fair
  listener could dispute is neither present nor absent: an electric piano for "piano", one violin for "strings".
- Pieces of a machine's genres are made of patterns. That "house" here is told from "techno" says little of records.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from musechat.app.models import Models
from musechat.concepts.vocabulary import ATTRIBUTES, shipped_vocabulary
from musechat.core.settings import Quality
from musechat.studio.composer import Brief, compose
from musechat.studio.files import write_audio
from musechat.studio.genres import genres
from musechat.studio.performer import perform
from musechat.studio.score import Score
from musechat.studio.soundfont import perform_with_soundfont

CACHE = Path(tempfile.gettempdir(), "musechat-generated")
SECONDS = 40.0
RATE = 44_100
SEEDS = {("own", "fit"): 10_000, ("own", "test"): 20_000, ("soundfont", "fit"): 30_000, ("soundfont", "test"): 40_000}
"""The first seed of each performer and half."""
SOUNDS = 0.25
"""An instrument is present that sounds in this share of the bars; what sounds in fewer is not labelled."""
STEADY = 0.6
"""The same for drums that make a beat."""
FAST, UNHURRIED, SLOW, LIVELY = 140.0, 105.0, 76.0, 105.0
"""BPM: fast from, not fast up to, slow up to, not slow from. Between them a tempo is not labelled."""
Half = Literal["fit", "test"]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A track of which is known what is in it and what is not; concepts in neither set are not labelled.

    `body`: where it comes from ("own", "soundfont", "real"); `tags` (t,) mean probabilities, `attributes` (a,) in the
    order of ATTRIBUTES, NaN where not measured.
    """

    name: str
    body: str
    half: Half
    tags: NDArray[np.float32]
    attributes: NDArray[np.float32]
    present: frozenset[str]
    absent: frozenset[str]


# ------------------------------------------------------------------------------------------- labels

HEARD_AS: Mapping[str, tuple[str, ...]] = {
    "piano": ("piano",),
    "acoustic guitar": ("guitar", "acoustic guitar"),
    "electric guitar": ("guitar", "electric guitar"),
    "distorted guitar": ("guitar", "electric guitar"),
    "synth bass": ("synth",),
    "strings": ("strings",),
    "choir": ("choir",),
    "pad": ("synth",),
    "flute": ("flute",),
    "violin": ("violin",),
    "lead": ("synth",),
    "pluck": ("synth",),
    "drums": ("drums",),
    "electronic drums": ("drums",),
}
"""Instrument of a score → the concepts that it is beyond dispute."""
COULD_BE: Mapping[str, tuple[str, ...]] = {
    "electric piano": ("piano", "synth"),
    "organ": ("synth",),
    "strings": ("violin", "cello", "synth"),
    "violin": ("strings",),
    "bells": ("synth",),
    "marimba": ("synth",),
    "choir": ("vocals", "instrumental", "female vocals", "male vocals", "synth"),
    "pad": ("strings", "choir"),
    "electronic drums": ("synth",),
}
"""Instrument → the concepts for which one could take it; an "ah" without words is singing to some."""
HEARABLE = frozenset(
    {"guitar", "acoustic guitar", "electric guitar", "piano", "strings", "violin", "cello", "drums", "flute", "synth"}
    | {"harp", "harpsichord", "sitar", "choir", "vocals", "female vocals", "male vocals"}
)
"""Concepts of which no score is silent: where nothing plays them they are absent."""
ELECTRONIC = ("house", "techno", "trance", "drum and bass", "synthwave")
ACOUSTIC = frozenset({"piano", "acoustic guitar", "strings", "choir", "flute", "violin", "brass", "saxophone", "drums"})
NEAR: Mapping[str, tuple[str, ...]] = {
    "ambient": ("new age",),
    "classical": ("baroque", "orchestral", "new age"),
    "orchestral": ("classical", "opera"),
    "bossa nova": ("jazz", "easy listening", "world"),
    "jazz": ("blues", "easy listening", "soul", "funk"),
    "folk": ("country", "indie folk", "singer-songwriter", "world"),
    "celtic": ("folk", "world", "country"),
    "country": ("folk", "bluegrass", "country rock", "western", "singer-songwriter"),
    "rock": (
        "hard rock",
        "alternative rock",
        "indie rock",
        "classic rock",
        "grunge",
        "pop rock",
        "alternative",
        "punk",
    ),
    "punk": ("rock", "hard rock", "alternative rock", "grunge", "alternative", "indie rock"),
    "metal": ("rock", "hard rock", "heavy metal", "progressive rock", "industrial"),
    "pop": ("indie pop", "pop rock", "synth pop", "electronic", "dance"),
    "funk": ("soul", "disco", "rnb", "dance"),
    "reggae": ("world", "pop"),
    "hip hop": ("trap", "rnb", "trip hop", "lo-fi", "electronic"),
    "lo-fi": ("hip hop", "trip hop", "jazz", "electronic", "easy listening"),
    "house": ("dance", "disco", "electro", "electronica", "techno", "trance"),
    "techno": ("dance", "electro", "electronica", "house", "trance", "industrial"),
    "trance": ("dance", "electro", "electronica", "techno", "house"),
    "drum and bass": ("dance", "electro", "electronica", "techno", "dubstep"),
    "synthwave": ("electro", "electronica", "synth pop", "dance", "ambient"),
}
"""Studio genre → genres of the vocabulary that such a piece may be too. All others it is not."""


@cache
def _measurable(kind: str) -> frozenset[str]:
    return frozenset(concept.name for concept in shipped_vocabulary().measurable if concept.kind == kind)


def labels(facts: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Concepts that are present and absent, by `facts` as `facts_of` gives them."""
    shares: dict[str, float] = facts["shares"]
    loud = {name for name, share in shares.items() if share >= SOUNDS}
    present = {concept for name in loud for concept in HEARD_AS.get(name, ())}
    possible = {c for name in shares for c in (*HEARD_AS.get(name, ()), *COULD_BE.get(name, ()))}
    absent = set(HEARABLE - possible)
    if "choir" not in shares:
        present.add("instrumental")
    for part in (_beat(shares), _sound(shares), _tempo(facts["bpm"]), _genre(facts["genre"], shares)):
        present |= part[0]
        absent |= part[1]
    return frozenset(present), frozenset(absent - present)


def _beat(shares: Mapping[str, float]) -> tuple[set[str], set[str]]:
    """Drums that play nearly throughout are a beat; without any there is none."""
    drums = max((shares.get(kit, 0.0) for kit in ("drums", "electronic drums")), default=0.0)
    pitched = len(set(shares) - {"drums", "electronic drums"})
    solo = {"solo"} if len(shares) == 1 else set()
    return ({"beat"} if drums >= STEADY else set()) | solo, ({"beat"} if not drums else set()) | (
        {"solo"} if pitched > 2 or drums else set()
    )


def _sound(shares: Mapping[str, float]) -> tuple[set[str], set[str]]:
    """Acoustic is what has no amplifier at all; it is absent where synthesizers or distortion sound."""
    present = {"acoustic"} if set(shares) <= ACOUSTIC else set()
    amplified = {"distorted guitar", "synth bass", "pad", "lead", "electronic drums"} & set(shares)
    return present, {"acoustic"} if amplified else set()


def _tempo(bpm: float) -> tuple[set[str], set[str]]:
    fast = ({"fast"}, set[str]()) if bpm >= FAST else (set[str](), {"fast"} if bpm <= UNHURRIED else set())
    slow = ({"slow"}, set[str]()) if bpm <= SLOW else (set[str](), {"slow"} if bpm >= LIVELY else set())
    return fast[0] | slow[0], fast[1] | slow[1]


def _genre(genre: str, shares: Mapping[str, float]) -> tuple[set[str], set[str]]:
    present = {genre} | ({"electronic"} if genre in ELECTRONIC else set())
    machines = {"synth bass", "pad", "lead", "pluck", "electronic drums"} & set(shares)
    open_to = {*NEAR[genre], *(("electronic", "electronica", "electro") if machines else ()), "experimental", "ballad"}
    known = _measurable("genre")
    return present & known, set(known - present - open_to - {"indie", "alternative", "world"})


def facts_of(score: Score) -> dict[str, Any]:
    """What the labels need of a score; `shares`: instrument → the share of the bars in which it sounds."""
    sounding: dict[str, set[int]] = {}
    for part in score.parts:
        for note in part.notes:
            first, last = note.start / score.beats_per_bar, (note.start + note.length - 1e-6) / score.beats_per_bar
            sounding.setdefault(part.instrument, set()).update(range(int(first), int(last) + 1))
    shares = {name: round(min(1.0, len(bars) / score.bars), 3) for name, bars in sounding.items()}
    plain = {"genre": score.genre, "mode": score.mode, "bpm": score.bpm, "moods": list(score.moods), "shares": shares}
    return plain | {"energy": max(section.energy for section in score.sections)}


# ------------------------------------------------------------------------------------------- making

Piece = tuple[str, str, str, int]
"""Performer, half, genre, seed."""


def pieces(each: int) -> list[Piece]:
    """What is to be made."""
    return [piece for performer, half in SEEDS for piece in _pieces(performer, half, each)]


def _pieces(performer: str, half: str, each: int) -> Iterator[Piece]:
    first, held = SEEDS[performer, half], Counter[str]()
    for genre in genres():
        for seed in range(first, first + each):
            held.update(_held(genre, seed))
            yield performer, half, genre, seed
    hosts = {i: [g for g, genre in genres().items() if any(i in p.instruments for p in genre.parts)] for i in HEARD_AS}
    for rare, homes in hosts.items():
        seed = first + each
        while held[rare] < each:
            for genre in homes:
                if rare in _held(genre, seed) and held[rare] < each:
                    held.update(_held(genre, seed))
                    yield performer, half, genre, seed
            seed += 1


def _held(genre: str, seed: int) -> set[str]:
    shares = facts_of(compose(Brief(genre, SECONDS), seed))["shares"]
    return {name for name, share in shares.items() if share >= SOUNDS}


@cache
def _models() -> Models:
    return Models(threads=1)


def make(piece: Piece, cache_folder: Path) -> None:
    """Compose, perform, hear; keep what was heard."""
    performer, _, genre, seed = piece
    score = compose(Brief(genre, SECONDS), seed)
    sound = perform(score, RATE) if performer == "own" else perform_with_soundfont(score, rate=RATE)
    with tempfile.TemporaryDirectory(prefix="musechat-truth-") as folder:
        path = Path(folder, "piece.flac")
        write_audio(path, sound, RATE, {})
        heard = _models().tracks(path, Quality.BALANCED)
    attributes = [getattr(heard, name) for name in ATTRIBUTES]
    measured = np.array([np.nan if value is None else value for value in attributes], np.float32)
    target = _path(piece, cache_folder)
    part = target.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        facts = json.dumps(facts_of(score))
        np.savez(file, tags=heard.tags.astype(np.float16), attributes=measured, facts=np.array(facts))
    part.replace(target)


def _path(piece: Piece, folder: Path) -> Path:
    performer, half, genre, seed = piece
    return folder / f"{performer}.{half}.{genre.replace(' ', '_')}.{seed}.npz"


def _quietly() -> None:
    """The makers leave the machine usable."""
    os.nice(10)


def make_all(folder: Path, each: int, processes: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    waiting = sorted((p for p in pieces(each) if not _path(p, folder).exists()), key=lambda piece: piece[3] % 10_000)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_quietly) as pool:
        jobs = [pool.submit(make, piece, folder) for piece in waiting]
        for count, done in enumerate(as_completed(jobs), 1):
            done.result()
            if count % 50 == 0 or count == len(jobs):
                print(f"{count} of {len(jobs)} made", flush=True)


def read(folder: Path = CACHE) -> list[Labelled]:
    """Every cached track with its labels."""
    return [_read(path) for path in sorted(folder.glob("*.npz"))]


def _read(path: Path) -> Labelled:
    performer, half, *_ = path.name.split(".")
    with np.load(path) as kept:
        tags, attributes = kept["tags"].astype(np.float32).mean(axis=0), kept["attributes"]
        present, absent = labels(json.loads(str(kept["facts"])))
    return Labelled(path.stem, performer, "fit" if half == "fit" else "test", tags, attributes, present, absent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--each", type=int, default=15)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    make_all(options.cache, options.each, options.processes)
    counts: dict[str, Counter[str]] = {}
    for track in read(options.cache):
        for concept in track.present:
            counts.setdefault(concept, Counter())[f"{track.body} {track.half}"] += 1
    for concept, count in sorted(counts.items()):
        print(f"{concept:20}", dict(sorted(count.items())))


if __name__ == "__main__":
    main()
