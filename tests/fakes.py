"""Tiny stand-ins that implement the real protocols, so that a whole turn runs in milliseconds."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from musechat.core.conversation import Turn, Wishes
from musechat.core.evidence import Reply
from musechat.core.features import EncoderId, VideoProfile
from musechat.core.request import Request
from musechat.match.corpus import Corpus

CONCEPTS = ("rock", "piano", "fast", "slow", "female vocals", "sad")


def corpus(
    n: int = 8,
    *,
    scores: dict[str, list[float]] | None = None,
    bpm: list[float] | None = None,
    artists: list[str] | None = None,
    names: list[str] | None = None,
    seed: int = 0,
) -> Corpus:
    """n tracks t0…; random where nothing is given."""
    rng = np.random.default_rng(seed)
    table = rng.uniform(0.05, 0.45, (n, len(CONCEPTS))).astype(np.float32)
    for concept, column in (scores or {}).items():
        table[:, CONCEPTS.index(concept)] = column
    vectors = rng.normal(size=(n, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = tuple(f"t{i}" for i in range(n))
    everything = np.ones(n, bool)
    return Corpus(
        ids=ids,
        rows={track_id: row for row, track_id in enumerate(ids)},
        concepts=CONCEPTS,
        sources=("tags",) * len(CONCEPTS),
        vectors=vectors,
        scores=np.asfortranarray(table),
        breaks=table >= 0.5,
        asserted=table >= 0.9,
        clear=table <= 0.01,
        bpm=np.array(bpm if bpm is not None else rng.uniform(70, 160, n), np.float32),
        arousal=rng.uniform(-1, 1, n).astype(np.float32),
        valence=rng.uniform(-1, 1, n).astype(np.float32),
        loudness=rng.uniform(-22, -8, n).astype(np.float32),
        duration=rng.uniform(60, 300, n).astype(np.float32),
        voices={"none": ~everything, "any": everything, "female": everything, "male": everything},
        voice=np.full(n, 0.8, np.float32),
        shown=everything,
        artists=tuple(artists or [f"artist {i}" for i in range(n)]),
        licences=tuple("cc by 4.0" if i % 2 else "" for i in range(n)),
        titles=tuple(names or [f"title {i}" for i in range(n)]),
        names=tuple(names or [f"title {i}" for i in range(n)]),
    )


def video(**changes: object) -> VideoProfile:
    """A calm, dark, warm ten-second clip."""
    profile = VideoProfile(
        path="clip.mp4",
        duration=10.0,
        width=640,
        height=360,
        fps=25.0,
        stage="full",
        encoder=EncoderId("fake", "1"),
        times=np.array([0.0, 5.0], np.float32),
        embeddings=np.ones((2, 4), np.float32),
        scenes=(),
        colours=("brown", "black"),
        brightness=0.2,
        saturation=0.3,
        warmth=0.7,
        motion=0.1,
        cuts=(3.0, 6.0),
        valence=-0.3,
        arousal=-0.5,
        arousal_curve=np.linspace(-0.8, -0.2, 10).astype(np.float32),
        has_sound=True,
    )
    return replace(profile, **changes)  # type: ignore[arg-type]


class FakeText:
    """A `TextEncoder` whose vectors depend on the words only: shared words, shared direction."""

    name, version, dim = "fake-text", "1", 32

    def encode(self, texts: list[str]) -> np.ndarray:
        rows = np.stack([self.tokens(text).sum(axis=0) for text in texts])
        return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)

    def tokens(self, text: str) -> np.ndarray:
        return np.stack([self._word(word) for word in text.lower().split() or [""]])

    def self_test(self) -> None:
        pass

    def _word(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        return np.random.default_rng(seed).normal(size=self.dim).astype(np.float32)


class FakeAudio:
    """An `AudioEncoder` with musicnn's tags: what is high is "techno", what is low is "piano"."""

    name, version, dim = "fake-audio", "1", 96

    def __init__(self) -> None:
        from musechat.concepts.vocabulary import TAGS

        self.tag_names = TAGS

    def encode(self, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bands = patches.mean(axis=1)  # (n, 96)
        height = (bands @ np.arange(96)) / np.maximum(bands.sum(axis=1), 1e-6) / 96  # (n,)
        tags = np.full((len(patches), len(self.tag_names)), 0.05, np.float32)
        tags[:, self.tag_names.index("mtt:piano")] = np.clip(1.4 - 5 * height, 0.02, 0.98)
        tags[:, self.tag_names.index("mtt:techno")] = np.clip(5 * height - 1, 0.02, 0.98)
        return (bands - bands.mean(axis=1, keepdims=True)).astype(np.float32), tags

    def self_test(self) -> None:
        pass


class FakeImage:
    """An `ImageEncoder` whose features are the mean colours."""

    name, version, dim = "fake-image", "1", 3

    def __init__(self) -> None:
        from musechat.encode.weights import shipped

        self.class_names = shipped().lines("efficientnet_lite2.classes.txt")

    def encode(self, frames: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        features = np.array([frame.mean(axis=(0, 1)) / 255 for frame in frames], np.float32).reshape(len(frames), 3)
        probabilities = np.full((len(frames), len(self.class_names)), 1e-4, np.float32)
        probabilities[:, self.class_names.index("beach")] = 0.9
        return features, probabilities

    def self_test(self) -> None:
        pass


class FakeSpeech:
    """A `SpeechDetector` that takes every sound above −20 dBFS for speech, from the first such sample to the last."""

    name, version = "fake-speech", "1"

    def __call__(self, samples: np.ndarray) -> tuple[tuple[float, float], ...]:
        loud = np.flatnonzero(np.abs(samples) > 0.1)
        return ((loud[0] / 16_000, (loud[-1] + 1) / 16_000),) if loud.size else ()

    def self_test(self) -> None:
        pass


def turn_of(say: str) -> Turn:
    """A turn in which nothing was proposed."""
    return Turn(say, Request(say), None, (), Reply("Nothing fits.", (), (), "template"), Wishes())
