"""Near-duplicates on real music: 20 tracks encoded again as 64 kbit/s mp3 and 48 kbit/s opus with a trimmed start.

    python benchmarks/duplicates.py FOLDER [--tracks 20] [--quality balanced] [--threads 2]

Imports FOLDER and the copies with the real analyser into a temporary library. A mark is right where the two are of one
recording; recall counts the copies that were folded into another, precision the marks that are right. The margins tell
how far apart the measurements of true pairs and of the closest other pairs lie.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import av
import numpy as np

from musechat.app.models import Models
from musechat.core.settings import Quality
from musechat.library import Store, import_music
from musechat.library.duplicates import DuplicateRule, agreement
from musechat.library.matrix import Matrix
from musechat.library.scan import scan

ENCODINGS = (("mp3", "libmp3lame", 44_100, 64_000, 1.7), ("opus", "libopus", 48_000, 48_000, 3.2))
"""Suffix, encoder, Hz, bits per second, seconds cut off at the start."""


def encode(source: Path, target: Path, codec: str, rate: int, bits: int, cut: float) -> None:
    """Writes `source` without its first `cut` seconds in another encoding."""
    with av.open(str(source)) as opened, av.open(str(target), "w") as written:
        stream = written.add_stream(codec, rate=rate, layout="stereo")
        stream.bit_rate = bits
        resampler = av.AudioResampler(format=stream.codec_context.format or "fltp", layout="stereo", rate=rate)
        left = round(cut * rate)
        fifo = av.AudioFifo()
        for frame in opened.decode(audio=0):
            for part in resampler.resample(frame):
                part.pts = None
                fifo.write(part)
            if left and fifo.samples >= left:
                fifo.read(left)
                left = 0
            while not left and (whole := fifo.read(stream.codec_context.frame_size or 1152)):
                whole.pts = None
                written.mux(stream.encode(whole))
        written.mux(stream.encode(None))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tracks", type=int, default=20)
    parser.add_argument("--quality", type=Quality, default=Quality.BALANCED)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    music = [found for found in scan([options.folder]).files if not found.is_stem and found.size > 500_000]
    chosen = [music[i] for i in np.linspace(0, len(music) - 1, min(options.tracks, len(music))).round().astype(int)]
    models = Models(options.threads)
    with tempfile.TemporaryDirectory() as place, Store.open(Path(place) / "library", "w") as store:
        copies = Path(place) / "copies"
        copies.mkdir()
        group = {str(found.path): number for number, found in enumerate(music)}
        for found in chosen:
            for suffix, codec, rate, bits, cut in ENCODINGS:
                target = copies / f"{group[str(found.path)]}.{suffix}"
                encode(found.path, target, codec, rate, bits, cut)
                group[str(target)] = group[str(found.path)]
        paths = [found.path for found in music]
        summary = import_music(
            store,
            [*paths, copies],
            models.decoder.identify,
            models.tracks,
            quality=options.quality,
            threads=options.threads,
        )
        report(store, group, len(chosen) * len(ENCODINGS))
        print(f"imported {summary.added} files in {summary.seconds:.0f} s")
    models.close()


def report(store: Store, group: dict[str, int], copies: int) -> None:
    """Prints precision, recall and margins."""
    tracks = {track.id: track for track in store.tracks()}
    marks = [(track, tracks[track.duplicate_of]) for track in tracks.values() if track.duplicate_of]
    right = [pair for pair in marks if group[pair[0].path] == group[pair[1].path]]
    for one, other in marks:
        if (one, other) not in right:
            print(f"WRONG: {one.path} -> {other.path}")
    folded = {track.path for track, _ in right}
    print(f"{len(tracks)} tracks, {copies} copies; marks {len(marks)}, right {len(right)}")
    print(f"precision {len(right) / max(1, len(marks)):.3f}, recall {len(folded) / copies:.3f}")
    matrix = Matrix.load(store)
    cosines = matrix.vectors @ matrix.vectors.T
    rule = DuplicateRule()
    true, false = [], []
    for i, one in enumerate(matrix.ids):
        for j in range(i):
            apart = abs(float(matrix.column("duration")[i] - matrix.column("duration")[j]))
            same = group[tracks[one].path] == group[tracks[matrix.ids[j]].path]
            if same or (cosines[i, j] > 0.9 and apart < 60):
                first, second = store.features(one), store.features(matrix.ids[j])
                assert first is not None
                assert second is not None
                how = agreement(first.energy, second.energy, rule)
                (true if same else false).append((float(cosines[i, j]), how, apart))
    for name, pairs in (("one recording", true), ("two recordings, cosine > 0.9", false)):
        for column, what in enumerate(("cosine", "energy correlation", "seconds apart")):
            values = sorted(pair[column] for pair in pairs)
            shown = ", ".join(f"{value:.3f}" for value in (*values[:5], *values[-5:]))
            print(f"{name}: {len(values)} pairs, {what}: lowest and highest {shown}")


if __name__ == "__main__":
    main()
