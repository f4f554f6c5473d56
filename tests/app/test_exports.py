from __future__ import annotations

import csv
import io
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image, ImageDraw

from laying import LOOP, TRIM, Screen, features, laid, track
from musechat.app.exports.attribution import attribution
from musechat.app.exports.cues import COLUMNS, cues_csv, cues_markdown
from musechat.app.exports.escape import cell, markdown
from musechat.app.exports.export import NAMES, TALK_NAMES, export
from musechat.app.exports.sheet import sheet, still_count
from musechat.app.exports.stills import stills
from musechat.app.exports.timeline import timeline
from musechat.app.exports.transcript import session_json, session_markdown
from musechat.app.session import Timings
from musechat.app.whole import OutputError, whole_file
from musechat.app.words import fit_words, understood_words
from musechat.core.conversation import Conversation, Relaxation, Turn, Wishes
from musechat.core.errors import InputError
from musechat.core.evidence import Claim, Evidence, Ranked, Reply
from musechat.core.fit import Fit, Piece
from musechat.core.request import Constraints, Request, Want
from musechat.core.track import Fact
from musechat.library.licence import terms
from musechat.media import Frame

HOSTILE = (
    '=HYPERLINK("http://evil.example","<img src=x onerror=alert(1)>") | [click](javascript:alert(1)) `x` \x1b[31m\u202e'
)


def rows(made: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def html(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(text))


# The cue sheet.


def test_each_stretch_is_a_cue() -> None:
    first, second = rows(cues_csv(laid()))
    assert tuple(first) == COLUMNS
    assert first["title"] == "Northern Lights"
    assert (first["artist"], first["album"], first["year"], first["licence"]) == (
        "Ann",
        "Aurora",
        "2009",
        "CC BY-SA 3.0",
    )
    assert (first["clip_in"], first["clip_out"]) == ("00:00:00:00", second["clip_in"])
    assert second["clip_out"] == "00:00:41:23"
    assert (first["track_in"], first["track_out"], first["duration"]) == (
        "00:00:52.000",
        "00:01:12.250",
        "00:00:20.250",
    )
    assert (first["track_id"], first["file"]) == ("ab" * 32, "/music/Northern Lights.ogg")


def test_what_is_not_known_stays_empty() -> None:
    (cue,) = rows(cues_csv(laid(TRIM, named=track(artist=None, album=None, year=None, licence=None), fps=None)))
    assert [cue[name] for name in ("artist", "album", "year", "licence")] == ["", "", "", ""]
    assert cue["clip_out"] == "00:00:42.000"


def test_the_byte_order_mark_comes_with_other_letters_only() -> None:
    assert not cues_csv(laid()).startswith(b"\xef\xbb\xbf")
    made = cues_csv(laid(named=track(title=Fact("Før daggry", "tag"))))
    assert made.startswith(b"\xef\xbb\xbf")
    assert rows(made)[0]["title"] == "Før daggry"
    assert made.count(b"\r\n") == 3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", 'a";=1', "a; =1", "  =1"])
def test_no_cell_is_a_formula(text: str) -> None:
    made = cell(text)
    assert not re.search(r"(?:^|[;\"])\s*[=+\-@＝＋－＠]", made)
    assert rows(cues_csv(laid(named=track(title=Fact(text, "tag")))))[0]["title"] == made


@given(st.text(max_size=300))
def test_any_title_is_one_harmless_cell(text: str) -> None:
    (cue, _) = rows(cues_csv(laid(named=track(title=Fact(text, "tag"), path=f"/music/{text}.ogg"))))
    assert cue["title"][:1] not in tuple("=+-@\t\r")
    assert cue["usage"] == "background"


@given(st.text(max_size=300))
def test_any_text_is_plain_in_markdown(text: str) -> None:
    # What is shown is the text, whatever it holds; nothing of it becomes markup.
    made = html(f"x {markdown(text)} x")
    shown = made.removeprefix("<p>").removesuffix("</p>\n")
    assert not re.search(r"<|javascript:(?!.*\\)", shown.replace("&lt;", "")), made
    assert made.startswith("<p>")


def test_hostile_names_do_nothing_in_markdown() -> None:
    named = track(title=Fact(HOSTILE, "tag"), path=f"/music/{HOSTILE}.mp3")
    one = laid(named=named, path=f"/clips/{HOSTILE}.mp4")
    for text in (cues_markdown(one), session_markdown(one.clip, conversation(HOSTILE))):
        made = html(text)
        assert not re.search(r"<(?!/?(?:p|h1|h2|table|thead|tbody|tr|th|td|blockquote)\b)", made), made
        assert not {"\x1b", "\u202e"} & set(text)
        assert len({line.count("<td>") for line in made.replace("\n", "").split("</tr>") if "<td>" in line}) <= 4


def test_the_cue_sheet_reads_well() -> None:
    text = cues_markdown(laid())
    assert text.startswith("# Cue sheet: holiday.mp4\n")
    assert "| title | Northern Lights |\n| artist | Ann |" in text
    assert "| 1 | 00:00:00:00 | 00:00:20:06 | 00:00:20.250 | 00:00:52.000 | 00:01:12.250 |" in text
    assert max(line.count("|") for line in text.splitlines()) == 7  # more columns do not fit on paper
    assert "A passage of the track is repeated: 0:52.0–1:12.2, then 0:40.2–1:02.0." in text


# The credits.


def test_credits_name_title_artist_licence_and_changes() -> None:
    text = attribution(laid())
    assert "“Northern Lights” by Ann\nfrom Aurora (2009)\n" in text
    assert "Licence: CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0/ (read in the tag)" in text
    assert "Changes: a passage repeated, faded, set to a clip." in text
    assert "ShareAlike" in text
    assert "Attribution: show the lines above" in text
    assert "NonCommercial" not in text


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        (None, ["Licence: not known", "nothing allows you to publish"]),
        (Fact("CC BY-NC-ND 4.0", "you"), ["entered by you", "NonCommercial", "NoDerivatives", "/by-nc-nd/4.0/"]),
        (Fact("All rights reserved", "tag"), ["no licence that MuseChat knows"]),
        (Fact("CC BY", "tag"), ["version of this licence is meant is not said"]),
        (Fact("CC BY 3.0, no commercial use", "tag"), ["NonCommercial", "CC BY 3.0, no commercial use (read"]),
        (Fact("GPL-2", "tag"), ["gpl-2.0.html", "Attribution", "may only be published under the same licence"]),
        (Fact("CC0", "sidecar"), ["https://creativecommons.org/publicdomain/zero/1.0/ (read in the sidecar)"]),
    ],
)
def test_credits_say_what_a_licence_asks(licence: Fact | None, said: list[str]) -> None:
    text = attribution(laid(TRIM, named=track(licence=licence, artist=None, album=None)))
    for part in (*said, "The artist is not known", "Changes: shortened, set to a clip."):
        assert part in text
    whole = Fit((Piece(0.0, 0.0, 200.0),), "short")
    assert "Changes: set to a clip." in attribution(laid(whole))


@pytest.mark.parametrize(
    ("have", "address"),
    [
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        (
            "Creative Commons Attribution-NonCommercial-NoDerivs 3.0",
            "https://creativecommons.org/licenses/by-nc-nd/3.0/",
        ),
        ("https://creativecommons.org/licenses/by/2.5/", "https://creativecommons.org/licenses/by/2.5/"),
        ("Public domain", "https://creativecommons.org/publicdomain/mark/1.0/"),
        ("GPL-2", "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html"),
        ("MIT", "https://spdx.org/licenses/MIT.html"),
        ("CC BY", None),
        ("CC BY 9.9", None),
        ("CC BY 3.0, no commercial use", None),
        ("Public domain for non-commercial use", None),
        ("All rights reserved", None),
        ("", None),
    ],
)
def test_only_sure_addresses_are_given(have: str, address: str | None) -> None:
    assert terms(have).address == address


# The editing timeline.


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="OpenTimelineIO has no wheel for this Python")
def test_the_reference_reads_the_timeline() -> None:
    import opentimelineio as otio

    one = laid(Fit((Piece(2.0, 52.0, 72.25), Piece(22.25, 40.25, 59.9)), "loop", 0.0, 2.5, LOOP.hit))
    read = otio.adapters.read_from_string(timeline(one, "duck"), "otio_json")
    rate = 24000 / 1001
    assert [(t.name, t.kind) for t in read.tracks] == [("V1", "Video"), ("A1", "Audio"), ("A2", "Audio")]
    picture, own, music = read.tracks
    assert picture[0].source_range.duration == otio.opentime.RationalTime(1007, rate)
    assert own[0].source_range.duration == otio.opentime.RationalTime(42 * 48000, 48000)
    gap, first, second = music
    assert isinstance(gap, otio.schema.Gap)
    assert gap.duration().to_seconds() == 2
    assert (first.source_range.start_time.value, first.source_range.duration.value) == (52 * 48000, 20.25 * 48000)
    assert music.range_of_child(second).start_time.to_seconds() == 22.25
    assert second.media_reference.target_url == Path("/music/Northern Lights.ogg").absolute().as_uri()
    assert second.media_reference.available_range.duration.to_seconds() == 200
    assert [(m.name, round(m.marked_range.start_time.to_seconds(), 1)) for m in read.tracks.markers] == [
        ("hit", 12.0),
        ("join", 22.2),
    ]
    assert read.metadata["musechat"]["fit"]["fade_out"] == 2.5
    again = json.loads(otio.adapters.write_to_string(read, "otio_json"))
    assert _without_defaults(again) == _without_defaults(json.loads(timeline(one, "duck")))


def _without_defaults(plain: Any) -> Any:
    """Without the colour that newer readers add where there is none."""
    if isinstance(plain, dict):
        return {key: _without_defaults(value) for key, value in plain.items() if (key, value) != ("color", None)}
    return [_without_defaults(item) for item in plain] if isinstance(plain, list) else plain


def test_names_on_the_timeline_are_one_line() -> None:
    made = json.loads(
        timeline(laid(TRIM, named=track(title=Fact("A\nB\x1b[31m", "tag")), path="/clips/a\nb.mp4"), "drop")
    )
    picture, music = (one["children"][0] for one in made["tracks"]["children"])
    assert (made["name"], picture["name"], music["name"]) == ("a b with A B", "a b.mp4", "A B")
    assert picture["media_references"]["DEFAULT_MEDIA"]["target_url"].endswith("/a%0Ab.mp4")


@pytest.mark.parametrize(("own", "sound", "tracks"), [("drop", True, 2), ("keep", True, 3), ("duck", False, 2)])
def test_the_clips_own_sound_is_there_when_it_is_kept(own: Any, sound: bool, tracks: int) -> None:
    made = json.loads(timeline(laid(TRIM, has_sound=sound, fps=None), own))
    assert len(made["tracks"]["children"]) == tracks
    assert made["tracks"]["children"][0]["children"][0]["source_range"]["duration"]["rate"] == 1000
    assert made["tracks"]["markers"] == []


@given(st.lists(st.tuples(st.floats(0, 150), st.floats(0.1, 50)), min_size=1, max_size=6), st.floats(0, 3))
def test_stretches_follow_each_other_to_the_sample(spans: list[tuple[float, float]], at: float) -> None:
    pieces, now = [], at
    for start, length in spans:
        pieces.append(Piece(now, start, start + length))
        now = pieces[-1].until
    made = json.loads(timeline(laid(Fit(tuple(pieces), "loop")), "drop"))
    ranges = [item["source_range"] for item in made["tracks"]["children"][1]["children"]]
    assert sum(one["duration"]["value"] for one in ranges) == round(now * 48000)
    assert all(one["start_time"]["value"] + one["duration"]["value"] <= 200 * 48000 for one in ranges)


# The transcript.


def conversation(title: str = "Northern Lights", say: str | None = "calmer, please") -> Conversation:
    named = track(title=Fact(title, "tag"))
    evidence = (
        Evidence("tempo", "track", "tempo", 119.98, "BPM", "onset autocorrelation", 0.25),
        Evidence("mood", "clip", "arousal", None, "", "picture"),
        Evidence("name", "track", "artist", title, "", "tag"),
    )
    reply = Reply(f"I would take “{title}”.", (Claim(f"I would take “{title}”.", (2,)),), evidence, "template")
    asked = Request(
        text=say or "", act="refine", wants=(Want("piano", 1.5),), avoids=(Want("drums"),),
        constraints=Constraints(tempo_max=100.0), unmatched=("qwertz",), unmeasurable=("saxophone",), hit=12.0,
    )  # fmt: skip
    choice = Ranked(named, 0.81, evidence[:1], LOOP)
    first = Turn(None, Request(), choice, (Ranked(track(), 0.7, ()),), reply, Wishes())
    nothing = Turn(say, asked, None, (), Reply("Nothing.", (), (), "template"), Wishes(), (Relaxation("tempo", 4),))
    return Conversation((first, Turn(say, asked, Ranked(named, 0.8, ()), (), reply, Wishes()), nothing))


def test_the_transcript_holds_what_was_said_and_why() -> None:
    text = session_markdown(laid().clip, conversation())
    for part in (
        "# holiday.mp4", "| length | 0:42.0 |", "-23.0 LUFS, 4 s of speech", "## 1. “Northern Lights” by Ann",
        "> calmer, please", "Understood: refine; wants: piano (1.5); avoids: drums; limits: tempo max 100.0;",
        "hit at 0:12.0 of the clip", "not understood: qwertz; cannot be heard: saxophone", "The track's 1:04.0 falls",
        "| track | tempo | 120 BPM | onset autocorrelation | +0.25 |", "not measured",
        "Or: “Northern Lights” by Ann (0.70)", "## 3. no track", "Without “tempo”: 4 tracks.",
    ):  # fmt: skip
        assert part in text
    assert session_markdown(laid(has_sound=False).clip, Conversation()).count("| own sound | none |") == 1
    unheard = laid(speech=None, own_loudness=None, cuts=None, motion=None, fps=None, notes=("Only a part.",)).clip
    text = session_markdown(unheard, Conversation())
    assert "loudness not measured, not searched for speech" in text
    assert "no speech found" in session_markdown(laid(speech=()).clip, Conversation())


def test_the_json_is_the_contract() -> None:
    plain = json.loads(session_json(laid().clip, conversation(), Timings()))
    assert plain["schema_version"] == 1
    assert [turn["say"] for turn in plain["turns"]] == [None, "calmer, please", "calmer, please"]


def test_fits_in_words() -> None:
    assert fit_words(TRIM, 42.0) == ("The clip gets 0:00.0–0:42.0 of the track.",)
    short = fit_words(Fit((Piece(3.0, 0.0, 20.0),), "short"), 42.0)
    assert short[0] == "The music ends at 0:23.0, before the clip does at 0:42.0: 0:00.0–0:20.0 of the track."
    assert short[1] == "It begins at 0:03.0 of the clip."
    many = Fit(tuple(Piece(5.0 * i, 0.0, 5.0) for i in range(9)), "loop")
    assert "0:00.0–0:05.0 and 5 more." in fit_words(many, 45.0)[0]
    assert understood_words(Request()) == "nothing"


# The contact sheet.


@pytest.mark.parametrize(
    "one",
    [
        laid(),
        laid(TRIM, width=1080, height=1920, arousal_curve=None, cuts=None, speech=None, motion=None, fps=None),
        laid(TRIM, duration=0.4, speech=(), has_sound=False, cuts=()),
        laid(
            Fit(tuple(Piece(60.0 * i, 0.0, 60.0) for i in range(120)), "loop"), duration=7200.0, cuts=(5.0,),
            named=track(
                title=Fact("夜" * 300 + HOSTILE, "tag"), artist=Fact("W" * 300, "tag"), licence=Fact("x" * 500, "tag")
            ),
            heard=replace(features(), bpm=None, key=None, loudness=None, energy=np.zeros(0, np.float32),
                          form=replace(features().form, beats=np.zeros(0, np.float32))),
        ),
    ],
)  # fmt: skip
def test_the_contact_sheet_is_a_picture(one: Any) -> None:
    count = still_count(one.clip.width, one.clip.height)
    made = sheet(one, stills(Screen(), Path("clip.mp4"), one.clip.duration, count))
    picture = Image.open(io.BytesIO(made))
    assert (picture.format, picture.width) == ("PNG", 1800)
    assert len(picture.convert("P").getcolors(256) or range(256)) > 20
    assert len(made) < 1_000_000


def test_the_hit_and_the_cuts_are_where_they_belong() -> None:
    picture = np.asarray(Image.open(io.BytesIO(sheet(laid(), []))))
    red = (picture[..., 0] > 200) & (picture[..., 1] < 130) & (picture[..., 2] < 130)
    x = np.bincount(np.nonzero(red)[1], minlength=1800).argmax()
    assert x == pytest.approx(190 + 12 / 42 * (1752 - 190), abs=2)


def test_no_words_are_drawn_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # Long words meet neither each other nor the edge; the line of the hit stops where words are.
    boxes: list[tuple[float, float, float, float]] = []
    real = ImageDraw.ImageDraw.text

    def noted(self: Any, xy: Any, text: str, fill: Any, font: Any, anchor: str) -> None:
        boxes.append(tuple(side / 2 for side in self.textbbox(xy, text, font, anchor)))
        real(self, xy, text, fill, font, anchor)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    wide = Fact("W" * 300, "tag")
    one = laid(
        replace(LOOP, hit=replace(LOOP.hit, clip=10.125)), named=track(title=wide, artist=wide, licence=wide),
        path=f"/clips/{'W' * 200}.mp4",
    )  # fmt: skip
    frames = stills(Screen(), Path("clip.mp4"), 42.0, still_count(1920, 1080))
    picture = np.asarray(Image.open(io.BytesIO(sheet(one, frames)))).astype(int)
    for number, a in enumerate(boxes):
        assert a[0] >= 0
        assert a[2] <= 1800 - 16
        assert not [b for b in boxes[:number] if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]
        inside = picture[round(a[1]) : round(a[3]), round(a[0]) : round(a[2])]
        assert not ((inside[..., 0] > 230) & (inside[..., 1] < 120) & (inside[..., 2] < 120)).any()


def test_stills_come_from_key_frames_where_they_are_near() -> None:
    screen = Screen()
    times = [frame.time for frame in stills(screen, Path("x"), 42.0, 8)]
    assert times == pytest.approx([42 / 8 * (i + 0.5) for i in range(8)], abs=1.01)
    screen.key_seconds = 30.0
    swept = [frame.time for frame in stills(screen, Path("x"), 42.0, 8)]
    assert swept == pytest.approx([42 / 8 * (i + 0.5) for i in range(8)], abs=1.0)
    screen.sweep = lambda path, plan: iter(())  # type: ignore[method-assign, assignment, misc]
    assert {frame.time for frame in stills(screen, Path("x"), 42.0, 8)} == {0.0, 30.0}
    screen.keyframes = lambda *asked: []  # type: ignore[method-assign]
    assert stills(screen, Path("x"), 42.0, 8) == ()


# The folder.


def test_everything_is_exported_and_exported_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "hand-over"
    files = export(laid(), folder, Screen(), talk=(conversation(), Timings()))
    assert {path.name for path in files} == {*NAMES, *TALK_NAMES}
    assert all(path.stat().st_size > 100 for path in files)
    again = export(laid(TRIM), folder, Screen(), "drop")
    assert {path.name for path in again} == set(NAMES)
    assert len(rows((folder / "cues.csv").read_bytes())) == 1
    assert not {*TALK_NAMES} & {path.name for path in folder.iterdir()}  # they told of another fit
    assert not [path for path in folder.iterdir() if path.name.endswith(".part")]


@pytest.mark.parametrize("how", ["foreign", "changed", "link", "folder", "no record"])
def test_foreign_files_are_not_replaced_unasked(tmp_path: Path, how: str) -> None:
    path = tmp_path / "cues.csv"
    if how != "foreign":
        export(laid(), tmp_path, Screen())
    if how == "link":
        path.rename(tmp_path / "mine.csv")
        path.symlink_to(tmp_path / "mine.csv")
    elif how == "folder":
        path.unlink()
        path.mkdir()
    elif how == "no record":
        (tmp_path / ".musechat-export.json").write_text("[]")
    else:
        path.write_text("my own notes")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()}
    with pytest.raises(InputError, match=r"cues\.csv was not written by an export.*--overwrite"):
        export(laid(TRIM), tmp_path, Screen())
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == before
    if how != "folder":
        export(laid(TRIM), tmp_path, Screen(), overwrite=True)
        assert len(rows(path.read_bytes())) == 1


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        export(laid(), tmp_path / "file", Screen())
    with pytest.raises(InputError, match="cannot be made"):
        export(laid(), tmp_path / "file" / "below", Screen())


def test_a_transcript_that_was_changed_stays(tmp_path: Path) -> None:
    export(laid(), tmp_path, Screen(), talk=(conversation(), Timings()))
    (tmp_path / "session.md").write_text("my own notes")
    export(laid(TRIM), tmp_path, Screen())
    assert (tmp_path / "session.md").read_text() == "my own notes"
    assert not (tmp_path / "session.json").exists()


def test_an_export_to_a_full_disk_can_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        real = whole_file

        def full(path: Path, overwrite: bool) -> Any:
            if path.name == "attribution.txt":
                raise OutputError("The disk is full.")
            return real(path, overwrite)

        broken.setattr("musechat.app.exports.export.whole_file", full)
        with pytest.raises(OutputError):
            export(laid(), tmp_path, Screen())
    assert {path.name for path in tmp_path.iterdir()} == {"cues.csv", "cues.md", ".musechat-export.json"}
    assert len(export(laid(), tmp_path, Screen())) == len(NAMES)


def test_an_unreadable_file_is_foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(laid(), tmp_path, Screen())

    def refuse(self: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="not written by an export"):
        export(laid(), tmp_path, Screen())


def test_a_frame_of_any_shape_is_drawn() -> None:
    frames = [Frame(1.0, np.full((1, 400, 3), 200, np.uint8)), Frame(2.0, np.full((400, 1, 3), 90, np.uint8))]
    assert sheet(laid(), frames).startswith(b"\x89PNG")
