"""MuseChat: a conversational music supervisor for video.

In: a folder of music, a clip, plain words. Out: a track, where to start it, and why, truthfully.

- `Library` and `Session` are loaded on first use: `import musechat` alone loads neither numpy nor a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from musechat.app.library import Library
    from musechat.app.session import Session

__version__ = "0.1.0"
__all__ = ["Library", "Session", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Library":
        from musechat.app.library import Library

        return Library
    if name == "Session":
        from musechat.app.session import Session

        return Session
    raise AttributeError(f"module 'musechat' has no attribute {name!r}")
