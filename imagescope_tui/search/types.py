"""The values a search takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import ContentId, PhotoFilter, PhotoId

RankBy: TypeAlias = Literal["fused", "picture", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for: words, a picture, or both, among the photos that pass the filter."""

    text: str = ""
    reference: Path | None = None
    """A picture to be like."""
    filter: PhotoFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How a search is done."""

    limit: int = 500
    """How many candidates the ranking holds at most."""
    rank_by: RankBy = "fused"
    fold_copies: bool = True
    """Show files of equal bytes once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A photo in a ranking, and why it is there."""

    photo_id: PhotoId
    content_id: ContentId | None
    score: float
    """What the ranking is ordered by; comparable within one search only."""
    picture_score: float | None = None
    """Inner product of the picture and the query; None where the picture was not compared."""
    picture_rank: int | None = None
    words_score: float | None = None
    """BM25 over names, caption and facts; None where no word was found."""
    words_rank: int | None = None
    standing: float | None = None
    """How many standard deviations the picture score lies above the library's mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """A part of the search that could not run, why, and what was done instead."""

    stage: int
    reason: str
    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """All a search found."""

    query: Query
    encoder_id: str | None
    ranking: tuple[Candidate, ...] = ()
    words_unknown: tuple[str, ...] = ()
    """Words of the query that neither the encoder nor the word index knows."""
    degradations: tuple[Degradation, ...] = ()
    seconds: dict[int, float] = field(default_factory=dict)
    """Per stage."""
