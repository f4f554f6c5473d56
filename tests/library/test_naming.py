from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.core.track import EDITABLE
from musechat.library.licence import licence, named_in
from musechat.library.naming import file_name, meaning, name_track
from musechat.library.song_folder import SongFolder

ALONE = SongFolder("folder")


def named(path: str, tags: dict[str, str] | None = None, folder: SongFolder = ALONE) -> dict[str, tuple[str, str]]:
    return {name: (fact.value, fact.source) for name, fact in name_track(Path(path), tags or {}, folder).items()}


@pytest.mark.parametrize(
    ("name", "title", "artist"),
    [
        ("01 - Robert van Herk - City Blues.ogg", "City Blues", "Robert van Herk"),
        ("Robert van Herk - City Blues.ogg", "City Blues", "Robert van Herk"),
        ("02. City Blues.mp3", "City Blues", None),
        ("03 City Blues.mp3", "City Blues", None),
        ("1-03 City Blues.mp3", "City Blues", None),
        ("cd1-03. City Blues.mp3", "City Blues", None),
        ("(04) City Blues.mp3", "(04) City Blues", None),
        ("05_city_blues.mp3", "city blues", None),
        ("01-daft_punk-one_more_time.mp3", "one more time", "daft punk"),
        ("daft_punk_-_one_more_time.mp3", "one more time", "daft punk"),
        ("beast-of-insanity.ogg", "beast of insanity", None),
        ("By-Product.ogg", "By-Product", None),
        ("AC_DC - Thunder.mp3", "Thunder", "AC_DC"),
        ("99 Luftballons.mp3", "99 Luftballons", None),
        ("7 Rings.mp3", "7 Rings", None),
        ("2.5 Minutes.mp3", "2.5 Minutes", None),
        ("24-7 Man.mp3", "24-7 Man", None),
        ("3 Doors Down - Kryptonite.mp3", "Kryptonite", "3 Doors Down"),
        ("03 - 1979.mp3", "1979", None),
        ("Smashing Pumpkins - 1979.mp3", "1979", "Smashing Pumpkins"),
        ("Song for Ann - Live at Home.mp3", "Song for Ann - Live at Home", None),
        ("Ann - Song - Radio Edit.mp3", "Song - Radio Edit", "Ann"),
        ("Unknown Artist - Nebula.mp3", "Nebula", None),
        ("Ann - Song [Official Video].mp3", "Song", "Ann"),
        ("Ann - Song (Official Music Video) [dQw4w9WgXcQ].m4a", "Song (Official Music Video)", "Ann"),
        ("Ann - Song [Acoustic].mp3", "Song [Acoustic]", "Ann"),
        ("Ann - Song.mp3.ogg", "Song", "Ann"),
        ("Ann – Song.mp3", "Song", "Ann"),
        ("[Lyrics].mp3", "[Lyrics]", None),
        ("Mr. Smith.mp3", "Mr. Smith", None),
    ],
)
def test_file_names(name: str, title: str, artist: str | None) -> None:
    said = file_name(Path(name))
    assert (said.title, said.artist) == (title, artist)


def test_an_album_in_the_middle_of_a_file_name() -> None:
    said = file_name(Path("Ann - First Album - 03 - Song - Part Two.mp3"))
    assert (said.artist, said.album, said.number, said.title) == ("Ann", "First Album", "03", "Song - Part Two")


def test_plain_numbers_count_where_the_neighbours_are_numbered() -> None:
    assert file_name(Path("12 Song.mp3"), numbered=True).title == "Song"
    assert file_name(Path("12 Song.mp3")).title == "12 Song"


@pytest.mark.parametrize("name", ["01.mp3", "Track 01.mp3", "audio.wav", "mix.wav", "unknown.ogg", "___.mp3", "?.mp3"])
def test_file_names_that_say_nothing(name: str) -> None:
    assert file_name(Path(name)).title is None


def test_tags_come_first_and_each_fact_has_its_source() -> None:
    tags = {"title": "Nebula", "artist": "Maxstack", "album": "Endgame", "genre": "Ambient", "date": "2012-12-15"}
    tags["license"] = "http://creativecommons.org/licenses/by-sa/3.0/"
    assert named("/m/01 - Wrong - Other.ogg", tags) == {
        "title": ("Nebula", "tag"),
        "artist": ("Maxstack", "tag"),
        "album": ("Endgame", "tag"),
        "genre": ("Ambient", "tag"),
        "year": ("2012", "tag"),
        "licence": ("CC BY-SA 3.0", "tag"),
    }


@pytest.mark.parametrize(
    "value", ["Track 01", "unknown", "Unknown Artist", "17", "  ", "<unknown>", "-", "none", "non", "N/A"]
)
def test_placeholders_are_not_names(value: str) -> None:
    assert named("/m/Ann - Song.ogg", dict.fromkeys(("title", "artist", "album", "genre"), value)) == {
        "title": ("Song", "file name"),
        "artist": ("Ann", "file name"),
    }


@pytest.mark.parametrize(
    ("tags", "name", "value"),
    [
        ({"title": "The Beast of Insanity;Beast of Insanity"}, "title", "The Beast of Insanity"),
        ({"title": "SixtyFour_Revisited"}, "title", "SixtyFour Revisited"),
        ({"title": "elysis-subcities.mp3", "artist": "elysis"}, "title", "subcities"),
        ({"title": "Ann - Song", "artist": "Ann"}, "title", "Song"),
        ({"title": "Anna", "artist": "Ann"}, "title", "Anna"),
        ({"title": "Ann", "artist": "Ann"}, "title", "Ann"),
        ({"title": "Northern-lights"}, "title", "Northern-lights"),
        ({"artist": "Ann;Bob;Ann"}, "artist", "Ann, Bob"),
        ({"artist": "Composed and performed by Sectoid"}, "artist", "Sectoid"),
        ({"artist": "Muldjord - www.muldjord.com"}, "artist", "Muldjord"),
        ({"artist": "Muldjord (http://muldjord.com)"}, "artist", "Muldjord"),
        ({"artist": "www.elysis.de"}, "artist", None),
        ({"artist": "unknown", "albumartist": "Ann"}, "artist", "Ann"),
        ({"album_artist": "Ann"}, "artist", "Ann"),
        ({"album": "http://www.elysis.de"}, "album", None),
        ({"album": "Unreleased, downloaded at www.loopnet.de now"}, "album", None),
        ({"album": "(c) by Gerd"}, "album", None),
        ({"genre": "Other"}, "genre", None),
        ({"date": "1900"}, "year", None),
        ({"date": "", "year": "1999"}, "year", "1999"),
        ({"date": "20121215"}, "year", None),
    ],
)
def test_what_tags_mean(tags: dict[str, str], name: str, value: str | None) -> None:
    found = named("/m/x.ogg", tags).get(name)
    assert (found and found[0]) == value


def test_albums_in_folders() -> None:
    assert named("/music/Daft Punk/Discovery/03 Digital Love.mp3") == {
        "title": ("Digital Love", "file name"),
        "album": ("Discovery", "folder"),
        "artist": ("Daft Punk", "folder"),
    }
    first = named("/music/Ann - 1999 - First (Deluxe)/CD 1/03. Song.mp3")
    assert (first["artist"], first["album"]) == (("Ann", "folder"), ("First (Deluxe)", "folder"))
    assert first["year"] == ("1999", "folder")
    second = named("/music/Ann/(1999) Second/03. Song.mp3")
    assert (second["album"], second["year"]) == (("Second", "folder"), ("1999", "folder"))
    assert named("/music/Ann/Third [2001]/03. Song.mp3")["year"] == ("2001", "folder")


@pytest.mark.parametrize(
    "path",
    [
        "/usr/share/games/asc/music/frontiers.mp3",
        "/music/pushover/themes/01 - aztec.ogg",
        "/music/Ann/Album/Song.mp3",
        "/01 Song.mp3",
        "/home/bob/01 Song.mp3",
    ],
)
def test_folders_that_say_nothing_are_not_artists(path: str) -> None:
    assert "artist" not in named(path)


def test_the_owner_of_a_home_is_no_artist() -> None:
    assert named("/home/bob/Mixtape/01 Song.mp3") == {"title": ("Song", "file name"), "album": ("Mixtape", "folder")}


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/m/Feelings/song.ogg", ("Feelings", "folder")),
        ("/m/Discovery/Track 07.mp3", ("Discovery 07", "folder")),
        ("/m/Discovery/07.mp3", ("Discovery 07", "folder")),
        ("/music/07.mp3", ("07.mp3", "file name")),
        ("/music/.mp3", (".mp3", "file name")),
    ],
)
def test_a_title_is_always_found(path: str, title: tuple[str, str]) -> None:
    assert named(path)["title"] == title


def test_a_sidecar_outranks_tags_but_only_for_its_song() -> None:
    folder = SongFolder("Feelings", facts={"title": "Feelings", "artist": "none"}, described=frozenset({"song.ogg"}))
    assert named("/m/f/song.ogg", {"title": "Tag", "artist": "Ann"}, folder) == {
        "title": ("Feelings", "sidecar"),
        "artist": ("Ann", "tag"),
    }
    assert named("/m/f/other.ogg", {"title": "Tag"}, folder)["title"] == ("Tag", "tag")


def test_hostile_strings_become_one_clean_line() -> None:
    facts = named("/m/x.ogg", {"title": "\x1b[2JA\u202eB\nC" + "D" * 100_000, "artist": "\x00\x07"})
    assert facts["title"][0].startswith("AB CDDD")
    assert len(facts["title"][0]) <= 200
    assert "artist" not in facts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://creativecommons.org/licenses/by-nc-nd/4.0/legalcode", "CC BY-NC-ND 4.0"),
        ("CC-BY-SA 3.0", "CC BY-SA 3.0"),
        ("cc by", "CC BY"),
        ("Licensed under Creative Commons Attribution-NonCommercial-ShareAlike 2.5 Unported", "CC BY-NC-SA 2.5"),
        ("Creative Commons Attribution Share Alike v3.0", "CC BY-SA 3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0"),
        ("CC0 1.0", "CC0"),
        ("http://creativecommons.org/publicdomain/mark/1.0/", "Public Domain"),
        ("Free Art License 1.3", "Free Art License"),
        ("GPL v2", "GPL 2"),
        ("LGPL", "LGPL"),
        ("(c) 2009 Ann, all rights reserved", None),
        ("Not under a Creative Commons licence", None),
        ("Occ by the sea", None),
    ],
)
def test_licences_in_words(text: str, name: str | None) -> None:
    assert named_in(text) == name


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("CC BY 4.0, https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("© 2009 Ann, CC0", "CC0"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("bought for one film; see the contract", "bought for one film; see the contract"),
        ("unknown", None),
        (" ", None),
    ],
)
def test_a_licence_that_a_table_names_may_be_an_address(said: str, known: str | None) -> None:
    assert meaning("licence", said) == known


def test_a_licence_needs_a_licence_tag_or_a_named_licence() -> None:
    assert licence({"copyright": "© 2009 Ann"}) is None
    assert licence({"copyright": "2009 Ann, CC BY 4.0"}) == "CC BY 4.0"
    assert licence({"comment": "see creativecommons.org/licenses/by/3.0/"}) == "CC BY 3.0"
    assert licence({"wcop": "https://example.org/my-terms"}) == "https://example.org/my-terms"
    assert licence({"license": "", "copyright": "public domain"}) == "Public Domain"
    assert licence({"tcr": "2009 Ann, CC BY 4.0"}) == "CC BY 4.0"
    assert licence({}) is None


NAMES = st.text(max_size=30) | st.binary(max_size=12).map(os.fsdecode)
PARTS = st.lists(NAMES.map(lambda name: name.replace("/", "").replace("\0", "") or "x"), min_size=1, max_size=4)
TAG_KEYS = ["title", "artist", "album", "genre", "date", "albumartist", "license", "copyright", "comment"]
TAGS = st.dictionaries(st.sampled_from(TAG_KEYS), st.text(max_size=40))


@given(PARTS, TAGS, st.dictionaries(st.sampled_from(["title", "artist"]), st.text(max_size=20)), st.booleans())
def test_names_are_never_empty_and_never_hold_control_characters(
    parts: list[str], tags: dict[str, str], sidecar: dict[str, str], numbered: bool
) -> None:
    path = Path("/", *parts)
    folder = SongFolder("f", numbered=numbered, facts=sidecar, described=frozenset({path.name}))
    facts = name_track(path, tags, folder)
    assert "title" in facts
    assert set(facts) <= set(EDITABLE)
    for fact in facts.values():
        assert fact.value.strip() == fact.value != ""
        assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in fact.value)
        assert len(fact.value) <= 220
