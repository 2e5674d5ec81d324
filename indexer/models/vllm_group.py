"""The processes of a session as Linux shows them, and how all of them are ended.

A process number is used again some day, so a process is only taken for the one we know if it also
began when that one did. The number of a group is not given away while one member lives.
"""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_PROC: Final = Path("/proc")
_SHARED_MEMORY: Final = Path("/dev/shm")
_SHARED_PATTERNS: Final = ("psm_*", "sem.mp-*")
"""How Python calls shared memory and semaphores."""
_MAPPED: Final = re.compile(rb"\s(\d+)\s+/dev/shm/")
_SECONDS_BETWEEN_LOOKS: Final = 0.05
_KILL_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMark:
    """A process, told from any other that had or will have its number in this boot."""

    process_id: int
    started: int
    """Clock ticks since the machine began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    state: str
    group: int
    started: int

    @property
    def is_running(self) -> bool:
        return self.state not in "ZX"


def mark_of(process_id: int) -> ProcessMark | None:
    """The mark of the process that has this number now."""
    status = _status(process_id)
    if status is None:
        return None
    return ProcessMark(process_id=process_id, started=status.started)


def is_running(mark: ProcessMark) -> bool:
    """Whether the very process runs still; one that ended and waits to be noticed does not."""
    status = _status(mark.process_id)
    return status is not None and status.started == mark.started and status.is_running


def boot_id() -> str:
    """The name of this run of the machine; marks of another mean nothing."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def members(leader: ProcessMark) -> tuple[int, ...]:
    """The processes of the group that this process began, also after it has ended itself."""
    now = _status(leader.process_id)
    if now is not None and now.started != leader.started:
        # The number belongs to somebody else, so nobody of the group can be left.
        return ()
    return tuple(
        process_id
        for process_id in _process_ids()
        if (status := _status(process_id)) is not None
        and status.group == leader.process_id
        and status.is_running
        and status.started >= leader.started
    )


def end_group(
    leader: ProcessMark,
    *,
    patience_seconds: float,
    reap: Callable[[], None] = lambda: None,
    also: Callable[[], Iterable[int]] = tuple,
) -> None:
    """Ask the leader to end, and kill what is left of its group after a while.

    `reap` is called now and then; `also` names processes that left the group but must go too.
    """
    if is_running(leader):
        with suppress(ProcessLookupError):
            os.kill(leader.process_id, signal.SIGTERM)
        _wait_until_gone(leader, patience_seconds, reap)
    deadline = time.monotonic() + _KILL_SECONDS
    while (left := {*members(leader), *also()}) and time.monotonic() < deadline:
        for process_id in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process_id, signal.SIGKILL)
        reap()
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    reap()


def _wait_until_gone(
    leader: ProcessMark, patience_seconds: float, reap: Callable[[], None]
) -> None:
    deadline = time.monotonic() + patience_seconds
    while is_running(leader) and time.monotonic() < deadline:
        reap()
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def descendants(process_id: int) -> tuple[int, ...]:
    """All processes below this one that live now."""
    found = [process_id]
    for parent in found:
        found.extend(_children(parent))
    statuses = ((child, _status(child)) for child in found[1:])
    return tuple(child for child, status in statuses if status is not None and status.is_running)


def shared_memory_of(process_ids: Iterable[int]) -> frozenset[Path]:
    """The pieces of shared memory and the semaphores of Python that the processes hold."""
    inodes: set[int] = set()
    for process_id in process_ids:
        with suppress(OSError):
            maps = (_PROC / str(process_id) / "maps").read_bytes()
            inodes.update(map(int, _MAPPED.findall(maps)))
    # By inode: a semaphore is mapped under a passing name before it gets its own.
    files = (path for pattern in _SHARED_PATTERNS for path in _SHARED_MEMORY.glob(pattern))
    return frozenset(path for path in files if _inode(path) in inodes)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def delete_shared_memory(paths: Iterable[Path]) -> None:
    """Delete what ended processes left behind; they are the only ones that knew the names."""
    for path in paths:
        is_pythons = any(path.match(pattern) for pattern in _SHARED_PATTERNS)
        if is_pythons and path.parent == _SHARED_MEMORY:
            with suppress(OSError):
                path.unlink()


def _process_ids() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _status(process_id: int) -> _Status | None:
    try:
        line = (_PROC / str(process_id) / "stat").read_bytes()
    except OSError:
        return None
    # The name in brackets may itself hold brackets and blanks.
    fields = line.rpartition(b")")[2].split()
    return _Status(state=fields[0].decode(), group=int(fields[2]), started=int(fields[19]))


def _children(process_id: int) -> list[int]:
    children: list[int] = []
    for path in (_PROC / str(process_id) / "task").glob("*/children"):
        with suppress(OSError):
            children.extend(map(int, path.read_bytes().split()))
    return children
