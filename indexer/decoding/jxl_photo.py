"""JPEG XL, by libjxl in pillow-jxl-plugin; its decoder is asked directly.

Pillow's own class for it would decode before anybody could look at the size, and take a photo that
was a JPEG before for one that is upright. Of an animation the plugin gives the last frame, so these
are read by pylibjxl, which gives the first; its colours are taken for sRGB, as they mostly are.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image

from indexer.decoding.failures import DamagedPhoto
from indexer.decoding.opened_photo import OpenedPhoto, refuse_too_large
from indexer.decoding.still_photo import open_still
from indexer.metadata.boxes import boxes_in, whole
from indexer.metadata.facts import facts_filled, read_facts
from indexer.metadata.jxl_boxes import jxl_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.decoding.geometry import Size
    from storage.records import Facts

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_WIDE_BYTES = 2
_OF_THE_PICTURE = (b"JXL ", b"ftyp", b"jxll", b"jxlc", b"jxlp")
"""Other boxes hold metadata, and what makes the JPEG again that the photo was, to the byte."""
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
    import pylibjxl

    data, metadata = file.read(), jxl_metadata(file)
    try:
        header = pylibjxl.probe(data)
    except RuntimeError as error:
        raise DamagedPhoto("the JPEG XL file is damaged") from error
    size = (header["width"], header["height"])
    refuse_too_large(size)
    try:
        image = _first_frame(data) if header["have_animation"] else _still(file, data)
    except RuntimeError as error:
        raise _damaged(size) from error
    del data
    if isinstance(image, Image.Image):
        image.info.update(metadata)
        yield OpenedPhoto(image=image, facts=read_facts(image, format_name="JXL"))
        return
    with open_still(io.BytesIO(image), formats=("JPEG",)) as photo:
        yield replace(photo, facts=_facts_of_former_jpeg(photo, metadata))


def _first_frame(data: bytes) -> Image.Image:
    import pylibjxl

    # In this thread, for others would take memory for their stacks; and without the metadata, for
    # which pylibjxl would decode all frames and give the last.
    with pylibjxl.JXL(threads=1) as codec:
        return Image.fromarray(codec.decode(data))


def _still(file: IO[bytes], data: bytes) -> Image.Image | bytes:
    """The picture; as the bytes of a JPEG where it was one. Raises RuntimeError."""
    from pillow_jxl import Decoder

    # No threads here either.
    decode = Decoder(num_threads=0)
    try:
        was_jpeg, info, pixels, profile, _ = decode(data)
    except RuntimeError:
        # Whoever changes the metadata of a former JPEG spoils the way back, and that alone.
        bare = _picture_alone(file, data)
        if bare == data:
            raise
        was_jpeg, info, pixels, profile, _ = decode(bare)
    if was_jpeg:
        return bytes(pixels)
    image = _image_of(pixels, info)
    if profile:
        image.info["icc_profile"] = profile
    return image


def _picture_alone(file: IO[bytes], data: bytes) -> bytes:
    kept, at = [], 0
    for box in boxes_in(file, whole(file)):
        if box.kind in _OF_THE_PICTURE:
            kept.append(data[at : box.end])
        at = box.end
    return b"".join(kept)


def _facts_of_former_jpeg(photo: OpenedPhoto, metadata: dict[str, bytes]) -> Facts:
    """What stands in boxes goes first, for editors write there; the JPEG's own fills the gaps."""
    bearer = Image.new("L", (1, 1))
    bearer.info.update(metadata)
    own = photo.facts
    said = facts_filled(read_facts(bearer, format_name="JXL"), own)
    return replace(said, width=own.width, height=own.height, orientation=own.orientation)


def _damaged(size: Size) -> DamagedPhoto:
    is_large = size[0] * size[1] > _LARGE_PIXELS
    words = "is damaged, or takes too much memory" if is_large else "is damaged"
    return DamagedPhoto(f"the JPEG XL file {words}")


class _ImageInfo(Protocol):
    """What libjxl says of the values it decoded."""

    width: int
    height: int
    num_channels: int
    """Without the alpha channel."""
    has_alpha_channel: bool
    mode: str


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
