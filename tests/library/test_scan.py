from __future__ import annotations

import os
from pathlib import Path

import pytest

from musechat.library import song_folder
from musechat.library.scan import scan
from musechat.library.song_folder import read_sidecar


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return path


def names(*roots: Path) -> list[str]:
    return [found.path.name for found in scan(roots).files]


def test_audio_files_of_every_kind_are_found_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ("b.MP3", "a.flac", "c/d.ogg", "c/e.opus", "f.m4a", "g.wav", "h.aif", "i.aiff", "j.oga", "k.aac"):
        touch(tmp_path / name)
    for name in ("notes.txt", "cover.jpg", "video.mp4", "ogg", "playlist.m3u"):
        touch(tmp_path / name)
    expected = ["a.flac", "b.MP3", "d.ogg", "e.opus", "f.m4a", "g.wav", "h.aif", "i.aiff", "j.oga", "k.aac"]
    assert names(tmp_path) == expected


def test_hidden_things_are_left_out_but_not_the_ones_that_only_look_so(tmp_path: Path) -> None:
    for name in ("._a.mp3", ".b.mp3", ".Trash/c.mp3", ".AppleDouble/d.mp3", "__MACOSX/e.mp3", "@eaDir/f.mp3"):
        touch(tmp_path / name)
    touch(tmp_path / "...And Justice for All" / "one.mp3")
    assert names(tmp_path) == ["one.mp3"]


def test_overlapping_and_repeated_paths_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = touch(tmp_path / "m" / "one.mp3")
    touch(tmp_path / "m" / "deep" / "two.mp3")
    roots = (one, tmp_path / "m" / "deep", tmp_path / "m", tmp_path / "m", tmp_path / "m" / "deep" / ".." / "one.mp3")
    assert names(*roots) == ["two.mp3", "one.mp3"]
    monkeypatch.chdir(tmp_path)
    assert scan([Path("m")]).files == scan([tmp_path / "m"]).files


def test_links_may_go_in_circles(tmp_path: Path) -> None:
    touch(tmp_path / "m" / "z" / "one.mp3")
    try:
        (tmp_path / "m" / "a link").symlink_to(tmp_path / "m" / "z")
        (tmp_path / "m" / "z" / "up").symlink_to(tmp_path / "m")
        (tmp_path / "m" / "broken.mp3").symlink_to(tmp_path / "nowhere")
        (tmp_path / "m" / "two.mp3").symlink_to(tmp_path / "m" / "z" / "one.mp3")
    except OSError:
        pytest.skip("links are not allowed here")
    seen = scan([tmp_path / "m"])
    assert [str(found.path.relative_to(tmp_path)) for found in seen.files] == ["m/two.mp3", "m/z/one.mp3"]
    assert [(path.name, message) for path, message in seen.problems] == [
        ("broken.mp3", "The file cannot be read: No such file or directory.")
    ]


def test_links_that_lead_nowhere_hide_none_of_their_neighbours(powerless: Path) -> None:
    touch(powerless / "m" / "one.mp3")
    touch(powerless / "shut" / "deep" / "two.mp3")
    try:
        (powerless / "m" / "loop").symlink_to("loop")
        (powerless / "m" / "loop.mp3").symlink_to("loop.mp3")
        (powerless / "m" / "link").symlink_to(powerless / "shut" / "deep")
    except OSError:
        pytest.skip("links are not allowed here")
    (powerless / "shut").chmod(0)
    seen = scan([powerless / "m"])
    assert [found.path.name for found in seen.files] == ["one.mp3"]
    assert sorted((path.name, message) for path, message in seen.problems) == [
        ("link", "The folder cannot be read: Permission denied."),
        ("loop", "The folder cannot be read: Too many levels of symbolic links."),
        ("loop.mp3", "The file cannot be read: Too many levels of symbolic links."),
    ]


def test_a_folder_that_may_be_listed_but_not_entered_is_told(powerless: Path) -> None:
    touch(powerless / "m" / "deep" / "one.mp3")
    touch(powerless / "m" / "two.mp3")
    (powerless / "m").chmod(0o444)
    seen = scan([powerless / "m"])
    assert (seen.files, sorted(path.name for path, _ in seen.problems)) == ([], ["deep", "two.mp3"])


def test_a_sidecar_that_goes_while_it_is_looked_at_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "song.ogg")
    (tmp_path / "song.ini").write_text("[song]\nname = Feelings\n")

    def read_and_remove(path: Path) -> dict[str, str]:
        facts = read_sidecar(path)
        path.unlink()
        return facts

    monkeypatch.setattr(song_folder, "read_sidecar", read_and_remove)
    assert [found.folder.title for found in scan([tmp_path]).files] == ["Feelings"]
    monkeypatch.undo()
    (tmp_path / "song.ini").symlink_to("nowhere")
    assert [found.folder.title for found in scan([tmp_path]).files] == [tmp_path.name]


def test_a_link_leads_to_a_folder_elsewhere(tmp_path: Path) -> None:
    touch(tmp_path / "drive" / "one.mp3")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "link").symlink_to(tmp_path / "drive")
    assert names(tmp_path / "m") == ["one.mp3"]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    seen = scan([tmp_path / "nowhere", tmp_path])
    assert seen.gone == (tmp_path / "nowhere",)
    assert seen.files == []


@pytest.mark.parametrize("name", ["x" * 5000, "~nosuch/x", "a\0b"])
def test_what_cannot_be_there_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert scan([Path(name)]).gone == (tmp_path / name,)


def test_a_path_inside_a_shut_folder_is_a_problem_and_not_gone(powerless: Path) -> None:
    path = touch(powerless / "shut" / "one.mp3")
    touch(powerless / "two.mp3")
    path.parent.chmod(0)
    seen = scan([path, powerless / "two.mp3"])
    assert ([found.path.name for found in seen.files], seen.gone) == (["two.mp3"], ())
    assert seen.problems == [(path, "The path cannot be read: Permission denied.")]


def test_things_that_are_no_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "folder.mp3").mkdir()
    touch(tmp_path / "folder.mp3" / "a.mp3")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp3")
    assert names(tmp_path) == ["a.mp3"]


def test_a_shut_folder_does_not_stop_the_walk(powerless: Path) -> None:
    touch(powerless / "a" / "one.mp3").parent.chmod(0)
    touch(powerless / "b" / "two.mp3")
    seen = scan([powerless])
    assert [found.path.name for found in seen.files] == ["two.mp3"]
    assert seen.problems == [(powerless / "a", "The folder cannot be read: Permission denied.")]


def test_a_file_named_alone_is_judged_by_its_company(tmp_path: Path) -> None:
    touch(tmp_path / "song.ogg")
    guitar = touch(tmp_path / "guitar.ogg")
    (found,) = scan([guitar]).files
    assert found.is_stem


def test_a_file_in_a_folder_that_may_not_be_listed_is_still_found(powerless: Path) -> None:
    path = touch(powerless / "m" / "one.mp3")
    path.parent.chmod(0o111)
    assert names(path) == ["one.mp3"]
