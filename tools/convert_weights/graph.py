"""A small writer of ONNX graphs.

In: operators and arrays, in the order of computation. Out: the bytes of a checked ONNX model, the same on every run.

- Weights may be stored narrower than they are used: `half` and `blocks` put the widening into the graph, where ONNX
  Runtime folds it away once at load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
IR_VERSION = 9

Array = npt.NDArray[Any]
Shape = Sequence[int | str]


class Graph:
    """Collects nodes and constants; every method that adds a node returns the name of its output."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def const(self, array: Array) -> str:
        """A constant, stored as it is."""
        name = f"const_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def f32(self, array: Array) -> str:
        """A constant stored as float32."""
        return self.const(array.astype(np.float32))

    def ints(self, *values: int) -> str:
        """A constant vector of integers: axes, shapes."""
        return self.const(np.array(values, np.int64))

    def half(self, array: Array) -> str:
        """A constant stored as float16 and used as float32."""
        return self.op("Cast", self.const(array.astype(np.float16)), to=TensorProto.FLOAT)

    def blocks(self, array: Array, block: int) -> str:
        """A matrix (k, n) stored as int8 with one float16 scale for each `block` rows of a column, used as float32."""
        k, n = array.shape
        grouped = array.reshape(k // block, block, n)
        scale = (np.abs(grouped).max(axis=1, keepdims=True) / 127).astype(np.float16)  # (k / block, 1, n)
        whole = np.clip(np.round(grouped / scale.astype(np.float32)), -127, 127).astype(np.int8)
        wide = self.op("Cast", self.const(whole), to=TensorProto.FLOAT)
        scaled = self.op("Mul", wide, self.op("Cast", self.const(scale), to=TensorProto.FLOAT))
        return self.op("Reshape", scaled, self.ints(k, n))

    def op(self, kind: str, *inputs: str, out: str | None = None, **attributes: Any) -> str:
        """One node with one output."""
        return self.ops(kind, *inputs, outs=[out or f"{kind.lower()}_{len(self._nodes)}"], **attributes)[0]

    def ops(self, kind: str, *inputs: str, outs: Sequence[str], **attributes: Any) -> Sequence[str]:
        """One node with several named outputs."""
        self._nodes.append(helper.make_node(kind, inputs, outs, name=f"node_{len(self._nodes)}", **attributes))
        return outs

    def affine(self, x: str, scale: Array, shift: Array, trailing: int = 0) -> str:
        """scale·x + shift for each channel; `trailing` counts the axes behind the channels."""
        shape = (-1,) + (1,) * trailing
        return self.op("Add", self.op("Mul", x, self.f32(scale.reshape(shape))), self.f32(shift.reshape(shape)))

    def model(self, inputs: Mapping[str, tuple[int, Shape]], outputs: Mapping[str, Shape]) -> bytes:
        """The finished model; `inputs` maps a name to its element type and shape, outputs are float32."""
        graph = helper.make_graph(
            self._nodes,
            self.name,
            [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            self._constants,
        )
        model = helper.make_model(graph, producer_name="musechat", opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


def batch_norm(gamma: Array, beta: Array, mean: Array, variance: Array, epsilon: float) -> tuple[Array, Array]:
    """The scale and shift, in float64, that a trained batch normalisation amounts to."""
    scale = gamma.astype(np.float64) / np.sqrt(variance.astype(np.float64) + epsilon)
    return scale, beta.astype(np.float64) - scale * mean.astype(np.float64)
