"""Tracks laid under clips, made by hand: a looped track with a hit, and what varies from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from fakes import video
from musechat.app.laid import Laid
from musechat.core.features import EncoderId, Form, TrackFeatures
from musechat.core.fit import Fit, Hit, Piece
from musechat.core.track import Fact, Track
from musechat.media import Frame, RenderChunk, RenderPlan, RenderReport, SweepChunk, SweepPlan

LOOP = Fit(
    (Piece(0.0, 52.0, 72.25), Piece(20.25, 40.25, 62.0)), "loop", fade_in=0.25, fade_out=2.5, hit=Hit(12.0, 64.0, "you")
)
TRIM = Fit((Piece(0.0, 0.0, 42.0),), "trim")
LICENSED = Fact("CC BY-SA 3.0", "tag")


def features(seconds: int = 200) -> TrackFeatures:
    beats = np.arange(0.25, seconds, 0.5, dtype=np.float32)
    none = np.zeros(0, np.float32)
    return TrackFeatures(
        EncoderId("fake", "1"), none, np.zeros((0, 4), np.float32), np.zeros((0, 4), np.float32), 120.0, 0.8, None, 0.0,
        0.7, 9, "minor", 0.6, -9.4, 6.0, np.linspace(0, 1, seconds, dtype=np.float32),
        Form(beats, beats[::4], beats[::32], none, none), 0.1, 0.4,
    )  # fmt: skip


def track(**changes: object) -> Track:
    plain = Track(
        "ab" * 32, "/music/Northern Lights.ogg", 200.0, Fact("Northern Lights", "tag"), Fact("Ann", "tag"),
        Fact("Aurora", "tag"), None, Fact("2009", "tag"), LICENSED,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def laid(fit: Fit = LOOP, *, named: Track | None = None, heard: TrackFeatures | None = None, **clip: object) -> Laid:
    shown = {
        "path": "/clips/holiday.mp4", "duration": 42.0, "width": 1920, "height": 1080, "fps": 24000 / 1001,
        "cuts": (3.0, 11.0, 30.0), "speech": ((3.0, 7.5),), "watched": 42.0, "own_loudness": -23.0,
    }  # fmt: skip
    return Laid(video(**(shown | clip)), named or track(), fit, heard or features())


class Screen:
    """Shows and renders like the decoder, from nothing."""

    def __init__(self, chunks: tuple[tuple[int, bytes], ...] = ((0, b"moov"), (4, b"mdat"), (0, b"MOOV"))) -> None:
        self.chunks = chunks
        self.asked: list[tuple[Path, Path, RenderPlan]] = []
        self.closed = False
        self.fails: BaseException | None = None
        self.key_seconds = 1.0

    def render(self, clip: str | Path, music: str | Path, plan: RenderPlan) -> Iterator[RenderChunk | RenderReport]:
        self.asked.append((Path(clip), Path(music), plan))
        try:
            for number, (position, data) in enumerate(self.chunks, 1):
                yield RenderChunk(position, data, number / len(self.chunks))
            if self.fails is not None:
                raise self.fails
            yield RenderReport(42.0, True, "h264", -14.1, -1.2, 3.5, ("Nothing odd.",))
        finally:
            self.closed = True

    def keyframes(self, path: str | Path, at_most: int, short_side: int) -> list[Frame]:
        times = np.arange(0, 42, self.key_seconds).tolist()
        return [Frame(time, _picture(time)) for time in times[:: max(1, -(-len(times) // at_most))]]

    def sweep(self, path: str | Path, plan: SweepPlan) -> Iterator[SweepChunk]:
        frames = tuple(Frame(time, _picture(time)) for time in np.linspace(0, 41.9, plan.max_frames).tolist())
        thumbs = np.zeros((0, 36, 64, 3), np.uint8)
        yield SweepChunk(np.zeros(0), thumbs, frames, 1.0, ((0.0, 42.0),))


def _picture(time: float) -> np.ndarray:
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:, :80] = (200, 40, min(255, round(6 * time)))
    return picture
