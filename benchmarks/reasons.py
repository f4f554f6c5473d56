"""What replies read like over hundreds of turns: distinct-2, and whether each claim has its evidence.

In: a library, clips. Out: figures on stdout; with `--out` every reply, to be read.

    python benchmarks/reasons.py LIBRARY CLIP… [--turns 300] [--out replies.md]

- Simulated users answer with lines of their own grammar; names (title, artist, album) are masked before counting.
- distinct-2: different word pairs over all word pairs, of the first 10,000 pairs.
- Each sentence is also put before the verifier with the evidence of its own claim.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from musechat.app.library import Library
from musechat.app.session import Session
from musechat.core.conversation import Turn
from musechat.reason.verify import Verifier

PAIRS = 10_000
TURNS_EACH = 6
OPENINGS = ("I like the {i}, but", "Sounds great, but", "Nice, though", "Hmm,", "I love how {m} this is, but", "")
ASKS = (
    "could it be more {m}?", "something with {i}, please.", "could we go {p}?", "no {i}, and a bit more {m}.",
    "I'd prefer {g} with {i}.", "less {m}, more {m2}.", "not too {g}, but {m}.", "like this but {p}.",
    "between {b} and {b2} bpm, {m}.", "instrumental, {m} and {g}.", "something completely different, {g}.",
    "in the style of {a}.", "why?", "why not {t}?", "no vocals, keep the {i}.", "{m} and {m2}, from the 80s.",
)  # fmt: skip
WORDS = {
    "i": ("piano", "guitar", "drums", "strings", "synth", "flute", "violin"),
    "m": ("happy", "dark", "calm", "energetic", "dreamy", "tense", "epic", "warm"),
    "m2": ("sad", "upbeat", "mysterious", "playful", "relaxed", "aggressive"),
    "g": ("rock", "electronic", "ambient", "techno", "classical", "metal", "jazz", "folk"),
    "p": ("faster", "slower", "louder", "quieter"),
}


def lines(dice: random.Random, artists: list[str], titles: list[str]) -> Iterator[str]:
    """One user's messages, without end."""
    while True:
        low = dice.randrange(70, 140, 10)
        slots = {name: dice.choice(words) for name, words in WORDS.items()}
        slots |= {"b": str(low), "b2": str(low + 30), "a": dice.choice(artists), "t": dice.choice(titles)}
        opening = dice.choice(OPENINGS) if dice.random() < 0.6 else ""
        yield f"{opening} {dice.choice(ASKS)}".strip().format_map(slots)


def conversations(library: Library, clips: list[Path], seed: int) -> Iterator[Turn]:
    """Turn after turn, clip after clip."""
    dice = random.Random(seed)
    tracks = library.tracks()
    artists = sorted({track.artist.value for track in tracks if track.artist}) or ["nobody"]
    titles = [track.title.value for track in tracks]
    while True:
        session = Session(library, dice.choice(clips))
        yield session.recommend()
        for _, line in zip(range(TURNS_EACH - 1), lines(dice, artists, titles), strict=False):
            yield session.say(line)


def masked(turn: Turn) -> str:
    """The reply without names."""
    text = re.sub(r"“[^”]*”", "TITLE", turn.reply.text)
    names = {str(e.value) for e in turn.reply.evidence if e.kind == "name"}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "NAME")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with Library(arguments.library) as library:
        verifier = Verifier(library.models.vocabulary)
        talk = conversations(library, arguments.clips, arguments.seed)
        turns = [next(talk) for _ in range(arguments.turns)]
        claims = [(claim, turn) for turn in turns for claim in turn.reply.claims]
        bare = sum(not claim.evidence for claim, _ in claims)
        refused = []
        for claim, turn in claims:
            verdict = verifier.check(claim.text, [turn.reply.evidence[i] for i in claim.evidence])
            if not verdict.ok:
                refused.append((claim.text, verdict.problems))
    pairs: list[tuple[str, str]] = []
    for turn in turns:
        pairs += pairwise(re.findall(r"[\w'♯♭%–.:]+", masked(turn).lower()))
    pairs = pairs[:PAIRS]
    print(f"{len(turns)} turns, {len(claims)} claims, {bare} without evidence")
    print(f"distinct-2 {len(set(pairs)) / len(pairs):.3f} over {len(pairs)} pairs, names masked")
    print(f"{len(refused)} claims refused by the verifier on their own evidence")
    for text, problems in refused[:40]:
        print("   ", text, problems)
    if arguments.out is not None:
        told = (f"**{turn.say or '(the clip)'}**\n\n{turn.reply.text}\n" for turn in turns)
        arguments.out.write_text("\n".join(told), "utf-8")


if __name__ == "__main__":
    main()
