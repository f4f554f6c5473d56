"""The commands about the library: look into it, correct it.

In: arguments. Out: see `door`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from musechat.cli.door import JsonOption, LibraryOption, LicenceOption, door, open_library, tell
from musechat.core.errors import InputError

library_app = typer.Typer(help="Look into the library and correct it.", no_args_is_help=True)


@library_app.command("list")
def list_tracks(
    library: LibraryOption = None,
    licence: LicenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """All tracks of the library, or those of a licence."""
    with door(as_json):
        from musechat.app.contract import tracks_json
        from musechat.cli import show

        with open_library(library) as opened:
            tracks = opened.tracks()
        if licence is not None:
            from musechat.library.licence import allows

            tracks = [track for track in tracks if track.licence and allows(licence, track.licence.value)]
        tell(as_json, lambda: tracks_json(tracks), lambda: show.tracks(tracks))


@library_app.command("show")
def show_track(
    track: Annotated[str, typer.Argument(help="The track's id or the first letters of it, its path, or its title.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Everything that is known of one track, and where it was read or measured."""
    with door(as_json):
        from musechat.app.contract import track_full_json
        from musechat.cli import show

        with open_library(library) as opened:
            found = opened.find(track)
            features, tags = opened.measured(found.id)
            yours = opened.judged(found.id)
        tell(
            as_json,
            lambda: track_full_json(found, features, tags, yours),
            lambda: show.track(found, features, tags, yours),
        )


@library_app.command("errors")
def list_errors(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """The files that could not be imported, and why."""
    with door(as_json):
        from musechat.app.contract import errors_json
        from musechat.cli import show

        with open_library(library) as opened:
            problems = opened.errors()
        tell(as_json, lambda: errors_json(problems), lambda: show.problems(problems))


@library_app.command("edit")
def edit_track(
    track: Annotated[str, typer.Argument(help="The track's id or the first letters of it, its path, or its title.")],
    changes: Annotated[
        list[str],
        typer.Argument(help='What to correct: title="Night Drive", is=piano, not=sad, vocals=female, forget=sad.'),
    ],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Correct a track's title, artist, album, genre, year or licence, or what is heard in it.

    Your word outranks every tag and detector. An empty value, or forget=, takes it back.
    """
    with door(as_json):
        from musechat.app.contract import track_full_json
        from musechat.cli import show

        with open_library(library) as opened:
            known = opened.edit(opened.find(track).id, [_change(change) for change in changes])
            features, tags = opened.measured(known.id)
            yours = opened.judged(known.id)
        tell(
            as_json,
            lambda: track_full_json(known, features, tags, yours),
            lambda: show.track(known, features, tags, yours),
        )


def _change(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f'Write a correction as name=value, for example title="Night Drive"; {text!r} is not one.')
    return name.strip().lower(), value.strip()
