"""A dataset's folder: killed at any moment, nothing is lost and nothing stands twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from learning import blank, scene
from musechat.core.errors import InputError, LibraryBusyError
from musechat.core.protocols import Silent
from musechat.learn.dataset import DIALOGUES, SKIPPED, Folder, dialogues_of, open_folder
from musechat.learn.synthesis import synthesize

SETTINGS = {"seed": 0}


def numbers(folder: Path) -> list[int]:
    return [json.loads(line)["number"] for line in (folder / DIALOGUES).read_text("utf-8").splitlines()]


def make(folder: Path, count: int, processes: int = 1) -> tuple[int, int]:
    made = synthesize(scene(), count, Folder(folder, SETTINGS), processes, Silent())
    return made.made, made.kept


def test_a_dataset_goes_on_where_it_was_left(tmp_path: Path) -> None:
    assert make(tmp_path / "d", 30)[1] == 0
    assert make(tmp_path / "d", 50)[1] == 30
    make(tmp_path / "whole", 50)
    assert (tmp_path / "d" / DIALOGUES).read_bytes() == (tmp_path / "whole" / DIALOGUES).read_bytes()


def test_a_line_cut_by_a_kill_is_made_anew(tmp_path: Path) -> None:
    make(tmp_path / "d", 20)
    whole = (tmp_path / "d" / DIALOGUES).read_bytes()
    for cut in (1, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "d" / DIALOGUES).write_bytes(whole[:cut])
        make(tmp_path / "d", 20)
        assert (tmp_path / "d" / DIALOGUES).read_bytes() == whole


def test_several_processes_make_the_same(tmp_path: Path) -> None:
    make(tmp_path / "one", 850)
    make(tmp_path / "two", 850, processes=2)
    assert (tmp_path / "one" / DIALOGUES).read_bytes() == (tmp_path / "two" / DIALOGUES).read_bytes()


def test_a_killed_run_loses_and_repeats_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "from learning import scene\n"
        "from musechat.core.protocols import Silent\n"
        "from musechat.learn.dataset import Folder\n"
        "from musechat.learn.synthesis import synthesize\n"
        "if __name__ == '__main__':\n"
        "    synthesize(scene(), 100_000, Folder(Path(sys.argv[1]), {'seed': 0}), 1, Silent())\n"
    )
    paths = [str(Path(__file__).parents[1])]
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "d"), *paths])
    try:
        while not (tmp_path / "d" / DIALOGUES).exists() or len(numbers_so_far(tmp_path / "d")) < 200:
            assert child.poll() is None
            time.sleep(0.02)
    finally:
        child.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        child.wait()
    made, kept = make(tmp_path / "d", 800)
    assert kept >= 200
    assert made + kept == 800 or (tmp_path / "d" / SKIPPED).exists()
    assert len(set(numbers(tmp_path / "d"))) == len(numbers(tmp_path / "d"))


def numbers_so_far(folder: Path) -> list[bytes]:
    return (folder / DIALOGUES).read_bytes().splitlines()


def test_other_settings_and_other_files_are_refused(tmp_path: Path) -> None:
    make(tmp_path / "d", 5)
    with pytest.raises(InputError, match=r"other settings \(seed\)"):
        Folder(tmp_path / "d", {"seed": 1})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        Folder(tmp_path / "full", SETTINGS)
    (tmp_path / "d" / "settings.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        Folder(tmp_path / "d", SETTINGS)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        Folder(tmp_path / "file", SETTINGS)


def test_what_could_not_be_made_is_written_down_and_not_tried_again(tmp_path: Path) -> None:
    one = blank()
    made = synthesize(one, 8, Folder(tmp_path / "d", SETTINGS), 1, Silent())
    assert (made.made, made.skipped, len(made.reasons)) == (0, 8, 5)
    assert "Nothing is known of" in made.reasons[0]
    again = synthesize(one, 8, Folder(tmp_path / "d", SETTINGS), 1, Silent())
    assert (again.made, again.skipped, again.kept) == (0, 0, 8)


def test_a_damaged_line_is_named_when_it_is_read(tmp_path: Path) -> None:
    make(tmp_path / "d", 3)
    with (tmp_path / "d" / DIALOGUES).open("a") as file:
        file.write("{}\n")
    dialogues, every = dialogues_of(tmp_path / "d", Silent())
    assert every == 1
    with pytest.raises(InputError, match="line 4: it is no dialogue"):
        list(dialogues)
    with pytest.raises(InputError, match="no dialogues"):
        dialogues_of(tmp_path / "nothing", Silent())


def test_a_process_that_is_ended_from_outside_is_an_error_that_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musechat.learn import synthesis

    monkeypatch.setattr(synthesis, "_work", dies)
    with pytest.raises(InputError, match="ended from outside"):
        make(tmp_path / "d", 900, processes=2)


def dies(*_: object) -> None:
    """What a worker does that is killed at once."""


def test_one_process_at_a_time_writes_to_a_dataset(tmp_path: Path) -> None:
    with open_folder(tmp_path / "d", SETTINGS) as folder:
        assert folder.done() == set()
        with (
            pytest.raises(LibraryBusyError, match="Another process is writing to d"),
            open_folder(tmp_path / "d", SETTINGS),
        ):
            pass
    with open_folder(tmp_path / "d", SETTINGS):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"), open_folder(tmp_path / "file" / "d", SETTINGS):
        pass


def test_a_pair_that_is_mended_later_is_made_later_and_shifts_no_other(tmp_path: Path) -> None:
    whole = scene()
    broken = replace(whole, pairs=(None, *whole.pairs[1:]))
    synthesize(broken, 20, Folder(tmp_path / "d", SETTINGS), 1, Silent())
    assert 0 not in numbers(tmp_path / "d")
    made = synthesize(whole, 20, Folder(tmp_path / "d", SETTINGS), 1, Silent())
    assert made.made <= 1
    make(tmp_path / "whole", 20)
    lines = [set((tmp_path / name / DIALOGUES).read_text("utf-8").splitlines()) for name in ("d", "whole")]
    assert lines[0] == lines[1]
