"""Many questions at once, all answered or none waited for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable


async def together(works: Iterable[Coroutine[None, None, None]]) -> None:
    """Run all to their end; the first failure, or being cancelled, cancels the rest.

    A task group would wrap the failure in a group of one.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
