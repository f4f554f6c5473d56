"""What the user says, by the grammar: `Asking`.

In: a clip or a preference, dice. Out: a line.

- What is asked is decided before; the grammar adds no wish and leaves none out.
- A slot's text is set in last: nothing in a name can be taken for a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musechat.concepts.understand import understand
from musechat.learn.phrases import article, listed, pick, tidy, upper

if TYPE_CHECKING:
    from random import Random

    from musechat.concepts.vocabulary import Vocabulary
    from musechat.learn.intent import Intent
    from musechat.learn.lines import Clip, Gesture
    from musechat.learn.preference import Preference

_SHORT = {"fast": "faster", "slow": "slower", "loud": "louder", "quiet": "quieter", "happy": "happier", "sad": "sadder",
          "calm": "calmer", "dark": "darker", "soft": "softer", "warm": "warmer"}  # fmt: skip
_ARTIST = "{artist}"
"""Stands for a name until the line is tidied: names stay as they are written."""
_TAILS = ("vocals", "tempo", "style", "avoid")
"""What stands behind a noun phrase, in this order: nothing may follow an exclusion that it could take along."""
_NOUNS = ("beat", "solo", "drone")
"""Things that are of no kind of things."""


def is_thing(concept: str, vocabulary: Vocabulary) -> bool:
    """Whether music has it rather than is it: a guitar, a choir, a beat."""
    return concept in _NOUNS or (vocabulary[concept].kind in ("instrument", "vocals") and concept != "instrumental")


@dataclass(frozen=True, slots=True)
class _Parts:
    """The intents of a line by the place where they stand."""

    kept: tuple[str, ...]
    compared: tuple[Intent, ...]
    things: tuple[str, ...]
    genres: tuple[str, ...]
    qualities: tuple[str, ...]
    tails: tuple[Intent, ...]


class Asking:
    """Words what users say."""

    def __init__(self, vocabulary: Vocabulary, talk: float) -> None:
        """`talk`: the share of lines that tell something around the wishes."""
        self._vocabulary, self._talk = vocabulary, talk

    def request(self, clip: Clip, dice: Random) -> str:
        """The first message: music for this clip, please."""
        ask, named = pick("request", "ask", dice), pick("request", "clip", dice)
        ask = upper(tidy(ask.replace("{clip_first}", upper(named)).replace("{clip}", named)))
        said = pick("request", "greeting", dice) + ask
        if clip.cuts is not None and dice.random() < 0.5:
            said += " " + pick("request", "about", dice)
        if dice.random() < 0.4:
            said += " " + pick("request", "close", dice)
        cuts = "a single shot" if not clip.cuts else "one cut" if clip.cuts == 1 else f"{clip.cuts} cuts"
        return tidy(said.format(seconds=round(clip.seconds), cuts=cuts))

    def preference(self, preference: Preference, dice: Random) -> str:
        """A message that says what shall be otherwise, or stay."""
        parts = self._parts(preference.intents)
        opening = self._opening(preference.opening, parts.kept, dice)
        core = self._core(parts, dice)
        going_on = opening.lower().endswith((",", "but", "though"))
        talk = [pick("talk", name, dice) for name in ("reason", "end") if dice.random() < self._talk]
        line = tidy(upper(" ".join([opening, core if going_on else upper(core), *talk]).strip()))
        artists = [intent.value for intent in parts.tails if intent.kind == "style"]
        return line.replace(_ARTIST, artists[0]) if artists else line

    def gesture(self, gesture: Gesture, dice: Random) -> str:
        """A message that rejects, asks why or takes back."""
        return tidy(pick("gesture", gesture, dice))

    def _parts(self, intents: Sequence[Intent]) -> _Parts:
        wants = [intent.value for intent in intents if intent.kind == "want"]
        things = tuple(value for value in wants if is_thing(value, self._vocabulary))
        genres = tuple(value for value in wants if self._vocabulary[value].kind == "genre")
        return _Parts(
            kept=tuple(intent.value for intent in intents if intent.kind == "keep"),
            compared=tuple(intent for intent in intents if intent.kind in ("more", "less")),
            things=things,
            genres=genres,
            qualities=tuple(value for value in wants if value not in (*things, *genres)),
            tails=tuple(sorted((i for i in intents if i.kind in _TAILS), key=lambda intent: _TAILS.index(intent.kind))),
        )

    def _opening(self, kind: str, kept: Sequence[str], dice: Random) -> str:
        if kind != "like":
            return pick("open", kind, dice)
        if len(kept) == 1 and dice.random() < 0.25:
            thing = is_thing(kept[0], self._vocabulary)
            said = f"the {kept[0]}" if thing else pick("phrase", "side", dice).format(x=kept[0])
            be = "are" if thing and kept[0].endswith("s") else "is"
            return pick("open", "stated", dice).format(x=upper(said), be=be)
        return pick("open", kind, dice).format(x=" and ".join(self._liked(concept, dice) for concept in kept))

    def _liked(self, concept: str, dice: Random) -> str:
        """With "the" or "how": without, it would be a taste and so a wish."""
        if is_thing(concept, self._vocabulary):
            return f"the {concept}"
        kind = "feel" if self._vocabulary[concept].kind in ("mood", "energy", "texture") else "side"
        return pick("phrase", kind, dice).format(x=concept)

    def _core(self, parts: _Parts, dice: Random) -> str:
        """What is compared stands before what is described, in a sentence of its own: "less rock, and drums" would take
        the drums away. For the same reason "less" comes before "more"."""
        ordered = sorted(parts.compared, key=lambda intent: intent.kind)
        compared = listed([self._comparative(intent, dice) for intent in ordered])
        wanted = self._wanted(parts, dice)
        if not compared:
            return pick("core", "plain", dice).format(x=wanted)
        said = pick("core", "comparative", dice).format(x=compared)
        return said + (" " + upper(pick("core", "also", dice).format(x=wanted)) if wanted else "")

    def _comparative(self, intent: Intent, dice: Random) -> str:
        thing = is_thing(intent.value, self._vocabulary)
        if intent.kind == "more" and (short := _SHORT.get(intent.value)):
            return pick("phrase", "degree", dice) + short
        return pick("phrase", f"{intent.kind} {'thing' if thing else 'quality'}", dice).format(x=intent.value)

    def _wanted(self, parts: _Parts, dice: Random) -> str:
        """One noun phrase, and what goes with it."""
        if not (parts.qualities or parts.genres or parts.things or parts.tails):
            return ""
        said = self._head(parts, dice)
        if parts.things:
            said += " " + pick("phrase", "with", dice).format(x=listed(parts.things))
        alone = not (parts.qualities or parts.genres or parts.things)
        for place, intent in enumerate(parts.tails):
            bare = alone and place == 0  # "something without drums": right behind the noun
            said += (" " if bare else pick("phrase", "joint", dice)) + self._tail(intent, bare, dice)
        return said

    def _head(self, parts: _Parts, dice: Random) -> str:
        """ "A happy, mellow jazz track", "something happy and mellow", "some jazz"; "music" where nothing is said."""
        qualities, genre = listed(parts.qualities), listed(parts.genres)
        if not qualities and not genre:
            return pick("phrase", "anything", dice)
        kind = "genre" if genre else "qualities"
        words = " ".join(part for part in (qualities, genre) if part)
        if genre and self._means_otherwise(words, (*parts.qualities, *parts.genres)):
            kind, words = "careful", listed((*parts.genres, *parts.qualities))
        return pick("phrase", kind, dice).format(x=words, a=article(words))

    def _means_otherwise(self, words: str, concepts: Sequence[str]) -> bool:
        """Whether neighbours make another word: "soft rock" is pop rock, "an alternative track" another one."""
        read = understand(f"I want {article(words)} {words} tune", self._vocabulary)
        return {want.concept for want in read.wants} != set(concepts)

    def _tail(self, intent: Intent, bare: bool, dice: Random) -> str:
        """`bare`: it follows a noun without a pause."""
        if intent.kind in ("tempo", "style"):
            return pick("phrase", intent.kind, dice).format(x=_ARTIST if intent.kind == "style" else intent.value)
        behind = " behind" if bare else ""
        if intent.kind == "vocals" or intent.value == "vocals":
            return pick("phrase", (intent.value if intent.kind == "vocals" else "none") + behind, dice)
        kind = "avoid thing" if is_thing(intent.value, self._vocabulary) else "avoid quality"
        return pick("phrase", kind + behind, dice).format(x=intent.value)
