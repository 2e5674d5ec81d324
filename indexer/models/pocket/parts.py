"""A batch in parts, side by side on as many threads as an encoder may use."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

PART_MAX: Final = 4
"""More at once are hardly quicker, and each picture takes 10 MB while it is looked at."""


class Parts(threading.local):
    """Threads of their own for each thread that asks, so that they have the priority of that one.

    `threads` 0 stands for every core that this process may use.
    """

    def __init__(self, threads: int = 0) -> None:
        self._count = threads or len(os.sched_getaffinity(0))
        self._threads: ThreadPoolExecutor | None = None

    def map(self, work: Callable[[Sequence[Item]], Result], items: Sequence[Item]) -> list[Result]:
        """What the work makes of each part, in their order."""
        size = min(PART_MAX, -(-len(items) // self._count))
        parts = [items[start : start + size] for start in range(0, len(items), size or 1)]
        if len(parts) < 2 or self._count < 2:
            return [work(part) for part in parts]
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="pocket")
        return list(self._threads.map(work, parts))
