"""How much memory decoding workers take while something else runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Self

import psutil

_SECONDS_BETWEEN_LOOKS = 0.02


@dataclass(slots=True, kw_only=True)
class Peak:
    """The most that was seen of one worker."""

    at_start: int
    """Address space when it was first seen."""
    address_space: int = 0
    resident: int = 0


@dataclass(slots=True)
class WorkerWatch:
    """Looks at the workers below a process until it is left."""

    process_id: int
    peaks: dict[int, Peak] = field(default_factory=dict)
    """By process id."""
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        assert self._thread is not None
        self._thread.join()

    @property
    def resident_max(self) -> int:
        """The most memory any worker held, in bytes."""
        return max((peak.resident for peak in self.peaks.values()), default=0)

    @property
    def address_space_max(self) -> int:
        """The most address space any worker had, in bytes."""
        return max((peak.address_space for peak in self.peaks.values()), default=0)

    def _look_on(self) -> None:
        workers: dict[int, psutil.Process] = {}
        while not self._is_over.wait(_SECONDS_BETWEEN_LOOKS):
            try:
                below = psutil.Process(self.process_id).children(recursive=True)
            except psutil.NoSuchProcess:
                return
            for process in below:
                if process.pid not in workers and _is_worker(process):
                    workers[process.pid] = process
            for process in workers.values():
                self._note(process)

    def _note(self, process: psutil.Process) -> None:
        try:
            memory = process.memory_info()
        except psutil.Error:
            return
        peak = self.peaks.setdefault(process.pid, Peak(at_start=memory.vms))
        peak.address_space = max(peak.address_space, memory.vms)
        peak.resident = max(peak.resident, memory.rss)


def _is_worker(process: psutil.Process) -> bool:
    try:
        return any("decoding.worker" in word for word in process.cmdline())
    except psutil.Error:
        return False
