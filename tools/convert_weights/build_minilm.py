"""all-MiniLM-L6-v2 (a six-layer BERT; Wang et al. 2020, arXiv 2002.10957) as an ONNX graph.

In: the tensors of its safetensors file. Out: ids (n, t), mask (n, t) -> tokens (n, t, 384), before pooling.

- Weights are stored as int8, the matrices with a float16 scale for every 64 rows of a column, the word embeddings with
  a scale for each row. Activations stay float32: with integer activations too (ONNX Runtime's dynamic quantisation)
  the worst cosine to the original was .974 in a trial, instead of .999.
- The division by the root of the head's width lives in the query weights; token type 0 lives in the positions.
"""

from __future__ import annotations

import math

import numpy as np
from graph import Array, Graph
from onnx import TensorProto
from readers import Arrays

WIDTH, HEADS, LAYERS, MAX_TOKENS = 384, 12, 6, 256
BLOCK = 64
EPSILON = 1e-12
MASKED = -10_000.0


class _Builder:
    """The transformer's parts; `small=False` stores float32 throughout."""

    def __init__(self, arrays: Arrays, small: bool) -> None:
        self.arrays, self.graph, self.small = arrays, Graph("minilm"), small

    def dense(self, x: str, weight: Array, bias: Array) -> str:
        """x @ weight.T + bias, as PyTorch keeps its weights."""
        matrix = weight.T
        stored = self.graph.blocks(matrix, BLOCK) if self.small else self.graph.f32(matrix)
        return self.graph.op("Add", self.graph.op("MatMul", x, stored), self.graph.f32(bias))

    def layer(self, x: str, name: str) -> str:
        """The dense layer `name`."""
        return self.dense(x, self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"])

    def norm(self, x: str, name: str, out: str | None = None) -> str:
        """Layer normalisation."""
        weight, bias = (self.graph.f32(self.arrays[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.graph.op("LayerNormalization", x, weight, bias, axis=-1, epsilon=EPSILON, out=out)

    def words(self) -> str:
        """Rows of the word embedding for `ids`: (n, t, 384)."""
        table = self.arrays["embeddings.word_embeddings.weight"]
        if not self.small:
            return self.graph.op("Gather", self.graph.f32(table), "ids", axis=0)
        scale = (np.abs(table).max(axis=1, keepdims=True) / 127).astype(np.float32)
        whole = self.graph.const(np.round(table / scale).astype(np.int8))
        rows = self.graph.op("Cast", self.graph.op("Gather", whole, "ids", axis=0), to=TensorProto.FLOAT)
        return self.graph.op("Mul", rows, self.graph.op("Gather", self.graph.f32(scale), "ids", axis=0))

    def positions(self) -> str:
        """Position embeddings for the length of `ids`: (t, 384)."""
        table = self.arrays["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        table = table + self.arrays["embeddings.token_type_embeddings.weight"][0]
        length = self.graph.op("Shape", "ids", start=1, end=2)
        return self.graph.op("Slice", self.graph.f32(table), self.graph.ints(0), length, self.graph.ints(0))

    def attention_bias(self) -> str:
        """0 where the mask is 1, hugely negative where it is 0: (n, 1, 1, t)."""
        mask = self.graph.op("Cast", "mask", to=TensorProto.FLOAT)
        missing = self.graph.op("Sub", self.graph.f32(np.array(1.0)), mask)
        bias = self.graph.op("Mul", missing, self.graph.f32(np.array(MASKED)))
        return self.graph.op("Unsqueeze", bias, self.graph.ints(1, 2))

    def attention(self, x: str, name: str, bias: str) -> str:
        """Multi-head self-attention, its output layer included."""
        scales = {"query": 1 / math.sqrt(WIDTH // HEADS), "key": 1.0, "value": 1.0}
        weight, shift = (
            np.concatenate([self.arrays[f"{name}.self.{part}.{kind}"] * np.float32(s) for part, s in scales.items()])
            for kind in ("weight", "bias")
        )
        joined = self.dense(x, weight, shift)  # (n, t, 3 * 384)
        parts = self.graph.ops("Split", joined, outs=[f"{name}.{part}" for part in scales], axis=2, num_outputs=3)
        heads = [self.graph.op("Reshape", part, self.graph.ints(0, 0, HEADS, WIDTH // HEADS)) for part in parts]
        query, value = (self.graph.op("Transpose", heads[i], perm=[0, 2, 1, 3]) for i in (0, 2))
        key = self.graph.op("Transpose", heads[1], perm=[0, 2, 3, 1])
        scores = self.graph.op("Add", self.graph.op("MatMul", query, key), bias)  # (n, heads, t, t)
        mixed = self.graph.op("MatMul", self.graph.op("Softmax", scores, axis=-1), value)
        mixed = self.graph.op("Transpose", mixed, perm=[0, 2, 1, 3])
        return self.layer(self.graph.op("Reshape", mixed, self.graph.ints(0, 0, WIDTH)), f"{name}.output.dense")


def build(arrays: Arrays, small: bool = True) -> bytes:
    """The ONNX model; `small=False` keeps float32, to compare with the original."""
    net = _Builder(arrays, small)
    x = net.norm(net.graph.op("Add", net.words(), net.positions()), "embeddings.LayerNorm")
    bias = net.attention_bias()
    for index in range(LAYERS):
        name = f"encoder.layer.{index}"
        mixed = net.attention(x, f"{name}.attention", bias)
        x = net.norm(net.graph.op("Add", x, mixed), f"{name}.attention.output.LayerNorm")
        y = net.layer(net.graph.op("Gelu", net.layer(x, f"{name}.intermediate.dense")), f"{name}.output.dense")
        out = "tokens" if index == LAYERS - 1 else None
        x = net.norm(net.graph.op("Add", x, y), f"{name}.output.LayerNorm", out=out)
    ids = (TensorProto.INT64, ("n", "t"))
    return net.graph.model({"ids": ids, "mask": ids}, {"tokens": ("n", "t", WIDTH)})
