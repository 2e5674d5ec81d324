"""Where the parts of an open_clip model are on this disk: architecture, weights, preprocessing,
tokenizer. Nothing is downloaded and nothing is guessed in silence.

open_clip itself would take an architecture's default preprocessing for a checkpoint that is given
by its path, which is wrong for SigLIP and others (mlfoundations/open_clip#1068); here it comes from
an open_clip_config.json beside the checkpoint, else from the architecture's pretrained tags where
they agree, else it is the default.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from indexer.models.catalog import CONFIG_FILE, KNOWN_MODELS, state_of
from indexer.models.hub_cache import cached_file
from indexer.models.protocols import ModelMissing, ModelUnknown, ModelUnusable
from indexer.models.settings import OpenClipFolder, OpenClipModel

if TYPE_CHECKING:
    from collections.abc import Iterable

Config: TypeAlias = Mapping[str, object]
"""A part of open_clip's JSON configuration."""

_PREPROCESSING_KEYS: Final = ("mean", "std", "interpolation", "resize_mode", "fill_color")
_WEIGHTS_FILES: Final = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
_TOKENIZER_FILES: Final = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "spiece.model")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClipSource:
    """All that loading one model needs, found on disk."""

    name: str
    """As open_clip wants it: an architecture, or `local-dir:…`."""
    checkpoint: Path
    config: Config
    """The architecture: `embed_dim`, `vision_cfg`, `text_cfg` …"""
    preprocessing: Config = field(default_factory=dict)
    """What replaces open_clip's defaults; a folder's own configuration needs no replacing."""
    quick_gelu: bool = False
    """Whether the weights were trained with the activation that the architecture has not."""
    tokenizer_folder: Path | None = None
    """None for the tokenizer that comes with open_clip."""

    @property
    def text_config(self) -> dict[str, Any]:
        """The text tower's part of the configuration, which names the tokenizer."""
        return dict(_section(self.config, "text_cfg"))

    @property
    def is_folder(self) -> bool:
        """Whether open_clip reads everything from one folder."""
        return self.name.startswith("local-dir:")


def find_source(
    setting: OpenClipFolder | OpenClipModel, models_folder: Path | None
) -> OpenClipSource:
    """The parts of the model that a setting names; raises ModelMissing or ModelUnusable."""
    if isinstance(setting, OpenClipFolder):
        return _from_folder(setting.folder)
    config = _architecture(setting.architecture)
    tag = _tag_config(setting)
    if tag is None:
        return _from_checkpoint(setting, config)
    for model in KNOWN_MODELS:
        if (model.architecture, model.pretrained) == (setting.architecture, setting.weights):
            state = state_of(model, models_folder)
            if state.state == "present" and state.folder:
                return _from_folder(state.folder)
    return _from_cache(setting, config, tag)


def _from_folder(folder: Path) -> OpenClipSource:
    if not folder.is_dir():
        raise ModelMissing(f"there is no model folder {folder}", _pull_hint())
    # Which file open_clip will load is its decision; asking it keeps the encoder id truthful.
    from open_clip.factory import _find_checkpoint_in_dir

    whole = _read_config(folder / CONFIG_FILE)
    config = _section(whole, "model_cfg")
    if not config:
        raise ModelUnusable(f"{folder / CONFIG_FILE} has no model_cfg", _pull_hint())
    checkpoint = _find_checkpoint_in_dir(folder)
    if checkpoint is None:
        raise ModelMissing(f"there are no weights in {folder}", _pull_hint())
    return OpenClipSource(
        name=f"local-dir:{folder}",
        checkpoint=Path(checkpoint),
        config=config,
        preprocessing=_preprocessing(_section(whole, "preprocess_cfg")),
        tokenizer_folder=_tokenizer_folder(config, [folder]),
    )


def _from_checkpoint(setting: OpenClipModel, config: Config) -> OpenClipSource:
    checkpoint = Path(setting.weights).expanduser()
    if not checkpoint.is_file():
        raise _missing_weights(setting, checkpoint)
    preprocessing = _sidecar_preprocessing(checkpoint, config)
    tags = [_clean(tag) for tag in _tags_of(setting.architecture).values()]
    agreed = tags[0] if tags and all(tag == tags[0] for tag in tags) else {}
    return OpenClipSource(
        name=setting.architecture,
        checkpoint=checkpoint,
        config=config,
        preprocessing=_preprocessing(preprocessing or agreed),
        quick_gelu=bool(agreed.get("quick_gelu")),
        tokenizer_folder=_tokenizer_folder(config, [checkpoint.parent]),
    )


def _from_cache(setting: OpenClipModel, config: Config, tag: Config) -> OpenClipSource:
    repository, _, filename = str(tag.get("hf_hub", "")).rpartition("/")
    names = (filename,) if filename else _WEIGHTS_FILES
    found = (cached_file(repository, name) for name in names) if repository else iter(())
    checkpoint = next((path for path in found if path is not None), None)
    if checkpoint is None:
        raise ModelMissing(
            f"the weights {setting.weights} of {setting.architecture} are not on this machine",
            _pull_hint(setting),
        )
    return OpenClipSource(
        name=setting.architecture,
        checkpoint=checkpoint,
        config=config,
        preprocessing=_preprocessing(tag),
        quick_gelu=bool(tag.get("quick_gelu")),
        tokenizer_folder=_tokenizer_folder(config, [checkpoint.parent]),
    )


def _architecture(name: str) -> Config:
    import open_clip

    config = open_clip.get_model_config(name) if ":" not in name else None
    if config is None:
        nearest = difflib.get_close_matches(name, open_clip.list_models(), n=3)
        hint = f"did you mean {' or '.join(nearest)}?" if nearest else "see open_clip's list"
        raise ModelUnknown(f"open_clip has no architecture {name!r}", hint)
    return _as_config(config)


def _tags_of(architecture: str) -> dict[str, Config]:
    from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model

    tags = list_pretrained_tags_by_model(architecture)
    return {tag: _as_config(get_pretrained_cfg(architecture, tag)) for tag in tags}


def _tag_config(setting: OpenClipModel) -> Config | None:
    """The configuration of a pretrained tag, written as open_clip reads it; None for a path."""
    return _tags_of(setting.architecture).get(setting.weights.lower().replace("-", "_"))


def _missing_weights(setting: OpenClipModel, checkpoint: Path) -> ModelMissing | ModelUnusable:
    tags = ", ".join(_tags_of(setting.architecture)) or "none"
    if "/" in setting.weights or checkpoint.suffix:
        return ModelMissing(f"there is no checkpoint {checkpoint}", "check the path")
    return ModelUnusable(
        f"{setting.architecture} has no weights called {setting.weights!r}",
        f"open_clip knows {tags}; or give the path of a checkpoint",
    )


def _sidecar_preprocessing(checkpoint: Path, config: Config) -> Config:
    """The preprocessing in the configuration beside a checkpoint, if that is of this model."""
    path = checkpoint.parent / CONFIG_FILE
    if not path.is_file():
        return {}
    whole = _read_config(path)
    theirs = _section(whole, "model_cfg")
    same_model = theirs.get("embed_dim") == config.get("embed_dim") and _section(
        theirs, "vision_cfg"
    ).get("image_size") == _section(config, "vision_cfg").get("image_size")
    return _section(whole, "preprocess_cfg") if same_model else {}


def _tokenizer_folder(config: Config, folders: Iterable[Path]) -> Path | None:
    """Where the tokenizer's files are; None for a model that uses the one open_clip brings."""
    repository = _section(config, "text_cfg").get("hf_tokenizer_name")
    if not repository:
        return None
    for folder in folders:
        if any((folder / name).is_file() for name in _TOKENIZER_FILES):
            return folder
    for name in _TOKENIZER_FILES:
        cached = cached_file(str(repository), name)
        if cached is not None:
            return cached.parent
    raise ModelMissing(
        f"the tokenizer {repository} of this model is not on this machine",
        "put tokenizer.json and tokenizer_config.json beside its weights",
    )


def _pull_hint(setting: OpenClipModel | None = None) -> str:
    wanted = (setting.architecture, setting.weights) if setting else None
    for model in KNOWN_MODELS:
        if (model.architecture, model.pretrained) == wanted:
            return f"run: imagescope models pull {model.name}"
    return "see imagescope models list, and imagescope models pull NAME"


def _clean(tag: Config) -> Config:
    """What of a tag's configuration says how its weights must be used."""
    return {**_preprocessing(tag), "quick_gelu": bool(tag.get("quick_gelu"))}


def _preprocessing(config: Config) -> Config:
    return {key: config[key] for key in _PREPROCESSING_KEYS if config.get(key) is not None}


def _read_config(path: Path) -> Config:
    try:
        return _as_config(json.loads(path.read_bytes()))
    except FileNotFoundError as error:
        raise ModelMissing(f"{path} is missing", _pull_hint()) from error
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"{path} cannot be read: {error}", _pull_hint()) from error


def _section(config: Config, key: str) -> Config:
    return _as_config(config.get(key))


def _as_config(value: object) -> Config:
    return value if isinstance(value, Mapping) else {}
