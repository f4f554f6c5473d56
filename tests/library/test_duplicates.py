from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.fakes import Listener, audio_id, features
from musechat.core.features import EncoderId
from musechat.core.protocols import Silent
from musechat.core.settings import Quality
from musechat.core.track import Fact
from musechat.library import Store
from musechat.library.duplicates import DuplicateRule, agreement, close_pairs, fold_duplicates

SPACE = EncoderId("fake", "1")
RULE = DuplicateRule()


def curve(seed: int, seconds: int = 120) -> np.ndarray:
    """The energy of a song: verses and refrains, and what varies from second to second."""
    rng = np.random.default_rng(seed)
    parts = np.repeat(rng.uniform(0.2, 0.9, seconds // 15 + 1), 15)[:seconds]
    return np.clip(parts + rng.normal(0, 0.06, seconds), 0, 1).astype(np.float32)


def shifted(energy: np.ndarray, by: float) -> np.ndarray:
    """What is left of a curve whose first `by` seconds are cut off."""
    times = np.arange(by, len(energy) - 1)
    return np.interp(times, np.arange(len(energy)), energy).astype(np.float32)


class Shelf:
    """A store to which songs are added by what matters here."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(
        self,
        name: str,
        sound: str,
        energy: np.ndarray,
        seconds: float | None = None,
        size: int = 1000,
        noise: float = 0.0,
        **other: object,
    ) -> str:
        rng = np.random.default_rng(len(name))
        heard = features(sound, SPACE, energy=energy)
        moved = heard.embeddings + np.float32(noise * rng.normal())
        heard = features(sound, SPACE, energy=energy, embeddings=moved, **other)
        with self.store.writing():
            path = f"/m/{name}".encode()
            self.store.put_file(audio_id(name), seconds or len(energy), path, size, 1, {"title": Fact(name, "tag")})
            self.store.put_features(audio_id(name), heard, Quality.FAST)
        return audio_id(name)

    def originals(self) -> dict[str, str | None]:
        tracks = {track.id: track for track in self.store.tracks()}
        return {
            track.title.value: track.duplicate_of and tracks[track.duplicate_of].title.value
            for track in tracks.values()
        }


@pytest.fixture
def shelf(store: Store) -> Shelf:
    return Shelf(store)


def test_encodings_of_one_recording_point_at_the_best(store: Store, shelf: Shelf) -> None:
    energy = curve(1)
    shelf.add("flac", "song", energy, size=9000)
    shelf.add("mp3", "song", energy, size=2000, noise=0.02)
    shelf.add("trimmed", "song", shifted(energy, 2.4), size=8000)
    shelf.add("another", "different", curve(2))
    assert fold_duplicates(store.database) == 2
    assert shelf.originals() == {"flac": None, "mp3": "flac", "trimmed": "flac", "another": None}
    assert fold_duplicates(store.database) == 0


def test_only_what_is_new_is_compared_and_its_progress_told(store: Store, shelf: Shelf) -> None:
    shelf.add("old", "old", curve(9))
    fold_duplicates(store.database)
    for i in range(5):
        shelf.add(f"song {i}", f"sound {i}", curve(i))
    listener = Listener()
    fold_duplicates(store.database, DuplicateRule(block=2), listener)
    assert listener.heard == [("Comparing tracks", 5), ("", 2), ("", 2), ("", 1)]
    fold_duplicates(store.database, progress=listener)
    assert len(listener.heard) == 4


def test_songs_of_one_sound_with_another_course_are_two_songs(store: Store, shelf: Shelf) -> None:
    shelf.add("one", "style", curve(1))
    shelf.add("two", "style", curve(2))
    shelf.add("long", "style", curve(1, 240))
    assert fold_duplicates(store.database) == 0


@pytest.mark.parametrize(("strength", "copies"), [(0.8, 0), (0.1, 1)])
def test_songs_in_clearly_different_keys_are_two_songs(
    store: Store, shelf: Shelf, strength: float, copies: int
) -> None:
    for name, key in (("a", 2), ("b", 5)):
        shelf.add(name, "one sound", curve(1), key=key, mode="major", key_strength=strength)
    assert fold_duplicates(store.database) == copies


def test_only_new_tracks_are_compared_but_with_all(store: Store, shelf: Shelf) -> None:
    energy = curve(1)
    shelf.add("first", "song", energy)
    assert fold_duplicates(store.database) == 0
    shelf.add("second", "song", energy)
    assert fold_duplicates(store.database) == 1
    assert shelf.originals() == {"first": None, "second": "first"}


def test_another_stands_in_when_the_best_is_missing(store: Store, shelf: Shelf) -> None:
    energy = curve(1)
    shelf.add("best", "song", energy, size=9000)
    shelf.add("other", "song", energy)
    fold_duplicates(store.database)
    with store.writing():
        store.set_present([b"/m/best"], False)
    fold_duplicates(store.database)
    assert shelf.originals() == {"best": "other", "other": None}
    with store.writing():
        store.set_present([b"/m/best"], True)
    fold_duplicates(store.database)
    assert shelf.originals() == {"best": None, "other": "best"}


def test_a_track_heard_again_is_compared_again(store: Store, shelf: Shelf) -> None:
    energy = curve(1)
    shelf.add("one", "song", energy, size=2000)
    shelf.add("two", "song", energy)
    fold_duplicates(store.database)
    shelf.add("two", "no more", curve(5))
    fold_duplicates(store.database)
    assert shelf.originals() == {"one": None, "two": None}


def test_vector_spaces_are_never_compared(store: Store, shelf: Shelf) -> None:
    energy = curve(1)
    shelf.add("one", "song", energy)
    two = shelf.add("two", "song", energy)
    with store.writing():
        store.put_features(two, features("song", EncoderId("fake", "2"), energy=energy), Quality.FAST)
    assert fold_duplicates(store.database) == 0


def test_curves_that_tell_nothing_never_agree() -> None:
    steady, short = np.full(60, 0.5, np.float32), curve(1)[:20]
    assert agreement(steady, steady, RULE) == agreement(short, short, RULE) == -1
    assert agreement(np.zeros(0, np.float32), steady, RULE) == -1
    assert agreement(curve(1, 60), curve(1, 29), DuplicateRule(seconds=40)) > -1


@given(st.integers(0, 30), st.floats(0, 5), st.floats(0.5, 1.2))
def test_a_trimmed_and_louder_curve_is_still_alike(seed: int, cut: float, gain: float) -> None:
    energy = curve(seed)
    louder = np.clip(shifted(energy, cut) * gain, 0, 1.2).astype(np.float32)
    assert agreement(energy, louder, RULE) >= RULE.correlation
    assert agreement(louder, energy, RULE) >= RULE.correlation
    assert agreement(louder, curve(seed + 100), RULE) < RULE.correlation


@given(st.integers(0, 40), st.integers(1, 12), st.integers(0, 2**20))
def test_close_pairs_equal_comparing_all_with_all(n: int, block: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rule = DuplicateRule(block=block, cosine=0.5, seconds=5.0)
    durations = rng.uniform(0, 30, n).astype(np.float32)
    tempos = rng.choice([60, 61, 120, 90, np.nan], n).astype(np.float32)
    vectors = rng.normal(size=(n, 3))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    fresh = rng.random(n) < 0.5
    cosines = vectors.astype(np.float32) @ vectors.astype(np.float32).T
    expected = {
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if (fresh[i] or fresh[j]) and abs(durations[i] - durations[j]) <= 5 and cosines[i, j] >= 0.5
        if (tempos[i] == 90) == (tempos[j] == 90) or np.isnan(tempos[i] + tempos[j])
    }
    found = list(close_pairs(durations, tempos, vectors, fresh, rule, Silent()))
    assert {(min(pair), max(pair)) for pair in found} == expected
    assert len(found) == len(expected)
