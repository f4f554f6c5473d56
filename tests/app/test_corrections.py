from __future__ import annotations

from pathlib import Path

import pytest

from musechat import Library
from musechat.app.corrections import read_corrections
from musechat.app.session import Session
from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.errors import InputError

VOCABULARY = shipped_vocabulary()


def test_corrections_are_read_in_order_by_any_word_of_a_concept() -> None:
    found = read_corrections(
        [("is", "pianos"), ("not", "Melancholy"), ("not", "piano"), ("title", "Low"), ("year", "")], VOCABULARY
    )
    assert found.facts == {"title": "Low", "year": None}
    assert found.judgements == {"piano": False, "melancholic": False}
    assert read_corrections([("vocals", "female"), ("forget", "male vocals")], VOCABULARY).judgements == {
        "vocals": True,
        "instrumental": False,
        "female vocals": True,
        "male vocals": None,
    }
    assert set(read_corrections([("vocals", "")], VOCABULARY).judgements.values()) == {None}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("is", "pianno"), "Did you mean piano"),
        (("is", "zzz"), "no genre, mood, instrument or voice"),
        (("not", "saxophone"), "does not rank by"),
        (("vocals", "loud"), "none, any, female or male"),
        (("is", ""), "no genre, mood"),
    ],
)
def test_a_word_that_means_nothing_here_is_told(change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_corrections([change], VOCABULARY)


def test_the_users_word_outranks_what_was_heard_at_once_and_for_good(
    fake_models: object, tmp_path: Path, music: Path
) -> None:
    with Library(tmp_path / "library") as library:
        library.index([music])
        track = library.find("Deep")
        session = Session(library)
        library.edit(track.id, [("is", "harp"), ("not", "drums")])
        turn = session.say("something with harp, no drums")
        assert turn.choice is not None and turn.choice.track.id == track.id
        assert "by your own word" in turn.reply.text or "You said so yourself" in turn.reply.text
        assert {e.source for e in turn.reply.evidence if e.name == "harp" and e.kind in ("concept", "asserted")} == {
            "you"
        }
        library.index([music])
        assert library.judged(track.id) == {"harp": True, "drums": False}
        library.edit(track.id, [("not", "harp"), ("is", "techno")])
        later = Session(library).say("harp, and nothing electronic")
        assert later.choice is None or later.choice.track.id != track.id, "techno is electronic"
        library.edit(track.id, [("forget", "harp"), ("forget", "techno"), ("forget", "drums")])
        assert library.judged(track.id) == {}


def test_nothing_is_kept_of_corrections_of_which_one_is_wrong(fake_models: object, tmp_path: Path, music: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.index([music])
        track = library.find("Deep")
        with pytest.raises(InputError):
            library.edit(track.id, [("is", "harp"), ("not", "zzz")])
        assert library.judged(track.id) == {}


@pytest.mark.parametrize(("word", "ask", "fits"), [("none", "no vocals", True), ("female", "no vocals", False)])
def test_who_sings_is_as_the_user_says(
    fake_models: object, tmp_path: Path, music: Path, word: str, ask: str, fits: bool
) -> None:
    with Library(tmp_path / "library") as library:
        library.index([music])
        for track in library.tracks():
            library.edit(track.id, [("vocals", word)])
        turn = Session(library).say(ask)
        assert (turn.choice is not None) == fits
        women = Session(library).say("a woman singing")
        assert (women.choice is not None) == (word == "female")
