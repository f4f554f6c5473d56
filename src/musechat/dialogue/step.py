"""One message → one turn.

In: the conversation so far, the clip, the words. Out: the next `Turn`.

- What an act does: refine, different and reject propose again; why, accept and nothing keep the track on the table;
  undo brings the one before back.
- A message that asks for nothing but a hit keeps the track too, laid anew under the clip; undo brings the old fit back.
  A hit that lies outside the clip could not be used, and the reply says so.
- Everything that needs models or the library comes in as `Tools`, so that a turn can be tested in microseconds.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from musechat.core.conversation import Conversation, Turn, Wishes
from musechat.core.request import Query, Request
from musechat.dialogue.merge import held_hit, merged
from musechat.reason.laid import plan_fit
from musechat.reason.plan import Planner, clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from musechat.core.evidence import Ranked, Reply
    from musechat.core.features import VideoProfile
    from musechat.match.proposal import Proposal
    from musechat.reason.template import Narrator


class Proposer(Protocol):
    """Finds tracks for a query."""

    def propose(self, query: Query, seen: tuple[str, ...]) -> Proposal:
        """The best track, alternatives, and the evidence around them."""
        ...

    def refit(self, query: Query, ranked: Ranked) -> Ranked:
        """The same track, laid under the clip as the query now asks."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a turn needs.

    `understand`: words and the artist on the table → `Request`; `proposer`: `Query` → tracks; `narrator`: plan → reply;
    `phrase`: how a concept is said; `opposite`: the concept that asking for one takes back.
    """

    understand: Callable[[str, str | None], Request]
    proposer: Proposer
    narrator: Narrator
    phrase: Callable[[str], str]
    opposite: Callable[[str], str | None]


def first_turn(video: VideoProfile | None, tools: Tools) -> Turn:
    """The proposal from the clip alone."""
    begun = time.perf_counter()
    turn = _propose(Conversation(), None, Request(), Request(), video, tools)
    return dataclasses.replace(turn, seconds=time.perf_counter() - begun)


def next_turn(conversation: Conversation, say: str, video: VideoProfile | None, tools: Tools) -> Turn:
    """The answer to `say`; `conversation` has at least one turn."""
    begun = time.perf_counter()
    table = _table(conversation).choice
    artist = None if table is None or table.track.artist is None else table.track.artist.value
    understood = tools.understand(say, artist)
    if video is not None and understood.hit is not None and understood.hit >= video.duration:
        understood = _without_hit(understood, video.duration)
    if understood.act == "undo":
        turn = _undo(conversation, say, understood, tools)
    elif understood.act in ("why", "accept", "nothing"):
        turn = _stay(conversation, say, understood, tools)
    elif table is not None and conversation.turns[-1].choice is not None and _only_hits(understood):
        turn = _refit(conversation, say, understood, video, tools)
    else:
        request = merged(conversation.wishes.request, understood, tools.opposite)
        turn = _propose(conversation, say, understood, request, video, tools)
    return dataclasses.replace(turn, seconds=time.perf_counter() - begun)


def _propose(
    conversation: Conversation,
    say: str | None,
    understood: Request,
    request: Request,
    video: VideoProfile | None,
    tools: Tools,
) -> Turn:
    before = conversation.wishes
    words = None if say is None else request
    proposal = tools.proposer.propose(Query(video, before.previous, words), before.seen)
    planner = Planner(proposal.evidence, tools.phrase)
    choice = proposal.choice
    if choice is None:
        # What cannot be met is not carried on: the next message starts from what could.
        planner.nothing_fits(proposal.relaxations)
        wishes = before
    else:
        planner.proposal()
        if words is not None:
            planner.wishes(words)
        planner.clip()
        planner.sound()
        planner.mood()
        plan_fit(planner, request, video is not None)
        wishes = Wishes(request, choice.track.id, (*before.seen, choice.track.id), len(conversation.turns), before.turn)
    planner.not_used(understood)
    reply = _word(planner, conversation, tools)
    return Turn(say, understood, choice, proposal.alternatives, reply, wishes, proposal.relaxations)


def _only_hits(understood: Request) -> bool:
    """Whether a message asks for a hit or takes one back, and for nothing else that another track would answer."""
    asked = understood.hit is not None or understood.lifts == ("hit",)
    said = Request(understood.text, understood.act, hit=understood.hit, lifts=("hit",) if understood.lifts else ())
    kept = {name: getattr(understood, name) for name in ("keep", "unmatched", "unmeasurable")}
    return asked and understood == dataclasses.replace(said, **kept)


def _without_hit(understood: Request, length: float) -> Request:
    """A message whose hit lies outside a clip of `length` seconds, with that among what could not be used."""
    outside = f"a hit at {clock(understood.hit or 0.0)}: the clip is {clock(length)} long"
    act = "nothing" if _only_hits(understood) else understood.act
    return dataclasses.replace(understood, act=act, hit=None, unmatched=(*understood.unmatched, outside))


def _refit(conversation: Conversation, say: str, understood: Request, video: VideoProfile | None, tools: Tools) -> Turn:
    """The track on the table stays, with its music laid anew."""
    before, table = conversation.wishes, _table(conversation)
    assert table.choice is not None
    request = dataclasses.replace(
        before.request, text=understood.text, act=understood.act, hit=held_hit(before.request, understood)
    )
    query = Query(video, before.previous, request)
    choice = tools.proposer.refit(query, table.choice)
    alternatives = tuple(tools.proposer.refit(query, other) for other in table.alternatives)
    around = (e for e in table.reply.evidence if e not in table.choice.evidence)
    planner = Planner((*choice.evidence, *around), tools.phrase)
    planner.title("still")
    plan_fit(planner, request, video is not None)
    planner.not_used(understood)
    wishes = dataclasses.replace(before, request=request, turn=len(conversation.turns), before=before.turn)
    return Turn(say, understood, choice, alternatives, _word(planner, conversation, tools), wishes)


def _stay(conversation: Conversation, say: str, understood: Request, tools: Tools) -> Turn:
    """Why, accept, or nothing understood: the track on the table stays."""
    last = conversation.turns[-1]
    planner = Planner(() if last.choice is None else _table(conversation).reply.evidence, tools.phrase)
    if last.choice is None:
        planner.nothing_fits(last.relaxations)
    else:
        planner.title({"accept": "accepted"}.get(understood.act, "still"))
    if understood.act == "why" and last.choice is not None:
        planner.contributions()
        planner.clip()
        planner.sound()
    if understood.act == "nothing":
        planner.nothing_said(say)
    planner.not_used(understood)
    reply = _word(planner, conversation, tools)
    return Turn(say, understood, last.choice, last.alternatives, reply, last.wishes, last.relaxations)


def _undo(conversation: Conversation, say: str, understood: Request, tools: Tools) -> Turn:
    """Back to the track before, with the wishes that held then; what was proposed since stays proposed."""
    now = conversation.wishes
    last = conversation.turns[-1]
    index = now.turn if last.choice is None else now.before
    target = last if index is None else conversation.turns[index]
    planner = Planner(target.reply.evidence, tools.phrase)
    if index is None:
        planner.nothing_before(say)
        wishes = now
    else:
        planner.title("back")
        wishes = dataclasses.replace(target.wishes, seen=now.seen)
    planner.not_used(understood)
    reply = _word(planner, conversation, tools)
    return Turn(say, understood, target.choice, target.alternatives, reply, wishes)


def _table(conversation: Conversation) -> Turn:
    """The turn that put the present track on the table."""
    index = conversation.wishes.turn
    return conversation.turns[-1 if index is None else index]


def _word(planner: Planner, conversation: Conversation, tools: Tools) -> Reply:
    return tools.narrator.narrate(planner.plan(), len(conversation.turns))
