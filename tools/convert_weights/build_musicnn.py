"""musicnn (Pons & Serra 2019, arXiv 1909.06654): both tag systems in one ONNX graph.

In: the variables of the MTT_musicnn and MSD_musicnn checkpoints. Out: one float32 model, patches (n, 187, 96) ->
tags (n, 100), embedding (n, 400); in both MTT comes first.

- The original takes the maximum over frequency after ReLU and batch normalisation. Both are monotone in each channel,
  so the maximum comes first here, with the filter's sign turned where the normalisation falls. The result is the
  same and most of the element-wise work is gone.
- The original interleaves maximum and mean of each channel before the dense layer; here they are concatenated and
  the rows of what follows are permuted instead.
"""

from __future__ import annotations

import numpy as np
from graph import Array, Graph, batch_norm
from onnx import TensorProto
from readers import Arrays

FRAMES, MELS, TAGS, EMBEDDING = 187, 96, 50, 200
EPSILON = 1e-3
CHANNELS = 561 + 3 * 64
TIME_PADS = ((3, 3), (3, 3), (63, 64), (31, 32), (15, 16))  # two timbral, three temporal convolutions


def _variables(arrays: Arrays, layer: str, index: int) -> dict[str, Array]:
    """The variables of the `index`-th layer of a kind, as TensorFlow numbers them."""
    prefix = f"{layer}_{index}/" if index else f"{layer}/"
    found = {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
    return {name: value for name, value in found.items() if "/" not in name}  # leaves out the optimiser's slots


def _norm(arrays: Arrays, index: int) -> tuple[Array, Array]:
    v = _variables(arrays, "batch_normalization", index)
    return batch_norm(v["gamma"], v["beta"], v["moving_mean"], v["moving_variance"], EPSILON)


def _front_end(graph: Graph, arrays: Arrays, x: str) -> str:
    """Timbral and temporal convolutions over the patch (n, 1, 187, 96): (n, 561, 187)."""
    outputs = []
    for index, (before, after) in enumerate(TIME_PADS):
        conv = _variables(arrays, "conv2d", index)
        scale, shift = _norm(arrays, index + 1)
        sign = np.where(scale < 0, -1.0, 1.0)
        kernel = conv["kernel"].transpose(3, 2, 0, 1) * sign[:, None, None, None]
        y = graph.op("Conv", x, graph.f32(kernel), graph.f32(conv["bias"] * sign), pads=[before, 0, after, 0])
        y = graph.op("ReduceMax", y, graph.ints(3), keepdims=0)
        y = graph.op("Relu", graph.op("Mul", y, graph.f32(sign[:, None])))
        outputs.append(graph.affine(y, scale, shift, trailing=1))
    return graph.op("Concat", *outputs, axis=1)


def _mid_end(graph: Graph, arrays: Arrays, x: str) -> str:
    """Three convolutions over time with residuals, all kept: (n, 753, 187)."""
    kept = [x]
    for index in (5, 6, 7):
        conv = _variables(arrays, "conv2d", index)
        kernel = conv["kernel"][:, :, 0, :].transpose(2, 1, 0)
        y = graph.op("Relu", graph.op("Conv", kept[-1], graph.f32(kernel), graph.f32(conv["bias"]), pads=[3, 3]))
        y = graph.affine(y, *_norm(arrays, index + 1), trailing=1)
        kept.append(y if index == 5 else graph.op("Add", y, kept[-1]))
    return graph.op("Concat", *kept, axis=1)


def _back_end(graph: Graph, arrays: Arrays, x: str) -> tuple[str, str]:
    """Pooling over time and two dense layers: tags (n, 50) and embedding (n, 200)."""
    most = graph.op("ReduceMax", x, graph.ints(2), keepdims=0)
    mean = graph.op("ReduceMean", x, graph.ints(2), keepdims=0)
    pooled = graph.op("Concat", most, mean, axis=1)
    order = np.concatenate([np.arange(0, 2 * CHANNELS, 2), np.arange(1, 2 * CHANNELS, 2)])
    scale, shift = _norm(arrays, 9)
    hidden, output = _variables(arrays, "dense", 0), _variables(arrays, "dense", 1)
    y = graph.affine(pooled, scale[order], shift[order])
    y = graph.op("Relu", graph.op("Gemm", y, graph.f32(hidden["kernel"][order]), graph.f32(hidden["bias"])))
    embedding = graph.affine(y, *_norm(arrays, 10))
    logits = graph.op("Gemm", embedding, graph.f32(output["kernel"]), graph.f32(output["bias"]))
    return graph.op("Sigmoid", logits), embedding


def build(mtt: Arrays, msd: Arrays) -> bytes:
    """The ONNX model of both checkpoints."""
    graph = Graph("musicnn")
    x = graph.op("Unsqueeze", "patches", graph.ints(1))  # (n, 1, 187, 96)
    tags, embeddings = [], []
    for arrays in (mtt, msd):
        y = graph.affine(x, *_norm(arrays, 0))
        some_tags, embedding = _back_end(graph, arrays, _mid_end(graph, arrays, _front_end(graph, arrays, y)))
        tags.append(some_tags)
        embeddings.append(embedding)
    graph.op("Concat", *tags, axis=1, out="tags")
    graph.op("Concat", *embeddings, axis=1, out="embedding")
    return graph.model(
        {"patches": (TensorProto.FLOAT, ("n", FRAMES, MELS))},
        {"tags": ("n", 2 * TAGS), "embedding": ("n", 2 * EMBEDDING)},
    )
