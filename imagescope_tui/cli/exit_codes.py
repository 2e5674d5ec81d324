"""What the exit status says; a promise to scripts."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit statuses of every command."""

    DONE = 0
    NO_MATCH = 1
    USAGE = 2
    NO_LIBRARY = 3
    NO_MODEL = 4
    SOME_FAILED = 5
    INTERRUPTED = 130
