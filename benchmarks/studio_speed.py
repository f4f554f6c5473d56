"""How fast the studio performs its catalogue with its own instruments, in processor time of one core.

python benchmarks/studio_speed.py
"""

from __future__ import annotations

import time

import numpy as np

from musechat.studio.catalogue import CATALOGUE
from musechat.studio.composer import compose
from musechat.studio.performer import perform


def main() -> None:
    music, work = 0.0, 0.0
    print(f"{'work':<28}{'genre':<15}{'seconds':>8}{'notes':>8}{'parts':>7}{'× real time':>13}{'peak dBFS':>11}")
    for entry in CATALOGUE:
        score = compose(entry.brief, entry.seed)
        begun = time.process_time()
        sound = perform(score)
        spent = time.process_time() - begun
        music, work = music + score.seconds, work + spent
        notes = sum(len(part.notes) for part in score.parts)
        peak = 20 * np.log10(np.abs(sound).max())
        about = f"{score.title:<28}{score.genre:<15}{score.seconds:8.1f}{notes:8}{len(score.parts):7}"
        print(f"{about}{score.seconds / spent:13.0f}{peak:11.1f}")
    print(f"{len(CATALOGUE)} works, {music / 60:.1f} minutes of music in {work:.1f} s: {music / work:.0f} × real time")


if __name__ == "__main__":
    main()
