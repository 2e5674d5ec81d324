"""Which device and which precision a model runs in on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

Precision: TypeAlias = Literal["fp32", "bf16", "fp16"]

_CPU_INFO: Final = Path("/proc/cpuinfo")
_BF16_FLAGS: Final = frozenset({"avx512_bf16", "amx_bf16"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where a model runs, and how exactly."""

    name: Literal["cpu", "cuda"]
    precision: Precision


def choose_device() -> Device:
    """The GPU if torch can use one, else the processor; each in the precision it is fast in."""
    import torch

    if torch.cuda.is_available():
        # Older cards only emulate bf16, slowly.
        has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return Device(name="cuda", precision="bf16" if has_bf16 else "fp16")
    return Device(name="cpu", precision="bf16" if cpu_has_bf16() else "fp32")


def cpu_has_bf16(cpu_info: Path = _CPU_INFO) -> bool:
    """Whether the processor multiplies bf16 itself: then weights in bf16 are three times as fast,
    elsewhere they are slower than fp32."""
    try:
        lines = cpu_info.read_text(errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not _BF16_FLAGS.isdisjoint(flags.split())
