"""`imagescope status`: what the library holds, and what it could not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    begin,
    open_library,
)
from imagescope_tui.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from imagescope_tui.cli.status_report import Status
    from imagescope_tui.config import Settings
    from indexer.pauses import PauseReason
    from storage.library import Library
    from storage.records import Failure

_PAGE = 1_000


def status(
    context: typer.Context,
    failures: Annotated[
        bool, typer.Option("--failures", help="List each failed file with its reason.")
    ] = False,
    disk: Annotated[
        bool, typer.Option("--disk", help="Measure the room on disk; takes a while.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Show what the library holds."""
    # What is told takes longer to import than `imagescope --help` takes.
    from imagescope_tui.cli.status_report import print_status, status_as_json
    from imagescope_tui.cli.terminal import put_json

    run = begin(context, library=library, config=config, quiet=quiet, verbose=verbose)
    told = _look(run.settings, failures=failures, disk=disk)
    if as_json:
        put_json(status_as_json(told))
    else:
        print_status(told)
    return ExitCode.DONE


def _look(settings: Settings, *, failures: bool, disk: bool) -> Status:
    from imagescope_tui.cli.status_report import Status
    from imagescope_tui.ui.library_report import read_report
    from imagescope_tui.ui.library_room import measure_room
    from storage.holder import read_holder

    with open_library(settings) as reader:
        report = read_report(reader)
        failed = _all_failures(reader) if failures else None
    return Status(
        library=settings.library,
        report=report,
        paused=_pause_reason(settings),
        holder=read_holder(settings.library),
        failures=failed,
        room=measure_room(settings.library, settings.models_folder) if disk else None,
    )


def _pause_reason(settings: Settings) -> PauseReason | None:
    """Why whoever indexes this library now waits, or would."""
    from indexer.pauses import Pauses  # asks the system, which takes a while to import

    return Pauses(settings.library, spare_battery=settings.on_battery == "pause").reason


def _all_failures(library: Library) -> list[Failure]:
    found: list[Failure] = []
    while page := library.failures.page(offset=len(found), limit=_PAGE):
        found.extend(page)
    return found
