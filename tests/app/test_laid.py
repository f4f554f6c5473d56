from __future__ import annotations

import shutil
import wave
from pathlib import Path

import pytest

from media_files import tone
from musechat import Library, Session
from musechat.core.errors import InputError, MediaError
from musechat.encode.videos import OwnSound


def test_any_music_file_can_be_laid_under_a_clip(fake_models: object, music: Path, clip: Path, tmp_path: Path) -> None:
    song = tmp_path / "Dora - Lone song.wav"
    shutil.copy(music / "Ann - Low.wav", song)
    with Library(tmp_path / "none") as library:
        done = library.render(clip, song, tmp_path / "out.mp4", offset=1.25, own_sound="keep", lufs=-20)
    track = done.laid.track
    assert (track.title.value, track.artist.value if track.artist else None) == ("Lone song", "Dora")
    assert (track.licence, len(track.id)) == (None, 64)
    assert done.laid.fit.start == pytest.approx(1.25)
    assert done.laid.clip.stage == "keyframes"
    assert done.report.seconds == pytest.approx(3, abs=0.1)
    assert done.path.stat().st_size == done.size


def test_a_file_that_the_library_holds_is_its_track(
    fake_models: object, filled: Path, music: Path, clip: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "renamed.wav"
    shutil.copy(music / "Ann - Low.wav", copy)
    with Library(filled) as library:
        done = library.render(clip, copy, tmp_path / "out.mp4")
        assert done.laid.track.title.value == "Low"
        assert done.laid.track.path == str(copy)
        assert done.laid.features.encoder == library.store.features(done.laid.track.id).encoder  # type: ignore[union-attr]
        assert done.laid.clip.stage == "full"
        by_title = library.render(clip, "low", tmp_path / "again.mp4")
        assert by_title.laid.track.id == done.laid.track.id


def test_a_beat_falls_on_the_moment_to_hit(fake_models: object, clip: Path, tmp_path: Path) -> None:
    song = tone(tmp_path / "beat.wav", seconds=12)
    with Library(tmp_path / "none") as library:
        hit = library.render(clip, song, tmp_path / "out.mp4", hit=1.0).laid.fit.hit
    assert hit is not None
    assert (hit.clip, hit.asked_by) == (1.0, "you")
    assert hit.track * 2 == pytest.approx(round(hit.track * 2), abs=0.02)  # 120 beats a minute


def test_a_track_without_a_beat_hits_nothing(fake_models: object, clip: Path, tmp_path: Path) -> None:
    song = tmp_path / "hum.wav"
    with wave.open(str(song), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * 16_000 * 5))
    with (
        Library(tmp_path / "none") as library,
        pytest.raises(InputError, match=r"Nothing of “hum” can fall on 0:01\.0"),
    ):
        library.render(clip, song, tmp_path / "out.mp4", hit=1.0)


def test_the_sidecar_of_a_song_folder_is_heard(fake_models: object, music: Path, clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "songs" / "x"
    folder.mkdir(parents=True)
    shutil.copy(music / "Ann - Low.wav", folder / "song.wav")
    (folder / "song.ini").write_text("[song]\nname = Iron Rain\nartist = The Smiths of Forge\n")
    with Library(tmp_path / "none") as library:
        track = library.render(clip, folder / "song.wav", tmp_path / "out.mp4", offset=0).laid.track
    assert track.label == "“Iron Rain” by The Smiths of Forge"


def test_impossible_moments_are_refused_before_anything_is_watched(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    with Library(filled) as library:
        for moments, said in (
            ({"offset": 5.0}, r"cannot start at 0:05\.0: it is 0:05\.0 long"),
            ({"offset": -0.5}, "cannot start"),
            ({"hit": 3.0}, r"Nothing can be hit at 0:03\.0: the clip is 0:03\.0 long"),
            ({"hit": -1.0}, "Nothing can be hit"),
            ({"offset": 1.0, "hit": 1.0}, "not both"),
        ):
            with pytest.raises(InputError, match=said):
                library.render(clip, "Low", out, **moments)  # type: ignore[arg-type]
        for unheard in ("\0", "x" * 5000):
            with pytest.raises(InputError, match="No track of the library"):
                library.render(clip, unheard, out)
        with pytest.raises(InputError, match=r"There is no file '.*gone\.ogg', and no such track of the library\."):
            library.render(clip, tmp_path / "gone.ogg", out)
        with pytest.raises(MediaError, match="no sound; give a music file"):
            library.render(clip, clip, out)
    assert not out.exists()


def test_a_track_that_is_gone_is_told_before_anything_is_watched(
    fake_models: object, music: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(music, tmp_path / "drive")
    with Library(tmp_path / "library") as library:
        library.index([tmp_path / "drive"])
        shutil.rmtree(tmp_path / "drive")
        monkeypatch.setattr(type(library.models.videos), "watch", None)
        with pytest.raises(InputError, match=r"“Low” by Ann is gone from .*Ann - Low\.wav; import it from where it is"):
            library.render(clip, "Low", tmp_path / "out.mp4")


def test_what_was_not_heard_of_a_clip_is_told_with_a_given_start_too(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library(filled) as library:
        heard = OwnSound(-20.0, ((0.5, 1.0),), ("Only 8 of 20 minutes of its sound were heard in 16 windows.",))
        monkeypatch.setattr(library.models.videos, "listen", lambda path: heard)
        done = library.render(clip, "Low", tmp_path / "out.mp4", offset=0.5)
    assert heard.notes[0] in done.report.notes
    assert done.plan.speech == heard.speech


def test_a_session_renders_and_exports_what_it_proposed_last(
    fake_models: object, filled: Path, clip: Path, tmp_path: Path
) -> None:
    with Library(filled) as library:
        session = Session(library, clip)
        with pytest.raises(InputError, match="No track was proposed"):
            session.render(tmp_path / "out.mp4")
        session.recommend()
        turn = session.say("more techno")
        assert session.say("over 400 bpm").choice is None
        done = session.render(tmp_path / "out.mp4", own_sound="drop")
        assert turn.choice is not None
        assert (done.laid.track, done.plan.fit) == (turn.choice.track, turn.choice.fit)
        files = session.export(tmp_path / "hand-over", own_sound="drop")
        assert "session.md" in {path.name for path in files}
        with pytest.raises(InputError, match="not about a clip"):
            Session(library).laid()
