"""When the graph of a large library is built anew, and which one is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.fused_vectors import CAPTION_WEIGHT
from storage.hnsw import build_graph, find_graph, load_graph
from storage.vector_index import HNSW_FROM_ROWS, VectorIndex, count_newer

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.hnsw import HnswGraph, VectorSpace
    from storage.library import Library

GRAPH_SETTING = "graph"
"""Library setting: the mark of the graph that was built from what the library holds."""

_SHARE_OUTSIDE_MAX = 0.1
"""Vectors that are not in the graph are scored one by one; beyond this share it is rebuilt."""


def stored_graph(library: Library, space: VectorSpace) -> HnswGraph | None:
    """The graph that was built for the library, if it is whole and of this space."""
    mark = library.settings.get(GRAPH_SETTING)
    return load_graph(library.folder, space, mark) if mark else None


def refresh_graph(
    library: Library,
    encoder_id: str,
    *,
    caption_weight: float = CAPTION_WEIGHT,
    caption_encoder_id: str | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Build the graph if the library is large and has outgrown the stored one; whether it did.

    Raises:
        StorageError: the library cannot be read, or the graph not be written.
    """
    if library.vectors.count(encoder_id) < HNSW_FROM_ROWS:
        return False
    index = VectorIndex(
        library,
        encoder_id,
        caption_weight=caption_weight,
        caption_encoder_id=caption_encoder_id,
    )
    index.refresh()
    if _is_fresh(library, index):
        return False
    built = build_graph(
        library.folder,
        space=index.space,
        revision=index.revision,
        ids=index.ids,
        matrix=index.matrix,
        is_stopped=is_stopped,
    )
    if built is None:
        return False
    with library.atomic(changes_photos=False):
        library.settings.put(GRAPH_SETTING, built.card.mark)
    return True


def _is_fresh(library: Library, index: VectorIndex) -> bool:
    mark = library.settings.get(GRAPH_SETTING)
    card = find_graph(library.folder, index.space, mark) if mark else None
    if card is None:
        return False
    # All that was there at its revision is in it.
    return count_newer(library, card.space, card.revision) <= _SHARE_OUTSIDE_MAX * len(index)
