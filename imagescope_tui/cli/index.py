"""`imagescope index`: bring the library up to date, and stay if asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    EncoderOption,
    Invocation,
    LibraryOption,
    QuietOption,
    VerboseOption,
    begin,
    existing_folders,
    indexer_options,
    open_library,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.index_report import EventPrinter, PlainReport, ProgressReport, Report
from imagescope_tui.cli.terminal import is_terminal
from imagescope_tui.errors import UsageError

FoldersArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Folders of photos to add.")
]


def index(
    context: typer.Context,
    folders: FoldersArgument = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and follow changes.")] = False,
    json_lines: Annotated[
        bool, typer.Option("--json", help="One event per line on stdout.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try photos again that failed before.")
    ] = False,
    encoder: EncoderOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Add folders and bring the library up to date."""
    run = begin(
        context, library=library, config=config, quiet=quiet, verbose=verbose, encoder=encoder
    )
    added = existing_folders(folders or [], run.settings)
    if not added:
        _expect_roots(run)
    options = indexer_options(run.settings, folders=added, watch=watch, retry_failed=retry_failed)
    from imagescope_tui.cli.index_run import run_indexer  # asyncio takes a while to import

    with _report(run, json_lines=json_lines) as report:
        interrupted = run_indexer(options, report)
    report.summarize()
    if interrupted:
        # Ctrl-C is how following changes ends.
        return ExitCode.DONE if watch else ExitCode.INTERRUPTED
    return report.exit_code


def _expect_roots(run: Invocation) -> None:
    with open_library(run.settings) as library:
        if not library.roots.all():
            raise UsageError("the library has no folder yet", "imagescope index FOLDER")


def _report(run: Invocation, *, json_lines: bool) -> Report:
    if json_lines:
        return EventPrinter()
    if is_terminal() and not run.quiet:
        return ProgressReport()
    return PlainReport(quiet=run.quiet)
