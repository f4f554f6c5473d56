"""The narrator that is always there: sentences with slots.

In: a plan. Out: `Reply`.

- A point's wording is picked by a number (the turn's), so a dialogue varies and a rerun does not.
- Wording states what was measured and against what; it never turns a score into a fact of the sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from musechat.core.evidence import Claim, Reply

if TYPE_CHECKING:
    from musechat.reason.plan import Plan


class Narrator(Protocol):
    """Words a plan; it may choose words, never facts."""

    name: str

    def narrate(self, plan: Plan, seed: int) -> Reply:
        """One claim for each point of the plan."""
        ...


class TemplateNarrator:
    """Words each point by one of its sentences."""

    name = "template"

    def narrate(self, plan: Plan, seed: int) -> Reply:
        """See `Narrator`. The same plan and seed give the same reply."""
        claims = tuple(
            Claim(self._sentence(point.kind, seed + place).format_map(point.slots), point.evidence)
            for place, point in enumerate(plan.points)
        )
        return Reply(" ".join(claim.text for claim in claims), claims, plan.evidence, self.name)

    def _sentence(self, kind: str, seed: int) -> str:
        sentences = _SENTENCES[kind]
        return sentences[seed % len(sentences)]


_SENTENCES: dict[str, tuple[str, ...]] = {
    "propose": ("I would take “{title}”.", "How about “{title}”?", "My pick is “{title}”."),
    "propose artist": (
        "I would take “{title}” by {artist}.",
        "How about “{title}” by {artist}?",
        "My pick is “{title}” by {artist}.",
    ),
    "propose album": ("I would take “{title}” from {album}.", "How about “{title}” from {album}?"),
    "propose artist album": (
        "I would take “{title}” by {artist}, from the album {album}.",
        "How about “{title}” by {artist}, from {album}?",
        "My pick is “{title}” by {artist}, on the album {album}.",
    ),
    "still": ("“{title}” is still on the table.", "We are still at “{title}”."),
    "back": ("Back to “{title}”.", "All right, “{title}” again."),
    "accepted": ("Good, “{title}” it is.", "Then we take “{title}”."),
    "clip look": ("Your clip looks {look}.", "The picture is {look}."),
    "clip pace": ("There is {motion} {where}, and {cuts}.", "I see {motion} and {cuts} {where}."),
    "tags": (
        "The tagger's strongest tags for the track are {tags}.",
        "What the tagger hears most in the track is {tags}.",
    ),
    "tempo": ("It runs at about {bpm} BPM.", "Its tempo measures about {bpm} BPM."),
    "tempo and key": ("It runs at about {bpm} BPM, most likely in {key}.", "About {bpm} BPM, most likely in {key}."),
    "mood agrees": (
        "By measured mood the music is {track}, and so is the picture.",
        "Picture and music agree in measured mood: {clip}.",
    ),
    "mood differs": (
        "By measured mood the music is {track}, the picture {clip}.",
        "The picture measures {clip}; the music {track}.",
    ),
    "wish met": (
        "You asked for {concept}: it scores higher there than {percent} % of your library.",
        "For {concept} it stands above {percent} % of your library.",
    ),
    "wish not met": (
        "For {concept} this is a compromise: it scores above only {percent} % of your library.",
        "It falls short of {concept}: only {percent} % of your library scores lower there.",
    ),
    "changed": (
        "It is {change} than the last one: {now} against {then}.",
        "As asked, {change}: {now} instead of {then}.",
    ),
    "not changed": (
        "It is not {change} than the last one, sorry: {now} against {then}.",
        "I could not make it {change}: {now} against {then}.",
    ),
    "score changed": (
        "As asked, it scores {way} for {concept} than the last one: {now} against {then}.",
        "For {concept} it scores {way} than the last one, {now} against {then}.",
    ),
    "score not changed": (
        "It does not score {way} for {concept} than the last one, sorry: {now} against {then}.",
        "I could not get {way} for {concept}: {now} against {then}.",
    ),
    "kept": ("It keeps {concept}: a score of {now} after {then}.", "For {concept} it holds on: {now} after {then}."),
    "not kept": ("It scores lower for {concept} than the last one, sorry: {now} after {then}.",),
    "limit": ("Your limit “{limit}” holds: {value}.", "“{limit}” is respected: {value}."),
    "limit by score": (
        "By its tags it passes “{limit}”, with a {what} of {value}.",
        "As for “{limit}”: by its tags it passes, with a {what} of {value}.",
    ),
    "little": ("It has little of {concept}: a score of {score} on 0–1.", "For {concept} it scores a low {score} of 1."),
    "not little": ("It still scores {score} of 1 for {concept}, sorry.",),
    "limit licence": ("Its licence is {licence}, which allows what you asked.", "You may use it so: it is {licence}."),
    "too short": ("It is over before your clip is, at {over}.",),
    "limit by name": ("As you asked: {limit}.",),
    "limit unknown": ("I could not check “{limit}”: for this track that is not known.",),
    "start": ("I would start it at {start}{on}.", "Start it at {start}{on}."),
    "start for": ("Start it at {start}: there {reasons}.", "I would start it at {start}, where {reasons}."),
    "beginning for": ("From its beginning on, {reasons}.", "Start it at its beginning: there {reasons}."),
    "hit lift": (
        "The lift at {place} of the track falls on {clip}, as you asked; it starts at {start}.",
        "Started at {start}, its lift at {place} falls on {clip}, as you asked.",
    ),
    "hit mark": (
        "It has no lift that could fall on {clip}; instead {mark} begins there, at {place} of the track.",
        "No lift of it can fall on {clip}, so {mark} begins there: {place} of the track.",
    ),
    "hit after silence": (
        "It waits until {silence}, so that {mark} at {place} falls on {clip}, as you asked.",
        "There is silence until {silence}, for only then {mark} at {place} falls on {clip}, as you asked.",
    ),
    "picture hit": (
        "Start it at {start}: its lift at {place} then meets the picture's own at {clip}.",
        "From {start} on, its lift at {place} falls on {clip}, where the picture takes off.",
    ),
    "nothing hits": ("I found no lift, section or beat in it that could fall on {clip}.",),
    "no clip to hit": ("There is no clip in this conversation, so nothing can fall on {clip}.",),
    "leaps": (
        "It leaps from {leaps_from} to {leaps_to}, so that the track's own ending closes the clip.",
        "A leap from {leaps_from} to {leaps_to} lets the track's own ending close the clip.",
    ),
    "repeats": (
        "To last that long it repeats {repeats_from}–{repeats_to} {times}.",
        "{repeats_from}–{repeats_to} comes back {times}, so that it lasts.",
    ),
    "repeats and ends": (
        "It repeats {repeats_from}–{repeats_to} {times}, so that its own ending closes the clip.",
        "{repeats_from}–{repeats_to} comes back {times}, and its own ending closes the clip.",
    ),
    "fades": ("It fades out over the last {seconds} s.", "Over the last {seconds} s it fades out."),
    "speech": (
        "Somebody speaks for {seconds} s of it; the music can duck under that.",
        "I hear {seconds} s of speech in it, under which the music can duck.",
    ),
    "unmatched": ("I could not use {words}.", "I did not understand {words}."),
    "unmeasurable": (
        "I understood {words}, but nothing I measure can hear that, so it did not count.",
        "I cannot hear {words}, so that did not count.",
    ),
    "nothing fits": ("No track of your library fits all of that: {ways}. I set that message aside.",),
    "nothing fits at all": (
        "No track of your library fits {limits}, and giving up any one of them would not be enough. "
        "I set that message aside.",
    ),
    "nothing left": ("There is no track in your library that I could propose.",),
    "nothing said": ("I found nothing in your words that I can act on.",),
    "contributions": ("Its score is made of {parts}.", "What counted: {parts}."),
    "chosen": ("“{title}” it is, as you chose.", "All right, your choice: “{title}”."),
    "unknown track": ("I know no track called “{words}” in your library.",),
    "that is it": ("“{other}” is the one on the table.",),
    "barred": ("“{other}” is out: {why}.", "I left “{other}” out: {why}."),
    "breaks": ("“{other}” breaks your limit “{limit}”{found}.", "By your limit “{limit}” “{other}” is out{found}."),
    "passed over": ("“{other}” was passed over as {why}: {found}.", "{why}: {found}. So “{other}” was passed over."),
    "place": (
        "“{other}” comes in at place {place}: it scores {its}, my pick {mine}.",
        "With a score of {its} against {mine}, “{other}” stands at place {place}.",
    ),
    "scores": ("It would score {its}, my pick {mine}.", "By score alone “{other}” has {its}, my pick {mine}."),
    "behind": ("“{other}” loses on {parts}.", "It falls behind on {parts}."),
    "ahead": ("It would be ahead on {parts}.", "On its side: {parts}."),
    "no undo": ("There is nothing to go back to.",),
}
