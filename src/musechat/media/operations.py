"""What a decoding child can be asked to do.

In: the name of an operation. Out: the function that answers it. Importing this module loads FFmpeg; only the
server does so, and what PyAV would import later must be imported here, before the walls stand.
"""

from __future__ import annotations

from dataclasses import asdict

import av.subtitles.stream  # noqa: F401  PyAV imports it when it meets the first container

from musechat.media.hear import audio
from musechat.media.identify import identify
from musechat.media.look import keyframes, sweep
from musechat.media.render import render
from musechat.media.sandbox import probe
from musechat.media.server import Operations, Task


def protections(task: Task) -> None:
    """Answer with the walls as raised, and as felt from inside."""
    task.answer.meta({"walls": [asdict(wall) for wall in (*task.walls, *probe())]})


OPERATIONS: Operations = {
    "identify": identify,
    "audio": audio,
    "keyframes": keyframes,
    "sweep": sweep,
    "render": render,
    "protections": protections,
}
