"""What the screen knows of a search: its events folded into a value, without Textual.

A saved trace of events, folded here, is the screen as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

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
from imagescope_tui.search.sections import is_read
from imagescope_tui.search.types import SearchIntent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import (
        Candidate,
        Degradation,
        Proposition,
        Query,
        SearchOptions,
        SearchResult,
        StageCost,
        StrategyName,
        Verdict,
        Verification,
    )
    from storage.records import PhotoId

SearchPhase: TypeAlias = Literal["idle", "searching", "done", "stopped", "failed"]
_LAST_STAGE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """A search as far as it has come."""

    phase: SearchPhase = "idle"
    query: Query | None = None
    options: SearchOptions | None = None
    stage: int = 0
    """The stage that runs now; 0 where none does."""
    ranking: tuple[Candidate, ...] = ()
    """What is shown: of the last stage that made one, or of the search before this one."""
    rankings: Mapping[int, tuple[Candidate, ...]] = field(default_factory=dict)
    """Per stage of this search."""
    intent: SearchIntent = field(default_factory=SearchIntent)
    propositions: tuple[Proposition, ...] = ()
    verifications: Mapping[PhotoId, Verification] = field(default_factory=dict)
    verdicts: Mapping[PhotoId, Verdict] = field(default_factory=dict)
    """In the order they were given."""
    costs: Mapping[int, StageCost] = field(default_factory=dict)
    """Per stage, until the ranking that is shown."""
    found_seconds: float | None = None
    """Until photos were ranked by the words as they were typed; None before that."""
    degradations: tuple[Degradation, ...] = ()
    strategy: StrategyName | None = None
    encoder_id: str | None = None
    words_unknown: tuple[str, ...] = ()
    words_unseen: tuple[str, ...] = ()
    """Words that names hold, and that the encoder does not know."""
    problem: str = ""
    """Why the search failed."""

    @property
    def seconds(self) -> float | None:
        """Until the ranking that is shown, all stages together; None while there is none."""
        return sum(cost.seconds for cost in self.costs.values()) if self.costs else None

    @property
    def is_deep(self) -> bool:
        """Whether models were asked to read the query, to check candidates or to judge them."""
        options = self.options
        return options is not None and (options.stages > 1 or options.is_reasoned)

    @property
    def is_checking(self) -> bool:
        """Whether candidates are being checked, and the order by their answers is still to come."""
        return self.phase == "searching" and 2 not in self.rankings

    @property
    def is_read(self) -> bool:
        """Whether a model has said how it reads the query; else the query's own text stands."""
        return is_read(self.query, self.intent)

    @property
    def is_refined(self) -> bool:
        """Whether what is shown goes beyond the words as they were typed."""
        return self.is_read or any(stage > 1 for stage in self.rankings)

    @property
    def reading(self) -> str:
        """What is looked for, as the reasoner put it; empty where none read the query."""
        return self.intent.descriptions[-1] if self.is_read and self.intent.descriptions else ""

    @property
    def to_check(self) -> tuple[PhotoId, ...]:
        """The candidates the verifier looks at, in the order stage 1 left them."""
        if self.options is None or not self.propositions:
            return ()
        return tuple(found.photo_id for found in self.rankings.get(1, ())[: self.options.top_k])

    @property
    def answers_given(self) -> int:
        """How many answers of the verifier have come."""
        return sum(
            answer is not None
            for verification in self.verifications.values()
            for answer in verification.answers
        )


def reduce(view: SearchView, event: SearchEvent) -> SearchView:
    """The view after one more event of the same search; a start forgets all but the ranking.

    The old ranking stays until the new one is there, so that nothing flickers while one types.
    """
    match event:
        case SearchStarted(query=query, options=options):
            return SearchView(
                phase="searching", query=query, options=options, stage=1, ranking=view.ranking
            )
        case StageDegraded(degradation=degradation):
            return replace(view, degradations=(*view.degradations, degradation))
        case SearchFinished(result=result):
            return _finished(view, result)
        case CandidatesRetrieved() | CandidatesReranked():
            return _ranked(view, event)
        case IntentReady() | PropositionsReady() | CandidateVerified() | CandidateJudged():
            return _learned(view, event)


def _ranked(view: SearchView, event: CandidatesRetrieved | CandidatesReranked) -> SearchView:
    stage, is_final = (
        (1, event.is_final)
        if isinstance(event, CandidatesRetrieved)
        else (
            event.stage,
            True,
        )
    )
    # The last ranking of a search that models read is as late as they are, also where they failed.
    is_as_typed = stage == 1 and (not view.is_deep or not is_final or view.found_seconds is None)
    return replace(
        view,
        ranking=event.ranking,
        rankings={**view.rankings, stage: event.ranking},
        costs={**view.costs, stage: event.cost},
        found_seconds=event.cost.seconds if is_as_typed else view.found_seconds,
        stage=_after(stage, view.options) if is_final else stage,
    )


def _after(stage: int, options: SearchOptions | None) -> int:
    last = min(options.stages, _LAST_STAGE) if options else 1
    return stage + 1 if stage < last else 0


def _learned(
    view: SearchView,
    event: IntentReady | PropositionsReady | CandidateVerified | CandidateJudged,
) -> SearchView:
    match event:
        case IntentReady(intent=intent):
            return replace(view, intent=intent)
        case PropositionsReady(propositions=propositions):
            return replace(view, propositions=propositions, stage=2)
        case CandidateVerified(verification=told):
            known = {**view.verifications, told.photo_id: told}
            return replace(view, verifications=known, stage=2)
        case CandidateJudged(verdict=verdict):
            return replace(view, verdicts={**view.verdicts, verdict.photo_id: verdict}, stage=3)


def _finished(view: SearchView, result: SearchResult) -> SearchView:
    return replace(
        view,
        phase="done",
        stage=0,
        query=result.query,
        ranking=result.ranking,
        rankings=result.rankings,
        intent=result.intent,
        propositions=result.propositions,
        verifications={told.photo_id: told for told in result.verifications},
        verdicts={verdict.photo_id: verdict for verdict in result.verdicts},
        costs=result.costs,
        degradations=result.degradations,
        strategy=result.strategy,
        encoder_id=result.encoder_id,
        words_unknown=result.words_unknown,
        words_unseen=result.words_unseen,
    )


def fold(events: Iterable[SearchEvent]) -> SearchView:
    """The view after a whole search."""
    view = SearchView()
    for event in events:
        view = reduce(view, event)
    return view
