"""A search from query to result: the order of its stages, what to do without one, and the cost."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeVar

from imagescope_tui.errors import ImagescopeError
from imagescope_tui.search.evaluator import judge
from imagescope_tui.search.events import (
    CandidateJudged,
    CandidatesReranked,
    CandidatesRetrieved,
    CandidateVerified,
    IntentReady,
    PropositionsReady,
    SearchFinished,
    SearchStarted,
    StageDegraded,
)
from imagescope_tui.search.models import NO_MODELS, RoleModels
from imagescope_tui.search.reasoner import read_query, write_propositions
from imagescope_tui.search.reference import describe_reference
from imagescope_tui.search.retrieval import Retrieval, Retrieved
from imagescope_tui.search.scoring import judged_order, promoted, reranked
from imagescope_tui.search.strategies import STRATEGIES
from imagescope_tui.search.types import (
    Degradation,
    SearchIntent,
    SearchOptions,
    SearchResult,
    StageCost,
)
from imagescope_tui.search.verifier import AnswerMemory, Verifier
from indexer.models.chat_types import ChatUnavailable
from indexer.models.protocols import ModelError
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.retriever import PictureSearch, WordSearch
    from imagescope_tui.search.sight import Sight
    from imagescope_tui.search.types import (
        Candidate,
        Proposition,
        Query,
        Verdict,
        Verification,
    )
    from indexer.models.chat_types import ChatModel
    from storage.records import PhotoId

    Emit = Callable[[SearchEvent], None]

Value = TypeVar("Value")

DEFAULT_OPTIONS = SearchOptions()
_FALLBACKS = {
    1: "searched for your words as they stand",
    2: "the ranking of stage 1 stands",
    3: "the ranking of the stages before stands",
}

_log = logging.getLogger(__name__)


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
        run = _Run(
            query=query,
            options=options,
            emit=emit,
            retrieval=self._retrieval,
            models=self._models(),
            sight=self._sight,
            memory=self._memory,
        )
        result = await run.search()
        emit(SearchFinished(result=result))
        return result


@dataclass(slots=True, kw_only=True)
class _Run:
    """One search on its way."""

    query: Query
    options: SearchOptions
    emit: Emit
    retrieval: Retrieval
    models: RoleModels
    sight: Sight | None
    memory: AnswerMemory
    result: SearchResult = field(init=False)
    _reference_caption: str = ""
    _has_read: bool = False
    _calls_saved: int = 0
    _verified: dict[PhotoId, Verification] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.result = SearchResult(
            query=self.query, encoder_id=None, strategy=self.options.strategy
        )

    async def search(self) -> SearchResult:
        await self._first_stage()
        if not self.query.text.strip() or not self.result.ranking:
            return self.result
        if self.options.stages >= 2:
            await self._stage(2, self._verify)
        if self.options.stages >= 3:
            await self._stage(3, self._judge)
        return self.result

    # -- stage 1 -----------------------------------------------------------------------------

    async def _first_stage(self) -> None:
        meter = _Meter(self.models)
        if self.query.reference is None and not self.query.whole_text:
            retrieved = await self.retrieval.timeline(self.query, self.options)
            self._take_ranking(retrieved, meter, is_final=True)
            return
        reading = asyncio.create_task(self._read(meter.models)) if self._is_reasoned else None
        try:
            retrieved = await self.retrieval.plain(
                self.query, self.options, lambda found: self._tell_first(found, meter)
            )
            self._take_ranking(retrieved, meter, is_final=reading is None)
            if reading is not None:
                await self._read_and_retrieve(reading, retrieved, meter)
        finally:
            if reading is not None:
                reading.cancel()
                await asyncio.wait([reading])

    @property
    def _is_reasoned(self) -> bool:
        is_wanted = self.options.is_reasoned or self.options.stages >= 2
        return is_wanted and bool(self.query.text.strip()) and self.models.reasoner is not None

    def _tell_first(self, found: tuple[Candidate, ...], meter: _Meter) -> None:
        self.emit(CandidatesRetrieved(ranking=found, cost=meter.cost(), is_final=False))

    def _take_ranking(self, retrieved: Retrieved, meter: _Meter, *, is_final: bool) -> None:
        if retrieved.degradation is not None:
            self._degrade(retrieved.degradation)
        self.result = replace(
            self.result,
            encoder_id=retrieved.encoder_id or self.result.encoder_id,
            words_unknown=retrieved.words_unknown,
            rankings={1: retrieved.ranking},
            costs={1: meter.cost()},
        )
        self.emit(
            CandidatesRetrieved(ranking=retrieved.ranking, cost=meter.cost(), is_final=is_final)
        )

    async def _read(self, models: RoleModels) -> SearchIntent | None:
        """The query as the reasoner reads it; None where it could not."""

        async def read() -> SearchIntent:
            reasoner = _present(models.reasoner, "reasoner")
            self._reference_caption = await describe_reference(self.query, models, self.sight)
            return await read_query(reasoner, self.query, self._reference_caption)

        return await self._guarded(1, read)

    async def _read_and_retrieve(
        self, reading: asyncio.Task[SearchIntent | None], plain: Retrieved, meter: _Meter
    ) -> None:
        intent = await reading
        described = plain
        if intent is not None:
            self._has_read = True
            self._take_intent(intent)
            # Without a description of the reference the descriptions lack all that it shows: the
            # picture itself, summed with the words, says more.
            if self.query.reference is None or self._reference_caption:
                described = await self._described(intent) or plain
        unknown = plain.words_unknown if intent is None else ()
        described = replace(described, degradation=None, words_unknown=unknown)
        self._take_ranking(described, meter, is_final=True)

    async def _described(self, intent: SearchIntent) -> Retrieved | None:
        """The ranking by the reasoner's descriptions; None where nothing comes of them."""
        found = await self.retrieval.described(self.query, intent.descriptions, self.options)
        if found.degradation is not None:
            return None
        if not found.has_meaning:
            self._degrade_for(1, "none of the words it was read as means anything to the encoder")
            return None
        return found

    def _take_intent(self, intent: SearchIntent) -> None:
        # Words of an edit that no photo holds are no trouble once it has been understood.
        self.result = replace(self.result, intent=intent, words_unknown=())
        self.emit(IntentReady(intent=intent))

    # -- stages 2 and 3 ----------------------------------------------------------------------

    async def _stage(
        self, stage: int, work: Callable[[_Meter, RoleModels, Sight], Awaitable[None]]
    ) -> None:
        meter = _Meter(self.models)
        sight = self.sight
        if sight is None or self.models == NO_MODELS:
            self._degrade(_no_server(stage))
            return
        seen = sight
        await self._guarded(stage, lambda: work(meter, meter.models, seen))
        if stage not in self.result.costs:
            self._take_cost(stage, meter.cost())

    async def _verify(self, meter: _Meter, models: RoleModels, sight: Sight) -> None:
        reasoner = _present(models.reasoner, "reasoner")
        verifier = _present(models.verifier, "verifier")
        intent = self.result.intent if self._has_read else SearchIntent()
        propositions = await write_propositions(
            reasoner, self.query, intent, self._reference_caption
        )
        self._take_propositions(propositions)
        strategy = STRATEGIES[self.options.strategy]
        verifying = Verifier(
            model=verifier,
            sight=sight,
            strategy=strategy,
            memory=self.memory,
            propositions=propositions,
            reference=self.query.reference,
            on_verified=self._take_verification,
        )
        candidates = self.result.ranking[: self.options.top_k]
        try:
            verifications = await verifying.verify(candidates, keep=self.options.max_judged)
        except ModelError:
            self.result = replace(self.result, verifications=tuple(self._verified.values()))
            raise
        self.result = replace(self.result, verifications=verifications)
        self._calls_saved = len(candidates) * len(propositions) - verifier.usage.calls
        scores = {item.photo_id: item.score for item in verifications}
        ranking = reranked(self.result.ranking, scores, self.options.top_k)
        self._take_reranking(2, ranking, meter.cost())

    async def _judge(self, meter: _Meter, models: RoleModels, sight: Sight) -> None:
        evaluator = _present(models.evaluator, "evaluator")
        strategy = STRATEGIES[self.options.strategy]
        verdicts = await judge(
            evaluator,
            sight,
            self.query,
            self.result.ranking[: self._judged_count],
            stops_at_accepted=strategy.stops_at_accepted,
            on_judged=self._take_verdict,
        )
        if strategy.stops_at_accepted:
            accepted = [item.photo_id for item in verdicts if item.accepted]
            ranking = promoted(self.result.ranking, accepted[0] if accepted else None)
        else:
            ranking = judged_order(self.result.ranking, verdicts)
        self._take_reranking(3, ranking, meter.cost())

    @property
    def _judged_count(self) -> int:
        """`imagescope` may end with its first verdict; a strategy that always gives several must
        have saved the difference before."""
        if STRATEGIES[self.options.strategy].stops_at_accepted:
            return self.options.max_judged
        return min(self.options.max_judged, 1 + max(0, self._calls_saved))

    # -- what has come -----------------------------------------------------------------------

    def _take_propositions(self, propositions: tuple[Proposition, ...]) -> None:
        self.result = replace(self.result, propositions=propositions)
        self.emit(PropositionsReady(propositions=propositions))

    def _take_verification(self, verification: Verification) -> None:
        self._verified[verification.photo_id] = verification
        self.emit(CandidateVerified(verification=verification))

    def _take_verdict(self, verdict: Verdict) -> None:
        self.result = replace(self.result, verdicts=(*self.result.verdicts, verdict))
        self.emit(CandidateJudged(verdict=verdict))

    def _take_reranking(
        self, stage: Literal[2, 3], ranking: tuple[Candidate, ...], cost: StageCost
    ) -> None:
        self.result = replace(self.result, rankings={**self.result.rankings, stage: ranking})
        self._take_cost(stage, cost)
        self.emit(CandidatesReranked(stage=stage, ranking=ranking, cost=cost))

    def _take_cost(self, stage: int, cost: StageCost) -> None:
        self.result = replace(self.result, costs={**self.result.costs, stage: cost})

    # -- what could not run ------------------------------------------------------------------

    async def _guarded(self, stage: int, work: Callable[[], Awaitable[Value]]) -> Value | None:
        """A stage's failure is an event, and what was found before it stands."""
        try:
            return await work()
        except ModelError as error:
            self._degrade(
                Degradation(
                    stage=stage,
                    reason=error.message,
                    fallback=_FALLBACKS[stage],
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
            self._degrade_for(stage, "something unforeseen happened, see the log")
        return None

    def _degrade_for(self, stage: int, reason: str) -> None:
        self._degrade(Degradation(stage=stage, reason=reason, fallback=_FALLBACKS[stage]))

    def _degrade(self, degradation: Degradation) -> None:
        self.result = replace(self.result, degradations=(*self.result.degradations, degradation))
        self.emit(StageDegraded(degradation=degradation))


class _Meter:
    """Counts what one stage takes."""

    def __init__(self, models: RoleModels) -> None:
        self.models = models.metered()
        self._started = time.perf_counter()

    def cost(self) -> StageCost:
        """Since the stage began."""
        return StageCost(
            seconds=time.perf_counter() - self._started,
            model_calls=self.models.calls(),
            tokens=self.models.tokens(),
        )


def _present(model: ChatModel | None, role: str) -> ChatModel:
    if model is None:
        raise ModelError(f"no {role} is set up", f"set lmm.url, or lmm.{role}.url")
    return model


def _no_server(stage: int) -> Degradation:
    return Degradation(
        stage=stage,
        reason="no model server is set up",
        fallback=_FALLBACKS[stage],
        hint="imagescope serve, or set lmm.url",
    )
