"""`imagescope index`: bring the library up to date, and stay if asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from imagescope_tui.cli.terminal import is_terminal
from imagescope_tui.config import Settings
from imagescope_tui.errors import UsageError
from indexer.models.chat_types import RoleSettings
from storage.holder import this_program

if TYPE_CHECKING:
    from imagescope_tui.cli.index_report import Report

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
    no_captions: Annotated[
        bool, typer.Option("--no-captions", help="Do not have captions written.")
    ] = False,
    ray: Annotated[
        str, typer.Option("--ray", metavar="ADDRESS", help="A Ray cluster that does the work.")
    ] = "",
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Decoding processes.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", metavar="N", help="Threads of the encoder.")
    ] = None,
    nice: Annotated[
        int | None, typer.Option("--nice", metavar="N", help="0: as other programs; 19: last.")
    ] = None,
    encoder: EncoderOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Add folders and bring the library up to date."""
    run = begin(
        context,
        library=library,
        config=config,
        quiet=quiet,
        verbose=verbose,
        encoder=encoder,
        more={"workers": workers, "threads": threads, "nice": nice},
    )
    added = existing_folders(folders or [], run.settings)
    if not added:
        _expect_roots(run)
    told = indexer_options(
        run.settings,
        folders=added,
        watch=watch,
        retry_failed=retry_failed,
        captions=not no_captions,
    )
    typed = f"{context.command_path} --watch" if watch else context.command_path
    options = replace(told, cluster=ray, program=this_program(typed))
    from imagescope_tui.cli.index_run import run_indexer  # asyncio takes a while to import

    is_uncaptioned = no_captions or options.chosen is not None
    find_captioner = None if is_uncaptioned else _local_captioner(run.settings)
    with _report(run, json_lines=json_lines) as report:
        interrupted = run_indexer(options, report, find_captioner)
    report.summarize()
    if interrupted:
        # Ctrl-C is how following changes ends.
        return ExitCode.DONE if watch else ExitCode.INTERRUPTED
    return report.exit_code


def _expect_roots(run: Invocation) -> None:
    from storage.errors import LibraryOutdated

    try:
        with open_library(run.settings) as library:
            has_roots = bool(library.roots.all())
    except LibraryOutdated:
        # To index is what brings it up to date.
        return
    if not has_roots:
        raise UsageError("the library has no folder yet", "imagescope index FOLDER")


def _local_captioner(settings: Settings) -> Callable[[], Awaitable[RoleSettings | None]] | None:
    """How to find a server of this machine; None where the settings name one."""
    if settings.chat:
        return None
    from imagescope_tui.model_server import ModelServerKeeper

    return ModelServerKeeper(settings).find


def _report(run: Invocation, *, json_lines: bool) -> Report:
    # All kinds of events come with it: a tenth of the start of every other command.
    from imagescope_tui.cli.index_report import EventPrinter, PlainReport, ProgressReport

    if json_lines:
        return EventPrinter()
    if is_terminal() and not run.quiet:
        return ProgressReport()
    return PlainReport(quiet=run.quiet)
