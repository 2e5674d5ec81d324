"""Pocket's files: what its manifest says of them, and their bytes, checked as they are read."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import xxhash

from indexer.models.calibration import calibration_from_json
from indexer.models.protocols import ModelMissing, ModelUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from indexer.models.calibration import Calibration

WEIGHTS_FOLDER: Final = Path(__file__).parent / "weights"
MANIFEST: Final = "manifest.json"
PICTURE: Final = "picture.onnx"
REGIONS: Final = "regions.onnx"
TEXT: Final = "text.onnx"
TOKENIZER: Final = "tokenizer.json"
SEEN: Final = "seen.txt"
"""The stems of the words that pictures answer to, one a line; older weights have no such list."""
REMEDY: Final = "reinstall imagescope-tui"

_DECISIVE: Final = (PICTURE, TEXT, TOKENIZER)
"""The files that decide what vectors a library holds."""
_DIGITS: Final = 16
_REASON_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What there is of the encoder on this disk."""

    folder: Path
    version: int
    dim: int
    """Length of a vector."""
    side: int
    """Width and height of a picture, in pixels."""
    max_tokens: int
    """How much of a text is read."""
    hashes: Mapping[str, str]
    """XXH3 of each file, 128 bits in hexadecimal: of what a search reads, in a millisecond."""
    calibration: Calibration | None = None
    """What nearness is worth; None in weights that were not calibrated."""

    @property
    def encoder_id(self) -> str:
        """Version and content: the same files give the same vectors."""
        content = "\n".join(f"{name} {self.hashes[name]}" for name in _DECISIVE)
        digest = xxhash.xxh3_128_hexdigest(content.encode())
        return f"pocket/{self.version}/{digest[:_DIGITS]}"

    def read(self, name: str) -> bytes:
        """The whole of one file.

        Raises:
            ModelMissing: it is not there.
            ModelUnusable: it cannot be read, or holds something else than when it was made.
        """
        content = _bytes_of(self.folder / name)
        if xxhash.xxh3_128_hexdigest(content) != self.hashes[name]:
            raise damaged(name)
        return content


def find_weights(folder: Path = WEIGHTS_FOLDER) -> Weights:
    """The weights in a folder; reads the manifest, and of the files only their sizes.

    Raises:
        ModelMissing: a file is not there.
        ModelUnusable: the manifest makes no sense, or a file is too short or too long.
    """
    try:
        manifest = json.loads(_bytes_of(folder / MANIFEST))
        told = manifest["files"]
        files = {name: told[name] for name in (*_DECISIVE, REGIONS, *({SEEN} & set(told)))}
        sizes = {name: int(entry["bytes"]) for name, entry in files.items()}
        weights = Weights(
            folder=folder,
            **{key: int(manifest[key]) for key in ("version", "dim", "side", "max_tokens")},
            hashes={name: str(entry["xxh3_128"]) for name, entry in files.items()},
            calibration=calibration_from_json(manifest.get("calibration")),
        )
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise damaged(MANIFEST) from error
    for name, size in sizes.items():
        if _size_of(folder / name) != size:
            raise damaged(name)
    return weights


def damaged(name: str) -> ModelUnusable:
    """The error for a file that is there, but not as it was made."""
    return ModelUnusable(f"{name} of the encoder pocket is damaged", REMEDY)


def unusable(doing: str, error: Exception) -> ModelUnusable:
    """The error for a library that is missing or does not take the weights."""
    reason = " ".join(str(error).split())[:_REASON_LENGTH_MAX] or type(error).__name__
    return ModelUnusable(f"the encoder pocket cannot {doing}: {reason}", REMEDY)


def _bytes_of(path: Path) -> bytes:
    with _file_errors(path):
        return path.read_bytes()


def _size_of(path: Path) -> int:
    with _file_errors(path):
        return path.stat().st_size


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ModelMissing(f"{path.name} of the encoder pocket is missing", REMEDY) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelUnusable(
            f"{path.name} of the encoder pocket cannot be read: {reason}", REMEDY
        ) from error
