"""`imagescope`: its commands and the options before them."""

from __future__ import annotations

import copy
import sys
from typing import TYPE_CHECKING

import typer

from imagescope_tui.cli import (
    backup,
    doctor,
    eval,
    index,
    models,
    pause,
    purge,
    search,
    serve,
    status,
)
from imagescope_tui.cli.common import (
    ConfigOption,
    LibraryOption,
    QuietOption,
    Shared,
    VerboseOption,
)
from imagescope_tui.cli.running import run
from imagescope_tui.cli.search_help import EPILOG
from imagescope_tui.cli.version import VersionOption

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    name="imagescope",
    help="Find any photo in your own folders, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help loads in half the time, and reads the same in a pipe.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("index")(index.index)
app.command("pause")(pause.pause)
app.command("resume")(pause.resume)
app.command("search", epilog=EPILOG)(search.search)
app.command("status")(status.status)
app.command("serve")(serve.serve)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("purge")(purge.purge)
app.add_typer(models.app, name="models")
app.add_typer(eval.app, name="eval")


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
    sys.exit(run(needed_for(sys.argv[1:])))


def needed_for(arguments: Sequence[str]) -> typer.Typer:
    """The application with the one command that is asked for, where the first argument names it.

    Typer looks at every parameter of every command it has: a tenth of the time of a search.
    """
    first = arguments[0] if arguments else ""
    needed = copy.copy(app)
    needed.registered_commands = [each for each in app.registered_commands if each.name == first]
    needed.registered_groups = [each for each in app.registered_groups if each.name == first]
    return needed if needed.registered_commands or needed.registered_groups else app
