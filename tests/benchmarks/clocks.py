"""Wall time beside CPU time, of this process and its children, and of everybody else."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Self

from tests.benchmarks.machine import busy_seconds, usable_cores
from tests.benchmarks.processes import cpu_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The clocks at one moment."""

    wall: float
    ours: float
    """CPU-seconds of this process and of all below it."""
    everybody: float

    @classmethod
    def now(cls) -> Self:
        """Read all clocks."""
        return cls(
            wall=time.perf_counter(), ours=cpu_seconds(os.getpid()), everybody=busy_seconds()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What went by between two readings."""

    wall: float
    cpu: float
    cores_left: float
    """Cores that other programs did not take meanwhile."""


def span(begin: Reading, end: Reading) -> Span:
    """What went by."""
    wall, cpu = end.wall - begin.wall, end.ours - begin.ours
    others = max(0.0, end.everybody - begin.everybody - cpu)
    return Span(wall=wall, cpu=cpu, cores_left=max(0.1, usable_cores() - others / wall))


class Stopwatch:
    """Measures what happens inside `with`."""

    span: Span

    def __enter__(self) -> Self:
        self._begin = Reading.now()
        return self

    def __exit__(self, *_: object) -> None:
        self.span = span(self._begin, Reading.now())
