"""stdout carries data, stderr everything else; nothing foreign reaches a terminal unfiltered."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from imagescope_tui.errors import OutputClosed, OutputUnwritable
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console


def say(text: str) -> None:
    """A note for a person, on stderr; one line."""
    print(printable(text), file=sys.stderr)  # noqa: T201


def unwritable(error: OSError) -> OutputUnwritable:
    """What a failure to write stdout is told as; nothing more is written."""
    silence_stdout()
    return OutputUnwritable(f"the output cannot be written: {error.strerror}")


@contextmanager
def _writing_stdout() -> Iterator[None]:
    """Tells a failure to write stdout from all others.

    Raises:
        OutputClosed: nobody reads it any more.
        OutputUnwritable: stdout took no more.
    """
    try:
        yield
    except BrokenPipeError as error:
        silence_stdout()
        raise OutputClosed("nobody reads the output any more") from error
    except OSError as error:
        raise unwritable(error) from error


def put_line(text: str) -> None:
    """One line of data, which holds nothing foreign that is not `printable`."""
    with _writing_stdout():
        print(text, flush=True)  # noqa: T201


def put_told(text: str, indent: int) -> None:
    """A line for a person: in a terminal broken between words, what follows moved in by `indent`.

    For other programs it stays one line. Commands and paths stay whole: they are copied.
    """
    if not is_shown():
        put_line(text)
        return
    lines = textwrap.wrap(
        text,
        max(indent + 20, shutil.get_terminal_size().columns),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    put_line("\n".join(lines))


def put_json(value: Any, *, indent: int | None = 2) -> None:  # noqa: ANN401
    """One JSON value; ASCII, so that no name can hold an escape."""
    put_line(json.dumps(value, indent=indent, default=str))


def put_path(path: str, *, nul: bool) -> None:
    """One path as its bytes for a pipe, or made harmless for a terminal."""
    shown = printable(path) if is_shown() else path
    with _writing_stdout():
        sys.stdout.flush()
        sys.stdout.buffer.write(os.fsencode(shown) + (b"\0" if nul else b"\n"))
        sys.stdout.buffer.flush()


def is_shown() -> bool:
    """Whether what is printed is looked at, and not read by another program."""
    return sys.stdout.isatty()


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
    """Where nothing can be written any more: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
