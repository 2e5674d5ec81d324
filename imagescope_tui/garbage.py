"""When Python looks for garbage, while nothing else runs: seldom at first, then in short steps."""

from __future__ import annotations

import gc

# Few enough that one step is no longer than a frame takes.
_OBJECTS_AT_ONCE = 5_000


def spare_the_start() -> None:
    """Never, until all is loaded: what the libraries make stays, and a tenth of the time to the
    first frame would go into looking through it."""
    gc.disable()


def spare_what_is_loaded() -> None:
    """From now on, but not in what is there now: it stays as long as the program does."""
    gc.freeze()
    gc.set_threshold(_OBJECTS_AT_ONCE)
    gc.enable()
