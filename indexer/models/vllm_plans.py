"""Which vision-language model a GPU is given, and with what settings: one table.

Parameters and licences are the model cards'. Downloads and memory are computed from them (FP8: one
byte per weight of the language model, two for the picture tower and the vocabulary; BF16: two), the
keys and values of the context, and 1 to 2 GiB for CUDA and activations: estimates, none measured
on a card. FP8 weights are the maker's; cards before Ada compute with them in BF16 (weight-only, by
Marlin kernels: vLLM's docs on FP8; QwenLM/Qwen3-VL#1888 has it running on an A100).

Qwen3.5 and later judge better on published benchmarks, but mix attention with recurrent layers, and
vLLM then reuses no prefix of a prompt that is shorter than about 500 tokens or holds pictures
(vllm-project/vllm#40696, #43587, open in autumn 2026). Several questions about one picture are what
search asks all the time, so the table keeps to plain attention; any other model can be named.

Settings: small models ask for 16 GB and more by default because of a long context, 256 sequences
and pictures of the largest size (vllm-project/vllm#26884), so all three are limited here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.gpu import Gpu

MARGIN_GIB: Final = 1.2
"""Left free: for the desktop, for the encoder of pictures, and because vLLM refuses to start where
less is free than it was promised (vllm-project/vllm#54932)."""
_CAPABILITY_LEAST: Final = 8.0
"""Ampere: older cards have no BF16."""
_NAMED_OVERHEAD_GIB: Final = 2.5
_NAMED_WEIGHT_FACTOR: Final = 1.1
_GIB: Final = 2**30
CPU_CACHE_GIB: Final = 1
"""Unset, vLLM takes nearly all memory of the machine for the context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingSettings:
    """What vLLM is told about sizes."""

    context_tokens: int
    sequences: int
    """Requests at once; more of them wait."""
    pictures: int = 2
    """Per request: the reference and the candidate."""
    picture_side: int = 1024
    """The largest that memory is reserved for, in pixels."""
    is_eager: bool
    """Without CUDA graphs: slower, but starts sooner and needs less."""
    memory_gib: float
    """All that the server takes on the GPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionModel:
    """A vision-language model that can be pulled by name, and the GPU it is meant for."""

    name: str
    repository: str
    licence: str
    precision: Literal["FP8", "BF16"]
    parameters_millions: int
    active_millions: int
    """Parameters that each token meets; fewer than all in a mixture of experts."""
    size_bytes: int
    """Of the download, about."""
    card_gib: int
    """The size of card it is meant for."""
    needs_gib: float
    """The least it runs in."""
    settings: ServingSettings
    """`memory_gib`: more than that brings nothing."""
    files: tuple[str, ...] = ()
    """What is downloaded: everything that a model can be loaded from."""


VISION_MODELS: Final[tuple[VisionModel, ...]] = (
    VisionModel(
        name="qwen3-vl-2b-fp8",
        repository="Qwen/Qwen3-VL-2B-Instruct-FP8",
        licence="Apache-2.0",
        precision="FP8",
        parameters_millions=2_130,
        active_millions=2_130,
        size_bytes=3_000_000_000,
        card_gib=8,
        needs_gib=4.8,
        settings=ServingSettings(
            context_tokens=4096, sequences=8, is_eager=True, memory_gib=6.5, picture_side=768
        ),
    ),
    VisionModel(
        name="qwen3-vl-4b-fp8",
        repository="Qwen/Qwen3-VL-4B-Instruct-FP8",
        licence="Apache-2.0",
        precision="FP8",
        parameters_millions=4_440,
        active_millions=4_440,
        size_bytes=5_400_000_000,
        card_gib=12,
        needs_gib=8.0,
        settings=ServingSettings(context_tokens=8192, sequences=8, is_eager=True, memory_gib=10.5),
    ),
    VisionModel(
        name="qwen3-vl-8b-fp8",
        repository="Qwen/Qwen3-VL-8B-Instruct-FP8",
        licence="Apache-2.0",
        precision="FP8",
        parameters_millions=8_770,
        active_millions=8_770,
        size_bytes=10_700_000_000,
        card_gib=16,
        needs_gib=13.0,
        settings=ServingSettings(context_tokens=8192, sequences=16, is_eager=True, memory_gib=16.0),
    ),
    VisionModel(
        name="qwen3-vl-8b",
        repository="Qwen/Qwen3-VL-8B-Instruct",
        licence="Apache-2.0",
        precision="BF16",
        parameters_millions=8_770,
        active_millions=8_770,
        size_bytes=17_600_000_000,
        card_gib=24,
        needs_gib=20.0,
        settings=ServingSettings(
            context_tokens=8192, sequences=16, is_eager=False, memory_gib=24.0
        ),
    ),
    VisionModel(
        name="qwen3-vl-30b-a3b-fp8",
        repository="Qwen/Qwen3-VL-30B-A3B-Instruct-FP8",
        licence="Apache-2.0",
        precision="FP8",
        parameters_millions=31_100,
        active_millions=3_300,
        size_bytes=32_400_000_000,
        card_gib=48,
        needs_gib=37.0,
        settings=ServingSettings(
            context_tokens=16_384, sequences=32, is_eager=False, memory_gib=46.0
        ),
    ),
    VisionModel(
        name="qwen3-vl-32b-fp8",
        repository="Qwen/Qwen3-VL-32B-Instruct-FP8",
        licence="Apache-2.0",
        precision="FP8",
        parameters_millions=33_400,
        active_millions=33_400,
        size_bytes=35_600_000_000,
        card_gib=80,
        needs_gib=56.0,
        settings=ServingSettings(
            context_tokens=16_384, sequences=64, is_eager=False, memory_gib=72.0
        ),
    ),
)
"""From small to large."""

_CPU_SETTINGS: Final = ServingSettings(
    context_tokens=4096, sequences=16, is_eager=True, memory_gib=0.0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingPlan:
    """How one server is started."""

    settings: ServingSettings
    memory_share: float | None
    """Of the GPU's total memory; None on the CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A model does not fit."""

    needs_gib: float
    free_gib: float


def suits(gpu: Gpu) -> bool:
    """Whether vLLM runs these models on such a GPU at all."""
    return gpu.capability is None or gpu.capability >= _CAPABILITY_LEAST


def model_for(gpu: Gpu) -> VisionModel | None:
    """The largest model of the table that fits into the memory that is free now."""
    room = gpu.free_gib - MARGIN_GIB
    fitting = [model for model in VISION_MODELS if suits(gpu) and model.needs_gib <= room]
    return fitting[-1] if fitting else None


def plan_on_gpu(model: VisionModel, gpu: Gpu) -> ServingPlan | Shortage:
    """The settings for a model of the table on this GPU."""
    room = gpu.free_gib - MARGIN_GIB
    if model.needs_gib > room:
        return Shortage(needs_gib=model.needs_gib + MARGIN_GIB, free_gib=gpu.free_gib)
    return _plan(model.settings, gpu)


def plan_unknown_on_gpu(weight_bytes: int, gpu: Gpu) -> ServingPlan | Shortage:
    """The settings for a model that is known by the size of its weights only."""
    room = gpu.free_gib - MARGIN_GIB
    needs = weight_bytes / _GIB * _NAMED_WEIGHT_FACTOR + _NAMED_OVERHEAD_GIB
    if needs > room:
        return Shortage(needs_gib=needs + MARGIN_GIB, free_gib=gpu.free_gib)
    alike = [model.settings for model in VISION_MODELS if model.needs_gib <= needs]
    settings = alike[-1] if alike else VISION_MODELS[0].settings
    return _plan(settings, gpu, memory_gib=max(settings.memory_gib, needs * 1.25))


def plan_on_cpu() -> ServingPlan:
    """The settings without a GPU; slow, and only for a model that was named."""
    return ServingPlan(settings=_CPU_SETTINGS, memory_share=None)


def _plan(settings: ServingSettings, gpu: Gpu, *, memory_gib: float | None = None) -> ServingPlan:
    wanted = settings.memory_gib if memory_gib is None else memory_gib
    taken = min(gpu.free_gib - MARGIN_GIB, wanted)
    # Rounded down: a thousandth more than is free would keep vLLM from starting.
    return ServingPlan(settings=settings, memory_share=int(taken / gpu.total_gib * 1000) / 1000)


def serving_flags(plan: ServingPlan) -> tuple[str, ...]:
    """The plan as options of `vllm serve`."""
    settings = plan.settings
    pictures = {
        "image": {
            "count": settings.pictures,
            "width": settings.picture_side,
            "height": settings.picture_side,
        },
        "video": 0,
    }
    return (
        *("--max-model-len", str(settings.context_tokens)),
        *("--max-num-seqs", str(settings.sequences)),
        *("--limit-mm-per-prompt", json.dumps(pictures)),
        *("--mm-processor-cache-gb", "1"),
        *(("--enforce-eager",) if settings.is_eager else ()),
        *_device_flags(plan),
    )


def _device_flags(plan: ServingPlan) -> Sequence[str]:
    if plan.memory_share is None:
        # On a processor blocks are of 32 tokens at least; the default is far larger, and a prefix
        # is reused by whole blocks only.
        return ("--block-size", "32", "--skip-mm-profiling")
    return ("--gpu-memory-utilization", f"{plan.memory_share:.3f}")
