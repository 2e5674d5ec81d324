"""`imagescope purge`: forget photos that their owner deleted long ago."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from imagescope_tui.cli.common import ConfigOption, LibraryOption, QuietOption, begin
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import say

_DAY_SECONDS = 86_400.0


def purge(
    context: typer.Context,
    days: Annotated[
        int, typer.Option("--older-than", metavar="DAYS", min=0, help="Deleted so long ago.")
    ] = 30,
    apply: Annotated[
        bool, typer.Option("--apply", help="Really do it; without this it only counts.")
    ] = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> int:
    """Forget photos that were deleted from their folders. Files are never touched."""
    from storage.library import Library

    run = begin(context, library=library, config=config, quiet=quiet)
    before = time.time() - days * _DAY_SECONDS
    with Library.open_reader(run.settings.library) as reader:
        waiting = reader.files.count_purgeable(before)
    if not apply:
        say(f"{waiting:,} deleted photos would be forgotten; --apply does it")
        return ExitCode.DONE
    with Library.open_writer(run.settings.library) as writer, writer.atomic():
        purged = writer.files.purge(before)
    if not run.quiet:
        say(f"{purged:,} deleted photos are forgotten")
    return ExitCode.DONE
