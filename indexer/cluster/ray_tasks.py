"""A Ray cluster, as far as we use it: tasks with retries. Only this file knows Ray.

Ray is imported here, and only when a cluster is asked for. It reports its usage to nobody
(`ray.init` turns that off by itself), and what workers print stays in Ray's own logs.
"""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NewType, TypeVar

from indexer.cluster.shape import NodeSize
from indexer.errors import ClusterUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from types import ModuleType

    from indexer.cluster.shape import WorkerSize

_Result = TypeVar("_Result")
Task = NewType("Task", object)
"""A call that was sent; it stands for its result."""

RETRIES = 3
"""How often Ray itself runs a call again whose worker, or whose node, died."""
_CALLS_PER_WORKER = 512
"""After so many a worker is replaced: what libraries leak goes with it."""
_CONNECT_SECONDS = 5.0
_SECONDS_BETWEEN_LOOKS = 5.0
_REASON_LENGTH_MAX = 300
_LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No result: workers died of the call, each time it was run."""

    reason: str


@contextmanager
def open_cluster(address: str, *, cores: int = 0) -> Iterator[RayCluster]:
    """A connection to the cluster at `address`, given up at the end.

    `auto` is the one that this machine is part of; `HOST:PORT` is its head as seen from a machine
    that is part of it; `ray://HOST:PORT` is one that this machine is no part of; `local` starts one
    of this machine alone, with so many cores (0 for all), and ends it.

    Raises:
        ClusterUnusable: Ray is missing, nobody answers, or its version is another one.
    """
    try:
        import ray
    except ImportError as error:
        raise ClusterUnusable(
            "Ray is not installed", "pip install 'imagescope-tui[cluster]'"
        ) from error
    _expect_listener(address)
    own: dict[str, object] = {}
    if address == _LOCAL:
        own = {"include_dashboard": False, "num_cpus": cores or None}
    try:
        with _own_signals():
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **own)
    except (OSError, RuntimeError, ValueError, AssertionError, ray.exceptions.RayError) as error:
        raise _refused(address, error) from error
    # What Ray says of nodes that die goes to our stdout, whatever `log_to_driver` says; its own
    # debugger silences it so too.
    ray._private.worker._worker_logs_enabled = False
    try:
        yield RayCluster(ray)
    finally:
        ray.shutdown()


def _expect_listener(address: str) -> None:
    """Ray itself would wait for minutes, and tell so on the terminal."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise _refused(address, error) from error


def _refused(address: str, error: Exception) -> ClusterUnusable:
    reason = " ".join(str(error).split())[:_REASON_LENGTH_MAX]
    if "ersion mismatch" in reason:
        return ClusterUnusable(
            f"the Ray cluster at {address} runs another version: {reason}",
            "install the same versions of Ray and Python here and on every node",
        )
    if "ray[client]" in reason:
        return ClusterUnusable(
            "ray:// addresses need Ray's client", "pip install 'ray[client]', or use HOST:PORT"
        )
    hint = (
        "`ray start --head` starts a cluster; --ray takes auto, local, HOST:PORT or ray://HOST:PORT"
    )
    return ClusterUnusable(f"no Ray cluster answers at {address}: {reason}", hint)


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ray takes SIGTERM for itself, where it can; it stays whose it was."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass(slots=True)
class RayCluster:
    """Runs functions somewhere; every method may be called from any thread."""

    _ray: ModuleType
    _functions: dict[tuple[object, WorkerSize], Any] = field(default_factory=dict)
    _nodes: tuple[NodeSize, ...] = ()
    _looked_at: float = float("-inf")

    def nodes(self) -> tuple[NodeSize, ...]:
        """What the machines lend that are there now; looked up every few seconds."""
        if time.monotonic() - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._looked_at = time.monotonic()
            self._nodes = tuple(
                NodeSize(
                    cores=node["Resources"].get("CPU", 0.0), gpus=node["Resources"].get("GPU", 0.0)
                )
                for node in self._ray.nodes()
                if node["Alive"]
            )
        return self._nodes

    def submit(
        self,
        function: Callable[..., object],
        *arguments: object,
        size: WorkerSize,
        retries: int = RETRIES,
    ) -> Task:
        """Have a function of an installed module called by a worker of that size.

        Workers are kept for the next call, and are spread over the nodes.
        """
        key = (function, size)
        if key not in self._functions:
            self._functions[key] = self._ray.remote(
                num_cpus=size.cores, num_gpus=size.gpus, max_calls=_CALLS_PER_WORKER
            )(function)
        remote = self._functions[key].options(max_retries=retries, scheduling_strategy="SPREAD")
        return Task(remote.remote(*arguments))

    def wait(self, tasks: Collection[Task], seconds: float) -> list[Task]:
        """Those that have ended, once there are any, or after so many seconds."""
        ended, _ = self._ray.wait(list(tasks), num_returns=1, timeout=seconds, fetch_local=False)
        return list(ended)

    def result(self, task: Task, kind: type[_Result]) -> _Result | Lost:
        """What a call that has ended returned.

        Raises:
            ClusterUnusable: it raised or returned something else, or the cluster is gone, which
                is no fault of what the call was about.
        """
        exceptions = self._ray.exceptions
        try:
            found = self._ray.get(task)
        except exceptions.RayTaskError as error:
            raise _failed(error.cause) from error
        except tuple(getattr(exceptions, name) for name in _GONE) as error:
            raise ClusterUnusable(
                f"the Ray cluster does not answer any more: {_first_line(error)}",
                "what is done is kept; repeat the command when the cluster is back",
            ) from error
        except exceptions.RayError as error:
            return Lost(reason=_first_line(error))
        if not isinstance(found, kind):
            raise ClusterUnusable("a node answers nonsense", _SAME_PROGRAM)
        return found

    def cancel(self, tasks: Collection[Task]) -> None:
        """Have calls not begun, or given up; what they return is of no use any more."""
        for task in tasks:
            self._ray.cancel(task)


_GONE = ("LocalRayletDiedError", "RaySystemError", "RpcError")
"""Ray's errors that speak of the cluster and not of one call."""
_SAME_PROGRAM = "install the same version of imagescope-tui on every node"


def _failed(cause: BaseException) -> ClusterUnusable:
    if isinstance(cause, ClusterUnusable):
        return cause
    return ClusterUnusable(f"a node of the cluster failed: {_first_line(cause)}", _SAME_PROGRAM)


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:_REASON_LENGTH_MAX]
