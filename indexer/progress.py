"""How fast the run goes, and how long it will take."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from indexer.events import IndexProgress

if TYPE_CHECKING:
    from collections.abc import Callable

_WINDOW_SECONDS = 30.0
_SECONDS_BETWEEN_REPORTS = 0.25


class Progress:
    """Counts photos against a target; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._target = 0
        self._reported_at = float("-inf")
        self._marks: deque[tuple[float, int]] = deque()

    def aim(self, done: int, target: int) -> None:
        """How many photos are done, and will be in all."""
        self._target = target
        if not self._marks:
            self._marks.append((self._clock(), done))

    def report(self, done: int, failed: int, *, paused: bool = False) -> IndexProgress | None:
        """The event to send, or None if the last one was only just sent."""
        now = self._clock()
        if paused:
            # What comes after a pause has a pace of its own.
            self._marks.clear()
        self._marks.append((now, done))
        while len(self._marks) > 2 and self._marks[0][0] < now - _WINDOW_SECONDS:
            self._marks.popleft()
        is_last = done >= self._target
        if now - self._reported_at < _SECONDS_BETWEEN_REPORTS and not is_last and not paused:
            return None
        self._reported_at = now
        rate = self._rate()
        left = max(0, self._target - done)
        return IndexProgress(
            done=done,
            total=max(self._target, done),
            failed=failed,
            photos_per_second=round(rate, 2),
            seconds_left=round(left / rate, 1) if rate and not paused else None,
            paused=paused,
        )

    def _rate(self) -> float:
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) / (end - start) if end > start else 0.0
