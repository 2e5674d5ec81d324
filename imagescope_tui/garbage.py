"""When Python looks for garbage, while nothing else runs: seldom at first, then in short steps."""

from __future__ import annotations

import gc

# What the libraries make while they load stays: looking through it for garbage again and again
# takes a tenth of the time to the first frame.
_OBJECTS_WHILE_LOADING = 50_000
_OBJECTS_AT_ONCE = 5_000


def spare_the_start() -> None:
    """From now on, until all is loaded."""
    gc.set_threshold(_OBJECTS_WHILE_LOADING)


def spare_what_is_loaded() -> None:
    """Never look through what is there now; it stays as long as the program does."""
    gc.freeze()
    gc.set_threshold(_OBJECTS_AT_ONCE)
