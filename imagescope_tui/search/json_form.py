"""Results and events as JSON: a promise to other programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from imagescope_tui.search.events import (
    CandidatesRetrieved,
    SearchFinished,
    SearchStarted,
    StageDegraded,
)
from imagescope_tui.search.grouping import group_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import Candidate, Query, SearchResult
    from storage.library import Library
    from storage.records import Photo

SCHEMA = 1


def found_photos(result: SearchResult, library: Library) -> tuple[Photo, ...]:
    """The photos of the final ranking, in its order; those deleted meanwhile are left out."""
    photos = library.photos.by_ids([candidate.photo_id for candidate in result.ranking])
    return tuple(
        photos[candidate.photo_id] for candidate in result.ranking if candidate.photo_id in photos
    )


def result_to_json(result: SearchResult, library: Library, strategy: str) -> dict[str, Any]:
    """The whole result, as `search --format json` prints it."""
    photos = {photo.id: photo for photo in found_photos(result, library)}
    shown = [(item, photos[item.photo_id]) for item in result.ranking if item.photo_id in photos]
    return {
        "schema": SCHEMA,
        **_query_to_json(result.query),
        "strategy": strategy,
        "encoder": result.encoder_id,
        "intent": {"edits": [], "descriptions": [result.query.text] if result.query.text else []},
        "propositions": [],
        "results": [
            _hit_to_json(place, candidate, photo, library)
            for place, (candidate, photo) in enumerate(shown, start=1)
        ],
        "rankings": {"1": [str(photo.full_path) for _, photo in shown]},
        "words_unknown": list(result.words_unknown),
        "degraded": [dataclasses.asdict(item) for item in result.degradations],
        "seconds": {str(stage): round(value, 4) for stage, value in result.seconds.items()},
        "model_calls": {},
    }


def _query_to_json(query: Query) -> dict[str, Any]:
    filters = {
        key: [str(item) for item in value] if isinstance(value, tuple) else value
        for key, value in dataclasses.asdict(query.filter).items()
        if value
    }
    return {
        "query": query.text,
        "filters": filters,
        "reference": str(query.reference) if query.reference else None,
    }


def _hit_to_json(
    place: int, candidate: Candidate, photo: Photo, library: Library
) -> dict[str, Any]:
    caption = library.captions.of(photo.content_id) if photo.content_id is not None else None
    copies = library.photos.copies(photo.content_id) if photo.content_id is not None else ()
    return {
        "rank": place,
        "path": str(photo.full_path),
        "score": round(candidate.score, 6),
        "stage": 1,
        "group": group_of(candidate),
        "caption": caption.text if caption else None,
        "taken_at": photo.taken_at,
        "offline": photo.offline_since is not None,
        "copies": [str(copy.full_path) for copy in copies if copy.id != photo.id],
        "parts": _parts(candidate),
        "answers": [],
        "verdict": None,
    }


def _parts(candidate: Candidate) -> dict[str, float | int | None]:
    return {
        "picture": candidate.picture_score,
        "picture_rank": candidate.picture_rank,
        "standing": candidate.standing,
        "words": candidate.words_score,
        "words_rank": candidate.words_rank,
    }


def event_to_json(event: SearchEvent, library: Library) -> dict[str, Any]:
    """One event, as `search --format jsonl` prints it."""
    match event:
        case SearchStarted():
            return {"event": "search_started", **_query_to_json(event.query)}
        case CandidatesRetrieved():
            return {
                "event": "candidates_retrieved",
                "seconds": round(event.seconds, 4),
                "ranking": _ranking_to_json(event.ranking, library),
            }
        case StageDegraded():
            return {"event": "stage_degraded", **dataclasses.asdict(event.degradation)}
        case SearchFinished():
            return {
                "event": "search_finished",
                "encoder": event.result.encoder_id,
                "ranking": _ranking_to_json(event.result.ranking, library),
                "seconds": {str(k): round(v, 4) for k, v in event.result.seconds.items()},
            }


def _ranking_to_json(ranking: Sequence[Candidate], library: Library) -> list[dict[str, Any]]:
    photos = library.photos.by_ids([candidate.photo_id for candidate in ranking])
    return [
        {
            "photo": item.photo_id,
            "path": str(photos[item.photo_id].full_path),
            "score": round(item.score, 6),
            "parts": _parts(item),
        }
        for item in ranking
        if item.photo_id in photos
    ]
