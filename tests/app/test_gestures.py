"""Gestures of a conversation: choose, never, undo, edit, why, why not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from musechat import Library
from musechat.app.record import Record
from musechat.app.session import Session
from musechat.core.errors import InputError


@pytest.fixture
def session(fake_models: object, filled: Path, clip: Path) -> Iterator[Session]:
    with Library(filled) as library:
        yield Session(library, clip)


def test_an_alternative_is_chosen_by_number_or_name(session: Session) -> None:
    others = session.alternatives()
    turn = session.choose("2")
    assert turn.choice is not None and turn.choice.track.id == others[1].track.id
    by_name = session.choose(others[0].track.title.value)
    assert by_name.choice is not None and by_name.choice.track.id == others[0].track.id
    wrongs = (("9", "no alternative 9"), ("0", "no alternative 0"), ("Nothing", "No track"), ("²", "No track"))
    for wrong, sentence in (*wrongs, ("", "Name a track"), ("-1", "No track"), ("x" * 9_999, "No track")):
        with pytest.raises(InputError, match=sentence):
            session.choose(wrong)


def test_a_track_that_was_refused_can_still_be_chosen_by_hand(session: Session) -> None:
    first, second = session.recommend().choice, session.say("no, another one").choice
    assert first is not None and second is not None
    chosen = session.choose(first.track.title.value)
    assert chosen.choice is not None and chosen.choice.track.id == first.track.id
    assert first.track.title.value in chosen.reply.text
    back = session.undo()
    assert back.choice is not None and back.choice.track.id == second.track.id
    assert session.choose(second.track.id[:8]).choice == session.choose(second.track.id).choice


def test_where_nothing_fits_there_is_nothing_to_choose_and_undo_leads_back(session: Session) -> None:
    first = session.recommend().choice
    nothing = session.say("at 300 bpm")
    assert nothing.choice is None and nothing.relaxations and session.alternatives() == ()
    with pytest.raises(InputError, match="no alternative 1; there are 0"):
        session.choose("1")
    assert "tempo" in session.why().reply.text
    assert "“High”" in session.why_not("High").reply.text
    assert session.undo().choice == first
    assert session.undo().choice == first, "there is nothing before the first"


def test_a_name_that_no_artist_bears_is_told_with_near_ones(session: Session) -> None:
    before = session.recommend().wishes
    with pytest.raises(InputError, match=r"Nothing in the library is by 'Cleoo'. Did you mean Cleo\?"):
        session.never("Cleoo")
    with pytest.raises(InputError, match=r"Nothing in the library is by 'Quetzalcoatl'.$"):
        session.never("Quetzalcoatl")
    with pytest.raises(InputError, match="give a name"):
        session.never("\u202e\x1b[31m")
    assert session.conversation.turns[-1].wishes == before


def test_why_not_takes_the_number_of_an_alternative(session: Session) -> None:
    second = session.alternatives()[1]
    assert second.track.title.value in session.why_not(" 2 ").reply.text
    with pytest.raises(InputError, match="no alternative 8"):
        session.why_not("8")


def test_an_artist_is_barred_for_good(session: Session) -> None:
    first = session.recommend().choice
    assert first is not None and first.track.artist is not None
    artist = first.track.artist.value
    for turn in (session.never(), session.say("another"), session.say("something completely different")):
        assert turn.choice is None or turn.choice.track.artist.value != artist  # type: ignore[union-attr]
    other = session.never("Cleo")
    assert {artist, "Cleo"} <= set(other.wishes.request.constraints.not_artists)


def test_undo_leads_back_and_what_was_proposed_stays_away(session: Session) -> None:
    first, second = session.recommend().choice, session.say("no, another one").choice
    assert first is not None and second is not None
    back = session.undo()
    assert back.choice is not None and back.choice.track.id == first.track.id
    third = session.say("another one").choice
    assert third is None or third.track.id not in (first.track.id, second.track.id)


def test_the_understood_request_is_text_that_can_be_edited(session: Session) -> None:
    session.say("more techno, never Bob, under 10 minutes")
    text = session.understood()
    assert "techno" in text and "Bob" in text
    turn = session.edit(text.replace("techno", "metal"))
    assert [want.concept for want in turn.wishes.request.more] == ["metal"]
    assert turn.wishes.request.constraints.not_artists == ("Bob",)


@pytest.mark.parametrize(
    "text",
    [
        "dance: piano",
        "wants: zzz",
        "tempo: fast",
        "wants: piano\navoids: piano",
        "wants: fast, slow",
        "wants: female vocals; vocals: none",
        "by: Ann; never by: ann",
        "tempo: 150-90 BPM",
        "wants: piano 99",
        "wants: piano; wants: techno",
        "hit: 9:59",
        "x" * 5000,
    ],
)
def test_an_edit_that_makes_no_sense_or_contradicts_itself_changes_nothing(session: Session, text: str) -> None:
    before = session.say("something with piano").wishes
    with pytest.raises(InputError):
        session.edit(text)
    assert session.conversation.turns[-1].wishes == before


def test_an_edit_to_nothing_takes_every_wish_back(session: Session) -> None:
    session.say("techno, never Bob, under 10 minutes")
    turn = session.edit("wants:")
    assert turn.wishes.request.constraints == type(turn.wishes.request.constraints)()
    assert session.understood() == ""


def test_why_not_tells_of_limits_of_what_was_refused_and_of_scores(session: Session) -> None:
    first = session.recommend().choice
    assert first is not None
    assert first.track.title.value in session.why_not(first.track.id[:10]).reply.text
    session.say("no, another one")
    refused = session.why_not(first.track.title.value)
    assert refused.reply.text and refused.choice is not None
    session.say("never Cleo")
    assert "Cleo" in session.why_not("High").reply.text
    with pytest.raises(InputError, match="No track"):
        session.why_not("A title that nobody has")
    assert "why not" in {turn.understood.act for turn in session.conversation.turns}


def test_a_why_not_in_words_for_an_unknown_track_is_answered(session: Session) -> None:
    turn = session.say("why not “A Title That Nobody Has”?")
    assert turn.understood.act == "why not"
    assert "A Title That Nobody Has" in turn.reply.text


def test_why_tells_what_made_the_score(session: Session) -> None:
    session.recommend()
    turn = session.why()
    assert any(character.isdigit() for character in turn.reply.text)
    assert all(claim.evidence for claim in turn.reply.claims)


def test_a_conversation_without_a_clip_has_no_clip_to_tell_of(fake_models: object, filled: Path) -> None:
    with Library(filled) as library:
        talk = Session(library)
        assert talk.say("techno").choice is not None
        for wrong in (talk.profile, talk.laid):
            with pytest.raises(InputError, match="not about a clip"):
                wrong()
        assert talk.id is None


def test_every_gesture_is_kept_and_taken_up_again(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path
) -> None:
    with Library(filled) as library, Record(tmp_path / "kept") as record:
        session = Session(library, clip, record=record)
        session.choose("1")
        session.edit("wants: techno\nnever by: Bob\nhit: 1.5 s")
        session.never()
        session.why()
        session.why_not("1")
        session.say("let the lift fall at 0:02")
        session.undo()
        again = Session.resume(library, record, session.id or "")
        assert again.conversation == session.conversation
        assert again.understood() == session.understood()
        gone_on = Session.resume(library, Record(tmp_path / "kept"), session.id or "")
        assert gone_on.undo().choice == again.conversation.turns[2].choice
