"""A language model behind any OpenAI-compatible endpoint as narrator: `EndpointNarrator`.

In: a plan. Out: a reply in which each sentence is the model's, checked, or else the template's.

- The model gets numbered facts, the template's own wording of each point, and answers one line a number. Names are
  placeholders there: no title or artist from a file ever reaches the model, nor do the user's own words.
- A line is said only when `verify` passes it on the evidence of its own point; a missing, doubled, false or strange
  line is the template's, and the reply says who spoke how much.
- The endpoint may hang, drip, lie or shout; `chat` bounds it, and nothing is retried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from musechat.core.evidence import Claim, Reply
from musechat.core.text import one_line
from musechat.reason.chat import GivenUp
from musechat.reason.planned import turned_round
from musechat.reason.template import TemplateNarrator
from musechat.reason.verify import Verifier

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.reason.chat import ChatEndpoint
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


class EndpointNarrator:
    """Words a plan with a model that is asked over HTTP."""

    def __init__(self, chat: ChatEndpoint, vocabulary: Vocabulary) -> None:
        self._chat = chat
        self._verifier = Verifier(vocabulary)
        self._template = TemplateNarrator()
        self.name = chat.name

    def narrate(self, plan: Plan, seed: int, hear: Callable[[str], None] = lambda sentence: None) -> Reply:
        """See `reason.template.Narrator`. Never raises for what the endpoint does."""
        told = self._template.narrate(plan, seed)
        words = _Words(plan, told, self._verifier, hear)
        asked = [place for place, point in enumerate(plan.points) if point.kind not in _OWN_WORDS]
        why = None
        if asked:
            try:
                prompt = _prompt(plan, told, asked)
                asking = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": prompt}]
                for line in self._chat.lines(asking):
                    words.take(line, asked)
            except GivenUp as error:
                why = str(error)
        claims = words.finish()
        return Reply(" ".join(c.text for c in claims), claims, plan.evidence, self._spoke(words.own, len(asked), why))

    def _spoke(self, own: int, asked: int, why: str | None) -> str:
        """Who spoke, for the reply."""
        if own == asked:
            return self.name
        reason = "" if why is None else f" ({why})"
        return f"{self.name}: {own} of {asked} sentences; the template spoke for the rest{reason}"


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
