"""The conversation as a door of its own: `chat`, `why-not`, `sessions`.

In: lines, typed or piped: plain words, or commands that begin with a slash. Out: replies, sentence by sentence.

- Every turn is kept before it is complete on the screen; what a line does wrong is one line, and the talk goes on.
- An interrupt stops the turn that is being made, the end of the input ends the talk.
- Bytes that are no text become U+FFFD: nobody's encoding ends a talk.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    tell,
)
from musechat.core.errors import InputError, MuseChatError
from musechat.core.text import one_line

if TYPE_CHECKING:
    from musechat.app.library import Library
    from musechat.app.opening import Opening
    from musechat.app.record import Record
    from musechat.app.session import Session
    from musechat.core.conversation import Turn
    from musechat.reason.template import Narrator

sessions_app = typer.Typer(help="Conversations that were kept.", no_args_is_help=True)

ENDS = ("/quit", "/exit")
HELP = {
    "/why": "why this track",
    "/why-not N or TRACK": "why not that alternative, or that track (title or id)",
    "/alternatives": "what came next",
    "/choose N or TRACK": "take an alternative, or any track",
    "/undo": "back to the track before",
    "/never [ARTIST]": "nothing by this artist, or by that one",
    "/edit [TEXT]": "what is wished so far, as text; with text, replace it",
    "/render FILE": "write the clip with the track to an MP4 file",
    "/export FOLDER": "write cue sheet, credits, timeline and transcript",
    "/help": "this list",
    "/quit": "end; the conversation is kept",
}


def chat(
    video: Annotated[Path | None, typer.Argument(help="The clip; leave it out to talk about music alone.")] = None,
    resume: Annotated[str | None, typer.Option("--resume", help="Go on with a kept conversation, by its id.")] = None,
    last: Annotated[bool, typer.Option("--last", help="Go on with the latest conversation.")] = False,
    say: Annotated[list[str] | None, typer.Option(help="Say this first; one more turn each.")] = None,
    export: ExportOption = None,
    overwrite: OverwriteOption = False,
    licence: LicenceOption = None,
    like: LikeOption = None,
    replace_music: ReplaceMusicOption = False,
    fresh: FreshOption = 0,
    narrator: NarratorOption = None,
    library: LibraryOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Talk about the music for a clip, turn after turn. The conversation is kept; /help lists the commands."""
    with door():
        from musechat.app.opening import Opening
        from musechat.app.record import Record

        opening = Opening(licence, like, replace_music, fresh)
        if resume is not None or last:
            _check_resumed(video, opening, twice=resume is not None and last)
        check_outputs(None, export, overwrite, *([] if video is None else [video]))
        with Record() as record:
            wanted = _latest(record) if last else resume
            place = library if wanted is None or library is not None else _library_of(record, wanted)
            with open_library(place, threads) as opened:
                talk = _Talk(opened, record, narrator_of(narrator, opened), overwrite)
                talk.begin(video, opening, wanted)
                talk.listen(say or [], then_read=not say or sys.stdin.isatty())
                if export is not None:
                    talk.export(export)


def why_not(
    video: Annotated[Path, typer.Argument(help="The clip.")],
    track: Annotated[str, typer.Argument(help="The track's title, path, id or the first letters of that.")],
    say: Annotated[list[str] | None, typer.Option(help="What was said to the first proposal; one turn each.")] = None,
    licence: LicenceOption = None,
    library: LibraryOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why a track of the library is not the one proposed for a clip."""
    with door(as_json):
        from musechat.app.contract import conversation_json
        from musechat.app.opening import Opening
        from musechat.app.session import Session
        from musechat.cli import show

        with open_library(library, threads) as opened:
            known = opened.find(track)
            session = Session(opened, video, opening=Opening(licence))
            with show.progress() as progress:
                session.recommend(progress)
            for words in say or []:
                session.say(words)
            turn = session.why_not(known.id)
            talk = conversation_json(session.profile(), session.conversation, session.timings)
        tell(as_json, lambda: talk, lambda: show.turn(turn))


class _Talk:
    """One conversation at a terminal or in a pipe."""

    def __init__(self, library: Library, record: Record, narrator: Narrator | None, overwrite: bool) -> None:
        self._library, self._record, self._narrator = library, record, narrator
        self._overwrite = overwrite
        self._session: Session
        self._commands: dict[str, Callable[[str], None]] = {
            "/why": lambda _: self._turn(self._session.why),
            "/why-not": lambda which: self._turn(lambda: self._session.why_not(_needed(which, "/why-not N or TRACK"))),
            "/alternatives": self._alternatives,
            "/choose": lambda which: self._turn(lambda: self._session.choose(_needed(which, "/choose N or TRACK"))),
            "/undo": lambda _: self._turn(self._session.undo),
            "/never": lambda artist: self._turn(lambda: self._session.never(artist or None)),
            "/edit": self._edit,
            "/render": self._render,
            "/export": lambda folder: self.export(_path(folder, "/export FOLDER")),
            "/help": self._help,
        }

    def begin(self, video: Path | None, opening: Opening, resume: str | None) -> None:
        """The first proposal, or the last turn of a kept conversation."""
        from musechat.app.session import Session
        from musechat.cli import show

        narrator, record = self._narrator, self._record
        if resume is not None:
            self._session = Session.resume(self._library, record, resume, narrator=narrator, hear=show.sentence)
            if self._session.conversation.turns:
                show.resumed(self._session.id or "", self._session.conversation)
                return
        else:
            self._session = Session(
                self._library, video, opening=opening, narrator=narrator, record=record, hear=show.sentence
            )
        if video is not None:
            show.first_look(self._session.first_look())
        with show.progress() as progress:
            turn = self._session.recommend(progress)
        if video is not None:
            show.video(self._session.profile())
        show.after(turn)
        show.kept(self._session.id)

    def listen(self, first: list[str], then_read: bool) -> None:
        """Line after line, those given `first`, until the input ends or /quit."""
        for line in chain(first, _lines() if then_read else ()):
            if line.strip().lower() in ENDS:
                break
            if line.strip():
                self.do(line)

    def do(self, line: str) -> None:
        """One line. What is wrong with it is told in one line."""
        from musechat.cli import show

        try:
            name, rest = (*line.split(None, 1), "", "")[:2]
            if not name.startswith("/"):
                self._turn(lambda: self._session.say(line))
            elif (command := self._commands.get(name.lower())) is not None:
                command(rest.strip())
            else:
                near = get_close_matches(name.lower(), (*self._commands, *ENDS), n=1) or ["/help"]
                raise InputError(f"There is no command {one_line(name, 40)}; did you mean {near[0]}?")
        except MuseChatError as error:
            show.problem(str(error))
        except KeyboardInterrupt:
            show.problem("stopped; the conversation is where it was.")

    def _turn(self, make: Callable[[], Turn]) -> None:
        from musechat.cli import show

        show.before()
        show.after(make())

    def _alternatives(self, _: str) -> None:
        from musechat.cli import show

        show.alternatives(self._session.alternatives())

    def _edit(self, text: str) -> None:
        from musechat.cli import show

        if text:
            self._turn(lambda: self._session.edit(text))
        else:
            show.wished(self._session.understood())

    def _render(self, out: str) -> None:
        from musechat.cli import show

        path = _path(out, "/render FILE")
        with show.progress() as progress:
            rendered = self._session.render(path, overwrite=self._overwrite, progress=progress)
        show.rendered(rendered)

    def export(self, folder: Path) -> None:
        """Cue sheet, credits, timeline and transcript of what was said so far."""
        from musechat.cli import show

        show.exported(self._session.export(folder, overwrite=self._overwrite))

    def _help(self, _: str) -> None:
        from musechat.cli import show

        show.commands(HELP)


def _lines() -> Iterator[str]:
    """What is typed or piped, line by line to its end. An interrupt at the prompt ends it too."""
    prompt = ""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if sys.stdin.isatty():
        prompt = "\n> "
        with contextlib.suppress(ImportError):  # not on every platform
            import readline  # noqa: F401 - arrows move and recall what was typed
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            yield input(prompt)


def _needed(text: str, usage: str) -> str:
    if not text:
        raise InputError(f"Say which: {usage}")
    return text


def _path(text: str, usage: str) -> Path:
    """A path, quoted or not; "~" is the user's home, as in a shell."""
    try:
        words = shlex.split(text, posix=sys.platform != "win32")
    except ValueError:
        words = [text]
    place = _needed(words[0] if len(words) == 1 else text, usage)
    return Path(os.path.expanduser(place))  # noqa: PTH111 - unlike Path.expanduser it never raises


def _check_resumed(video: Path | None, opening: Opening, twice: bool) -> None:
    """Raises `InputError` for what cannot go together with taking up a kept conversation."""
    from musechat.app.opening import Opening

    if twice:
        raise InputError("Give --resume ID or --last, not both.")
    if video is not None:
        raise InputError("Give a clip to begin a conversation, or --resume ID to go on with one, not both.")
    if opening != Opening():
        raise InputError(
            "--licence, --like, --replace-music and --fresh hold from the beginning of a conversation; this one has "
            "begun. Say it in words (“only CC BY”), change it with /edit, or begin a new one."
        )


def _latest(record: Record) -> str:
    kept = record.all()
    if not kept:
        raise InputError("No conversation is kept yet; begin one with: musechat chat VIDEO")
    return kept[0].id


def _library_of(record: Record, session: str) -> Path:
    """The library that a kept conversation is about. Raises `InputError` where that is gone."""
    kept = record.find(session)
    place = Path(kept.library)
    if not place.is_dir():
        raise InputError(
            f"The library of the conversation {kept.id} is gone from {one_line(kept.library, 500)}; put it back, name "
            f"its new place with --library, or read what was said with: musechat sessions show {kept.id}"
        )
    return place


@contextmanager
def _kept() -> Iterator[Record]:
    from musechat.app.record import Record

    with Record() as record:
        yield record


@sessions_app.command("list")
def list_sessions(as_json: JsonOption = False) -> None:
    """All conversations that are kept, the latest first."""
    with door(as_json), _kept() as record:
        from musechat.app.contract import sessions_json
        from musechat.cli import show

        kept = record.all()
        tell(as_json, lambda: sessions_json(kept), lambda: show.sessions(kept))


@sessions_app.command("show")
def show_session(
    session: Annotated[str, typer.Argument(help="The conversation's id, or the first letters of it.")],
    as_json: JsonOption = False,
) -> None:
    """What was said in a kept conversation."""
    with door(as_json), _kept() as record:
        from musechat.app.contract import kept_json
        from musechat.app.session import Timings
        from musechat.cli import show

        kept, profile, conversation = record.load(session)
        tell(
            as_json,
            lambda: kept_json(kept, profile, conversation, Timings()),
            lambda: show.conversation(conversation),
        )


@sessions_app.command("export")
def export_session(
    session: Annotated[str, typer.Argument(help="The conversation's id, or the first letters of it.")],
    folder: Annotated[Path, typer.Argument(help="The folder to write to.")],
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write what was said in a kept conversation as session.json and session.md. Needs neither library nor clip."""
    with door(as_json), _kept() as record:
        from musechat.app.contract import SCHEMA_VERSION, outputs_json
        from musechat.app.exports.export import export_talk
        from musechat.cli import show

        _, profile, conversation = record.load(session)
        files = export_talk(profile, conversation, folder, overwrite)
        tell(
            as_json,
            lambda: {"schema_version": SCHEMA_VERSION} | outputs_json(None, files),
            lambda: show.exported(files),
        )


@sessions_app.command("delete")
def delete_session(
    session: Annotated[str, typer.Argument(help="The conversation's id, or the first letters of it.")],
    as_json: JsonOption = False,
) -> None:
    """Forget a conversation for good."""
    with door(as_json), _kept() as record:
        from musechat.app.contract import sessions_json
        from musechat.cli import show

        gone = record.delete(session)
        tell(as_json, lambda: sessions_json([gone]), lambda: show.problem(f"forgotten: {gone.id}"))
