"""The indexer's child as the screen starts it, and searches asked of it."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagescope_tui.indexer_client import IndexerClient
from indexer.events import IndexUpToDate, PhotosCommitted
from indexer.questions import PictureQuestion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from indexer.events import IndexEvent
    from indexer.options import IndexerOptions

PATIENCE_SECONDS = 300.0
_LIMIT = 20


@dataclass(slots=True)
class Heard:
    """What the child told."""

    is_up_to_date: asyncio.Event = field(default_factory=asyncio.Event)
    has_committed: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, event: IndexEvent) -> None:
        """Note it."""
        if isinstance(event, IndexUpToDate):
            self.is_up_to_date.set()
        elif isinstance(event, PhotosCommitted):
            self.has_committed.set()


@asynccontextmanager
async def serving(options: IndexerOptions, heard: Heard) -> AsyncIterator[IndexerClient]:
    """A child that is up to date and has searched once, which opens what searching needs."""
    client = IndexerClient(options, on_event=heard.take)
    await client.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await heard.is_up_to_date.wait()
        await seconds_of_search(client, "warm")
        yield client
    finally:
        await client.stop()


async def seconds_of_search(client: IndexerClient, text: str) -> float:
    """From the question to the answer."""
    started = time.perf_counter()
    await client.nearest(PictureQuestion(texts=(text,), limit=_LIMIT))
    return time.perf_counter() - started
