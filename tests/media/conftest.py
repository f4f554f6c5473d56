from __future__ import annotations

from collections.abc import Iterator

import pytest

from media.unwalled import InThisProcess
from musechat.media import Decoder


@pytest.fixture(scope="session")
def sandboxed() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture(params=["sandboxed", "in this process"])
def decoder(request: pytest.FixtureRequest, sandboxed: Decoder) -> Decoder:
    """Every promise about media holds behind the walls and without them."""
    return sandboxed if request.param == "sandboxed" else Decoder(workers=InThisProcess())
