"""What may be asserted of a track, and what an exclusion must cut: floors and cuts, fitted on labelled music.

In: made tracks of known content (`truth/generated.py`), real ones with proven labels (`truth/real.py`). Out: a
table per concept; with `--write` the package's `floors.json`, with `--report FILE` the table as Markdown.

    python benchmarks/presence.py [--hear SOUNDS] [--made CACHE] [--real CACHE] [--write] [--report FILE]

- Instruments of which real music is labelled get weights of their own, where two folds of the half "fit" show that
  these tell unseen albums and pieces better than the vocabulary's weights (mean AUC of real and made music).
- Half "fit" sets a floor (precision .95 over all and on real music) and a cut; half "test" decides whether the concept
  may be asserted: an AUC of .85 on made music, precision .9 over all, and on real music wherever at least `FEW` real
  tracks hold it; never more than 5 % false alarms on real music.
- Precision is the lower of two: as counted, and with both sides weighing the same, so that neither a concept which half
  of the tracks hold nor one which hardly any holds is flattered.
- A cut finds 98 % of the tracks that hold a concept where that costs at most 8 % of those that do not, real or made;
  otherwise it finds what that price allows.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musechat.concepts.floors import Floor
from musechat.concepts.presence import SETTINGS, ConceptScorer, Presence
from musechat.concepts.reference import inputs, shipped_reference
from musechat.concepts.vocabulary import ATTRIBUTES, TAGS, shipped_vocabulary
from truth import generated, real
from truth.fetch import tracks
from truth.generated import Labelled

Floats, Bools = NDArray[np.float32], NDArray[np.bool_]
FLOORS = Path(__file__).parents[1] / "src" / "musechat" / "concepts" / "floors.json"
AIM, ENOUGH, FEW = 0.95, 0.9, 8
"""Precision asked for when fitting and when testing; fewest positives, negatives and assertions that count."""
RIDGE, ALARMS = 0.05, 0.05
"""Penalty of the regression; share of real tracks without a concept of which it may be said all the same."""
FOUND, PRICE = 0.98, 0.08
APART = 0.85
"""AUC that a concept must have on made music to be asserted at all, however right its few highest scores are."""
SURE = 0.8
"""How sure an absence must be, both sides weighing the same, to count as clear at all."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Scores of one concept where its label is known (n,), and masks over them."""

    scores: Floats
    holds: Bools
    fit: Bools
    real: Bools


def scored(labelled: Sequence[Labelled], floors: Mapping[str, Floor] | None = None) -> Presence:
    """All tracks against the shipped reference."""
    scorer = ConceptScorer(shipped_vocabulary(), TAGS, shipped_reference(TAGS), floors=floors)
    measured = np.stack([track.attributes for track in labelled])
    return scorer(
        np.stack([track.tags for track in labelled]), {name: measured[:, i] for i, name in enumerate(ATTRIBUTES)}
    )


def standard(labelled: Sequence[Labelled]) -> Floats:
    """Standard scores (n, t + a) against the shipped reference, 0 where not measured."""
    usual, measured = shipped_reference(TAGS), np.stack([track.attributes for track in labelled])
    given = {name: measured[:, i] for i, name in enumerate(ATTRIBUTES)}
    values = (inputs(np.stack([track.tags for track in labelled]), given) - usual.mean) / usual.std
    return np.clip(np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0), -4, 4)


def logistic(x: Floats, holds: Bools, counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights (t + a,) of a ridge-penalised logistic regression by Newton's method; `counts` (n,) weigh the tracks."""
    wide = np.c_[x, np.ones(len(x))].astype(np.float64)
    penalty = np.eye(wide.shape[1]) * RIDGE
    penalty[-1, -1] = 1e-4
    beta = np.zeros(wide.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(wide @ beta, -30, 30)))
        slope = wide.T @ (counts * (p - holds)) + penalty @ beta
        curve = (wide * (counts * p * (1 - p) + 1e-9)[:, None]).T @ wide + penalty
        step = np.linalg.solve(curve, slope)
        beta -= step
        if np.abs(step).max() < 1e-6:
            break
    return np.asarray(beta[:-1])


def evened(bodies: NDArray[np.str_], holds: Bools) -> NDArray[np.float64]:
    """How much each track counts (n,): each side of each body the same, real music three times as much."""
    counts = np.zeros(len(holds))
    for body in set(bodies):
        for side in (True, False):
            group = (bodies == body) & (holds == side)
            if group.sum() >= FEW // 2:
                counts[group] = (3.0 if body == "real" else 1.0) / max(group.sum(), FEW)
    return counts


@dataclass(frozen=True, slots=True)
class Recipe:
    """Fitted weights by tag or attribute, and the scores (n,) of the half "fit", each by a fit that left it out."""

    weights: dict[str, float]
    scores: Floats


def fitted_recipes(labelled: Sequence[Labelled]) -> dict[str, Recipe]:
    """Instrument → weights, where they tell unseen music of the fitting half better than the vocabulary's do."""
    fit = [track for track in labelled if track.half == "fit"]
    x, bodies, fold = standard(fit), np.array([track.body for track in fit]), folds(fit)
    found = {}
    for concept in shipped_vocabulary().measurable:
        holds = np.array([concept.name in track.present for track in fit])
        known = holds | np.array([concept.name in track.absent for track in fit])
        recorded, made = known & (bodies == "real"), known & (bodies != "real")
        if concept.kind != "instrument" or not labelled_enough(holds[recorded]):
            continue
        given = np.array([concept.heard_by.get(name, 0.0) for name in (*TAGS, *ATTRIBUTES)])
        guessed = np.zeros((3, len(fit)))
        for out in (0, 1):
            inside, outside = known & (fold != out), known & (fold == out)
            for kind, weights in enumerate(recipes(x[inside], holds[inside], bodies[inside], given)):
                guessed[kind, outside] = x[outside] @ weights
        both = [[auc(holds[which], scores[which]) for which in (recorded, made)] for scores in guessed]
        rates = [sum(pair) / 2 for pair in both]
        named = ", ".join(f"{name} {a:.2f}/{b:.2f}" for name, (a, b) in zip(RECIPES, both, strict=True))
        print(f"{concept.name:16} AUC on real/made music, two folds: {named}")
        if (best := int(np.argmax(rates))) > 0:
            weights = recipes(x[known], holds[known], bodies[known], given)[best]
            pairs = zip((*TAGS, *ATTRIBUTES), weights, strict=True)
            kept = {name: round(float(w), 3) for name, w in pairs if abs(w) >= 0.005}
            found[concept.name] = Recipe(kept, 1 / (1 + np.exp(-SETTINGS.slope * guessed[best])))
    return found


RECIPES = ("the vocabulary's", "both", "fitted")


def recipes(x: Floats, holds: Bools, bodies: NDArray[np.str_], given: Floats) -> tuple[Floats, Floats, Floats]:
    """The vocabulary's weights, fitted ones, and the mean of both, in the order of `RECIPES`, of unit variance here."""
    fitted = logistic(x, holds, evened(bodies, holds))
    plain, own = given / (x @ given).std(), fitted / (x @ fitted).std()
    both = plain + own
    return plain, both / (x @ both).std(), own


def folds(labelled: Sequence[Labelled]) -> NDArray[np.int64]:
    """0 or 1 for each track; a folder of files, which is one album or game, is in one fold."""
    sizes: dict[str, int] = {}
    place = [track.name.rpartition("/")[0] or track.name for track in labelled]
    for name in place:
        sizes[name] = sizes.get(name, 0) + 1
    held, of = [0, 0], {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        of[name] = int(held[0] > held[1])
        held[of[name]] += size
    return np.array([of[name] for name in place])


def sides(labelled: Sequence[Labelled], concept: str, scores: Floats) -> Sides:
    known = np.array([concept in track.present or concept in track.absent for track in labelled])
    holds = np.array([concept in track.present for track in labelled])
    fit = np.array([track.half == "fit" for track in labelled])
    recorded = np.array([track.body == "real" for track in labelled])
    return Sides(scores[known], holds[known], fit[known], recorded[known])


def precision(holds: Bools, said: Bools) -> float:
    """How much of what is said is right, and the same with both sides weighing the same: the lower of both; NaN where
    nothing is said.
    """
    if not said.any():
        return float("nan")
    right, wrong = said[holds].mean() if holds.any() else 0.0, said[~holds].mean() if (~holds).any() else 0.0
    return float(min(holds[said].mean(), right / (right + wrong)))


def auc(holds: Bools, scores: Floats) -> float:
    """Area under the ROC curve: how often a holder scores above one that is none."""
    if not holds.any() or holds.all():
        return float("nan")
    above = scores[holds][:, None] > scores[~holds][None]
    return float((above + 0.5 * (scores[holds][:, None] == scores[~holds][None])).mean())


def labelled_enough(holds: Bools) -> bool:
    return bool(min(holds.sum(), (~holds).sum()) >= FEW)


def fitted_floor(known: Sides) -> float | None:
    """The lowest score from which on assertions are right often enough, over all and on real music alone."""
    for floor in np.unique(known.scores[known.fit & known.holds]):
        said = known.scores >= floor
        groups = [known.fit, known.fit & known.real]
        judged = [group for group in groups if labelled_enough(known.holds[group])]
        rates = [precision(known.holds[group], said[group]) for group in judged]
        if rates and all(rate >= AIM for rate in rates):
            return float(floor)
    return None


def fitted_cut(known: Sides) -> float | None:
    """See the module's last note."""
    holders, others = known.scores[known.fit & known.holds], known.scores[known.fit & ~known.holds]
    if min(len(holders), len(others)) < FEW:
        return None
    bodies = [known.scores[known.fit & ~known.holds & which] for which in (known.real, ~known.real)]
    cheap = max(float(np.quantile(body, 1 - PRICE)) for body in bodies if len(body) >= FEW)
    return float(np.clip(max(cheap, np.quantile(holders, 1 - FOUND)), 0.02, 0.995))


def fitted_clear(known: Sides) -> float | None:
    """The score under which a holder is rarest against others: of made and of real tracks, the worse of both counts.

    Between a tenth and half of the others stand under it; None where a holder is not at least five times rarer there.
    """
    groups = [known.fit & which for which in (known.real, ~known.real)]
    judged = [group for group in groups if labelled_enough(known.holds[group])]
    best, clear = 1 - SURE, None
    others = known.scores[known.fit & ~known.holds]
    for level in np.quantile(others, np.linspace(0.5, 0.1, 21)) if judged else ():
        worst = max(_wrongly_clear(known, group, level) for group in judged)
        if worst < best:
            best, clear = worst, float(level)
    return clear


def _wrongly_clear(known: Sides, group: Bools, level: float) -> float:
    """How much of what stands at or under a level holds the concept after all, both sides weighing the same."""
    under, holds = known.scores[group] <= level, known.holds[group]
    wrong, right = float(under[holds].mean()), float(under[~holds].mean())
    return wrong / (wrong + right) if wrong + right else 0.5


def row(concept: str, known: Sides, breaks: Bools) -> dict[str, object]:
    """Everything that is reported of one concept. `breaks`: whether its exclusion cuts each track."""
    test, recorded = ~known.fit, ~known.fit & known.real
    floor = fitted_floor(known)
    said = known.scores >= (np.inf if floor is None else floor)
    rates = {name: precision(known.holds[group], said[group]) for name, group in (("all", test), ("real", recorded))}
    real_counts = labelled_enough(known.holds[recorded])
    right = rates["all"] >= ENOUGH and (not real_counts or rates["real"] >= ENOUGH)
    others = said[recorded & ~known.holds]
    right &= len(others) < FEW or float(others.mean()) <= ALARMS
    told_apart = auc(known.holds[test & ~known.real], known.scores[test & ~known.real])
    holds = right and said[test & known.holds].sum() >= FEW and told_apart >= APART
    return {
        "concept": concept,
        "floor": floor if holds else None,
        "precision": rates["real"] if real_counts else rates["all"],
        "recall": float(said[(recorded if real_counts else test) & known.holds].mean()),
        "on": "made and real" if real_counts else "made",
        "right": int(said[test & known.holds].sum()),
        "said": int(said[test].sum()),
        "auc generated": told_apart,
        "auc real": auc(known.holds[recorded], known.scores[recorded]) if real_counts else float("nan"),
        "positives": f"{(known.holds & test & ~known.real).sum()}/{(known.holds & recorded).sum()}",
        "missed": float(1 - breaks[test & known.holds].mean()),
        "wrongly cut": float(breaks[test & ~known.holds].mean()) if (test & ~known.holds).any() else float("nan"),
    }


def measure(labelled: Sequence[Labelled]) -> tuple[list[dict[str, object]], dict[str, dict[str, object]]]:
    """Rows of the report, and the floors."""
    fitted = fitted_recipes(labelled)
    bare = scored(labelled, {name: Floor(heard_by=recipe.weights) for name, recipe in fitted.items()})
    for name, recipe in fitted.items():  # floors and cuts of what a fit has not seen
        bare.scores[[track.half == "fit" for track in labelled], bare.concepts.index(name)] = recipe.scores
    weights = {name: recipe.weights for name, recipe in fitted.items()}
    cuts: dict[str, float] = {}
    rows, floors = [], {}
    known_of = {name: sides(labelled, name, bare.scores[:, i]) for i, name in enumerate(bare.concepts)}
    judged = {name: known for name, known in known_of.items() if labelled_enough(known.holds[~known.fit])}
    for name, known in judged.items():
        cut = fitted_cut(known)
        if cut is not None:
            cuts[name] = round(cut, 3)
    final = scored(labelled, {name: Floor(cut=cut, heard_by=weights.get(name, {})) for name, cut in cuts.items()})
    for name, known in judged.items():
        column = bare.concepts.index(name)
        mask = np.array([name in track.present or name in track.absent for track in labelled])
        found = row(name, known, final.breaks[mask, column])
        rows.append(found)
        entry = {"floor": found["floor"] and round(float(found["floor"]), 3), "cut": cuts.get(name)}  # type: ignore[arg-type]
        clear = fitted_clear(known)
        entry["clear"] = None if clear is None or name not in cuts else round(max(0.001, min(clear, cuts[name])), 3)
        if entry["floor"]:
            entry |= {key: found[key] for key in ("right", "said", "on")}
        entry["heard_by"] = weights.get(name)
        floors[name] = {key: value for key, value in entry.items() if value is not None}
    return rows, floors


COLUMNS = ("concept", "positives", "auc generated", "auc real", "floor", "precision", "right", "said", "recall", "on",
           "missed", "wrongly cut")  # fmt: skip


def table(rows: Sequence[dict[str, object]]) -> str:
    """Markdown."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    for found in sorted(rows, key=lambda r: (r["floor"] is None, str(r["concept"]))):
        cells = (f"{v:.3f}" if isinstance(v := found[c], float) else "—" if v is None else str(v) for c in COLUMNS)
        lines.append("| " + " | ".join(cells).replace("nan", "—") + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hear", type=Path, help="fetch the real tracks to this folder and analyse them first")
    parser.add_argument("--made", type=Path, default=generated.CACHE)
    parser.add_argument("--real", type=Path, default=real.CACHE)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    if options.hear:
        real.hear(options.hear, options.real, tracks())
    rows, floors = measure([*generated.read(options.made), *real.read(options.real)])
    print(table(rows))
    asserted = [found for found in rows if found["floor"] is not None]
    print(f"\n{len(asserted)} of {len(rows)} labelled concepts may be asserted.")
    if options.report:
        options.report.write_text(table(rows) + "\n", "utf-8")
    if options.write:
        FLOORS.write_text(json.dumps(dict(sorted(floors.items())), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
