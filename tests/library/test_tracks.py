from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.fakes import audio_id, features
from musechat.core.errors import InputError, MediaError
from musechat.core.features import EncoderId
from musechat.core.settings import Quality
from musechat.core.track import EDITABLE, Fact
from musechat.library import Store
from musechat.library.vectors import feature_row, features_from, require_numbers, segment_row, unit

SPACE = EncoderId("musicnn", "3", "measures-1")


def put(store: Store, sound: str, title: str, **facts: str) -> str:
    named = {name: Fact(value, "tag") for name, value in ({"title": title} | facts).items()}
    with store.writing():
        store.put_file(audio_id(sound), 60.0, f"/m/{sound}.ogg".encode(), 1, 1, named)
    return audio_id(sound)


def test_features_come_back_as_they_were_but_for_rounding(store: Store) -> None:
    known = put(store, "a", "A")
    heard = features("a", SPACE, k=7, second_bpm=70.5, loudness=None, key=None, mode=None)
    with store.writing():
        store.put_features(known, heard, Quality.FAST)
    back = store.features(known)
    assert back is not None
    assert back.encoder == SPACE
    for name in ("starts", "embeddings", "tags", "energy"):
        ours, theirs = getattr(back, name), getattr(heard, name)
        assert ours.dtype == np.float32
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-6)
    for name in ("bpm", "second_bpm", "key", "mode", "loudness", "loudness_range", "valence", "beat_strength"):
        assert getattr(back, name) == getattr(heard, name)


def test_times_of_a_long_mix_stay_exact(store: Store) -> None:
    known = put(store, "mix", "Two Hours")
    starts = np.arange(2400, dtype=np.float32) * 3
    with store.writing():
        store.put_features(known, features("mix", SPACE, k=2400, starts=starts), Quality.THOROUGH)
    back = store.features(known)
    assert back is not None
    np.testing.assert_array_equal(back.starts, starts)


def test_a_track_that_was_not_heard_has_no_features(store: Store) -> None:
    assert store.features(put(store, "a", "A")) is None


def test_features_written_again_take_the_place_of_the_old(store: Store) -> None:
    known = put(store, "a", "A")
    with store.writing():
        store.put_features(known, features("a", SPACE), Quality.FAST)
        store.put_features(known, features("b", SPACE, k=9), Quality.FAST)
    back = store.features(known)
    assert back is not None
    assert len(back.starts) == 9


@pytest.mark.parametrize("field", ["embeddings", "energy"])
def test_features_that_are_no_numbers_are_refused(field: str) -> None:
    heard = features("a", SPACE)
    broken = getattr(heard, field).copy()
    broken.flat[0] = np.inf
    require_numbers(heard)
    with pytest.raises(MediaError, match="no usable numbers"):
        require_numbers(features("a", SPACE, **{field: broken}))


def test_no_segments_and_huge_values_are_no_trouble() -> None:
    empty = features("a", SPACE, k=0)
    row = feature_row(empty, Quality.FAST)
    assert features_from((*row[:3], *row[4:6], *row[8:], *segment_row(empty))).embeddings.shape == (0, 8)
    huge = features("a", SPACE, embeddings=np.full((3, 8), 1e6, np.float32))
    assert np.isfinite(np.frombuffer(segment_row(huge)[1], np.float16)).all()
    assert (unit(np.zeros(4, np.float32)) == 0).all()


def test_tracks_are_found_by_id_and_by_a_unique_beginning(store: Store) -> None:
    known = put(store, "a", "A")
    assert store.track(known) == store.track(known[:4]) == store.track(f" {known[:8].upper()} ")
    assert store.has(known)


@pytest.mark.parametrize("wanted", ["", "abc", "xyzw", "../..", "0" * 65])
def test_what_cannot_be_an_id_is_said(store: Store, wanted: str) -> None:
    with pytest.raises(InputError, match="no track id"):
        store.track(wanted)


def test_an_unknown_and_an_ambiguous_id_are_said(store: Store) -> None:
    for path, end in ((b"/1.ogg", "1"), (b"/2.ogg", "2")):
        with store.writing():
            store.put_file("abcd" * 15 + "000" + end, 1.0, path, 1, 1, {"title": Fact("T", "tag")})
    with pytest.raises(InputError, match="No track has an id that begins with ffff"):
        store.track("ffff")
    with pytest.raises(InputError, match="Several tracks have"):
        store.track("abcd")


def test_search_by_name_folds_case_and_accents(store: Store) -> None:
    put(store, "a", "Élan Vital", artist="Beyoncé", album="Straße")
    put(store, "b", "Other")
    assert [t.title.value for t in store.find("beyonce elan")] == ["Élan Vital"]
    assert [t.title.value for t in store.find("STRASSE")] == ["Élan Vital"]
    assert store.find("élan other") == []
    assert len(store.find("  ")) == 2
    assert store.find("%") == store.find("_") == []


def test_corrections_are_found_too_and_can_be_taken_back(store: Store) -> None:
    known = put(store, "a", "Wrong", artist="Ann")
    assert store.edit(known[:6], "title", "  Right\x1b[31m ").title == Fact("Right", "you")
    assert store.edit(known, "licence", "CC BY 4.0").licence == Fact("CC BY 4.0", "you")
    assert [t.id for t in store.find("right ann")] == [known]
    assert store.find("wrong") == []
    assert store.edit(known, "title", None).title == Fact("Wrong", "tag")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("colour", "red", "no fact called 'colour'; choose one of title"),
        ("title", " \x07 ", "title cannot be empty"),
        ("year", "'99", "four digits"),
    ],
)
def test_corrections_that_make_no_sense_are_refused(store: Store, name: str, value: str, sentence: str) -> None:
    known = put(store, "a", "A")
    with pytest.raises(InputError, match=sentence):
        store.edit(known, name, value)


def test_a_correction_taken_back_without_any_file_left_shows_the_old_name(store: Store) -> None:
    known = put(store, "a", "Alpha")
    store.edit(known, "title", "Mine")
    with store.writing():
        store.put_file(audio_id("b"), 1.0, b"/m/a.ogg", 1, 1, {"title": Fact("Beta", "tag")})
    assert store.track(known).missing
    assert store.edit(known, "title", None).title == Fact("Alpha", "tag")


def test_tracks_by_ids_keep_the_order_asked_for(store: Store) -> None:
    ids = [put(store, sound, sound.upper()) for sound in "abc"]
    asked = [ids[2], "0" * 64, ids[0]]
    assert [t.id for t in store.tracks(asked)] == [ids[2], ids[0]]


def test_listing_does_not_load_numpy(store: Store, tmp_path: Path) -> None:
    import subprocess
    import sys

    put(store, "a", "A")
    code = (
        "import sys; from pathlib import Path; from musechat.library import Store\n"
        f"with Store.open(Path({str(store.folder)!r})) as store:\n"
        "    print([track.label for track in store.tracks()], 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['“A”'] False"


@given(st.lists(st.tuples(st.sampled_from(EDITABLE[:5]), st.text(min_size=1, max_size=8)), max_size=6))
def test_the_last_correction_holds(edits: list[tuple[str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder), "w") as store:
        known = put(store, "a", "A")
        held: dict[str, str] = {}
        for name, value in edits:
            try:
                track = store.edit(known, name, value)
            except InputError:
                continue
            held[name] = getattr(track, name).value
        final = store.track(known)
        assert all(getattr(final, name) == Fact(value, "you") for name, value in held.items())


def test_artists_are_named_once_as_written_and_as_corrected(store: Store) -> None:
    put(store, "a", "A", artist="Björk")
    put(store, "b", "B", artist="Björk")
    known = put(store, "c", "C", artist="Untitled Band")
    put(store, "d", "D")
    store.edit(known, "artist", "The Band")
    assert store.artists() == ["Björk", "The Band"]
