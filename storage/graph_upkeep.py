"""When the graph of a large library is built anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.hnsw import build_graph, load_graph
from storage.vector_index import HNSW_FROM_ROWS, VectorIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.library import Library

_SHARE_OUTSIDE_MAX = 0.1
"""Vectors that are not in the graph are scored one by one; beyond this share it is rebuilt."""


def refresh_graph(
    library: Library, encoder_id: str, *, is_stopped: Callable[[], bool] = lambda: False
) -> bool:
    """Build the graph if the library is large and has outgrown the stored one; whether it did.

    Raises:
        StorageError: the library cannot be read, or the graph not be written.
    """
    if library.vectors.count(encoder_id) < HNSW_FROM_ROWS:
        return False
    index = VectorIndex(library, encoder_id)
    index.refresh()
    stored = load_graph(library.folder, encoder_id=encoder_id, dim=index.matrix.shape[1])
    if stored is not None:
        outside = len(np.setdiff1d(index.ids, stored.ids, assume_unique=True))
        if outside <= _SHARE_OUTSIDE_MAX * len(index):
            return False
    built = build_graph(
        library.folder,
        encoder_id=encoder_id,
        revision=index.revision,
        ids=index.ids,
        matrix=index.matrix,
        is_stopped=is_stopped,
    )
    return built is not None
