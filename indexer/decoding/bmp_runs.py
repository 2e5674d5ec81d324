"""Runs of equal pixels in BMP files (RLE4 and RLE8), which may leave out pixels and whole rows.

Pillow forgets rows that are left out, so that all that follow are moved.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_END_OF_ROW, _END_OF_PICTURE, _STEP = 0, 1, 2


def unpacked_runs(data: bytes, width: int, height: int, *, bits: int) -> npt.NDArray[np.uint8]:
    """Numbers of colours, height × width, the lowest row first; 0 where none is told.

    Raises OSError where the data ends before the picture.
    """
    pixels = np.zeros((height, width), np.uint8)
    per_byte = 8 // bits
    x = y = at = 0
    while y < height and at + 2 <= len(data):
        count, value = data[at], data[at + 1]
        at += 2
        if count:
            run = _numbers(bytes([value]) * -(-count // per_byte), bits)[:count]
        elif value == _END_OF_ROW:
            x, y = 0, y + 1
            continue
        elif value == _END_OF_PICTURE:
            return pixels
        elif value == _STEP:
            x, y = x + sum(data[at : at + 1]), y + sum(data[at + 1 : at + 2])
            at += 2
            continue
        else:
            length = -(-value // per_byte)
            run = _numbers(data[at : at + length], bits)[:value]
            at += length + length % 2
        shown = run[: max(0, width - x)]
        pixels[y, x : x + len(shown)] = shown
        x += len(run)
    if y < height - 1:
        raise OSError("image file is truncated")
    return pixels


def _numbers(data: bytes, bits: int) -> npt.NDArray[np.uint8]:
    """The pixels in bytes: one each, or two."""
    numbers = np.frombuffer(data, np.uint8)
    return numbers if bits == 8 else np.stack((numbers >> 4, numbers & 15), axis=1).reshape(-1)
