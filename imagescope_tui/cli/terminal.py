"""stdout carries data, stderr everything else; nothing foreign reaches a terminal unfiltered."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from storage.safe_text import printable

if TYPE_CHECKING:
    from rich.console import Console


def say(text: str) -> None:
    """A note for a person, on stderr; one line."""
    print(printable(text), file=sys.stderr)  # noqa: T201


def put_line(text: str) -> None:
    """One line of data, which holds nothing foreign that is not `printable`."""
    print(text, flush=True)  # noqa: T201


def put_json(value: Any, *, indent: int | None = 2) -> None:  # noqa: ANN401
    """One JSON value; ASCII, so that no name can hold an escape."""
    print(json.dumps(value, indent=indent, default=str), flush=True)  # noqa: T201


def put_path(path: str, *, nul: bool) -> None:
    """One path as its bytes for a pipe, or made harmless for a terminal."""
    if sys.stdout.isatty() and not nul:
        put_line(printable(path))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(path) + (b"\0" if nul else b"\n"))
    sys.stdout.buffer.flush()


def is_terminal() -> bool:
    """Whether stderr is a terminal that understands cursor movements."""
    return sys.stderr.isatty() and not _is_dumb()


def _is_dumb() -> bool:
    from imagescope_tui.config import is_dumb_terminal

    return is_dumb_terminal()


def console() -> Console:
    """A rich console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def silence_stdout() -> None:
    """After a broken pipe: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
