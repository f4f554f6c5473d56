"""The conversation as a door of its own: `chat`, `why-not`, `sessions`.

In: lines, typed or piped: plain words, or commands that begin with a slash. Out: replies, sentence by sentence.

- Every turn is kept before it is complete on the screen; what a line does wrong is one line, and the talk goes on.
- An interrupt stops the turn that is being made, the end of the input ends the talk.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
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

HELP = {
    "/why": "why this track",
    "/why-not TRACK": "why not that one (title or id)",
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

        if video is not None and (resume is not None or last):
            raise InputError("Give a clip to begin a conversation, or --resume ID to go on with one, not both.")
        check_outputs(None, export, overwrite, *([] if video is None else [video]))
        with Record() as record:
            wanted = _latest(record) if last else resume
            place = library if wanted is None else _library_of(record, wanted)
            with open_library(place, threads) as opened:
                opening = Opening(licence, like, replace_music, fresh)
                talk = _Talk(opened, record, narrator_of(narrator, opened))
                talk.begin(video, opening, wanted)
                for line in say or []:
                    talk.do(line)
                if not say or sys.stdin.isatty():
                    talk.listen()
                if export is not None:
                    talk.do(f"/export {shlex.quote(str(export))}", overwrite)


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
            opened.find(track)
            session = Session(opened, video, opening=Opening(licence))
            with show.progress() as progress:
                session.recommend(progress)
            for words in say or []:
                session.say(words)
            turn = session.why_not(track)
            talk = conversation_json(session.profile(), session.conversation, session.timings)
        tell(as_json, lambda: talk, lambda: show.turn(turn))


class _Talk:
    """One conversation at a terminal or in a pipe."""

    def __init__(self, library: Library, record: Record, narrator: Narrator | None) -> None:
        self._library, self._record, self._narrator = library, record, narrator
        self._session: Session
        self._commands: dict[str, Callable[[str], None]] = {
            "/why": lambda _: self._turn(self._session.why),
            "/why-not": lambda name: self._turn(lambda: self._session.why_not(_needed(name, "/why-not TRACK"))),
            "/alternatives": self._alternatives,
            "/choose": lambda which: self._turn(lambda: self._session.choose(_needed(which, "/choose N or TRACK"))),
            "/undo": lambda _: self._turn(self._session.undo),
            "/never": lambda artist: self._turn(lambda: self._session.never(artist or None)),
            "/edit": self._edit,
            "/render": self._render,
            "/export": self._export,
            "/help": self._help,
        }
        self._overwrite = False

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

    def listen(self) -> None:
        """Line after line until the input ends or /quit."""
        while (line := _read()) is not None and line.strip() not in ("/quit", "/exit"):
            if line.strip():
                self.do(line)

    def do(self, line: str, overwrite: bool = False) -> None:
        """One line. What is wrong with it is told in one line."""
        from musechat.cli import show

        self._overwrite = overwrite
        try:
            name, _, rest = line.strip().partition(" ")
            if not name.startswith("/"):
                self._turn(lambda: self._session.say(line))
            elif (command := self._commands.get(name.lower())) is not None:
                command(rest.strip())
            else:
                near = get_close_matches(name, self._commands, n=1) or ["/help"]
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

        (path,) = _words(_needed(out, "/render FILE"))
        with show.progress() as progress:
            rendered = self._session.render(path, overwrite=self._overwrite, progress=progress)
        show.rendered(rendered)

    def _export(self, folder: str) -> None:
        from musechat.cli import show

        (path,) = _words(_needed(folder, "/export FOLDER"))
        show.exported(self._session.export(path, overwrite=self._overwrite))

    def _help(self, _: str) -> None:
        from musechat.cli import show

        show.commands(HELP)


def _read() -> str | None:
    """The next line, asked for at a terminal; None at the end. An interrupt at the prompt ends the talk too."""
    try:
        return input("\n> " if sys.stdin.isatty() else "")
    except (EOFError, KeyboardInterrupt):
        return None


def _needed(text: str, usage: str) -> str:
    if not text:
        raise InputError(f"Say which: {usage}")
    return text


def _words(text: str) -> list[str]:
    """A path, quoted or not."""
    try:
        words = shlex.split(text, posix=sys.platform != "win32")
    except ValueError:
        words = [text]
    return words if len(words) == 1 else [text]


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
            f"The library of the conversation {kept.id} is gone from {one_line(kept.library, 500)}; put it back, or "
            f"read what was said with: musechat sessions show {kept.id}"
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
) -> None:
    """Write what was said in a kept conversation as session.json and session.md. Needs neither library nor clip."""
    with door(), _kept() as record:
        from musechat.app.exports.export import export_talk
        from musechat.cli import show

        _, profile, conversation = record.load(session)
        show.exported(export_talk(profile, conversation, folder, overwrite))


@sessions_app.command("delete")
def delete_session(
    session: Annotated[str, typer.Argument(help="The conversation's id, or the first letters of it.")],
) -> None:
    """Forget a conversation for good."""
    with door(), _kept() as record:
        from musechat.cli import show

        show.problem(f"forgotten: {record.delete(session).id}")
