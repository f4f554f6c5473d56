"""What all commands share: their options, and the way from an error to a line and an exit status.

In: what a command raises or returns. Out: text for people or JSON on stdout, errors on stderr.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musechat.core.errors import MuseChatError
from musechat.core.text import one_line

if TYPE_CHECKING:
    from musechat.app.library import Library
    from musechat.reason.template import Narrator

LibraryOption = Annotated[
    Path | None, typer.Option("--library", help="The library's folder; the default is in your user-data folder.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (docs/json.md) instead of text.")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace files that are already there.")]
ExportOption = Annotated[
    Path | None,
    typer.Option("--export", help="Write cue sheet, credits, editing timeline and contact sheet to this folder."),
]
ThreadsOption = Annotated[int | None, typer.Option("--threads", min=1, max=64, help="Cores to use at most.")]


LicenceOption = Annotated[
    str | None, typer.Option("--licence", help='What the music must allow, for example "CC BY" or "commercial use".')
]
LikeOption = Annotated[
    str | None, typer.Option("--like", help="A music file, or a track of the library, that it shall sound like.")
]
ReplaceMusicOption = Annotated[
    bool, typer.Option("--replace-music", help="Find music like the clip's own, which is only temporary.")
]
FreshOption = Annotated[int, typer.Option("--fresh", min=0, help="Nothing that was used in the last so many renders.")]
NarratorOption = Annotated[
    str | None,
    typer.Option(
        "--narrator",
        help="Who words replies: URL#model of any OpenAI-compatible server, its key in MUSECHAT_NARRATOR_KEY.",
    ),
]


@contextmanager
def door(as_json: bool = False) -> Iterator[None]:
    """Turns the family's errors and an interrupt into one line and an exit status."""
    try:
        yield
    except MuseChatError as error:
        if as_json:
            from musechat.app.contract import error_json

            print_json(error_json(error))
        typer.echo(f"musechat: {one_line(str(error), 1000)}", err=True)
        raise typer.Exit(error.exit_status) from None
    except KeyboardInterrupt:
        typer.echo("musechat: stopped; what was finished is kept.", err=True)
        raise typer.Exit(130) from None


def print_json(plain: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    typer.echo(json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=2))


def tell(as_json: bool, plain: Callable[[], dict[str, Any]], text: Callable[[], None]) -> None:
    """Prints for programs or for people; what is not asked for is not made."""
    if as_json:
        print_json(plain())
    else:
        text()


def open_library(folder: Path | None, threads: int | None = None) -> Library:
    """The library in `folder`, or the default one."""
    from musechat.app.library import Library

    return Library(folder, threads=threads)


def check_outputs(out: Path | None, folder: Path | None, overwrite: bool, *sources: Path) -> None:
    """What cannot be written is said before anything is watched."""
    if out is not None:
        from musechat.app.render import check_output

        check_output(out, *sources, overwrite=overwrite)
    if folder is not None:
        from musechat.app.exports.export import check_folder

        check_folder(folder, overwrite=overwrite)


def narrator_of(address: str | None, library: Library) -> Narrator | None:
    """Who words replies; None for the template. The key comes from the environment alone."""
    if address is None:
        return None
    from musechat.reason.chat import ChatEndpoint
    from musechat.reason.endpoint import EndpointNarrator

    return EndpointNarrator(ChatEndpoint.from_address(address, model_key()), library.models.vocabulary)


def model_key() -> str | None:
    """The key of a language model, from the environment alone."""
    return os.environ.get("MUSECHAT_NARRATOR_KEY") or None
