"""What a process and those below it have cost so far, as Linux tells it."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_SECONDS_BETWEEN_LOOKS = 0.25


def tree_of(process_id: int) -> tuple[int, ...]:
    """The process and all its descendants that live now."""
    found = [process_id]
    for parent in found:
        found.extend(_children(parent))
    return tuple(found)


def _children(process_id: int) -> list[int]:
    children: list[int] = []
    for path in Path(f"/proc/{process_id}/task").glob("*/children"):
        try:
            children.extend(map(int, path.read_text(encoding="ascii").split()))
        except OSError:
            continue
    return children


def cpu_seconds(process_id: int) -> float:
    """Of a process, of its descendants, and of those it has waited for."""
    return sum(_own_and_waited(number) for number in tree_of(process_id))


def _own_and_waited(process_id: int) -> float:
    try:
        status = Path(f"/proc/{process_id}/stat").read_bytes()
    except OSError:
        return 0.0
    return sum(map(int, status.rpartition(b")")[2].split()[11:15])) / _TICKS


def command_of(process_id: int) -> str:
    """Its command line, for telling processes apart."""
    try:
        return Path(f"/proc/{process_id}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """In bytes."""

    resident: int
    proportional: int
    """PSS: pages shared with n processes count for an n-th."""
    private: int
    dirty: int
    """Private, and in no file: the system cannot drop it."""


def memory_of(process_id: int) -> Memory:
    """What the process holds now."""
    text = Path(f"/proc/{process_id}/smaps_rollup").read_text(encoding="ascii")
    sizes = {name: int(size) * 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
    return Memory(
        resident=sizes["Rss"],
        proportional=sizes["Pss"],
        private=sizes["Private_Clean"] + sizes["Private_Dirty"],
        dirty=sizes["Private_Dirty"],
    )


def peak_resident(process_id: int) -> int:
    """The most the process ever held, in bytes; 0 when it is gone."""
    try:
        text = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


@dataclass
class PeakWatch:
    """Notes, while entered, the largest resident size of each process of a tree."""

    process_id: int
    peaks: dict[int, int] = field(default_factory=dict)
    commands: dict[int, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_often, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def largest(self, part_of_command: str) -> int:
        """The highest peak among processes whose command line holds the text, in bytes."""
        return max(
            (
                peak
                for number, peak in self.peaks.items()
                if part_of_command in self.commands.get(number, "")
            ),
            default=0,
        )

    def _look_often(self) -> None:
        while not self._is_over.wait(_SECONDS_BETWEEN_LOOKS):
            for number in tree_of(self.process_id):
                # Read each time: a process that was just forked still has its parent's name.
                self.commands[number] = command_of(number) or self.commands.get(number, "")
                self.peaks[number] = max(self.peaks.get(number, 0), peak_resident(number))
