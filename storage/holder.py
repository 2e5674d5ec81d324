"""The note beside a library's lock that says which program has it.

It is no lock: a process that was killed leaves its note behind, and then it says nothing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.private import write_private
from storage.safe_text import printable

HOLDER_NAME = "indexer.pid"

_CLOCK_SECONDS = 2.0
"""By how much the clock of processes and the one of notes may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program as a person knows it: what was typed, and where."""

    process: int
    command: str
    terminal: str = ""
    """Such as `pts/3`; empty where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who may write a library, and since when."""

    process: int
    """The one that has the lock."""
    since: float | None = None
    """In seconds since the epoch; None where an older version did not say."""
    host: str = ""
    program: Program | None = None
    """Who started that process, or what it is itself."""

    @property
    def is_here(self) -> bool:
        """Whether it is a process of this machine."""
        return self.host in ("", _own_host())


def this_program(command: str = "") -> Program:
    """This process.

    Args:
        command: what was typed; else the program's name.
    """
    name = Path(sys.argv[0]).stem
    own = name if name and name != "__main__" else "imagescope"
    return Program(process=os.getpid(), command=command or own, terminal=_terminal())


def _own_host() -> str:
    import platform  # only where there is a note, or is to be one

    return platform.node()


def _terminal() -> str:
    for stream in range(3):
        try:
            return os.ttyname(stream).removeprefix("/dev/")
        except OSError:
            continue
    return ""


def write_holder(folder: Path, program: Program | None) -> None:
    """Say that this process has the lock of the library in a folder, for the program.

    Raises:
        OSError: the note cannot be written.
    """
    holder = Holder(
        process=os.getpid(),
        since=time.time(),
        host=_own_host(),
        program=program or this_program(),
    )
    write_private(folder / HOLDER_NAME, json.dumps(asdict(holder)))


def read_holder(folder: Path) -> Holder | None:
    """Who the note says has the lock; None where there is none, or that process has ended."""
    try:
        holder = _holder(json.loads((folder / HOLDER_NAME).read_text()))
    except (OSError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    return holder if not holder.is_here or _lives(holder) else None


def _holder(fields: Any) -> Holder:  # noqa: ANN401
    if isinstance(fields, int):
        # Older versions wrote the number of the process alone.
        return Holder(process=fields)
    program, since = fields["program"], fields["since"]
    return Holder(
        process=int(fields["process"]),
        since=None if since is None else float(since),
        host=str(fields["host"]),
        program=Program(
            process=int(program["process"]),
            command=str(program["command"]),
            terminal=str(program["terminal"]),
        ),
    )


def _lives(holder: Holder) -> bool:
    """Whether the process is there, and no later one that was given its number."""
    import psutil  # only where there is a note

    try:
        began = psutil.Process(holder.process).create_time()
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OverflowError, ValueError):
        return True
    return holder.since is None or began <= holder.since + _CLOCK_SECONDS


def holder_words(holder: Holder) -> str:
    """`imagescope-tui, terminal pts/3, since 14:02 (process 1234)`, as much as is known."""
    program = holder.program
    parts = [
        printable(program.command) if program else "",
        f"terminal {printable(program.terminal)}" if program and program.terminal else "",
        "" if holder.is_here else f"on {printable(holder.host)}",
        f"since {_moment(holder.since)}" if holder.since is not None else "",
    ]
    told = ", ".join(part for part in parts if part)
    number = f"process {program.process if program else holder.process}"
    return f"{told} ({number})" if told else number


def _moment(seconds: float) -> str:
    """The local time; with its day where that is not today."""
    try:
        moment, today = datetime.fromtimestamp(seconds).astimezone(), datetime.now().astimezone()
    except (OverflowError, OSError, ValueError):
        return "long ago"
    return f"{moment:%H:%M}" if moment.date() == today.date() else f"{moment:%Y-%m-%d %H:%M}"
