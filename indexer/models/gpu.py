"""What NVIDIA's own tool tells of the GPUs; nothing is loaded onto them to find out."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Final

_QUERY: Final = "name,memory.total,memory.free,compute_cap"
_OLD_QUERY: Final = "name,memory.total,memory.free"
"""Drivers of before 2021 do not know the last column."""
_SECONDS_MAX: Final = 10.0
_MIB_PER_GIB: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One GPU at this moment."""

    index: int
    """Its number to CUDA, with CUDA_DEVICE_ORDER=PCI_BUS_ID."""
    name: str
    total_gib: float
    free_gib: float
    capability: float | None
    """NVIDIA's compute capability, such as 8.9; None where the driver does not tell."""


def list_gpus(command: str = "nvidia-smi") -> tuple[Gpu, ...]:
    """The GPUs of this machine; none where there is no NVIDIA driver, or it does not answer."""
    for query in (_QUERY, _OLD_QUERY):
        told = _ask(command, query)
        if told is not None:
            found = (_gpu(index, line) for index, line in enumerate(told.splitlines()))
            return tuple(gpu for gpu in found if gpu is not None)
    return ()


def roomiest_gpu(gpus: tuple[Gpu, ...]) -> Gpu | None:
    """The one with the most free memory."""
    return max(gpus, key=lambda gpu: gpu.free_gib, default=None)


def _ask(command: str, query: str) -> str | None:
    try:
        done = subprocess.run(
            [command, f"--query-gpu={query}", "--format=csv,noheader,nounits"],
            check=True,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS_MAX,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _gpu(index: int, line: str) -> Gpu | None:
    name, *figures = (cell.strip() for cell in line.split(","))
    try:
        total, free, *capability = map(float, figures)
    except ValueError:
        # "[N/A]": a card that is lost, or one that shares the machine's memory.
        return None
    return Gpu(
        index=index,
        name=name,
        total_gib=total / _MIB_PER_GIB,
        free_gib=free / _MIB_PER_GIB,
        capability=capability[0] if capability else None,
    )
