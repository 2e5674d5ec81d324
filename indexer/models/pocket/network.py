"""One of pocket's networks, run by onnxruntime; opened when it is first asked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from indexer.models.pocket.weights import unusable

if TYPE_CHECKING:
    import numpy.typing as npt

    from indexer.models.pocket.weights import Weights

_FATAL: Final = 4
"""onnxruntime's severity of what it may still write to stderr."""


class Network:
    """A session of onnxruntime; any number of threads may run it side by side, on a core each."""

    def __init__(self, weights: Weights, name: str, *, is_optimised: bool) -> None:
        """One that `is_optimised` takes longer to open, and much less time to look at a picture."""
        self._weights = weights
        self._name = name
        self._is_optimised = is_optimised
        self._session: Any = None
        self._opening = threading.Lock()

    def run(self, output: str, **inputs: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """One output of the network.

        Raises:
            ModelMissing, ModelUnusable: the file is not there or damaged, onnxruntime is not there,
                or does not take it on this processor.
        """
        session = self._session or self._open()
        try:
            [found] = session.run([output], inputs)
        except _errors() as error:
            raise unusable(f"run {self._name}", error) from error
        array: npt.NDArray[Any] = found
        return array

    def _open(self) -> Any:  # noqa: ANN401
        with self._opening:
            if self._session is None:
                content = self._weights.read(self._name)
                self._session = _session(content, self._name, is_optimised=self._is_optimised)
            return self._session


def _session(content: bytes, name: str, *, is_optimised: bool) -> Any:  # noqa: ANN401
    try:
        # A tenth of a second, which whoever searches by words and dates alone need not wait for.
        import onnxruntime
    except ImportError as error:
        raise unusable("load onnxruntime", error) from error
    onnxruntime.set_default_logger_severity(_FATAL)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL
    # Whoever asks is the one thread: pictures side by side keep cores busier than shared layers do.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if not is_optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except _errors() as error:
        raise unusable(f"open {name}", error) from error


def _errors() -> tuple[type[Exception], ...]:
    """What onnxruntime raises: a dozen classes without a common base."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (found for found in vars(state).values() if isinstance(found, type))
    raised = tuple(found for found in own if issubclass(found, Exception))
    return (*raised, RuntimeError, ValueError, MemoryError)
