from __future__ import annotations

import json
from pathlib import Path

import pytest

from musechat.core.errors import InputError
from musechat.learn.pairs import read_pairs, require_new, write_pairs


def test_pairs_are_read_with_paths_from_their_folder(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(
        "\ufeff".encode() + '{"video": "a/ü.mp4", "track": "Night"}\n\n{"video": "/b.mp4", "track": "x"}'.encode()
    )
    pairs, faulty = read_pairs(path)
    assert [(pair.line, pair.video, pair.track) for pair in pairs] == [
        (1, tmp_path / "a" / "ü.mp4", "Night"),
        (3, Path("/b.mp4"), "x"),
    ]
    assert faulty == []


def test_written_pairs_are_read_back(tmp_path: Path) -> None:
    pairs = [(tmp_path / "in" / "a.mp4", "t1"), (Path("/elsewhere/b.mp4").absolute(), "t2")]
    write_pairs(tmp_path / "p.jsonl", pairs)
    assert json.loads((tmp_path / "p.jsonl").read_text("utf-8").splitlines()[0]) == {"video": "in/a.mp4", "track": "t1"}
    assert [(pair.video, pair.track) for pair in read_pairs(tmp_path / "p.jsonl")[0]] == pairs


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"nonsense", "no JSON"), (b"[" * 5000, "no JSON"), (b"\xff\xfe{}", "not UTF-8"), (b"{}", "a pair is"),
        (b'{"video": "a", "track": 3}', "a pair is"), (b'{"video": "", "track": "x"}', "a pair is"),
        (b'{"video": "' + b"a" * (1 << 20) + b'", "track": "x"}', "too long"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_pair_is_named(tmp_path: Path, line: bytes, why: str) -> None:
    (tmp_path / "p.jsonl").write_bytes(b'{"video": "a.mp4", "track": "x"}\n' + line)
    pairs, faulty = read_pairs(tmp_path / "p.jsonl")
    assert len(pairs) == 1
    assert faulty[0].line == 2
    assert why in faulty[0].why


def test_no_pairs_and_no_file_are_errors(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text("\n\n")
    with pytest.raises(InputError, match="holds no pairs"):
        read_pairs(tmp_path / "p.jsonl")
    with pytest.raises(InputError, match="cannot be read"):
        read_pairs(tmp_path / "gone.jsonl")


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("")
    with pytest.raises(InputError, match="exists already"):
        require_new(tmp_path / "there", overwrite=False)
    require_new(tmp_path / "there", overwrite=True)
    with pytest.raises(InputError, match="no folder"):
        require_new(tmp_path / "gone" / "x", overwrite=True)
