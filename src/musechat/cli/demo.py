"""`musechat demo`: real free music, a real clip, a two-turn conversation.

In: a folder for the media and the demo's library. Out: on stdout what a first session looks like, with timings.
"""

from __future__ import annotations

import time
from pathlib import Path

from musechat.app import freemedia
from musechat.app.freemedia import FetchError
from musechat.app.library import Library
from musechat.app.session import Session
from musechat.cli import show
from musechat.core.errors import InputError
from musechat.core.settings import home

SAID = "I like it, but could it be calmer, with piano and no vocals?"


def run(folder: Path | None) -> None:
    """Fetches what is missing, imports what is new, talks. Raises `FetchError` with a way on where media is not to
    be had.
    """
    place = folder or home() / "demo"
    begun = time.perf_counter()
    try:
        with show.progress() as progress:
            music = freemedia.fetch(freemedia.MUSIC, place / "media", progress)
            clips = freemedia.fetch(freemedia.CLIPS, place / "media", progress)
    except FetchError as error:
        raise FetchError(
            f"{error} The demo needs it; with media of your own, try: musechat index YOUR_MUSIC, "
            "then musechat recommend YOUR_CLIP"
        ) from None
    clip = next(iter(sorted(clips[0].rglob("*.mp4"))), None)
    if clip is None:
        raise InputError(f"The fetched clip is gone from {clips[0]}; delete that folder and run the demo again.")
    fetched = time.perf_counter()
    with Library(place / "library") as library:
        with show.progress() as progress:
            summary = library.index(music, progress=progress)
        show.summary(summary, library.folder)
        imported = time.perf_counter()
        session = Session(library, clip)
        show.first_look(session.first_look())
        with show.progress() as progress:
            turn = session.recommend(progress)
        show.video(session.profile())
        show.turn(turn)
        show.turn(session.say(SAID))
        timings = session.timings
    show.seconds(
        {
            "media fetched or found": fetched - begun,
            "music imported or found unchanged": imported - fetched,
            "first answer from keyframes": timings.first_look or 0.0,
            "whole clip watched": timings.watched or 0.0,
        }
    )
    show.where({"media": place / "media", "library": place / "library", "clip": clip})
    show.media_credits([(p.name, p.licence) for p in (*freemedia.MUSIC, *freemedia.CLIPS)])
