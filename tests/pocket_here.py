"""The encoder that comes with the program, opened once for all tests of a process."""

from __future__ import annotations

from functools import cache

from indexer.models.pocket.encoder import PocketEncoder, load_pocket


@cache
def pocket_here() -> PocketEncoder:
    """On one thread: test processes share the cores."""
    return load_pocket(threads=1)
