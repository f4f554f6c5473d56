"""The documents are checked: what they show runs, what they name exists."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from musechat.cli.commands import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_readmes_five_lines_run(
    fake_models: object, music: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: object
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    shutil.copytree(music, tmp_path / "music")
    shutil.copy(clip, tmp_path / "clip.mp4")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    names["library"].close()
    assert len(capsys.readouterr().out.splitlines()) == 2  # type: ignore[attr-defined]


def test_the_readmes_commands_and_options_exist() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    shown = [line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()]
    named = [shlex.split(line, comments=True) for line in shown if line.startswith("musechat ")]
    assert len(named) >= 6
    for words in named:
        command = commands[words[1]]
        command = command.commands[words[2]] if hasattr(command, "commands") else command
        options = {name for option in command.params for name in option.opts}
        assert {word for word in words if word.startswith("--")} <= options
    for target in re.findall(r"^make (\w+)", "\n".join(shown), re.M):
        assert f"\n{target}:" in (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", path.read_text("utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_scripts_that_are_named_exist(path: Path) -> None:
    for script in re.findall(r"python ((?:benchmarks|tools)/\S+?\.py)", path.read_text("utf-8")):
        assert (ROOT / script).is_file(), script
