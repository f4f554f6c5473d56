"""What the system says, by the grammar: `Telling`.

In: what a recommendation says, dice. Out: its sentences, the first with the track's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from musechat.learn.asking import is_thing
from musechat.learn.phrases import article, listed, pick, tidy, upper
from musechat.reason.wording import chosen

if TYPE_CHECKING:
    from random import Random

    from musechat.concepts.vocabulary import Vocabulary
    from musechat.learn.lines import Comparison, Said


class Telling:
    """Words recommendations."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __call__(self, said: Said, dice: Random) -> tuple[str, ...]:
        """One sentence each for the name, what is there, each comparison, the tempo."""
        sentences = [_offer(said, dice)]
        if said.has:
            sentences.append(pick("say", "is", dice).format(x=self._described(said.has, dice)))
        sentences += [self._compared(comparison, dice) for comparison in said.comparisons]
        if said.bpm is not None:
            sentences.append(pick("say", "tempo", dice).format(bpm=said.bpm))
        return tuple(sentences)

    def _described(self, has: Sequence[str], dice: Random) -> str:
        """ "A mellow jazz track with guitar, instrumental"."""
        things = [concept for concept in has if is_thing(concept, self._vocabulary)]
        genres = [concept for concept in has if self._vocabulary[concept].kind == "genre"]
        qualities = [concept for concept in has if concept not in (*things, *genres, "instrumental")]
        words = " ".join(part for part in (listed(qualities), listed(genres)) if part)
        noun = pick("say", "noun", dice)
        head = f"{article(words)} {words} {noun}" if words else f"a {noun}"
        tail = f" with {listed(things)}" if things else ""
        return head + tail + (chosen("[, instrumental|, purely instrumental]", dice) if "instrumental" in has else "")

    def _compared(self, comparison: Comparison, dice: Random) -> str:
        value = comparison.value
        if comparison.kind == "keeps":
            value = f"the {value}" if is_thing(value, self._vocabulary) else pick("say", "side", dice).format(x=value)
        slots = {"x": value, "X": upper(value), "now": comparison.now, "then": comparison.then}
        return pick("say", comparison.kind, dice).format_map(slots)


def _offer(said: Said, dice: Random) -> str:
    slots = {
        "title": said.names.title,
        "artist": said.names.artist or "",
        "album": said.names.album or "",
    }
    named = pick("offer", "named" if said.names.artist else "unsigned", dice)
    album = pick("offer", "album", dice) if said.names.album else ""
    pattern = tidy(pick("offer", said.manner, dice).replace("{named}", named).replace("{from}", album))
    return pattern.format_map(slots)
