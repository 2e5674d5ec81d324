"""Finds the weights of vision-language models on this disk; never asks the network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from indexer.models.catalog import is_complete
from indexer.models.hub_cache import cached_file
from indexer.models.protocols import ModelMissing, ModelUnusable
from indexer.models.vllm_plans import VISION_MODELS, model_for, suits

if TYPE_CHECKING:
    from indexer.models.gpu import Gpu
    from indexer.models.vllm_plans import VisionModel

_CONFIG: Final = "config.json"
_INDEX: Final = "model.safetensors.index.json"
_WEIGHTS: Final = "model.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """A model on this disk."""

    name: str
    """What the server calls it, and what captions are stored with."""
    folder: Path
    known: VisionModel | None
    """Its row of the table."""
    weight_bytes: int


def vision_model(name: str) -> VisionModel | None:
    """The model of the table with that name or repository."""
    alike = (model for model in VISION_MODELS if name in (model.name, model.repository))
    return next(alike, None)


def local_model(name: str, models_folder: Path | None) -> LocalModel:
    """A model by its name in the table, its repository on the hub, or its folder.

    Raises:
        ModelMissing: its weights are not on this disk; the hint is the command that gets them.
        ModelUnusable: there is a folder, but no whole model in it.
    """
    known = vision_model(name)
    if known is not None:
        return _known(known, models_folder)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _in_folder(folder.absolute())
    cached = _cached(name) if name.count("/") == 1 else None
    if cached is None:
        names = ", ".join(model.name for model in VISION_MODELS)
        raise ModelMissing(
            f"no vision-language model {name!r} is on this disk",
            f"name a folder, or one of {names}",
        )
    return LocalModel(
        name=name.partition("/")[2], folder=cached, known=None, weight_bytes=_size(cached)
    )


def best_local_model(gpu: Gpu, models_folder: Path | None) -> LocalModel:
    """The largest model of the table that fits the GPU and is on this disk.

    Raises:
        ModelMissing: none is; the hint is the command that gets the one that suits the GPU.
        ModelUnusable: none fits.
    """
    if not suits(gpu):
        raise ModelUnusable(
            f"{gpu.name} is too old: compute capability {gpu.capability}, 8.0 is needed",
            "set lmm.url to another server, such as llama.cpp's",
        )
    best = model_for(gpu)
    if best is None:
        raise ModelUnusable(
            f"no model of the table fits {gpu.name}: {gpu.free_gib:.1f} GiB are free",
            "free some of its memory, or set lmm.url to another server",
        )
    up_to_best = VISION_MODELS[: VISION_MODELS.index(best) + 1]
    for model in reversed(up_to_best):
        if folder := find_folder(model, models_folder):
            return _local(model, folder)
    raise _not_here(best)


def find_folder(model: VisionModel, models_folder: Path | None) -> Path | None:
    """Where a model of the table is; None where it is not here, or not whole."""
    if models_folder is not None and is_complete(models_folder / model.name):
        return models_folder / model.name
    return _cached(model.repository)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionModelState:
    """What of a model of the table is on this disk."""

    model: VisionModel
    state: Literal["present", "partial", "absent"]
    folder: Path | None
    """Where it is, or would be."""


def state_of_vision(model: VisionModel, models_folder: Path) -> VisionModelState:
    """What of the model is on this disk; quick, and never touches the network."""
    if found := find_folder(model, models_folder):
        return VisionModelState(model=model, state="present", folder=found)
    folder = models_folder / model.name
    begun = folder.is_dir() and any(folder.iterdir())
    return VisionModelState(model=model, state="partial" if begun else "absent", folder=folder)


def _known(model: VisionModel, models_folder: Path | None) -> LocalModel:
    folder = find_folder(model, models_folder)
    if folder is None:
        raise _not_here(model)
    return _local(model, folder)


def _local(model: VisionModel, folder: Path) -> LocalModel:
    return LocalModel(name=model.name, folder=folder, known=model, weight_bytes=_size(folder))


def _not_here(model: VisionModel) -> ModelMissing:
    return ModelMissing(
        f"the model {model.name} is not on this disk",
        f"imagescope models pull {model.name} ({model.size_bytes / 1e9:.1f} GB)",
    )


def _in_folder(folder: Path) -> LocalModel:
    if not _is_whole(folder):
        raise ModelUnusable(
            f"{folder} holds no whole model",
            f"it needs {_CONFIG} and every file of weights",
        )
    return LocalModel(name=folder.name, folder=folder, known=None, weight_bytes=_size(folder))


def _cached(repository: str) -> Path | None:
    config = cached_file(repository, _CONFIG)
    return config.parent if config and _is_whole(config.parent) else None


def _is_whole(folder: Path) -> bool:
    if not (folder / _CONFIG).is_file():
        return False
    try:
        index = json.loads((folder / _INDEX).read_bytes())
        parts = set(index["weight_map"].values())
    except FileNotFoundError:
        return (folder / _WEIGHTS).is_file()
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False
    return all((folder / str(part)).is_file() for part in parts)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))
