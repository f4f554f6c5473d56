from __future__ import annotations

from pathlib import Path

import pytest

from musechat import Library, Session
from musechat.core.errors import InputError, LibraryError, MediaError


def test_five_lines_hold_a_conversation(fake_models: object, tmp_path: Path, music: Path, clip: Path) -> None:
    library = Library(tmp_path / "library")
    library.index([music])
    session = Session(library, clip)
    first = session.recommend()
    second = session.say("more techno, no piano")
    assert first.choice is not None
    assert second.choice is not None
    assert second.choice.track.id != first.choice.track.id
    assert first.choice.track.title.value in first.reply.text
    library.close()


def test_the_first_look_comes_before_and_apart_from_the_conversation(
    fake_models: object, filled: Path, clip: Path
) -> None:
    with Library(filled) as library:
        session = Session(library, clip)
        looked = session.first_look()
        assert looked.choice is not None
        assert session.conversation.turns == ()
        assert session.profile().stage == "keyframes"
        assert session.timings.first_look is not None
        session.recommend()
        assert session.profile().stage == "full"
        assert session.timings.watched is not None
        with pytest.raises(InputError, match="already"):
            session.recommend()


def test_a_conversation_needs_no_clip(fake_models: object, filled: Path) -> None:
    with Library(filled) as library:
        session = Session(library)
        turn = session.say("techno")
        assert turn.choice is not None
        assert len(session.conversation.turns) == 2
        with pytest.raises(InputError, match="not about a clip"):
            session.profile()


def test_a_library_without_tracks_is_refused_at_once(fake_models: object, tmp_path: Path, clip: Path) -> None:
    with pytest.raises(LibraryError, match="no library"):
        Session(Library(tmp_path / "nowhere"), clip)


@pytest.mark.parametrize("kind", ["missing", "empty", "sound"])
def test_what_is_no_video_is_refused(fake_models: object, filled: Path, music: Path, tmp_path: Path, kind: str) -> None:
    path = {"missing": tmp_path / "gone.mp4", "empty": tmp_path / "empty.mp4", "sound": next(music.iterdir())}[kind]
    if kind == "empty":
        path.touch()
    with Library(filled) as library, pytest.raises(MediaError, match=path.name):
        Session(library, path).first_look()


def test_every_turn_answers_whatever_is_said(fake_models: object, filled: Path, clip: Path) -> None:
    odd = ["", "   ", "🎵🎶", "etwas mit Klavier bitte", "x" * 100_000, "\x1b[31mred", "no piano no techno no anything"]
    with Library(filled) as library:
        session = Session(library, clip)
        for words in odd:
            turn = session.say(words)
            assert turn.reply.text
            assert "\x1b" not in turn.reply.text
            assert len(turn.reply.text) < 5_000


def test_when_everything_was_proposed_the_reply_says_so(fake_models: object, filled: Path, clip: Path) -> None:
    with Library(filled) as library:
        session = Session(library, clip)
        session.recommend()
        turns = [session.say("something completely different") for _ in range(6)]
        assert turns[-1].choice is None
        assert "tracks proposed before" in turns[-1].reply.text
        titles = {turn.choice.track.id for turn in session.conversation.turns if turn.choice}
        assert len(titles) == 6
