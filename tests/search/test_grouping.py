from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.grouping import MATCH_CHANCE, MAYBE_CHANCE, group_of, nothing_fits
from imagescope_tui.search.types import Candidate, Verification
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


def likely(chance: float | None, *, words: bool = False) -> Candidate:
    return Candidate(
        photo_id=PhotoId(1),
        content_id=None,
        score=0.0,
        picture_score=0.3,
        standing=9.0,
        chance=chance,
        words_rank=1 if words else None,
    )


@given(st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_who_fits_more_likely_is_never_grouped_lower(one: float, other: float, words: bool) -> None:
    low, high = (likely(chance, words=words) for chance in sorted((one, other)))
    assert ORDER[group_of(low)] <= ORDER[group_of(high)]


@pytest.mark.parametrize(
    ("chance", "words", "group"),
    [
        (MATCH_CHANCE, False, "match"),
        (MAYBE_CHANCE, False, "maybe"),
        (MAYBE_CHANCE, True, "match"),
        (MAYBE_CHANCE - 0.01, False, "rest"),
        (0.0, True, "maybe"),
        (None, False, "match"),
    ],
)
def test_where_a_chance_is_told_it_counts_instead_of_the_standing(
    chance: float | None, words: bool, group: str
) -> None:
    assert group_of(likely(chance, words=words)) == group


def test_nothing_fits_where_an_encoder_that_can_tell_says_so_of_all_photos() -> None:
    low, high = likely(0.01), likely(0.5)
    assert nothing_fits((low, low), ())
    assert not nothing_fits((low, high), ())
    assert not nothing_fits((low, likely(0.0, words=True)), ()), "a photo holds the word"
    assert not nothing_fits((candidate(0.0),), ()), "no encoder that can tell"
    assert not nothing_fits((), ())
    looked_at = Verification(photo_id=PhotoId(1), answers=())
    assert not nothing_fits((low,), (looked_at,)), "a model looked"
