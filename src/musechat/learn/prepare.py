"""What dialogues are made of, from a library and a file of pairs: `prepare`.

In: a library, pairs. Out: a `Scene`, and the pairs that cannot be used with their reasons.

- Each clip is watched once; what was seen is kept in the dataset's folder (`clips.jsonl`), so that a run which was
  killed goes on behind the last clip.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musechat.core.errors import InputError, MediaError
from musechat.core.features import VideoProfile
from musechat.core.plain import from_plain, to_plain
from musechat.core.text import one_line
from musechat.learn.dataset import CLIPS, lines_of
from musechat.learn.facts import FactSettings, Source, facts_by_score, facts_by_tags
from musechat.learn.lines import Clip
from musechat.learn.pairs import Faulty, Pair
from musechat.learn.synthesis import Footage, Scene, Settings
from musechat.library.matrix import Matrix
from musechat.match.part import weighted_mean
from musechat.match.picture import PictureWeights, picture_parts

if TYPE_CHECKING:
    from musechat.app.library import Library
    from musechat.core.protocols import Progress
    from musechat.learn.chats import ModelChoice
    from musechat.learn.facts import FactTable
    from musechat.match.corpus import Corpus


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What can be made, and what cannot."""

    scene: Scene
    faulty: tuple[Faulty, ...]


def prepare(
    library: Library,
    pairs: Sequence[Pair],
    folder: Path,
    settings: Settings,
    facts: Source,
    tags: int,
    model: ModelChoice | None,
    progress: Progress,
) -> Prepared:
    """Reads the library and watches the clips. Raises `InputError` where no pair is left."""
    library.require_tracks()
    corpus = library.supervisor.corpus()
    table = _table(library, corpus, facts, tags)
    if (known := int(table.known.sum())) < 2:
        where = "have no .facts.json beside them" if facts == "score" else "have no tag that is sure enough"
        raise InputError(f"It takes two tracks of which something may be said; {len(table) - known} {where}.")
    targets, faulty = _targets(library, table, pairs)
    videos = sorted({pair.video for pair, row in zip(pairs, targets, strict=True) if row is not None})
    footage, unseen = _footage(library, corpus, videos, folder, progress)
    places = {name: place for place, name in enumerate(footage)}
    usable: list[tuple[int, int] | None] = []
    for pair, row in zip(pairs, targets, strict=True):
        seen = places.get(str(pair.video))
        usable.append(None if row is None or seen is None else (seen, row))
        if row is not None and seen is None:
            faulty.append(Faulty(pair.line, unseen[pair.video]))
    if not any(usable):
        why = f" The first: line {faulty[0].line}, {faulty[0].why}." if faulty else ""
        raise InputError(f"None of the {len(pairs)} pairs can be used.{why}")
    scene = Scene(table, library.models.vocabulary, tuple(footage.values()), tuple(usable), settings, model)
    return Prepared(scene, tuple(sorted(faulty, key=lambda one: one.line)))


def _table(library: Library, corpus: Corpus, facts: Source, tags: int) -> FactTable:
    tracks, vocabulary = library.tracks(), library.models.vocabulary
    if facts == "score":
        return facts_by_score(corpus, tracks, vocabulary)
    matrix, names = Matrix.load(library.store), library.models.audio.tag_names
    return facts_by_tags(corpus, tracks, matrix.tags, names, vocabulary, FactSettings(tags=tags))


def _targets(library: Library, table: FactTable, pairs: Iterable[Pair]) -> tuple[list[int | None], list[Faulty]]:
    """The row of each pair's track."""
    rows = {track_id: row for row, track_id in enumerate(table.ids)}
    found: list[int | None] = []
    faulty: list[Faulty] = []
    known: dict[str, str] = {}
    for pair in pairs:
        try:
            if pair.track not in known:
                known[pair.track] = pair.track if pair.track in rows else library.find(pair.track).id
            row = rows.get(known[pair.track])
            if row is None or not table.known[row]:
                raise InputError(f"nothing may be said of the track {one_line(pair.track)!r}")
            found.append(row)
        except InputError as error:
            found.append(None)
            faulty.append(Faulty(pair.line, str(error)))
    return found, faulty


def _footage(
    library: Library, corpus: Corpus, videos: Sequence[Path], folder: Path, progress: Progress
) -> tuple[dict[str, Footage], dict[Path, str]]:
    """What was seen in each clip, by its path; and why some could not be watched."""
    cache = folder / CLIPS
    seen = dict(_kept(cache))
    unseen: dict[Path, str] = {}
    found: dict[str, Footage] = {}
    progress.start("Watching clips", len(videos))
    for video in videos:
        try:
            if (stamp := _stamp(video)) not in seen:
                profile = library.models.videos.watch(video)
                line = json.dumps({"clip": stamp, "profile": to_plain(profile)}, allow_nan=False)
                with cache.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
                seen[stamp] = profile
            found[str(video)] = _suited(corpus, seen[stamp], video)
        except (InputError, MediaError) as error:
            unseen[video] = str(error)
        progress.advance(1, video.name)
    return found, unseen


def _suited(corpus: Corpus, profile: VideoProfile, video: Path) -> Footage:
    suits = weighted_mean(picture_parts(corpus, profile, PictureWeights()), len(corpus))
    cuts = None if profile.cuts is None else len(profile.cuts)
    return Footage(str(video), Clip(profile.duration, cuts), suits)


def _stamp(video: Path) -> str:
    """What tells one state of a clip from another. Raises `InputError` for a clip there is not."""
    try:
        state = video.stat()
    except OSError as error:
        raise InputError(f"there is no clip {one_line(str(video), 500)}") from error
    return f"{video.absolute()} {state.st_size} {state.st_mtime_ns}"


def _kept(cache: Path) -> Iterable[tuple[str, VideoProfile]]:
    for line in lines_of(cache):
        try:
            plain = json.loads(line)
            yield plain["clip"], from_plain(VideoProfile, plain["profile"])
        except (ValueError, KeyError, TypeError, InputError):
            continue  # a line that was cut by a kill: that clip is watched again
