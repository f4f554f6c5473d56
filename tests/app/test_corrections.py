from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat import Library
from musechat.app.corrections import read_corrections
from musechat.app.session import Session
from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.errors import InputError
from musechat.core.settings import Quality
from musechat.core.track import Fact
from musechat.library.tracks import Judgement

VOCABULARY = shipped_vocabulary()
HEARD = ("piano", "sad", "techno", "electronic", "vocals", "instrumental", "female vocals", "male vocals")


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
    assert read_corrections([("is", "midtempo"), ("forget", "fast")], VOCABULARY).judgements == {
        "mid-tempo": True,
        "fast": None,
    }


@pytest.mark.parametrize(
    ("said", "sung", "women", "men"),
    [
        ([("vocals", "female"), ("vocals", "None")], False, False, False),
        ([("vocals", "none"), ("is", "female vocals")], True, True, False),
        ([("vocals", "male"), ("is", "woman singing")], True, True, True),
        ([("vocals", "female"), ("is", "instrumental")], False, False, False),
        ([("vocals", "none"), ("vocals", "any")], True, None, None),
        ([("vocals", "female"), ("not", "vocals")], False, False, False),
        ([("is", "instrumental"), ("not", "instrumental")], True, None, None),
        ([("vocals", "none"), ("forget", "vocals")], None, None, None),
    ],
)
def test_an_answer_to_who_sings_takes_back_what_was_said_against_it(
    said: list[tuple[str, str]], sung: bool | None, women: bool | None, men: bool | None
) -> None:
    found = read_corrections(said, VOCABULARY).judgements
    assert (found["vocals"], found["female vocals"], found["male vocals"]) == (sung, women, men)
    assert found["instrumental"] is (None if sung is None else not sung)


@given(st.lists(st.tuples(st.sampled_from(["is", "not", "forget"]), st.sampled_from(HEARD)), max_size=6))
def test_the_last_word_about_a_concept_holds_and_never_speaks_for_both_sides(said: list[tuple[str, str]]) -> None:
    found = read_corrections(said, VOCABULARY).judgements
    for verb, concept in said[-1:]:
        assert found[concept] is {"is": True, "not": False, "forget": None}[verb]
    assert found.get("vocals") is None or found["instrumental"] is not found["vocals"]
    assert not (found.get("vocals") is False and (found.get("female vocals") or found.get("male vocals")))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("is", "pianno"), "Did you mean piano"),
        (("is", "zzz"), "no genre, mood, instrument or voice"),
        (("not", "saxophone"), "does not rank by"),
        (("vocals", "loud"), "none, any, female or male"),
        (("is", ""), "no genre, mood"),
        (("is", "piano; harp"), "no genre, mood"),
        (("is", "same tempo"), "no genre, mood"),
        (("forget", "zzz"), "no genre, mood"),
        (("mood", "sad"), "choose one of title, artist, album, genre, year, licence, is, not, forget, vocals"),
        (("", "sad"), "no fact called ''"),
        (("year", "soon"), "four digits"),
        (("title", " \x07"), "cannot be empty"),
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
        assert library.judged(track.id) == {"harp": Judgement(True, "you"), "drums": Judgement(False, "you")}
        library.edit(track.id, [("not", "harp"), ("is", "techno")])
        later = Session(library).say("harp, and nothing electronic")
        assert later.choice is None or later.choice.track.id != track.id, "techno is electronic"
        library.edit(track.id, [("forget", "harp"), ("forget", "techno"), ("forget", "drums")])
        assert library.judged(track.id) == {}


def test_nothing_is_kept_of_corrections_of_which_one_is_wrong(fake_models: object, tmp_path: Path, music: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.index([music])
        track = library.find("Deep")
        for wrong in (("not", "zzz"), ("year", "soon"), ("mood", "sad")):
            with pytest.raises(InputError):
                library.edit(track.id, [("artist", "Zoe"), ("is", "harp"), wrong])
        assert library.judged(track.id) == {}
        assert library.find("Deep").artist == track.artist


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


def test_what_is_slow_by_the_users_word_is_told_so_and_a_wrong_tempo_is_not_held_against_it(
    fake_models: object, tmp_path: Path, music: Path
) -> None:
    with Library(tmp_path / "library") as library:
        library.index([music])
        for track in library.tracks():
            library.edit(track.id, [("is", "fast")] if track.title.value != "Low" else [("is", "slow")])
        session = Session(library)
        turn = session.say("something slow")
        assert turn.choice is not None and turn.choice.track.title.value == "Low"
        assert "slow" in turn.reply.text
        assert "by your own word" in turn.reply.text or "You said so yourself" in turn.reply.text
        assert sum(e.weight for e in turn.choice.evidence) == pytest.approx(turn.choice.score, abs=0.01)
        assert "slow" in session.say("why?").reply.text
        other = Session(library)
        said = other.say("nothing fast")
        assert said.choice is not None and said.choice.track.title.value == "Low"
        assert [(e.source, e.value) for e in said.reply.evidence if e.kind == "limit"] == [("you", None)]
        told = other.say("why not High?").reply.text
        assert "no fast" in told and "by your word" in told


def test_a_search_names_the_user_as_the_source(fake_models: object, tmp_path: Path, music: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.index([music])
        library.edit(library.find("Deep").id, [("is", "harp")])
        best = library.search("harp music").results[0]
        assert best.track.title.value == "Deep"
        assert {e.source for e in best.evidence if e.name == "harp"} == {"you"}


def test_corrections_stay_with_the_sound_when_its_file_is_moved_and_retagged(
    fake_models: object, tmp_path: Path, music: Path
) -> None:
    shutil.copytree(music, tmp_path / "old")
    with Library(tmp_path / "library") as library:
        library.index([tmp_path / "old"])
        track = library.find("Deep")
        library.edit(track.id, [("is", "harp"), ("licence", "CC BY 4.0")])
        (tmp_path / "new").mkdir()
        (tmp_path / "old" / "Ann - Deep.wav").rename(tmp_path / "new" / "other.wav")
        library.index([tmp_path / "old", tmp_path / "new"], quality=Quality.THOROUGH)
        assert library.judged(track.id) == {"harp": Judgement(True, "you")}
        again = library.store.track(track.id)
        assert again.path == str(tmp_path / "new" / "other.wav")
        assert again.licence == Fact("CC BY 4.0", "you")
