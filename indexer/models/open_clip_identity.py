"""The id of an open_clip encoder: equal ids mean vectors that may be compared.

It rests on contents, never on names: the same weights give the same id as a tag, as a checkpoint
and as a folder, and another checkpoint at the same path gives another one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import xxhash

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.models.open_clip_device import Precision
    from indexer.models.open_clip_encoder import Preprocessing
    from indexer.models.open_clip_source import Config, OpenClipSource

_CHUNK_BYTES: Final = 1 << 22
_DIGITS: Final = 16
_NAMES_ONLY: Final = frozenset(
    {"hf_tokenizer_name", "hf_model_pretrained", "timm_model_pretrained", "custom_text"}
)
"""Keys that say where a part comes from, or how it is packed, not what it is."""


def encoder_id_of(
    source: OpenClipSource, preprocessing: Preprocessing, precision: Precision
) -> str:
    """Architecture, weights, tokenizer, preprocessing and precision of what was loaded."""
    return "/".join(
        (
            "open_clip",
            f"model-{_model_digest(source)}",
            f"weights-{_file_digest(source.checkpoint)}",
            _preprocessing_name(preprocessing),
            precision,
        )
    )


def _model_digest(source: OpenClipSource) -> str:
    digest = xxhash.xxh3_128()
    description = {"config": _without_names(source.config), "quick_gelu": source.quick_gelu}
    digest.update(json.dumps(description, sort_keys=True).encode())
    if source.tokenizer_folder is not None:
        vocabulary = source.tokenizer_folder / "tokenizer.json"
        digest.update(_file_digest(vocabulary).encode() if vocabulary.is_file() else b"")
    return digest.hexdigest()[:_DIGITS]


def _without_names(config: Config) -> dict[str, object]:
    return {
        key: _without_names(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if key not in _NAMES_ONLY
    }


def _file_digest(path: Path) -> str:
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()[:_DIGITS]


def _preprocessing_name(preprocessing: Preprocessing) -> str:
    wanted = preprocessing.picture_input
    fill = f"-fill{wanted.fill}" if wanted.fit == "pad" else ""
    mean, deviation = (
        ",".join(f"{value:.6g}" for value in values)
        for values in (preprocessing.mean, preprocessing.deviation)
    )
    return (
        f"{wanted.width}x{wanted.height}-{wanted.fit}{fill}-{wanted.interpolation}"
        f"-mean{mean}-std{deviation}"
    )
