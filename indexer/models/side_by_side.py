"""Two halves of a batch at once, each on half of the processor's cores.

Cores that share one picture's layers wait for each other after every layer, and the longer the
more other work they have in between; halves of a batch have nothing to wait for.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

_HALVES: Final = 2


class SideBySide(threading.local):
    """Two threads for each thread that asks, so that they have the priority of that one."""

    def __init__(self) -> None:
        self._cores = torch.get_num_threads()
        self._threads: ThreadPoolExecutor | None = None

    def map(self, work: Callable[[Sequence[Item]], Result], items: Sequence[Item]) -> list[Result]:
        """What the work makes of each half, in their order.

        Of the whole, where there is one item, or a number of cores that halves would leave one of.
        """
        if self._cores % _HALVES or len(items) < _HALVES:
            return [work(items)]
        middle = (len(items) + 1) // _HALVES
        self._threads = self._threads or self._start()
        return list(self._threads.map(work, (items[:middle], items[middle:])))

    def _start(self) -> ThreadPoolExecutor:
        started = threading.Barrier(_HALVES)
        threads = ThreadPoolExecutor(_HALVES, "half", _use_cores, (self._cores // _HALVES,))
        list(threads.map(lambda _: started.wait(), range(_HALVES)))
        # What was set last also holds for all threads that come later.
        torch.set_num_threads(self._cores)
        return threads


def _use_cores(count: int) -> None:
    # A thread takes what was last set anywhere when it is first asked; what it sets later stays.
    torch.get_num_threads()
    torch.set_num_threads(count)
