"""A search from query to result: all at once for a screen, or step by step for many queries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from imagescope_tui.search import steps
from imagescope_tui.search.events import SearchFinished, SearchStarted
from imagescope_tui.search.models import NO_MODELS, RoleModels
from imagescope_tui.search.retrieval import Retrieval
from imagescope_tui.search.run import SearchRun
from imagescope_tui.search.strategies import steps_of
from imagescope_tui.search.types import SearchOptions, SearchResult
from imagescope_tui.search.verifier import AnswerMemory

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from imagescope_tui.search.retriever import PictureSearch, WordSearch
    from imagescope_tui.search.run import Emit
    from imagescope_tui.search.sight import Sight
    from imagescope_tui.search.types import Query, Step

DEFAULT_OPTIONS = SearchOptions()
_STEPS: dict[Step, Callable[[SearchRun], Awaitable[None]]] = {
    "read": steps.read,
    "ask": steps.ask,
    "retrieve": steps.retrieve,
    "verify": steps.verify,
    "judge": steps.judge,
}


class SearchEngine:
    """Runs searches; cancelling the task that runs one cancels its requests."""

    def __init__(
        self,
        pictures: PictureSearch,
        words: WordSearch,
        *,
        models: Callable[[], RoleModels] = lambda: NO_MODELS,
        sight: Sight | None = None,
    ) -> None:
        self._retrieval = Retrieval(pictures, words)
        self._models = models
        self._sight = sight
        self._memory = AnswerMemory()

    def close(self) -> None:
        """Let go of the library."""
        self._retrieval.close()
        if self._sight is not None:
            self._sight.close()

    async def search(
        self, query: Query, *, emit: Emit, options: SearchOptions = DEFAULT_OPTIONS
    ) -> SearchResult:
        """Search once, telling each step.

        What needs no model is told first, at once; the stages follow as they are asked for. A
        stage that cannot run is told as `StageDegraded`, and what was found before it stands.

        Raises:
            Superseded: a newer search took this one's place.
            SearchError: not even the words could be searched.
        """
        emit(SearchStarted(query=query, options=options))
        run = self._run(self.begin(query, options), options, emit)
        taken = steps_of(options)
        await _first_stage(run, is_read="read" in taken)
        for step in taken:
            if step in ("ask", "verify", "judge") and run.result.ranking:
                await _STEPS[step](run)
        emit(SearchFinished(result=run.result))
        return run.result

    def begin(self, query: Query, options: SearchOptions) -> SearchResult:
        """A result without anything in it, for the first step."""
        return SearchResult(query=query, encoder_id=None, strategy=options.strategy)

    async def step(
        self,
        step: Step,
        result: SearchResult,
        options: SearchOptions,
        emit: Emit = lambda event: None,
    ) -> SearchResult:
        """One step of `steps_of(options)`, on the result of those before it.

        The result is all that a later step needs: it may be written down and read between two. A
        model's failure is a degradation in it, and the ranking before stands; each stage's costs
        are summed over its steps.

        Raises:
            SearchError: the photos could not be ranked at all.
        """
        run = self._run(result, options, emit)
        await _STEPS[step](run)
        return run.result

    def _run(self, result: SearchResult, options: SearchOptions, emit: Emit) -> SearchRun:
        return SearchRun(
            result=result,
            options=options,
            emit=emit,
            retrieval=self._retrieval,
            models=self._models(),
            sight=self._sight,
            memory=self._memory,
        )


async def _first_stage(run: SearchRun, *, is_read: bool) -> None:
    """Ranks by the query as it stands while the reasoner reads it, then by what it was read as."""
    meter = run.meter(1)
    is_read = is_read and bool(run.query.text.strip()) and run.models.reasoner is not None
    reading = asyncio.create_task(steps.read_with(run, meter.models)) if is_read else None
    try:
        plain = await steps.plain(run, meter)
        run.put_retrieved(plain, meter.cost(), is_final=reading is None)
        if reading is not None:
            await reading
            found = await steps.described(run) if steps.is_read(run) else None
            run.put_retrieved(found or steps.again(run, plain), meter.cost(), is_final=True)
    finally:
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])
