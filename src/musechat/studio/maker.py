"""Media of the studio as files: `make_media`.

In: works and films, a folder. Out: tagged sound files and clips, and beside each a `.facts.json` with what is true of
it.

- What is there already is not made again: a file appears under its name only when it is whole.
- Several processes work at once; each makes one file at a time, so that nothing is shared and order does not matter.
"""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from musechat.studio.camera import shoot
from musechat.studio.composer import compose
from musechat.studio.files import whole, write_audio
from musechat.studio.performer import perform
from musechat.studio.soundfont import perform_with_soundfont

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from musechat.core.protocols import Progress
    from musechat.studio.catalogue import Work
    from musechat.studio.film import Film

Performer: TypeAlias = Literal["own", "soundfont"]
RATE = 44_100


def make_media(
    works: Mapping[Path, Work],
    films: Mapping[Path, Film],
    progress: Progress,
    performer: Performer = "own",
    processes: int = 2,
) -> None:
    """Makes every file of `works` and `films` that is not there. Raises `InputError` where a performer is missing."""
    jobs: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
        *((_film, (film, path)) for path, film in films.items() if not path.exists()),
        *((_music, (work, path, performer)) for path, work in works.items() if not path.exists()),
    ]
    progress.start("Composing and filming", len(jobs))
    # Spawned, not forked: the same on every platform, and a fork would copy the threads of an encoder half.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, max(1, len(jobs))), mp_context=context) as pool:
        waiting = {pool.submit(make, *arguments): arguments[1] for make, arguments in jobs}
        try:
            for done in as_completed(waiting):
                done.result()
                progress.advance(1, waiting[done].name)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _music(work: Work, path: Path, performer: Performer) -> None:
    score = compose(work.brief, work.seed)
    samples = perform(score, RATE) if performer == "own" else perform_with_soundfont(score, rate=RATE)
    tags = {"title": score.title, "artist": work.artist, "album": work.album, "genre": score.genre}
    if work.licence:
        tags["license"] = work.licence
    _write_facts(path, score.facts())
    write_audio(path, samples, RATE, tags)


def _film(film: Film, path: Path) -> None:
    _write_facts(path, film.facts())
    shoot(film, path)


def _write_facts(path: Path, facts: dict[str, Any]) -> None:
    """The facts come before the file that they are about, so that no finished file is without them."""
    with whole(path.with_suffix(".facts.json")) as part:
        part.write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
