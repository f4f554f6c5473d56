"""A conversation over real music with the shipped weights."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from musechat import Library, Session
from musechat.app.opening import Opening
from musechat.app.record import Record
from musechat.reason.verify import Verifier

pytestmark = pytest.mark.real


def test_what_replies_say_of_real_music_passes_their_own_verifier(library: Path, bikes: Path) -> None:
    with Library(library) as opened:
        verifier = Verifier(opened.models.vocabulary)
        session = Session(opened, bikes)
        turns = [session.recommend()]
        lines = ("calmer, with piano", "no, no electric guitar please", "why?", "I like the piano, but faster", "undo")
        turns += [session.say(line) for line in lines]
        refused = [
            (claim.text, verdict.problems)
            for turn in turns
            for claim in turn.reply.claims
            if not (verdict := verifier.check(claim.text, [turn.reply.evidence[i] for i in claim.evidence])).ok
        ]
        assert not refused


def test_metal_is_said_to_be_metal_and_goes_when_it_is_not_wanted(library: Path) -> None:
    with Library(library) as opened:
        metal = Session(opened).say("heavy metal please, with electric guitar")
        assert metal.choice is not None and metal.choice.track.artist is not None
        assert metal.choice.track.artist.value in ("Muldjord", "Sectoid")
        plain = Session(opened).say("anything but metal, no electric guitar")
        assert plain.choice is not None
        artist = plain.choice.track.artist
        assert artist is None or artist.value not in ("Muldjord", "Sectoid")


def test_the_clips_own_music_is_a_beginning(library: Path, bunny: Path) -> None:
    with Library(library) as opened:
        turn = Session(opened, bunny, opening=Opening(replace_music=True)).recommend()
        assert any(e.name == "near your example" for e in turn.reply.evidence)


def test_a_piped_chat_is_kept_and_goes_on(library: Path, bikes: Path, tmp_path: Path) -> None:
    environment = os.environ | {"MUSECHAT_HOME": str(tmp_path), "COLUMNS": "100"}

    def chat(lines: str, *words: object) -> str:
        command = [sys.executable, "-m", "musechat", "chat", *map(str, words)]
        done = subprocess.run(
            command, input=lines, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    chat("slower\n", bikes, "--library", library)
    chat("/why\n", "--last")
    with Record(tmp_path) as record:
        (kept,) = record.all()
        assert [turn.say for turn in record.load(kept.id)[2].turns] == [None, "slower", "why?"]
