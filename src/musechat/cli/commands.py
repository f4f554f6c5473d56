"""The command line: one command a verb, each a thin call into `app`.

In: arguments. Out: text for people on stdout, or JSON under `--json`; progress, logs and errors on stderr.

- An error is one line and a non-zero exit, never a traceback; under `--json` it is an object on stdout.
- Everything heavy is imported inside the command, so that `--help` answers at once.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from musechat import __version__
from musechat.cli.chat import chat, sessions_app, why_not
from musechat.cli.dataset import dataset_app, synthesize
from musechat.cli.door import (
    ExportOption,
    FreshOption,
    JsonOption,
    LibraryOption,
    LicenceOption,
    LikeOption,
    NarratorOption,
    OverwriteOption,
    ReplaceMusicOption,
    ThreadsOption,
    check_outputs,
    door,
    narrator_of,
    open_library,
    print_json,
    tell,
)
from musechat.cli.library import library_app
from musechat.core.settings import Quality
from musechat.core.text import one_line

app = typer.Typer(
    name="musechat",
    help="A conversational music supervisor for video: it picks from your own library, and says truthfully why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(library_app, name="library")
app.add_typer(sessions_app, name="sessions")
app.add_typer(dataset_app, name="dataset")
app.command()(synthesize)
app.command()(chat)
app.command("why-not")(why_not)


class OwnSound(StrEnum):
    """What becomes of the clip's own sound."""

    DROP = "drop"
    DUCK = "duck"
    KEEP = "keep"


class MediaSource(StrEnum):
    """Where the demo's media come from."""

    STUDIO = "studio"
    REAL = "real"


class Performer(StrEnum):
    """Who plays the studio's music."""

    OWN = "own"
    SOUNDFONT = "soundfont"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def musechat(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """A conversational music supervisor for video: it picks from your own library, and says truthfully why."""


def main() -> None:
    """The entry point of the `musechat` command. What a terminal cannot show becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup is obeyed
            signal.signal(number, _leave)
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except typer.Abort:
        status = 130
    except OSError as error:
        status = _unwritable(error)
    except Exception as error:
        # Wrong calls raise an error of the click that typer brings along, by no name that is public.
        if not hasattr(error, "format_message"):
            raise
        status = _wrong_call(error.format_message())
    sys.exit(status or 0)


def _leave(number: int, _: object) -> NoReturn:
    """Ends as an interrupt does, so that what is half-written is removed on the way out."""
    raise SystemExit(128 + number)


def _wrong_call(message: str) -> int:
    """A call that cannot be understood: one line, and JSON where that was asked for."""
    first = one_line(message or "Say what to do.", 300)
    if "--json" in sys.argv:
        print_json({"schema_version": 1, "error": {"code": "usage", "message": first}})
    typer.echo(f"musechat: {first.rstrip('.')}; see: musechat --help", err=True)
    return 2


def _unwritable(error: OSError) -> int:
    """Output that cannot be written; what is left in the buffer is given up, or Python would complain at exit."""
    what = "The output cannot be written" if error.filename is None else f"{error.filename} cannot be used"
    typer.echo(f"musechat: {one_line(f'{what}: {error.strerror or error}.', 1000)}", err=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(help="Folders or files of music.")],
    library: LibraryOption = None,
    quality: Annotated[Quality, typer.Option(help="How much of each track is analysed.")] = Quality.BALANCED,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Analyse music and keep what was heard in the library. Stop and run it again as you like."""
    with door(as_json):
        from musechat.app.contract import summary_json
        from musechat.cli import show

        with open_library(library, threads) as opened, show.progress() as progress:
            summary = opened.index(paths, quality=quality, progress=progress)
        tell(as_json, lambda: summary_json(summary), lambda: show.summary(summary, opened.folder))


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What the music should be like, or a title or name.")],
    library: LibraryOption = None,
    at_most: Annotated[int, typer.Option("-n", "--at-most", min=1, max=1000, help="How many results.")] = 10,
    licence: LicenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find tracks by words."""
    with door(as_json):
        from musechat.app.contract import found_json
        from musechat.cli import show

        with open_library(library) as opened:
            found = opened.search(text, at_most, licence)
        tell(as_json, lambda: found_json(text, found), lambda: show.found(found))


@app.command()
def recommend(
    video: Annotated[Path, typer.Argument(help="The clip.")],
    say: Annotated[list[str] | None, typer.Option(help="Your answer to the proposal; one more turn each.")] = None,
    render: Annotated[
        Path | None, typer.Option("--render", help="Write the clip with the last proposed track to this MP4 file.")
    ] = None,
    export: ExportOption = None,
    overwrite: OverwriteOption = False,
    licence: LicenceOption = None,
    like: LikeOption = None,
    replace_music: ReplaceMusicOption = False,
    fresh: FreshOption = 0,
    narrator: NarratorOption = None,
    library: LibraryOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a track for a clip, then answer each --say in turn."""
    with door(as_json):
        from musechat.app.contract import conversation_json, outputs_json
        from musechat.app.opening import Opening
        from musechat.app.session import Session
        from musechat.cli import show

        check_outputs(render, export, overwrite, video)
        with open_library(library, threads) as opened:
            opening = Opening(licence, like, replace_music, fresh)
            session = Session(opened, video, opening=opening, narrator=narrator_of(narrator, opened))
            looked = session.first_look()
            if not as_json:
                show.first_look(looked)
            with show.progress() as progress:
                turn = session.recommend(progress)
            if not as_json:
                show.video(session.profile())
                show.turn(turn)
            for words in say or []:
                turn = session.say(words)
                if not as_json:
                    show.turn(turn)
            rendered = exported = None
            if render is not None:
                with show.progress() as progress:
                    rendered = session.render(render, overwrite=overwrite, progress=progress)
                if not as_json:
                    show.rendered(rendered)
            if export is not None:
                exported = session.export(export, overwrite=overwrite)
                if not as_json:
                    show.exported(exported)
            if as_json:
                talk = conversation_json(session.profile(), session.conversation, session.timings)
                print_json(talk | outputs_json(rendered, exported))


@app.command("render")
def render_clip(
    video: Annotated[Path, typer.Argument(help="The clip.")],
    track: Annotated[str, typer.Argument(help="A track of the library (id, title or path) or any music file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The MP4 file to write.")],
    offset: Annotated[
        str | None, typer.Option(help="Where in the track to start: 72.5 or 1:12.5. Without it the best is looked for.")
    ] = None,
    hit: Annotated[
        str | None, typer.Option(help="The moment of the clip on which the music's lift shall fall: 32 or 0:32.")
    ] = None,
    lufs: Annotated[float, typer.Option(min=-40, max=-5, help="How loud the file becomes, in LUFS.")] = -14.0,
    own_sound: Annotated[
        OwnSound, typer.Option(help="Drop the clip's own sound, keep it, or keep it and duck the music under speech.")
    ] = OwnSound.DUCK,
    export: ExportOption = None,
    overwrite: OverwriteOption = False,
    library: LibraryOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a clip with a track under it as a new MP4 file."""
    with door(as_json):
        from musechat.app.contract import render_json
        from musechat.app.times import read_time
        from musechat.cli import show

        begin, moment = (None if text is None else read_time(text) for text in (offset, hit))
        check_outputs(out, export, overwrite, video, Path(track))
        with open_library(library, threads) as opened:
            with show.progress() as progress:
                rendered = opened.render(
                    video,
                    track,
                    out,
                    offset=begin,
                    hit=moment,
                    own_sound=own_sound.value,
                    lufs=lufs,
                    overwrite=overwrite,
                    progress=progress,
                )
            if not as_json:
                show.rendered(rendered)
            exported = None
            if export is not None:
                exported = opened.export(rendered.laid, export, own_sound=own_sound.value, overwrite=overwrite)
                if not as_json:
                    show.exported(exported)
        if as_json:
            print_json(render_json(rendered, exported))


@app.command()
def understand(
    text: Annotated[str, typer.Argument(help="What you would say to a proposal.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what MuseChat understands of a message, and what it could not use."""
    with door(as_json):
        from musechat.app.contract import understanding_json
        from musechat.cli import show

        with open_library(library) as opened:
            request = opened.understand(text)
        tell(as_json, lambda: understanding_json(text, request), lambda: show.request(request))


@app.command()
def doctor(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Check the weights, the encoders, the decoder's protections and the library."""
    with door(as_json):
        from musechat.app.contract import checks_json
        from musechat.app.doctor import examine
        from musechat.cli import show

        checks = examine(library)
        tell(as_json, lambda: checks_json(checks), lambda: show.checks(checks))
        if any(check.state == "broken" for check in checks):
            raise typer.Exit(1)


@app.command()
def demo(
    media: Annotated[
        MediaSource, typer.Option(help="Where the demo's media come from: composed and filmed on the spot, or fetched.")
    ] = MediaSource.STUDIO,
    performer: Annotated[
        Performer, typer.Option(help="Who plays the composed music: tones of its own, or a General MIDI soundfont.")
    ] = Performer.OWN,
    folder: Annotated[Path | None, typer.Option(help="Where to keep the media and the demo's library.")] = None,
) -> None:
    """Make or fetch music and clips, import them, and hold a conversation about each clip."""
    with door():
        from musechat.cli.demo import run

        run(folder, media.value, performer.value)
