"""BMP files: by Pillow, but for those whose numbers it does not know or heed.

These are pixels of 16 and 32 bits with masks of their own, transparency, four colours, and runs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from indexer.decoding.bmp_runs import unpacked_runs
from indexer.decoding.drawn_image import DrawnImage
from indexer.decoding.pieces import read_piece

_FILE_HEADER = 14
_CORE_HEADER, _INFO_HEADER = 12, 40
_HEADERS = (_INFO_HEADER, 52, 56, 108, 124)
_PLAIN, _MASKS, _MASKS_WITH_ALPHA = 0, 3, 6
_BITS_OF_RUNS = {1: 8, 2: 4}
"""By their number as a compression."""
_PALETTE_BYTES_MAX = 4 * 256
_PLAIN_MASKS = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)
_WORDS = {16: "<u2", 32: "<u4"}
_FOUR_COLOURS = 2
_BAND_BYTES = 16_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    width: int
    height: int
    is_top_down: bool
    bits: int
    masks: tuple[int, ...]
    """Of red, green, blue and alpha, in a pixel of 16 or 32 bits."""
    says_alpha: bool
    """Whether the mask of alpha is the file's own; else those bits may hold anything."""
    palette: bytes
    """Blue, green, red and nothing of each colour, for pixels of up to 8 bits."""
    is_runs: bool
    offset: int
    """Of the first row of pixels."""

    @property
    def row_bytes(self) -> int:
        return (self.width * self.bits + 31) // 32 * 4


def open_bmp(file: IO[bytes]) -> ImageFile.ImageFile:
    """The BMP in `file`, not decoded yet.

    Raises UnidentifiedImageError for what is none, and OSError for kinds that nobody here knows.
    """
    is_drawn = _header_of(file) is not None
    file.seek(0)
    return _DrawnBmp(file) if is_drawn else Image.open(file, formats=("BMP", "DIB"))


class _DrawnBmp(DrawnImage):
    format = "BMP"
    format_description = "Windows Bitmap with masks, transparency or four colours"

    def _open(self) -> None:
        assert self.fp is not None
        header = _header_of(self.fp)
        if header is None:
            raise SyntaxError("not a BMP that is drawn here")
        self._header = header
        self._mode, self._size = "RGBA", (header.width, header.height)

    def _draw(self) -> Image.Image:
        """The picture; bits that nobody calls alpha are that only where some pixels are opaque."""
        assert self.fp is not None
        header = self._header
        self.fp.seek(header.offset)
        if header.is_runs:
            size = (header.width, header.height)
            numbers = unpacked_runs(self.fp.read(), *size, bits=header.bits)
            return Image.fromarray(_palette_of(header)[numbers[::-1]])
        image = Image.new("RGBA", self.size)
        step = max(1, _BAND_BYTES // header.row_bytes)
        for first in range(0, header.height, step):
            rows = min(step, header.height - first)
            data = read_piece(self.fp, rows * header.row_bytes)
            pixels = _pixels(np.frombuffer(data, np.uint8).reshape(rows, -1), header)
            if not header.is_top_down:
                pixels = pixels[::-1]
            top = first if header.is_top_down else header.height - first - rows
            image.paste(Image.fromarray(np.ascontiguousarray(pixels)), (0, top))
        lightest = int(np.asarray(image.getchannel("A")).max())
        if lightest == 0 or (lightest < 255 and not header.says_alpha):
            image.putalpha(255)
        return image


def _header_of(file: IO[bytes]) -> _Header | None:
    """The header of a file that is drawn here; None for all others."""
    file.seek(0)
    head = file.read(_FILE_HEADER + max(_HEADERS) + _PALETTE_BYTES_MAX)
    if len(head) < _FILE_HEADER + _INFO_HEADER or not head.startswith(b"BM"):
        return None
    offset, size, width, height, _, bits, compression = struct.unpack_from("<IIiiHHI", head, 10)
    if size not in _HEADERS or width < 1 or height == 0:
        return None
    (colours,) = struct.unpack_from("<I", head, _FILE_HEADER + 32)
    masks, palette = _masks(head, size, compression), b""
    is_runs = _BITS_OF_RUNS.get(compression) == bits
    if is_runs or (bits == _FOUR_COLOURS and compression == _PLAIN):
        length = 4 * 2**bits
        told = min(4 * (colours or 2**bits), length)
        palette = head[_FILE_HEADER + size :][:told].ljust(length, b"\0")
    elif bits not in _WORDS or masks is None or (bits == 16 and compression == _PLAIN):
        return None
    return _Header(
        width=width,
        height=abs(height),
        is_top_down=height < 0,
        bits=bits,
        masks=masks or (),
        says_alpha=compression != _PLAIN,
        palette=palette,
        is_runs=is_runs,
        offset=offset,
    )


def _masks(head: bytes, size: int, compression: int) -> tuple[int, ...] | None:
    """They stand in the longer headers, and behind the short one."""
    if compression == _PLAIN:
        return _PLAIN_MASKS
    if compression not in (_MASKS, _MASKS_WITH_ALPHA):
        return None
    has_alpha = compression == _MASKS_WITH_ALPHA or size > 52
    at = _FILE_HEADER + _INFO_HEADER
    masks = struct.unpack_from("<4I", head.ljust(at + 16, b"\0"), at)
    return masks if has_alpha else (*masks[:3], 0)


def _pixels(data: npt.NDArray[np.uint8], header: _Header) -> npt.NDArray[np.uint8]:
    """Rows × width × red, green, blue and alpha."""
    if header.palette:
        numbers = data[..., None] >> np.array([6, 4, 2, 0], np.uint8) & 3
        colours: npt.NDArray[np.uint8] = _palette_of(header)[numbers.reshape(len(data), -1)]
        return colours[:, : header.width]
    words = np.frombuffer(data.tobytes(), _WORDS[header.bits]).reshape(len(data), -1)
    shown = words[:, : header.width].astype(np.uint32)
    return np.stack([_channel(shown, mask) for mask in header.masks], axis=2)


def _palette_of(header: _Header) -> npt.NDArray[np.uint8]:
    """Red, green, blue and alpha of each colour."""
    palette = np.frombuffer(header.palette, np.uint8).reshape(-1, 4)[:, [2, 1, 0, 3]].copy()
    palette[:, 3] = 255
    return palette


def _channel(words: npt.NDArray[np.uint32], mask: int) -> npt.NDArray[np.uint8]:
    """What a mask cuts out of each pixel, in 0…255; nothing where there is no mask."""
    if mask == 0:
        return np.zeros(words.shape, np.uint8)
    shift = (mask & -mask).bit_length() - 1
    values = (words & np.uint32(mask)) >> np.uint32(shift)
    levels: npt.NDArray[np.uint8] = np.rint(values * (255 / (mask >> shift))).astype(np.uint8)
    return levels
