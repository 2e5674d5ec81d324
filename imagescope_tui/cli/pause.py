"""`imagescope pause` and `resume`: tell whoever indexes the library to wait, or to go on."""

from __future__ import annotations

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    LibraryOption,
    QuietOption,
    begin,
    open_library,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import say


def pause(
    context: typer.Context,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> int:
    """Let indexing wait until `resume`, also after restarts; searching goes on."""
    return _put(context, True, library=library, config=config, quiet=quiet)


def resume(
    context: typer.Context,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> int:
    """Let indexing go on."""
    return _put(context, False, library=library, config=config, quiet=quiet)


def _put(
    context: typer.Context,
    paused: bool,
    *,
    library: LibraryOption,
    config: ConfigOption,
    quiet: QuietOption,
) -> int:
    from storage.pause_mark import put_pause

    run = begin(context, library=library, config=config, quiet=quiet)
    # Only to see that there is a library.
    with open_library(run.settings) as reader:
        put_pause(reader.folder, paused)
    if not run.quiet:
        say("indexing is paused; imagescope resume goes on" if paused else "indexing goes on")
    return ExitCode.DONE
