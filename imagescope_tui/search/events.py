"""What a search tells while it runs. Folding the events gives `SearchFinished.result`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from imagescope_tui.search.types import Candidate, Degradation, Query, SearchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchStarted:
    """The search was understood and begins."""

    query: Query


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesRetrieved:
    """A stage-1 ranking; a later one of the same search replaces it."""

    ranking: tuple[Candidate, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDegraded:
    """A part could not run; what was found without it stands."""

    degradation: Degradation


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFinished:
    """The last event of every search."""

    result: SearchResult


SearchEvent: TypeAlias = SearchStarted | CandidatesRetrieved | StageDegraded | SearchFinished
