from __future__ import annotations

from pathlib import Path

import pytest

from musechat import Library
from musechat.app.doctor import examine
from musechat.core.errors import InputError, LibraryError, WeightsError


def test_search_finds_by_sound_and_by_name(fake_models: object, filled: Path) -> None:
    with Library(filled) as library:
        assert library.search("Low").results[0].track.title.value == "Low"
        found = library.search("techno")
        assert [want.concept for want in found.request.wants] == ["techno"]
        assert found.results[0].track.artist.value == "Cleo"  # type: ignore[union-attr]
        with pytest.raises(InputError, match="what to search for"):
            library.search("  ")


def test_a_search_that_limits_empty_says_what_would_help(fake_models: object, filled: Path) -> None:
    with Library(filled) as library:
        found = library.search("over 400 bpm")
        assert found.results == ()
        assert found.relaxations[0].tracks > 0


def test_a_track_is_found_by_id_path_or_title(fake_models: object, filled: Path, music: Path) -> None:
    with Library(filled) as library:
        track = next(t for t in library.tracks() if t.title.value == "High")
        assert library.find(track.id[:8]) == track
        assert library.find(str(music / "Cleo - High.wav")) == track
        assert library.find("high") == track
        with pytest.raises(InputError, match="No track of the library is called 'nothing'"):
            library.find("nothing")
        with pytest.raises(InputError, match="Name a track"):
            library.find(" ")
        with pytest.raises(InputError, match="Several tracks fit 'Ann'"):
            library.find("Ann")
        with pytest.raises(InputError):
            library.find(str(music))


def test_a_correction_is_kept_and_can_be_taken_back(fake_models: object, tmp_path: Path, music: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.index([music])
        track = library.find("Deep")
        corrected = library.edit(track.id, [("title", "Night Drive"), ("licence", "CC BY 4.0")])
        assert (corrected.title.value, corrected.title.source) == ("Night Drive", "you")
        library.index([music])
        assert library.find("Night Drive").id == track.id
        assert library.edit(track.id, [("title", "")]).title.value == "Deep"
        with pytest.raises(InputError, match="no fact called"):
            library.edit(track.id, [("mood", "sad")])


def test_understanding_works_without_a_library(fake_models: object, tmp_path: Path) -> None:
    with Library(tmp_path / "none") as library:
        assert library.understand("slow piano").wants
        assert library.phrase("piano") == "piano"
        with pytest.raises(LibraryError):
            library.tracks()


def test_measured_facts_come_with_the_strongest_tags(fake_models: object, filled: Path) -> None:
    with Library(filled) as library:
        features, tags = library.measured(library.find("Low").id)
        assert features is not None
        assert tags[0][0] in ("piano", "techno")
        assert library.measured("0" * 64) == (None, [])


def test_a_closed_library_can_be_used_again(fake_models: object, tmp_path: Path, music: Path) -> None:
    library = Library(tmp_path / "library")
    for _ in range(2):
        library.index([music])
        assert len(library.tracks()) == 6
        library.close()


def test_the_doctor_finds_everything_in_order(fake_models: object, filled: Path) -> None:
    checks = {check.name: check for check in examine(filled)}
    assert checks["library"].state == "ok"
    assert checks["music encoder"].state == "ok"
    assert any(name.startswith("decoder: ") for name in checks)


def test_the_doctor_names_what_is_wrong(
    fake_models: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, music: Path
) -> None:
    def fail(self: object) -> None:
        raise WeightsError("The weights are damaged.")

    monkeypatch.setattr("fakes.FakeText.self_test", fail)
    monkeypatch.setattr("fakes.FakeImage.__init__", fail)
    folder = tmp_path / "library"
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "noise.mp3").write_bytes(b"no music")
    with Library(folder) as library:
        library.index([music, tmp_path / "bad"])
    checks = {check.name: check for check in examine(folder)}
    assert (checks["text encoder"].state, checks["text encoder"].detail) == ("broken", "The weights are damaged.")
    assert checks["image encoder"].state == "broken"
    assert (checks["library"].state, "1 unreadable" in checks["library"].detail) == ("weak", True)
    assert {c.name: c.state for c in examine(tmp_path / "none")}["library"] == "weak"
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "library.sqlite").write_bytes(b"no database at all" * 100)
    assert {c.name: c.state for c in examine(tmp_path / "torn")}["library"] == "broken"
