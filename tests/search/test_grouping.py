from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.grouping import group_of
from imagescope_tui.search.types import Candidate
from storage.records import PhotoId

ORDER = {"rest": 0, "maybe": 1, "match": 2}


def candidate(standing: float | None, *, words: bool = False) -> Candidate:
    return Candidate(
        photo_id=PhotoId(1),
        content_id=None,
        score=0.0,
        picture_score=None if standing is None else 0.3,
        standing=standing,
        words_rank=1 if words else None,
    )


@given(st.floats(-5, 9), st.floats(-5, 9))
def test_who_stands_out_further_is_never_grouped_lower(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert ORDER[group_of(candidate(low))] <= ORDER[group_of(candidate(high))]


@given(st.floats(-5, 9))
def test_a_word_that_was_found_never_lowers_a_photo(standing: float) -> None:
    with_word = ORDER[group_of(candidate(standing, words=True))]
    assert with_word >= max(1, ORDER[group_of(candidate(standing))])


@pytest.mark.parametrize(
    ("standing", "words", "group"),
    [(None, True, "match"), (None, False, "match"), (0.0, False, "rest"), (0.0, True, "maybe")],
)
def test_what_was_found_by_words_or_by_filter_alone_is_a_match(
    standing: float | None, words: bool, group: str
) -> None:
    assert group_of(candidate(standing, words=words)) == group
