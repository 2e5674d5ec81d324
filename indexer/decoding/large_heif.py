"""HEIC pictures of more pixels than may be held, as phones' largest sensors make them."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import pillow_heif
from PIL import Image

if TYPE_CHECKING:
    from indexer.decoding.geometry import Size

_FACTOR = 4
_STRIP_ROWS = 64
_MODES = ("L", "RGB")


def decode_reduced(file: IO[bytes], image: Image.Image) -> tuple[Image.Image, Size]:
    """The picture of a HEIC file that was opened as `image`, at a quarter, and its full size.

    Goes strip by strip over what the decoder holds, three bytes a pixel and half as much again
    inside it: Pillow's copy would take four more.

    Raises DecompressionBombError where it has transparency, and what hostile bytes lead to.
    """
    if image.mode not in _MODES:
        raise Image.DecompressionBombError
    file.seek(0)
    heif = pillow_heif.open_heif(file, convert_hdr_to_8bit=True, remove_stride=False)
    frame = heif[heif.primary_index]
    data, (width, height) = memoryview(frame.data), frame.size
    size = (-(-width // _FACTOR), -(-height // _FACTOR))
    reduced = Image.new(frame.mode, size)
    for top in range(0, height, _STRIP_ROWS):
        rows = min(_STRIP_ROWS, height - top)
        strip = bytes(data[top * frame.stride : (top + rows) * frame.stride])
        part = Image.frombuffer(
            frame.mode, (width, rows), strip, "raw", frame.mode, frame.stride, 1
        )
        reduced.paste(part.reduce(_FACTOR), (0, top // _FACTOR))
    reduced.info.update(image.info)
    return reduced, (width, height)
