"""Pre-computed vectors of photos: `img_emb/img_emb_*.npy`, read through a moving memory map."""

from __future__ import annotations

import mmap
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.galleries.half_floats import LARGEST_HALF, widen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from storage.records import FloatMatrix, IdVector

VECTORS_FOLDER = "img_emb"
_PATTERN = "img_emb_*.npy"
_LARGEST_SINGLE = 1e15
"""Squares of larger ones may not add up within single precision."""
_HINT = "fetch the file again"


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorFile:
    """One file of vectors, checked by its head and its size."""

    path: Path
    dtype: np.dtype[np.floating]
    rows: int
    dim: int
    first_byte: int
    """Where the numbers begin."""
    first_row: int
    """Row of its first vector among all files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows that follow one another, in a buffer that the next but one chunk will overwrite."""

    file: VectorFile
    first_row: int
    """Among all files."""
    vectors: FloatMatrix
    """As they were stored: of any length."""


class EmbeddingFiles:
    """All vectors of one model, in the order of the sorted file names.

    Only what is being read is mapped: a window of one chunk, which is given back before the next
    one, so that resident memory does not grow with the files.
    """

    def __init__(self, files: tuple[VectorFile, ...]) -> None:
        self.files = files
        self.dim = files[0].dim
        self._starts = [file.first_row for file in files]

    @classmethod
    def open(cls, folder: Path) -> EmbeddingFiles:
        """The files below a model's folder.

        Raises:
            DatasetIncomplete: there are none, or one is cut short, of another shape or no npy file.
        """
        paths = sorted((folder / VECTORS_FOLDER).glob(_PATTERN))
        if not paths:
            raise DatasetIncomplete(
                f"no {VECTORS_FOLDER}/{_PATTERN} in {folder}",
                "name the folder of one model: it holds img_emb and metadata",
            )
        files: list[VectorFile] = []
        for path in paths:
            first_row = files[-1].first_row + files[-1].rows if files else 0
            files.append(_checked(path, first_row))
            if files[-1].dim != files[0].dim:
                raise DatasetIncomplete(
                    f"{path} has {files[-1].dim} numbers per photo,"
                    f" {files[0].path.name} has {files[0].dim}",
                    "the files must be of one model",
                )
        return cls(tuple(files))

    def __len__(self) -> int:
        return self.files[-1].first_row + self.files[-1].rows

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """All vectors, so many at a time; the next ones are read while these are worked on.

        A chunk's vectors are good until the next chunk is asked for.

        Raises:
            DatasetIncomplete: a file has been cut short meanwhile.
        """
        buffers = [np.empty((rows, self.dim), dtype=np.float32) for _ in range(2)]
        with ThreadPoolExecutor(1, thread_name_prefix="embeddings") as reader:
            ahead = None
            for place, (file, start) in enumerate(self._starts_of(rows)):
                count = min(rows, file.rows - start)
                coming = reader.submit(_read, file, start, buffers[place % 2][:count])
                if ahead is not None:
                    yield ahead.result()
                ahead = coming
            if ahead is not None:
                yield ahead.result()

    def _starts_of(self, rows: int) -> Iterator[tuple[VectorFile, int]]:
        for file in self.files:
            for start in range(0, file.rows, rows):
                yield file, start

    def vectors_of(self, rows: IdVector) -> FloatMatrix:
        """Shape (len(rows), dim), as they were stored; for a few rows.

        Raises:
            DatasetIncomplete: a file has been cut short meanwhile.
        """
        vectors = np.empty((len(rows), self.dim), dtype=np.float32)
        for place, row in enumerate(rows.tolist()):
            file = self.files[bisect_right(self._starts, row) - 1]
            _read(file, row - file.first_row, vectors[place : place + 1])
        return vectors


def refuse_impossible(chunk: Chunk) -> None:
    """Raise if a vector holds what is no number, or is too large to be compared.

    Raises:
        DatasetIncomplete: naming file and row.
    """
    # Written so that what is not a number counts as impossible, too.
    largest = LARGEST_HALF if chunk.file.dtype.itemsize == 2 else _LARGEST_SINGLE
    possible = (np.abs(chunk.vectors) <= largest).all(axis=1)
    if not possible.all():
        row = chunk.first_row - chunk.file.first_row + int(np.argmin(possible))
        raise DatasetIncomplete(f"{chunk.file.path}: row {row} is no vector of numbers", _HINT)


def _read(file: VectorFile, start: int, out: FloatMatrix) -> Chunk:
    row_bytes = file.dim * file.dtype.itemsize
    begin = file.first_byte + start * row_bytes
    mapped_from = begin - begin % mmap.ALLOCATIONGRANULARITY
    length = begin - mapped_from + len(out) * row_bytes
    try:
        with (
            file.path.open("rb") as handle,
            mmap.mmap(
                handle.fileno(), length, access=mmap.ACCESS_READ, offset=mapped_from
            ) as window,
        ):
            _copy(window, file.dtype, begin - mapped_from, out)
    except (OSError, ValueError) as error:
        raise DatasetIncomplete(f"cannot read {file.path}: {error}", _HINT) from error
    return Chunk(file=file, first_row=file.first_row + start, vectors=out)


def _copy(window: mmap.mmap, dtype: np.dtype[np.floating], offset: int, out: FloatMatrix) -> None:
    # In a function of its own: a view that lived longer would keep the window from being closed.
    stored: npt.NDArray[np.floating] = np.frombuffer(window, dtype, out.size, offset)
    widen(stored.reshape(out.shape), out)


def _checked(path: Path, first_row: int) -> VectorFile:
    try:
        with path.open("rb") as handle:
            version = np.lib.format.read_magic(handle)
            read_head = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, is_by_column, dtype = read_head(handle)
            first_byte = handle.tell()
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise DatasetIncomplete(f"{path} is no npy file: {error}", _HINT) from error
    is_matrix = len(shape) == 2 and shape[1] > 0 and not is_by_column
    if not is_matrix or dtype.kind != "f" or dtype.itemsize not in (2, 4):
        raise DatasetIncomplete(
            f"{path} holds {dtype} of shape {shape}, not one row of float16 or float32 per photo"
        )
    expected = first_byte + shape[0] * shape[1] * dtype.itemsize
    if size != expected:
        raise DatasetIncomplete(f"{path} has {size:,} bytes, not {expected:,}", _HINT)
    return VectorFile(
        path=path,
        dtype=dtype,
        rows=shape[0],
        dim=shape[1],
        first_byte=first_byte,
        first_row=first_row,
    )
