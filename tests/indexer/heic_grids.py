"""HEIC files of many equal tiles, as phones write them: larger than one HEVC picture can be."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import pillow_heif

if TYPE_CHECKING:
    from PIL import Image


def grid_of(tile: Image.Image, columns: int, rows: int) -> bytes:
    """A HEIC file that shows the tile over and over; it is stored once."""
    buffer = io.BytesIO()
    pillow_heif.from_pillow(tile).save(buffer, quality=50, chroma=420)
    single = buffer.getvalue()
    count = columns * rows
    width, height = tile.width * columns, tile.height * rows
    grid = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)
    pixels = _first(single, b"mdat")[8:]
    properties = (
        _size(*tile.size),
        _size(width, height),
        _first(single, b"hvcC"),
    )
    grid_id = count + 1
    items = [_item(number, b"hvc1") for number in range(1, count + 1)] + [_item(grid_id, b"grid")]
    parts = struct.pack(">HH", grid_id, count) + struct.pack(f">{count}H", *range(1, count + 1))
    uses = b"".join(struct.pack(">HBBB", number, 2, 0x81, 0x83) for number in range(1, grid_id))
    uses += struct.pack(">HBB", grid_id, 1, 0x82)

    def meta(start: int) -> bytes:
        places = [(number, start + len(grid), len(pixels)) for number in range(1, grid_id)]
        places.append((grid_id, start, len(grid)))
        return _full(
            b"meta",
            _full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
            _full(b"pitm", struct.pack(">H", grid_id)),
            _full(b"iinf", struct.pack(">H", len(items)), *items),
            _full(b"iref", _box(b"dimg", parts)),
            _box(
                b"iprp",
                _box(b"ipco", *properties),
                _full(b"ipma", struct.pack(">I", count + 1), uses),
            ),
            _full(
                b"iloc",
                struct.pack(">BBH", 0x44, 0, len(places)),
                *(struct.pack(">HHHII", number, 0, 1, at, size) for number, at, size in places),
            ),
        )

    brand = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    start = len(brand) + len(meta(0)) + 8
    return brand + meta(start) + _box(b"mdat", grid, pixels)


def _first(data: bytes, kind: bytes) -> bytes:
    """The first box of a kind, with its header."""
    at = data.index(kind) - 4
    return data[at : at + int.from_bytes(data[at : at + 4], "big")]


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, *parts: bytes) -> bytes:
    return _box(kind, bytes(4), *parts)


def _item(number: int, kind: bytes) -> bytes:
    return _box(b"infe", b"\2\0\0\0", struct.pack(">HH", number, 0), kind, b"\0")


def _size(width: int, height: int) -> bytes:
    return _full(b"ispe", struct.pack(">II", width, height))
