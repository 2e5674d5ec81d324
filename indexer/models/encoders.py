"""Placeholder by the lead until the models helper writes this file: builtin only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.models.builtin_encoder import BuiltinEncoder
from indexer.models.protocols import ModelMissing

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.models.protocols import ImageTextEncoder


def load_encoder(
    setting: str, *, models_folder: Path | None, threads: int = 0
) -> ImageTextEncoder:
    """The encoder."""
    if setting in ("auto", "builtin"):
        return BuiltinEncoder()
    raise ModelMissing(f"{setting} is not on this machine", "imagescope models pull NAME")


def resolve_auto(models_folder: Path | None) -> str:
    """What auto means."""
    return "builtin"
