"""Workers without a sandbox, so that the coverage of what children run is seen."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from musechat.media.operations import OPERATIONS
from musechat.media.server import Operations, run
from musechat.media.wire import Writer


class InThisProcess:
    """The same operations, or others, in a thread."""

    def __init__(self, operations: Operations = OPERATIONS) -> None:
        self._operations = operations

    def start(self, fds: Sequence[int], request: Mapping[str, Any]) -> tuple[int, Callable[[], None]]:
        ours, theirs = os.pipe()
        media = [os.dup(fd) for fd in fds]

        def decode() -> None:
            with contextlib.ExitStack() as opened:
                files = tuple(opened.enter_context(os.fdopen(fd, "rb", buffering=0)) for fd in media)
                try:
                    run(self._operations, request, files, Writer(theirs), ())
                except BrokenPipeError:
                    pass
                finally:
                    os.close(theirs)

        thread = threading.Thread(target=decode)
        thread.start()
        return ours, lambda: None

    def close(self) -> None:
        """Nothing runs."""
