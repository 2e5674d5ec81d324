"""What it costs to have a library's vectors in memory: at first, and after each commit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from storage.library import Library
from storage.records import FileState
from storage.vector_index import VectorIndex
from tests.benchmarks.library_seed import mark_as_read
from tests.benchmarks.table import Table, milliseconds

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import RootId

_ROWS, _QUICK_ROWS = 100_000, 2_000
_BATCH = 32
_REPEATS = 5


def measure_reading(folder: Path, *, quick: bool) -> Table:
    """Reading all vectors of a real library, and those of one more batch."""
    rows = _QUICK_ROWS if quick else _ROWS
    with Library.open_writer(folder / f"vectors-{rows}") as library:
        root = _root(library, folder)
        have = library.counts().photos
        _grow(library, root, have, rows - have)
        encoder_id = library.settings.get("encoder_id") or ""
        first = min(_refresh(VectorIndex(library, encoder_id)) for _ in range(_REPEATS))
        index = VectorIndex(library, encoder_id)
        index.refresh()
        again: list[float] = []
        for _ in range(_REPEATS):
            _grow(library, root, len(index), _BATCH)
            again.append(_refresh(index))
        dim = index.matrix.shape[1]
    return Table(
        title=f"Taking the vectors of {rows:,} photos from the library ({dim} dimensions)",
        head=("", "time"),
        rows=(
            ("all of them, at the first search", milliseconds(first)),
            (f"{_BATCH} more, after a commit", milliseconds(min(again))),
        ),
    )


def _root(library: Library, folder: Path) -> RootId:
    with library.atomic():
        return library.roots.add(folder).id


def _grow(library: Library, root: RootId, start: int, count: int) -> None:
    states = [
        FileState(name=f"IMG_{number:06}.JPG", size_bytes=1, mtime_ns=number, ctime_ns=1, inode=1)
        for number in range(start, start + count)
    ]
    with library.atomic():
        library.files.add(root, "all", states)
    mark_as_read(library)


def _refresh(index: VectorIndex) -> float:
    started = time.perf_counter()
    index.refresh()
    return time.perf_counter() - started
