"""Photoshop files: by Pillow, but for those of 16 bits, whose flattened picture is drawn here.

It stands behind the layers, colour after colour (Adobe Photoshop File Formats Specification).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from indexer.decoding.drawn_image import DrawnImage
from indexer.decoding.pieces import read_piece
from indexer.decoding.tiff_codecs import PACKBITS, UNCOMPRESSED, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = struct.Struct(">4sH6xHIIHH")
_GREY, _RGB, _CMYK, _DUOTONE, _LAB = 1, 3, 4, 8, 9
_MODES = {_GREY: "L", _DUOTONE: "L", _RGB: "RGB", _CMYK: "CMYK", _LAB: "LAB"}
_BYTES = 2
"""Of a number of 16 bits, the upper one first."""
_PLAIN, _PACKED = 0, 1
_ICC_PROFILE = 1039
_RESOURCES_MAX, _RESOURCES_BYTES_MAX = 1_000, 50_000_000

Resource: TypeAlias = tuple[int, bytes, bytes]
"""Number, name and content."""


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    channels: int
    """The colours first; what else there is was selected once, and is not shown."""
    mode: str

    @classmethod
    def of(cls, file: IO[bytes]) -> _Header | None:
        """The header of a file that is drawn here, standing behind it; None for all others."""
        file.seek(0)
        head = file.read(_HEADER.size)
        if len(head) < _HEADER.size:
            return None
        magic, version, channels, height, width, bits, colours = _HEADER.unpack(head)
        mode = _MODES.get(colours)
        if (magic, version, bits) != (b"8BPS", 1, 8 * _BYTES) or mode is None:
            return None
        is_whole = min(width, height) > 0 and channels >= len(mode)
        return cls(width, height, channels, mode) if is_whole else None


def open_psd(file: IO[bytes]) -> ImageFile.ImageFile:
    """The Photoshop file in `file`, not decoded yet.

    Raises UnidentifiedImageError for what is none, or of a kind that nobody here knows.
    """
    is_drawn = _Header.of(file) is not None
    file.seek(0)
    return _DrawnPsd(file) if is_drawn else Image.open(file, formats=("PSD",))


class _DrawnPsd(DrawnImage):
    format = "PSD"
    format_description = "Adobe Photoshop, of 16 bits"

    def _open(self) -> None:
        assert self.fp is not None
        header = _Header.of(self.fp)
        if header is None:
            raise SyntaxError("not a Photoshop file that is drawn here")
        self._header = header
        self._mode, self._size = header.mode, (header.width, header.height)
        _block(self.fp, 0)
        self.resources = _resources(_block(self.fp, _RESOURCES_BYTES_MAX))
        for number, _, content in self.resources:
            if number == _ICC_PROFILE:
                self.info["icc_profile"] = content
        _block(self.fp, 0)
        self._picture_at = self.fp.tell()

    def _draw(self) -> Image.Image:
        """The flattened picture; only the upper bytes of its numbers matter."""
        assert self.fp is not None
        self.fp.seek(self._picture_at)
        is_inverted = self.mode == "CMYK"  # what has no ink is white there
        bands = [
            Image.fromarray(255 - plane if is_inverted else plane)
            for plane in _planes(self.fp, self._header)
        ]
        return bands[0] if self.mode == "L" else Image.merge(self.mode, bands)


def _planes(file: IO[bytes], header: _Header) -> Iterator[npt.NDArray[np.uint8]]:
    """The colours one after the other, in arrays of height × width."""
    row_bytes = header.width * _BYTES
    lengths = [row_bytes * header.height] * len(header.mode)
    (compression,) = struct.unpack(">H", read_piece(file, 2))
    if compression == _PACKED:
        # The rows of all channels are counted first, of those that are not shown too.
        counts = np.frombuffer(read_piece(file, 2 * header.height * header.channels), ">u2")
        lengths = counts.reshape(header.channels, -1).sum(axis=1, dtype=int).tolist()
    elif compression != _PLAIN:
        raise ValueError("a picture that is packed in an unknown way")
    kind = PACKBITS if compression == _PACKED else UNCOMPRESSED
    for length in lengths[: len(header.mode)]:
        data = unpacked(read_piece(file, length), kind, row_bytes=row_bytes, rows=header.height)
        numbers = np.frombuffer(data, np.uint8).reshape(header.height, header.width, _BYTES)
        yield np.ascontiguousarray(numbers[..., 0])


def _resources(block: bytes) -> list[Resource]:
    """What the file says of itself, as far as it makes sense."""
    found: list[Resource] = []
    at = 0
    while at + 7 <= len(block) and len(found) < _RESOURCES_MAX:
        (number,) = struct.unpack_from(">H", block, at + 4)
        name_end = at + 7 + block[at + 6]
        start = name_end + (name_end - at) % 2 + 4
        if start > len(block):
            break
        (length,) = struct.unpack_from(">I", block, start - 4)
        found.append((number, block[at + 7 : name_end], block[start : start + length]))
        at = start + length + length % 2
    return found


def _block(file: IO[bytes], bytes_max: int) -> bytes:
    """At most so many bytes of a block that begins with its length; ends up behind it."""
    (length,) = struct.unpack(">I", read_piece(file, 4))
    end = file.tell() + length
    block = file.read(min(length, bytes_max))
    file.seek(end)
    return block
