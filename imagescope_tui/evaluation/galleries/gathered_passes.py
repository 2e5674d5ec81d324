"""Questions that come one by one are answered many at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Question = TypeVar("Question")
Reply = TypeVar("Reply")

PATIENCE_SECONDS = 0.05
"""So long nothing may come before a pass begins: little beside a pass over millions of rows."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Question, Reply]):
    question: Question
    reply: asyncio.Future[Reply]


class GatheredPasses(Generic[Question, Reply]):
    """Runs `answer_all` in a thread of its own, for all questions that wait when it begins.

    What comes while it runs waits for the next pass. Of one event loop.
    """

    def __init__(
        self,
        answer_all: Callable[[Sequence[Question]], Sequence[Reply]],
        *,
        most: int,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """`answer_all` gives one reply per question, in their order; `most` goes to it at once."""
        self._answer_all = answer_all
        self._most = most
        self._patience_seconds = patience_seconds
        self._waiting: list[_Waiting[Question, Reply]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gathered-passes")
        self._serving: asyncio.Task[None] | None = None
        self.passes = 0
        """How many there were so far."""

    async def ask(self, question: Question) -> Reply:
        """The reply; what `answer_all` raises comes to every question that was in that pass."""
        waiting: _Waiting[Question, Reply] = _Waiting(
            question, asyncio.get_running_loop().create_future()
        )
        self._waiting.append(waiting)
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await waiting.reply

    def close(self) -> None:
        """Wait for the pass that runs; begin no other, and cancel those who wait for one."""
        for item in self._waiting:
            if not item.reply.done():
                item.reply.cancel()
        self._waiting.clear()
        self._thread.shutdown()

    async def _serve(self) -> None:
        while self._waiting:
            await self._all_have_come()
            wanted = [item for item in self._waiting if not item.reply.done()]
            now, self._waiting = wanted[: self._most], wanted[self._most :]
            if now:
                await self._answer(now)

    async def _all_have_come(self) -> None:
        seen = 0
        while seen < len(self._waiting) < self._most:
            seen = len(self._waiting)
            await asyncio.sleep(self._patience_seconds)

    async def _answer(self, asked: list[_Waiting[Question, Reply]]) -> None:
        self.passes += 1
        questions = [item.question for item in asked]
        running = asyncio.get_running_loop()
        try:
            replies = await running.run_in_executor(self._thread, self._answer_all, questions)
        except Exception as error:  # noqa: BLE001 - handed on to those who asked
            for item in asked:
                if not item.reply.done():
                    item.reply.set_exception(error)
            return
        for item, reply in zip(asked, replies, strict=True):
            # Who asked may have been cancelled meanwhile.
            if not item.reply.done():
                item.reply.set_result(reply)
