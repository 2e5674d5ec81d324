"""One search on its way: what has come so far, what it costs, and what could not run."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from imagescope_tui.errors import ImagescopeError
from imagescope_tui.search.events import CandidatesReranked, CandidatesRetrieved, StageDegraded
from imagescope_tui.search.strategies import strategy_of
from imagescope_tui.search.types import Degradation, StageCost
from indexer.models.chat_types import ChatUnavailable
from indexer.models.protocols import ModelError
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.models import RoleModels
    from imagescope_tui.search.retrieval import Retrieval, Retrieved
    from imagescope_tui.search.sight import Sight
    from imagescope_tui.search.strategies import Strategy
    from imagescope_tui.search.types import Candidate, Query, SearchOptions, SearchResult
    from imagescope_tui.search.verifier import AnswerMemory

    Emit = Callable[[SearchEvent], None]

Value = TypeVar("Value")

FALLBACKS = {
    1: "searched for your words as they stand",
    2: "the ranking of stage 1 stands",
    3: "the ranking of the stages before stands",
}
_NOTHING = StageCost(seconds=0.0)

_log = logging.getLogger(__name__)


class Meter:
    """Counts what a stage takes, on top of what its steps took before."""

    def __init__(self, models: RoleModels, before: StageCost = _NOTHING) -> None:
        self.models = models.metered()
        self._before = before
        self._started = time.perf_counter()

    def cost(self) -> StageCost:
        """All of the stage until now."""
        calls = dict(self._before.model_calls)
        for role, count in self.models.calls().items():
            calls[role] = calls.get(role, 0) + count
        return StageCost(
            seconds=self._before.seconds + time.perf_counter() - self._started,
            model_calls=calls,
            tokens=self._before.tokens + self.models.tokens(),
        )


@dataclass(slots=True, kw_only=True)
class SearchRun:
    """The result as far as it has come, and all that its steps need; the steps write it on."""

    result: SearchResult
    options: SearchOptions
    emit: Emit
    retrieval: Retrieval
    models: RoleModels
    sight: Sight | None
    memory: AnswerMemory

    @property
    def query(self) -> Query:
        """What is looked for."""
        return self.result.query

    @property
    def strategy(self) -> Strategy:
        """How it is looked for."""
        return strategy_of(self.options)

    def meter(self, stage: int) -> Meter:
        """Counts on from what the stage took in steps before."""
        return Meter(self.models, self.result.costs.get(stage, _NOTHING))

    def put(self, **fields: Any) -> None:  # noqa: ANN401 - fields of the result
        """Set fields of the result."""
        self.result = replace(self.result, **fields)

    def put_cost(self, stage: int, cost: StageCost) -> None:
        """What a stage has taken until now."""
        self.put(costs={**self.result.costs, stage: cost})

    def tell_first(self, ranking: tuple[Candidate, ...], cost: StageCost) -> None:
        """A ranking that will be replaced."""
        self.emit(CandidatesRetrieved(ranking=ranking, cost=cost, is_final=False))

    def put_retrieved(self, retrieved: Retrieved, cost: StageCost, *, is_final: bool) -> None:
        """The ranking of stage 1."""
        if retrieved.degradation is not None:
            self.degrade(retrieved.degradation)
        self.put(
            encoder_id=retrieved.encoder_id or self.result.encoder_id,
            words_unknown=retrieved.words_unknown,
            words_unseen=retrieved.words_unseen,
            rankings={1: retrieved.ranking},
        )
        self.put_cost(1, cost)
        self.emit(CandidatesRetrieved(ranking=retrieved.ranking, cost=cost, is_final=is_final))

    def put_reranked(
        self, stage: Literal[2, 3], ranking: tuple[Candidate, ...], cost: StageCost
    ) -> None:
        """The ranking of a later stage."""
        self.put(rankings={**self.result.rankings, stage: ranking})
        self.put_cost(stage, cost)
        self.emit(CandidatesReranked(stage=stage, ranking=ranking, cost=cost))

    async def guarded(
        self, stage: int, work: Callable[[], Awaitable[Value]], fallback: str = ""
    ) -> Value | None:
        """A stage's failure is an event, and what was found before it stands."""
        try:
            return await work()
        except ModelError as error:
            self.degrade(
                Degradation(
                    stage=stage,
                    reason=error.message,
                    fallback=fallback or FALLBACKS[stage],
                    hint=error.hint,
                    is_unanswered=isinstance(error, ChatUnavailable),
                )
            )
        except (ImagescopeError, StorageError):
            raise
        except Exception:  # noqa: BLE001 - a seam
            # One of the seams where everything is caught: whatever a model's answer sets off, the
            # photos that were found must stay on the screen.
            _log.exception("stage %d failed", stage)
            self.degrade_for(stage, "something unforeseen happened, see the log")
        return None

    def degrade_for(self, stage: int, reason: str, hint: str = "") -> None:
        """A stage could not run, and the usual is done instead."""
        self.degrade(Degradation(stage=stage, reason=reason, fallback=FALLBACKS[stage], hint=hint))

    def degrade(self, degradation: Degradation) -> None:
        """Say what could not run."""
        self.put(degradations=(*self.result.degradations, degradation))
        self.emit(StageDegraded(degradation=degradation))
