"""Any sentence-transformers model as a TextEncoder, from this machine's disk alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xxhash

from indexer.models.hub_cache import cached_file, no_requests
from indexer.models.open_clip_device import choose_device
from indexer.models.protocols import ModelMissing, ModelUnknown, ModelUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import FloatMatrix

SAME: Final = "same"
"""The setting for captions in the space of the pictures: the picture encoder's text tower."""

_HINT: Final = (
    "caption_encoder is `same`, a folder with a sentence-transformers model, or the name of one in"
    " the Hugging Face cache; nothing is downloaded"
)
_MODULES: Final = "modules.json"
_CHUNK_BYTES: Final = 1 << 22
_DIGITS: Final = 16
_SAID_ONLY: Final = frozenset({"_name_or_path", "transformers_version", "__version__"})
"""Keys of configurations that say where a model comes from, not what it is."""
_WEIGHTS: Final = ("model.safetensors", "pytorch_model.bin")
_UNREAD: Final = frozenset({".onnx", ".xml", ".ot", ".h5", ".msgpack", ".md", ".py", ".png"})
_FOLDERS_UNREAD: Final = frozenset({"onnx", "openvino"})
_BATCH_TEXTS: Final = 64
_REASON_LENGTH_MAX: Final = 200
_ERRORS: Final = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What torch and transformers raise over files that do not fit together."""


class SentenceEncoder:
    """One sentence-transformers model on one device."""

    def __init__(self, model: Any, encoder_id: str, dim: int) -> None:  # noqa: ANN401
        self._model = model
        self._encoder_id = encoder_id
        self._dim = dim

    @property
    def encoder_id(self) -> str:
        """Weights, configuration and precision, whatever the setting called them."""
        return self._encoder_id

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        """One unit row per text, a zero row for a blank one."""
        vectors = np.zeros((len(texts), self._dim), dtype=np.float32)
        said = [place for place, text in enumerate(texts) if text.strip()]
        if said:
            vectors[said] = self._model.encode(
                [texts[place] for place in said],
                batch_size=_BATCH_TEXTS,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return vectors


def load_text_encoder(setting: str, *, threads: int = 0) -> SentenceEncoder | None:
    """The encoder that the setting `caption_encoder` names; None for `same`. Opens no socket.

    `threads` is how many a processor may use, 0 for as many as the library likes.

    Raises:
        ModelMissing: it is not on this machine.
        ModelUnknown, ModelUnusable: the setting names nothing, or nothing that can be loaded.
    """
    if setting == SAME:
        return None
    folder = find_text_encoder(setting)
    with no_requests():
        try:
            return _load(folder, threads)
        except _ERRORS as error:
            reason = " ".join(str(error).split())[:_REASON_LENGTH_MAX]
            raise ModelUnusable(
                f"the caption encoder in {folder} cannot be loaded: {reason}", _HINT
            ) from error


def find_text_encoder(setting: str) -> Path:
    """The folder of the model that a setting other than `same` names; reads only file names.

    Raises:
        ModelMissing: it is not on this machine.
        ModelUnknown: the setting is empty.
    """
    name = setting.strip()
    if not name:
        raise ModelUnknown("caption_encoder is empty", _HINT)
    folder = Path(name).expanduser()
    if (folder / _MODULES).is_file():
        return folder
    if folder.is_dir():
        raise ModelMissing(f"there is no sentence-transformers model in {folder}", _HINT)
    for repository in (name, f"sentence-transformers/{name}"):
        found = cached_file(repository, _MODULES) if repository.count("/") == 1 else None
        if found is not None:
            return found.parent
    raise ModelMissing(f"the caption encoder {name!r} is not on this machine", _HINT)


def _load(folder: Path, threads: int) -> SentenceEncoder:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    device = choose_device().name
    if threads > 0:
        torch.set_num_threads(threads)
    model = SentenceTransformer(str(folder), device=device, local_files_only=True)
    model.eval()
    dim = int(model.encode(["a"], show_progress_bar=False).shape[1])
    return SentenceEncoder(model, f"sentence-transformers/{_digest(folder)}/fp32", dim)


def _digest(folder: Path) -> str:
    """Of every file that says what the model is: configurations by meaning, the rest by bytes."""
    digest = xxhash.xxh3_128()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or path.suffix in _UNREAD or name.parts[0] in _FOLDERS_UNREAD:
            continue
        if name.name == _WEIGHTS[1] and path.with_name(_WEIGHTS[0]).is_file():
            continue
        digest.update(f"{name.as_posix()}\0".encode())
        _add(digest, path)
    return digest.hexdigest()[:_DIGITS]


def _add(digest: xxhash.xxh3_128, path: Path) -> None:
    if path.name.startswith("config") and path.suffix == ".json":
        stored = json.loads(path.read_bytes())
        config = {key: value for key, value in stored.items() if key not in _SAID_ONLY}
        digest.update(json.dumps(config, sort_keys=True).encode())
        return
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
