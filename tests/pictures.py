"""Plain coloured pictures for tests that need photos, and no more of them than a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path


def paint(path: Path, colour: str, size: tuple[int, int] = (96, 64)) -> Path:
    """Write a picture of one colour; the format goes by the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path
