"""A running child and everything it told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from imagescope_tui.indexer_client import IndexerClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.events import IndexEvent
    from indexer.options import IndexerOptions

PATIENCE_SECONDS = 60


class Session:
    """A running child, and what it told so far."""

    def __init__(self, options: IndexerOptions) -> None:
        self.events: list[IndexEvent] = []
        self._news = asyncio.Condition()
        self.client = IndexerClient(options, on_event=self._hear)

    def _hear(self, event: IndexEvent) -> None:
        self.events.append(event)
        self._wake = asyncio.get_running_loop().create_task(self._announce())

    async def _announce(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, is_enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(is_enough)

    async def until_told(self, kind: type[IndexEvent], times: int = 1) -> None:
        await self.until(lambda: sum(isinstance(e, kind) for e in self.events) >= times)
