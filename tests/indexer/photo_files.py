"""Photo files the decoding tests draw, and short ways to look at what becomes of them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from indexer.decoding.photo import Decoded, DecodeFailure, decode_photo
from indexer.models.protocols import PictureInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from storage.records import Facts

CROP_64 = PictureInput(width=64, height=64, fit="crop")


def shaded(width: int, height: int) -> Image.Image:
    """Red grows to the right, green downwards, blue is a broad wave: no two corners are alike."""
    across = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    down = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    wave = 127 + 120 * np.sin(across / 40) * np.cos(down / 40)
    return Image.fromarray(np.stack((across, down, wave), axis=2).astype(np.uint8))


def exif_with(tags: Mapping[int, object], **directories: Mapping[int, object]) -> bytes:
    """EXIF with these tags, those of `photo` and those of `gps` in their own directories."""
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[tag] = value
    exif.get_ifd(0x8769).update(directories.get("photo", {}))
    exif.get_ifd(0x8825).update(directories.get("gps", {}))
    return exif.tobytes()


def decoded(
    path: Path, picture_input: PictureInput = CROP_64, *, thumbnail_side: int = 96
) -> Decoded:
    """The decoded photo; fails the test where there is none."""
    outcome = decode_photo(path, picture_input=picture_input, thumbnail_side=thumbnail_side)
    assert isinstance(outcome, Decoded), outcome
    return outcome


def failure(path: Path) -> DecodeFailure:
    """Why the file gave no picture; fails the test where it gave one."""
    outcome = decode_photo(path, picture_input=CROP_64, thumbnail_side=96)
    assert isinstance(outcome, DecodeFailure), outcome
    return outcome


def facts_of(path: Path) -> Facts:
    """What the photo says of itself."""
    return decoded(path).facts


def opened(jpeg: bytes) -> Image.Image:
    """The loaded picture in the bytes of a thumbnail or preview."""
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def differences(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """How far the pixels are apart, in levels of 255."""
    return np.abs(one.astype(np.int64) - other.astype(np.int64))
