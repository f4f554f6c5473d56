"""How well cuts are found: in made clips, in the same kind of clip after H.264, and what is found in real ones.

    python benchmarks/cuts.py [--clips 200] [--first 0] [--encoded 16] [FILE…]

- A cut is found when a reported cut lies within 0.12 s of it; each counts once. A reported transition inside a dissolve
  or fade (± 0.12 s) counts for that one and is neither a right nor a false cut; a second one there is false.
- "12.5/s" keeps the first picture of each 0.08 s, as a sweep through a file does; "all" keeps every picture.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from rich.console import Console
from rich.table import Table

from generate import MadeClip, make_clip
from musechat.encode.measure.cuts import Cuts, measure_cuts

console = Console(width=140)
TOLERANCE = 0.12
PER_SECOND = 12.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", help="real clips: what is found is listed")
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--encoded", type=int, default=16, help="how many clips to send through H.264 as well")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.clips)
    for title, rate in (("made clips, 12.5/s", PER_SECOND), ("made clips, all pictures", None)):
        score(title, ((clip, *sampled(clip.frames, clip.times, rate)) for clip in map(make_clip, seeds)))
    if options.encoded:
        score("H.264, 12.5/s", map(encoded, seeds[: options.encoded]))
    for path in options.files:
        frames, times = watch(path)
        begin = time.perf_counter()
        found = measure_cuts(frames, times)
        spent = time.perf_counter() - begin
        listed = ", ".join(f"{at:.2f} s ({kind})" for at, kind in zip(found.times, found.kinds, strict=True))
        console.print(
            f"{path}: {times[-1]:.1f} s, {len(found.times)} transitions in {1e3 * spent:.0f} ms: {listed or 'none'}"
        )


def score(title: str, clips: Iterable[tuple[MadeClip, np.ndarray, np.ndarray]]) -> None:
    """Print precision, recall and F1 of cuts, and how many gradual transitions were met, by confounder."""
    counts: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(5, int))
    offsets: list[float] = []
    spent = seconds = 0.0
    watched = 0
    for made, frames, times in clips:
        begin = time.perf_counter()
        found = measure_cuts(frames, times)
        spent += time.perf_counter() - begin
        seconds, watched = seconds + float(made.times[-1]), watched + 1
        hits = match(found, made, offsets)
        steady = np.ptp(np.round(np.diff(made.times), 6)) < 1e-4
        for group in ("all", *(made.confounders or ("undisturbed",)), "steady rate" if steady else "variable rate"):
            counts[group] += hits
    table = Table(title, "cuts", "found", "false", "precision", "recall", "F1", "dissolves + fades met")
    for group in sorted(counts, key=lambda name: (name != "all", name)):
        right, false, missed, met, gradual = counts[group].tolist()
        table.add_row(
            group,
            str(right + missed),
            str(right),
            str(false),
            f"{right / max(1, right + false):.3f}",
            f"{right / max(1, right + missed):.3f}",
            f"{2 * right / max(1, 2 * right + false + missed):.3f}",
            f"{met} / {gradual}",
        )
    console.print(table)
    console.print(
        f"{watched} clips, {seconds / 60:.1f} min; time error: mean {np.mean(offsets):+.3f} s, "
        f"p95 of its size {np.quantile(np.abs(offsets), 0.95):.3f} s; {1e3 * spent / seconds:.2f} ms a second of film"
    )


def match(found: Cuts, made: MadeClip, offsets: list[float]) -> np.ndarray:
    """(right, false, missed, gradual met, gradual) of one clip; the errors in time are appended to `offsets`."""
    open_cuts, met, false = list(made.cuts), set(), 0
    for at in found.times:
        nearest = min(open_cuts, key=lambda cut: abs(cut - at), default=None)
        if nearest is not None and abs(nearest - at) <= TOLERANCE:
            open_cuts.remove(nearest)
            offsets.append(at - nearest)
            continue
        inside = [n for n, (a, b) in enumerate(made.gradual) if a - TOLERANCE <= at <= b + TOLERANCE and n not in met]
        met.update(inside[:1])
        false += not inside
    return np.array([len(made.cuts) - len(open_cuts), false, len(open_cuts), len(met), len(made.gradual)])


def sampled(frames: np.ndarray, times: np.ndarray, rate: float | None) -> tuple[np.ndarray, np.ndarray]:
    """The first picture of each 1 / rate seconds."""
    if rate is None:
        return frames, times
    kept = np.flatnonzero(np.diff(np.floor(times * rate + 1e-6), prepend=-1.0) > 0)
    return frames[kept], times[kept]


def encoded(seed: int) -> tuple[MadeClip, np.ndarray, np.ndarray]:
    """A made clip at 256 x 144, written as H.264 (its quality by its seed) and watched again."""
    made = make_clip(seed, 144, 256)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream(
                "libx264", rate=30, options={"crf": str(20 + seed % 4 * 5), "preset": "veryfast"}
            )
            stream.width, stream.height, stream.pix_fmt = 256, 144, "yuv420p"
            stream.codec_context.time_base = Fraction(1, 90_000)
            for picture, at in zip(made.frames, made.times, strict=True):
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                frame.pts, frame.time_base = round(at * 90_000), Fraction(1, 90_000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return made, *watch(path)


def watch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Thumbnails (n, 36, 64, 3) of a video file, one for each 0.08 s, and their times (n,)."""
    thumbs, times, cell = [], [], -1
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            at = float(frame.time)
            if int(at * PER_SECOND + 1e-6) != cell:
                cell = int(at * PER_SECOND + 1e-6)
                thumbs.append(frame.reformat(64, 36, "rgb24", interpolation="AREA").to_ndarray())
                times.append(at)
    return np.stack(thumbs), np.array(times)


if __name__ == "__main__":
    main()
