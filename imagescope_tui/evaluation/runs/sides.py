"""The sides of stage 1, each ranked alone: what a report sets beside their fusion."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from imagescope_tui.evaluation.runs.record import DEPTH, StageRecord
from imagescope_tui.search.log_odds import log_odds
from imagescope_tui.search.query_language import word_index_terms
from indexer.questions import PictureQuestion
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from imagescope_tui.search.retriever import WordHit
    from indexer.answers import NearestAnswer
    from storage.records import PhotoId

    Scores: TypeAlias = Mapping[PhotoId, float]

Side: TypeAlias = Literal["picture", "captions", "words", "captions+words"]

SIDES: Final[tuple[Side, ...]] = ("picture", "captions", "words", "captions+words")


async def side_records(
    gallery: Gallery, text: str, targets: Sequence[str]
) -> dict[str, StageRecord]:
    """One record per side for a query's text; ties by name, reference pictures play no part.

    `picture` orders by the picture's score alone, `captions` by the caption's, where one without
    has their mean, `words` by the words held, `captions+words` by the product's fusion without the
    picture. A photo that a side does not find is not in its ranking: an encoder that knows no word
    of the text finds nothing, and leaves `captions+words` to the words.

    Raises:
        PicturesUnavailable, StorageError: the gallery cannot be asked.
    """
    everything = len(gallery)
    nearest = await gallery.pictures.nearest(PictureQuestion(texts=(text,), limit=everything))
    terms = word_index_terms(text)
    found = await gallery.words.matching(terms, PhotoFilter(), limit=everything)
    scores = _without_captions(nearest, found.hits) | _with_captions(nearest, found.hits)
    return {side: _record(gallery, scores[side], targets) for side in SIDES}


def _without_captions(nearest: NearestAnswer, hits: Sequence[WordHit]) -> dict[Side, Scores]:
    return {
        # An encoder that knows no word of the text finds every picture equally unlike it.
        "picture": {photo.photo_id: photo.picture for photo in nearest.photos}
        if any(photo.picture for photo in nearest.photos)
        else {},
        "words": {hit.photo_id: hit.score for hit in hits},
    }


def _with_captions(nearest: NearestAnswer, hits: Sequence[WordHit]) -> dict[Side, Scores]:
    if all(photo.caption is None for photo in nearest.photos):
        return {"captions": {}, "captions+words": {hit.photo_id: hit.score for hit in hits}}
    mean = nearest.mean_caption
    captions = {
        photo.photo_id: mean if photo.caption is None else photo.caption for photo in nearest.photos
    }
    return {
        "captions": captions,
        "captions+words": log_odds(_without_pictures(nearest, captions), hits),
    }


def _without_pictures(nearest: NearestAnswer, captions: Scores) -> NearestAnswer:
    """As if pictures said nothing, to the weights or, where there are none, to the score."""
    if nearest.weights is not None:
        return replace(nearest, weights=replace(nearest.weights, picture=0.0))
    return replace(
        nearest,
        photos=tuple(replace(photo, score=captions[photo.photo_id]) for photo in nearest.photos),
        mean=fmean(captions.values()),
        deviation=pstdev(captions.values()),
    )


def _record(gallery: Gallery, scores: Scores, targets: Sequence[str]) -> StageRecord:
    photos = np.fromiter(scores.keys(), dtype=np.int64, count=len(scores))
    values = np.fromiter(scores.values(), dtype=np.float64, count=len(scores))
    # Ids grow with the names.
    order = np.lexsort((photos, -values))
    ranks = dict(zip(photos[order].tolist(), range(1, len(order) + 1), strict=True))
    first = order[:DEPTH]
    wanted = [gallery.photo_id_of(name) for name in targets]
    return StageRecord(
        ranking=tuple(gallery.name_of(photo) for photo in photos[first].tolist()),
        scores=tuple(values[first].tolist()),
        target_ranks=tuple(None if photo is None else ranks.get(photo) for photo in wanted),
    )
