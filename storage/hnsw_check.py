"""Loads a graph file in a process of its own: `python -P -m storage.hnsw_check FILE DIM ROWS`.

A damaged file may crash hnswlib; then only this process dies, and its exit status tells.
"""

from __future__ import annotations

import sys


def check(path: str, dim: int, rows: int) -> bool:
    """Whether the file loads, holds so many rows and answers for one of them with itself."""
    import hnswlib

    index = hnswlib.Index(space="ip", dim=dim)
    index.load_index(path, max_elements=rows)
    if index.get_current_count() != rows:
        return False
    label = index.get_ids_list()[0]
    index.set_ef(256)
    found, _ = index.knn_query(index.get_items([label]), k=min(rows, 10))
    return label in found[0]


if __name__ == "__main__":
    sys.exit(0 if check(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])) else 1)
