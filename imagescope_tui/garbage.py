"""When Python looks for garbage, while nothing else runs: in short steps, and in quiet moments."""

from __future__ import annotations

import gc
import time

_QUIET_SECONDS = 1.0
"""So long after the last key nobody waits for the next frame."""
_YOUNG, _YOUNG_ROUNDS, _ROUNDS_NEVER_REACHED = 5_000, 4, 1_000_000
"""Of the newest objects so many are looked through at a time, of those that outlived it four times
as many, which takes no longer than a frame; of the others none."""


def spare_the_start() -> None:
    """Never, until all is loaded: what the libraries make stays, and a tenth of the time to the
    first frame would go into looking through it."""
    gc.disable()


def spare_what_is_loaded() -> None:
    """From now on, but not in what is there now: it stays as long as the program does."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _YOUNG_ROUNDS, _ROUNDS_NEVER_REACHED)
    gc.enable()


class QuietMoments:
    """In these all is looked through that came after the start."""

    def __init__(self) -> None:
        self._busy_until = 0.0

    def note_input(self) -> None:
        """Somebody waits for what comes of a key, or of the mouse."""
        self._busy_until = time.monotonic() + _QUIET_SECONDS

    def tidy(self) -> None:
        """Look for garbage where the moment is quiet and more has become old since the last."""
        is_quiet = time.monotonic() > self._busy_until
        if is_quiet and gc.isenabled() and gc.get_count()[-1] > 0:
            gc.collect()
