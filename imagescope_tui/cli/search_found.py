"""What a search found, in the order in which it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagescope_tui.cli.search_request import SearchRequest
    from imagescope_tui.search.sections import Section
    from imagescope_tui.search.types import Candidate, SearchResult
    from indexer.answers import WhereAnswer
    from storage.library import Library
    from storage.records import Photo, PhotoId


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result, at its place."""

    candidate: Candidate
    photo: Photo
    section: Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that there is to show."""

    request: SearchRequest
    result: SearchResult
    ranking: tuple[Candidate, ...]
    """All that was found, in the order that was asked for."""
    hits: tuple[Hit, ...]
    """The first of it, as many as were asked for."""
    where: Mapping[PhotoId, WhereAnswer] = field(default_factory=dict)
    """Where in the first photos the words are seen, if that was asked for."""


def arranged(result: SearchResult, request: SearchRequest, library: Library) -> Found:
    """The result in the order that was asked for, and as much of it as was asked for.

    By date are ordered those that match, then those that may; a timeline comes by date already.
    """
    from imagescope_tui.search.json_form import existing
    from imagescope_tui.search.ordering import ordered
    from imagescope_tui.search.sections import (
        best_by_likeness,
        groups_of,
        in_parts,
        sections_of,
    )

    told = (
        result.propositions,
        {item.photo_id: item for item in result.verifications},
        {item.photo_id: item for item in result.verdicts},
    )
    ranking, photos = existing(result.ranking, library)
    best = best_by_likeness(result.query, result.intent)
    ranking, sections = in_parts(ranking, sections_of(ranking, *told, best=best))
    if request.order != "match" and not request.query.is_timeline:
        moments = library.photos.moments([item.photo_id for item in ranking])
        groups = groups_of(ranking, *told, best=best)
        ranking = ordered(ranking, groups, moments, request.order)
        sections = sections if "unfit" in sections else groups_of(ranking, *told, best=best)
    shown = zip(ranking[: request.count], sections, strict=False)
    return Found(
        request=request,
        result=result,
        ranking=ranking,
        hits=tuple(
            Hit(candidate=item, photo=photos[item.photo_id], section=section)
            for item, section in shown
        ),
    )
