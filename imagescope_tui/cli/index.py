"""`imagescope index`: bring the library up to date, and stay if asked."""

from __future__ import annotations

import asyncio
import contextlib
import signal
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
from imagescope_tui.cli.index_report import EventPrinter, PlainReport, ProgressReport, Report
from imagescope_tui.cli.terminal import is_terminal, say
from imagescope_tui.errors import UsageError

if TYPE_CHECKING:
    from imagescope_tui.indexer_client import IndexerClient
    from indexer.options import IndexerOptions

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
    with _report(run, json_lines=json_lines) as report:
        interrupted = asyncio.run(_index(options, report))
    report.summarize()
    return ExitCode.INTERRUPTED if interrupted and not watch else report.exit_code


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


async def _index(options: IndexerOptions, report: Report) -> bool:
    """Run the child to its end; whether it was interrupted."""
    from imagescope_tui.indexer_client import IndexerClient

    client = IndexerClient(options, on_event=report.take)
    await client.start()
    interruption = _Interruption(client)
    interruption.install()
    try:
        report.status = await client.wait()
    finally:
        await client.stop()
        interruption.remove()
    return interruption.count > 0


class _Interruption:
    """Ctrl-C once lets the batch in hand be committed, twice stops at once; nothing is lost."""

    def __init__(self, client: IndexerClient) -> None:
        self._client = client
        self._task: asyncio.Task[None] | None = None
        self.count = 0

    def install(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupt)

    def remove(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    def _interrupt(self) -> None:
        self.count += 1
        if self.count == 1:
            say("stopping after this batch; Ctrl-C again stops at once")
            self._client.request_stop()
        else:
            with contextlib.suppress(ProcessLookupError):
                self._client.kill()
