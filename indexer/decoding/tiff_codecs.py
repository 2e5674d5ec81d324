"""What lies compressed in a strip or tile of a TIFF, as bytes.

Pillow's own libtiff unpacks what zlib does not: each piece is handed to it as a small file of its
own, whose picture has a byte for a pixel, so that it need not know what the bytes mean.
"""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

UNCOMPRESSED, PACKBITS, WEBP = 1, 32773, 50001
_LZW, _LZMA, _ZSTD = 5, 34925, 50000
_DEFLATES = (8, 32946)
CODECS = (UNCOMPRESSED, _LZW, *_DEFLATES, PACKBITS, _LZMA, _ZSTD, WEBP)
"""The kinds of compression that are unpacked here."""


def unpacked(data: bytes, compression: int, *, row_bytes: int, rows: int) -> bytes:
    """The bytes of so many rows; of a piece that is cut short what is there, and zeros.

    Raises what zlib and Pillow raise for damaged ones.
    """
    length = row_bytes * rows
    if compression in _DEFLATES:
        data = zlib.decompressobj().decompress(data, length)
    elif compression == WEBP:
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
            data = image.tobytes()
    elif compression != UNCOMPRESSED:
        data = _unpacked_by_libtiff(data, compression, row_bytes, rows)
    return data[:length].ljust(length, b"\0")


def _unpacked_by_libtiff(data: bytes, compression: int, row_bytes: int, rows: int) -> bytes:
    entries = (
        *((256, row_bytes), (257, rows), (258, 8), (259, compression), (262, 1)),
        *((273, 0), (277, 1), (278, rows), (279, len(data))),
    )
    start = 8 + 2 + 12 * len(entries) + 4
    directory = b"".join(
        struct.pack("<HHII", tag, 4, 1, start if tag == 273 else value) for tag, value in entries
    )
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    with Image.open(io.BytesIO(head + directory + bytes(4) + data), formats=("TIFF",)) as image:
        return image.tobytes()
