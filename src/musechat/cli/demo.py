"""`musechat demo`: a library, two clips, a conversation about each, and each clip with its music as a file.

In: where the media come from, a folder. Out: on stdout what a first session looks like, with timings; in the folder
everything that was made.

- "studio" media are composed and filmed on the spot and need no network; "real" media are fetched.
- What is there already is neither made nor fetched nor analysed again; what is rendered is rendered anew.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from musechat.app import freemedia
from musechat.app.freemedia import FetchError
from musechat.app.library import Library
from musechat.app.session import Session
from musechat.cli import show
from musechat.core.errors import InputError
from musechat.core.settings import home

if TYPE_CHECKING:
    from musechat.studio.maker import Performer

MediaSource = Literal["studio", "real"]
FILMED = ("evening", "carnival")
"""What the studio's two films are called."""
ANSWERS = (
    ("I like it, but could it be calmer, with piano and no drums?", "Let the lift fall at 0:12."),
    ("Nice, but something more electronic, please.", "Keep it electronic, but happier."),
)
"""Two answers for each clip, so that with the first proposal every conversation has three turns."""


@dataclass(frozen=True, slots=True)
class Material:
    """Folders of music, clips, and the credits that fetched media ask for: names and licences."""

    music: tuple[Path, ...]
    clips: tuple[Path, ...]
    credits: tuple[tuple[str, str], ...] = ()


def run(folder: Path | None, source: MediaSource, performer: Performer) -> None:
    """Makes or fetches what is missing, imports what is new, talks, renders.

    Raises `FetchError` with a way on where media are not to be had, `InputError` where a performer is missing.
    """
    place = (folder or home() / "demo").absolute()
    seconds: dict[str, float] = {}
    begun = time.perf_counter()
    if source == "studio":
        made = place / ("studio" if performer == "own" else f"studio-{performer}")
        material = _compose(made, performer)
    else:
        made = place / "real"
        material = _fetch(place / "media")
    seconds["media composed and filmed, or found" if source == "studio" else "media fetched or found"] = (
        time.perf_counter() - begun
    )
    with Library(made / "library", threads=os.cpu_count()) as library:
        begun = time.perf_counter()
        with show.progress() as progress:
            summary = library.index(material.music, progress=progress)
        show.summary(summary, library.folder)
        seconds["music imported, or found unchanged"] = time.perf_counter() - begun
        for clip, answers in zip(material.clips, ANSWERS, strict=True):
            seconds |= _talk(library, clip, answers, made / "shown" / clip.stem)
    show.seconds(seconds)
    show.where(
        {
            "music": material.music[0] if len(material.music) == 1 else material.music[0].parent,
            "clips": material.clips[0].parent if source == "studio" else place / "media",
            "library": made / "library",
            **{f"{clip.stem}, with music": made / "shown" / clip.stem for clip in material.clips},
        }
    )
    if material.credits:
        show.media_credits(material.credits)


def _talk(library: Library, clip: Path, answers: tuple[str, ...], out: Path) -> dict[str, float]:
    """One conversation with all that comes of it. Returns what took how long."""
    show.title(clip.name)
    session = Session(library, clip)
    show.first_look(session.first_look())
    with show.progress() as progress:
        turn = session.recommend(progress)
    show.video(session.profile())
    show.turn(turn)
    for words in answers:
        show.turn(session.say(words))
    out.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    with show.progress() as progress:
        rendered = session.render(out / f"{clip.stem}.mp4", overwrite=True, progress=progress)
    show.rendered(rendered)
    spent = time.perf_counter() - begun
    show.exported(session.export(out, overwrite=True))
    timings = session.timings
    return {
        f"{clip.stem}: first answer from keyframes": timings.first_look or 0.0,
        f"{clip.stem}: whole clip watched": timings.watched or 0.0,
        f"{clip.stem}: rendered": spent,
    }


def _compose(place: Path, performer: Performer) -> Material:
    from musechat.studio.catalogue import CATALOGUE
    from musechat.studio.film import DEMO, plan
    from musechat.studio.maker import make_media

    works = {place / "music" / f"{work.artist} - {work.brief.title}.flac": work for work in CATALOGUE}
    films = {place / "clips" / f"{name}.mp4": plan(brief, 1) for name, brief in zip(FILMED, DEMO, strict=True)}
    with show.progress() as progress:
        make_media(works, films, progress, performer, processes=os.cpu_count() or 2)
    return Material((place / "music",), tuple(films))


def _fetch(place: Path) -> Material:
    try:
        with show.progress() as progress:
            music = freemedia.fetch(freemedia.MUSIC, place, progress)
            clips = freemedia.fetch(freemedia.CLIPS, place, progress)
    except FetchError as error:
        raise FetchError(
            f"{error} Without it there is the demo of composed media, musechat demo, and your own: musechat index "
            "YOUR_MUSIC, then musechat recommend YOUR_CLIP"
        ) from None
    found = tuple(next(iter(sorted(folder.rglob("*.mp4"))), None) for folder in clips)
    if None in found:
        gone = clips[found.index(None)]
        raise InputError(f"The fetched clip is gone from {gone}; delete that folder and run the demo again.")
    packages = (*freemedia.MUSIC, *freemedia.CLIPS)
    return Material(tuple(music), tuple(p for p in found if p), tuple((p.name, p.licence) for p in packages))
