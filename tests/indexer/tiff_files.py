"""TIFF files of every kind the tests want, written from the words of TIFF 6.0."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

NONE, LZW, DEFLATE, PACKBITS, ZSTD = 1, 5, 8, 32773, 50000
WHITE_IS_ZERO, GREY, RGB, CMYK, LAB, ICC_LAB = 0, 1, 2, 5, 8, 9
_PIL_NAMES = {LZW: "tiff_lzw", PACKBITS: "packbits", ZSTD: "zstd"}
Tag = tuple[int, str, Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a picture is stored."""

    photometric: int = RGB
    order: Literal["<", ">"] = "<"
    planar: bool = False
    compression: int = NONE
    predictor: int = 1
    rows_per_strip: int = 7
    tile: int = 0
    """The side of its square tiles; 0 for strips."""
    big: bool = False
    alpha: int | None = None
    """What EXTRA_SAMPLES says of the sample behind the colours."""
    narrow_bits: int = 0
    """Bits of a number where they are not those of the array's type."""


def tiff_of(samples: npt.NDArray[np.generic], kind: Kind, *tags: Tag) -> bytes:
    """A file of one page, with an array of height × width × samples."""
    return tiff_of_pages((page_tags(samples, kind, *tags),), kind)


def tiff_of_pages(
    pages: Sequence[tuple[list[Tag], list[bytes]]],
    kind: Kind,
    below: Sequence[tuple[list[Tag], list[bytes]]] = (),
) -> bytes:
    """A file of these pages; those `below` lie below the first."""
    head = 16 if kind.big else 8
    body = bytearray(head)
    below_at = [_write_page(body, page, kind, following=0)[0] for page in below]
    places: list[tuple[int, int]] = []
    for index, (tags, blocks) in enumerate(pages):
        own = [*tags, (330, "I", below_at)] if below_at and index == 0 else tags
        places.append(_write_page(body, (own, blocks), kind, following=0))
    code = "Q" if kind.big else "I"
    for (_, link), (start, _) in itertools.pairwise(places):
        struct.pack_into(f"{kind.order}{code}", body, link, start)
    mark = b"II" if kind.order == "<" else b"MM"
    first = places[0][0]
    if kind.big:
        struct.pack_into(f"{kind.order}2sHHHQ", body, 0, mark, 43, 8, 0, first)
    else:
        struct.pack_into(f"{kind.order}2sHI", body, 0, mark, 42, first)
    return bytes(body)


def page_tags(
    samples: npt.NDArray[np.generic], kind: Kind, *more: Tag
) -> tuple[list[Tag], list[bytes]]:
    """What a page's directory says, and its strips or tiles."""
    height, width, count = samples.shape
    bits = kind.narrow_bits or samples.dtype.itemsize * 8
    sample_format = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    planes = [samples[..., [i]] for i in range(count)] if kind.planar else [samples]
    blocks = [_packed(block, kind) for plane in planes for block in _blocks(plane, kind)]
    tags: list[Tag] = [
        *((256, "I", [width]), (257, "I", [height]), (258, "H", [bits] * count)),
        *((259, "H", [kind.compression]), (262, "H", [kind.photometric]), (277, "H", [count])),
        *((284, "H", [2 if kind.planar else 1]), (317, "H", [kind.predictor])),
        *((339, "H", [sample_format] * count), *more),
    ]
    if kind.alpha is not None:
        tags.append((338, "H", [kind.alpha]))
    if kind.tile:
        tags += [(322, "I", [kind.tile]), (323, "I", [kind.tile])]
    else:
        tags.append((278, "I", [kind.rows_per_strip]))
    return tags, blocks


def _blocks(plane: npt.NDArray[np.generic], kind: Kind) -> list[npt.NDArray[np.generic]]:
    height, width, _ = plane.shape
    if not kind.tile:
        step = kind.rows_per_strip
        return [plane[top : top + step] for top in range(0, height, step)]
    side = kind.tile
    padded = np.pad(plane, ((0, -height % side), (0, -width % side), (0, 0)), mode="edge")
    return [
        padded[top : top + side, left : left + side]
        for top in range(0, height, side)
        for left in range(0, width, side)
    ]


def _packed(block: npt.NDArray[np.generic], kind: Kind) -> bytes:
    rows = len(block)
    if kind.narrow_bits:
        shifts = np.arange(kind.narrow_bits)[::-1]
        bits = (block[..., None].astype(int) >> shifts & 1).astype(np.uint8)
        data = np.packbits(bits.reshape(rows, -1), axis=1).tobytes()
    elif kind.predictor == 3:
        size = block.dtype.itemsize
        swapped = np.ascontiguousarray(block).astype(block.dtype.newbyteorder(">"))
        planes = swapped.view(np.uint8).reshape(rows, -1, size).swapaxes(1, 2)
        lines = planes.reshape(rows, -1, block.shape[2])
        data = np.diff(lines, axis=1, prepend=np.zeros_like(lines[:, :1])).tobytes()
    else:
        if kind.predictor == 2:
            words = np.ascontiguousarray(block).view(f"u{block.dtype.itemsize}")
            block = np.diff(words, axis=1, prepend=np.zeros_like(words[:, :1]))
        data = block.astype(block.dtype.newbyteorder(kind.order)).tobytes()
    return compressed(data, rows, kind.compression)


def compressed(data: bytes, rows: int, compression: int) -> bytes:
    """Rows of bytes as a strip holds them."""
    if compression == DEFLATE:
        return zlib.compress(data)
    if compression == NONE:
        return data
    stored = io.BytesIO()
    line = Image.frombytes("L", (len(data) // rows, rows), data)
    line.save(stored, "TIFF", compression=_PIL_NAMES[compression], tiffinfo={278: rows})
    with Image.open(stored) as image:
        tags = image.tag_v2  # type: ignore[attr-defined]
        (offset,), (length,) = tags[273], tags[279]
    return stored.getvalue()[offset : offset + length]


def _write_page(
    body: bytearray, page: tuple[list[Tag], list[bytes]], kind: Kind, *, following: int
) -> tuple[int, int]:
    """Where the page's directory lies, and where in it the place of the next one stands."""
    tags, blocks = page
    offsets = []
    for block in blocks:
        offsets.append(len(body))
        body += block + b"\0" * (len(block) % 2)
    numbers = (324, 325) if any(tag == 322 for tag, _, _ in tags) else (273, 279)
    entries = sorted(
        [*tags, (numbers[0], "I", offsets), (numbers[1], "I", [len(block) for block in blocks])]
    )
    room, place = (8, "Q") if kind.big else (4, "I")
    packed = []
    for tag, code, values in entries:
        value = struct.pack(f"{kind.order}{len(values)}{code.replace('s', 'B')}", *values)
        if len(value) > room:
            at = len(body)
            body += value + b"\0" * (len(value) % 2)
            value = struct.pack(f"{kind.order}{place}", at)
        kind_number = {"B": 1, "s": 2, "H": 3, "I": 4}[code]
        head = struct.pack(f"{kind.order}HH{place}", tag, kind_number, len(values))
        packed.append(head + value.ljust(room, b"\0"))
    start = len(body)
    body += struct.pack(f"{kind.order}{'Q' if kind.big else 'H'}", len(entries))
    body += b"".join(packed)
    link = len(body)
    body += struct.pack(f"{kind.order}{place}", following)
    return start, link
