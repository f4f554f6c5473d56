"""The house keeps its order: rooms import only what stands before them, and nothing heavy comes by the way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import musechat

SOURCE = Path(musechat.__file__).parent
ORDER = ["core", "concepts", "media", "encode", "library", "match", "reason", "dialogue", "app", "cli"]
ASIDE = {"studio": {"core", "concepts", "media"}, "learn": {*ORDER} - {"cli"}}
"""Rooms beside the row, and what they may import; doors import them."""
MODULES = sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    return parts[0] if len(parts) > 1 else "door"


def imported_rooms(path: Path) -> set[str]:
    """Every room that a module imports, wherever in the module, types included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = [node.module or ""]
        found |= {name.split(".")[1] for name in names if name.startswith("musechat.")}
    return found


def test_every_room_is_in_the_order() -> None:
    assert {room_of(path) for path in MODULES} - {"door"} == {*ORDER, *ASIDE}


def test_a_room_imports_only_what_stands_before_it() -> None:
    strange = {}
    for path in MODULES:
        room = room_of(path)
        allowed = {room, *(ASIDE.get(room) or ORDER[: ORDER.index(room)] if room != "door" else ORDER)}
        beyond = imported_rooms(path) - allowed - (set(ASIDE) if room == "cli" else set())
        strange |= {str(path): beyond} if beyond else {}
    assert strange == {}


def test_no_module_imports_itself_in_a_circle() -> None:
    names = {path: _dotted(path) for path in MODULES}
    graph = {
        name: {
            f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in names.values() else str(node.module)
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for path, name in names.items()
    }
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"circle: {' → '.join((*trail, name))}"
        if name in done or name not in graph:
            return
        for other in graph[name]:
            walk(other, (*trail, name))
        done.add(name)

    for name in graph:
        walk(name, ())


def _dotted(path: Path) -> str:
    return ".".join(("musechat", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


def test_no_file_is_too_long() -> None:
    assert [str(path) for path in MODULES if len(path.read_text("utf-8").splitlines()) > 600] == []


def test_no_module_imports_at_its_top_what_one_platform_lacks() -> None:
    lacking = {"fcntl", "resource", "pwd", "grp", "termios", "msvcrt", "winreg"}
    for path in MODULES:
        body = ast.parse(path.read_text("utf-8")).body
        assert not {a.name for node in body if isinstance(node, ast.Import) for a in node.names} & lacking, path


@pytest.mark.parametrize("module", ["musechat", "musechat.cli.commands", "musechat.core.request"])
def test_light_imports_load_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "onnxruntime", "av", "torch", "tokenizers"} & set(loaded)
