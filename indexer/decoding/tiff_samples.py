"""The numbers in a TIFF's picture, band by band, whatever their width and order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.decoding import tiff_pages as tag
from indexer.decoding.opened_photo import refuse_too_large
from indexer.decoding.pieces import read_piece
from indexer.decoding.tiff_codecs import CODECS, UNCOMPRESSED, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.decoding.tiff_pages import TiffPage

Samples: TypeAlias = npt.NDArray[np.generic]

UNSIGNED, SIGNED, FLOAT, UNKNOWN = 1, 2, 3, 4
_SEPARATE_PLANES = 2
_LOW_BITS_FIRST = 2
_DIFFERENCES, _FLOAT_DIFFERENCES = 2, 3
_PART_BYTES = 16_000_000
_READ_BYTES_MAX = 1_000_000_000
_CODES = {UNSIGNED: "u", SIGNED: "i", FLOAT: "f", UNKNOWN: "u"}
_FLOAT_BITS = (16, 32, 64)
_WORD_BITS = (8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class SampleLayout:
    """How the numbers of a page lie in its strips or tiles."""

    samples: int
    """For each pixel."""
    bits: int
    kind: int
    """UNSIGNED, SIGNED or FLOAT."""
    planes: int
    """One, or as many as there are samples where each has its own strips."""
    block_width: int
    block_rows: int
    """Of a strip or tile; those at the edges reach beyond the picture, but strips do not."""
    is_tiled: bool

    @property
    def row_bytes(self) -> int:
        """Of one row of a strip or tile."""
        return -(-self.block_width * (self.samples // self.planes) * self.bits // 8)


def layout_of(page: TiffPage) -> SampleLayout | None:
    """How a page's numbers lie; None where that is of a kind that is not read here."""
    samples = page.first(tag.SAMPLES, 1)
    bits, kinds = set(page.tags.get(tag.BITS, (1,))), set(page.tags.get(tag.SAMPLE_FORMAT, (1,)))
    if kinds == {UNSIGNED, SIGNED} or (kinds == {SIGNED} and bits == {8}):
        kinds = {UNSIGNED}  # signs of Lab's colours are known, and others of 8 bits mean none
    if len(bits) != 1 or len(kinds) != 1 or not 1 <= samples <= 32:
        return None
    (bit_count,), (kind,) = bits, kinds
    is_known = bit_count in _FLOAT_BITS if kind == FLOAT else kind in _CODES
    if not is_known or not (bit_count in _WORD_BITS or bit_count < 16):
        return None
    if page.first(tag.COMPRESSION, UNCOMPRESSED) not in CODECS:
        return None
    is_tiled = tag.TILE_WIDTH in page.tags
    width, length = page.size
    rows = page.first(tag.ROWS_PER_STRIP, length)
    return SampleLayout(
        samples=samples,
        bits=bit_count,
        kind=kind,
        planes=samples if page.first(tag.PLANAR, 1) == _SEPARATE_PLANES else 1,
        block_width=page.first(tag.TILE_WIDTH, 0) if is_tiled else width,
        block_rows=page.first(tag.TILE_LENGTH, 0) if is_tiled else min(rows, length),
        is_tiled=is_tiled,
    )


def bands_of(file: IO[bytes], page: TiffPage, layout: SampleLayout) -> Iterator[Samples]:
    """The page from top to bottom, in arrays of some rows × its width × its samples.

    Raises:
        OSError: the file ends too early.
        ValueError: the numbers of the layout do not fit each other.
        DecompressionBombError: strips or tiles have too many pixels.
        Whatever codecs raise for damaged bytes.
    """
    width, length = page.size
    if min(layout.block_width, layout.block_rows) < 1:
        raise ValueError("no pixels in its strips or tiles")
    refuse_too_large((layout.block_width, layout.block_rows))
    blocks = _Blocks(file, page, layout)
    for row in range(blocks.down):
        rows_left = length - row * layout.block_rows
        rows = layout.block_rows if layout.is_tiled else min(layout.block_rows, rows_left)
        for first, count in blocks.parts(rows):
            band = np.concatenate(
                [
                    np.concatenate([blocks.part(index, first, count) for index in plane], axis=1)
                    for plane in blocks.planes(row)
                ],
                axis=2,
            )
            yield band[: max(0, rows_left - first), :width]


class _Blocks:
    """The strips or tiles of a page."""

    def __init__(self, file: IO[bytes], page: TiffPage, layout: SampleLayout) -> None:
        self._file, self._page, self._layout = file, page, layout
        width, length = page.size
        self._across = -(-width // layout.block_width)
        self.down = -(-length // layout.block_rows)
        self._compression = page.first(tag.COMPRESSION, UNCOMPRESSED)
        offsets, lengths = (
            (tag.TILE_OFFSETS, tag.TILE_LENGTHS)
            if layout.is_tiled
            else (tag.STRIP_OFFSETS, tag.STRIP_LENGTHS)
        )
        self._offsets = page.tags.get(offsets, ())
        self._lengths = page.tags.get(lengths, ())
        known = len(self._offsets)
        if self._compression != UNCOMPRESSED:
            known = min(known, len(self._lengths))
        if known < self._across * self.down * layout.planes:
            raise ValueError("strips or tiles are missing")

    def planes(self, row: int) -> Iterator[range]:
        """For each plane the numbers of the blocks that lie side by side."""
        for plane in range(self._layout.planes):
            start = (plane * self.down + row) * self._across
            yield range(start, start + self._across)

    def parts(self, rows: int) -> Iterator[tuple[int, int]]:
        """First row and number of rows of what is read at once of a block with so many."""
        step = rows
        if self._compression == UNCOMPRESSED:
            step = max(1, _PART_BYTES // self._layout.row_bytes)
        for first in range(0, rows, step):
            yield first, min(step, rows - first)

    def part(self, index: int, first: int, rows: int) -> Samples:
        """Some rows of a block: an array of rows × its width × the samples of a plane."""
        row_bytes = self._layout.row_bytes
        if self._compression == UNCOMPRESSED:
            data = self._read(self._offsets[index] + first * row_bytes, rows * row_bytes)
        else:
            packed = self._read(self._offsets[index], self._lengths[index])
            data = unpacked(packed, self._compression, row_bytes=row_bytes, rows=rows)
        return _numbers(np.frombuffer(data, np.uint8).reshape(rows, -1), self._page, self._layout)

    def _read(self, offset: int, length: int) -> bytes:
        if length > _READ_BYTES_MAX or offset >= 2**63:
            raise ValueError("a strip or tile lies nowhere")
        self._file.seek(offset)
        data = read_piece(self._file, length)
        if self._page.first(tag.FILL_ORDER, 1) == _LOW_BITS_FIRST:
            bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
            return np.packbits(bits).tobytes()
        return data


def _numbers(data: npt.NDArray[np.uint8], page: TiffPage, layout: SampleLayout) -> Samples:
    """The numbers in rows of bytes."""
    shape = (len(data), layout.block_width, layout.samples // layout.planes)
    if layout.bits not in _WORD_BITS:
        return _narrow_numbers(data, shape, layout.bits)
    word_bytes = layout.bits // 8
    order, predictor = page.byte_order, page.first(tag.PREDICTOR, 1)
    if predictor == _FLOAT_DIFFERENCES:
        samples = shape[2]
        sums = np.cumsum(data.reshape(shape[0], -1, samples), axis=1, dtype=np.uint8)
        planes = sums.reshape(shape[0], word_bytes, -1)
        data, order = np.ascontiguousarray(planes.swapaxes(1, 2)), ">"
    words = data.reshape(-1).view(f"{order}u{word_bytes}").reshape(shape)
    words = words.astype(f"=u{word_bytes}", copy=False)
    if predictor == _DIFFERENCES:
        words = np.cumsum(words, axis=1, dtype=words.dtype)
    return words.view(f"={_CODES[layout.kind]}{word_bytes}")


def _narrow_numbers(
    data: npt.NDArray[np.uint8], shape: tuple[int, int, int], bits: int
) -> npt.NDArray[np.uint16]:
    """Numbers without gaps between them; each row begins with a new byte."""
    rows, width, samples = shape
    each = np.unpackbits(data, axis=1)[:, : width * samples * bits].reshape(*shape, bits)
    numbers: npt.NDArray[np.uint16] = np.zeros((rows, width, samples), np.uint16)
    for bit in range(bits):
        numbers = np.left_shift(numbers, 1, dtype=np.uint16) | each[..., bit]
    return numbers
