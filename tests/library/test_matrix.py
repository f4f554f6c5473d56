from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from library.fakes import DIM, TAGS, audio_id, features
from musechat.core.features import EncoderId
from musechat.core.settings import Quality
from musechat.core.track import Fact
from musechat.library import Store
from musechat.library.matrix import NAMES, SCALARS, Matrix

SPACE = EncoderId("fake", "1")


def put(store: Store, sound: str, encoder: EncoderId = SPACE, **changes: object) -> str:
    known = audio_id(sound)
    with store.writing():
        facts = {"title": Fact(f"Title {sound}", "tag"), "artist": Fact("Björk", "tag")}
        store.put_file(known, 60.0, f"/m/{sound}.ogg".encode(), 1, 1, facts)
        store.put_features(known, features(sound, encoder, **changes), Quality.FAST)
    return known


def cache(store: Store) -> list[Path]:
    return list((store.folder / "cache").iterdir())


def same(one: Matrix, other: Matrix) -> bool:
    arrays = ("vectors", "tags", "scalars", "missing", "duplicate")
    return (one.ids, one.names, one.changes) == (other.ids, other.names, other.changes) and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "scalars") for name in arrays
    )


def test_rows_hold_what_was_heard(store: Store) -> None:
    known = put(store, "a", bpm=None)
    put(store, "b")
    matrix = Matrix.load(store)
    assert matrix.ids == tuple(sorted((audio_id("a"), audio_id("b"))))
    assert (len(matrix), matrix.changes) == (2, store.changes)
    row = matrix.ids.index(known)
    heard = features("a", SPACE)
    pooled = heard.embeddings.mean(axis=0)
    np.testing.assert_allclose(matrix.vectors[row], pooled / np.linalg.norm(pooled), atol=2e-3)
    np.testing.assert_allclose(np.linalg.norm(matrix.vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(matrix.tags[row], heard.tags.mean(axis=0), atol=1e-3)
    assert np.isnan(matrix.column("bpm")[row])
    assert matrix.column("duration")[row] == 60
    assert (matrix.column("key")[row], matrix.column("mode")[row], matrix.column("valence")[row]) == (3, 0, 0.25)
    assert (matrix.names["title"][row], matrix.names["artist"][row], matrix.names["genre"][row]) == (
        "title a",
        "bjork",
        "",
    )
    assert not matrix.missing.any()
    assert not matrix.duplicate.any()


def test_the_cache_is_used_while_nothing_changes_and_renewed_when_it_does(store: Store) -> None:
    known = put(store, "a")
    for sound in "bcdef":
        put(store, sound)
    built = Matrix.load(store)
    (file,) = cache(store)
    mapped = Matrix.load(store)
    assert same(built, mapped)
    assert not mapped.vectors.flags.writeable
    assert cache(store) == [file]
    store.edit(known, "title", "Mine")
    with store.writing():
        store.set_present([b"/m/a.ogg"], False)
    renewed = Matrix.load(store)
    row = renewed.ids.index(known)
    assert (renewed.names["title"][row], renewed.missing.tolist().count(True)) == ("mine", 1)
    assert renewed.missing[row]
    assert len(cache(store)) == 1
    assert cache(store) != [file]
    assert not same(built, renewed)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes()[:100]),
        lambda file: file.write_bytes(b"{" + b"\x00" * 10_000),
        lambda file: file.write_bytes(file.read_bytes().replace(b'"format": 1', b'"format": 0', 1)),
        lambda file: file.write_bytes(file.read_bytes().replace(b'"n": 2', b'"n": 3', 1)),
        lambda file: file.write_bytes(b"[1]".ljust(5000)),
        lambda file: file.write_bytes(file.read_bytes()[:-30] + b"\x1f" * 30),
        lambda file: file.write_bytes(file.read_bytes()[:-30] + b"\xff" * 30),
        lambda file: file.unlink(),
        lambda file: (file.unlink(), file.mkdir()),
    ],
)
def test_a_damaged_cache_is_made_anew_without_a_word(store: Store, damage) -> None:  # type: ignore[no-untyped-def]
    put(store, "a")
    put(store, "b")
    good = Matrix.load(store)
    damage(cache(store)[0])
    assert same(Matrix.load(store), good)
    assert same(Matrix.load(store), good)


def test_a_cache_made_anew_in_its_own_place_stays(store: Store) -> None:
    put(store, "a")
    Matrix.load(store)
    (file,) = cache(store)
    whole = file.read_bytes()
    file.write_bytes(b"")
    Matrix.load(store)
    assert cache(store) == [file]
    assert file.read_bytes() == whole


def test_where_no_cache_can_be_written_the_matrix_lives_in_memory(powerless: Path) -> None:
    folder = powerless / "library"
    with Store.open(folder, "w") as store:
        put(store, "a")
    folder.chmod(0o555)
    with Store.open(folder) as store:
        assert len(Matrix.load(store)) == 1
    assert not (folder / "cache").exists()


def test_a_disk_that_fills_up_leaves_no_half_cache(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, "a")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert len(Matrix.load(store)) == 1
    assert cache(store) == []


def test_an_empty_library_has_an_empty_matrix(store: Store) -> None:
    for _ in range(2):
        matrix = Matrix.load(store)
        assert (len(matrix), matrix.ids) == (0, ())
        assert matrix.names == dict.fromkeys(NAMES, ())
        assert matrix.scalars.shape == (len(SCALARS), 0)


def test_one_track_without_names_survives_the_cache(store: Store) -> None:
    with store.writing():
        store.put_file(audio_id("a"), 60.0, b"/m/a.ogg", 1, 1, {"title": Fact("T", "tag")})
        store.put_features(audio_id("a"), features("a", SPACE, k=0), Quality.FAST)
    assert same(Matrix.load(store), Matrix.load(store))
    assert (Matrix.load(store).vectors == 0).all()


def test_only_the_space_of_most_tracks_is_shown(store: Store) -> None:
    put(store, "old", EncoderId("fake", "0"))
    newer = {put(store, sound, EncoderId("fake", "1", settings)) for sound, settings in (("a", "x"), ("b", "y"))}
    matrix = Matrix.load(store)
    assert set(matrix.ids) == newer
    assert (matrix.vectors.shape, matrix.tags.shape) == ((2, DIM), (2, TAGS))
