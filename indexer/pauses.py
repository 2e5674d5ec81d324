"""Whether photos are left alone just now, and why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, TypeAlias

from indexer.manners import is_on_battery
from storage.errors import LibraryReadOnly
from storage.pause_mark import is_paused, put_pause

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PauseReason: TypeAlias = Literal["asked", "battery"]
"""Somebody asked for it; or the machine runs on its battery."""

_SECONDS_BETWEEN_LOOKS = 5.0


class Pauses:
    """Asked for by a request or by the library's pause mark, or because of the battery.

    May be asked by any thread.
    """

    def __init__(
        self,
        library: Path | None = None,
        *,
        spare_battery: bool = False,
        is_unplugged: Callable[[], bool] = is_on_battery,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Without a library an order is kept in memory alone."""
        self._library = library
        self._is_asked = False
        self._spare_battery = spare_battery
        self._is_unplugged = is_unplugged
        self._clock = clock
        self._looked_at = float("-inf")
        self._was_unplugged = False
        self._despite_battery = False

    def ask(self, paused: bool) -> None:
        """Leave photos alone, or go on; going on holds for the battery, too, until it is loaded."""
        self._despite_battery = not paused
        self._is_asked = paused
        if self._library is not None:
            try:
                put_pause(self._library, paused)
                self._is_asked = False
            except LibraryReadOnly:
                # Then nobody indexes it either; the order still counts here.
                return

    @property
    def reason(self) -> PauseReason | None:
        """Why photos are left alone; None where they are not."""
        if self._is_asked or (self._library is not None and is_paused(self._library)):
            return "asked"
        return "battery" if self._must_spare_battery() else None

    def _must_spare_battery(self) -> bool:
        if not self._spare_battery:
            return False
        now = self._clock()
        if now >= self._looked_at + _SECONDS_BETWEEN_LOOKS:
            self._looked_at, self._was_unplugged = now, self._is_unplugged()
            if not self._was_unplugged:
                self._despite_battery = False
        return self._was_unplugged and not self._despite_battery
