"""The sides of stage 1 as one ranking."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.log_odds import log_odds
from imagescope_tui.search.retriever import WordAnswer, WordHit, rank
from imagescope_tui.search.types import SearchOptions
from indexer.answers import NearestAnswer, NearPhoto, SideWeights
from storage.records import ContentId, PhotoId

if TYPE_CHECKING:
    from collections.abc import Sequence

SURE = SideWeights(picture=0.0, caption=20.0, caption_words=0.0)
UNSURE = SideWeights(picture=2.0, caption=0.5, caption_words=0.9)

cosines = st.floats(-1, 1).map(lambda value: round(value, 3))


def near(
    parts: Sequence[tuple[float, float | None]], weights: SideWeights | None = None
) -> NearestAnswer:
    """Photos 1, 2, … with a picture and a caption part each."""
    photos = tuple(
        NearPhoto(
            photo_id=PhotoId(number),
            content_id=ContentId(number),
            score=picture,
            picture=picture,
            caption=caption,
        )
        for number, (picture, caption) in enumerate(parts, start=1)
    )
    return NearestAnswer(
        encoder_id="e", photos=photos, mean=0.1, deviation=0.05, mean_caption=0.2, weights=weights
    )


def hit(photo: int, score: float, caption_score: float = 0.0) -> WordHit:
    return WordHit(
        photo_id=PhotoId(photo), content_id=None, score=score, caption_score=caption_score
    )


def order(scores: dict[PhotoId, float]) -> list[int]:
    placed = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [photo for photo, _ in placed]


@given(parts=st.lists(st.tuples(cosines, cosines), min_size=1, max_size=9))
def test_where_the_caption_encoder_tells_captions_apart_words_in_captions_change_nothing(
    parts: list[tuple[float, float | None]],
) -> None:
    answer = near(parts, SURE)
    words = [hit(number, 9.0, 9.0) for number in range(1, len(parts) + 1, 2)]
    assert order(log_odds(answer, words)) == order(log_odds(answer, []))


def test_where_it_does_not_the_words_in_captions_decide() -> None:
    answer = near([(0.3, 0.9), (0.3, 0.2), (0.3, 0.1)], UNSURE)
    assert order(log_odds(answer, [hit(3, 4.0, 4.0)])) == [3, 1, 2]


@pytest.mark.parametrize("weights", [None, SURE, UNSURE])
def test_words_in_a_name_count_whatever_the_captions_readers_are_like(
    weights: SideWeights | None,
) -> None:
    answer = near([(0.25, 0.4), (0.2, 0.3), (0.15, 0.25)], weights)
    assert order(log_odds(answer, [hit(3, 7.0)]))[0] == 3


def test_a_photo_without_caption_has_the_mean_caption() -> None:
    scores = log_odds(near([(0.3, None), (0.3, 0.21), (0.3, 0.19)], SURE), [])
    assert order(scores) == [2, 1, 3]


def test_a_photo_that_only_the_words_found_is_no_better_than_the_last_of_the_nearest() -> None:
    scores = log_odds(near([(0.3, 0.5), (0.3, 0.4)], SURE), [hit(7, 0.5)])
    assert scores[PhotoId(7)] == pytest.approx(scores[PhotoId(2)] + 1.0)
    unlearned = log_odds(near([(0.3, None), (0.2, None)]), [hit(7, 0.5)])
    assert unlearned[PhotoId(7)] == pytest.approx(1.0)


def test_pictures_alone_keep_the_published_score() -> None:
    options = SearchOptions(rank_by="picture")
    ranking = rank(near([(0.2, 0.9), (0.3, 0.1)], SURE), WordAnswer(), options)
    assert [(item.photo_id, item.score) for item in ranking] == [(2, 0.3), (1, 0.2)]


@given(captions=st.lists(cosines, min_size=1, max_size=9), picture=cosines)
def test_a_photo_without_a_caption_has_the_mean_odds_of_those_that_have_one(
    captions: list[float], picture: float
) -> None:
    scores = log_odds(
        near([*((picture, caption) for caption in captions), (picture, None)], SURE), []
    )
    *told, missing = scores.values()
    assert math.exp(missing) == pytest.approx(sum(map(math.exp, told)) / len(told))


@given(captions=st.lists(cosines.map(lambda value: 0.3 + value / 10), min_size=1, max_size=9))
def test_captioned_photos_that_are_not_near_count_for_a_missing_caption_with_the_mean_score(
    captions: list[float],
) -> None:
    answer = near([*((0.3, caption) for caption in captions), (0.3, None)], SURE)
    among_more = replace(answer, captioned=len(captions) + 1000)
    *_, missing = log_odds(answer, []).values()
    *_, rarer = log_odds(among_more, []).values()
    mean_score = SURE.caption * answer.mean_caption
    assert mean_score - 1e-9 <= rarer <= max(missing, mean_score) + 1e-9


def test_who_holds_all_that_is_left_to_names_has_the_whole_weight_of_its_words() -> None:
    answer = replace(near([(0.1, None)] * 3), words_named=("toshi", "mia"))
    part = [
        replace(hit(1, 2.0), share=0.5, held=("Toshi", "Mia")),
        replace(hit(2, 2.0), share=0.5, held=("Toshi", "snow")),
    ]
    scores = log_odds(answer, part)
    assert scores[PhotoId(1)] == pytest.approx(4 * scores[PhotoId(2)])


def test_a_hit_counts_by_the_share_of_the_query_that_it_holds() -> None:
    answer = near([(0.1, None), (0.1, None)])
    whole, half = hit(1, 4.0), replace(hit(2, 4.0), share=0.5)
    scores = log_odds(answer, [whole, half])
    assert scores[PhotoId(1)] == pytest.approx(2 * scores[PhotoId(2)])
