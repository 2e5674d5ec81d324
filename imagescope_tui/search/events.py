"""What a search tells while it runs. Folding the events gives `SearchFinished.result`.

The order is: `SearchStarted`; `CandidatesRetrieved` once or more, at once and without any model;
then, where models read the query, `IntentReady` and a last `CandidatesRetrieved`;
`PropositionsReady`, `CandidateVerified` as answers come, `CandidatesReranked` of stage 2;
`CandidateJudged`, `CandidatesReranked` of stage 3; `SearchFinished`. `StageDegraded` comes
anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from imagescope_tui.search.types import (
        Candidate,
        Degradation,
        Proposition,
        Query,
        SearchIntent,
        SearchOptions,
        SearchResult,
        StageCost,
        Verdict,
        Verification,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchStarted:
    """The search was understood and begins."""

    query: Query
    options: SearchOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentReady:
    """The reasoner has read the query."""

    intent: SearchIntent


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesRetrieved:
    """A stage-1 ranking; a later one of the same search replaces it."""

    ranking: tuple[Candidate, ...]
    cost: StageCost
    """Of stage 1 until now."""
    is_final: bool = True
    """False where stage 1 goes on: pictures are still compared, or the query is still read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropositionsReady:
    """What the verifier is going to be asked."""

    propositions: tuple[Proposition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateVerified:
    """More answers about one candidate; the last one of a candidate counts."""

    verification: Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateJudged:
    """The evaluator has compared one candidate with the request."""

    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesReranked:
    """The ranking after stage 2 or 3."""

    stage: Literal[2, 3]
    ranking: tuple[Candidate, ...]
    cost: StageCost


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDegraded:
    """A part could not run; what was found without it stands."""

    degradation: Degradation


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFinished:
    """The last event of every search."""

    result: SearchResult


SearchEvent: TypeAlias = (
    SearchStarted
    | IntentReady
    | CandidatesRetrieved
    | PropositionsReady
    | CandidateVerified
    | CandidateJudged
    | CandidatesReranked
    | StageDegraded
    | SearchFinished
)
