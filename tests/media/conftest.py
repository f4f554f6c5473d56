from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from musechat.media import Decoder
from musechat.media.operations import OPERATIONS
from musechat.media.server import run
from musechat.media.wire import Writer


class InThisProcess:
    """Workers without a sandbox: the same operations in a thread, so that their coverage is seen."""

    def start(self, fd: int, request: Mapping[str, Any]) -> tuple[int, Callable[[], None]]:
        ours, theirs = os.pipe()
        media = os.dup(fd)

        def decode() -> None:
            with os.fdopen(media, "rb", buffering=0) as file:
                try:
                    run(OPERATIONS, request, file, Writer(theirs), ())
                except BrokenPipeError:
                    pass
                finally:
                    os.close(theirs)

        thread = threading.Thread(target=decode)
        thread.start()
        return ours, lambda: None

    def close(self) -> None:
        """Nothing runs."""


@pytest.fixture(scope="session")
def sandboxed() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture(params=["sandboxed", "in this process"])
def decoder(request: pytest.FixtureRequest, sandboxed: Decoder) -> Decoder:
    """Every promise about media holds behind the walls and without them."""
    return sandboxed if request.param == "sandboxed" else Decoder(workers=InThisProcess())
