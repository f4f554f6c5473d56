"""EfficientNet-Lite2 (Tan & Le 2019, arXiv 1905.11946; the Lite variants of 2020) as an ONNX graph.

In: the state dict of the PyTorch port. Out: pixels (n, 3, 260, 260) -> features (n, 1280), probabilities (n, 1000).

- Batch normalisation is folded into the convolutions in float64; the weights are then stored as float16.
- Lite: ReLU6 instead of swish, no squeeze-and-excitation, stem and head are not scaled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from graph import Graph, batch_norm
from onnx import TensorProto
from readers import Arrays

PIXELS, FEATURES, CLASSES = 260, 1280, 1000
DEPTH = 1.2
EPSILON = 1e-3


@dataclass(frozen=True, slots=True)
class Stage:
    """Blocks of equal shape, before the depth is scaled; only the first strides."""

    repeats: int
    stride: int
    expands: bool = True
    scaled: bool = True


STAGES = (
    Stage(1, 1, expands=False, scaled=False),
    Stage(2, 2),
    Stage(2, 2),
    Stage(3, 2),
    Stage(3, 1),
    Stage(4, 2),
    Stage(1, 1, scaled=False),
)


class _Builder:
    """Walks through the network and knows the height and width reached (they are equal)."""

    def __init__(self, arrays: Arrays, half: bool) -> None:
        self.arrays, self.graph, self.size = arrays, Graph("efficientnet_lite2"), PIXELS
        self.store = self.graph.half if half else self.graph.f32

    def conv(self, x: str, conv: str, norm: str, stride: int = 1, activate: bool = True) -> str:
        """Convolution ('same' as TensorFlow pads), its batch normalisation and ReLU6."""
        weight = self.arrays[f"{conv}.weight"]
        parts = (self.arrays[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var"))
        scale, shift = batch_norm(*parts, epsilon=EPSILON)
        kernel, after = weight.shape[-1], math.ceil(self.size / stride)
        pad = max((after - 1) * stride + kernel - self.size, 0)
        self.size = after
        y = self.graph.op(
            "Conv",
            x,
            self.store(weight * scale[:, None, None, None]),
            self.graph.f32(shift),
            pads=[pad // 2, pad // 2, pad - pad // 2, pad - pad // 2],
            strides=[stride, stride],
            group=weight.shape[0] if "depthwise" in conv else 1,
        )
        bounds = (self.graph.f32(np.array(0.0)), self.graph.f32(np.array(6.0)))
        return self.graph.op("Clip", y, *bounds) if activate else y

    def block(self, x: str, index: int, stride: int, expands: bool, residual: bool) -> str:
        """One inverted bottleneck."""
        name = f"_blocks.{index}."
        y = self.conv(x, f"{name}_expand_conv", f"{name}_bn0") if expands else x
        y = self.conv(y, f"{name}_depthwise_conv", f"{name}_bn1", stride)
        y = self.conv(y, f"{name}_project_conv", f"{name}_bn2", activate=False)
        return self.graph.op("Add", y, x) if residual else y


def build(arrays: Arrays, half: bool = True) -> bytes:
    """The ONNX model; `half=False` keeps float32, to compare with the original."""
    net = _Builder(arrays, half)
    x, index = net.conv("pixels", "_conv_stem", "_bn0", stride=2), 0
    for stage in STAGES:
        for repeat in range(math.ceil(stage.repeats * DEPTH) if stage.scaled else stage.repeats):
            x = net.block(x, index, 1 if repeat else stage.stride, stage.expands, residual=repeat > 0)
            index += 1
    x = net.conv(x, "_conv_head", "_bn1")
    net.graph.op("ReduceMean", x, net.graph.ints(2, 3), keepdims=0, out="features")
    weight, bias = net.store(arrays["_fc.weight"].T), net.graph.f32(arrays["_fc.bias"])
    net.graph.op("Softmax", net.graph.op("Gemm", "features", weight, bias), axis=1, out="probabilities")
    return net.graph.model(
        {"pixels": (TensorProto.FLOAT, ("n", 3, PIXELS, PIXELS))},
        {"features": ("n", FEATURES), "probabilities": ("n", CLASSES)},
    )
