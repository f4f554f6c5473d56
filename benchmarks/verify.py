"""How many lies the verifier catches, and how many truths it lets pass.

In: sentences with the context that they are about and whether they are true of it (JSON lines). Out: shares; `--misses`
lists what was judged wrongly.

    python benchmarks/verify.py [--statements FILE] [--half worked|held|unseen] [--misses]

- `statements_dev.jsonl` was written by the verifier's author, `statements_smollm2.jsonl` by SmolLM2-135M (Apache-2.0)
  from a few facts of each context, and labelled by reading; what is no sentence about a track or clip was dropped.
- `statements_blind.jsonl`: by somebody who had not seen the verifier, partly from SmolLM2. Every other line is "worked"
  (looked at while the verifier was worked on), the rest "held"; half of that was looked at later, "unseen" never was.
- `statements_second.jsonl` to `_fifth`: by four more, asked for idiom. Second and third were looked at, of
  the fourth the half "worked", of the fifth nothing.
- `statements_narrated.jsonl`: by somebody who was given what an endpoint is given, 126 planned sentences with the
  narrator's instruction, and wrote each anew, then once more with an untruth. They are checked as an endpoint's are:
  against their evidence and against the planned sentence (`reason.planned`). The half "worked" was looked at.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.evidence import Evidence
from musechat.reason.planned import turned_round
from musechat.reason.verify import Verifier
from understanding import half_of

FOLDER = Path(__file__).parents[1] / "tests" / "reason"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=Path, default=FOLDER / "statements_smollm2.jsonl")
    parser.add_argument("--half", choices=("all", "worked", "held", "unseen"), default="all")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    files = [json.loads((FOLDER / name).read_text("utf-8")) for name in ("contexts.json", "contexts_narrated.json")]
    contexts = {c["id"]: [Evidence(**fact) for fact in c["facts"]] for contexts in files for c in contexts}
    planned = {c["id"]: c["planned"] for contexts in files for c in contexts if "planned" in c}
    verifier = Verifier(shipped_vocabulary())
    counts, spent = {True: [0, 0], False: [0, 0]}, 0.0
    for raw in half_of(options.statements.read_text("utf-8").splitlines(), options.half):
        line = json.loads(raw)
        begun = time.perf_counter()
        problems = list(verifier.check(line["text"], contexts[line["context"]]).problems)
        if line["context"] in planned:
            problems += turned_round(line["text"], planned[line["context"]])
        spent += time.perf_counter() - begun
        right = (not problems) == line["true"]
        counts[line["true"]][0] += right
        counts[line["true"]][1] += 1
        if options.misses and not right:
            print("refused" if line["true"] else "passed", line["context"], line["text"], *problems, sep=" | ")
    print(f"lies caught {counts[False][0]} of {counts[False][1]}, truths passed {counts[True][0]} of {counts[True][1]}")
    print(f"{1000 * spent / max(1, counts[True][1] + counts[False][1]):.1f} ms a sentence")


if __name__ == "__main__":
    main()
