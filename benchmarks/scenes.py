"""Which scenes may be named: groups of classes and readings of features against frames labelled by eye.

    python benchmarks/scenes.py [--cache FOLDER] [--fit]

In: the frames of `truth/frames.py`, fetched once. Out: for each scene AUC, floor, precision and recall; with `--fit`
the floors of what may be named are written to `scenes.toml`, and the weights of readings to `scenes.npy`.

- "group": a group's summed sure probability, as `SceneGroups` has it. "reading": a logistic regression on the square
  roots of the features, L2-regularised, for scenes that no group stands for; it is fitted on the fit half alone.
- The floor is the least value from which 95 % of the fit half's assertions are right. For a reading that half is judged
  by regressions that did not see the frame: once in 5 random parts, once in 8 parts of whole packages; the higher floor
  counts, and at least .5.
- "unseen packages": the test half judged at that floor by regressions that saw no frame of the same package.
- A group that has a reading too is listed with it, for comparison; its reading is never used.
- May be named: on the test half ≥ 90 % right, ≥ 15 frames asserted, Wilson's 95 % interval above 80 %, and with unseen
  packages ≥ 90 % right. Every candidate is listed, so what is chosen by its test result is chosen out of this many.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from math import ceil, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from musechat.encode.efficientnet import EfficientNetLite2
from musechat.encode.scenes import SceneGroups, may_be_named, read, root, table
from truth.frames import LABELS, Frame, default_cache, fetched

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]

PRECISE, NAMEABLE, LEAST, SURELY = 0.95, 0.90, 15, 0.80
PENALTY = 3.0
TOML, WEIGHTS = Path(str(files("musechat.encode") / "scenes.toml")), Path(str(files("musechat.encode") / "scenes.npy"))
UNGROUPED = ("people", "buildings", "nature", "water", "indoors", "city", "vehicles")


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate. `right`, `said`, `shown`: frames of the test half; `unseen`: right and said."""

    scene: str
    by: str
    auc: tuple[float, float]
    floor: float | None
    right: int
    said: int
    shown: int
    unseen: tuple[int, int] | None

    @property
    def nameable(self) -> bool:
        others = self.unseen is None or self.unseen[0] >= NAMEABLE * self.unseen[1]
        sure = wilson(self.right, self.said)[0] >= SURELY
        used = self.by == "group" or self.scene in UNGROUPED
        return (
            used
            and self.floor is not None
            and self.said >= LEAST
            and self.right >= NAMEABLE * self.said
            and sure
            and others
        )


def wilson(right: int, said: int, z: float = 1.96) -> tuple[float, float]:
    if not said:
        return 0.0, 1.0
    share, spread = right / said, z * sqrt(right * (said - right) / said + z * z / 4) / said
    return (share + z * z / (2 * said) - spread) / (1 + z * z / said), (share + z * z / (2 * said) + spread) / (
        1 + z * z / said
    )


def auc(scores: Floats | Doubles, truth: Flags) -> float:
    shown, other = scores[truth][:, None], scores[~truth]
    return float(((shown > other) + 0.5 * (shown == other)).mean()) if truth.any() else float("nan")


def least_floor(scores: Floats | Doubles, truth: Flags) -> float | None:
    """The least value from which `PRECISE` of what is asserted is right, rounded up; None where too little is."""
    values = [value for value in np.unique(scores) if value > 0 and truth[scores >= value].mean() >= PRECISE]
    if not values or (scores >= values[0]).sum() < LEAST // 2:
        return None
    return ceil(round(100 * float(values[0]), 6)) / 100


def regress(roots: Floats, truth: Flags) -> Floats:
    """Weights (1281,), the last one the offset: Newton's method in the span of the samples."""
    middle = roots.mean(axis=0)
    _, _, axes = np.linalg.svd(roots - middle, full_matrices=False)
    samples = np.c_[(roots - middle) @ axes.T, np.ones(len(roots))].astype(np.float64)
    weights, penalty = np.zeros(samples.shape[1]), np.full(samples.shape[1], PENALTY)
    penalty[-1] = 1e-6
    for _ in range(15):
        chance = 1 / (1 + np.exp(-np.clip(samples @ weights, -30, 30)))
        bend = (samples * (chance * (1 - chance))[:, None]).T @ samples + np.diag(penalty)
        weights -= np.linalg.solve(bend, samples.T @ (chance - truth) + penalty * weights)
    slopes = axes.T @ weights[:-1]
    return np.append(slopes, weights[-1] - middle @ slopes).astype(np.float32)


def apart(roots: Floats, truth: Flags, parts: NDArray[np.int64], learn: Flags) -> Doubles:
    """Chances (n,) by regressions on what of `learn` lies in other parts."""
    chances = np.zeros(len(roots))
    for part in np.unique(parts):
        here = parts == part
        chances[here] = read(roots[here], regress(roots[learn & ~here], truth[learn & ~here])[None])[:, 0]
    return chances


def packages(frames: list[Frame]) -> NDArray[np.int64]:
    """Eight parts of whole packages; each Qt resource of one package counts as a package."""
    names = [f"{frame.package} {frame.file.partition('#')[0] if '#' in frame.file else ''}" for frame in frames]
    known = sorted(set(names))
    part = dict(zip(known, np.random.default_rng(1).permutation(len(known)) % 8, strict=True))
    return np.array([part[name] for name in names])


def encoded(frames: list[tuple[Frame, NDArray[np.uint8]]], cache: Path) -> tuple[Floats, Floats]:
    encoder = EfficientNetLite2(threads=2)
    known = " ".join(frame.cached(cache).name for frame, _ in frames)
    kept = cache / f"{sha256(f'{encoder.version} {known}'.encode()).hexdigest()[:16]}.npz"
    if not kept.is_file():
        features, probabilities = encoder.encode([picture for _, picture in frames])
        np.savez(kept, features=features, probabilities=probabilities)
    with np.load(kept) as loaded:
        return loaded["features"], loaded["probabilities"]


def judge(
    scene: str, by: str, scores: Floats | Doubles, truth: Flags, fit: Flags, floor: float | None, auc_fit: float
) -> Row:
    said = ~fit & (scores >= (np.inf if floor is None else floor))
    counts = int((said & truth).sum()), int(said.sum()), int((truth & ~fit).sum())
    return Row(scene, by, (auc_fit, auc(scores[~fit], truth[~fit])), floor, *counts, None)


def judge_reading(scene: str, roots: Floats, truth: Flags, fit: Flags, parts: NDArray[np.int64]) -> tuple[Row, Halves]:
    random = np.zeros(len(roots), np.int64)
    random[fit] = np.random.default_rng(0).integers(0, 5, int(fit.sum()))
    inside = np.where(fit, apart(roots, truth, np.where(fit, random, -1), fit), 0)
    outside = apart(roots, truth, parts, fit)
    floors = least_floor(inside[fit], truth[fit]), least_floor(outside[fit], truth[fit])
    floor = None if None in floors else max(0.5, *(floor for floor in floors if floor is not None))
    weights = regress(roots[fit], truth[fit]).astype(np.float16)
    chances = read(roots, weights[None].astype(np.float32))[:, 0]
    row = judge(scene, "reading", chances, truth, fit, floor, auc(inside[fit], truth[fit]))
    said = ~fit & (outside >= (np.inf if floor is None else floor))
    unseen = int((said & truth).sum()), int(said.sum())
    return Row(row.scene, row.by, row.auc, row.floor, row.right, row.said, row.shown, unseen), weights


def show(rows: list[Row], fit: int, test: int) -> None:
    columns = ("scene", "by", "AUC fit", "AUC test", "floor", "precision", "95 %", "recall", "unseen packages", "named")
    grid = Table(*columns, title=f"fitted on {fit} frames, tested on {test}")
    for row in rows:
        low, high = wilson(row.right, row.said)
        grid.add_row(
            row.scene,
            row.by,
            *(f"{value:.3f}" for value in row.auc),
            "–" if row.floor is None else f"{row.floor:.2f}",
            f"{row.right}/{row.said}" + (f" = {row.right / row.said:.3f}" if row.said else ""),
            f"{low:.2f}–{high:.2f}" if row.said else "",
            f"{row.right}/{row.shown}",
            f"{row.unseen[0]}/{row.unseen[1]}" if row.unseen else "",
            "yes" if row.nameable else "",
        )
    Console(width=140).print(grid)


def write(rows: list[Row], weights: dict[str, Halves]) -> None:
    """The floors of what may be named into `scenes.toml`, the weights of readings into `scenes.npy`."""
    text = re.sub(r"\n\[\[reading\]\].*", "\n", TOML.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"^floor = .*\n", "", text, flags=re.MULTILINE)
    readings = [row for row in rows if row.by == "reading" and row.nameable]
    for row in rows:
        said = f"floor = {row.floor}  # {row.right} of {row.said} test frames right, {row.right} of {row.shown} found\n"
        if row.by == "group" and row.nameable:
            text = text.replace(f'name = "{row.scene}"\n', f'name = "{row.scene}"\n{said}')
        elif row in readings:
            text = text.rstrip("\n") + f'\n\n[[reading]]\nname = "{row.scene}"\n{said}'
    TOML.write_text(text, "utf-8")
    if readings:
        np.save(WEIGHTS, np.stack([weights[row.scene] for row in readings]))


def shipped(frames: list[Frame], features: Floats, probabilities: Floats, groups: SceneGroups) -> None:
    """Each test frame through the program's own path, as if it were a clip."""
    right: dict[str, list[bool]] = {}
    for frame, feature, chances in zip(frames, features, probabilities, strict=True):
        if frame.split == "test":
            for scene in groups.scenes(chances[None], feature[None], at_most=100):
                if may_be_named(scene):
                    right.setdefault(scene.name, []).append(scene.name in frame.scenes)
    print("As shipped, test half:", *(f"{name} {sum(hits)}/{len(hits)}" for name, hits in sorted(right.items())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--fit", action="store_true", help="write the floors and weights")
    options = parser.parse_args()
    pictures = fetched(options.cache)
    frames = [frame for frame, _ in pictures]
    features, probabilities = encoded(pictures, options.cache)
    encoder = EfficientNetLite2()
    groups = SceneGroups(encoder.class_names, encoder.name)
    roots, fit, parts = root(features), np.array([frame.split == "fit" for frame in frames]), packages(frames)
    sums = groups.sums(probabilities)
    truth: Callable[[str], Flags] = lambda scene: np.array([scene in frame.scenes for frame in frames])  # noqa: E731
    rows, weights = [], {}
    for column, scene in enumerate(groups.names):
        flags, scores = truth(scene), sums[:, column]
        floor = least_floor(scores[fit], flags[fit])
        rows.append(judge(scene, "group", scores, flags, fit, floor, auc(scores[fit], flags[fit])))
    for scene in (*UNGROUPED, *groups.names):
        if min(truth(scene)[fit].sum(), truth(scene)[~fit].sum()) >= LEAST:
            row, weights[scene] = judge_reading(scene, roots, truth(scene), fit, parts)
            rows.append(row)
    if len(frames) < len(LABELS.read_text("utf-8").splitlines()):
        print("Some frames are missing: the figures are not those of the repository.", file=sys.stderr)
    show(rows, int(fit.sum()), int((~fit).sum()))
    if options.fit:
        write(rows, weights)
        table.cache_clear()
        groups = SceneGroups(encoder.class_names, encoder.name)
    shipped(frames, features, probabilities, groups)


if __name__ == "__main__":
    main()
