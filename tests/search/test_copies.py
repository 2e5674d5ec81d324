"""Of files with equal bytes one is shown: the oldest, unless another fits better."""

from __future__ import annotations

import pytest

from imagescope_tui.search.retriever import WordAnswer, rank
from imagescope_tui.search.types import SearchOptions
from indexer.answers import NearestAnswer, NearPhoto
from storage.records import ContentId, PhotoId


def near(*photos: tuple[int, int, float]) -> NearestAnswer:
    """Photo, content and score; of copies the oldest first, as the index tells them."""
    return NearestAnswer(
        encoder_id="test",
        photos=tuple(
            NearPhoto(
                photo_id=PhotoId(photo), content_id=ContentId(content), score=score, picture=score
            )
            for photo, content, score in photos
        ),
    )


@pytest.mark.parametrize("oldest", [2, 5, 9])
def test_of_copies_the_oldest_stands(oldest: int) -> None:
    copies = [oldest, *(photo for photo in (9, 5, 2) if photo != oldest)]
    pictures = near((1, 7, 0.9), *((photo, 8, 0.8) for photo in copies), (3, 9, 0.7))
    ranking = rank(pictures, WordAnswer(), SearchOptions())
    assert [candidate.photo_id for candidate in ranking] == [1, oldest, 3]


def test_ties_between_contents_are_by_the_lowest_photo() -> None:
    pictures = near((9, 8, 0.5), (2, 8, 0.5), (4, 6, 0.5), (3, 7, 0.5))
    ranking = rank(pictures, WordAnswer(), SearchOptions())
    assert [candidate.photo_id for candidate in ranking] == [9, 3, 4]
    every = rank(pictures, WordAnswer(), SearchOptions(fold_copies=False))
    assert [candidate.photo_id for candidate in every] == [9, 2, 3, 4]
