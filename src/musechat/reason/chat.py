"""Asks a language model over HTTP: `ChatEndpoint`, for any server that speaks the OpenAI chat protocol.

In: messages. Out: the answer's text in pieces, as they come.

- Nothing the other side does hangs or floods: time and size are bounded, redirects are not followed, and a key goes
  over https or to this machine alone.
- `GivenUp` says in a few words why an answer ended early.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from musechat.core.errors import InputError
from musechat.core.text import one_line

if TYPE_CHECKING:
    import httpx

Messages: TypeAlias = "Sequence[Mapping[str, str]]"
"""Each with its "role" (system, user, assistant) and "content"."""


@dataclass(frozen=True, slots=True)
class EndpointLimits:
    """Seconds to connect, between two chunks, and for the whole answer; bytes of the answer."""

    connect: float = 3.0
    chunk: float = 10.0
    whole: float = 30.0
    largest: int = 200_000


LIMITS = EndpointLimits()


class GivenUp(Exception):
    """The endpoint's answer ends here; the message says why, in a few words."""


class ChatEndpoint:
    """One model of one server."""

    def __init__(self, url: str, model: str, key: str | None, limits: EndpointLimits = LIMITS) -> None:
        """`url`: up to and with "/v1"; made by `from_address`."""
        self._url, self._model, self._key, self._limits = url, model, key, limits
        self.name = one_line(f"{model} via {urlsplit(url).netloc}", 100)

    @classmethod
    def from_address(cls, address: str, key: str | None, limits: EndpointLimits = LIMITS) -> ChatEndpoint:
        """`address`: URL#model, for example http://localhost:8080/v1#llama. Raises `InputError` for another form."""
        url, _, model = address.partition("#")
        try:
            parts = urlsplit(url)
            fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            fine = False
        if not fine or not model.strip() or not address.isprintable():
            example = "http://localhost:8080/v1#model"
            raise InputError(
                f"A language model is given as URL#model, for example {example}; {one_line(address, 80)!r} is not."
            )
        if parts.username or parts.password:
            raise InputError("A model's URL holds no password; put the key into MUSECHAT_NARRATOR_KEY.")
        if parts.scheme == "http" and key and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise InputError("A key is sent over https only, or to this machine; change the model's URL to https.")
        return cls(url.rstrip("/"), model.strip(), key, limits)

    def lines(self, messages: Messages) -> Iterator[str]:
        """The answer line by line, as it comes. Raises `GivenUp`."""
        rest, size, end = "", 0, time.monotonic() + self._limits.whole
        for piece in self._pieces(messages, end):
            size += len(piece)
            if size > self._limits.largest:
                raise GivenUp("its answer was too long")
            *whole, rest = (rest + piece).split("\n")
            yield from whole
        yield rest

    def _pieces(self, messages: Messages, end: float) -> Iterator[str]:
        """The answer's text in pieces, from server-sent events or one JSON object."""
        import httpx

        limits = self._limits
        timeout = httpx.Timeout(limits.chunk, connect=limits.connect)
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        body = {"model": self._model, "stream": True, "temperature": 0.7, "messages": list(messages)}
        try:
            with (
                httpx.Client(timeout=timeout, follow_redirects=False, trust_env=not _is_here(self._url)) as client,
                client.stream("POST", f"{self._url}/chat/completions", json=body, headers=headers) as response,
            ):
                if response.status_code != 200:
                    raise GivenUp(f"it answered with HTTP {response.status_code}")
                yield from _events(_bounded(response, end, limits.largest))
        except httpx.TimeoutException as error:
            raise GivenUp("it did not answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise GivenUp("it could not be reached, or broke off") from error


def _bounded(response: httpx.Response, end: float, largest: int) -> Iterator[str]:
    """The lines of a response. Raises `GivenUp` past its time or size, whatever kind of drip it comes in."""
    rest, size = b"", 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if time.monotonic() > end:
            raise GivenUp("it took too long")
        if size > largest:
            raise GivenUp("its answer was too long")
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in whole)
    yield rest.decode("utf-8", "replace")


def _events(lines: Iterator[str]) -> Iterator[str]:
    """The text of each event; of a plain answer, where nothing was streamed, the whole."""
    plain: list[str] = []
    for line in lines:
        if line.startswith("data:"):
            data = line[5:].strip()
            if data == "[DONE]":
                return
            yield _content(data, "delta")
        elif line.strip() and not line.startswith((":", "event:", "id:", "retry:")):
            plain.append(line)
    if plain:
        yield _content("\n".join(plain), "message")


def _content(data: str, part: str) -> str:
    """What a JSON answer adds. Raises `GivenUp` for one that is none."""
    try:
        choices = json.loads(data)["choices"]
        content = choices[0][part].get("content") if choices else ""
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise GivenUp("its answer made no sense") from error
    if content is not None and not isinstance(content, str):
        raise GivenUp("its answer made no sense")
    return content or ""


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
