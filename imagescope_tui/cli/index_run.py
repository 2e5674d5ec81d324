"""Runs the indexer's child to its end, and passes Ctrl-C on with care."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from imagescope_tui.cli.terminal import say
from imagescope_tui.indexer_client import IndexerClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from imagescope_tui.cli.index_report import Report
    from indexer.models.chat_types import RoleSettings
    from indexer.options import IndexerOptions


FindCaptioner: TypeAlias = "Callable[[], Awaitable[RoleSettings | None]]"


def run_indexer(
    options: IndexerOptions, report: Report, find_captioner: FindCaptioner | None = None
) -> bool:
    """Index until done or interrupted; whether it was interrupted.

    `find_captioner` is asked first for a server of this machine, where none was set.
    """
    return asyncio.run(_index(options, report, find_captioner))


async def _index(
    options: IndexerOptions, report: Report, find_captioner: FindCaptioner | None
) -> bool:
    """Run the child to its end; whether it was interrupted."""
    if find_captioner is not None:
        options = replace(options, captioner=await find_captioner())
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
