"""A small drawn library for tests of `learn`: a `FactTable` and a `Scene` over it."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np

from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.learn.facts import FactTable, Names
from musechat.learn.lines import Clip
from musechat.learn.synthesis import Footage, Scene, Settings

VOCABULARY = shipped_vocabulary()
CONCEPTS = ("rock", "jazz", "electronic", "piano", "guitar", "drums", "strings", "mellow", "sad", "happy", "80s",
            "instrumental", "female vocals", "male vocals", "beat", "soft", "alternative", "vocals")  # fmt: skip
ARTISTS = ("Silver Fern", "Copper Choir Society", "Ålesund ’99", "Drums", "Low Tide (live)", None)
TITLES = ("Harbour Lights", "{x} [a|b]", "Night Engine", "“Quoted” No. 5", "Piano", "Slow Down !")


def table(tracks: int = 60, seed: int = 0) -> FactTable:
    """Drawn facts: three to five concepts a track, no two that exclude each other."""
    dice, rng = random.Random(seed), np.random.default_rng(seed)
    has = np.zeros((tracks, len(CONCEPTS)), bool)
    voices = [CONCEPTS.index(name) for name in ("instrumental", "female vocals", "male vocals", "vocals")]
    for row in range(tracks):
        has[row, dice.sample(range(11), dice.randint(2, 4))] = True
        has[row, dice.choice(voices)] = True
        if has[row, CONCEPTS.index("sad")]:
            has[row, CONCEPTS.index("happy")] = False
    lacks = ~has & (rng.random(has.shape) < 0.6)
    lacks[:, voices] = False
    style = rng.normal(size=(6, 16))
    by = [dice.choice(ARTISTS) for _ in range(tracks)]
    vectors = (rng.normal(size=(tracks, 16)) / 4 + style[[ARTISTS.index(artist) for artist in by]]).astype(np.float32)
    titles = [f"{dice.choice(TITLES)} {row}" if row % 3 else dice.choice(TITLES) for row in range(tracks)]
    named = zip(titles, by, strict=True)
    names = tuple(Names(title, artist, artist and f"{artist} Songs") for title, artist in named)
    return FactTable(
        tuple(f"{row:064x}" for row in range(tracks)), names, CONCEPTS, has, lacks,
        has * rng.random(has.shape, np.float32), rng.uniform(60, 180, tracks).astype(np.float32),
        rng.uniform(-24, -8, tracks).astype(np.float32), rng.uniform(-1, 1, tracks).astype(np.float32),
        rng.uniform(-1, 1, tracks).astype(np.float32), np.ones(tracks, bool),
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
    )  # fmt: skip


def scene(tracks: int = 60, **settings: object) -> Scene:
    """Two clips, each track a target once."""
    facts = table(tracks)
    rng = np.random.default_rng(1)
    footage = tuple(
        Footage(f"clip{i}.mp4", Clip(12.4 + 60 * i, cuts), rng.random(tracks, np.float32))
        for i, cuts in enumerate((None, 7))
    )
    pairs = tuple((row % 2, row) for row in range(tracks))
    return Scene(facts, VOCABULARY, footage, pairs, Settings(**settings))  # type: ignore[arg-type]


def blank() -> Scene:
    """Two tracks of which nothing is known that may be told."""
    one = scene(2)
    one.table.has[:] = False
    one.table.lacks[:] = False
    for column in (one.table.bpm, one.table.loudness, one.table.arousal, one.table.valence):
        column[:] = np.nan
    names = tuple(Names(f"Track {row}", None, None) for row in range(2))
    return replace(one, table=replace(one.table, names=names))
