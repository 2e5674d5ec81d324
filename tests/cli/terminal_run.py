"""A command with a terminal of its own, and every byte that it sends there."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ROWS, _COLUMNS = 40, 160


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a command left behind."""

    status: int
    raw: bytes


def run_on_terminal(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Drawn:
    """Run a command whose output and errors go to a terminal; it is given nothing to read."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**environment, "TERM": "xterm-256color"},
    )
    os.close(theirs)
    raw = b""
    with process:
        while part := _read(ours):
            raw += part
    os.close(ours)
    return Drawn(process.returncode, raw)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        # Linux says so when the last who could write is gone.
        return b""
