"""Which `vllm` is started, with which options and in which environment."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from indexer.models.protocols import ModelMissing
from indexer.models.vllm_http import HOST
from indexer.models.vllm_order import LaunchOrder
from indexer.models.vllm_plans import CPU_CACHE_GIB, serving_flags

if TYPE_CHECKING:
    from indexer.models.vllm_models import LocalModel
    from indexer.models.vllm_plans import ServingPlan

_PRIVATE: Final = (
    # Neither usage statistics nor any question to the hub: what is not on the disk is not there.
    ("VLLM_NO_USAGE_STATS", "1"),
    ("DO_NOT_TRACK", "1"),
    ("HF_HUB_OFFLINE", "1"),
    ("TRANSFORMERS_OFFLINE", "1"),
    ("HF_HUB_DISABLE_TELEMETRY", "1"),
    # Torch's own exchange between processes would else listen on all interfaces.
    ("VLLM_HOST_IP", HOST),
    ("VLLM_MEDIA_URL_ALLOW_REDIRECTS", "0"),
    # The cache's size on a processor; vLLM takes nearly all memory without it.
    ("VLLM_CPU_KVCACHE_SPACE", str(CPU_CACHE_GIB)),
)


def find_vllm(named: str | None) -> Path:
    """The `vllm` command: the one that was named, on the path, or beside this Python.

    Raises:
        ModelMissing: there is none.
    """
    if named:
        path = shutil.which(str(Path(named).expanduser()))
        if path is None:
            raise ModelMissing(f"{named} is no program", "lmm.vllm must name the command vllm")
        return Path(path)
    beside = Path(sys.executable).parent / "vllm"
    found = shutil.which("vllm") or shutil.which(str(beside))
    if found is None:
        raise ModelMissing(
            "there is no vLLM on this machine",
            "pip install vllm, best into an environment of its own; set lmm.vllm to its command",
        )
    return Path(found)


def launch_order(
    vllm: Path,
    model: LocalModel,
    plan: ServingPlan,
    *,
    folder: Path,
    port: int = 0,
    idle_minutes: float = 0,
    gpu_index: int | None = None,
) -> LaunchOrder:
    """Everything it takes to start this model with this plan; port 0 is any free one."""
    port = port or _free_port()
    device = () if gpu_index is None else _device(gpu_index)
    return LaunchOrder(
        command=(str(vllm), "serve", str(model.folder), *_flags(model, plan, port)),
        environment=(
            *_PRIVATE,
            *device,
            ("PATH", _path_with(vllm.parent)),
            # Kept from start to start: what is compiled for the first log-probabilities.
            ("TORCHINDUCTOR_CACHE_DIR", str(folder / "compiled")),
        ),
        folder=folder,
        port=port,
        model=model.name,
        source=str(model.folder),
        idle_seconds=idle_minutes * 60,
    )


def _flags(model: LocalModel, plan: ServingPlan, port: int) -> tuple[str, ...]:
    return (
        *("--host", HOST),
        *("--port", str(port)),
        *("--served-model-name", model.name),
        *("--structured-outputs-config", '{"backend":"guidance","disable_any_whitespace":true}'),
        "--enable-prompt-tokens-details",
        # A web page in the user's browser reaches loopback too; it may not read the answers.
        *("--allowed-origins", "[]"),
        "--disable-uvicorn-access-log",
        *serving_flags(plan),
    )


def _device(index: int) -> tuple[tuple[str, str], ...]:
    return (("CUDA_DEVICE_ORDER", "PCI_BUS_ID"), ("CUDA_VISIBLE_DEVICES", str(index)))


def _path_with(folder: Path) -> str:
    # Its environment need not be active, but kernels are compiled with programs that are in it.
    return os.pathsep.join((str(folder), *os.get_exec_path()))


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
