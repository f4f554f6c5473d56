from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from library.fakes import FakeAnalyse, FakeIdentify, FakeInfo, Listener, audio_id, features, write_song
from musechat.core.errors import InputError, LibraryBusyError, LibraryError, MediaError, WeightsError
from musechat.core.features import EncoderId
from musechat.core.settings import Quality
from musechat.core.track import Fact
from musechat.library import Store, Summary, import_music, jobs
from musechat.library.lock import import_lock

Bring = Callable[..., Summary]


def counts(summary: Summary) -> dict[str, int]:
    names = ("added", "updated", "moved", "unchanged", "skipped", "failed", "duplicates", "missing")
    return {name: value for name in names if (value := getattr(summary, name))}


def test_a_folder_of_music_becomes_tracks(store: Store, music: Path, bring: Bring) -> None:
    write_song(music / "a.ogg", "A", 90.0, title="Alpha", artist="Ann")
    write_song(music / "deep" / "b.flac", "B")
    listener = Listener()
    summary = bring(progress=listener)
    assert counts(summary) == {"added": 2}
    assert summary.seconds > 0
    alpha, b = store.tracks()
    assert (alpha.id, alpha.path, alpha.duration) == (audio_id("A"), str(music / "a.ogg"), 90.0)
    assert (alpha.title, alpha.artist) == (Fact("Alpha", "tag"), Fact("Ann", "tag"))
    assert b.title == Fact("b", "file name")
    assert store.features(audio_id("A")) is not None
    assert listener.heard[0] == ("Importing", 2)
    assert sorted(listener.heard[1:3]) == [("a.ogg", 1), ("b.flac", 1)]
    assert listener.heard[3:] == [("Comparing tracks", 2), ("", 2)]
    assert [(job.kind, job.state, job.done, job.total) for job in jobs(store.database)] == [
        ("import", "finished", 2, 2)
    ]


def test_unchanged_files_are_not_opened_again(store: Store, music: Path, bring: Bring, identify: FakeIdentify) -> None:
    for i in range(5):
        write_song(music / f"{i}.ogg", f"sound {i}")
    bring()
    identify.opened.clear()
    before = store.changes
    assert counts(bring()) == {"unchanged": 5}
    assert identify.opened == []
    assert store.changes == before
    assert len(jobs(store.database)) == 1


def test_many_unchanged_files_ask_no_more_of_the_database_than_few(store: Store, music: Path, bring: Bring) -> None:
    def statements() -> int:
        bring()
        asked: list[str] = []
        store.database._connection.set_trace_callback(asked.append)
        bring()
        store.database._connection.set_trace_callback(None)
        return len(asked)

    write_song(music / "0.ogg", "sound 0")
    few = statements()
    for i in range(1, 50):
        write_song(music / f"{i % 10}" / f"{i}.ogg", f"sound {i}")
    assert statements() == few > 0


def test_a_moved_renamed_and_retagged_file_is_the_same_track(
    store: Store, music: Path, bring: Bring, analyse: FakeAnalyse
) -> None:
    path = write_song(music / "a.ogg", "A", title="Alpha")
    bring()
    store.edit(audio_id("A"), "artist", "Right")
    path.unlink()
    write_song(music / "new" / "z.ogg", "A", title="Alpha (fixed)", artist="Wrong")
    assert counts(bring()) == {"moved": 1}
    (track,) = store.tracks()
    assert track.path == str(music / "new" / "z.ogg")
    assert (track.title, track.artist) == (Fact("Alpha (fixed)", "tag"), Fact("Right", "you"))
    assert not track.missing
    assert analyse.heard == ["a.ogg"]


def test_a_retagged_file_keeps_corrections_and_is_not_heard_again(
    store: Store, music: Path, bring: Bring, analyse: FakeAnalyse
) -> None:
    path = write_song(music / "a.ogg", "A", title="Alpha", artist="Ann")
    bring()
    store.edit(audio_id("A"), "title", "Mine")
    write_song(path, "A", title="Tagged", artist="Anna Longname")
    assert counts(bring()) == {"updated": 1}
    (track,) = store.tracks()
    assert (track.title, track.artist) == (Fact("Mine", "you"), Fact("Anna Longname", "tag"))
    assert analyse.heard == ["a.ogg"]


def test_a_file_with_another_sound_leaves_the_old_track_missing_with_its_name(
    store: Store, music: Path, bring: Bring
) -> None:
    path = write_song(music / "a.ogg", "A", title="Alpha")
    bring()
    write_song(path, "Brand new", title="Beta")
    assert counts(bring()) == {"added": 1, "missing": 1}
    assert [(t.title.value, t.missing) for t in store.tracks()] == [("Alpha", True), ("Beta", False)]


def test_copies_are_one_track_and_heard_once(
    store: Store, music: Path, bring: Bring, analyse: FakeAnalyse, identify: FakeIdentify
) -> None:
    write_song(music / "one.ogg", "A")
    write_song(music / "two.ogg", "A", title="Alpha")
    write_song(music / "three.ogg", "A")
    assert counts(bring(threads=2)) == {"added": 1, "duplicates": 2}
    (track,) = store.tracks()
    assert track.title == Fact("Alpha", "tag")
    assert len(analyse.heard) == 1
    assert counts(bring()) == {"unchanged": 3}
    (music / "two.ogg").unlink()
    assert counts(bring()) == {"unchanged": 2}
    (track,) = store.tracks()
    assert (track.title.source, track.missing) == ("file name", False)


def test_a_copy_stands_in_when_the_first_cannot_be_heard(store: Store, music: Path, identify: FakeIdentify) -> None:
    class FirstFails(FakeAnalyse):
        def __call__(self, path: Path, quality: Quality):  # type: ignore[no-untyped-def]
            time.sleep(0.05)
            if not self.heard:
                self.heard.append(path.name)
                raise MediaError("Not this time.", "timeout")
            return super().__call__(path, quality)

    for name in ("one.ogg", "two.ogg", "three.ogg"):
        write_song(music / name, "A")
    summary = import_music(store, [music], identify, FirstFails(), threads=3)
    assert counts(summary) == {"added": 1, "duplicates": 1, "failed": 1}
    assert len(store) == 1


def test_bad_files_are_listed_and_stop_nothing(store: Store, music: Path, bring: Bring, identify: FakeIdentify) -> None:
    (music / "broken.mp3").write_text("?")
    write_song(music / "silent.wav", "")
    write_song(music / "undecodable.ogg", "undecodable")
    write_song(music / "good.ogg", "A")
    assert counts(bring()) == {"added": 1, "failed": 3}
    listed = [(Path(problem.path).name, problem.reason, problem.message) for problem in store.errors()]
    assert listed == [
        ("broken.mp3", "unreadable", "broken.mp3 is damaged."),
        ("silent.wav", "no_audio", "silent.wav holds no sound."),
        ("undecodable.ogg", "unreadable", "undecodable.ogg cannot be decoded."),
    ]
    identify.opened.clear()
    assert counts(bring()) == {"unchanged": 1, "failed": 3}
    assert identify.opened == []
    write_song(music / "broken.mp3", "repaired")
    (music / "silent.wav").unlink()
    assert counts(bring()) == {"added": 1, "unchanged": 1, "failed": 1}
    assert [Path(problem.path).name for problem in store.errors()] == ["undecodable.ogg"]


def test_a_failed_file_is_tried_again_when_its_permissions_change(
    music: Path, bring: Bring, identify: FakeIdentify
) -> None:
    write_song(music / "good.ogg", "A")
    bad = music / "bad.ogg"
    bad.write_text("?")
    bring()
    identify.opened.clear()
    bad.chmod(0o640)
    bring()
    assert identify.opened == ["bad.ogg"]


def test_a_track_whose_file_is_damaged_is_missing_until_it_is_repaired(store: Store, music: Path, bring: Bring) -> None:
    write_song(music / "other.ogg", "B")
    path = write_song(music / "a.ogg", "A", title="Alpha")
    bring()
    path.write_text("?")
    assert counts(bring()) == {"unchanged": 1, "failed": 1, "missing": 1}
    write_song(path, "A", title="Alpha")
    assert counts(bring()) == {"unchanged": 1, "updated": 1}
    assert [t.missing for t in store.tracks()] == [False, False]
    assert store.errors() == []


def test_what_surprises_is_an_error_of_the_file_but_a_broken_model_stops_the_import(
    store: Store, music: Path, identify: FakeIdentify
) -> None:
    class Surprising(FakeAnalyse):
        def __call__(self, path: Path, quality: Quality):  # type: ignore[no-untyped-def]
            if path.name == "a.ogg":
                raise ZeroDivisionError("nothing there")
            if path.name == "w.ogg":
                raise WeightsError("The weights are damaged.")
            return super().__call__(path, quality)

    write_song(music / "a.ogg", "A")
    write_song(music / "b.ogg", "B")
    assert counts(import_music(store, [music], identify, Surprising())) == {"added": 1, "failed": 1}
    assert [(p.reason, p.message) for p in store.errors()] == [("crashed", "ZeroDivisionError: nothing there")]
    write_song(music / "w.ogg", "W")
    with pytest.raises(WeightsError):
        import_music(store, [music], identify, Surprising())
    assert jobs(store.database)[0].state == "failed"


def test_numbers_that_are_none_make_an_error_not_a_track(store: Store, music: Path, identify: FakeIdentify) -> None:
    class Hollow(FakeAnalyse):
        def __call__(self, path: Path, quality: Quality):  # type: ignore[no-untyped-def]
            bad = {"valence": float("nan")} if path.name == "bad.ogg" else {}
            return features(path.name, self.encoder, **bad)

    write_song(music / "bad.ogg", "A")
    write_song(music / "good.ogg", "B")
    assert counts(import_music(store, [music], identify, Hollow())) == {"added": 1, "failed": 1}
    assert [t.title.value for t in store.tracks()] == ["good"]


def test_a_better_quality_or_another_encoder_hears_again_a_lower_quality_does_not(
    store: Store, music: Path, bring: Bring, analyse: FakeAnalyse
) -> None:
    write_song(music / "a.ogg", "A")
    bring(quality=Quality.BALANCED)
    assert counts(bring(quality=Quality.FAST)) == {"unchanged": 1}
    assert counts(bring(quality=Quality.THOROUGH)) == {"updated": 1}
    assert counts(bring(quality=Quality.BALANCED)) == {"unchanged": 1}
    analyse.encoder = EncoderId("fake", "2", "measures-1")
    assert counts(bring()) == {"updated": 1}
    analyse.encoder = EncoderId("fake", "2", "measures-2")
    assert counts(bring()) == {"updated": 1}
    heard = store.features(audio_id("A"))
    assert heard is not None
    assert heard.encoder == analyse.encoder
    assert len(analyse.heard) == 4


def test_an_unmounted_drive_marks_tracks_missing_and_they_come_back(
    store: Store, music: Path, bring: Bring, identify: FakeIdentify, tmp_path: Path
) -> None:
    write_song(music / "a.ogg", "A")
    write_song(music / "b" / "b.ogg", "B")
    bring()
    store.edit(audio_id("A"), "title", "Mine")
    music.rename(tmp_path / "away")
    summary = bring(music)
    assert (counts(summary), summary.vanished) == ({"missing": 2}, (str(music),))
    assert [t.missing for t in store.tracks()] == [True, True]
    music.mkdir()
    assert bring(music).vanished == (str(music),)
    music.rmdir()
    (tmp_path / "away").rename(music)
    identify.opened.clear()
    assert counts(bring(music)) == {"unchanged": 2}
    assert [(t.title.value, t.missing) for t in store.tracks()] == [("b", False), ("Mine", False)]
    assert identify.opened == []


def test_a_deleted_file_leaves_a_missing_track(store: Store, music: Path, bring: Bring) -> None:
    write_song(music / "a.ogg", "A")
    path = write_song(music / "b.ogg", "B")
    bring()
    path.unlink()
    summary = bring()
    assert (counts(summary), summary.vanished) == ({"unchanged": 1, "missing": 1}, ())
    assert [t.missing for t in store.tracks()] == [False, True]


def test_files_elsewhere_are_left_alone(store: Store, music: Path, bring: Bring, tmp_path: Path) -> None:
    gone = write_song(tmp_path / "music 2" / "b.ogg", "B")
    write_song(music / "a.ogg", "A")
    bring(music, tmp_path / "music 2")
    gone.unlink()
    assert counts(bring(music)) == {"unchanged": 1}
    assert [t.missing for t in store.tracks()] == [False, False]


def test_stems_are_listed_and_no_tracks(store: Store, music: Path, bring: Bring) -> None:
    song = music / "song folder"
    write_song(song / "song.ogg", "mix")
    write_song(song / "guitar.ogg", "guitar")
    (song / "song.ini").write_text("[song]\nname = Feelings\nartist = Sectoid\n")
    assert counts(bring()) == {"added": 1, "skipped": 1}
    assert [t.label for t in store.tracks()] == ["“Feelings” by Sectoid"]
    assert [(Path(p.path).name, p.reason, p.message) for p in store.skipped()] == [
        ("guitar.ogg", "stem", "This is a stem of “Feelings”.")
    ]
    assert store.errors() == []
    before = store.changes
    assert counts(bring()) == {"unchanged": 1, "skipped": 1}
    assert store.changes == before
    (song / "song.ogg").unlink()
    (song / "song.ini").unlink()
    assert counts(bring()) == {"added": 1, "missing": 1}
    assert store.skipped() == []


def test_an_edited_sidecar_is_read_again(store: Store, music: Path, bring: Bring) -> None:
    write_song(music / "s" / "song.ogg", "mix")
    sidecar = music / "s" / "song.ini"
    sidecar.write_text("[song]\nname = Old\n")
    bring()
    sidecar.write_text("[song]\nname = New\n")
    later = time.time() + 5
    os.utime(sidecar, (later, later))
    assert counts(bring()) == {"updated": 1}
    assert store.tracks()[0].title == Fact("New", "sidecar")


def test_folders_that_cannot_be_read_are_listed_once(store: Store, bring: Bring, powerless: Path) -> None:
    write_song(powerless / "music" / "a.ogg", "A")
    shut = powerless / "music" / "shut"
    write_song(shut / "b.ogg", "B")
    with Store.open(powerless / "library", "w") as own:

        def again() -> Summary:
            return import_music(own, [powerless / "music"], FakeIdentify(), FakeAnalyse())

        assert counts(again()) == {"added": 2}
        shut.chmod(0)
        assert counts(again()) == {"unchanged": 1, "failed": 1}
        before = own.changes
        assert counts(again()) == {"unchanged": 1, "failed": 1}
        assert own.changes == before
        assert [(p.path, p.message) for p in own.errors()] == [
            (str(shut), "The folder cannot be read: Permission denied.")
        ]
        assert not any(t.missing for t in own.tracks())
        shut.chmod(0o700)
        assert counts(again()) == {"unchanged": 2}
        assert own.errors() == []


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda folder: folder / "nowhere", "There is no file or folder at .*nowhere"),
        (lambda folder: folder, "There are no music files .*mp3.* at "),
        (lambda folder: Path(write_song(folder / "notes.txt", "A")), "There are no music files"),
    ],
)
def test_where_there_is_no_music_the_user_is_told(
    bring: Bring, music: Path, prepare: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        bring(prepare(music))


def test_a_forbidden_root_is_told_with_its_reason(store: Store, bring: Bring, powerless: Path) -> None:
    (powerless / "m").mkdir(mode=0)
    with Store.open(powerless / "library", "w") as own, pytest.raises(InputError, match="Permission denied"):
        import_music(own, [powerless / "m"], FakeIdentify(), FakeAnalyse())


def test_no_paths_at_all(store: Store) -> None:
    with pytest.raises(InputError, match="empty list"):
        import_music(store, [], FakeIdentify(), FakeAnalyse())


def test_when_nothing_can_be_read_the_command_with_the_reasons_is_named(
    store: Store, music: Path, bring: Bring
) -> None:
    (music / "a.ogg").write_text("?")
    (music / "b.ogg").write_text("?")
    for _ in range(2):
        with pytest.raises(InputError, match=r"None of 2 files could be read.*musechat library errors"):
            bring()
    assert len(store.errors()) == 2


def test_odd_bytes_in_names_survive(store: Store, music: Path, bring: Bring) -> None:
    name = os.fsdecode(b"caf\xe9 - na\xefve.ogg")
    try:
        write_song(music / name, "A")
    except OSError:
        pytest.skip("this file system knows no such names")
    bring()
    (track,) = store.tracks()
    assert track.path == str(music / name)
    assert (track.artist, track.title) == (Fact("café", "file name"), Fact("naïve", "file name"))
    assert counts(bring()) == {"unchanged": 1}


def test_memory_is_bounded_by_the_threads(store: Store, music: Path) -> None:
    inside = 0
    most = 0
    lock = threading.Lock()

    class Counting(FakeIdentify):
        def __call__(self, path: Path) -> FakeInfo:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.002)
            with lock:
                inside -= 1
            return super().__call__(path)

    for i in range(20):
        write_song(music / f"{i}.ogg", f"sound {i}")
    analyse = FakeAnalyse()
    import_music(store, [music], Counting(), analyse, threads=3)
    assert most <= 3
    assert analyse.most_at_once <= 3
    assert len(store) == 20


def test_an_interrupt_stops_cleanly_and_the_next_run_goes_on(store: Store, music: Path, identify: FakeIdentify) -> None:
    class Interrupted(Listener):
        def advance(self, amount: float, detail: str = "") -> None:
            super().advance(amount, detail)
            if len(self.heard) == 4:
                raise KeyboardInterrupt

    for i in range(8):
        write_song(music / f"{i}.ogg", f"sound {i}")
    analyse = FakeAnalyse()
    with pytest.raises(KeyboardInterrupt):
        import_music(store, [music], identify, analyse, threads=1, progress=Interrupted())
    assert len(store) == 3
    assert (jobs(store.database)[0].state, jobs(store.database)[0].done) == ("killed", 3)
    summary = import_music(store, [music], identify, analyse, threads=1)
    assert counts(summary) == {"added": 5, "unchanged": 3}


def test_an_interrupt_does_not_wait_for_what_is_under_way(store: Store, music: Path, identify: FakeIdentify) -> None:
    stopped = [threading.Event(), threading.Event()]
    together = threading.Barrier(3, timeout=30)
    stops = 0

    class Slow(FakeAnalyse):
        def __call__(self, path: Path, quality: Quality):  # type: ignore[no-untyped-def]
            together.wait()  # all three are under way when the first is done
            if path.name == "0.ogg":
                return super().__call__(path, quality)
            # The second wait is for what begins only after the first stop.
            if not all(event.wait(30) for event in stopped):
                pytest.fail("nobody stopped this")
            raise MediaError("Stopped.", "crashed")

    class Interrupted(Listener):
        def advance(self, amount: float, detail: str = "") -> None:
            raise KeyboardInterrupt

    def stop() -> None:
        nonlocal stops
        stopped[min(stops, 1)].set()
        stops += 1

    for i in range(3):
        write_song(music / f"{i}.ogg", f"sound {i}")
    with pytest.raises(KeyboardInterrupt):
        import_music(store, [music], identify, Slow(), threads=3, progress=Interrupted(), stop=stop)
    assert stops >= 2
    assert (len(store), jobs(store.database)[0].state, store.errors()) == (1, "killed", [])
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("import")]
    assert counts(import_music(store, [music], identify, FakeAnalyse())) == {"added": 2, "unchanged": 1}


def test_a_file_that_changes_under_way_is_an_error_until_the_next_import(
    store: Store, music: Path, identify: FakeIdentify
) -> None:
    class Late(FakeAnalyse):
        def __call__(self, path: Path, quality: Quality):  # type: ignore[no-untyped-def]
            if path.name == "swapped.ogg":
                write_song(path, "longer sound B")
            if path.name == "gone.ogg":
                path.unlink()
            return super().__call__(music / "good.ogg", quality)

    write_song(music / "good.ogg", "G")
    write_song(music / "swapped.ogg", "A")
    write_song(music / "gone.ogg", "C")
    assert counts(import_music(store, [music], identify, Late())) == {"added": 1, "failed": 2}
    assert not store.has(audio_id("A"))
    assert [problem.message for problem in store.errors()] == [
        f"{name} changed while it was read; the next import tries it again." for name in ("gone.ogg", "swapped.ogg")
    ]
    assert counts(import_music(store, [music], identify, FakeAnalyse())) == {"added": 1, "unchanged": 1}
    assert store.has(audio_id("longer sound B"))
    assert store.errors() == []


def test_a_file_in_a_folder_with_a_newer_sidecar_has_not_changed(store: Store, music: Path, bring: Bring) -> None:
    os.utime(write_song(music / "song.ogg", "A"), (1e9, 1e9))
    (music / "song.ini").write_text("[song]\nname = Feelings\n")
    assert counts(bring()) == {"added": 1}


def test_a_second_import_at_once_is_refused_with_the_pid(store: Store, music: Path, tmp_path: Path) -> None:
    write_song(music / "a.ogg", "A")
    refused: list[LibraryBusyError] = []

    class Nosy(FakeAnalyse):
        def __call__(self, path: Path, quality: Quality):  # type: ignore[no-untyped-def]
            with Store.open(store.folder, "w") as second:
                try:
                    import_music(second, [music], FakeIdentify(), FakeAnalyse())
                except LibraryBusyError as error:
                    refused.append(error)
            return super().__call__(path, quality)

    import_music(store, [music], FakeIdentify(), Nosy())
    assert [str(error) for error in refused] == [
        f"Another import is running, pid {os.getpid()}; wait for it to finish."
    ]
    import_music(store, [music], FakeIdentify(), FakeAnalyse())


def test_the_lock_is_free_again_whatever_happened(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), import_lock(tmp_path, lambda: None):
        raise RuntimeError
    with (
        import_lock(tmp_path, lambda: None),
        pytest.raises(LibraryBusyError, match="import is running; wait"),
        import_lock(tmp_path, lambda: None),
    ):
        pass


def test_a_folder_that_takes_no_lock_is_one_sentence(powerless: Path) -> None:
    (powerless / "library").mkdir(mode=0o555)
    with pytest.raises(LibraryError, match="cannot be opened; check"), import_lock(powerless / "library", lambda: None):
        pass
