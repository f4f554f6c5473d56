from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from laying import Screen, laid
from musechat.app.exports.export import check_folder
from musechat.app.laid import Laid
from musechat.app.render import check_output, render
from musechat.app.whole import OutputError, whole_file
from musechat.core.errors import InputError, MediaError


@pytest.fixture
def placed(tmp_path: Path) -> Laid:
    """A clip and a track that are files."""
    (tmp_path / "clip.mp4").write_bytes(b"clip" * 1000)
    (tmp_path / "song.ogg").write_bytes(b"song" * 1000)
    one = laid(path=str(tmp_path / "clip.mp4"))
    return replace(one, track=replace(one.track, path=str(tmp_path / "song.ogg")))


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"clip.mp4", "song.ogg"}


def test_the_bytes_stand_where_the_decoder_puts_them(placed: Laid, tmp_path: Path) -> None:
    told: list[float] = []

    class Bar:
        def start(self, label: str, total: float) -> None:
            told.append(total)

        def advance(self, amount: float, detail: str = "") -> None:
            told.append(amount)

    screen = Screen()
    done = render(screen, placed, tmp_path / "out.mp4", "keep", -16.0, progress=Bar())
    assert (tmp_path / "out.mp4").read_bytes() == b"MOOVmdat"
    assert left(tmp_path) == {"out.mp4"}
    assert (done.size, done.report.copied, done.laid) == (8, True, placed)
    (asked,) = screen.asked
    assert asked[:2] == (tmp_path / "clip.mp4", tmp_path / "song.ogg")
    assert (asked[2].own_sound, asked[2].lufs, asked[2].speech) == ("keep", -16.0, ((3.0, 7.5),))
    assert asked[2].fit == placed.fit
    assert told[0] == sum(told[1:]) == 1.0
    if os.name == "posix":
        mask = os.umask(0o022)
        os.umask(mask)
        assert (tmp_path / "out.mp4").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize(
    "error", [MediaError("clip.mp4 broke.", "crashed"), KeyboardInterrupt(), OSError(errno.EIO, "Input/output error")]
)
def test_whatever_goes_wrong_nothing_is_left(placed: Laid, tmp_path: Path, error: BaseException) -> None:
    screen = Screen()
    screen.fails = error
    wanted = OutputError if isinstance(error, OSError) else type(error)
    with pytest.raises(wanted):
        render(screen, placed, tmp_path / "out.mp4")
    assert left(tmp_path) == set()
    (tmp_path / "out.mp4").write_bytes(b"old")
    with pytest.raises(wanted):
        render(screen, placed, tmp_path / "out.mp4", overwrite=True)
    assert left(tmp_path) == {"out.mp4"}
    assert (tmp_path / "out.mp4").read_bytes() == b"old"


def test_pictures_that_end_before_the_clip_are_told(placed: Laid, tmp_path: Path) -> None:
    # The sound goes on, or the file was cut off: the music was laid under more than there is.
    longer = replace(placed, clip=replace(placed.clip, duration=50.0, notes=("Only a part was heard.",)))
    assert render(Screen(), longer, tmp_path / "out.mp4").report.notes == (
        "Only a part was heard.",
        "Nothing odd.",
        "The pictures end at 0:42.0, not at 0:50.0 as the clip says, and the music with them.",
    )
    tail = replace(placed, clip=replace(placed.clip, duration=42.1))
    assert render(Screen(), tail, tmp_path / "tail.mp4").report.notes == ("Nothing odd.",)


def test_an_answer_that_breaks_off_is_no_file(placed: Laid, tmp_path: Path) -> None:
    class Short(Screen):
        def render(self, *asked: object) -> Iterator[object]:  # type: ignore[override]
            yield next(super().render(*asked))  # type: ignore[arg-type]

    with pytest.raises(MediaError, match="broke off"):
        render(Short(), placed, tmp_path / "out.mp4")
    assert left(tmp_path) == set()


def test_a_full_disk_is_told_with_what_is_known_to_be_needed(
    placed: Laid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    screen.fails = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OutputError, match=r"disk is full: .*out\.mp4 was not written\. Free some space and"):
        render(screen, placed, tmp_path / "out.mp4")
    assert screen.closed
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 300_000))
    fresh = Screen()
    with pytest.raises(OutputError, match=r"has 0\.3 MB left, and about 1\.7 MB are needed\. Free some space"):
        render(fresh, placed, tmp_path / "out.mp4")
    assert fresh.asked == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: (_ for _ in ()).throw(OSError("not told")))
    assert render(fresh, placed, tmp_path / "out.mp4").size == 8


def test_what_exists_is_replaced_only_when_told(placed: Laid, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"old")
    with pytest.raises(InputError, match=r"out\.mp4 exists; give another name or add --overwrite"):
        render(Screen(), placed, out)
    assert out.read_bytes() == b"old"
    render(Screen(), placed, out, overwrite=True)
    assert out.read_bytes() == b"MOOVmdat"


@pytest.mark.parametrize("how", ["itself", "symlink", "hardlink", "dotted"])
@pytest.mark.parametrize("source", ["clip.mp4", "song.ogg"])
def test_no_source_is_ever_overwritten(placed: Laid, tmp_path: Path, how: str, source: str) -> None:
    original = tmp_path / source
    out = tmp_path / "out.mp4"
    if how == "symlink":
        out.symlink_to(original)
    elif how == "hardlink":
        out.hardlink_to(original)
    elif how == "dotted":
        (tmp_path / "sub").mkdir()
        out = tmp_path / "sub" / ".." / source
    else:
        out = original
    before = original.read_bytes()
    with pytest.raises(InputError, match=r"itself; give another name|end in"):
        render(Screen(), placed, out, overwrite=True)
    assert original.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("out.avi", "is an MP4 file"),
        ("out", "is an MP4 file"),
        ("nowhere/out.mp4", "no folder"),
        ("folder.mp4", "is a folder"),
        ("sub", "is a folder"),
        ("clip.mp4/out.mp4", "no folder"),
        ("\0.mp4", "Nothing can be written"),
        ("x" * 300 + ".mp4", "cannot be used"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_at_once(placed: Laid, tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "sub").mkdir()
    screen = Screen()
    with pytest.raises(InputError, match=said):
        render(screen, placed, tmp_path / name, overwrite=True)
    assert screen.asked == []
    assert left(tmp_path) == {"folder.mp4", "sub"}


def test_a_folder_that_takes_nothing_is_known_before_anything_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musechat.app.whole.os.access", lambda place, how: place != tmp_path)
    with pytest.raises(InputError, match=r"Nothing can be written to .*; choose another folder\."):
        check_output(tmp_path / "out.mp4")
    with pytest.raises(InputError, match=r"Nothing can be written to .*new.*hand-over; choose another folder\."):
        check_folder(tmp_path / "new" / "hand-over")


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), InputError, "Nothing can be written"),
        (OSError(errno.EROFS, "Read-only file system"), OutputError, "could not be written: Read-only"),
        (OSError(errno.ENOSPC, "No space left on device"), OutputError, "disk is full"),
        (FileNotFoundError(errno.ENOENT, "No such file"), InputError, "no folder"),
    ],
)
def test_a_folder_that_takes_nothing_is_named(
    placed: Laid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, kind: type[Exception], said: str
) -> None:
    real = os.open

    def refuse(path: object, *rest: int) -> int:
        if str(path).endswith(".part"):
            raise error
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("musechat.app.whole.os.open", refuse)
    with pytest.raises(kind, match=said):
        render(Screen(), placed, tmp_path / "out.mp4")


def test_a_clip_that_is_gone_is_left_to_the_decoder(placed: Laid, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").unlink()
    assert render(Screen(), placed, tmp_path / "out.mp4").size == 8


def test_a_symlink_that_leads_nowhere_is_not_followed(placed: Laid, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.symlink_to(tmp_path / "elsewhere.mp4")
    with pytest.raises(InputError, match="exists"):
        render(Screen(), placed, out)
    render(Screen(), placed, out, overwrite=True)
    assert not out.is_symlink()
    assert not (tmp_path / "elsewhere.mp4").exists()


def test_two_renders_to_one_name_do_not_mix(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    with pytest.raises(InputError, match="exists"), whole_file(out) as first:
        first.write(b"first")
        with whole_file(out) as second:
            second.write(b"second, and longer")
        assert out.read_bytes() == b"second, and longer"
    assert out.read_bytes() == b"second, and longer"
    assert left(tmp_path) == {"out.mp4"}


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_what_a_killed_render_left_goes_with_the_next_one(tmp_path: Path) -> None:
    code = (
        "import sys, os, pathlib; from musechat.app.whole import whole_file\n"
        "with whole_file(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), 9)"
    )
    out = tmp_path / "out[1].mp4"
    subprocess.run([sys.executable, "-c", code, str(out)], check=False)
    (remains,) = tmp_path.iterdir()
    assert remains.name.startswith(".out[1].mp4.")
    (tmp_path / ".out[1].mp4.notours.part").write_bytes(b"someone's")
    with whole_file(out) as file:
        file.write(b"whole")
        assert not remains.exists()
    assert left(tmp_path) == {"out[1].mp4", ".out[1].mp4.notours.part"}


def test_long_names_and_other_letters(tmp_path: Path) -> None:
    for name in ("x" * 251 + ".mp4", "夜" * 80 + ".mp4", "a\nb.mp4", " .mp4"):
        with whole_file(tmp_path / name) as file:
            file.write(b"1")
        assert (tmp_path / name).read_bytes() == b"1"


def test_disks_without_locks_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    (tmp_path / ".out.mp4.0123abcd.part").write_bytes(b"left")
    with whole_file(tmp_path / "out.mp4") as file:
        file.write(b"1")
    assert left(tmp_path) == {"out.mp4"}


def test_a_folder_that_cannot_be_synced_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musechat.app.whole._sync", lambda folder: (_ for _ in ()).throw(OSError("no")))
    with whole_file(tmp_path / "out.mp4") as file:
        file.write(b"1")
    assert left(tmp_path) == {"out.mp4"}
