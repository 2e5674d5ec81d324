"""Previews: the JPEGs that cameras put into their RAW files, by LibRaw or by looking for them."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from PIL import Image

from indexer.decoding.geometry import swaps_sides
from indexer.decoding.opened_photo import SHRINKABLE_PIXELS_MAX, refuse_too_large
from indexer.metadata.exif import orientation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rawpy

    from indexer.decoding.geometry import Size

_TAIL_BYTES = 65_536
_START, _END = b"\xff\xd8\xff", b"\xff\xd9"
_LOOKED_AT_BYTES = 256_000_000
_HEADER_BYTES = 524_288
_STARTS_MAX, _TRIES_MAX = 64, 3
_SIDE_MIN = 64
_CHECKED_SIZE = (64, 64)
_NO_JPEG = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def preview_in(raw: rawpy.RawPy) -> Image.Image | None:
    """The largest JPEG that LibRaw finds; None where there is none, or none that is whole.

    Previews of plain pixels are left alone: rawpy reads past the end of grey ones.
    """
    import rawpy

    try:
        preview = raw.extract_thumb()
    except (rawpy.LibRawError, NotImplementedError):
        return None
    if preview.format is not rawpy.ThumbFormat.JPEG or _END not in preview.data[-_TAIL_BYTES:]:
        return None
    return _jpeg(preview.data)


def preview_found(file: IO[bytes]) -> Image.Image | None:
    """The largest JPEG that is whole, wherever it lies in a file that LibRaw cannot read."""
    file.seek(0)
    data = file.read(_LOOKED_AT_BYTES)
    sizes = {at: size for at in _starts(data) if (size := _size_at(data, at)) is not None}
    largest = sorted(sizes, key=lambda at: -sizes[at])[:_TRIES_MAX]
    return next((found for at in largest if (found := _whole_jpeg(data[at:])) is not None), None)


def turn_left(preview: Image.Image, stored: Size, turn: int) -> int:
    """The orientation that is still to be applied to a preview.

    It is the RAW's, for most previews say nothing or what LibRaw made up, unless their shape shows
    that the camera has turned them already.
    """
    if turn == 1:
        return orientation_of(preview)
    is_wide, was_wide = preview.width > preview.height, stored[0] > stored[1]
    return 1 if swaps_sides(turn) and is_wide != was_wide else turn


def _starts(data: bytes) -> Iterator[int]:
    at = -1
    for _ in range(_STARTS_MAX):
        at = data.find(_START, at + 1)
        if at < 0:
            return
        yield at


def _size_at(data: bytes, at: int) -> int | None:
    """How many pixels a JPEG has by its header; None where there is none to speak of."""
    header = _jpeg(data[at : at + _HEADER_BYTES])
    if header is None or min(header.size) < _SIDE_MIN:
        return None
    return header.width * header.height


def _whole_jpeg(data: bytes) -> Image.Image | None:
    checked = _jpeg(data)
    try:
        if checked is not None:
            checked.draft("RGB", _CHECKED_SIZE)
            checked.load()
    except _NO_JPEG:
        return None
    return _jpeg(data)


def _jpeg(data: bytes) -> Image.Image | None:
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG",))
        refuse_too_large(image.size, SHRINKABLE_PIXELS_MAX)
    except _NO_JPEG:
        return None
    return image
