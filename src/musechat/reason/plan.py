"""What a reply will say: `Point`s, each with the evidence that carries it.

In: the choice, the clip's facts, the request. Out: `Plan`, which any narrator can word.

- A point is only planned where its evidence exists; a wish that was not met is planned as such, never left out.
- That a concept is *there* is not claimed: the plan says how the track scores for it against the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.core.evidence import Evidence
from musechat.core.text import one_line
from musechat.reason.scale import BRIGHTNESS, ENERGY, MOTION, PLEASANTNESS, SATURATION, WARMTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
        """What the picture looks like."""
        scales = (("brightness", BRIGHTNESS), ("saturation", SATURATION), ("warmth", WARMTH))
        found = [(scale, self.one("colour", name, "clip")) for name, scale in scales]
        looks = [(scale.word(hit[1]), hit[0]) for scale, hit in found if hit is not None]
        if looks:
            self.say("clip look", [index for _, index in looks], look=listed([word for word, _ in looks]))
        motion, cuts = self.one("motion", "motion", "clip"), self.one("cuts", "cuts", "clip")
        if motion is not None and cuts is not None:
            spoken = {0: "no cuts", 1: "one cut"}.get(int(cuts[1]), f"{cuts[1]:.0f} cuts")
            where = self._evidence[cuts[0]].unit.replace("in the clip", "in it")
            self.say("clip pace", [motion[0], cuts[0]], motion=MOTION.word(motion[1]), cuts=spoken, where=where)
        speech = self.one("speech", "speech", "clip")
        if speech is not None and speech[1] >= 1:
            self.say("speech", [speech[0]], seconds=f"{speech[1]:.0f}")

    def sound(self) -> None:
        """What was heard in the track: the tagger's strongest tags, tempo, key."""
        tags = self.find("tag")
        if tags:
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

    def wishes(self, request: Request) -> None:
        """How the track answers each wish, met or not."""
        for want in request.wants:
            self._wish(want.concept)
        for index in self.find("change"):
            self._changed(index)
        for index in self.find("little"):
            score = _number(self._evidence[index])
            kind = "little" if score < USUAL else "not little"
            self.say(kind, [index], concept=self._phrase(self._evidence[index].name), score=f"{score:.2f}")
        for index in self.find("limit"):
            self._limit(index)
        for index in self.find("keep"):
            before = self.one("keep", self._evidence[index].name, "previous track")
            if before is not None:
                self.say(
                    "kept" if _number(self._evidence[index]) >= before[1] - 0.1 else "not kept",
                    [index, before[0]],
                    concept=self._phrase(self._evidence[index].name),
                    now=f"{_number(self._evidence[index]):.2f}",
                    then=f"{before[1]:.2f}",
                )

    def _wish(self, concept: str) -> None:
        standing, score = self.one("standing", concept), self.one("concept", concept)
        if standing is None or score is None:
            return
        self.say(
            "wish met" if standing[1] >= GRANTED else "wish not met",
            [score[0], standing[0]],
            concept=self._phrase(concept),
            percent=f"{standing[1]:.0f}",
            score=f"{score[1]:.2f}",
        )

    def _limit(self, index: int) -> None:
        """A limit and what was found; a name that is not known is no proof of anything."""
        e = self._evidence[index]
        if isinstance(e.value, str):
            licence = self.find("name", "licence") if e.name.startswith("licence") else []
            if licence:
                self.say("limit licence", [index, *licence], licence=str(self._evidence[licence[0]].value))
            else:
                self.say("limit by name" if e.value else "limit unknown", [index], limit=e.name)
        elif e.value is not None:
            if e.unit.startswith("score"):
                what = e.unit.replace(" 0–1", "")
                self.say("limit by score", [index], limit=e.name, what=what, value=f"{e.value:.2f}")
            else:
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
        """What was not understood, and what was understood but cannot be heard."""
        for kind, words in (("unmatched", request.unmatched), ("unmeasurable", request.unmeasurable)):
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
