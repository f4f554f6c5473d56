"""The sandboxed decoder: every media file is hostile, so only short-lived, locked-in child processes read one.

In: paths. Out: `MediaInfo`, `AudioClip`, `Frame`s, `SweepChunk`s, the bytes of a rendered file; or a `MediaError` with
its reason.

- `Decoder` is the door; importing this package never loads FFmpeg, the fork server's children do.
- model: the values and limits. decoder, workers: the parent. wire: the answers' format. server, sandbox,
  demux, identify, hear, look; render with pictures, sound, mix and master: what runs on the other side.
"""

from __future__ import annotations

from musechat.media.decoder import Decoder
from musechat.media.model import (
    AudioClip,
    AudioPlan,
    AudioStreamInfo,
    Frame,
    Limits,
    MediaInfo,
    OwnSound,
    RenderChunk,
    RenderPlan,
    RenderReport,
    SweepChunk,
    SweepPlan,
    VideoStreamInfo,
)

__all__ = [
    "AudioClip",
    "AudioPlan",
    "AudioStreamInfo",
    "Decoder",
    "Frame",
    "Limits",
    "MediaInfo",
    "OwnSound",
    "RenderChunk",
    "RenderPlan",
    "RenderReport",
    "SweepChunk",
    "SweepPlan",
    "VideoStreamInfo",
]
