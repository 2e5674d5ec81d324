"""The models that `models pull` knows, with published figures, and which of them are on disk.

The figures are Recall@1, zero-shot, in percent. Sources: google-research/big_vision,
README_siglip2.md (SigLIP 2); mlfoundations/open_clip, openclip_retrieval_results.csv (DataComp);
facebookresearch/perception_models, apps/pe/README.md (PE). Parameters are counted from open_clip's
architectures. Only weights whose licence allows any use are listed.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from indexer.models.hub_cache import cached_folder
from indexer.models.protocols import ModelUnknown
from indexer.models.vllm_plans import VISION_MODELS

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.models.vllm_plans import VisionModel

WEIGHTS_FILE: Final = "open_clip_model.safetensors"
CONFIG_FILE: Final = "open_clip_config.json"
MANIFEST_FILE: Final = "complete.json"
"""Written last by a download: a folder without it holds no model."""

_TOKENIZER_FILES: Final = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalFigures:
    """Published quality; None where nothing was published."""

    coco_text_to_image: float
    """COCO, Recall@1 of the picture for a caption: what a search box does."""
    coco_image_to_text: float | None
    imagenet: float
    """ImageNet-1k, zero-shot accuracy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A model that can be pulled by name."""

    name: str
    architecture: str
    pretrained: str
    """open_clip's tag."""
    repository: str
    """Where open_clip's tag points to on the hub."""
    files: tuple[str, ...]
    """All that loading it needs; the first are the weights."""
    licence: str
    languages: str
    parameters_millions: int
    size_bytes: int
    """Of the download, about; the hub says it exactly before anything is fetched."""
    picture_side: int
    words_max: str
    """How long a text may be before its end is ignored."""
    figures: RetrievalFigures
    default_for: Literal["cpu", "gpu"] | None = None
    suits_cpu: bool = True
    """Whether a processor embeds a photo in well under a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """What of a known model is on this disk."""

    model: KnownModel
    state: Literal["present", "partial", "absent"]
    folder: Path | None = None
    """Where it is, or would be."""
    bytes_on_disk: int = 0
    is_removable: bool = False
    """False for weights in the hub's cache, which other programs use too."""

    @property
    def setting(self) -> str:
        """What the `encoder` setting must say to use it."""
        return f"open_clip:local-dir:{self.folder}"


KNOWN_MODELS: Final[tuple[KnownModel, ...]] = (
    KnownModel(
        name="siglip2-so400m",
        architecture="ViT-SO400M-16-SigLIP2-384",
        pretrained="webli",
        repository="timm/ViT-SO400M-16-SigLIP2-384",
        files=(WEIGHTS_FILE, CONFIG_FILE, *_TOKENIZER_FILES),
        licence="Apache-2.0",
        languages="many",
        parameters_millions=1136,
        size_bytes=4_579_000_000,
        picture_side=384,
        words_max="64 tokens, about 45 words",
        figures=RetrievalFigures(coco_text_to_image=56.0, coco_image_to_text=71.2, imagenet=84.1),
        default_for="gpu",
        suits_cpu=False,
    ),
    KnownModel(
        name="pe-core-l14",
        architecture="PE-Core-L-14-336",
        pretrained="meta",
        repository="timm/PE-Core-L-14-336",
        files=(WEIGHTS_FILE, CONFIG_FILE),
        licence="Apache-2.0",
        languages="English",
        parameters_millions=671,
        size_bytes=2_685_000_000,
        picture_side=336,
        words_max="32 tokens, about 20 words",
        figures=RetrievalFigures(coco_text_to_image=57.1, coco_image_to_text=None, imagenet=83.5),
        suits_cpu=False,
    ),
    KnownModel(
        name="siglip2-b16",
        architecture="ViT-B-16-SigLIP2-256",
        pretrained="webli",
        repository="timm/ViT-B-16-SigLIP2-256",
        files=(WEIGHTS_FILE, CONFIG_FILE, *_TOKENIZER_FILES),
        licence="Apache-2.0",
        languages="many",
        parameters_millions=375,
        size_bytes=1_536_000_000,
        picture_side=256,
        words_max="64 tokens, about 45 words",
        figures=RetrievalFigures(coco_text_to_image=53.2, coco_image_to_text=69.7, imagenet=79.1),
    ),
    KnownModel(
        name="siglip2-b32",
        architecture="ViT-B-32-SigLIP2-256",
        pretrained="webli",
        repository="timm/ViT-B-32-SigLIP2-256",
        files=(WEIGHTS_FILE, CONFIG_FILE, *_TOKENIZER_FILES),
        licence="Apache-2.0",
        languages="many",
        parameters_millions=377,
        size_bytes=1_542_000_000,
        picture_side=256,
        words_max="64 tokens, about 45 words",
        figures=RetrievalFigures(coco_text_to_image=47.2, coco_image_to_text=63.7, imagenet=74.0),
        default_for="cpu",
    ),
    KnownModel(
        name="datacomp-b32",
        architecture="ViT-B-32-256",
        pretrained="datacomp_s34b_b86k",
        repository="laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K",
        files=(WEIGHTS_FILE, CONFIG_FILE),
        licence="MIT",
        languages="English",
        parameters_millions=151,
        size_bytes=605_000_000,
        picture_side=256,
        words_max="77 tokens, about 55 words",
        figures=RetrievalFigures(coco_text_to_image=39.9, coco_image_to_text=57.9, imagenet=72.8),
    ),
)


def find(name: str) -> KnownModel:
    """The model of that name; raises ModelUnknown, naming the nearest, where there is none."""
    for model in KNOWN_MODELS:
        if model.name == name:
            return model
    names = [model.name for model in KNOWN_MODELS] + [model.name for model in VISION_MODELS]
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    meant = f"did you mean {nearest[0]}? " if nearest else ""
    raise ModelUnknown(f"no model is called {name!r}", f"{meant}known are {', '.join(names)}")


def find_any(name: str) -> KnownModel | VisionModel:
    """The encoder or vision-language model of that name; raises as `find` does."""
    return next((model for model in VISION_MODELS if model.name == name), None) or find(name)


def default_model(*, has_gpu: bool) -> KnownModel:
    """The model to offer on a machine with or without a usable GPU."""
    wanted = "gpu" if has_gpu else "cpu"
    return next(model for model in KNOWN_MODELS if model.default_for == wanted)


def state_of(model: KnownModel, models_folder: Path | None) -> ModelState:
    """What of the model is on this disk; quick, and never touches the network."""
    folder = models_folder / model.name if models_folder else None
    size = _size_of(folder) if folder else 0
    if folder and is_complete(folder):
        return ModelState(
            model=model, state="present", folder=folder, bytes_on_disk=size, is_removable=True
        )
    cached = cached_folder(model.repository, model.files)
    if cached:
        return ModelState(
            model=model, state="present", folder=cached, bytes_on_disk=_size_of(cached)
        )
    if size:
        return ModelState(
            model=model, state="partial", folder=folder, bytes_on_disk=size, is_removable=True
        )
    return ModelState(model=model, state="absent", folder=folder)


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())


def is_complete(folder: Path) -> bool:
    """Whether a folder holds a whole download: its manifest, and every file at its size."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_bytes())
        sizes = {name: entry["size"] for name, entry in manifest["files"].items()}
        return bool(sizes) and all(
            (folder / name).stat().st_size == size for name, size in sizes.items()
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False
