from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from media_files import tone
from musechat import Library
from musechat.app.opening import Opening
from musechat.app.record import Record
from musechat.app.session import Session
from musechat.core.errors import InputError, MediaError


def first(library: Library, clip: Path | None, opening: Opening, record: Record | None = None) -> Session:
    session = Session(library, clip, opening=opening, record=record)
    session.recommend()
    return session


def test_an_example_draws_near_and_is_not_proposed_itself(fake_models: object, filled: Path, clip: Path) -> None:
    with Library(filled) as library:
        song = library.find("High")
        session = first(library, clip, Opening(like="High"))
        (turn,) = session.conversation.turns
        assert turn.choice is not None and turn.choice.track.id != song.id
        assert any(e.kind == "style" and e.name == "near your example" for e in turn.reply.evidence)
        shown = {turn.choice.track.id, *(other.track.id for other in turn.alternatives)}
        assert song.id not in shown
        assert song.id not in {t.choice.track.id for t in (session.say("another"), session.say("another")) if t.choice}


def test_a_song_of_ones_own_can_be_the_example(fake_models: object, filled: Path, clip: Path, tmp_path: Path) -> None:
    song = tmp_path / "mine.wav"
    tone(song, hertz=300, bpm=110, seed=9, seconds=4)
    with Library(filled) as library:
        session = first(library, clip, Opening(like=str(song)))
        reference = session.conversation.start.reference
        assert reference is not None and "mine" in reference.name


def test_the_clips_own_music_can_be_the_example(fake_models: object, filled: Path, clip: Path, tmp_path: Path) -> None:
    with Library(filled) as library, pytest.raises(InputError, match="no sound, so there is no music to replace"):
        first(library, clip, Opening(replace_music=True))


@pytest.mark.parametrize(
    ("like", "error"), [("nowhere.mp3", InputError), ("no such title", InputError), ("broken.mp3", MediaError)]
)
def test_an_example_that_cannot_be_had_is_told(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path, like: str, error: type[Exception]
) -> None:
    (tmp_path / "broken.mp3").write_bytes(b"ID3 but nothing behind it" * 100)
    wanted = str(tmp_path / like) if like.endswith("mp3") else like
    with Library(filled) as library, pytest.raises(error) as told:
        first(library, clip, Opening(like=wanted))
    assert "Traceback" not in str(told.value) and len(str(told.value)) > 20


def test_openings_that_contradict_themselves_are_told(fake_models: object, filled: Path, clip: Path) -> None:
    with Library(filled) as library:
        with pytest.raises(InputError, match="not both"):
            first(library, clip, Opening(like="High", replace_music=True))
        with pytest.raises(InputError, match="not about a clip"):
            first(library, None, Opening(replace_music=True))


def test_what_was_used_lately_does_not_come(fake_models: object, filled: Path, clip: Path, tmp_path: Path) -> None:
    record = Record(tmp_path / "kept")
    with Library(filled) as library:
        best = first(library, clip, Opening()).conversation.turns[0].choice
        assert best is not None
        record.rendered(best.track.id, clip)
        fresh = first(library, clip, Opening(fresh=5), record).conversation.turns[0]
        assert fresh.choice is not None and fresh.choice.track.id != best.track.id
        again = first(library, clip, Opening(), record).conversation.turns[0]
        assert again.choice is not None and again.choice.track.id == best.track.id


def test_a_licence_holds_for_every_turn(fake_models: object, tmp_path: Path, music: Path, clip: Path) -> None:
    own = Path(shutil.copytree(music, tmp_path / "music"))
    (own / "music.csv").write_text("file,licence\n*Low*,CC BY 4.0\n*High*,CC BY-NC 4.0\n", "utf-8")
    with Library(tmp_path / "library") as library:
        library.index([own])
        session = first(library, clip, Opening(licence="commercial use"))
        assert session.conversation.turns[0].choice is not None
        assert session.conversation.turns[0].choice.track.title.value == "Low"
        turn = session.say("another one")
        assert turn.choice is None
        assert any("licence" in relaxation.constraint or relaxation.tracks for relaxation in turn.relaxations)
