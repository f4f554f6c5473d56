"""Whatever happens to the files of a folder, the library keeps one track a sound and every correction."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from library.fakes import FakeAnalyse, FakeIdentify, audio_id, write_song
from musechat.core.errors import InputError
from musechat.library import Store, Summary, import_music

NAMES = st.sampled_from(["a.ogg", "b.ogg", "x/a.ogg", "x/c.flac", "y/d.mp3"])
SOUNDS = st.sampled_from(["A", "B", "C"])


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="musechat-life-"))
        self.music = self.home / "music"
        self.music.mkdir()
        self.store = Store.open(self.home / "library", "w")
        self.analyse = FakeAnalyse()
        self.files: dict[str, str] = {}
        self.corrected: dict[str, str] = {}
        self.known: set[str] = set()
        self.writes = 0

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.home)

    def write(self, name: str, sound: str) -> None:
        # A longer tag each time: a size that no earlier version of the file had.
        self.writes += 1
        write_song(self.music / name, sound, title="t" * self.writes)
        self.files[name] = sound

    def bring(self) -> Summary | None:
        try:
            summary = import_music(self.store, [self.music], FakeIdentify(), self.analyse, threads=1)
        except InputError:
            assert not self.files
            assert not self.known
            return None
        self.known |= set(self.files.values())
        present = set(self.files.values())
        tracks = {track.id: track for track in self.store.tracks()}
        assert set(tracks) == {audio_id(sound) for sound in self.known}
        for sound in self.known:
            track = tracks[audio_id(sound)]
            assert track.missing == (sound not in present)
            if sound in present:
                held = {str(self.music / name) for name, held in self.files.items() if held == sound}
                assert track.path in held
        return summary

    @rule(name=NAMES, sound=SOUNDS)
    def add_or_replace(self, name: str, sound: str) -> None:
        self.write(name, sound)

    @precondition(lambda self: self.files)
    @rule(data=st.data(), to=NAMES)
    def move(self, data: st.DataObject, to: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.files)))
        if to not in self.files:
            (self.music / to).parent.mkdir(exist_ok=True)
            (self.music / name).rename(self.music / to)
            self.files[to] = self.files.pop(name)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def retag(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.files)))
        self.write(name, self.files[name])

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.files)))
        (self.music / name).unlink()
        del self.files[name]

    @rule()
    def import_all(self) -> None:
        self.bring()

    @rule()
    def import_twice(self) -> None:
        self.bring()
        before = self.store.changes
        summary = self.bring()
        if summary is not None:
            assert (summary.unchanged, summary.added, summary.failed) == (len(self.files), 0, 0)
            assert self.store.changes == before

    @precondition(lambda self: self.known)
    @rule(data=st.data(), value=st.sampled_from(["One", "Two"]))
    def correct(self, data: st.DataObject, value: str) -> None:
        sound = data.draw(st.sampled_from(sorted(self.known)))
        self.store.edit(audio_id(sound), "title", value)
        self.corrected[sound] = value

    @invariant()
    def corrections_hold(self) -> None:
        for sound, value in self.corrected.items():
            title = self.store.track(audio_id(sound)).title
            assert (title.value, title.source) == (value, "you")

    @invariant()
    def each_sound_was_heard_once(self) -> None:
        assert len(self.analyse.heard) == len(self.known)


Life.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestLife = Life.TestCase
