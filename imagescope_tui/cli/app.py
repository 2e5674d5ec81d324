"""The two commands: their options, and how errors become one line and an exit status."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from imagescope_tui.cli import doctor, index, models, purge, search, status, tui
from imagescope_tui.cli.common import (
    ConfigOption,
    LibraryOption,
    QuietOption,
    Shared,
    VerboseOption,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import say, silence_stdout
from imagescope_tui.errors import ImagescopeError

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

# Some releases of Typer bring their own copy of Click; this is the base of the errors of either.
_WRONG_USAGE: tuple[type[Exception], ...] = tuple(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)

app = typer.Typer(
    name="imagescope",
    help="Find any photo in your own folders, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("index")(index.index)
app.command("search")(search.search)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("purge")(purge.purge)
app.add_typer(models.app, name="models")

tui_app = typer.Typer(
    name="imagescope-tui",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
tui_app.command()(tui.tui)


def _show_version(value: bool) -> None:
    if value:
        from importlib.metadata import version  # half of the start-up time, for one option

        typer.echo(f"imagescope {version('imagescope-tui')}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option(
        "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
]


@app.callback()
def _shared(
    context: typer.Context,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    _version: VersionOption = False,
) -> None:
    context.obj = Shared(library=library, config=config, quiet=quiet, verbose=verbose)


def main() -> None:
    """The command `imagescope`."""
    sys.exit(_run(app))


def main_tui() -> None:
    """The command `imagescope-tui`."""
    sys.exit(_run(tui_app))


def _run(command: Callable[..., object]) -> int:
    try:
        outcome = command(standalone_mode=False)
    except _WRONG_USAGE as error:
        return _refuse(error)
    except (typer.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - a seam
        # The last seam: whatever nobody foresaw still ends in one line and a status.
        return _report(error)
    return outcome if isinstance(outcome, int) else ExitCode.DONE


def _refuse(error: BaseException) -> int:
    told = str(getattr(error, "message", error)).removeprefix("Value error, ")
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(told, err=True)
    else:
        say(f"imagescope: {told.rstrip('.')} (--help shows what there is)")
    return ExitCode.USAGE


def _report(error: Exception) -> int:
    from indexer.errors import IndexerError
    from indexer.models.protocols import ModelError
    from storage.errors import LibraryMissing, StorageError

    if not isinstance(error, ImagescopeError | StorageError | IndexerError | ModelError):
        _log.error("unforeseen", exc_info=error)
        say(f"imagescope: unforeseen error: {type(error).__name__}: {error}")
        return ExitCode.USAGE
    say(f"imagescope: {error.message}" + (f" — {error.hint}" if error.hint else ""))
    if isinstance(error, LibraryMissing):
        return ExitCode.NO_LIBRARY
    return ExitCode.NO_MODEL if isinstance(error, ModelError) else ExitCode.USAGE
