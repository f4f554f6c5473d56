"""Read published weights without the frameworks that wrote them.

In: the bytes of a TensorFlow checkpoint, a legacy PyTorch file or a safetensors file. Out: name -> numpy array.

- TensorFlow's `.index` is a LevelDB table whose values are BundleEntryProto messages; `.data` is raw little-endian.
- A legacy PyTorch file is five pickles and then raw storages; only the handful of names a state dict needs may be
  unpickled, so that reading a file cannot run code from it.
"""

from __future__ import annotations

import io
import json
import pickle
from collections import OrderedDict
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[np.generic]]

_LEVELDB_MAGIC = 0xDB4775248B80FB57
_TF_FLOAT32 = 1


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The base-128 integer at `at`, and the position behind it."""
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _table_block(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Key and value pairs of one uncompressed LevelDB block (keys are prefix-compressed)."""
    if table[offset + size] != 0:
        raise ValueError("compressed LevelDB block")
    block = table[offset : offset + size]
    restarts = int.from_bytes(block[-4:], "little")
    end, at, key = size - 4 - 4 * restarts, 0, b""
    while at < end:
        shared, at = _varint(block, at)
        fresh, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


def _table(table: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Key and value pairs of a LevelDB table."""
    if int.from_bytes(table[-8:], "little") != _LEVELDB_MAGIC:
        raise ValueError("not a LevelDB table")
    footer = table[-48:]
    at = _varint(footer, _varint(footer, 0)[1])[1]  # skip the meta-index handle
    index_offset, at = _varint(footer, at)
    index_size, _ = _varint(footer, at)
    for _, handle in _table_block(table, index_offset, index_size):
        offset, at = _varint(handle, 0)
        size, _ = _varint(handle, at)
        yield from _table_block(table, offset, size)


def _message(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field number and value pairs of a protocol-buffer message without nested decoding."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        field, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield field, value
        elif wire == 2:
            length, at = _varint(data, at)
            yield field, data[at : at + length]
            at += length
        elif wire == 5:
            yield field, data[at : at + 4]
            at += 4
        else:
            raise ValueError(f"unexpected protocol-buffer wire type {wire}")


def _shape(message: bytes) -> tuple[int, ...]:
    """Sizes of a TensorShapeProto."""
    dims = [value for field, value in _message(message) if field == 2 and isinstance(value, bytes)]
    return tuple(int(size) for dim in dims for field, size in _message(dim) if field == 1)  # type: ignore[arg-type]


def read_tensorflow(index: bytes, data: bytes) -> Arrays:
    """All float32 variables of a one-shard TensorFlow checkpoint (`.index`, `.data-00000-of-00001`)."""
    arrays: Arrays = {}
    for key, value in _table(index):
        entry = dict(_message(value))
        if not key or entry.get(1) != _TF_FLOAT32:
            continue
        shape = _shape(entry.get(2, b""))  # type: ignore[arg-type]
        offset, size = int(entry.get(4, 0)), int(entry[5])  # type: ignore[arg-type]
        arrays[key.decode()] = np.frombuffer(data[offset : offset + size], "<f4").reshape(shape)
    return arrays


class _Storage:
    """The place of one raw PyTorch storage; the bytes come behind the pickles."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.values: npt.NDArray[np.generic] = np.empty(0)


class _Tensor:
    """A strided view into a storage, as PyTorch's `_rebuild_tensor_v2` describes it."""

    def __init__(
        self, storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object
    ) -> None:
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def array(self) -> npt.NDArray[np.generic]:
        values = self.storage.values[self.offset :]
        strides = [step * values.itemsize for step in self.stride]
        return np.ascontiguousarray(np.lib.stride_tricks.as_strided(values, self.size, strides))


class _TorchUnpickler(pickle.Unpickler):
    """Unpickles a state dict and nothing else."""

    _DTYPES: ClassVar = {"FloatStorage": "<f4", "LongStorage": "<i8"}

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in self._DTYPES:
            return self._DTYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in a state dict")

    def persistent_load(self, pid: tuple[object, ...]) -> _Storage:
        _, dtype, key, *_rest = pid
        return self.storages.setdefault(str(key), _Storage(str(dtype)))


def read_legacy_torch(data: bytes) -> Arrays:
    """The state dict of a PyTorch file of before version 1.6."""
    file = io.BytesIO(data)
    for _ in range(3):  # magic number, protocol version, system information
        _TorchUnpickler(file).load()
    unpickler = _TorchUnpickler(file)
    tensors: dict[str, _Tensor] = unpickler.load()
    for key in _TorchUnpickler(file).load():
        storage = unpickler.storages[key]
        count = int.from_bytes(file.read(8), "little")
        width = np.dtype(storage.dtype).itemsize
        storage.values = np.frombuffer(file.read(count * width), storage.dtype)
    return {name: tensor.array() for name, tensor in tensors.items()}


def read_safetensors(data: bytes) -> Arrays:
    """All float32 tensors of a safetensors file."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    arrays: Arrays = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = (8 + length + edge for edge in entry["data_offsets"])
        arrays[name] = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
    return arrays
