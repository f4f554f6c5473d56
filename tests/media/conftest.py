from __future__ import annotations

from collections.abc import Iterator

import pytest

from media.unwalled import InThisProcess
from musechat.media import Decoder


@pytest.fixture(scope="session")
def sandboxed() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def decoder() -> Decoder:
    """Without walls."""
    return Decoder(workers=InThisProcess())


@pytest.fixture(params=["sandboxed", "in this process"])
def either(request: pytest.FixtureRequest, sandboxed: Decoder, decoder: Decoder) -> Decoder:
    """Each kind of file, and each kind of request, must work behind the walls as well as without them."""
    return sandboxed if request.param == "sandboxed" else decoder
