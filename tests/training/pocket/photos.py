"""Captioned photos, and the views of them that the towers are trained on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.models.protocols import Pixels

SIDE = 224
CAPTIONS = 5
_AREA_MIN = 0.45
_STRETCH = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionedPhotos:
    """Photos with five captions each."""

    names: tuple[str, ...]
    folder: Path
    captions: tuple[str, ...]
    """Those of the first photo, then of the second …"""

    def pictures(self, first: int, last: int) -> list[Image.Image]:
        """The photos from `first` to before `last`."""
        paths = [self.folder / f"{name}.jpg" for name in self.names[first:last]]
        return [opened(path) for path in paths]


def read_photos(folder: Path) -> CaptionedPhotos:
    """The photos of `folder`/images224 with their captions of `folder`/captions_en.csv."""
    captions: dict[str, list[str]] = {}
    with (folder / "captions_en.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            captions.setdefault(row["image_id"], []).append(row["caption"])
    names = [name for name in captions if (folder / "images224" / f"{name}.jpg").is_file()]
    return CaptionedPhotos(
        names=tuple(names),
        folder=folder / "images224",
        captions=tuple(text for name in names for text in captions[name][:CAPTIONS]),
    )


def opened(path: Path) -> Image.Image:
    """The photo, squashed."""
    with Image.open(path) as picture:
        return picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def view_of(picture: Image.Image, number: int, random: np.random.Generator) -> Pixels:
    """View 0 is the photo, 1 its mirror image, the others are crops, half of them mirrored."""
    if number == 0:
        return np.asarray(picture)
    if number > 1:
        picture = _crop(picture, random)
    if number == 1 or random.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.asarray(picture)


def _crop(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    side = SIDE * np.sqrt(random.uniform(_AREA_MIN, 1))
    stretch = np.exp(random.uniform(-_STRETCH, _STRETCH) / 2)
    width, height = min(SIDE, int(side * stretch)), min(SIDE, int(side / stretch))
    left = int(random.integers(0, SIDE - width + 1))
    top = int(random.integers(0, SIDE - height + 1))
    box = (left, top, left + width, top + height)
    return picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
