"""Means, intervals and paired differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagescope_tui.evaluation.measures.aggregate import (
    RESAMPLES,
    estimates,
    paired_difference,
    resampled_means,
    stratified_estimates,
)

UNIT = st.floats(0, 1)


def test_equal_values_have_an_interval_of_no_width() -> None:
    (found,) = estimates(np.full((12, 1), 0.25))
    assert (found.mean, found.low, found.high, found.count) == (0.25, 0.25, 0.25, 12)


def test_equal_values_give_equal_intervals_every_time() -> None:
    values = np.random.default_rng(3).random((50, 2))
    assert estimates(values) == estimates(values.copy())


def test_the_interval_of_a_share_is_about_two_standard_errors_wide() -> None:
    values = (np.arange(1000) < 400).astype(float)[:, None]
    (found,) = estimates(values)
    error = float(np.sqrt(0.4 * 0.6 / 1000))
    assert found.mean == pytest.approx(0.4)
    assert found.low == pytest.approx(0.4 - 1.96 * error, abs=0.003)
    assert found.high == pytest.approx(0.4 + 1.96 * error, abs=0.003)


def test_the_interval_holds_the_true_mean_about_95_times_in_100() -> None:
    chance = np.random.default_rng(11)
    held = 0
    for _ in range(200):
        (found,) = estimates(chance.random((60, 1)))
        held += found.low <= 0.5 <= found.high
    assert 180 <= held <= 199


def test_columns_are_drawn_together_and_give_what_they_give_alone() -> None:
    values = np.random.default_rng(5).random((40, 3))
    alone = [estimates(values[:, [column]])[0] for column in range(3)]
    for together, single in zip(estimates(values), alone, strict=True):
        assert together.mean == pytest.approx(single.mean)
        assert (together.low, together.high) == pytest.approx((single.low, single.high))


def test_many_queries_are_drawn_in_several_helpings() -> None:
    values = np.ones((3000, 1))
    values[::2] = 0
    means = resampled_means(values)
    assert means.shape == (RESAMPLES, 1)
    assert means.std() == pytest.approx(0.5 / np.sqrt(3000), rel=0.1)


def test_the_average_of_three_categories_weighs_them_alike() -> None:
    (found,) = stratified_estimates([np.zeros((10, 1)), np.zeros((10, 1)), np.ones((1000, 1))])
    assert found.mean == pytest.approx(1 / 3)
    assert (found.low, found.high) == pytest.approx((1 / 3, 1 / 3))
    assert found.count == 1020


def test_a_paired_difference_is_over_the_common_queries_and_counts_both_directions() -> None:
    before = {"a": 0.0, "b": 1.0, "c": 0.5, "only-before": 1.0}
    after = {"a": 1.0, "b": 0.5, "c": 0.5, "only-after": 1.0}
    found = paired_difference(before, after)
    assert found is not None
    assert found.mean == pytest.approx(0.5 / 3)
    assert (found.better, found.worse, found.count) == (1, 1, 3)
    assert not found.is_told_apart


def test_a_gain_of_every_query_is_told_apart_from_nothing() -> None:
    before = {str(n): n / 100 for n in range(20)}
    after = {query: value + 0.1 for query, value in before.items()}
    found = paired_difference(before, after)
    assert found is not None
    assert found.is_told_apart
    assert found.low == pytest.approx(0.1)


def test_runs_without_a_common_query_have_no_difference() -> None:
    assert paired_difference({"a": 1.0}, {"b": 1.0}) is None


def test_no_queries_have_no_mean() -> None:
    with pytest.raises(ValueError, match="no queries"):
        estimates(np.zeros((0, 2)))
    with pytest.raises(ValueError, match="nothing"):
        stratified_estimates([])


@settings(max_examples=25, deadline=None)
@given(st.lists(UNIT, min_size=1, max_size=30))
def test_an_interval_lies_within_the_values_and_does_not_depend_on_scale(
    values: list[float],
) -> None:
    (found,) = estimates(np.array(values)[:, None])
    (double,) = estimates(2 * np.array(values)[:, None])
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert double.high == pytest.approx(2 * found.high)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.text(max_size=3), st.tuples(UNIT, UNIT), min_size=1, max_size=20))
def test_swapping_the_runs_turns_the_difference_round(
    pairs: dict[str, tuple[float, float]],
) -> None:
    before = {query: pair[0] for query, pair in pairs.items()}
    after = {query: pair[1] for query, pair in pairs.items()}
    one, other = paired_difference(before, after), paired_difference(after, before)
    assert one is not None
    assert other is not None
    assert one.mean == pytest.approx(-other.mean)
    assert (one.better, one.worse) == (other.worse, other.better)
    assert one.low == pytest.approx(-other.high, abs=1e-9)
