from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from musechat.concepts.understand import understand
from reading import VOCABULARY, read, said


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("by Muldjord", {"artist": "Muldjord"}),
        ("something by MULDJORD or Sectoid", {"artist": "Sectoid", "unmatched": ["Muldjord"]}),
        ("more muldjord", {"artist": "Muldjord"}),
        ("no more muldjord", {"not_artists": ["Muldjord"]}),
        ("no Muldjord. Well, Muldjord is fine", {"artist": "Muldjord"}),
        ("no vocals, in the style of Björk", {"vocals": "none", "unmeasurable": ["style of Björk"]}),
        ("no vocals or Muldjord", {"vocals": "none", "not_artists": ["Muldjord"]}),
        ("nothing in the style of Björk", {"unmeasurable": ["not style of Björk"]}),
        ("I like Muldjord", {"styles": ["Muldjord"]}),
        ("less Muldjord", {"unmeasurable": ["not style of Muldjord"]}),
        ("in the style of Mozart Opera Rock", {"styles": ["Mozart Opera Rock"]}),
        ("mozart opera rock", {"artist": "Mozart Opera Rock"}),
        ("MORE MULDJORD AND PIANO", {"more": ["piano"], "artist": "Muldjord"}),
        ("like Portishead or Massive Attack", {"unmeasurable": ["style of Portishead", "style of Massive Attack"]}),
        ("like Explosions in the Sky", {"unmeasurable": ["style of Explosions in the Sky"]}),
        ("similar to “nick cave”", {"unmeasurable": ["style of nick cave"]}),
        ("in the style of hans zimmer but slower", {"more": ["slow"], "unmeasurable": ["style of hans zimmer"]}),
        ("in the style of jazz", {"wants": ["jazz"]}),
        ("like Jazz", {"wants": ["jazz"]}),
        ("LIKE PORTISHEAD", {"unmeasurable": ["style of PORTISHEAD"]}),
        ("LIKE POTTERSHED", {"unmatched": ["POTTERSHED"]}),
        ("something like Earth, Wind & Fire", {"unmeasurable": ["style of Earth, Wind & Fire"]}),
        ("slow piano, satie", {"wants": ["slow", "piano"], "unmeasurable": ["style of satie"]}),
        ("synths, think a-ha", {"wants": ["synth"], "unmeasurable": ["style of a-ha"]}),
        ("fast like The Clash", {"wants": ["fast"], "unmeasurable": ["style of The Clash"]}),
        ("without a clash of colours, some air", {"unmatched": ["colours", "air"]}),
        ("shoegaze, My Bloody Valentine / Slowdive", {"wants": ["shoegaze"],
            "unmeasurable": ["style of My Bloody Valentine", "style of Slowdive"]}),
        ("like an old Game Boy", {"unmatched": ["old Game Boy"]}),
        ("like Foreigner, Journey", {"unmeasurable": ["style of Foreigner", "style of Journey"]}),
        ("more Africa", {"unmatched": ["Africa"]}),
        ("something with Blackmore's Night vibes", {"unmeasurable": ["style of Blackmore's Night"]}),
        ("like a Hans Zimmer score", {"unmeasurable": ["style of Hans Zimmer"]}),
        ("low energy", {"wants": ["calm"]}),
        ("by Low", {"artist": "Low"}),
        ('"Low"', {"artist": "Low"}),
        ("Horror. Low drone, strings", {"wants": ["horror", "drone", "strings"], "unmatched": ["Low"]}),
        ("indie rock", {"wants": ["indie rock"]}),
        ("something by Indie Rock", {"artist": "Indie Rock"}),
        ("30 seconds to mars", {"artist": "30 Seconds To Mars"}),
        ("from Kevin MacLeod, not from Berlin", {"artist": "Kevin MacLeod", "unmatched": ["Berlin"]}),
        ('make it "cinematic"', {"wants": ["cinematic"]}),
        ('the song "Slow Piano 90 BPM"', {"unmatched": ["Slow Piano 90 BPM"]}),
        ("a slow Tempo Kings track", {"wants": ["slow"], "artist": "Tempo Kings"}),
        ("I don't mind Muldjord", {"unmatched": ["Muldjord"]}),
        ("by Low and the rest, \"\"", {"artist": "Low", "unmatched": ["rest"]}),
        ("similar to", {}),
        ("by, well, whoever", {"unmatched": ["whoever"]}),
    ],
)  # fmt: skip
def test_names(text: str, meant: dict[str, object]) -> None:
    assert said(read(text)) == meant


@pytest.mark.parametrize(
    ("text", "wanted", "never"),
    [
        ("not this artist again", None, ("Maxstack",)),
        ("no more of this band please", None, ("Maxstack",)),
        ("a different artist", None, ("Maxstack",)),
        ("something by the same artist but slower", "Maxstack", ()),
        ("I like this artist", None, ()),
    ],
)
def test_this_artist_is_the_one_on_the_table(text: str, wanted: str | None, never: tuple[str, ...]) -> None:
    limits = understand(text, VOCABULARY, artists=("Maxstack",), this_artist="Maxstack").constraints
    assert (limits.artist, limits.not_artists) == (wanted, never)


@pytest.mark.parametrize("text", ["like Anna (ana) Low", "like Anna ana Low", "in the style of anna (ana) low, please"])
def test_a_name_with_signs_is_known_with_and_without_them(text: str) -> None:
    assert understand(text, VOCABULARY, artists=("Anna (ana) Low", "Low")).styles == ("Anna (ana) Low",)


def test_every_well_known_artist_is_read_as_one() -> None:
    table = tomllib.loads(resources.files("musechat.concepts").joinpath("artists.toml").read_text("utf-8"))
    names = [name for part in table.values() for names in part.values() for name in names]
    assert len(names) == len(set(names)) > 1500
    for name in names:
        assert read(f"slow piano, like {name}").unmeasurable == (f"style of {name}",), name
        assert read(f"slow piano, like {name}").wants == read("slow piano").wants, name
