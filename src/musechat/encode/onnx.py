"""One ONNX model on the CPU.

In: named arrays. Out: the arrays of the outputs asked for.

- The session is made on first use: constructing an encoder reads no weights.
- Idle threads sleep instead of spinning, and at most `threads` work at once, so that the host stays usable.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musechat.core.errors import WeightsError
from musechat.encode.weights import Weights

Arrays = Mapping[str, NDArray[Any]]


class OnnxModel:
    """A lazily loaded model; `run` may be called from several threads."""

    def __init__(self, weights: Weights, file: str, threads: int) -> None:
        if threads < 1:
            raise ValueError("threads must be at least 1")
        self._weights, self._file, self._threads = weights, file, threads
        self._lock = threading.Lock()
        self._session: Any = None

    def run(self, outputs: list[str], inputs: Arrays) -> list[NDArray[np.float32]]:
        """The named outputs. Raises WeightsError when the weights cannot be loaded."""
        with self._lock:
            if self._session is None:
                self._session = self._load()
        results: list[NDArray[np.float32]] = self._session.run(outputs, dict(inputs))
        return results

    def _load(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors; it warns of every constant that it folds away
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        data = self._weights.read(self._file)
        try:
            return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base class of their own
            raise WeightsError(f"ONNX Runtime cannot load the weights file {self._file}: {error}") from error
