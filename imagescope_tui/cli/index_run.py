"""Runs the indexer's child to its end, and passes Ctrl-C on with care."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

from imagescope_tui.cli.terminal import say
from imagescope_tui.indexer_client import IndexerClient

if TYPE_CHECKING:
    from imagescope_tui.cli.index_report import Report
    from indexer.options import IndexerOptions


def run_indexer(options: IndexerOptions, report: Report) -> bool:
    """Index until done or interrupted; whether it was interrupted."""
    return asyncio.run(_index(options, report))


async def _index(options: IndexerOptions, report: Report) -> bool:
    """Run the child to its end; whether it was interrupted."""
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
