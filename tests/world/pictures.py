"""Drawn scenes as an encoder gets them: through a file and our own decoder, or directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from indexer.decoding.photo import Decoded, decode_photo
from indexer.models.protocols import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.models.protocols import PictureInput


def decoded(path: Path, picture_input: PictureInput) -> Picture:
    """A file's picture, decoded as when it is indexed."""
    photo = decode_photo(path, picture_input=picture_input, thumbnail_side=16)
    assert isinstance(photo, Decoded)
    return photo.picture


def decoded_all(
    images: Sequence[Image.Image], picture_input: PictureInput, folder: Path
) -> list[Picture]:
    """Images saved without loss and decoded again."""
    pictures = []
    for index, image in enumerate(images):
        path = folder / f"{index}.png"
        image.save(path)
        pictures.append(decoded(path, picture_input))
    return pictures


def squashed(image: Image.Image, picture_input: PictureInput) -> Picture:
    """An image at the encoder's size, without a file."""
    size = (picture_input.width, picture_input.height)
    pixels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.BILINEAR))
    return Picture(pixels=pixels, width=image.width, height=image.height)
