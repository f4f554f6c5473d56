"""Prints what was made of datasets, for people.

In: outcomes and statistics. Out: text on stdout.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musechat.cli.show import printer, safe
from musechat.learn.order import POOL
from musechat.learn.stats import SHARES

if TYPE_CHECKING:
    from musechat.learn.order import Order, Outcome
    from musechat.learn.published import Taken
    from musechat.learn.stats import Lines, Stats
    from musechat.learn.videos import Paired

TOLD = 10
"""Lines that are told one by one; of more only the number."""
_SAID = {
    "likes": "wishes that begin with liking",
    "but": "wishes that go on with a “but”",
    "negation": "wishes with a negating word",
    "exclusion": "wishes that exclude something",
    "artist": "wishes in an artist's style",
    "relative": "wishes that compare with the proposal",
}


def outcome(found: Outcome, order: Order) -> None:
    """What a run of the synthesizer did."""
    out, made = printer(), found.made
    before = f", {made.kept:,} there before" if made.kept else ""
    out.print(f"[bold]Dataset[/bold] {safe(str(order.out))}: {made.made:,} dialogues made{before}.")
    if order.pool is None and found.pool < POOL:
        out.print(
            f"The first proposal is the best of {found.pool:,} tracks, all that the library has beside the target."
        )
    _wrong([f"{order.pairs.name}, line {one.line}: {one.why}" for one in found.wrong], "pairs could not be used")
    if made.skipped:
        out.print(f"[yellow]{made.skipped:,} dialogues could not be made[/yellow] (see skipped.jsonl):")
        for why in made.reasons:
            out.print(f"  {safe(why)}")
    if made.refused:
        out.print(
            f"{made.refused.total():,} lines of {safe(order.model.address if order.model else '')} were not taken:"
        )
        for cause, times in made.refused.most_common():
            out.print(f"  {times:,} × {safe(cause)}, first in dialogue {made.first[cause]}")


def paired(found: Paired, file: Path) -> None:
    """What clips were paired with their sound."""
    printer().print(f"[bold]{len(found.pairs):,} pairs[/bold] in {safe(str(file))}.")
    _wrong([f"{clip.name}: {why}" for clip, why in found.faulty], "clips have no sound that can be used")


def taken(found: Taken, file: Path, folder: Path) -> None:
    """What was taken over of a file of the published form."""
    printer().print(f"[bold]{found.dialogues:,} dialogues[/bold] of {safe(file.name)} are in {safe(str(folder))}.")
    _wrong([f"item {one.line}: {one.why}" for one in found.faulty], "items are no dialogues")


def exported(count: int, file: Path) -> None:
    """That a dataset was written."""
    printer().print(f"[bold]{count:,} dialogues[/bold] in {safe(str(file))}.")


def stats(found: Stats, plot: Path | None) -> None:
    """A dataset's statistics as a table."""
    out = printer()
    rows = [
        ("dialogues", f"{found.dialogues:,}"),
        ("wishes", _lengths(found.wishes)),
        ("answers", _lengths(found.answers)),
        ("things that a wish asks for", f"{found.mean(found.intents):.1f}"),
        ("things that an answer tells", f"{found.mean(found.facts):.1f}"),
        ("different lines among the first 2,000 dialogues", f"{found.unique:.1%}"),
        *((_SAID[name], f"{found.share(name):.1%}") for name in SHARES),
        ("lines that name the target too early", f"{found.leaks:,}"),
    ]
    if found.parsed:
        rows.append(("things wished that parse back", f"{found.read / found.parsed:.2%} of {found.parsed:,}"))
        rows.append(("read beside them", f"{found.strange:,}"))
    if found.checked:
        rows.append(("answers that pass the verifier", f"{found.true / found.checked:.2%} of {found.checked:,}"))
    for who, lines in found.writers.most_common():
        rows.append((f"lines by {safe(who)}", f"{lines:,}"))
    for why, times in found.refused.most_common():
        rows.append((f"refused: {safe(why)}", f"{times:,}"))
    wide = max(len(name) for name, _ in rows)
    for name, value in rows:
        out.print(f"{name:<{wide}}  {value}")
    if plot is not None:
        out.print(f"The picture is in {safe(str(plot))}.")


def _lengths(lines: Lines) -> str:
    return (
        f"{lines.count:,} of {lines.mean:.1f} words (most {lines.at(0.1)}–{lines.at(0.9)}), "
        f"distinct-2 {lines.distinct:.3f}"
    )


def _wrong(sentences: Sequence[str], what: str) -> None:
    out = printer()
    if sentences:
        out.print(f"[yellow]{len(sentences):,} {what}[/yellow]:")
        for sentence in sentences[:TOLD]:
            out.print(f"  {safe(sentence)}")
        if len(sentences) > TOLD:
            out.print(f"  and {len(sentences) - TOLD:,} more")
