"""Runs a benchmark: each step over all queries, so that a model is loaded once for all of them.

Every finished step of a query is a line on disk before the next begins: a run that is killed goes
on where it was, and what it had found is not asked for again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from imagescope_tui.errors import DatasetIncomplete, ImagescopeError, RunUnusable
from imagescope_tui.evaluation.runs.at_once import for_each
from imagescope_tui.evaluation.runs.conversations import Conversations
from imagescope_tui.evaluation.runs.line_file import LineFile, read_lines
from imagescope_tui.evaluation.runs.query_record import record_of
from imagescope_tui.evaluation.runs.query_state import (
    QueryState,
    StateLines,
    retrieved,
    search_query,
)
from imagescope_tui.search.strategies import roles_of, steps_of
from indexer.models.chat_types import ChatUnavailable
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from imagescope_tui.evaluation.runs.folder import RunFolder
    from imagescope_tui.evaluation.runs.record import StageRecord
    from imagescope_tui.evaluation.task import BenchmarkQuery
    from imagescope_tui.search.engine import SearchEngine
    from imagescope_tui.search.types import SearchOptions, SearchResult, Step
    from indexer.models.roles import Role

RANKED_MAX = 1_000
"""How far a target's rank is followed."""
RANKED_AT_ONCE = 256
"""Queries that may wait for the same pass over vectors on disk."""

Sides: TypeAlias = "Callable[[BenchmarkQuery], Awaitable[dict[str, StageRecord]]]"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgress:
    """How far a step is; counts of queries."""

    step: Step
    place: int
    """Which of the steps, from 1."""
    steps: int
    done: int
    resumed: int
    """Those of the done ones that an earlier run did."""
    total: int
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What a run asks of its surroundings."""

    prepare: Callable[[Sequence[Role]], Awaitable[None]]
    """Before a step: the roles that it asks; see that their models are there."""
    are_there: Callable[[Sequence[Role]], Awaitable[bool]]
    """Whether the roles' servers answer just now."""
    on_progress: Callable[[StepProgress], None] = lambda progress: None
    sides: Sides | None = None
    """Ranks parts of stage 1 alone."""


class Runner:
    """One run; see `run`."""

    def __init__(
        self,
        queries: Sequence[BenchmarkQuery],
        gallery: Gallery,
        engine: SearchEngine,
        folder: RunFolder,
        hooks: Hooks,
        *,
        options: SearchOptions,
        stages: Sequence[int],
        at_once: int,
        ranked_at_once: int = 1,
    ) -> None:
        """`stages` are those that are reported; `options.stages` is the last of them.

        Ranking keeps one thread busy: more at once would only wait, and count their waiting as
        seconds. Vectors that are read in one pass for all who wait want `RANKED_AT_ONCE`.
        """
        self._queries = queries
        self._gallery = gallery
        self._engine = engine
        self._folder = folder
        self._hooks = hooks
        # Copies of a photo are answers of their own, as the data sets count them.
        self._options = replace(
            options, fold_copies=False, limit=max(1, min(len(gallery), RANKED_MAX))
        )
        self._at_once = at_once
        self._ranked_at_once = ranked_at_once
        self._stages = tuple(stages)
        self._conversations = Conversations(queries)
        self._lines = StateLines(gallery, queries)
        self._steps = steps_of(self._options)

    async def run(self) -> None:
        """Do what is left to do, until every query has its record.

        Raises:
            ChatUnavailable: a model's server does not answer any more; what is done is kept.
            RunUnusable: the run's folder cannot be read or written.
            DatasetIncomplete, StorageError: the gallery cannot be read.
        """
        if len(self._folder.done()) == len(self._queries):
            return
        for place, step in enumerate(self._steps, start=1):
            await self._run_step(step, place)

    async def _run_step(self, step: Step, place: int) -> None:
        is_last = place == len(self._steps)
        done = self._folder.done() if is_last else self._done_in(step)
        counter = _Counter(
            StepProgress(
                step=step,
                place=place,
                steps=len(self._steps),
                done=len(done),
                resumed=len(done),
                total=len(self._queries),
            ),
            self._hooks.on_progress,
        )
        if len(done) == len(self._queries):
            return
        await self._hooks.prepare(roles_of(step, self._options))
        lines = LineFile(self._folder.step_path(step))

        async def work(unit: Sequence[QueryState]) -> None:
            for waiting in unit:
                state = await self._advance(step, waiting)
                if is_last:
                    query = self._queries[state.number]
                    record = record_of(state, query, self._stages, self._gallery)
                    self._folder.put(state.number, record)
                else:
                    lines.append(self._lines.line(state))
                counter.count(state)

        units = self._after(self._steps[place - 2], done) if place > 1 else self._first(step, done)
        at_once = self._ranked_at_once if step == "retrieve" else self._at_once
        try:
            await for_each(units, work, at_once=at_once)
        finally:
            lines.close()

    def _done_in(self, step: Step) -> frozenset[int]:
        lines = read_lines(self._folder.step_path(step))
        return frozenset(int(line["number"]) for line in lines)

    # -- what is to be done ------------------------------------------------------------------

    def _first(self, step: Step, done: frozenset[int]) -> Iterator[Sequence[QueryState]]:
        """The queries themselves; those of one conversation together, in their order."""
        for state in self._read(step):
            self._conversations.note(state.number, state.turn_reading)
        for numbers in self._conversations.left(done):
            yield [QueryState(number=number) for number in numbers]

    def _after(self, step: Step, done: frozenset[int]) -> Iterator[Sequence[QueryState]]:
        """What the step before left, one query after the other."""
        for state in self._read(step, without=done):
            yield (state,)

    def _read(self, step: Step, without: frozenset[int] = frozenset()) -> Iterator[QueryState]:
        path = self._folder.step_path(step)
        for line in read_lines(path):
            try:
                if int(line["number"]) not in without:
                    yield self._lines.state(line)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                raise RunUnusable(
                    f"{path} holds something else than this run", "begin a new one with --out"
                ) from error

    # -- one query, one step -----------------------------------------------------------------

    async def _advance(self, step: Step, state: QueryState) -> QueryState:
        """The state after a step; a query that cannot be run has failed, and the others go on."""
        if state.failure:
            return state
        try:
            return await self._taken(step, state)
        except (ChatUnavailable, DatasetIncomplete, RunUnusable, StorageError):
            raise
        except ImagescopeError as error:
            return replace(state, failure=error.message)
        except Exception as error:  # noqa: BLE001 - a seam
            # One of the seams where everything is caught: one odd query must not cost a night.
            _log.exception("query %s failed", self._queries[state.number].id)
            return replace(state, failure=f"{type(error).__name__}: {error}")

    async def _taken(self, step: Step, state: QueryState) -> QueryState:
        before = state.result or self._begun(state.number)
        if isinstance(before, str):
            return replace(state, failure=before)
        result = await self._engine.step(step, before, self._options)
        if await self._is_unanswered(step, before, result):
            result = await self._engine.step(step, before, self._options)
            await self._is_unanswered(step, before, result)
        after = replace(state, result=result, history=result.query.history)
        self._conversations.note(after.number, after.turn_reading)
        if step != "retrieve":
            return after
        query = self._queries[state.number]
        sides = await self._hooks.sides(query) if self._hooks.sides else {}
        after = retrieved(after, query.targets, self._options, self._gallery)
        return replace(after, sides=sides)

    def _begun(self, number: int) -> SearchResult | str:
        history = self._conversations.history(number)
        query = search_query(self._queries[number], history, self._gallery)
        return query if isinstance(query, str) else self._engine.begin(query, self._options)

    async def _is_unanswered(self, step: Step, before: SearchResult, after: SearchResult) -> bool:
        """Whether a server that is there left the query without an answer.

        Raises:
            ChatUnavailable: it is not there, which is no trouble of this query.
        """
        unanswered = [
            item for item in after.degradations[len(before.degradations) :] if item.is_unanswered
        ]
        if unanswered and not await self._hooks.are_there(roles_of(step, self._options)):
            raise ChatUnavailable(
                f"a model server does not answer any more: {unanswered[0].reason}",
                "all that is done is kept; go on with --resume when it is back",
            )
        return bool(unanswered)


class _Counter:
    """Tells the progress of one step."""

    def __init__(self, progress: StepProgress, tell: Callable[[StepProgress], None]) -> None:
        self._progress = progress
        self._tell = tell
        tell(progress)

    def count(self, state: QueryState) -> None:
        """One more query is done."""
        progress = self._progress
        self._progress = replace(
            progress, done=progress.done + 1, failed=progress.failed + bool(state.failure)
        )
        self._tell(self._progress)
