"""A music format of two lines, and fast stand-ins that identify and analyse it.

A file is `{"sound": …, "tags": {…}, "seconds": …}` as JSON; other content is unreadable. Its audio id is a hash of the
sound alone, as the real one is of the audio packets.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from musechat.core.errors import MediaError
from musechat.core.features import EncoderId, Form, TrackFeatures
from musechat.core.settings import Quality

DIM, TAGS = 8, 5


@dataclass(frozen=True)
class FakeInfo:
    audio_id: str | None
    duration: float
    tags: dict[str, str]


def audio_id(sound: str) -> str:
    return hashlib.sha256(sound.encode()).hexdigest()


def write_song(path: Path, sound: str, seconds: float = 60.0, **tags: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"sound": sound, "tags": tags, "seconds": seconds}))
    return path


def read_song(path: Path) -> dict:
    try:
        song = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise MediaError(f"There is no file {path}.", "missing") from error
    except ValueError as error:
        raise MediaError(f"{path.name} is damaged.", "unreadable") from error
    if not isinstance(song, dict) or "sound" not in song:
        raise MediaError(f"{path.name} is damaged.", "unreadable")
    return song


def features(sound: str, encoder: EncoderId, k: int = 3, **changes: object) -> TrackFeatures:
    rng = np.random.default_rng(int(audio_id(sound)[:12], 16))
    values: dict = {
        "encoder": encoder,
        "starts": np.arange(k, dtype=np.float32) * 3,
        "embeddings": rng.normal(size=(k, DIM)).astype(np.float32),
        "tags": rng.uniform(size=(k, TAGS)).astype(np.float32),
        "bpm": float(rng.uniform(60, 180)),
        "bpm_strength": 0.8,
        "second_bpm": None,
        "second_bpm_strength": 0.0,
        "beat_strength": 0.5,
        "key": 3,
        "mode": "minor",
        "key_strength": 0.6,
        "loudness": -14.5,
        "loudness_range": None,
        "energy": rng.uniform(size=60).astype(np.float32),
        "form": Form(*(np.sort(rng.uniform(0, 60, n)).astype(np.float32) for n in (90, 22, 5, 2, 2))),
        "valence": 0.25,
        "arousal": -0.5,
    }
    return TrackFeatures(**(values | changes))


@dataclass
class Listener:
    """A `Progress` that remembers: each start as (label, total), each advance as (detail, amount)."""

    heard: list[tuple[str, float]] = field(default_factory=list)

    def start(self, label: str, total: float) -> None:
        self.heard.append((label, total))

    def advance(self, amount: float, detail: str = "") -> None:
        self.heard.append((detail, amount))


@dataclass
class FakeIdentify:
    opened: list[str] = field(default_factory=list)

    def __call__(self, path: Path) -> FakeInfo:
        self.opened.append(path.name)
        song = read_song(path)
        return FakeInfo(audio_id(song["sound"]) if song["sound"] else None, song["seconds"], song["tags"])


@dataclass
class FakeAnalyse:
    encoder: EncoderId = field(default_factory=lambda: EncoderId("fake", "1", "measures-1"))
    heard: list[str] = field(default_factory=list)
    most_at_once: int = 0
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, path: Path, quality: Quality) -> TrackFeatures:
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
        try:
            self.heard.append(path.name)
            sound = read_song(path)["sound"]
            if sound.startswith("undecodable"):
                raise MediaError(f"{path.name} cannot be decoded.", "unreadable")
            return features(sound, self.encoder)
        finally:
            with self._lock:
                self._inside -= 1
