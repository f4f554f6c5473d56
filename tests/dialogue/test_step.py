from __future__ import annotations

from dataclasses import replace

import pytest

from fakes import video
from musechat.core.conversation import Conversation, Relaxation, Start
from musechat.core.errors import InputError
from musechat.core.evidence import Evidence, Ranked
from musechat.core.fit import Fit, Piece
from musechat.core.request import Act, Constraints, Query, Request, Want
from musechat.core.track import Fact, Track
from musechat.dialogue.step import Tools, chosen_turn, edited_turn, first_turn, next_turn, why_not_turn
from musechat.match.proposal import Proposal
from musechat.reason.template import TemplateNarrator


class Shelf:
    """Proposes t0, t1, t2 … in order, never a seen one; nothing when a tempo is demanded."""

    def __init__(self, size: int = 5) -> None:
        self.size = size
        self.queries: list[Query] = []

    def propose(self, query: Query, seen: tuple[str, ...]) -> Proposal:
        self.queries.append(query)
        left = [f"t{i}" for i in range(self.size) if f"t{i}" not in seen]
        if query.request is not None and query.request.constraints.tempo_min is not None:
            return Proposal(None, (), (), (Relaxation("tempo at least 300 BPM", 4),))
        ranked = [self.ranked(track_id) for track_id in left]
        return Proposal(ranked[0], tuple(ranked[1:3]), ranked[0].evidence)

    def refit(self, query: Query, ranked: Ranked) -> Ranked:
        hit = None if query.request is None else query.request.hit
        start = Evidence("offset", "track", "start", 60 - (hit or 0), "s", "")
        laid = Fit((Piece(0.0, 60 - (hit or 0), 70.0),), "trim")
        evidence = (*(e for e in ranked.evidence if e.kind != "offset"), start)
        return replace(ranked, evidence=evidence, fit=laid if query.video else None)

    def present(self, query: Query, track_id: str) -> Proposal:
        if self.find(track_id) is None:
            raise InputError("unknown")
        ranked = self.ranked(track_id)
        return Proposal(ranked, (), ranked.evidence)

    def why_not(self, query: Query, seen: tuple[str, ...], track_id: str, chosen: str | None) -> tuple[Evidence, ...]:
        self.asked = (seen, track_id, chosen)
        if self.find(track_id) is None:
            return ()
        title = Evidence("name", "other track", "title", track_id.upper(), "", "tag")
        return (title, Evidence("limit", "other track", "no piano", 0.7, "score 0–1 for piano", "tags"))

    def find(self, name: str) -> str | None:
        return name.lower() if name.lower() in {f"t{i}" for i in range(self.size)} else None

    def ranked(self, track_id: str) -> Ranked:
        title = Evidence("name", "track", "title", track_id.upper(), "", "tag")
        mood = Evidence("mood", "track", "distance", 0.1, "", "", weight=0.4)
        return Ranked(Track(track_id, "p", 60.0, Fact(track_id.upper(), "tag")), 0.4, (title, mood))


ACTS: dict[str, Act] = {
    "undo": "undo",
    "why": "why",
    "take it": "accept",
    "": "nothing",
    "no": "reject",
    "else": "different",
}


def understand(words: str, this_artist: str | None) -> Request:
    if words.startswith("drop"):
        wants = (Want("piano"),) if "piano" in words else ()
        return Request(words, "refine", wants=wants, hit=float(words.rpartition(" ")[2]))
    if words == "no drop":
        return Request(words, "refine", lifts=("hit",))
    if words == "300 bpm":
        return Request(words, "refine", constraints=Constraints(tempo_min=300))
    act = ACTS.get(words, "refine")
    if words.startswith("why not "):
        return Request(words, "why not", target=words[8:])
    wants = (Want(words),) if act == "refine" else ()
    return Request(words, act, wants=wants, unmatched=("blah",) if words == "blah" else ())


class Talk:
    def __init__(self, size: int = 5) -> None:
        self.shelf = Shelf(size)
        self.tools = Tools(understand, self.shelf, TemplateNarrator(), str, lambda concept: None)
        self.so_far = Conversation((first_turn(Conversation(), video(), self.tools),))

    def say(self, words: str) -> str | None:
        self.so_far = self.so_far.add(next_turn(self.so_far, words, video(), self.tools))
        choice = self.so_far.turns[-1].choice
        return None if choice is None else choice.track.id

    @property
    def text(self) -> str:
        return self.so_far.turns[-1].reply.text


def test_the_first_turn_asks_the_clip_alone() -> None:
    talk = Talk()
    assert talk.so_far.turns[0].choice is not None
    assert talk.so_far.turns[0].say is None
    query = talk.shelf.queries[0]
    assert query.video is not None
    assert (query.previous, query.request) == (None, None)


def test_each_refinement_starts_from_the_clip_the_previous_track_and_all_words() -> None:
    talk = Talk()
    assert [talk.say("piano"), talk.say("sad")] == ["t1", "t2"]
    query = talk.shelf.queries[-1]
    assert query.previous == "t1"
    assert query.request is not None
    assert [want.concept for want in query.request.wants] == ["sad", "piano"]


def test_nothing_proposed_comes_back() -> None:
    talk = Talk()
    assert [talk.say(words) for words in ("piano", "no", "else", "sad")] == ["t1", "t2", "t3", "t4"]


@pytest.mark.parametrize(("words", "said"), [("why", "distance (+0.40)"), ("take it", "T1"), ("", "act on")])
def test_why_accept_and_nothing_keep_the_track_on_the_table(words: str, said: str) -> None:
    talk = Talk()
    talk.say("piano")
    assert talk.say(words) == "t1"
    assert said in talk.text
    assert talk.say("sad") == "t2"
    assert len(talk.shelf.queries) == 3


def test_undo_goes_back_and_further_back_and_then_says_so() -> None:
    talk = Talk()
    talk.say("piano")
    talk.say("sad")
    assert talk.say("undo") == "t1"
    assert "T1" in talk.text
    assert [want.concept for want in talk.so_far.wishes.request.wants] == ["piano"]
    assert talk.say("undo") == "t0"
    assert talk.say("undo") == "t0"
    assert "nothing to go back to" in talk.text
    assert len(talk.so_far.turns) == 6


def test_after_an_undo_the_undone_track_does_not_come_back_by_itself() -> None:
    talk = Talk()
    talk.say("piano")
    talk.say("undo")
    assert talk.say("sad") == "t2"
    assert talk.say("undo") == "t0"


def test_a_hit_alone_keeps_the_track_and_lays_it_anew() -> None:
    talk = Talk()
    talk.say("piano")
    assert talk.say("drop 5") == "t1"
    turn = talk.so_far.turns[-1]
    assert turn.choice is not None and turn.choice.fit is not None
    assert turn.choice.fit.start == 55.0
    assert [other.fit is not None for other in turn.alternatives] == [True, True]
    assert "0:55" in talk.text
    assert len(talk.shelf.queries) == 2
    assert talk.so_far.wishes.request.wants == (Want("piano"),)


def test_undo_brings_the_old_fit_back_and_then_the_track_before() -> None:
    talk = Talk()
    talk.say("piano")
    talk.say("drop 5")
    assert talk.say("undo") == "t1"
    assert talk.so_far.wishes.request.hit is None
    assert talk.say("undo") == "t0"


def test_a_hit_goes_on_over_turns_until_it_is_taken_back() -> None:
    talk = Talk()
    assert [talk.say("drop 5"), talk.say("sad")] == ["t0", "t1"]
    assert talk.shelf.queries[-1].request is not None
    assert talk.shelf.queries[-1].request.hit == 5.0
    assert talk.say("no drop") == "t1"
    assert talk.so_far.wishes.request.hit is None
    assert talk.say("why") == "t1"


def test_a_hit_beside_other_wishes_is_for_the_next_track() -> None:
    talk = Talk()
    assert talk.say("drop piano 5") == "t1"
    assert talk.so_far.wishes.request.hit == 5.0


def test_a_hit_without_a_track_on_the_table_asks_for_one() -> None:
    talk = Talk()
    talk.say("300 bpm")
    assert talk.say("drop 5") == "t1"


def test_a_hit_without_a_clip_is_admitted() -> None:
    talk = Talk()
    turn = next_turn(talk.so_far, "drop 5", None, talk.tools)
    assert turn.choice is not None
    assert turn.choice.fit is None
    assert "no clip" in turn.reply.text


@pytest.mark.parametrize(("words", "kept"), [("drop 999", "t0"), ("drop piano 999", "t1")])
def test_a_hit_outside_the_clip_is_admitted_and_not_carried_on(words: str, kept: str) -> None:
    talk = Talk()
    assert talk.say(words) == kept
    assert "a hit at 16:39: the clip is" in talk.text
    assert talk.so_far.turns[-1].understood.hit is None
    assert talk.so_far.wishes.request.hit is None


def test_an_empty_answer_keeps_what_is_on_the_table_and_can_be_undone() -> None:
    talk = Talk()
    talk.say("piano")
    assert talk.say("300 bpm") is None
    assert "without “tempo at least 300 BPM” there would be 4" in talk.text
    assert talk.so_far.turns[-1].relaxations == (Relaxation("tempo at least 300 BPM", 4),)
    for words in ("why", "take it", ""):
        assert talk.say(words) is None
        assert "without “tempo at least 300 BPM” there would be 4" in talk.text
        assert "T1" not in talk.text
    assert talk.say("undo") == "t1"
    assert talk.so_far.wishes.request.constraints == Constraints()


def test_what_could_not_be_met_is_not_carried_on() -> None:
    talk = Talk()
    assert [talk.say("300 bpm"), talk.say("sad")] == [None, "t1"]
    assert talk.so_far.wishes.request.constraints == Constraints()


def test_words_that_could_not_be_used_are_said() -> None:
    talk = Talk()
    talk.say("blah")
    assert "“blah”" in talk.text


def test_every_claim_of_every_turn_points_at_evidence_that_exists() -> None:
    talk = Talk()
    for words in ("piano", "why", "blah", "undo", "undo", "undo", "", "take it", "300 bpm", "no"):
        talk.say(words)
    for turn in talk.so_far.turns:
        for claim in turn.reply.claims:
            assert claim.evidence
            assert all(0 <= index < len(turn.reply.evidence) for index in claim.evidence)
    assert all(turn.seconds >= 0 for turn in talk.so_far.turns)


def test_a_track_that_is_asked_about_is_held_against_the_one_on_the_table() -> None:
    talk = Talk()
    talk.say("piano")
    assert talk.say("why not T4") == "t1"
    assert talk.shelf.asked == (("t0",), "t4", "t1")
    assert "“T4”" in talk.text
    assert "no piano" in talk.text
    assert "0.70, score 0–1 for piano" in talk.text
    talk.say("why not T1")
    assert "on the table" in talk.text
    talk.say("why not nobody")
    assert "“nobody”" in talk.text
    assert talk.say("sad") == "t2"


def test_an_unknown_track_cannot_be_explained_or_chosen_by_hand() -> None:
    talk = Talk()
    with pytest.raises(InputError):
        why_not_turn(talk.so_far, "t99", "T99", video(), talk.tools)
    with pytest.raises(InputError):
        chosen_turn(talk.so_far, "t99", video(), talk.tools)


def test_a_chosen_track_comes_onto_the_table_and_never_back_by_itself() -> None:
    talk = Talk()
    talk.say("piano")
    turn = chosen_turn(talk.so_far, "t3", video(), talk.tools)
    talk.so_far = talk.so_far.add(turn)
    assert turn.choice is not None
    assert turn.choice.track.id == "t3"
    assert "t3" not in [other.track.id for other in turn.alternatives]
    assert [talk.say("sad"), talk.say("sad"), talk.say("undo"), talk.say("undo")] == ["t2", "t4", "t2", "t3"]


def test_an_edited_request_replaces_every_wish() -> None:
    talk = Talk()
    talk.say("piano")
    edited = Request("wants: sad", "nothing", wants=(Want("sad"),), constraints=Constraints(vocals="none"))
    turn = edited_turn(talk.so_far, edited, video(), talk.tools)
    assert turn.wishes.request.wants == (Want("sad"),)
    assert turn.wishes.request.constraints.vocals == "none"
    assert turn.understood.act == "refine"
    assert turn.choice is not None
    assert turn.choice.track.id == "t2"


def test_what_holds_at_the_start_is_asked_of_the_first_track() -> None:
    start = Start(Request(constraints=Constraints(licence="CC BY")), avoid=("t0",))
    shelf = Talk().shelf
    tools = Tools(understand, shelf, TemplateNarrator(), str, lambda concept: None)
    turn = first_turn(Conversation(start=start), None, tools)
    assert turn.choice is not None
    assert turn.choice.track.id == "t1"
    assert shelf.queries[-1].request == start.request
    assert turn.wishes.request == start.request
