"""JPEG XL, by libjxl in pillow-jxl-plugin; its decoder is asked directly.

Pillow's own class for it would decode before anybody could look at the size, and take a photo that
was a JPEG before for one that is upright.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image

from indexer.decoding.failures import DamagedPhoto
from indexer.decoding.jxl_header import jxl_size
from indexer.decoding.opened_photo import OpenedPhoto, refuse_too_large
from indexer.decoding.still_photo import open_still
from indexer.metadata.facts import read_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_WIDE_BYTES = 2
_TIFF_MARKS = (b"II*\0", b"MM\0*")
_LARGE_PIXELS = 40_000_000
"""From about here on a sound photo may not fit into a worker's memory, which libjxl keeps to
itself."""


@contextmanager
def open_jxl(file: IO[bytes]) -> Iterator[OpenedPhoto]:
    """The photo in `file`, decoded; of an animation the first frame.

    Raises:
        DamagedPhoto: it cannot be decoded.
        DecompressionBombError: it has too many pixels.
    """
    from pillow_jxl import Decoder

    data = file.read()
    size = jxl_size(data)
    if size is None:
        raise DamagedPhoto("the JPEG XL file is damaged")
    refuse_too_large(size)
    try:
        # No threads: their stacks would count as memory of the photo.
        was_jpeg, info, pixels, profile, boxes = Decoder(num_threads=0)(data)
    except RuntimeError as error:
        is_large = size[0] * size[1] > _LARGE_PIXELS
        words = "is damaged, or takes too much memory" if is_large else "is damaged"
        raise DamagedPhoto(f"the JPEG XL file {words}") from error
    del data
    if was_jpeg:
        with open_still(io.BytesIO(pixels), formats=("JPEG",)) as photo:
            yield replace(photo, facts=replace(photo.facts, format="JXL"))
        return
    image = _image_of(pixels, info)
    image.info.update(_metadata(boxes))
    if profile:
        image.info["icc_profile"] = profile
    yield OpenedPhoto(image=image, facts=read_facts(image, format_name="JXL"))


class _ImageInfo(Protocol):
    """What libjxl says of the values it decoded."""

    width: int
    height: int
    num_channels: int
    """Without the alpha channel."""
    has_alpha_channel: bool
    mode: str


class _Box(Protocol):
    """One box of the container."""

    box_type: bytes
    data: bytes


def _image_of(pixels: bytes, info: _ImageInfo) -> Image.Image:
    """The decoded values as an image of 8 bits; those of more bits are scaled down."""
    size = (info.width, info.height)
    bands = info.num_channels + info.has_alpha_channel
    if bands not in _MODES:
        raise DamagedPhoto("a JPEG XL file of a kind that is not supported")
    bytes_each = len(pixels) // (info.width * info.height * bands)
    if info.mode.startswith("F"):
        values = np.frombuffer(pixels, np.dtype(f"f{bytes_each}"))
        pixels = np.rint(np.nan_to_num(values).clip(0, 1) * 255).astype(np.uint8).tobytes()
    elif bytes_each == _WIDE_BYTES:
        pixels = (np.frombuffer(pixels, np.uint16) >> 8).astype(np.uint8).tobytes()
    return Image.frombytes(_MODES[bands], size, pixels)


def _metadata(boxes: Iterable[_Box]) -> dict[str, bytes]:
    """EXIF and XMP, where Pillow's readers look for them; compressed ones are left."""
    found: dict[str, bytes] = {}
    for box in boxes:
        if box.box_type == b"Exif":
            # By the standard the first bytes say where it begins; some writers leave them out.
            is_bare = box.data[:4] in _TIFF_MARKS
            start = 0 if is_bare else 4 + int.from_bytes(box.data[:4], "big")
            found["exif"] = box.data[start:]
        elif box.box_type == b"xml ":
            found["xmp"] = box.data
    return found
