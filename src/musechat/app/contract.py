"""The JSON contract: what `--json` prints. Documented in docs/json.md.

In: the travelling types. Out: plain JSON values with fixed keys.

- A key is never left out: what is unknown is null. New keys may come; `SCHEMA_VERSION` grows when one changes.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from musechat.core.track import EDITABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from musechat.app.doctor import Check
    from musechat.app.library import Found
    from musechat.app.record import Kept
    from musechat.app.render import Rendered
    from musechat.app.session import Timings
    from musechat.core.conversation import Conversation, Start, Turn
    from musechat.core.errors import MuseChatError
    from musechat.core.evidence import Evidence, Ranked
    from musechat.core.features import Shot, TrackFeatures, VideoProfile
    from musechat.core.fit import Fit, Piece
    from musechat.core.request import Request
    from musechat.core.track import Fact, Track
    from musechat.library.importer import Summary
    from musechat.library.tracks import FileError, Judgement

SCHEMA_VERSION = 1


def error_json(error: MuseChatError) -> dict[str, Any]:
    """An error as an object with a code for programs and a message for people."""
    return _versioned(error={"code": error.code, "message": str(error)})


def track_json(track: Track) -> dict[str, Any]:
    """A track in short, as it stands in replies."""
    return {
        "id": track.id,
        "title": track.title.value,
        "artist": _value(track.artist),
        "album": _value(track.album),
        "path": printable(track.path),
        "duration": round(track.duration, 3),
    }


def track_full_json(
    track: Track, features: TrackFeatures | None, tags: list[tuple[str, float]], judged: Mapping[str, Judgement]
) -> dict[str, Any]:
    """A track with every fact, its source, and what was measured; `tags`: the strongest of the tagger; `judged`: what
    the user said is in it.
    """
    return _versioned(**track_json(track)) | {
        "facts": {name: _fact(getattr(track, name)) for name in EDITABLE},
        "missing": track.missing,
        "duplicate_of": track.duplicate_of,
        "judged": {concept: said.holds for concept, said in sorted(judged.items())},
        "judged_by": {concept: said.source for concept, said in sorted(judged.items())},
        "measured": None if features is None else _measured(features, tags),
    }


def _measured(features: TrackFeatures, tags: list[tuple[str, float]]) -> dict[str, Any]:
    return {name: number(getattr(features, name)) for name in _TRACK_NUMBERS} | {
        "key": features.key_name,
        "tags": [{"tag": tag, "probability": number(value)} for tag, value in tags],
        "segments": len(features.starts),
        "encoder": str(features.encoder),
    }


def understood_json(request: Request) -> dict[str, Any]:
    """A request without its text; the keys are those of `Request`."""
    plain = request.to_json()
    del plain["text"]
    return plain


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """One piece of evidence."""
    plain = dataclasses.asdict(evidence)
    return plain | {"value": number(evidence.value) if isinstance(evidence.value, float) else evidence.value}


def ranked_json(ranked: Ranked) -> dict[str, Any]:
    """A track with its score and evidence, as in search results and alternatives."""
    return {
        "track": track_json(ranked.track),
        "score": number(ranked.score),
        "evidence": [evidence_json(e) for e in ranked.evidence],
        "fit": None if ranked.fit is None else fit_json(ranked.fit),
    }


def fit_json(fit: Fit) -> dict[str, Any]:
    """How a track is laid under a clip; the keys are those of `Fit`."""
    return dataclasses.asdict(fit) | {"pieces": [_numbers(piece) for piece in fit.pieces]}


def turn_json(turn: Turn) -> dict[str, Any]:
    """One turn of a conversation."""
    choice = turn.choice
    return {
        "say": turn.say,
        "understood": understood_json(turn.understood),
        "track": None if choice is None else track_json(choice.track),
        "score": None if choice is None else number(choice.score),
        "offset": None if choice is None else number(choice.fit.start if choice.fit else 0.0),
        "fit": None if choice is None or choice.fit is None else fit_json(choice.fit),
        "evidence": [evidence_json(e) for e in turn.reply.evidence],
        "reason": turn.reply.text,
        "claims": [{"text": claim.text, "evidence": list(claim.evidence)} for claim in turn.reply.claims],
        "narrator": turn.reply.narrator,
        "alternatives": [ranked_json(other) for other in turn.alternatives],
        "relaxations": [dataclasses.asdict(relaxation) for relaxation in turn.relaxations],
        "seconds": number(turn.seconds),
    }


def conversation_json(profile: VideoProfile | None, conversation: Conversation, timings: Timings) -> dict[str, Any]:
    """`recommend --json`: the clip, if any, and all turns."""
    looked = {"track": timings.first_track, "seconds": number(timings.first_look)}
    seen = {"first_look": looked, "watched_seconds": number(timings.watched)}
    return _versioned(
        video=None if profile is None else video_json(profile) | seen,
        start=start_json(conversation.start),
        turns=[turn_json(turn) for turn in conversation.turns],
    )


def start_json(start: Start) -> dict[str, Any]:
    """What held before the first word."""
    example = start.reference
    return {
        "licence": start.request.constraints.licence,
        "example": None if example is None else {"name": example.name, "source": example.source},
        "avoided": list(start.avoid),
    }


def sessions_json(kept: Sequence[Kept]) -> dict[str, Any]:
    """`sessions list --json`."""
    return _versioned(sessions=[_kept(one) for one in kept])


def kept_json(kept: Kept, profile: VideoProfile | None, conversation: Conversation, timings: Timings) -> dict[str, Any]:
    """`sessions show --json`."""
    return _kept(kept) | conversation_json(profile, conversation, timings)


def _kept(kept: Kept) -> dict[str, Any]:
    plain = dataclasses.asdict(kept)
    return plain | {name: None if plain[name] is None else printable(plain[name]) for name in ("library", "video")}


def found_json(query: str, found: Found) -> dict[str, Any]:
    """`search --json`."""
    return _versioned(
        query=query,
        understood=understood_json(found.request),
        results=[ranked_json(ranked) for ranked in found.results],
        relaxations=[dataclasses.asdict(relaxation) for relaxation in found.relaxations],
    )


def rendered_json(rendered: Rendered) -> dict[str, Any]:
    """A file that was rendered, what was asked for and what was measured on it."""
    report, track = rendered.report, rendered.laid.track
    return {
        "track": track_json(track) | {"licence": _value(track.licence)},
        "fit": fit_json(rendered.laid.fit),
        "path": printable(str(rendered.path)),
        "bytes": rendered.size,
        "seconds": number(report.seconds),
        "copied": report.copied,
        "codec": report.codec,
        "own_sound": rendered.plan.own_sound,
        "lufs": number(rendered.plan.lufs),
        "true_peak": number(rendered.plan.true_peak),
        "measured": {"lufs": number(report.loudness_lufs), "true_peak": number(report.true_peak_dbtp)},
        "gain_db": number(report.gain_db),
        "notes": list(report.notes),
    }


def render_json(rendered: Rendered, exported: Sequence[Path] | None) -> dict[str, Any]:
    """`render --json`."""
    return _versioned(**outputs_json(rendered, exported))


def outputs_json(rendered: Rendered | None, exported: Sequence[Path] | None) -> dict[str, Any]:
    """The files that a command left; null for those that were not asked for."""
    return {
        "rendered": None if rendered is None else rendered_json(rendered),
        "exported": None if exported is None else [printable(str(path)) for path in exported],
    }


def understanding_json(query: str, request: Request) -> dict[str, Any]:
    """`understand --json`."""
    return _versioned(query=query, understood=understood_json(request))


def summary_json(summary: Summary) -> dict[str, Any]:
    """`index --json`."""
    return _versioned(summary=dataclasses.asdict(summary) | {"seconds": number(summary.seconds)})


def tracks_json(tracks: Sequence[Track]) -> dict[str, Any]:
    """`library list --json`."""
    return _versioned(tracks=[track_json(track) for track in tracks])


def errors_json(problems: Sequence[FileError]) -> dict[str, Any]:
    """`library errors --json`."""
    listed = [{"path": printable(p.path), "reason": p.reason, "message": p.message} for p in problems]
    return _versioned(errors=listed)


def checks_json(checks: Sequence[Check]) -> dict[str, Any]:
    """`doctor --json`."""
    return _versioned(checks=[dataclasses.asdict(check) for check in checks])


def _versioned(**plain: Any) -> dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, **plain}


def video_json(profile: VideoProfile) -> dict[str, Any]:
    """What was seen in a clip; motion, cuts and curves are null until the whole clip was watched."""
    plain = {name: number(getattr(profile, name)) for name in _VIDEO_NUMBERS}
    return plain | {
        "path": printable(profile.path),
        "width": profile.width,
        "height": profile.height,
        "stage": profile.stage,
        "colours": list(profile.colours),
        "scenes": [{"name": s.name, "probability": number(s.probability)} for s in profile.scenes],
        "cuts": None if profile.cuts is None else [number(cut) for cut in profile.cuts],
        "cuts_per_minute": number(profile.cuts_per_minute),
        "shots": [_numbers(shot) for shot in profile.shots],
        "arousal_curve": None if profile.arousal_curve is None else [number(v) for v in profile.arousal_curve.tolist()],
        "has_sound": profile.has_sound,
        "speech": None if profile.speech is None else [[number(start), number(end)] for start, end in profile.speech],
        "encoder": str(profile.encoder),
        "frames": len(profile.times),
        "notes": list(profile.notes),
    }


_TRACK_NUMBERS = (
    "bpm", "bpm_strength", "second_bpm", "second_bpm_strength", "beat_strength", "key_strength",
    "loudness", "loudness_range", "valence", "arousal",
)  # fmt: skip
_VIDEO_NUMBERS = (
    "duration", "fps", "brightness", "saturation", "warmth", "motion", "valence", "arousal", "own_loudness",
)  # fmt: skip


def number(value: float | None) -> float | None:
    """A float that JSON can hold: NaN and infinities become null, four decimals are kept."""
    return None if value is None or not math.isfinite(value) else round(float(value), 4)


def _numbers(values: Piece | Shot) -> dict[str, float | None]:
    return {name: number(value) for name, value in dataclasses.asdict(values).items()}


def printable(path: str) -> str:
    """A path that any output can encode; bytes that are no text in the file system's encoding become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _value(fact: Fact | None) -> str | None:
    return None if fact is None else fact.value


def _fact(fact: Fact | None) -> dict[str, str] | None:
    return None if fact is None else {"value": fact.value, "source": fact.source}
