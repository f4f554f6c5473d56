"""What the clip adds to the score: mood, pace and scenes, picture to sound.

In: a corpus and a `VideoProfile`. Out: parts, and the clip's own facts as evidence.

- Mood: distance in the valence/arousal plane that both sides were measured in.
- Pace: cutting and motion raise arousal (Hanjalic & Xu 2005), and a busier picture takes a faster track. The slope is
  ours and deliberately shallow; it is a preference of a few percent, not a rule.
- A scene leans to the one concept that its table names, by its probability, and weighs little: it is evidence for
  ranking, no reason says it aloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musechat.core.evidence import Evidence
from musechat.encode.scenes import may_be_named
from musechat.match.limits import VOICE_RULE, VOICE_UNIT
from musechat.match.part import Part, bell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musechat.core.features import VideoProfile
    from musechat.match.corpus import Corpus


SPOKEN = 1.0
"""Seconds of speech from which music without a voice is preferred."""
VOICE = "voice"


@dataclass(frozen=True, slots=True)
class PictureWeights:
    """How much each side of the picture counts, and how wide each preference is."""

    mood: float = 0.6
    pace: float = 0.3
    scene: float = 0.3
    speech: float = 0.6
    """Counts in full where somebody speaks all the time."""
    mood_width: float = 0.45
    """Distance in the valence/arousal plane (each −1..1) at which the fit is down to 61 %."""
    bpm_at_rest: float = 105.0
    bpm_octaves: float = 0.5
    """Octaves by which the wanted tempo rises from arousal 0 to arousal 1."""
    pace_width: float = 0.4
    """Octaves of tempo at which the fit is down to 61 %."""


def picture_parts(corpus: Corpus, video: VideoProfile, weights: PictureWeights) -> list[Part]:
    """Mood and pace of a clip against every track."""
    away = np.hypot(corpus.arousal - video.arousal, corpus.valence - video.valence)
    mood = Part(
        "mood",
        "distance from the clip's mood",
        weights.mood,
        bell(away, weights.mood_width),
        away.astype(np.float32),
        "valence/arousal plane",
        "music and picture mood models",
    )
    octaves = np.log2(corpus.bpm / wanted_bpm(video, weights))
    pace = Part(
        "pace",
        "tempo for the clip's pace",
        weights.pace,
        bell(octaves, weights.pace_width),
        corpus.bpm,
        "BPM",
        "tempo from onsets",
    )
    return [mood, pace, *_scenes(corpus, video, weights), *_speech(corpus, video, weights)]


def _speech(corpus: Corpus, video: VideoProfile, weights: PictureWeights) -> Iterator[Part]:
    """A voice that speaks wants music without one."""
    spoken = sum(end - start for start, end in video.speech or ())
    if spoken >= SPOKEN:
        share = min(1.0, spoken / max(video.duration, SPOKEN))
        weight = weights.speech * max(share, 0.25)
        yield Part(VOICE, "voice under speech", weight, 1 - corpus.voice, corpus.voice, VOICE_UNIT, VOICE_RULE)


def _scenes(corpus: Corpus, video: VideoProfile, weights: PictureWeights) -> Iterator[Part]:
    for scene in video.scenes:
        column = None if scene.suits is None else corpus.column(scene.suits)
        if column is not None:
            scores = corpus.scores[:, column]
            name = f"{scene.suits} for {scene.name}"
            yield Part(
                "scene", name, weights.scene * scene.probability, scores, scores, "score 0–1", corpus.sources[column]
            )


def wanted_bpm(video: VideoProfile, weights: PictureWeights) -> float:
    """The tempo that the picture's arousal suggests, BPM."""
    return float(weights.bpm_at_rest * 2 ** (weights.bpm_octaves * video.arousal))


def clip_evidence(video: VideoProfile) -> tuple[Evidence, ...]:
    """The facts about a clip that a reason may state; what was not measured is not among them."""
    pictures = "keyframes" if video.stage == "keyframes" else "12 a second"
    whole = video.watched >= video.duration - 1
    seen = "in the clip" if whole else f"in the {video.watched / 60:.0f} minutes watched"
    facts: list[tuple[str, str, float | str | None, str]] = [
        ("colour", "brightness", round(video.brightness, 3), "0–1"),
        ("colour", "saturation", round(video.saturation, 3), "0–1"),
        ("colour", "warmth", round(video.warmth, 3), "0–1"),
        ("colour", "main colours", ", ".join(video.colours) or None, ""),
        ("motion", "motion", None if video.motion is None else round(video.motion, 3), "0–1"),
        ("cuts", "cuts", None if video.cuts is None else len(video.cuts), seen),
        ("mood", "arousal", round(video.arousal, 3), "−1–1"),
        ("mood", "valence", round(video.valence, 3), "−1–1"),
        ("length", "duration", round(video.duration, 2), "s"),
    ]
    seen_facts = (
        Evidence(kind, "clip", name, value, unit, f"pictures, {pictures}")
        for kind, name, value, unit in facts
        if value is not None
    )
    shown = (
        Evidence("scene", "clip", scene.name, scene.probability, "probability", f"image classes, {pictures}")
        for scene in video.scenes
        if may_be_named(scene)
    )
    return (*seen_facts, *shown, *_heard(video))


def _heard(video: VideoProfile) -> Iterator[Evidence]:
    if video.speech is not None:
        seconds = sum(end - start for start, end in video.speech)
        yield Evidence("speech", "clip", "speech", round(seconds, 2), "s", "Silero VAD")
