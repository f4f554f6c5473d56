"""The shipped weights.

In: the name of a file in the package's `weights` folder. Out: its bytes, equal to what MANIFEST.json promises.

- `tools/convert_weights` makes the folder; the manifest says where each model came from and under which licence.
- Every read is checked against the manifest's SHA-256, so a damaged or swapped file is never loaded.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from musechat.core.errors import WeightsError

_REMEDY = "reinstall MuseChat or run tools/convert_weights"


def shipped_folder() -> Traversable:
    """The package's own weights."""
    return resources.files("musechat") / "weights"


@dataclass(frozen=True)
class Weights:
    """A folder of weights and its manifest. What is missing or damaged raises WeightsError."""

    folder: Traversable

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """MANIFEST.json: `models` maps a name to its licence, its sources and its `files` with size and SHA-256."""
        try:
            manifest: dict[str, Any] = json.loads((self.folder / "MANIFEST.json").read_text(encoding="utf-8"))
            if not isinstance(manifest["models"], dict):
                raise TypeError
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WeightsError(f"The manifest of the model weights cannot be read: {_REMEDY}.") from error
        return manifest

    def digest(self, file: str) -> str:
        """The SHA-256 that the manifest promises for `file`."""
        for model in self.manifest["models"].values():
            if file in model["files"]:
                return str(model["files"][file]["sha256"])
        raise WeightsError(f"The weights file {file} is not in the manifest: {_REMEDY}.")

    def read(self, file: str) -> bytes:
        """The checked bytes of `file`."""
        promised = self.digest(file)
        try:
            data = (self.folder / file).read_bytes()
        except OSError as error:
            raise WeightsError(f"The weights file {file} is missing: {_REMEDY}.") from error
        if hashlib.sha256(data).hexdigest() != promised:
            raise WeightsError(f"The weights file {file} is damaged (its SHA-256 differs): {_REMEDY}.")
        return data

    def lines(self, file: str) -> tuple[str, ...]:
        """The checked lines of a list of labels."""
        return tuple(self.read(file).decode("utf-8").splitlines())

    def version(self, file: str, preprocessing: int) -> str:
        """Names a vector space: the revision of the code before the model, and the start of the model's SHA-256."""
        return f"{preprocessing}-{self.digest(file)[:8]}"


def shipped() -> Weights:
    """The weights that came with the package."""
    return Weights(shipped_folder())
