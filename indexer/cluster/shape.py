"""How large one worker of a cluster is, and how many of them work at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

GPU_SHARE = 0.5
"""Of one GPU for each worker: while one decodes, another embeds."""
_CORES_MAX = 8
_LARGE_CORES_ON_CPU = 4
"""A large encoder's weights are held once for so many cores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSize:
    """What one machine lends."""

    cores: float
    gpus: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSize:
    """What one worker takes."""

    cores: int
    gpus: float = 0.0

    def fit_into(self, nodes: Sequence[NodeSize]) -> int:
        """How many work at once."""
        return sum(self._fit_into(node) for node in nodes)

    def _fit_into(self, node: NodeSize) -> int:
        by_cores = int(node.cores // self.cores)
        return min(by_cores, int(node.gpus // self.gpus)) if self.gpus else by_cores


def size_of_readers(nodes: Sequence[NodeSize], *, is_large: bool) -> WorkerSize:
    """Workers that decode and embed; with a large encoder on the GPUs, where there are any.

    Nodes without a GPU are left out then: their vectors may be of another precision.
    """
    with_gpu = [node for node in nodes if node.gpus >= GPU_SHARE and node.cores >= 1]
    if is_large and with_gpu:
        per_worker = min(node.cores / (node.gpus / GPU_SHARE) for node in with_gpu)
        return WorkerSize(cores=max(1, min(_CORES_MAX, int(per_worker))), gpus=GPU_SHARE)
    smallest = min((int(node.cores) for node in nodes if node.cores >= 1), default=1)
    return WorkerSize(cores=min(smallest, _LARGE_CORES_ON_CPU) if is_large else 1)
