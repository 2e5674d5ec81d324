from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.scoring import judged_order, log_odds, priors, promoted, reranked
from imagescope_tui.search.types import Answer, Candidate, Proposition, Verdict
from storage.records import PhotoId

EXPECT_YES = Proposition(statement="s", question="q", expected=True)
EXPECT_NO = Proposition(statement="s", question="q", expected=False)


def candidates(*scores: float) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(photo_id=PhotoId(n), content_id=None, score=score)
        for n, score in enumerate(scores, start=1)
    )


@given(st.floats(0, 1))
def test_what_speaks_for_a_yes_speaks_as_much_against_a_no(p_yes: float) -> None:
    answer = Answer(said=p_yes >= 0.5, p_yes=p_yes)
    assert log_odds(answer, EXPECT_YES) == -log_odds(answer, EXPECT_NO)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_likelier_yes_never_counts_for_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    odds = [log_odds(Answer(said=True, p_yes=p), EXPECT_YES) for p in (low, high)]
    assert odds == sorted(odds)


def test_no_single_answer_is_believed_more_than_99_to_1() -> None:
    assert log_odds(Answer(said=True, p_yes=1.0), EXPECT_YES) == pytest.approx(math.log(99))


def test_a_plain_yes_counts_for_what_it_says() -> None:
    assert log_odds(Answer(said=True), EXPECT_YES) > 0 > log_odds(Answer(said=True), EXPECT_NO)
    assert log_odds(Answer(said=False), EXPECT_NO) > 0 > log_odds(Answer(said=False), EXPECT_YES)


@pytest.mark.parametrize("answer", [None, Answer(said=None), Answer(said=None, p_yes=0.9)])
def test_an_answer_that_says_nothing_counts_nothing(answer: Answer | None) -> None:
    assert log_odds(answer, EXPECT_YES) == 0.0


def test_a_prior_grows_with_the_score_and_is_zero_where_all_are_equal() -> None:
    found = priors(candidates(0.9, 0.5, 0.1))
    assert found[PhotoId(1)] > found[PhotoId(2)] > found[PhotoId(3)]
    assert set(priors(candidates(0.4, 0.4)).values()) == {0.0}
    assert priors(()) == {}


def test_a_photo_nobody_scored_stands_as_one_with_nothing() -> None:
    ranking = candidates(3, 2, 1)
    found = reranked(ranking, {PhotoId(3): 1.0, PhotoId(1): -1.0}, top_k=3)
    assert [item.photo_id for item in found] == [3, 2, 1]


def test_nobody_accepted_moves_nobody() -> None:
    assert promoted(candidates(3, 2, 1), None) == candidates(3, 2, 1)


def test_unreadable_verdicts_stand_between_accepted_and_rejected() -> None:
    verdicts = [
        Verdict(photo_id=PhotoId(1), accepted=False),
        Verdict(photo_id=PhotoId(2), accepted=None),
        Verdict(photo_id=PhotoId(3), accepted=True),
    ]
    found = judged_order(candidates(4, 3, 2, 1), verdicts)
    assert [item.photo_id for item in found] == [3, 2, 1, 4]
