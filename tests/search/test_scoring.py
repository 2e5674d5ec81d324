from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.scoring import (
    chance_of_expected,
    chance_of_yes,
    judged_order,
    likenesses,
    promoted,
    reranked,
)
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
    for_yes, for_no = (chance_of_expected(answer, item) for item in (EXPECT_YES, EXPECT_NO))
    assert for_yes == p_yes
    assert for_no == 1 - p_yes


def test_a_plain_word_is_doubted_a_little_where_probabilities_are_compared() -> None:
    yes, no = Answer(said=True), Answer(said=False)
    assert chance_of_expected(yes, EXPECT_YES) == chance_of_expected(no, EXPECT_NO) == 0.95
    assert chance_of_expected(no, EXPECT_YES) == pytest.approx(0.05)
    assert (chance_of_yes(yes), chance_of_yes(no)) == (1.0, 0.0)


@pytest.mark.parametrize("answer", [None, Answer(said=None), Answer(said=None, p_yes=0.9)])
def test_an_answer_that_says_nothing_has_no_chance(answer: Answer | None) -> None:
    assert chance_of_yes(answer) is None
    assert chance_of_expected(answer, EXPECT_YES) is None


def test_likeness_falls_from_one_and_keeps_something_for_the_last() -> None:
    found = likenesses(candidates(0.9, 0.5, 0.1), keeps_last=True)
    assert found[PhotoId(1)] == 1.0
    assert found[PhotoId(2)] == pytest.approx(2 / 3)
    assert found[PhotoId(3)] == pytest.approx(1 / 3)
    assert likenesses(candidates(0.9, 0.5, 0.1), keeps_last=False)[PhotoId(3)] == 0.0
    assert set(likenesses(candidates(0.4, 0.4), keeps_last=False).values()) == {1.0}
    assert likenesses((), keeps_last=True) == {}


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
