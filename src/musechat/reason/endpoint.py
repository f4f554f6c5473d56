"""A language model behind any OpenAI-compatible endpoint as narrator: `EndpointNarrator`.

In: a plan. Out: a reply in which each sentence is the model's, checked, or else the template's.

- The model gets numbered facts, the template's own wording of each point, and answers one line a number. Names are
  placeholders there: no title or artist from a file ever reaches the model, nor do the user's own words.
- A line is said only when `verify` passes it on the evidence of its own point; a missing, doubled, false or strange
  line is the template's, and the reply says who spoke how much.
- The endpoint may hang, drip, lie or shout: connecting, each chunk and the whole have their time, the answer its bytes.
  Nothing is retried, no redirect is followed.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from musechat.core.errors import InputError
from musechat.core.evidence import Claim, Reply
from musechat.core.text import one_line
from musechat.reason.planned import turned_round
from musechat.reason.template import TemplateNarrator
from musechat.reason.verify import Verifier

if TYPE_CHECKING:
    import httpx

    from musechat.concepts.vocabulary import Vocabulary
    from musechat.reason.plan import Plan, Point

_PLACEHOLDERS = {"title": "TITLE", "artist": "ARTIST", "album": "ALBUM", "other": "OTHER"}
_LINE = re.compile(r"\s*(?:\[(\d{1,3})\]|(\d{1,3})[.:)\]])\s*(.+)")
_SYSTEM = (
    "You word the replies of a music supervisor. You are given numbered facts. Answer with exactly one line for each "
    "number, in order, each beginning with its number and a colon, each one short sentence in warm, plain English. Say "
    "only what the fact says: keep every number, change no fact, add nothing. Leave words in capitals such as TITLE, "
    "ARTIST, ALBUM exactly as they are."
)
_OWN_WORDS = (
    "unmatched",
    "unmeasurable",
    "overruled",
    "unknown track",
    "limit by name",
    "limit unknown",
    "nothing fits",
)
"""Points that hold text of the user's or of a stranger's: the template words them, no model sees them."""


@dataclass(frozen=True, slots=True)
class EndpointLimits:
    """Seconds to connect, between two chunks, and for the whole answer; bytes of the answer."""

    connect: float = 3.0
    chunk: float = 10.0
    whole: float = 30.0
    largest: int = 200_000


LIMITS = EndpointLimits()


class EndpointNarrator:
    """Words a plan with a model that is asked over HTTP."""

    def __init__(
        self,
        url: str,
        model: str,
        key: str | None,
        vocabulary: Vocabulary,
        limits: EndpointLimits = LIMITS,
    ) -> None:
        """`url`: up to and with "/v1"; made by `from_address`."""
        self._url, self._model, self._key, self._limits = url, model, key, limits
        self._verifier = Verifier(vocabulary)
        self._template = TemplateNarrator()
        self.name = one_line(f"{model} via {urlsplit(url).netloc}", 100)

    @classmethod
    def from_address(
        cls, address: str, key: str | None, vocabulary: Vocabulary, limits: EndpointLimits = LIMITS
    ) -> EndpointNarrator:
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
                f"A narrator is given as URL#model, for example {example}; {one_line(address, 80)!r} is not."
            )
        if parts.username or parts.password:
            raise InputError("A narrator's URL holds no password; put the key into MUSECHAT_NARRATOR_KEY.")
        if parts.scheme == "http" and key and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise InputError("A key is sent over https only, or to this machine; change the narrator's URL to https.")
        return cls(url.rstrip("/"), model.strip(), key, vocabulary, limits)

    def narrate(self, plan: Plan, seed: int, hear: Callable[[str], None] = lambda sentence: None) -> Reply:
        """See `reason.template.Narrator`. Never raises for what the endpoint does."""
        told = self._template.narrate(plan, seed)
        words = _Words(plan, told, self._verifier, hear)
        asked = [place for place, point in enumerate(plan.points) if point.kind not in _OWN_WORDS]
        why = None
        if asked:
            try:
                for line in self._lines(_prompt(plan, told, asked)):
                    words.take(line, asked)
            except _GivenUp as error:
                why = str(error)
        claims = words.finish()
        return Reply(" ".join(c.text for c in claims), claims, plan.evidence, self._spoke(words.own, len(asked), why))

    def _spoke(self, own: int, asked: int, why: str | None) -> str:
        """Who spoke, for the reply."""
        if own == asked:
            return self.name
        reason = "" if why is None else f" ({why})"
        return f"{self.name}: {own} of {asked} sentences; the template spoke for the rest{reason}"

    def _lines(self, prompt: str) -> Iterator[str]:
        """The answer line by line, as it comes. Raises `_GivenUp`."""
        rest, size, end = "", 0, time.monotonic() + self._limits.whole
        for piece in self._pieces(prompt, end):
            size += len(piece)
            if size > self._limits.largest:
                raise _GivenUp("its answer was too long")
            *whole, rest = (rest + piece).split("\n")
            yield from whole
        yield rest

    def _pieces(self, prompt: str, end: float) -> Iterator[str]:
        """The answer's text in pieces, from server-sent events or one JSON object."""
        import httpx

        limits = self._limits
        timeout = httpx.Timeout(limits.chunk, connect=limits.connect)
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        body = {
            "model": self._model,
            "stream": True,
            "temperature": 0.7,
            "messages": [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": prompt}],
        }
        try:
            with (
                httpx.Client(timeout=timeout, follow_redirects=False, trust_env=not _is_here(self._url)) as client,
                client.stream("POST", f"{self._url}/chat/completions", json=body, headers=headers) as response,
            ):
                if response.status_code != 200:
                    raise _GivenUp(f"it answered with HTTP {response.status_code}")
                yield from _events(_bounded(response, end, limits.largest))
        except httpx.TimeoutException as error:
            raise _GivenUp("it did not answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise _GivenUp("it could not be reached, or broke off") from error


class _GivenUp(Exception):
    """The endpoint's answer ends here; the message says why, in a few words."""


class _Words:
    """The sentences of a reply as they are found: in order, each the model's or the template's."""

    def __init__(self, plan: Plan, told: Reply, verifier: Verifier, hear: Callable[[str], None]) -> None:
        self._plan, self._told, self._verifier, self._hear = plan, told, verifier, hear
        self._found: dict[int, str] = {}
        self._claims: list[Claim] = []
        self.own = 0

    def take(self, line: str, asked: list[int]) -> None:
        """One line of the model's: said at once where it is the next and true."""
        match = _LINE.fullmatch(line.rstrip())
        number = 0 if match is None else int(match[1] or match[2])
        if match is None or not 1 <= number <= len(asked) or (place := asked[number - 1]) in self._found:
            return
        self._found[place] = match[3]
        while len(self._claims) < place:  # a line that was left out
            self._add(len(self._claims))
        if len(self._claims) == place:
            self._add(place)

    def finish(self) -> tuple[Claim, ...]:
        """The rest, by the template."""
        while len(self._claims) < len(self._plan.points):
            self._add(len(self._claims))
        return tuple(self._claims)

    def _add(self, place: int) -> None:
        point = self._plan.points[place]
        planned = self._told.claims[place].text
        text = self._checked(point, self._found.get(place), planned)
        self.own += text is not None
        claim = Claim(text or planned, point.evidence)
        self._claims.append(claim)
        self._hear(claim.text)

    def _checked(self, point: Point, line: str | None, planned: str) -> str | None:
        """The model's sentence with its names put in; None where it may not be said."""
        if line is None:
            return None
        text = line.strip().strip('"')
        for slot, placeholder in _PLACEHOLDERS.items():
            if slot in point.slots:
                text = re.sub(rf"[“\"]?\b{placeholder}\b[”\"]?", _named(slot, point.slots), text)
        if text != one_line(text, 400):
            return None
        evidence = [self._plan.evidence[index] for index in point.evidence]
        true = self._verifier.check(text, evidence).ok and not any(turned_round(text, planned))
        return text if true else None


def _named(slot: str, slots: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    name = f"“{slots[slot]}”" if slot in ("title", "other") else slots[slot]
    return lambda _: name


def _prompt(plan: Plan, told: Reply, asked: list[int]) -> str:
    """The facts, numbered from 1, with placeholders for names."""
    lines = []
    for number, place in enumerate(asked, 1):
        point, text = plan.points[place], told.claims[place].text
        for slot, placeholder in _PLACEHOLDERS.items():
            if slot in point.slots:
                text = text.replace(point.slots[slot], placeholder)
        lines.append(f"{number}: {text}")
    return "\n".join(lines)


def _bounded(response: httpx.Response, end: float, largest: int) -> Iterator[str]:
    """The lines of a response. Raises `_GivenUp` past its time or size, whatever kind of drip it comes in."""
    rest, size = b"", 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if time.monotonic() > end:
            raise _GivenUp("it took too long")
        if size > largest:
            raise _GivenUp("its answer was too long")
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
    """What a JSON answer adds. Raises `_GivenUp` for one that is none."""
    try:
        choices = json.loads(data)["choices"]
        content = choices[0][part].get("content") if choices else ""
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise _GivenUp("its answer made no sense") from error
    if content is not None and not isinstance(content, str):
        raise _GivenUp("its answer made no sense")
    return content or ""


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
