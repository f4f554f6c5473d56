"""How long the command takes to say anything: `musechat --help`, and `import musechat`.

python benchmarks/startup.py [--runs 15]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time


def seconds(command: list[str], runs: int) -> list[float]:
    times = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - begun)
    return times[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    for label, command in {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import musechat": [sys.executable, "-c", "import musechat"],
        "musechat --help": [sys.executable, "-m", "musechat", "--help"],
    }.items():
        times = seconds(command, runs)
        print(f"{label:<18} median {statistics.median(times):.3f} s, {min(times):.3f} to {max(times):.3f}, {runs} runs")


if __name__ == "__main__":
    main()
