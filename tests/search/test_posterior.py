"""Laws of `ours`: what answers of unknown worth make of the candidates."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.posterior import log_posteriors, log_priors

if TYPE_CHECKING:
    from random import Random

Table: TypeAlias = "tuple[list[list[float | None]], list[float]]"
_CHANCE = st.one_of(st.none(), st.floats(0, 1))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Any answers to one to four questions about one to eight candidates, and any priors."""
    questions = draw(st.integers(1, 4))
    row = st.lists(_CHANCE, min_size=questions, max_size=questions)
    chances = draw(st.lists(row, min_size=1, max_size=8))
    priors = draw(st.lists(st.floats(-4, 4), min_size=len(chances), max_size=len(chances)))
    return chances, priors


@given(tables())
def test_one_of_the_candidates_is_the_wanted_one(table: Table) -> None:
    found = log_posteriors(*table)
    assert math.fsum(map(math.exp, found)) == pytest.approx(1.0)


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_in_which_candidates_come_means_nothing(table: Table, chance: Random) -> None:
    chances, priors = table
    places = list(range(len(priors)))
    chance.shuffle(places)
    moved = log_posteriors([chances[n] for n in places], [priors[n] for n in places])
    still = log_posteriors(chances, priors)
    assert moved == pytest.approx([still[n] for n in places])


@given(tables())
def test_who_answers_no_worse_anywhere_and_stood_no_worse_never_falls_behind(table: Table) -> None:
    chances, priors = table
    found = log_posteriors(chances, priors)
    for one, row in enumerate(chances):
        for other, beaten in enumerate(chances):
            is_no_worse = all(
                a == b or (a is not None and b is not None and a >= b)
                for a, b in zip(row, beaten, strict=True)
            )
            if is_no_worse and priors[one] >= priors[other]:
                assert found[one] >= found[other] - 1e-9


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=8))
def test_without_answers_the_order_is_that_of_stage_one(priors: list[float]) -> None:
    found = log_posteriors([[None]] * len(priors), priors)
    assert [b - a for a, b in pairwise(found)] == pytest.approx(
        [b - a for a, b in pairwise(priors)]
    )


@given(st.lists(st.booleans(), min_size=2, max_size=8))
def test_with_one_question_and_equal_priors_it_is_the_count_of_fitting_answers(
    fits: list[bool],
) -> None:
    found = log_posteriors([[0.95 if fit else 0.05] for fit in fits], [0.0] * len(fits))
    assert len({round(value, 9) for value in found}) == len(set(fits))
    assert all(
        a > b
        for fit, a in zip(fits, found, strict=True)
        if fit
        for unfit, b in zip(fits, found, strict=True)
        if not unfit
    )


def test_a_question_that_few_pass_decides_more_than_one_that_nearly_all_pass() -> None:
    yes, no = 0.95, 0.05
    others = [[no, yes]] * 6
    found = log_posteriors([[yes, no], [no, yes], *others], [0.0] * 8)
    assert found[0] > found[1]


def test_where_answers_contradict_each_other_stage_one_counts_more() -> None:
    """Nothing correlates: no candidate fits, whatever is asked."""
    clear = [[0.95] * 4, *[[0.05] * 4] * 7]
    noise = [[0.95 if (n * 5 + q * 3) % 4 < 2 else 0.05 for q in range(4)] for n in range(8)]
    priors = [0.0] * 8
    spreads = [
        max(found) - min(found) for found in (log_posteriors(t, priors) for t in (clear, noise))
    ]
    assert spreads[0] > 2 * spreads[1]


def test_no_single_sure_answer_outweighs_what_ninety_eight_per_cent_would() -> None:
    found = log_posteriors([[1.0], [0.0]], [0.0, 0.0])
    assert found[0] - found[1] < math.log(49) * 2


def test_a_prior_grows_with_the_score_and_is_zero_where_all_are_equal() -> None:
    found = log_priors([0.9, 0.5, 0.1])
    assert found[0] > found[1] > found[2]
    assert log_priors([0.4, 0.4]) == [0.0, 0.0]
    assert log_priors([]) == []
    assert log_posteriors([], []) == []
