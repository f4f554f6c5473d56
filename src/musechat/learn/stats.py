"""What a dataset is like: `stats_of`.

In: dialogues one by one. Out: `Stats`: counts, lengths, shares.

- Memory stays flat: nothing but counters is kept. Shares that need the parser or the verifier are taken from evenly
  spread dialogues.
- distinct-2: different word pairs over all word pairs, of the first 6,000 pairs, names masked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from musechat.concepts.understand import understand
from musechat.core.text import folded
from musechat.learn.evidence import evidence_of
from musechat.learn.intent import found, invented
from musechat.learn.leaks import leaks
from musechat.reason.verify import Verifier

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.learn.dialogue import Dialogue, Message

PAIRS = 6_000
FIRST = 2_000
"""Dialogues among which lines are compared."""
SHARES = ("likes", "but", "negation", "exclusion", "artist", "relative")
"""Shares of wishes: that begin with liking, go on with a "but", hold a negating word, exclude, name an artist, compare
with the track on the table.
"""
_NEGATION = re.compile(r"\b(?:no|not|without|nothing|never|nobody|none|neither|nor|cannot)\b|n['’]t\b", re.I)
_LIKES = re.compile(r"\b(?:i|we)(?: really| also| do| just)? (?:like|love|enjoy|appreciate|adore)\b", re.I)
_BUT = re.compile(r"\b(?:but|though|still|even so|that said)\b", re.I)
_WORD = re.compile(r"[\w'’-]+")


@dataclass(slots=True)
class Lines:
    """Lines of one speaker: how many words how often, and the word pairs of the first of them."""

    lengths: Counter[int] = field(default_factory=Counter)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Counts one line, its names masked."""
        words = _WORD.findall(text.lower())
        self.lengths[len(words)] += 1
        if len(self.pairs) < PAIRS:
            self.pairs = [*self.pairs, *pairwise(words)][:PAIRS]

    @property
    def count(self) -> int:
        """How many lines there are."""
        return sum(self.lengths.values())

    @property
    def mean(self) -> float:
        """Words a line."""
        return sum(words * lines for words, lines in self.lengths.items()) / max(1, self.count)

    @property
    def distinct(self) -> float:
        """distinct-2 of the first pairs."""
        return len(set(self.pairs)) / max(1, len(self.pairs))

    def at(self, share: float) -> int:
        """The length below which a share of the lines lies, in words."""
        left = share * self.count
        for words in sorted(self.lengths):
            left -= self.lengths[words]
            if left <= 0:
                return words
        return 0


@dataclass(slots=True)
class Stats:
    """Counts over a dataset. `wishes`, `answers`: lines in which users say what they want, and all of the system's.

    `shares`: how many wishes are of each of `SHARES`; `intents` and `facts`: how many things a wish and an answer say;
    `writers`: lines by who worded them; `refused`: causes; `kinds`: of messages.
    `parsed`, `read`, `strange`: intents that were looked for, found, and what was read beside them; `checked`, `true`:
    answers that were held against their evidence, and those that say nothing else.
    """

    dialogues: int = 0
    unique: float = 0.0
    leaks: int = 0
    wishes: Lines = field(default_factory=Lines)
    answers: Lines = field(default_factory=Lines)
    shares: Counter[str] = field(default_factory=Counter)
    intents: Counter[int] = field(default_factory=Counter)
    facts: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    writers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    parsed: int = 0
    read: int = 0
    strange: int = 0
    checked: int = 0
    true: int = 0

    @staticmethod
    def mean(counts: Counter[int]) -> float:
        """The mean of values that were counted."""
        return sum(value * count for value, count in counts.items()) / max(1, counts.total())

    def share(self, name: str) -> float:
        """A share of all wishes."""
        return self.shares[name] / max(1, self.wishes.count)


def stats_of(dialogues: Iterable[Dialogue], vocabulary: Vocabulary, every: int = 1) -> Stats:
    """`every`: of so many dialogues one is parsed and verified."""
    stats, verifier = Stats(), Verifier(vocabulary)
    seen: set[str] = set()
    lines = 0
    for dialogue in dialogues:
        stats.dialogues += 1
        early = stats.dialogues <= FIRST
        for message in dialogue.messages:
            stats.writers[message.writer] += 1
            stats.refused.update(message.refused)
            if early:
                lines += 1
                seen.add(message.text)
            _count(stats, message)
        stats.leaks += sum(map(bool, _leaking(dialogue)))
        if (stats.dialogues - 1) % every == 0:
            _judge(stats, dialogue, vocabulary, verifier)
    stats.unique = len(seen) / max(1, lines)
    return stats


def stats_json(stats: Stats) -> dict[str, Any]:
    """The same as plain JSON values."""
    lines = {
        name: {"lines": one.count, "words": round(one.mean, 2), "p10": one.at(0.1), "p90": one.at(0.9),
               "distinct_2": round(one.distinct, 4)}
        for name, one in (("wishes", stats.wishes), ("answers", stats.answers))
    }  # fmt: skip
    return {
        "schema_version": 1,
        "dialogues": stats.dialogues,
        "unique_lines": round(stats.unique, 4),
        "leaks": stats.leaks,
        **lines,
        "intents_a_wish": round(stats.mean(stats.intents), 3),
        "facts_an_answer": round(stats.mean(stats.facts), 3),
        "shares": {name: round(stats.share(name), 4) for name in SHARES},
        "kinds": dict(stats.kinds),
        "writers": dict(stats.writers),
        "refused": dict(stats.refused),
        "parse_back": None if not stats.parsed else round(stats.read / stats.parsed, 5),
        "strange": stats.strange,
        "verified": None if not stats.checked else round(stats.true / stats.checked, 5),
    }


def _count(stats: Stats, message: Message) -> None:
    stats.kinds[message.kind] += 1
    text = _masked(message)
    if message.speaker == "system":
        stats.answers.add(text)
        if message.said is not None:
            told = len(message.said.has) + len(message.said.comparisons) + (message.said.bpm is not None)
            stats.facts[told] += 1
    elif message.kind == "prefer":
        stats.wishes.add(text)
        stats.intents[len(message.intents)] += 1
        kinds = {intent.kind for intent in message.intents}
        opening = message.text[:60]
        stats.shares["negation"] += _NEGATION.search(text) is not None
        stats.shares["likes"] += _LIKES.search(text) is not None
        stats.shares["but"] += _BUT.search(opening) is not None
        stats.shares["artist"] += "style" in kinds
        stats.shares["relative"] += any(intent.relative and intent.kind != "keep" for intent in message.intents)
        stats.shares["exclusion"] += "avoid" in kinds


def _masked(message: Message) -> str:
    """The text without names."""
    text = message.text
    names = [intent.value for intent in message.intents if intent.kind == "style"]
    if message.said is not None:
        told = message.said.names
        names += [name for name in (told.title, told.album, told.artist) if name]
    for name in names:
        text = text.replace(name, "NAME")
    return text


def _leaking(dialogue: Dialogue) -> Iterator[tuple[str, ...]]:
    """What each line of the user's before the target is proposed tells of its names."""
    proposed = [message for message in dialogue.messages if message.said is not None]
    if not proposed or proposed[-1].said is None:
        return
    names, target = proposed[-1].said.names, proposed[-1]
    for message in dialogue.messages:
        if message is target:
            return
        if message.speaker == "user":
            yield leaks(message.text, names)


def _judge(stats: Stats, dialogue: Dialogue, vocabulary: Vocabulary, verifier: Verifier) -> None:
    """What the parser and the verifier find in a dialogue."""
    for message in dialogue.messages:
        if message.intents:
            artists = tuple(intent.value for intent in message.intents if intent.kind == "style")
            read = understand(message.text, vocabulary, artists=artists)
            stats.parsed += len(message.intents)
            stats.read += len(found(message.intents, read))
            stats.strange += len(invented(message.intents, read))
        if message.said is not None and not _is_hidden(message):
            stats.checked += 1
            stats.true += verifier.check(message.text, evidence_of(message.said)).ok


def _is_hidden(message: Message) -> bool:
    """Whether the names of an answer are masked, so that it cannot be held against them."""
    return message.said is not None and folded(message.said.names.title) not in folded(message.text)
