"""What a reply will say: `Point`s, each with the evidence that carries it.

In: the choice, the clip's facts, the request. Out: `Plan`, which any narrator can word.

- A point is only planned where its evidence exists; a wish that was not met is planned as such, never left out.
- That a concept is *there* is claimed only on evidence of the kind "asserted"; otherwise the plan says how the track
  scores for it against the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.core.evidence import Evidence
from musechat.core.text import one_line
from musechat.reason.scale import BRIGHTNESS, ENERGY, MOTION, PLEASANTNESS, SATURATION, WARMTH

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from musechat.core.conversation import Relaxation
    from musechat.core.request import Request


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to say. `kind` picks the wording, `slots` fill it, `evidence` indexes the plan's evidence."""

    kind: str
    slots: dict[str, str]
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The points in order, and the evidence they index."""

    points: tuple[Point, ...]
    evidence: tuple[Evidence, ...]


USUAL = 0.5
"""The concept score of an unremarkable track."""
GRANTED = 60.0
"""A wish counts as met when the track scores higher for it than this share of the library, in percent."""


class Planner:
    """Collects points over one list of evidence; a point without evidence is refused."""

    def __init__(self, evidence: Iterable[Evidence], phrase: Callable[[str], str] = str) -> None:
        """`phrase`: how a concept is said in a sentence."""
        self._evidence = list(evidence)
        self._points: list[Point] = []
        self._phrase = phrase

    def plan(self) -> Plan:
        """What has been collected."""
        return Plan(tuple(self._points), tuple(self._evidence))

    def fact(self, index: int) -> Evidence:
        """One piece of the evidence."""
        return self._evidence[index]

    def say(self, kind: str, used: list[int], **slots: str) -> None:
        """Plan one point on the evidence `used`."""
        if not used:
            raise ValueError(f"the point {kind!r} rests on no evidence")
        self._points.append(Point(kind, slots, tuple(used)))

    def add(self, evidence: Evidence) -> int:
        """Append evidence; returns its index."""
        self._evidence.append(evidence)
        return len(self._evidence) - 1

    def find(self, kind: str, name: str | None = None, subject: str = "track") -> list[int]:
        """The indices of all evidence of one kind."""
        return [
            index
            for index, e in enumerate(self._evidence)
            if e.kind == kind and e.subject == subject and name in (None, e.name)
        ]

    def one(self, kind: str, name: str, subject: str = "track") -> tuple[int, float] | None:
        """The index and the number of one piece of evidence, None where it was not measured."""
        for index in self.find(kind, name, subject):
            value = self._evidence[index].value
            if isinstance(value, int | float):
                return index, float(value)
        return None

    def proposal(self) -> None:
        """Title, artist and album of the track on the table."""
        names = {self._evidence[i].name: (i, str(self._evidence[i].value)) for i in self.find("name")}
        slots = {name: value for name, (_, value) in names.items() if name in ("title", "artist", "album")}
        kind = "propose" + "".join(f" {part}" for part in ("artist", "album") if part in slots)
        self.say(kind, [names[name][0] for name in slots], **slots)

    def title(self, kind: str) -> None:
        """One sentence of `kind` about the track on the table by its title."""
        names = self.find("name", "title")
        if names:
            self.say(kind, names, title=str(self._evidence[names[0]].value))

    def nothing_said(self, words: str) -> None:
        """The message held nothing to act on."""
        self.say("nothing said", [self.add(Evidence("request", "words", "message", one_line(words), "", "your words"))])

    def nothing_before(self, words: str) -> None:
        """Undo was asked for and there is no earlier track."""
        self.say("no undo", [self.add(Evidence("request", "words", "message", one_line(words), "", "your words"))])

    def clip(self) -> None:
        """What the picture looks like and how it moves."""
        scales = (("brightness", BRIGHTNESS), ("saturation", SATURATION), ("warmth", WARMTH))
        found = [(scale, self.one("colour", name, "clip")) for name, scale in scales]
        looks = [(scale.word(hit[1]), hit[0]) for scale, hit in found if hit is not None]
        used, slots = [index for _, index in looks], {"look": listed([word for word, _ in looks])} if looks else {}
        motion, cuts = self.one("motion", "motion", "clip"), self.one("cuts", "cuts", "clip")
        if motion is not None and cuts is not None:
            used += [motion[0], cuts[0]]
            slots["cuts"] = {0: "no cuts", 1: "one cut"}.get(int(cuts[1]), f"{cuts[1]:.0f} cuts")
            slots["where"] = self._evidence[cuts[0]].unit.replace("in the clip", "in it")
            slots["motion"] = MOTION.word(motion[1])
        if used:
            self.say("clip" if len(slots) > 3 else "clip look" if looks else "clip pace", used, **slots)
        if shown := self.find("scene", subject="clip"):
            self.say("scenes", shown, scenes=listed([self._evidence[index].name for index in shown]))

    def speech(self) -> None:
        """That somebody speaks in the clip, and what that did to the choice."""
        speech, voice = self.one("speech", "speech", "clip"), self.one("voice", "voice under speech")
        if speech is None or speech[1] < 1:
            return
        seconds = f"{speech[1]:.0f}"
        if voice is None:
            self.say("speech", [speech[0]], seconds=seconds)
        else:
            self.say("speech and voice", [speech[0], voice[0]], seconds=seconds, voice=f"{voice[1]:.2f}")

    def sound(self) -> None:
        """What is in the track for sure, or else the tagger's strongest tags; tempo, key."""
        told = {index for point in self._points for index in point.evidence}
        there = [index for index in self.find("asserted") if index not in told]
        genres = [index for index in there if self._evidence[index].unit.endswith("(genre)")]
        parts = [index for index in there if self._evidence[index].unit.endswith(("(instrument)", "(vocals)"))]
        slots = {
            name: listed([self._phrase(self._evidence[index].name) for index in indices])
            for name, indices in (("genres", genres), ("parts", parts))
            if indices
        }
        tags = self.find("tag")
        if slots:
            self.say("sound" if len(slots) == 2 else next(iter(slots)), [*genres, *parts], **slots)
        elif tags and not self.find("asserted"):
            self.say("tags", tags, tags=listed([f"{self._evidence[i].name}" for i in tags]))
        tempo = self.one("measured", "tempo")
        key = self.find("measured", "key")
        if tempo is not None and key:
            self.say("tempo and key", [tempo[0], *key], bpm=f"{tempo[1]:.0f}", key=str(self._evidence[key[0]].value))
        elif tempo is not None:
            self.say("tempo", [tempo[0]], bpm=f"{tempo[1]:.0f}")

    def mood(self) -> None:
        """How the estimated moods of picture and music agree."""
        subjects = ("clip", "track")
        found = [self.one("mood", name, subject) for subject in subjects for name in ("arousal", "valence")]
        hits = [hit for hit in found if hit is not None]
        if len(hits) < len(found):
            return
        words = [(PLEASANTNESS if i % 2 else ENERGY).word((value + 1) / 2) for i, (_, value) in enumerate(hits)]
        same = words[:2] == words[2:]
        self.say(
            "mood agrees" if same else "mood differs",
            [index for index, _ in hits],
            clip=f"{words[0]} and {words[1]}",
            track=f"{words[2]} and {words[3]}",
        )

    def wishes(self, request: Request, before: Collection[str] = ()) -> None:
        """How the track answers each wish, met or not; those of earlier messages, `before`, in a sentence for all."""
        for want in request.wants:
            if want.concept not in before:
                self._wish(want.concept)
        for index in self.find("change"):
            self._changed(index)
        self._wishes_before([want.concept for want in request.wants if want.concept in before])
        for index in self.find("little"):
            score = _number(self._evidence[index])
            kind = "little" if score < USUAL else "not little"
            self.say(kind, [index], concept=self._phrase(self._evidence[index].name), score=f"{score:.2f}")
        self._limits()
        asked = {self._evidence[index].name.partition(" ")[2] for index in self.find("change")}
        for index in self.find("keep"):
            if self._evidence[index].name not in asked:
                self._kept(index)
        self.likeness(same=request.same)

    def _wishes_before(self, concepts: list[str]) -> None:
        """Earlier wishes that still hold, those that are met and those that are not."""
        found = [(concept, standing) for concept in concepts if (standing := self.one("standing", concept)) is not None]
        for kind, met in (("earlier wishes", True), ("earlier wishes not met", False)):
            told = [(concept, hit) for concept, hit in found if (hit[1] >= GRANTED) == met]
            if told:
                parts = [f"{hit[1]:.0f} % for {self._phrase(concept)}" for concept, hit in told]
                self.say(kind, [hit[0] for _, hit in told], parts=listed(parts))

    def _limits(self) -> None:
        """Each limit by itself, but those that scores decide in one sentence."""
        scored: list[int] = []
        for index in self.find("limit"):
            e = self._evidence[index]
            if e.unit.startswith("score") and e.value is not None and e.source != "you":
                scored.append(index)
            else:
                self._limit(index)
        facts = [self._evidence[index] for index in scored]
        if scored:
            parts = [f"“{e.name}” (a {e.unit.replace(' 0–1', '')} of {_number(e):.2f})" for e in facts]
            self.say("limits by score", scored, limits=listed(parts))

    def _wish(self, concept: str) -> None:
        standing = self.one("standing", concept)
        score, measured = self.one("concept", concept), self.one("gauge", concept)
        there = self.one("asserted", concept)
        found = score or measured
        yours = [index for index in self.find("asserted", concept) if self._evidence[index].value == "yes"]
        if yours:
            self.say("wish by you", yours, concept=self._phrase(concept))
        elif there is not None:
            said = self._evidence[there[0]].unit.split()[1]
            self.say("wish there", [there[0]], concept=self._phrase(concept), right=f"{there[1]:.0f}", said=said)
        elif standing is not None and found is not None:
            met = standing[1] >= GRANTED
            kind = ("measured wish" if measured else "wish met") if met else "wish not met"
            kind = "measured wish not met" if measured and not met else kind
            slots = {"concept": self._phrase(concept), "percent": f"{standing[1]:.0f}", "score": f"{found[1]:.2f}"}
            self.say(kind, [found[0], standing[0]], value=_found(self._evidence[found[0]]), **slots)

    def _kept(self, index: int) -> None:
        now = self._evidence[index]
        before = self.one("keep", now.name, "previous track")
        if before is None:
            return
        measured = not now.unit.startswith("score")
        near = abs(_number(now) - before[1]) <= 0.1 * abs(before[1])
        held = near if measured else _number(now) >= before[1] - 0.1
        shown = [f"{value:.0f} {now.unit}" if measured else f"{value:.2f}" for value in (_number(now), before[1])]
        self.say(
            "kept" if held else "not kept",
            [index, before[0]],
            concept=self._phrase(now.name),
            now=shown[0],
            then=shown[1],
        )

    def likeness(self, *, same: bool) -> None:
        """How near the track is to a style, an example, or the last one where that was asked for."""
        for index in self.find("style"):
            e = self._evidence[index]
            standing = self.one("standing", e.name)
            if standing is not None:
                example = e.name.startswith("near ")
                slots = {"example": "your example"} if example else {"style": e.name}
                shown = {"cosine": f"{_number(e):.2f}", "percent": f"{standing[1]:.0f}"}
                self.say("example" if example else "style", [index, standing[0]], **slots, **shown)
        for index in self.find("likeness", "near the previous track") if same else ():
            self.say("same", [index], cosine=f"{_number(self._evidence[index]):.2f}")

    def _limit(self, index: int) -> None:
        """A limit and what was found; a name that is not known is no proof of anything."""
        e = self._evidence[index]
        if e.source == "you" and not isinstance(e.value, str):
            self.say("limit by you", [index], limit=e.name)
        elif isinstance(e.value, str):
            licence = self.find("name", "licence") if e.name.startswith("licence") else []
            if licence:
                self.say("limit licence", [index, *licence], licence=str(self._evidence[licence[0]].value))
            else:
                self.say("limit by name" if e.value else "limit unknown", [index], limit=e.name)
        elif e.value is not None:
            self.say("limit", [index], limit=e.name, value=f"{e.value:.0f} {e.unit}")

    def _changed(self, index: int) -> None:
        now = self._evidence[index]
        before = self.one("change", now.name, "previous track")
        if before is None or now.value is None:
            return
        direction, _, concept = now.name.partition(" ")
        value = _number(now)
        done = value > before[1] if direction in ("faster", "louder", "more") else value < before[1]
        kind = "changed" if done else "not changed"
        if concept:
            higher = "higher" if direction == "more" else "lower"
            slots = {"concept": self._phrase(concept), "way": higher, "now": f"{value:.2f}", "then": f"{before[1]:.2f}"}
            self.say(f"score {kind}", [index, before[0]], **slots)
        else:
            shown = [f"{number:.{0 if now.unit == 'BPM' else 1}f} {now.unit}" for number in (value, before[1])]
            self.say(kind, [index, before[0]], change=direction, now=shown[0], then=shown[1])

    def not_used(self, request: Request) -> None:
        """What a message took back itself, what was not understood, what was understood but cannot be heard."""
        groups = (
            ("overruled", request.overruled),
            ("unmatched", request.unmatched),
            ("unmeasurable", request.unmeasurable),
        )
        for kind, words in groups:
            if words:
                index = self.add(Evidence("request", "words", kind, ", ".join(words), "", "your words"))
                self.say(kind, [index], words=listed([f"“{word}”" for word in words]))

    def nothing_fits(self, relaxations: tuple[Relaxation, ...]) -> None:
        """No track passes, and what giving up each limit would bring."""
        found = [
            self.add(Evidence("limit", "words", r.constraint, r.tracks, "tracks without it", "library"))
            for r in relaxations
        ]
        ways = [(r, index) for r, index in zip(relaxations, found, strict=True) if r.tracks]
        if ways:
            spoken = listed([f"without “{r.constraint}” there would be {r.tracks}" for r, _ in ways])
            self.say("nothing fits", [index for _, index in ways], ways=spoken)
        elif found:
            self.say("nothing fits at all", found, limits=listed([f"“{r.constraint}”" for r in relaxations]))
        else:
            none = Evidence("limit", "words", "tracks left", 0, "tracks", "library")
            self.say("nothing left", [self.add(none)])

    def unknown_track(self, name: str) -> None:
        """No track of the library is called so."""
        index = self.add(Evidence("request", "words", "track", one_line(name, 80), "", "your words"))
        self.say("unknown track", [index], words=one_line(name, 80))

    def why_not(self, *, on_table: bool) -> None:
        """What kept another track from being proposed; its evidence is that of `match.why_not`."""
        other = "other track"
        title = self.find("name", "title", other)
        name = str(self._evidence[title[0]].value)
        if on_table:
            return self.say("that is it", title, other=name)
        for index in self.find("barred", subject=other):
            self.say("barred", [*title, index], other=name, why=str(self._evidence[index].value))
        for index in self.find("limit", subject=other):
            e = self._evidence[index]
            found = _found(e)
            self.say("breaks", [*title, index], other=name, limit=e.name, found=f": {found}" if found else "")
        for index in self.find("passed over", subject=other):
            e = self._evidence[index]
            self.say("passed over", [*title, index], other=name, why=self._phrase(e.name), found=_found(e))
        self._compared(title, name)

    def _compared(self, title: list[int], name: str) -> None:
        """Places, scores, and what the difference is made of."""
        other = "other track"
        mine, its = self.one("score", "score"), self.one("score", "score", other)
        place = self.one("place", "place", other)
        if mine is None or its is None:
            return
        slots = {"other": name, "its": f"{its[1]:.2f}", "mine": f"{mine[1]:.2f}"}
        if place is None:
            self.say("scores", [*title, its[0], mine[0]], **slots)
        else:
            of = self._evidence[place[0]].unit
            self.say("place", [*title, place[0], its[0], mine[0]], place=f"{place[1]:.0f} {of}", **slots)
        for kind in ("behind", "ahead"):
            if indices := self.find(kind, subject=other):
                parts = [f"{self._phrase(e.name)} ({_number(e):+.2f})" for e in map(self.fact, indices)]
                self.say(kind, [*title, *indices], other=name, parts=listed(parts))

    def contributions(self) -> None:
        """What made the score, largest first: the answer to "why?"."""
        made = [(i, e) for i, e in enumerate(self._evidence) if e.weight > 0 and e.subject == "track"]
        made.sort(key=lambda pair: -pair[1].weight)
        if made:
            parts = [f"{self._phrase(e.name)} (+{e.weight:.2f})" for _, e in made[:5]]
            self.say("contributions", [i for i, _ in made[:5]], parts=listed(parts))


def clock(seconds: float) -> str:
    """Seconds as m:ss, to the nearest."""
    whole = int(seconds + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


def _found(evidence: Evidence) -> str:
    """What was found, with its unit: "0.71, score 0–1 for any voice", "96 BPM", "not known"."""
    value, unit = evidence.value, evidence.unit
    if value is None or value == "":
        return "not known"
    if isinstance(value, str):
        return value
    return f"{value:.2f}, {unit}" if unit.startswith("score") else f"{value:.0f} {unit}"


def _number(evidence: Evidence) -> float:
    return float(evidence.value) if isinstance(evidence.value, int | float) else float("nan")


def listed(words: list[str]) -> str:
    """Words as a list in a sentence."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"
