"""Language models that can be asked: `Chat`, behind an endpoint or in a GGUF file.

In: messages. Out: one answer as text.

- `GivenUp` says in a few words why there is none.
- A GGUF file is run by llama.cpp in this process (the `gguf` extra); nothing is downloaded.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from musechat.core.errors import InputError
from musechat.core.text import one_line
from musechat.reason.chat import ChatEndpoint, GivenUp

if TYPE_CHECKING:
    from musechat.reason.chat import Messages

CONTEXT, ANSWER = 2048, 160
"""Tokens that a GGUF model sees, and of an answer."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model words lines: `address` is URL#model or the path of a GGUF file."""

    address: str
    key: str | None = None
    threads: int = 1

    @property
    def is_file(self) -> bool:
        """Whether it runs in this process, from a file."""
        return self.address.lower().endswith(".gguf")

    def chat(self) -> Chat:
        """Opens it. Raises `InputError` for what is neither."""
        if self.is_file:
            return GgufChat(Path(self.address), self.threads)
        return EndpointChat(ChatEndpoint.from_address(self.address, self.key))


class Chat(Protocol):
    """Something that answers."""

    name: str

    def answer(self, messages: Messages, seed: int) -> str:
        """Raises `GivenUp`."""
        ...


class EndpointChat:
    """A model behind an OpenAI-compatible endpoint."""

    def __init__(self, endpoint: ChatEndpoint) -> None:
        self._endpoint = endpoint
        self.name = endpoint.name

    def answer(self, messages: Messages, seed: int) -> str:
        """See `Chat`. The seed is the endpoint's own affair."""
        return "\n".join(self._endpoint.lines(messages)).strip()


class GgufChat:
    """A model in a GGUF file."""

    def __init__(self, path: Path, threads: int) -> None:
        """Raises `InputError` for a file that is none, or where llama.cpp is not installed."""
        if not path.is_file():
            raise InputError(f"There is no model file at {one_line(str(path), 500)}.")
        try:
            import xllamacpp
        except ImportError as error:
            raise InputError("GGUF models need llama.cpp: pip install 'musechat[gguf]'.") from error
        settings = xllamacpp.CommonParams()
        settings.model.path = str(path)
        settings.n_ctx, settings.n_parallel, settings.verbosity = CONTEXT, 1, -1
        settings.cpuparams.n_threads = threads
        settings.api_keys = [secrets.token_hex(16)]  # it also listens on loopback; nobody else shall use it
        try:
            self._server: Any = xllamacpp.Server(settings)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"{one_line(str(path), 500)} is no model that llama.cpp can run.") from error
        self.name = one_line(path.stem, 100)

    def answer(self, messages: Messages, seed: int) -> str:
        """See `Chat`. The same seed gives the same answer on one machine."""
        asked = {"messages": list(messages), "max_tokens": ANSWER, "temperature": 0.7, "top_p": 0.9, "seed": seed}
        try:
            found = self._server.handle_chat_completions(asked)
            text = found["choices"][0]["message"]["content"]
        except (RuntimeError, ValueError, KeyError, TypeError, IndexError) as error:
            raise GivenUp("its answer made no sense") from error
        if not isinstance(text, str):
            raise GivenUp("its answer made no sense")
        return text.strip()
