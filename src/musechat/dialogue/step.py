"""One message, or one gesture, → one turn.

In: the conversation so far, the clip, the words. Out: the next `Turn`.

- What an act does: refine, different and reject propose again; why, why not, accept and nothing keep the track on the
  table; undo brings the one before back.
- Gestures need no words: an edited request replaces all wishes, a track that is chosen comes onto the table.
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
from musechat.core.errors import InputError
from musechat.core.request import Query, Request
from musechat.core.text import one_line
from musechat.dialogue.merge import held_hit, merged
from musechat.reason.laid import plan_fit
from musechat.reason.plan import Planner, clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from musechat.core.evidence import Evidence, Ranked, Reply
    from musechat.core.features import VideoProfile
    from musechat.match.proposal import Proposal
    from musechat.reason.template import Narrator


class Proposer(Protocol):
    """Finds tracks for a query."""

    def propose(self, query: Query, seen: tuple[str, ...]) -> Proposal:
        """The best track, alternatives, and the evidence around them."""
        ...

    def present(self, query: Query, track_id: str) -> Proposal:
        """One given track as the answer. Raises `InputError` for an unknown one."""
        ...

    def refit(self, query: Query, ranked: Ranked) -> Ranked:
        """The same track, laid under the clip as the query now asks."""
        ...

    def why_not(self, query: Query, seen: tuple[str, ...], track_id: str, chosen: str | None) -> tuple[Evidence, ...]:
        """What kept a track from being proposed."""
        ...

    def find(self, name: str) -> str | None:
        """The id of the track that is called so."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a turn needs.

    `understand`: words and the artist on the table → `Request`; `proposer`: `Query` → tracks; `narrator`: plan → reply;
    `phrase`: how a concept is said; `opposite`: the concept that asking for one takes back; `hear`: is given each
    sentence of a reply as soon as it stands.
    """

    understand: Callable[[str, str | None], Request]
    proposer: Proposer
    narrator: Narrator
    phrase: Callable[[str], str]
    opposite: Callable[[str], str | None]
    hear: Callable[[str], None] = lambda sentence: None


def first_turn(conversation: Conversation, video: VideoProfile | None, tools: Tools) -> Turn:
    """The proposal from the clip, and from what held at the start."""
    begun = time.perf_counter()
    turn = _propose(conversation, None, Request(), conversation.start.request, video, tools)
    return dataclasses.replace(turn, seconds=time.perf_counter() - begun)


def next_turn(conversation: Conversation, say: str, video: VideoProfile | None, tools: Tools) -> Turn:
    """The answer to `say`; `conversation` has at least one turn."""
    begun = time.perf_counter()
    turn = answer(conversation, say, tools.understand(say, artist_on_table(conversation)), video, tools)
    return dataclasses.replace(turn, seconds=time.perf_counter() - begun)


def artist_on_table(conversation: Conversation) -> str | None:
    """Whom "this artist" means."""
    choice = None if conversation.table is None else conversation.table.choice
    return None if choice is None or choice.track.artist is None else choice.track.artist.value


def answer(conversation: Conversation, say: str, understood: Request, video: VideoProfile | None, tools: Tools) -> Turn:
    """The answer to what was understood of `say`."""
    begun = time.perf_counter()
    table = conversation.table
    assert table is not None
    if video is not None and understood.hit is not None and understood.hit >= video.duration:
        understood = _without_hit(understood, video.duration)
    if understood.act == "undo":
        turn = _undo(conversation, say, understood, tools)
    elif understood.act == "why not":
        turn = _why_not(conversation, say, understood, video, tools)
    elif understood.act in ("why", "accept", "nothing"):
        turn = _stay(conversation, say, understood, tools)
    elif table.choice is not None and conversation.turns[-1].choice is not None and _only_hits(understood):
        turn = _refit(conversation, say, understood, video, tools)
    else:
        request = merged(conversation.wishes.request, understood, tools.opposite)
        turn = _propose(conversation, say, understood, request, video, tools)
    return dataclasses.replace(turn, seconds=time.perf_counter() - begun)


def edited_turn(conversation: Conversation, request: Request, video: VideoProfile | None, tools: Tools) -> Turn:
    """The answer to a request that was edited by hand: it replaces everything that was wished before."""
    begun = time.perf_counter()
    asked = dataclasses.replace(request, act="refine")
    turn = _propose(conversation, request.text, asked, asked, video, tools)
    return dataclasses.replace(turn, seconds=time.perf_counter() - begun)


def chosen_turn(conversation: Conversation, track_id: str, video: VideoProfile | None, tools: Tools) -> Turn:
    """A track that was chosen by hand comes onto the table. Raises `InputError` for an unknown one."""
    begun = time.perf_counter()
    before = conversation.wishes
    proposal = tools.proposer.present(_query(_before_table(conversation), before.request, video), track_id)
    choice = proposal.choice
    assert choice is not None
    planner = Planner(proposal.evidence, tools.phrase)
    planner.title("chosen")
    planner.wishes(before.request)
    planner.sound()
    planner.mood()
    plan_fit(planner, before.request, video is not None)
    seen = tuple(dict.fromkeys((*before.seen, choice.track.id)))
    wishes = Wishes(before.request, choice.track.id, seen, len(conversation.turns), before.turn)
    alternatives = () if conversation.table is None else conversation.table.alternatives
    others = tuple(other for other in alternatives if other.track.id != track_id)
    reply = _word(planner, conversation, tools)
    said = f"choose {one_line(choice.track.title.value)}"
    understood = Request(said, "accept", target=choice.track.title.value)
    turn = Turn(said, understood, choice, others, reply, wishes)
    return dataclasses.replace(turn, seconds=time.perf_counter() - begun)


def why_not_turn(
    conversation: Conversation, track_id: str, title: str, video: VideoProfile | None, tools: Tools
) -> Turn:
    """Why a track, of this id and title, was not proposed. Raises `InputError` for one that is not in the library."""
    begun = time.perf_counter()
    asked = Request(f"why not {one_line(title)}?", "why not", target=one_line(title))
    turn = _explain(conversation, asked.text, asked, track_id, video, tools)
    if turn is None:
        raise InputError("That track is not in the library, or was not analysed yet, so nothing can be said of it.")
    return dataclasses.replace(turn, seconds=time.perf_counter() - begun)


def _before_table(conversation: Conversation) -> Conversation:
    """The conversation before the present track was put on the table: what competed with it then."""
    index = conversation.wishes.turn
    return Conversation(conversation.turns[: len(conversation.turns) if index is None else index], conversation.start)


def _query(conversation: Conversation, request: Request | None, video: VideoProfile | None) -> Query:
    return Query(video, conversation.wishes.previous, request, conversation.start.reference)


def _propose(
    conversation: Conversation,
    say: str | None,
    understood: Request,
    request: Request,
    video: VideoProfile | None,
    tools: Tools,
) -> Turn:
    before = conversation.wishes
    words = None if say is None and request == Request() else request
    proposal = tools.proposer.propose(_query(conversation, words, video), before.seen)
    planner = Planner(proposal.evidence, tools.phrase)
    choice = proposal.choice
    if choice is None:
        # What cannot be met is not carried on: the next message starts from what could.
        planner.nothing_fits(proposal.relaxations)
        wishes = before
    else:
        planner.proposal()
        if words is not None:
            asked = {want.concept for want in (*understood.wants, *understood.more)}
            planner.wishes(words, {want.concept for want in words.wants} - asked if say else ())
        if say is None:
            planner.clip()
            planner.likeness(same=False)
        planner.speech()
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
    before, table = conversation.wishes, conversation.table
    assert table is not None
    assert table.choice is not None
    request = dataclasses.replace(
        before.request, text=understood.text, act=understood.act, hit=held_hit(before.request, understood)
    )
    query = _query(conversation, request, video)
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
    table = conversation.table or last
    planner = Planner(() if last.choice is None else table.reply.evidence, tools.phrase)
    if last.choice is None:
        planner.nothing_fits(last.relaxations)
    else:
        planner.title({"accept": "accepted"}.get(understood.act, "still"))
    if understood.act == "why" and last.choice is not None:
        planner.contributions()
        planner.clip()
        planner.speech()
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


def _why_not(
    conversation: Conversation, say: str, understood: Request, video: VideoProfile | None, tools: Tools
) -> Turn:
    """The answer to "why not Night Drive?", also where no track is called so."""
    target = understood.target or ""
    track_id = tools.proposer.find(target)
    turn = None if track_id is None else _explain(conversation, say, understood, track_id, video, tools)
    if turn is not None:
        return turn
    planner = Planner((), tools.phrase)
    planner.unknown_track(target)
    planner.not_used(understood)
    last = conversation.turns[-1]
    reply = _word(planner, conversation, tools)
    return Turn(say, understood, last.choice, last.alternatives, reply, last.wishes, last.relaxations)


def _explain(
    conversation: Conversation,
    say: str,
    understood: Request,
    track_id: str,
    video: VideoProfile | None,
    tools: Tools,
) -> Turn | None:
    """Holds a track against the one on the table, by the wishes that put that one there; None for an unknown one.

    The track on the table counts as not yet proposed, or it would have been out of its own competition.
    """
    last, wishes = conversation.turns[-1], conversation.wishes
    before = _before_table(conversation)
    query = _query(before, wishes.request, video)
    facts = tools.proposer.why_not(query, before.wishes.seen, track_id, wishes.previous)
    if not facts:
        return None
    title = () if last.choice is None else tuple(e for e in last.choice.evidence if e.kind == "name")
    planner = Planner((*facts, *title), tools.phrase)
    planner.why_not(on_table=track_id == wishes.previous)
    planner.not_used(understood)
    reply = _word(planner, conversation, tools)
    return Turn(say, understood, last.choice, last.alternatives, reply, last.wishes, last.relaxations)


def _word(planner: Planner, conversation: Conversation, tools: Tools) -> Reply:
    return tools.narrator.narrate(planner.plan(), len(conversation.turns), tools.hear)
