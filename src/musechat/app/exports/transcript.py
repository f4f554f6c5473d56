"""The session as a file: `session.json` for programs, `session.md` for people.

In: what was seen in the clip, the conversation. Out: text.

- The JSON is what `recommend --json` prints.
- Everything that was said, proposed and weighed is in the Markdown, whoever wrote it: all of it is escaped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from musechat.app.contract import conversation_json, printable
from musechat.app.exports.escape import markdown
from musechat.app.times import clock
from musechat.app.words import fit_words, understood_words

if TYPE_CHECKING:
    from musechat.app.session import Timings
    from musechat.core.conversation import Conversation, Start, Turn
    from musechat.core.evidence import Evidence
    from musechat.core.features import VideoProfile


def session_json(clip: VideoProfile | None, conversation: Conversation, timings: Timings) -> str:
    """The conversation by the JSON contract."""
    plain = conversation_json(clip, conversation, timings)
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def session_markdown(clip: VideoProfile | None, conversation: Conversation) -> str:
    """The conversation as a document."""
    name = "A conversation about music" if clip is None else markdown(Path(printable(clip.path)).name)
    lines = [f"# {name}", "", *([] if clip is None else _clip(clip)), *_start(conversation.start)]
    for number, turn in enumerate(conversation.turns, 1):
        lines += ["", *_turn(number, turn, 0.0 if clip is None else clip.duration)]
    return "\n".join(lines) + "\n"


def _start(start: Start) -> list[str]:
    """What held before the first word."""
    told = []
    if start.reference is not None:
        told.append(f"\nExample: {markdown(start.reference.name)}")
    if start.request.constraints.licence is not None:
        told.append(f"\nOnly music under: {markdown(start.request.constraints.licence)}")
    return told


def _clip(clip: VideoProfile) -> list[str]:
    facts: list[tuple[str, str | None]] = [
        ("length", clock(clip.duration)),
        ("picture", f"{clip.width}×{clip.height}" + (f", {clip.fps:.5g} frames a second" if clip.fps else "")),
        ("colours", ", ".join(clip.colours)),
        *((name, _plain(getattr(clip, name))) for name in ("brightness", "saturation", "warmth", "motion")),
        ("arousal and valence", f"{clip.arousal:+.2f} and {clip.valence:+.2f}"),
        ("cuts", None if clip.cuts is None else str(len(clip.cuts))),
        ("own sound", _own_sound(clip)),
    ]
    table = ["| the clip | |", "|---|---|"]
    table += [f"| {name} | {markdown('not measured' if value is None else value)} |" for name, value in facts]
    return [*table, *(f"\n{markdown(note)}" for note in clip.notes)]


def _own_sound(clip: VideoProfile) -> str:
    if not clip.has_sound:
        return "none"
    level = "loudness not measured" if clip.own_loudness is None else f"{clip.own_loudness:.1f} LUFS"
    if clip.speech is None:
        return f"{level}, not searched for speech"
    spoken = sum(end - start for start, end in clip.speech)
    return f"{level}, " + (f"{spoken:.0f} s of speech" if clip.speech else "no speech found")


def _turn(number: int, turn: Turn, duration: float) -> list[str]:
    choice = turn.choice
    title = "no track" if choice is None else choice.track.label
    lines = [f"## {number}. {markdown(title)}", ""]
    if turn.say is not None:
        understood = markdown(understood_words(turn.understood), 5_000)
        lines += [f"> {markdown(turn.say, 5_000) or '(nothing)'}", "", f"Understood: {understood}", ""]
    lines.append(markdown(turn.reply.text, 20_000))
    if choice is not None:
        lines += ["", f"File: {markdown(printable(choice.track.path))}"]
        if choice.fit is not None:
            lines += ["", " ".join(markdown(sentence) for sentence in fit_words(choice.fit, duration))]
    lines += [f"\nWithout “{markdown(r.constraint)}”: {r.tracks} tracks." for r in turn.relaxations]
    if turn.reply.evidence:
        lines += ["", "| of | what | value | measured by | weight |", "|---|---|---|---|---|"]
        lines += [_evidence(e) for e in turn.reply.evidence]
    if turn.alternatives:
        others = (f"{markdown(other.track.label)} ({other.score:.2f})" for other in turn.alternatives)
        lines += ["", f"Or: {', '.join(others)}"]
    return lines


def _evidence(e: Evidence) -> str:
    value = _plain(e.value) if isinstance(e.value, float | None) else str(e.value)
    weight = f"{e.weight:+.2f}" if e.weight else ""
    cells = (e.subject, e.name, f"{value or 'not measured'} {e.unit}".strip(), e.source, weight)
    return f"| {' | '.join(markdown(one) for one in cells)} |"


def _plain(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"
