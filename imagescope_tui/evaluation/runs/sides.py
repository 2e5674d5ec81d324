"""The sides of stage 1, each ranked alone: what a report sets beside their fusion."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from imagescope_tui.evaluation.runs.record import DEPTH, StageRecord
from imagescope_tui.search.log_odds import log_odds
from imagescope_tui.search.query_language import word_index_terms
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from imagescope_tui.search.retriever import WordHit
    from indexer.answers import NearestAnswer
    from storage.records import PhotoId

Side: TypeAlias = Literal["picture", "captions", "words", "captions+words"]

SIDES: Final[tuple[Side, ...]] = ("picture", "captions", "words", "captions+words")


async def side_records(
    gallery: Gallery, text: str, targets: Sequence[str]
) -> dict[str, StageRecord]:
    """One record per side for a query's text; ties by name, reference pictures play no part.

    `picture` orders by the picture's score alone, `captions` by the caption's, where one without
    has their mean, `words` by BM25, `captions+words` by the product's fusion without the picture.
    Sides that know nothing of the gallery are left out; a photo that a side does not find is not in
    its ranking.

    Raises:
        PicturesUnavailable, StorageError: the gallery cannot be asked.
    """
    everything = len(gallery)
    nearest = await gallery.pictures.nearest(
        texts=(text,), picture=None, without=None, photo_filter=PhotoFilter(), limit=everything
    )
    terms = word_index_terms(text)
    found = await gallery.words.matching(terms, PhotoFilter(), limit=everything)
    return {
        side: _record(gallery, scores, targets)
        for side, scores in _scores_by_side(nearest, found.hits).items()
    }


def _scores_by_side(
    nearest: NearestAnswer, hits: Sequence[WordHit]
) -> dict[Side, dict[PhotoId, float]]:
    scores: dict[Side, dict[PhotoId, float]] = {
        "picture": {photo.photo_id: photo.picture for photo in nearest.photos}
    }
    captions = _captions_alone(nearest)
    if captions is not None:
        scores["captions"] = {photo.photo_id: photo.score for photo in captions.photos}
    scores["words"] = {hit.photo_id: hit.score for hit in hits}
    if captions is not None:
        scores["captions+words"] = log_odds(captions, hits)
    return scores


def _captions_alone(nearest: NearestAnswer) -> NearestAnswer | None:
    """As if pictures said nothing; None where no photo has a caption."""
    if all(photo.caption is None for photo in nearest.photos):
        return None
    photos = tuple(
        replace(
            photo,
            picture=0.0,
            score=nearest.mean_caption if photo.caption is None else photo.caption,
        )
        for photo in nearest.photos
    )
    scores = [photo.score for photo in photos]
    return replace(nearest, photos=photos, mean=fmean(scores), deviation=pstdev(scores))


def _record(
    gallery: Gallery, scores: Mapping[PhotoId, float], targets: Sequence[str]
) -> StageRecord:
    # Ids grow with the names.
    order = sorted(scores, key=lambda photo: (-scores[photo], photo))
    ranks = {photo: rank for rank, photo in enumerate(order, start=1)}
    wanted = [gallery.photo_id_of(name) for name in targets]
    return StageRecord(
        ranking=tuple(gallery.name_of(photo) for photo in order[:DEPTH]),
        scores=tuple(scores[photo] for photo in order[:DEPTH]),
        target_ranks=tuple(None if photo is None else ranks.get(photo) for photo in wanted),
    )
