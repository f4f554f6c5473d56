"""How the command line looks.

In: the travelling types. Out: text on stdout; progress on stderr.

- Every string that comes from a file goes through `escape`, so that no title can use the terminal's markup.
- Numbers stand with their unit; a bar shows a 0–1 value where people would rather look than read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from musechat.app.words import fit_words, understood_words
from musechat.core.settings import default_library
from musechat.core.text import one_line
from musechat.core.track import EDITABLE
from musechat.reason.plan import clock

if TYPE_CHECKING:
    from musechat.app.doctor import Check
    from musechat.app.library import Found
    from musechat.app.record import Kept
    from musechat.app.render import Rendered
    from musechat.core.conversation import Conversation, Turn
    from musechat.core.evidence import Ranked, Reply
    from musechat.core.features import TrackFeatures, VideoProfile
    from musechat.core.request import Request
    from musechat.core.track import Fact, Track
    from musechat.library.importer import Summary
    from musechat.library.tracks import FileError, Judgement


def printer() -> Console:
    """Where text for people goes."""
    return Console(highlight=False, soft_wrap=True)


class _Bar:
    """`core.protocols.Progress` as a bar on stderr with percent, ETA and what is under way."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task = None if bars.disable else bars.add_task("", total=None, visible=False, detail="")

    def start(self, label: str, total: float) -> None:
        """A new job replaces the bar."""
        if self._task is not None:
            self._bars.reset(self._task, description=label, total=total, visible=True)

    def advance(self, amount: float, detail: str = "") -> None:
        """Move on."""
        if self._task is not None:
            self._bars.update(self._task, advance=amount, detail=escape(one_line(detail, 40)))


@contextmanager
def progress() -> Iterator[_Bar]:
    """A progress bar with an ETA on stderr; silent where stderr is no terminal."""
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %, ETA"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[detail]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield _Bar(bars)


def _bar(value: float, width: int = 10) -> str:
    filled = round(max(0.0, min(1.0, value)) * width)
    return "█" * filled + "░" * (width - filled)


def safe(text: str) -> str:
    """A string from a file or stranger, made harmless to the terminal and to rich's markup."""
    return escape(one_line(text, 4096))


def _name(track: Track) -> str:
    return safe(track.label)


def summary(done: Summary, folder: Path) -> None:
    """What an import did."""
    out = printer()
    counts = [
        (done.added, "new"),
        (done.updated, "retagged or analysed again"),
        (done.moved, "moved"),
        (done.unchanged, "unchanged"),
        (done.duplicates, "near-duplicates folded"),
        (done.skipped, "stems skipped"),
        (done.missing, "missing"),
    ]
    said = ", ".join(f"{count} {what}" for count, what in counts if count) or "nothing to do"
    out.print(f"[bold]Library[/bold] {safe(str(folder))}: {said} ({done.seconds:.1f} s).")
    for root in done.vanished:
        out.print(
            f"[yellow]Nothing is left below {safe(root)}[/yellow]: its tracks are marked missing, none is deleted."
        )
    if done.failed:
        library = "" if folder == default_library() else f" --library {safe(str(folder))}"
        files = "1 file" if done.failed == 1 else f"{done.failed} files"
        out.print(f"[yellow]{files} could not be read[/yellow]; to list them: musechat library errors{library}")


def video(profile: VideoProfile) -> None:
    """What was seen in the clip."""
    out = printer()
    size = f"{profile.width}×{profile.height}"
    out.print(f"\n[bold]The clip[/bold]  {clock(profile.duration)}, {size}, {', '.join(profile.colours)}")
    for name in ("brightness", "saturation", "warmth", "motion"):
        value = getattr(profile, name)
        out.print(f"  {name:<11}" + ("not measured" if value is None else f"{_bar(value)} {value:.2f}"))
    for name in ("arousal", "valence"):
        value = getattr(profile, name)
        out.print(f"  {name:<11}{_bar((value + 1) / 2)} {value:+.2f}")
    if profile.cuts is not None:
        out.print(f"  cuts       {len(profile.cuts)}" + "".join(f"  {clock(cut)}" for cut in profile.cuts[:12]))
    for note in profile.notes:
        out.print(f"  [yellow]{safe(note)}[/yellow]")


def title(words: str) -> None:
    """A line over what follows."""
    printer().rule(safe(words), align="left")


def first_look(turn: Turn) -> None:
    """The quick answer from keyframes."""
    name = "no track fits" if turn.choice is None else _name(turn.choice.track)
    printer().print(f"[dim]At first sight: {name}. Watching the whole clip …[/dim]")


def turn(one: Turn) -> None:
    """One turn: what was said, understood, proposed and why."""
    out = printer()
    out.print()
    if one.say is not None:
        out.print(f"[bold cyan]You[/bold cyan]       {safe(one_line(one.say, 500))}")
    _understood(out, one)
    out.print(f"[bold green]MuseChat[/bold green]  {safe(one.reply.text)}")
    _proposed(out, one)


def _understood(out: Console, one: Turn) -> None:
    if one.say is not None:
        out.print(f"[dim]understood {safe(understood_words(one.understood))}[/dim]")


def _proposed(out: Console, one: Turn) -> None:
    """The track, the evidence, what came next."""
    if one.choice is not None:
        start = f", start at {clock(one.choice.fit.start)}" if one.choice.fit else ""
        out.print(f"[bold]{_name(one.choice.track)}[/bold]{start}  [dim]{safe(one.choice.track.path)}[/dim]")
    _evidence(out, one.reply)
    for other in one.alternatives:
        out.print(f"  [dim]or[/dim] {_name(other.track)} [dim]score {other.score:.2f}[/dim]")
    out.print(f"[dim]{one.seconds * 1000:.0f} ms, narrator: {safe(one.reply.narrator)}[/dim]")


def before() -> None:
    """A reply is about to be heard."""
    printer().print()


def sentence(text: str) -> None:
    """One sentence of a reply, as soon as it stands."""
    printer().print(safe(text))


def after(one: Turn) -> None:
    """What belongs to a reply whose sentences were heard."""
    out = printer()
    _understood(out, one)
    _proposed(out, one)


def resumed(session: str, so_far: Conversation) -> None:
    """Where a kept conversation stands."""
    printer().print(f"[dim]Conversation {safe(session)}, {len(so_far.turns)} turns so far; the last one:[/dim]")
    turn(so_far.turns[-1])


def kept(session: str | None) -> None:
    """Where a conversation is kept, and how to go on."""
    if session is not None:
        how = f"kept as {safe(session)}; go on later with: musechat chat --resume {safe(session)}"
        printer().print(f"[dim]{how}. Answer in plain words, or /help.[/dim]")


def problem(message: str) -> None:
    """What went wrong with one line of a conversation, or was done without a word."""
    printer().print(f"[yellow]{safe(one_line(message, 1000))}[/yellow]")


def alternatives(others: Sequence[Ranked]) -> None:
    """The tracks that came next, with what spoke for each."""
    out = printer()
    if not others:
        out.print("There is no alternative.")
    for number, other in enumerate(others, 1):
        made = sorted((e for e in other.evidence if e.weight > 0), key=lambda e: -e.weight)[:3]
        why = ", ".join(f"{e.name} {e.weight:+.2f}" for e in made)
        out.print(f"{number}. {_name(other.track)} {_bar(other.score)} {other.score:.2f}  [dim]{safe(why)}[/dim]")


def wished(text: str) -> None:
    """What is wished so far, as editable text."""
    printer().print(escape(text) if text else "[dim]nothing is wished yet[/dim]")


def commands(help_lines: Mapping[str, str]) -> None:
    """The commands of a conversation."""
    out = printer()
    width = max(map(len, help_lines))
    for command, what in help_lines.items():
        out.print(f"  {escape(command):<{width}}  [dim]{escape(what)}[/dim]")
    out.print("  [dim]Everything else is read as plain words.[/dim]")


def sessions(all_kept: Sequence[Kept]) -> None:
    """The kept conversations as a table."""
    out = printer()
    table = Table("id", "begun", "turns", "clip", "said last", box=None, padding=(0, 1))
    for one in all_kept:
        begun = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.made))
        clip = "" if one.video is None else Path(one.video).name
        table.add_row(one.id, begun, str(one.turns), safe(clip), safe(one_line(one.last or "", 60)))
    out.print(table)
    out.print(f"{len(all_kept)} conversations." if all_kept else "No conversation is kept yet.")


def conversation(so_far: Conversation) -> None:
    """All turns of a conversation."""
    for one in so_far.turns:
        turn(one)


def _evidence(out: Console, reply: Reply) -> None:
    """What the claims rest on and what made the score; docs/json.md has all of it."""
    used = {index for claim in reply.claims for index in claim.evidence}
    for index, e in enumerate(reply.evidence):
        if index in used or e.weight:
            value = (
                "not measured" if e.value is None else f"{e.value:g}" if isinstance(e.value, float) else str(e.value)
            )
            weight = f"{e.weight:+.2f}" if e.weight else ""
            said = safe(one_line(f"{e.name}: {value} {e.unit}".strip(), 70))
            out.print(f"  [dim]{e.subject:<14} {weight:<5}[/dim] {said} [dim]({safe(e.source)})[/dim]")


def rendered(done: Rendered) -> None:
    """What was rendered, whether the music may be used, and what was measured on the file."""
    out = printer()
    report, plan, track, clip = done.report, done.plan, done.laid.track, done.laid.clip
    unknown = "[yellow]not known: ask before you publish[/yellow]"
    spoken = sum(end - start for start, end in plan.speech)
    unspoken = "kept; none of it could be searched for speech" if clip.speech is None else "kept, no speech was found"
    lowered = f"kept, the music lowered under {spoken:.1f} s of speech" if plan.speech else unspoken
    kept = {"drop": "left out", "duck": lowered, "keep": "kept"}
    level = "not measured" if report.loudness_lufs is None else f"{report.loudness_lufs:.1f} LUFS"
    peak = "not measured" if report.true_peak_dbtp is None else f"{report.true_peak_dbtp:.1f} dBTP"
    out.print(f"\n[bold]{_name(track)}[/bold]  [dim]{safe(track.path)}[/dim]")
    out.print(f"  licence    {unknown if track.licence is None else safe(track.licence.value)}")
    out.print(f"  fit        {safe(' '.join(fit_words(plan.fit, clip.duration)))}")
    out.print(f"  own sound  {kept[plan.own_sound] if clip.has_sound else 'the clip has none'}")
    out.print(f"  loudness   {level} (asked for {plan.lufs:g}), true peak {peak} (at most {plan.true_peak:g})")
    out.print(f"  picture    {'copied, bit for bit' if report.copied else 'encoded anew'} ({safe(report.codec)})")
    for note in report.notes:
        out.print(f"  [yellow]{safe(note)}[/yellow]")
    size = f"{clock(report.seconds)}, {done.size / 1e6:.1f} MB"
    out.print(f"[bold green]Rendered[/bold green]  {safe(str(done.path))}  [dim]{size}[/dim]")


def exported(files: Sequence[Path]) -> None:
    """What was exported, and where to."""
    names = ", ".join(path.name for path in files)
    printer().print(f"[bold green]Exported[/bold green]  {safe(str(files[0].parent))}  [dim]{safe(names)}[/dim]")


def request(understood: Request) -> None:
    """What was understood of a message."""
    printer().print(safe(understood_words(understood)))


def found(results: Found) -> None:
    """Search results."""
    out = printer()
    out.print(f"[dim]understood {safe(understood_words(results.request))}[/dim]")
    if not results.results:
        nothing = results.request.act == "nothing"
        out.print("None of these words can be used." if nothing else "No track of the library fits that.")
        for relaxation in results.relaxations:
            out.print(f"  without “{safe(relaxation.constraint)}”: {relaxation.tracks}")
    for place, hit in enumerate(results.results, 1):
        why = ", ".join(f"{e.name} {e.value:g}" for e in hit.evidence[:3] if isinstance(e.value, float))
        score = f"{_bar(hit.score)} {hit.score:.2f}  " if hit.evidence else ""
        out.print(f"{place:>3}. {score}{_name(hit.track)}  [dim]{safe(why)}[/dim]")


def tracks(all_tracks: Sequence[Track]) -> None:
    """The library as a table."""
    out = printer()
    table = Table("id", "title", "artist", "length", "licence", "", box=None, padding=(0, 1))
    for one in all_tracks:
        state = "missing" if one.missing else "near-duplicate" if one.duplicate_of else ""
        cells = (one.title.value, _plain(one.artist), clock(one.duration), _plain(one.licence), state)
        table.add_row(one.id[:8], *(safe(cell) for cell in cells))
    out.print(table)
    out.print(f"{len(all_tracks)} tracks.")


def track(
    one: Track, features: TrackFeatures | None, tags: list[tuple[str, float]], judged: Mapping[str, Judgement]
) -> None:
    """Everything about one track."""
    out = printer()
    out.print(f"[bold]{_name(one)}[/bold]  {clock(one.duration)}")
    out.print(f"  id         {one.id}\n  file       {safe(one.path)}" + ("  [yellow]missing[/yellow]" * one.missing))
    for name in EDITABLE:
        fact: Fact | None = getattr(one, name)
        if fact is not None:
            out.print(f"  {name:<10} {safe(fact.value)}  [dim]from {fact.source}[/dim]")
    for source in ("you", "sidecar"):
        word = {concept: told.holds for concept, told in sorted(judged.items()) if told.source == source}
        said = [concept if holds else f"not {concept}" for concept, holds in word.items()]
        if said:
            out.print(f"  heard      {', '.join(said)}  [dim]from {source}[/dim]")
    if one.duplicate_of:
        out.print(f"  [yellow]near-duplicate of {one.duplicate_of[:8]}[/yellow]")
    if features is None:
        out.print("  not analysed yet")
        return
    tempo = "not found" if features.bpm is None else f"{features.bpm:.1f} BPM (strength {features.bpm_strength:.2f})"
    second = (
        "" if features.second_bpm is None else f", or {features.second_bpm:.1f} ({features.second_bpm_strength:.2f})"
    )
    loudness = "not measured" if features.loudness is None else f"{features.loudness:.1f} LUFS"
    out.print(f"  tempo      {tempo}{second}\n  key        {features.key_name or 'not found'}\n  loudness   {loudness}")
    out.print(f"  arousal    {_bar((features.arousal + 1) / 2)} {features.arousal:+.2f}")
    out.print(f"  valence    {_bar((features.valence + 1) / 2)} {features.valence:+.2f}")
    out.print("  energy     " + _curve(features.energy.tolist()))
    out.print("  tags       " + ", ".join(f"{safe(tag)} {value:.2f}" for tag, value in tags))
    out.print(f"  [dim]analysed by {safe(str(features.encoder))}[/dim]")


def _curve(values: list[float], width: int = 60) -> str:
    """A line of blocks; each is the mean of its share of the values."""
    if not values:
        return ""
    steps = min(width, len(values))
    shares = [values[i * len(values) // steps : (i + 1) * len(values) // steps] for i in range(steps)]
    return "".join("▁▂▃▄▅▆▇█"[min(7, int(8 * sum(share) / len(share)))] for share in shares)


def problems(listed: Sequence[FileError]) -> None:
    """Files that could not be imported."""
    out = printer()
    for problem in listed:
        out.print(f"{safe(problem.reason):<12} {safe(problem.path)}\n[dim]{'':<12} {safe(problem.message)}[/dim]")
    out.print(f"{len(listed)} files." if listed else "Every file could be read.")


def checks(done: Sequence[Check]) -> None:
    """The doctor's findings."""
    out = printer()
    colours = {"ok": "green", "weak": "yellow", "broken": "red"}
    for check in done:
        out.print(f"[{colours[check.state]}]{check.state:<7}[/] {safe(check.name):<36} {safe(check.detail)}")


def _plain(fact: Fact | None) -> str:
    return "" if fact is None else fact.value


def seconds(steps: dict[str, float]) -> None:
    """How long each step took."""
    out = printer()
    out.print("\n[bold]Timings[/bold]")
    for name, value in steps.items():
        out.print(f"  {name:<34}{value:6.1f} s")


def where(places: dict[str, Path]) -> None:
    """Where things lie."""
    out = printer()
    out.print("[bold]Where everything is[/bold]")
    width = max(map(len, places))
    for name, place in places.items():
        out.print(f"  {name:<{width}}  {safe(str(place))}")


def media_credits(packages: Sequence[tuple[str, str]]) -> None:
    """Whose media this was, and under which licence."""
    out = printer()
    out.print("[bold]Media and licences[/bold]")
    for name, licence in packages:
        out.print(f"  {safe(name):<32}{safe(licence)}")
