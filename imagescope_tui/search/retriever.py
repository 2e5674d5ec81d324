"""Stage 1: rank photos by picture and by words, and fuse the two rankings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from imagescope_tui.search.fusion import fuse, shared_ranks
from imagescope_tui.search.types import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imagescope_tui.search.types import SearchOptions
    from indexer.answers import NearestAnswer
    from storage.records import ContentId, PhotoFilter, PhotoId


class PictureSearch(Protocol):
    """Ranks photos by their pictures."""

    async def nearest(
        self, *, text: str, picture: Path | None, photo_filter: PhotoFilter, limit: int
    ) -> NearestAnswer:
        """The photos nearest to the text, the picture, or both.

        Raises:
            PicturesUnavailable: they cannot be compared just now.
            Superseded: a newer search took this one's place.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class WordHit:
    """A photo that holds words of the query."""

    photo_id: PhotoId
    content_id: ContentId | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WordAnswer:
    """The photos that hold words of the query, best first."""

    hits: tuple[WordHit, ...] = ()
    unknown: tuple[str, ...] = ()
    """Words that no photo holds."""


class WordSearch(Protocol):
    """Ranks photos by names, captions and facts."""

    async def matching(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> WordAnswer:
        """The photos that hold any of the words."""

    async def newest(self, photo_filter: PhotoFilter, *, limit: int) -> tuple[WordHit, ...]:
        """The photos that pass the filter, newest first, with no score."""

    def close(self) -> None:
        """Let go of the library."""


def rank(
    pictures: NearestAnswer | None, words: WordAnswer, options: SearchOptions
) -> tuple[Candidate, ...]:
    """The stage-1 ranking: best first, ties by photo id, copies folded if so asked."""
    seen = {
        **({photo.photo_id: photo.content_id for photo in pictures.photos} if pictures else {}),
        **{hit.photo_id: hit.content_id for hit in words.hits},
    }
    near = _by_picture(pictures) if pictures and options.rank_by != "words" else {}
    hits = _by_words(words) if options.rank_by != "picture" else {}
    scores = _scores(near, hits, options)
    candidates = [
        Candidate(
            photo_id=photo_id,
            content_id=seen[photo_id],
            score=score,
            picture_score=near[photo_id].score if photo_id in near else None,
            picture_rank=near[photo_id].rank if photo_id in near else None,
            words_score=hits[photo_id].score if photo_id in hits else None,
            words_rank=hits[photo_id].rank if photo_id in hits else None,
            standing=_standing(near[photo_id].score, pictures) if photo_id in near else None,
        )
        for photo_id, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    ]
    return tuple(_folded(candidates) if options.fold_copies else candidates)[: options.limit]


@dataclass(frozen=True, slots=True)
class _Placed:
    score: float
    rank: int


def _by_picture(pictures: NearestAnswer) -> dict[PhotoId, _Placed]:
    ranks: dict[ContentId, int] = {}
    for photo in pictures.photos:
        ranks.setdefault(photo.content_id, len(ranks) + 1)
    return {p.photo_id: _Placed(p.score, ranks[p.content_id]) for p in pictures.photos}


def _by_words(words: WordAnswer) -> dict[PhotoId, _Placed]:
    ranks = shared_ranks([hit.score for hit in words.hits])
    return {
        hit.photo_id: _Placed(hit.score, place)
        for hit, place in zip(words.hits, ranks, strict=True)
    }


def _scores(
    near: dict[PhotoId, _Placed], hits: dict[PhotoId, _Placed], options: SearchOptions
) -> dict[PhotoId, float]:
    if options.rank_by == "fused" and near and hits:
        return fuse(
            [{photo: placed.rank for photo, placed in ranking.items()} for ranking in (near, hits)]
        )
    # One ranking alone keeps its own scores, which say more than ranks do.
    return {photo: placed.score for photo, placed in (near or hits).items()}


def _standing(score: float, pictures: NearestAnswer | None) -> float | None:
    if pictures is None or pictures.deviation <= 0:
        return None
    return (score - pictures.mean) / pictures.deviation


def _folded(candidates: Sequence[Candidate]) -> list[Candidate]:
    seen: set[ContentId] = set()
    kept: list[Candidate] = []
    for candidate in candidates:
        if candidate.content_id is None or candidate.content_id not in seen:
            kept.append(candidate)
        if candidate.content_id is not None:
            seen.add(candidate.content_id)
    return kept
