"""Names of pre-computed vectors: `metadata/*.parquet`, streamed; never all of them in memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imagescope_tui.errors import DatasetIncomplete, EvaluationError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from storage.records import IdVector

METADATA_FOLDER = "metadata"
SUFFIX = ".jpg"
"""What the annotations' names have and the metadata's lack."""

_COLUMN = "image_path"
_ROWS_AT_ONCE = 65_536
_BUFFER_BYTES = 1 << 20
_HINT = "fetch the file again"


@dataclass(frozen=True, slots=True)
class _NameFile:
    path: Path
    first_row: int
    rows: int


class RowNames:
    """The name of each row, as the annotations write it: the metadata's path and `.jpg`.

    A question about rows reads the column up to the last of them, in batches: ask about many at a
    time.
    """

    def __init__(self, files: tuple[_NameFile, ...]) -> None:
        self._files = files
        self._hashes: tuple[IdVector, IdVector] | None = None

    @classmethod
    def open(cls, folder: Path) -> RowNames:
        """The parquet files below a model's folder, in the order of their sorted names.

        Raises:
            DatasetIncomplete: there are none, or one is no parquet file or lacks the column.
            EvaluationError: pyarrow is not installed.
        """
        paths = sorted((folder / METADATA_FOLDER).glob("*.parquet"))
        if not paths:
            raise DatasetIncomplete(
                f"no {METADATA_FOLDER}/*.parquet in {folder}",
                "name the folder of one model: it holds img_emb and metadata",
            )
        files: list[_NameFile] = []
        for path in paths:
            first_row = files[-1].first_row + files[-1].rows if files else 0
            with _opened(path) as parquet:
                if _COLUMN not in parquet.schema_arrow.names:
                    raise DatasetIncomplete(f"{path} has no column {_COLUMN}")
                files.append(_NameFile(path, first_row, parquet.metadata.num_rows))
        return cls(tuple(files))

    def __len__(self) -> int:
        return self._files[-1].first_row + self._files[-1].rows

    def of_rows(self, rows: IdVector) -> dict[int, str]:
        """Names by row, of rows that are there.

        Raises:
            DatasetIncomplete: a file cannot be read.
        """
        wanted = np.unique(rows)
        names: dict[int, str] = {}
        for first_row, batch in self._batches():
            low, high = np.searchsorted(wanted, [first_row, first_row + len(batch)])
            for row in wanted[low:high].tolist():
                names[row] = f"{batch[row - first_row].as_py()}{SUFFIX}"
            if high == len(wanted):
                break
        return names

    def rows_of(self, names: Collection[str]) -> dict[str, int]:
        """Rows by name, of those names that are there; the first where a name comes twice.

        The first question reads all names and keeps a hash of each, 16 bytes; later ones read
        nothing. Two of five million names share a hash of 64 bits once in a million data sets.

        Raises:
            DatasetIncomplete: a file cannot be read.
        """
        if self._hashes is None:
            self._hashes = self._hashed()
        hashes, order = self._hashes
        asked = [name for name in names if name.endswith(SUFFIX)]
        wanted = _hashes_of([name.removesuffix(SUFFIX) for name in asked])
        places = np.minimum(np.searchsorted(hashes, wanted), len(hashes) - 1)
        is_there = hashes[places] == wanted if len(hashes) else np.zeros(len(wanted), np.bool_)
        return {
            name: int(order[place])
            for name, place, found in zip(asked, places.tolist(), is_there.tolist(), strict=True)
            if found
        }

    def _hashed(self) -> tuple[IdVector, IdVector]:
        """Hashes of all names, ascending, and the row of each; equal ones by row."""
        hashes = np.empty(len(self), dtype=np.int64)
        for first_row, batch in self._batches():
            hashes[first_row : first_row + len(batch)] = _hashes_of(batch.to_pylist())
        order = np.argsort(hashes, kind="stable")
        return hashes[order], order

    def _batches(self) -> Iterator[tuple[int, Any]]:
        """First row and names of each batch: a pyarrow array of strings."""
        import pyarrow as arrow

        for file in self._files:
            row = file.first_row
            with _opened(file.path) as parquet:
                for batch in parquet.iter_batches(_ROWS_AT_ONCE, columns=[_COLUMN]):
                    names = batch.column(0).cast(arrow.string())
                    yield row, names
                    row += len(names)


def _hashes_of(stems: Sequence[str]) -> IdVector:
    # Python's own: they are kept no longer than the process that seeded them.
    return np.fromiter(map(hash, stems), dtype=np.int64, count=len(stems))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        # Only of use here, and not among what everybody installs.
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise EvaluationError(
            "pyarrow is not installed, which reads the names of pre-computed embeddings",
            "pip install 'imagescope-tui[eval]'",
        ) from error
    try:
        with ParquetFile(path, buffer_size=_BUFFER_BYTES) as parquet:
            yield parquet
    except (pyarrow.ArrowException, OSError) as error:
        told = str(error).partition("\n")[0]
        raise DatasetIncomplete(f"cannot read {path}: {told}", _HINT) from error
