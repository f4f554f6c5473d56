"""Makes dialogues in any number, on all cores: `synthesize`.

In: what is known of tracks and clips, pairs, settings. Out: a dataset folder, and a `Made`.

- Dialogue k is about pair k modulo the number of pairs, with dice of its own from the seed and k: the same settings
  give the same dataset, whatever was killed in between and however many processes worked.
- A pair of which nothing can be said is skipped with its reason; the rest goes on.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from musechat.core.errors import InputError
from musechat.learn.checked import Checked
from musechat.learn.course import Courses
from musechat.learn.dialogue import Dialogue, Message
from musechat.learn.preference import STEPS, Preferrer
from musechat.learn.shape import SHAPES
from musechat.learn.writer import Grammar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from musechat.concepts.vocabulary import Vocabulary
    from musechat.core.features import Floats
    from musechat.core.protocols import Progress
    from musechat.learn.chats import ModelChoice
    from musechat.learn.course import Exchange
    from musechat.learn.dataset import Folder
    from musechat.learn.facts import FactTable, Names
    from musechat.learn.lines import Clip
    from musechat.learn.writer import Writer

CHUNK = 100
"""Dialogues that a process makes at once."""
TOLD = 5
"""Reasons of skipped dialogues that a summary tells."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a dataset is made with. `relative`: the share of wishes that compare with the track on the table."""

    seed: int = 0
    pool: int = 2000
    turns: int = 2
    relative: float = 0.6
    shape: str = "published"
    masked: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """A clip of a pair: its name in the dataset, what users tell of it, how well each track (n,) suits it."""

    name: str
    clip: Clip
    suits: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that dialogues are made of. `pairs`: (index into `footage`, row of the target), None where a pair
    cannot be used; `model`: who words lines, None for the grammar.
    """

    table: FactTable
    vocabulary: Vocabulary
    footage: tuple[Footage, ...]
    pairs: tuple[tuple[int, int] | None, ...]
    settings: Settings
    model: ModelChoice | None = None


@dataclass(slots=True)
class Chunk:
    """Lines of dialogues; what was skipped; causes for which lines of a model were not taken, and the first dialogue in
    which each occurred.
    """

    lines: list[str] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Made:
    """How many were made now, were there already, and could not be made; why, for the first of them. `refused` and
    `first` as in `Chunk`.
    """

    made: int = 0
    kept: int = 0
    skipped: int = 0
    reasons: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        """Counts a chunk."""
        self.made += len(chunk.lines)
        self.skipped += len(chunk.skipped)
        told = [f"dialogue {one['number']}: {one['why']}" for one in chunk.skipped]
        self.reasons += told[: TOLD - len(self.reasons)]
        self.refused += chunk.refused
        self.first = chunk.first | self.first


def synthesize(scene: Scene, count: int, folder: Folder, processes: int, progress: Progress) -> Made:
    """Brings the dataset to `count` dialogues. Raises KeyboardInterrupt after what was made is kept."""
    done = folder.done()
    usable = [pair is not None for pair in scene.pairs]
    missing = [n for n in range(count) if n not in done and usable[n % len(usable)]]
    made = Made(kept=sum(number < count for number in done))
    progress.start("Writing dialogues", len(missing))
    size = CHUNK if scene.model is None else 1  # a model's line takes a second: each is kept as it comes
    chunks = [missing[start : start + size] for start in range(0, len(missing), size)]
    for chunk in _results(scene, chunks, processes):
        folder.add(chunk.lines, chunk.skipped)
        made.add(chunk)
        progress.advance(len(chunk.lines) + len(chunk.skipped))
    return made


class Maker:
    """Makes one dialogue after another of one scene."""

    def __init__(self, scene: Scene) -> None:
        settings, shape = scene.settings, SHAPES[scene.settings.shape]
        self._scene = scene
        prefer = Preferrer(scene.table, scene.vocabulary, shape, settings.relative)
        self._courses = Courses(scene.table, prefer, STEPS, settings.pool, settings.turns)
        grammar = Grammar(scene.vocabulary, shape.talk)
        chat = None if scene.model is None else scene.model.chat()
        self._writer: Writer = grammar if chat is None else Checked(chat, grammar, scene.vocabulary)

    def __call__(self, number: int) -> Dialogue:
        """Dialogue `number`. Raises `InputError` where nothing leads to the target of its pair."""
        scene = self._scene
        pair = scene.pairs[number % len(scene.pairs)]
        assert pair is not None  # such numbers are left out
        place, target = pair
        footage, dice = scene.footage[place], Random(f"{scene.settings.seed} {number}")
        exchanges = self._courses(footage.suits, target, dice)
        names = scene.table.names[target]
        messages = [
            message
            for exchange in exchanges
            for message in (self._asked(exchange, footage.clip, names, dice), self._told(exchange, dice))
        ]
        pool = min(scene.settings.pool, int(scene.table.known.sum()) - 1)
        return Dialogue(number, footage.name, scene.table.ids[target], pool, tuple(messages))

    def _asked(self, exchange: Exchange, clip: Clip, target: Names, dice: Random) -> Message:
        worded = self._writer.ask(exchange, clip, target, dice)
        intents = () if exchange.preference is None else exchange.preference.intents
        return Message("user", exchange.kind, worded.text, worded.writer, intents, refused=worded.refused)

    def _told(self, exchange: Exchange, dice: Random) -> Message:
        said, worded = exchange.said, self._writer.tell(exchange, dice)
        text = _masked(worded.text, said.names) if self._scene.settings.masked else worded.text
        track = self._scene.table.ids[exchange.row]
        return Message("system", said.manner, text, worded.writer, track=track, said=said, refused=worded.refused)


def _masked(text: str, names: Names) -> str:
    """Names as TITLE, ARTIST and ALBUM."""
    for word, name in (("TITLE", names.title), ("ALBUM", names.album), ("ARTIST", names.artist)):
        text = text if name is None else text.replace(name, word)
    return text


def _chunk(maker: Maker, numbers: Sequence[int]) -> Chunk:
    chunk = Chunk()
    for number in numbers:
        try:
            dialogue = maker(number)
        except InputError as error:
            chunk.skipped.append({"number": number, "why": str(error)})
            continue
        chunk.lines.append(dialogue.to_line())
        for cause in (cause for message in dialogue.messages for cause in message.refused):
            chunk.refused[cause] += 1
            chunk.first.setdefault(cause, number)
    return chunk


def _results(scene: Scene, chunks: Sequence[Sequence[int]], processes: int) -> Iterator[Chunk]:
    """The chunks in order, made by several processes where that is worth their start."""
    worth = processes if scene.model is not None else 4 * processes
    if processes < 2 or len(chunks) < worth:
        maker = Maker(scene)
        yield from (_chunk(maker, numbers) for numbers in chunks)
        return
    context = multiprocessing.get_context("spawn")
    workers: list[tuple[BaseProcess, Connection]] = []
    try:
        for first in range(processes):
            ours, theirs = context.Pipe(duplex=False)
            worker: BaseProcess = context.Process(
                target=_work, args=(scene, chunks[first::processes], theirs), daemon=True
            )
            worker.start()
            theirs.close()  # so that a worker that dies ends the stream
            workers.append((worker, ours))
        for place in range(len(chunks)):
            yield workers[place % processes][1].recv()
    except EOFError as error:
        raise InputError(
            "A process that wrote dialogues was ended from outside; run the same again to go on."
        ) from error
    finally:
        for worker, ours in workers:
            ours.close()
            worker.terminate()
            worker.join()


def _work(scene: Scene, chunks: Sequence[Sequence[int]], results: Connection) -> None:
    """One process: its share of the chunks. A full pipe makes it wait, so that memory stays flat."""
    maker = Maker(scene)
    with suppress(BrokenPipeError):  # whoever reads was ended, and so is this
        for numbers in chunks:
            results.send(_chunk(maker, numbers))
