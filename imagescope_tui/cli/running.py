"""Runs a command, and turns whatever goes wrong into one line and an exit status."""

from __future__ import annotations

import contextlib
import logging
import traceback
from typing import TYPE_CHECKING

import typer

from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import say, silence_stdout, unwritable
from imagescope_tui.errors import ImagescopeError, OutputClosed

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

# Some releases of Typer bring their own copy of Click; this is the base of the errors of either.
_WRONG_USAGE: tuple[type[Exception], ...] = tuple(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)

_HINT = "--help shows what there is"
_QUERY_HINT = f"{_HINT}; a query that begins with - goes behind --: imagescope search -- QUERY"


def run(command: Callable[..., object]) -> int:
    """The exit status of a Typer application that was called with this process's arguments."""
    try:
        outcome = command(standalone_mode=False)
    except _WRONG_USAGE as error:
        return _refuse(error)
    except (typer.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
        return ExitCode.DONE
    except OutputClosed:
        return ExitCode.DONE
    except OSError as error:
        return _report(unwritable(error) if _is_of_echo(error) else error)
    except Exception as error:  # noqa: BLE001 - a seam
        # The last seam: whatever nobody foresaw still ends in one line and a status.
        return _report(error)
    return outcome if isinstance(outcome, int) else ExitCode.DONE


def _is_of_echo(error: OSError) -> bool:
    """Whether it was Typer that could not print, as its help."""
    *_, (innermost, _line) = traceback.walk_tb(error.__traceback__)
    return innermost.f_code.co_name == "echo"


def _tell(text: str) -> None:
    """Where nobody can be told, the exit status still says it."""
    with contextlib.suppress(OSError):
        say(text)


def _refuse(error: Exception) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(getattr(error, "message", ""), err=True)
    else:
        hint = _QUERY_HINT if _is_query_taken_for_option(error) else _HINT
        _tell(f"imagescope: {_told_by(error).rstrip('.')} ({hint})")
    return ExitCode.USAGE


def _told_by(error: Exception) -> str:
    """What Click says, which names the option where the error's `message` alone does not."""
    formatted = getattr(error, "format_message", None)
    return str(formatted() if callable(formatted) else error).replace("Value error, ", "")


def _is_query_taken_for_option(error: Exception) -> bool:
    command = getattr(getattr(error, "ctx", None), "command", None)
    return type(error).__name__ == "NoSuchOption" and getattr(command, "name", "") == "search"


def _report(error: Exception) -> int:
    from indexer.errors import IndexerError
    from indexer.models.protocols import ModelError, ModelUnknown
    from storage.errors import LibraryMissing, StorageError

    if not isinstance(error, ImagescopeError | StorageError | IndexerError | ModelError):
        _log.error("unforeseen", exc_info=error)
        _tell(f"imagescope: unforeseen error: {type(error).__name__}: {error}")
        return ExitCode.USAGE
    _tell(f"imagescope: {error.message}" + (f" — {error.hint}" if error.hint else ""))
    if isinstance(error, LibraryMissing):
        return ExitCode.NO_LIBRARY
    if isinstance(error, ModelError) and not isinstance(error, ModelUnknown):
        return ExitCode.NO_MODEL
    return ExitCode.USAGE
