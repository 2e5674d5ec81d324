"""Pieces of a file that hold a picture, as strictly as Pillow reads its own."""

from __future__ import annotations

from typing import IO

from PIL import ImageFile


def read_piece(file: IO[bytes], length: int) -> bytes:
    """So many bytes; where the file ends before, zeros for the rest, if Pillow is patient.

    Raises OSError where it is not.
    """
    data = file.read(length)
    if len(data) < length and not ImageFile.LOAD_TRUNCATED_IMAGES:
        raise OSError("image file is truncated")
    return data.ljust(length, b"\0")
