"""The whole path on real media with the shipped weights."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

from musechat import Library, Session
from musechat.app.doctor import examine
from musechat.media import Decoder

pytestmark = pytest.mark.real


def command(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "musechat", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


def answer(*words: object) -> dict[str, object]:
    done = command(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_sidecars_and_stems_are_understood(library: Path) -> None:
    with Library(library) as opened:
        tracks = {track.title.value: track for track in opened.tracks()}
        assert tracks["Chaos God"].artist.value == "Muldjord"
        assert tracks["Chaos God"].title.source == "sidecar"
        assert not {"song", "guitar"} & set(tracks)
        assert len(opened.store.skipped()) == 8
        assert opened.errors() == []


def test_the_tagger_hears_what_the_music_is(library: Path) -> None:
    with Library(library) as opened:
        for title, tag in (("Chaos God", "metal"), ("Architectural Contemplations", "piano"), ("City blues", "piano")):
            _, tags = opened.measured(opened.find(title).id)
            assert tag in [name for name, _ in tags[:4]], title


def test_search_finds_real_music_by_its_sound(library: Path) -> None:
    with Library(library) as opened:
        metal = opened.search("heavy metal", at_most=4).results
        assert {hit.track.artist.value for hit in metal if hit.track.artist} <= {"Muldjord", "Sectoid"}
        calm = [hit.track.title.value for hit in opened.search("slow piano", at_most=3).results]
        assert "Architectural Contemplations" in calm


def test_the_tempo_maps_agree(library: Path) -> None:
    with Library(library) as opened:
        for title, bpm in (("War of freedom", 140), ("Metal madness", 150)):
            features, _ = opened.measured(opened.find(title).id)
            assert features is not None
            octaves = np.log2(features.bpm / bpm)
            assert abs(octaves - round(octaves)) < 0.04, (title, features.bpm)


def test_two_turns_about_a_real_clip(library: Path, bunny: Path) -> None:
    said = ("--say", "I like it, but could it be calmer, with piano and no vocals?", "--say", "nothing with piano")
    answered = answer("recommend", bunny, *said, "--library", library)
    video, turns = answered["video"], answered["turns"]
    assert video["duration"] == pytest.approx(30, abs=0.2)  # type: ignore[index, call-overload]
    assert video["own_loudness"] is not None  # type: ignore[index, call-overload]
    ids = [turn["track"]["id"] for turn in turns]  # type: ignore[attr-defined]
    assert len(set(ids)) == 3
    assert all(claim["evidence"] for turn in turns for claim in turn["claims"])  # type: ignore[attr-defined]
    spoken = [e["name"] for e in turns[2]["evidence"] if e["kind"] == "tag"]  # type: ignore[index]
    assert "piano" not in spoken


def test_clips_look_as_they_are(library: Path, bunny: Path, bikes: Path) -> None:
    with Library(library) as opened:
        session = Session(opened, bunny)
        session.recommend()
        green = session.profile()
        session = Session(opened, bikes)
        session.recommend()
        grey = session.profile()
    assert "green" in green.colours
    assert "grey" in grey.colours
    assert green.saturation > 2 * grey.saturation
    assert grey.motion is not None
    assert green.motion is not None
    assert grey.motion > green.motion


@pytest.mark.parametrize("change", ["renamed", "retagged"])
def test_a_changed_file_is_the_same_track(songs: list[Path], tmp_path: Path, change: str) -> None:
    original = next(path for folder in songs for path in sorted(folder.rglob("song.ogg")))
    copy = tmp_path / "other name.ogg"
    if change == "renamed":
        shutil.copy(original, copy)
    else:
        with av.open(str(original)) as source, av.open(str(copy), "w", format="ogg") as target:
            stream = target.add_stream_from_template(source.streams.audio[0])
            target.metadata["title"] = "Something Else Entirely"
            for packet in source.demux(source.streams.audio[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
    with Decoder() as decoder:
        assert decoder.identify(original).audio_id == decoder.identify(copy).audio_id


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="compares with the ffmpeg program")
def test_loudness_is_what_ffmpeg_says(songs: list[Path]) -> None:
    path = next(path for folder in songs for path in sorted(folder.rglob("japanese.ogg")))
    line = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(path), "-af", "ebur128", "-f", "null", "-"]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stderr
    reference = float(said.rpartition("I:")[2].split()[0])
    with Decoder() as decoder:
        assert decoder.audio(path).loudness_lufs == pytest.approx(reference, abs=0.5)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="kills a process group")
def test_a_killed_import_loses_nothing_and_the_next_one_finishes(songs: list[Path], tmp_path: Path) -> None:
    line = [sys.executable, "-m", "musechat", "index", *map(str, songs), "--library", str(tmp_path / "library")]
    chance = random.Random(7)
    for _ in range(3):
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        time.sleep(chance.uniform(0.5, 4))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    summary = answer("index", *songs, "--library", tmp_path / "library")["summary"]
    assert summary["failed"] == 0  # type: ignore[index, call-overload]
    tracks = answer("library", "list", "--library", tmp_path / "library")["tracks"]
    assert len(tracks) == len({track["id"] for track in tracks}) == 21  # type: ignore[arg-type, index, attr-defined]


def test_the_doctor_is_content(library: Path) -> None:
    checks = examine(library)
    assert [check for check in checks if check.state == "broken"] == []
