"""What the `encoder` setting may say, parsed; reads no disk and loads no library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from indexer.models.protocols import ModelUnknown

POCKET: Final = "pocket"
"""The setting for the encoder that comes with the program."""
FORMER_NAME: Final = "builtin"
"""What settings call the encoder that came with the program when there was no better one."""
HINT: Final = (
    "use auto, pocket, open_clip:ARCH/PRETRAINED, open_clip:ARCH/PATH-TO-CHECKPOINT "
    "or open_clip:local-dir:DIR"
)


@dataclass(frozen=True, slots=True)
class Auto:
    """The best encoder whose weights are on disk."""


@dataclass(frozen=True, slots=True)
class Pocket:
    """The encoder whose weights come with the program."""


@dataclass(frozen=True, slots=True)
class OpenClipFolder:
    """A folder with open_clip_config.json, weights and, where the model has one, its tokenizer."""

    folder: Path


@dataclass(frozen=True, slots=True)
class OpenClipModel:
    """One of open_clip's architectures with weights: a pretrained tag or a checkpoint's path."""

    architecture: str
    weights: str


EncoderSetting: TypeAlias = Auto | Pocket | OpenClipFolder | OpenClipModel


def parse_setting(text: str) -> EncoderSetting:
    """The setting's meaning; raises ModelUnknown where it has none."""
    text = text.strip()
    if text == "auto":
        return Auto()
    if text in (POCKET, FORMER_NAME):
        return Pocket()
    library, _, rest = text.partition(":")
    if library != "open_clip" or not rest:
        raise ModelUnknown(f"the encoder setting {text!r} names no encoder", HINT)
    if rest.startswith("local-dir:"):
        return _folder(text, rest.removeprefix("local-dir:"))
    # No architecture has a slash in its name, but paths do.
    architecture, _, weights = rest.partition("/")
    if not architecture or not weights:
        raise ModelUnknown(f"the encoder setting {text!r} names no weights", HINT)
    return OpenClipModel(architecture, weights)


def _folder(text: str, folder: str) -> OpenClipFolder:
    if not folder:
        raise ModelUnknown(f"the encoder setting {text!r} names no folder", HINT)
    return OpenClipFolder(Path(folder).expanduser())
