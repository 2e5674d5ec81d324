"""The hnswlib graph of a large library: a checked cache of the vectors, never the truth.

hnswlib's file has no checksum, no dimension and no version; a damaged one crashes the process that
loads it, or answers nonsense. So a sealed sidecar says what the file must be, and it is compared
byte for byte before hnswlib sees it. A file that was just written is loaded in a child process
first. The library itself says which graph is its own: a restored one is not what it was.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from storage.errors import LibraryFull, StorageError, not_written
from storage.records import NO_ORIGIN
from storage.sealed import read_sealed, write_sealed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.records import FloatMatrix, FloatVector, IdVector

GRAPH_NAME = "vectors.hnsw"
SIDECAR_NAME = "vectors.hnsw.json"

_FORMAT = 3
_LINKS = 24
_BREADTH_BUILDING = 200
# Text queries lie off the pictures' manifold: at breadth 64 they lose 5 % of the true neighbours.
_BREADTH_SEARCHING = 256
_CHECK_SECONDS = 120
_ROWS_BETWEEN_LOOKS = 5_000
_UNFINISHED = ".new"


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorSpace:
    """What the rows of a graph are; rows of two spaces are never compared."""

    encoder_id: str
    dim: int
    caption_weight: float = 0.0
    """τ of the rows (1 - τ) picture + τ caption."""
    origin: int = NO_ORIGIN
    """Of the captions."""
    caption_encoder_id: str = ""
    """Of captions in a space of their own, beside the pictures in each row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCard:
    """What the sidecar says of the graph file."""

    format: int
    space: VectorSpace
    revision: int
    rows: int
    size_bytes: int
    checksum: str
    mark: str
    """Which graph it is: no two have the same."""


class HnswGraph:
    """A graph in memory."""

    def __init__(self, index: Any, ids: IdVector, card: GraphCard) -> None:  # noqa: ANN401
        self._index = index
        self.ids = ids
        self.card = card

    def nearest(self, query: FloatVector, limit: int) -> IdVector:
        """Content ids near a vector, in no particular order."""
        count = min(limit, len(self.ids))
        self._index.set_ef(max(_BREADTH_SEARCHING, count + 64))
        labels, _ = self._index.knn_query(query, k=count, num_threads=1)
        return np.asarray(labels[0], dtype=np.int64)


def build_graph(
    folder: Path,
    *,
    space: VectorSpace,
    revision: int,
    ids: IdVector,
    matrix: FloatMatrix,
    is_stopped: Callable[[], bool] = lambda: False,
) -> HnswGraph | None:
    """Build the graph over rows and put it into the library's folder; None when stopped.

    Raises:
        StorageError: it cannot be written, or what arrived on disk is not what was written.
    """
    import hnswlib

    index = hnswlib.Index(space="ip", dim=matrix.shape[1])
    index.init_index(max_elements=len(ids), M=_LINKS, ef_construction=_BREADTH_BUILDING)
    for start in range(0, len(ids), _ROWS_BETWEEN_LOOKS):
        if is_stopped():
            return None
        stretch = slice(start, start + _ROWS_BETWEEN_LOOKS)
        index.add_items(matrix[stretch], ids[stretch])
    fresh = folder / f"{GRAPH_NAME}{_UNFINISHED}"
    try:
        index.save_index(str(fresh))
        card = _card(fresh, space, revision, len(ids))
        _expect_loadable(fresh, card)
        _put_in_place(folder, fresh, card)
    except OSError as error:
        raise not_written("the vector graph", error) from error
    finally:
        clear_unfinished(folder)
    return HnswGraph(index, np.sort(ids), card)


def clear_unfinished(folder: Path) -> None:
    """Remove what a process left half-written that was killed."""
    for name in (GRAPH_NAME, SIDECAR_NAME):
        with suppress(OSError):
            (folder / f"{name}{_UNFINISHED}").unlink(missing_ok=True)


def _card(path: Path, space: VectorSpace, revision: int, rows: int) -> GraphCard:
    # save_index raises nothing on a full disk: a missing or short file is the only sign.
    if not path.is_file():
        raise LibraryFull("the vector graph could not be written", "free some space on its disk")
    return GraphCard(
        format=_FORMAT,
        space=space,
        revision=revision,
        rows=rows,
        size_bytes=path.stat().st_size,
        checksum=_checksum(path),
        mark=secrets.token_hex(8),
    )


def _expect_loadable(path: Path, card: GraphCard) -> None:
    command = [sys.executable, "-P", "-m", "storage.hnsw_check", str(path)]
    try:
        checked = subprocess.run(
            [*command, str(card.space.dim), str(card.rows)],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_CHECK_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise StorageError("the vector graph could not be checked in time") from error
    if checked.returncode != 0:
        raise LibraryFull("the vector graph was damaged on its way to disk", "check the disk")


def _put_in_place(folder: Path, fresh: Path, card: GraphCard) -> None:
    sidecar = folder / f"{SIDECAR_NAME}{_UNFINISHED}"
    write_sealed(sidecar, dataclasses.asdict(card))
    for path in (fresh, sidecar):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    # Between the two the old sidecar describes another file, and the graph is not believed.
    fresh.replace(folder / GRAPH_NAME)
    sidecar.replace(folder / SIDECAR_NAME)


def find_graph(folder: Path, space: VectorSpace, mark: str | None = None) -> GraphCard | None:
    """The card of the graph that `load_graph` would load; the file is read, but not taken in.

    While hnswlib takes a graph in, no other Python thread runs.
    """
    card = _read_card(folder / SIDECAR_NAME)
    path = folder / GRAPH_NAME
    if card is None or (card.format, card.space) != (_FORMAT, space):
        return None
    if mark is not None and card.mark != mark:
        return None
    try:
        is_whole = path.stat().st_size == card.size_bytes and _checksum(path) == card.checksum
    except OSError:
        return None
    return card if is_whole else None


def load_graph(folder: Path, space: VectorSpace, mark: str | None = None) -> HnswGraph | None:
    """The stored graph, if it is whole and of this space; None means: build it anew.

    With a `mark` only the graph of that mark will do.
    """
    card = find_graph(folder, space, mark)
    if card is None:
        return None
    try:
        index = _load(folder / GRAPH_NAME, card)
    except (OSError, RuntimeError, MemoryError):
        return None
    return HnswGraph(index, np.sort(np.asarray(index.get_ids_list(), dtype=np.int64)), card)


def _load(path: Path, card: GraphCard) -> Any:  # noqa: ANN401
    import hnswlib

    index = hnswlib.Index(space="ip", dim=card.space.dim)
    index.load_index(str(path), max_elements=card.rows)
    return index


def _read_card(path: Path) -> GraphCard | None:
    fields = read_sealed(path)
    try:
        return GraphCard(**{**fields, "space": VectorSpace(**fields["space"])}) if fields else None
    except (TypeError, KeyError):
        return None


def _checksum(path: Path) -> str:
    digest = xxhash.xxh3_128()
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()
