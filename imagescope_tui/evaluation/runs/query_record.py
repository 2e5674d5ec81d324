"""What is kept of a query at the end of a run: rankings, ranks, costs, and how it came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imagescope_tui.evaluation.runs.query_state import ranks_in
from imagescope_tui.evaluation.runs.record import DEPTH, QueryRecord, StageRecord
from imagescope_tui.evaluation.runs.result_json import ResultWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from imagescope_tui.evaluation.runs.query_state import QueryState
    from imagescope_tui.evaluation.task import BenchmarkQuery
    from imagescope_tui.search.types import Candidate, SearchResult
    from storage.records import PhotoId

    Key = Callable[[Candidate], tuple[float, ...]]

_NOT_TOLD = frozenset({"rankings", "costs", "degradations", "strategy"})


def record_of(
    state: QueryState, query: BenchmarkQuery, stages: Sequence[int], gallery: Gallery
) -> QueryRecord:
    """The record of a query that has been through all steps, or failed on the way."""
    result = state.result
    if result is None or state.failure:
        return QueryRecord(
            id=query.id,
            targets=len(query.targets),
            groups=query.groups,
            failure=state.failure or "nothing came of it",
            details={"text": query.text, "reference": query.reference},
        )
    kept = {str(stage): _stage(stage, result, state, query, gallery) for stage in stages}
    return QueryRecord(
        id=query.id,
        stages={**kept, **state.sides},
        targets=len(query.targets),
        groups=query.groups,
        degradations=tuple(
            {"stage": item.stage, "reason": item.reason, "fallback": item.fallback}
            for item in result.degradations
        ),
        details=_details(result, state, query, gallery),
    )


def _stage(
    stage: int, result: SearchResult, state: QueryState, query: BenchmarkQuery, gallery: Gallery
) -> StageRecord:
    """A stage, or the one before it where it could not run; its cost is its own in any case."""
    ran = max((item for item in result.rankings if item <= stage), default=0)
    ranking = result.rankings.get(ran, ())
    cost = result.costs.get(stage)
    found = ranks_in(ranking, query.targets, gallery)
    return StageRecord(
        ranking=tuple(gallery.name_of(item.photo_id) for item in ranking[:DEPTH]),
        scores=_scores(ran, result)[:DEPTH],
        # A target beyond what is kept has not moved since stage 1.
        target_ranks=tuple(
            first if rank is None else rank
            for rank, first in zip(found, state.first_ranks, strict=True)
        ),
        seconds=cost.seconds if cost else 0.0,
        model_calls=dict(cost.model_calls) if cost else {},
        tokens=cost.tokens if cost else 0,
    )


def _scores(stage: int, result: SearchResult) -> tuple[float, ...]:
    """What the ranking is ordered by, falling; equal only where nothing tells two photos apart.

    The later stages order by several things in turn, which no single number says. Their scores
    count down, by one for each photo that the order really puts behind another.
    """
    ranking = result.rankings.get(stage, ())
    if stage <= 1:
        return tuple(item.score for item in ranking)
    key = _key(stage, result)
    scores: list[float] = []
    before: tuple[float, ...] | None = None
    for item in ranking:
        now = key(item)
        scores.append(scores[-1] if now == before else -float(len(scores)))
        before = now
    return tuple(scores)


def _key(stage: int, result: SearchResult) -> Key:
    verified = {item.photo_id: item.score for item in result.verifications}
    judged: dict[PhotoId, float] = {}
    if stage >= 3:
        judged = {
            item.photo_id: float(place) for place, item in enumerate(result.verdicts, start=1)
        }

    def key(item: Candidate) -> tuple[float, ...]:
        verification = verified.get(item.photo_id)
        verdict = judged.get(item.photo_id, 0.0)
        if verification is None:
            return (verdict, item.score)
        # The published re-ranking by one probability forgets the score before it.
        if result.strategy == "inquire":
            return (verdict, verification, 0.0)
        return (verdict, verification, item.score)

    return key


def _details(
    result: SearchResult, state: QueryState, query: BenchmarkQuery, gallery: Gallery
) -> dict[str, Any]:
    written = ResultWriter(gallery.name_of).result(result)
    return {
        "text": query.text,
        "reference": query.reference,
        "targets": list(query.targets),
        "history": [[turn.text, turn.reading] for turn in state.history],
        **{key: value for key, value in written.items() if key not in _NOT_TOLD},
    }
