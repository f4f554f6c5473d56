from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from media.files import tone as samples
from media.files import write_audio, write_video
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


def test_the_music_of_a_film_can_be_the_example(fake_models: object, filled: Path, clip: Path, tmp_path: Path) -> None:
    film = write_video(tmp_path / "other film.mp4", sound=samples(2.4, hertz=300))
    with Library(filled) as library:
        session = first(library, clip, Opening(like=str(film)))
        reference = session.conversation.start.reference
        assert reference is not None and "other film" in reference.name and reference.source == "song"


def test_the_clips_own_music_can_be_the_example(fake_models: object, filled: Path, tmp_path: Path) -> None:
    own = write_video(tmp_path / "own.mp4", sound=samples(2.4, hertz=300, level=0.05))
    with Library(filled) as library:
        session = first(library, own, Opening(replace_music=True))
        reference = session.conversation.start.reference
        assert reference is not None and (reference.name, reference.source) == ("the music of own.mp4", "clip")
        (turn,) = session.conversation.turns
        assert any(e.kind == "style" and e.name == "near your example" for e in turn.reply.evidence)


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        (None, "no sound, so there is no music to replace"),
        (0.0, "silent or too short to go by"),
        (0.8, "Somebody speaks nearly all through"),
    ],
    ids=["no sound", "silence", "speech alone"],
)
def test_a_clip_without_music_of_its_own_is_told(
    fake_models: object, filled: Path, tmp_path: Path, level: float | None, sentence: str
) -> None:
    own = write_video(tmp_path / "own.mp4", sound=None if level is None else samples(2.4, level=level))
    with Library(filled) as library, pytest.raises(InputError, match=sentence) as told:
        first(library, own, Opening(replace_music=True))
    assert "own.mp4" in str(told.value)


@pytest.mark.parametrize("sound", [np.zeros((2, 88_200), np.float32), samples(0.05)], ids=["silence", "a click"])
def test_silence_is_no_example(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path, sound: np.ndarray
) -> None:
    song = write_audio(tmp_path / "Nothing.wav", sound)
    with Library(filled) as library, pytest.raises(InputError, match=r"Nothing.* is silent or too short"):
        first(library, clip, Opening(like=str(song)))


def test_a_track_whose_file_is_gone_is_told(fake_models: object, tmp_path: Path, music: Path, clip: Path) -> None:
    song = Path(shutil.copy(sorted(music.iterdir())[0], tmp_path))
    with Library(tmp_path / "library") as library:
        library.index([song])
        song.unlink()
        with pytest.raises(InputError, match="is gone from"):
            first(library, clip, Opening(like=library.tracks()[0].title.value))


@pytest.mark.parametrize(
    ("like", "error"),
    [
        ("nowhere.mp3", InputError),
        ("no such title", InputError),
        ("", InputError),
        (".", InputError),
        ("x" * 5000, InputError),
        ("nul\x00 byte", InputError),
        ("broken.mp3", MediaError),
        ("silent film.mp4", MediaError),
    ],
)
def test_an_example_that_cannot_be_had_is_told(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path, like: str, error: type[Exception]
) -> None:
    (tmp_path / "broken.mp3").write_bytes(b"ID3 but nothing behind it" * 100)
    shutil.copy(clip, tmp_path / "silent film.mp4")
    wanted = str(tmp_path / like) if like.endswith(("mp3", "mp4")) else like
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
        everything = [record.rendered(track.id, clip) for track in library.tracks()]
        none = first(library, clip, Opening(fresh=len(everything)), record).conversation.turns[0]
        assert none.choice is None and any("before" in one.constraint for one in none.relaxations)
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


@pytest.mark.parametrize("licence", ["no such licence", "\x1b[2JCC BY-NC-ND 1.0\u202e"])
def test_a_licence_that_nothing_has_leaves_nothing_and_says_what_would_help(
    fake_models: object, filled: Path, clip: Path, licence: str
) -> None:
    with Library(filled) as library:
        session = first(library, clip, Opening(licence=licence))
        (turn,) = session.conversation.turns
        assert turn.choice is None
        assert [one.tracks for one in turn.relaxations if "licence" in one.constraint] == [6]
        told = [turn.reply.text, session.understood(), session.why().reply.text, session.undo().reply.text]
        assert not any(sign in text for text in told for sign in ("\x1b", "\u202e"))
        with pytest.raises(InputError, match="give a name"):
            session.never()
        assert session.say("any licence is fine").choice is not None


@pytest.mark.parametrize("licence", ["", "  ", "\u202e"])
def test_a_licence_that_says_nothing_is_no_licence(fake_models: object, filled: Path, clip: Path, licence: str) -> None:
    with Library(filled) as library, pytest.raises(InputError, match="what the music must allow"):
        first(library, clip, Opening(licence=licence))
