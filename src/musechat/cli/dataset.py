"""The commands that make and look at datasets of dialogues.

In: arguments. Out: see `door`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from musechat.cli.door import (
    JsonOption,
    LibraryOption,
    OverwriteOption,
    ThreadsOption,
    door,
    model_key,
    open_library,
    tell,
)

dataset_app = typer.Typer(help="Make, import, export and look at datasets of dialogues.", no_args_is_help=True)
FolderArgument = Annotated[Path, typer.Argument(help="A dataset's folder, or its dialogues.jsonl.")]


class FactSource(StrEnum):
    """Where what may be said of a track comes from."""

    TAGS = "tags"
    SCORE = "score"


class ShapeName(StrEnum):
    """Which proportions the users' lines have."""

    PUBLISHED = "published"
    VARIED = "varied"


def synthesize(
    pairs: Annotated[Path, typer.Argument(help='JSON lines, each {"video": PATH, "track": TITLE, PATH OR ID}.')],
    out: Annotated[Path, typer.Option("-o", "--out", help="The dataset's folder; run again to go on with it.")],
    each: Annotated[int, typer.Option(min=1, help="Dialogues for each pair.")] = 1,
    turns: Annotated[int, typer.Option(min=2, max=20, help="Messages of the user in each dialogue.")] = 2,
    pool: Annotated[
        int | None, typer.Option(min=1, help="From how many tracks the first is chosen [default: 2000, or all others].")
    ] = None,
    facts: Annotated[
        FactSource, typer.Option(help="What may be said of a track: the tagger's tags, or its composed score.")
    ] = FactSource.TAGS,
    tags: Annotated[int, typer.Option(min=1, max=20, help="Tags of a track that may be told.")] = 5,
    relative: Annotated[
        float, typer.Option(min=0, max=1, help="Share of wishes that compare with the track on the table.")
    ] = 0.6,
    shape: Annotated[ShapeName, typer.Option(help="Proportions of the users' lines.")] = ShapeName.PUBLISHED,
    mask: Annotated[bool, typer.Option("--mask", help="Write TITLE, ARTIST and ALBUM in place of names.")] = False,
    writer: Annotated[
        str | None,
        typer.Option(help="Who words lines: URL#model (key in MUSECHAT_NARRATOR_KEY) or FILE.gguf [default: grammar]."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same dialogues.")] = 0,
    library: LibraryOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write dialogues about pairs of a clip and its track, every line true of what it speaks of."""
    with door(as_json):
        from musechat.cli import show_dataset
        from musechat.cli.show import progress
        from musechat.learn.chats import ModelChoice
        from musechat.learn.order import Order, carry_out

        with open_library(library, threads) as opened, progress() as bar:
            model = None if writer is None else ModelChoice(writer, model_key(), opened.models.threads)
            order = Order(
                pairs, out, each, turns, pool, facts.value, tags, relative, shape.value, mask, seed, model
            )  # fmt: skip
            outcome = carry_out(opened, order, bar)
        tell(as_json, outcome.to_json, lambda: show_dataset.outcome(outcome, order))


@dataset_app.command("from-videos")
def from_videos(
    folder: Annotated[Path, typer.Argument(help="Clips with music of their own.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The file of pairs to write.")] = Path("pairs.jsonl"),
    overwrite: OverwriteOption = False,
    library: LibraryOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pair each clip with its own soundtrack, which is taken into the library."""
    with door(as_json):
        from musechat.cli import show_dataset
        from musechat.cli.show import progress
        from musechat.learn.pairs import require_new, write_pairs
        from musechat.learn.videos import pairs_from_videos

        require_new(out, overwrite)
        with open_library(library, threads) as opened, progress() as bar:
            paired = pairs_from_videos(opened, folder, bar)
        write_pairs(out, paired.pairs)
        tell(as_json, paired.to_json, lambda: show_dataset.paired(paired, out))


@dataset_app.command("import-musechat")
def import_musechat(
    file: Annotated[Path, typer.Argument(help='Items {"conversations": [{"from", "value"}, …]}: an array, or lines.')],
    out: Annotated[Path, typer.Option("-o", "--out", help="The dataset's folder to make.")],
    as_json: JsonOption = False,
) -> None:
    """Take over dialogues of the published form."""
    with door(as_json):
        from musechat.cli import show_dataset
        from musechat.learn.published import import_published

        taken = import_published(file, out)
        tell(as_json, taken.to_json, lambda: show_dataset.taken(taken, file, out))


@dataset_app.command("export-musechat")
def export_musechat(
    dataset: FolderArgument,
    out: Annotated[Path, typer.Argument(help="The JSON file to write.")],
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write a dataset in the published form."""
    with door(as_json):
        from musechat.cli import show_dataset
        from musechat.learn.pairs import require_new
        from musechat.learn.published import export_published

        require_new(out, overwrite)
        count = export_published(dataset, out)
        tell(as_json, lambda: {"schema_version": 1, "dialogues": count}, lambda: show_dataset.exported(count, out))


@dataset_app.command("stats")
def stats(
    dataset: FolderArgument,
    plot: Annotated[Path | None, typer.Option(help="Write the picture to this PNG file.")] = None,
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """What the lines of a dataset are like, as a table and a picture."""
    with door(as_json):
        from musechat.cli import show_dataset
        from musechat.cli.show import progress
        from musechat.concepts.vocabulary import shipped_vocabulary
        from musechat.learn.charts import chart
        from musechat.learn.dataset import dialogues_of
        from musechat.learn.pairs import require_new
        from musechat.learn.stats import stats_json, stats_of

        if plot is not None:
            require_new(plot, overwrite)
        with progress() as bar:
            dialogues, every = dialogues_of(dataset, bar)
            found = stats_of(dialogues, shipped_vocabulary(), every)
        if plot is not None:
            plot.write_bytes(chart(found))
        tell(as_json, lambda: stats_json(found), lambda: show_dataset.stats(found, plot))
