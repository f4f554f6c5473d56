"""The published form: read with its faults named, written back as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from learning import scene
from musechat.core.errors import InputError
from musechat.core.protocols import Silent
from musechat.learn.dataset import Folder, dialogues_of
from musechat.learn.pairs import Faulty
from musechat.learn.published import export_published, import_published, read_published
from musechat.learn.synthesis import synthesize

SAID = ("Music for my video?", "How about “A” by B?", "Nice, but slower.", "Then “C” by D.")


def item(*said: str, **more: object) -> dict[str, object]:
    speakers = ("human", "gpt")
    told = [{"from": speakers[place % 2], "value": text} for place, text in enumerate(said or SAID)]
    return {"conversations": told} | more


def written(path: Path, items: object) -> Path:
    path.write_text(json.dumps(items, ensure_ascii=False), "utf-8")
    return path


def test_items_come_back_as_they_were(tmp_path: Path) -> None:
    items = [
        item(id="x1", video="v.mp4", music=17, tags=["a", {"b": 1}]),
        item(*SAID, "why?", "For its beat.", video_id=3),
    ]
    taken = import_published(written(tmp_path / "in.json", items), tmp_path / "d")
    assert (taken.dialogues, taken.faulty) == (2, ())
    dialogues = list(dialogues_of(tmp_path / "d", Silent())[0])
    assert [(d.clip, d.target) for d in dialogues] == [("v.mp4", "17"), ("3", "")]
    assert [m.kind for m in dialogues[1].messages] == ["request", "first", "prefer", "next", "prefer", "next"]
    assert export_published(tmp_path / "d", tmp_path / "out.json") == 2
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == items


def test_what_was_synthesized_can_be_exported_and_imported(tmp_path: Path) -> None:
    made = synthesize(scene(), 12, Folder(tmp_path / "d", {}), 1, Silent())
    assert export_published(tmp_path / "d", tmp_path / "out.json") == made.made
    taken = import_published(tmp_path / "out.json", tmp_path / "again")
    assert taken.dialogues == made.made
    assert taken.to_json() == {"schema_version": 1, "dialogues": made.made, "faulty": []}


def test_lines_are_read_too_and_an_import_can_be_run_again(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(json.dumps(item()) for _ in range(3)).encode() + b"\n\n")
    for _ in range(2):
        assert import_published(path, tmp_path / "d").dialogues == 3
    assert len(list(dialogues_of(tmp_path / "d", Silent())[0])) == 3


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (item(*SAID[:3]), "3 messages; there must be four or more"),
        (item(*SAID, "and?"), "5 messages"),
        ({"talk": []}, "an item is"),
        ("text", "an item is"),
        ({"conversations": [{"from": "human"}] * 4}, "message 1 is not"),
        ({"conversations": [{"from": "gpt", "value": "x"}] * 4}, "message 1 is told by 'gpt'"),
        ({"conversations": [{"from": "human", "value": "x"}] * 4}, "message 2 is told by 'human'"),
        (item("", "a", "b", "c"), "message 1 is empty"),
        (item("a", "b" * 30_000, "b", "c"), "message 2 is longer"),
    ],
)
def test_a_faulty_item_is_named_and_the_rest_goes_on(tmp_path: Path, wrong: object, why: str) -> None:
    lines = [json.dumps(one) for one in (item(), wrong, item())]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    taken = import_published(tmp_path / "in.jsonl", tmp_path / "d")
    assert taken.dialogues == 2
    assert [fault.line for fault in taken.faulty] == [2]
    assert why in taken.faulty[0].why


def test_lines_that_are_no_text_or_no_json_are_named(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(
        b'{"conversations"\n\xff\xfe\n' + json.dumps(item()).encode() + b"\n" + b"[" * 100_000
    )
    found = list(read_published(tmp_path / "in.jsonl"))
    assert [one.why for one in found if isinstance(one, Faulty)] == [
        "the line is no JSON",
        "the line is not UTF-8",
        "the line is no JSON",
    ]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"[{]", "is no JSON: .* at line 1"),
        ("[“ö”]".encode("cp1252"), "is not UTF-8 from byte"),
        (b"[" * 200_000, "no JSON"),
    ],
)
def test_an_array_that_cannot_be_read_is_an_error(tmp_path: Path, raw: bytes, why: str) -> None:
    (tmp_path / "in.json").write_bytes(raw)
    with pytest.raises(InputError, match=why):
        list(read_published(tmp_path / "in.json"))
    with pytest.raises(InputError, match="cannot be read"):
        list(read_published(tmp_path / "gone.json"))
