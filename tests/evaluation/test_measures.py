"""Figures of one query: by hand, by law, by brute force, and as other libraries compute them."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, Success, nDCG
from sklearn.metrics import average_precision_score, ndcg_score

from imagescope_tui.evaluation.measures.of_ranks import (
    average_precision_at,
    main_success_at,
    reciprocal_rank,
    success_at,
)
from imagescope_tui.evaluation.measures.tied import tied_average_precision_at, tied_ndcg_at

if TYPE_CHECKING:
    from collections.abc import Sequence

CUTS = st.integers(1, 60)


@st.composite
def target_ranks(draw: st.DrawFn) -> tuple[int | None, ...]:
    found: list[int | None] = list(draw(st.sets(st.integers(1, 80), max_size=12)))
    missing = draw(st.integers(0 if found else 1, 5))
    return tuple(draw(st.permutations([*found, *[None] * missing])))


@st.composite
def scored_places(draw: st.DrawFn) -> tuple[list[bool], list[float], int]:
    """Labels and falling scores, many equal, and how many right answers there are in all."""
    scores = sorted(draw(st.lists(st.integers(0, 6), min_size=1, max_size=40)), reverse=True)
    labels = draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)))
    targets = max(1, sum(labels) + draw(st.integers(0, 20)))
    return labels, [float(score) for score in scores], targets


def test_success_counts_any_right_answer_and_main_success_the_first_alone() -> None:
    ranks = (7, 2, None)
    assert [success_at(ranks, k) for k in (1, 2, 7)] == [0, 1, 1]
    assert [main_success_at(ranks, k) for k in (1, 2, 7)] == [0, 0, 1]
    assert main_success_at((None, 1), 10) == 0


def test_average_precision_by_hand() -> None:
    # Right answers at 1 and 4 of three: (1/1 + 2/4) / min(k, 3).
    ranks = (4, None, 1)
    assert average_precision_at(ranks, 1) == 1
    assert average_precision_at(ranks, 3) == pytest.approx(1 / 3)
    assert average_precision_at(ranks, 4) == pytest.approx(1.5 / 3)
    assert average_precision_at(ranks, 2) == pytest.approx(1 / 2)


def test_reciprocal_rank_is_of_the_first_found_and_zero_without() -> None:
    assert reciprocal_rank((9, 4, None)) == 0.25
    assert reciprocal_rank((None, None)) == 0
    assert reciprocal_rank(()) == 0


def test_five_equal_scores_with_two_right_answers_score_0_40_in_any_order() -> None:
    for labels in ([True, True, False, False, False], [False, False, False, True, True]):
        value = tied_average_precision_at(labels, [1.0] * 5, k=5, targets=2)
        assert value == pytest.approx(0.40)
    lucky = tied_average_precision_at(
        [True, False, True, False, False], [5, 4, 3, 2, 1.0], k=5, targets=2
    )
    assert lucky == pytest.approx((1 + 2 / 3) / 2)


def test_ndcg_by_hand() -> None:
    # Right answers at 1 and 3, two more unseen: the ideal of k = 3 has three in front.
    value = tied_ndcg_at([True, False, True], [3, 2, 1.0], k=3, targets=4)
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert value == pytest.approx((1 + 1 / 2) / ideal)


def test_ndcg_of_equal_scores_is_the_mean_over_their_orders() -> None:
    value = tied_ndcg_at([True, False], [1.0, 1.0], k=2, targets=1)
    assert value == pytest.approx((1 + 1 / math.log2(3)) / 2)


def test_figures_need_a_right_answer_and_a_score_for_every_place() -> None:
    with pytest.raises(ValueError, match="right answer"):
        average_precision_at((), 5)
    with pytest.raises(ValueError, match="right answers"):
        tied_ndcg_at([True], [1.0], k=5, targets=0)
    with pytest.raises(ValueError, match="2 labels and 1 scores"):
        tied_average_precision_at([True, False], [1.0], k=5, targets=1)


def test_an_empty_ranking_scores_zero() -> None:
    assert tied_average_precision_at([], [], k=5, targets=3) == 0
    assert tied_ndcg_at([], [], k=5, targets=3) == 0


@given(target_ranks(), CUTS)
def test_figures_of_ranks_are_in_the_unit_interval(ranks: tuple[int | None, ...], k: int) -> None:
    values = (
        success_at(ranks, k),
        main_success_at(ranks, k),
        average_precision_at(ranks, k),
        reciprocal_rank(ranks),
    )
    assert all(0 <= value <= 1 + 1e-12 for value in values)


@given(target_ranks(), CUTS, CUTS)
def test_success_never_falls_with_k(ranks: tuple[int | None, ...], a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert success_at(ranks, low) <= success_at(ranks, high)
    assert main_success_at(ranks, low) <= main_success_at(ranks, high)


@given(target_ranks(), CUTS, st.randoms(use_true_random=False))
def test_the_order_of_the_right_answers_does_not_matter(
    ranks: tuple[int | None, ...], k: int, chance: random.Random
) -> None:
    mixed = list(ranks)
    chance.shuffle(mixed)
    assert success_at(mixed, k) == success_at(ranks, k)
    assert average_precision_at(mixed, k) == pytest.approx(average_precision_at(ranks, k))
    assert reciprocal_rank(mixed) == reciprocal_rank(ranks)


@given(target_ranks(), CUTS)
def test_a_right_answer_one_place_up_never_lowers_a_figure(
    ranks: tuple[int | None, ...], k: int
) -> None:
    found = sorted(rank for rank in ranks if rank is not None)
    movable = [rank for rank in found if rank > 1 and rank - 1 not in found]
    if not movable:
        return
    better = [rank - 1 if rank == movable[0] else rank for rank in ranks if rank is not None]
    better_ranks = (*better, *[None] * (len(ranks) - len(better)))
    assert average_precision_at(better_ranks, k) >= average_precision_at(ranks, k) - 1e-12
    assert reciprocal_rank(better_ranks) >= reciprocal_rank(ranks)


@given(scored_places(), CUTS)
def test_tied_figures_are_in_the_unit_interval(
    places: tuple[list[bool], list[float], int], k: int
) -> None:
    labels, scores, targets = places
    assert 0 <= tied_average_precision_at(labels, scores, k=k, targets=targets) <= 1 + 1e-12
    assert 0 <= tied_ndcg_at(labels, scores, k=k, targets=targets) <= 1


@given(scored_places(), st.randoms(use_true_random=False))
def test_the_order_inside_equal_scores_does_not_matter(
    places: tuple[list[bool], list[float], int], chance: random.Random
) -> None:
    labels, scores, targets = places
    pairs = list(zip(labels, scores, strict=True))
    chance.shuffle(pairs)
    pairs.sort(key=lambda pair: -pair[1])
    mixed = [label for label, _ in pairs]
    k = len(labels)
    for figure in (tied_average_precision_at, tied_ndcg_at):
        value = figure(labels, scores, k=k, targets=targets)
        assert figure(mixed, scores, k=k, targets=targets) == pytest.approx(value)


@given(scored_places(), CUTS)
def test_without_equal_scores_inquires_ap_is_circos(
    places: tuple[list[bool], list[float], int], k: int
) -> None:
    labels, _, targets = places
    falling = [float(-place) for place in range(len(labels))]
    ranks: list[int | None] = [place for place, hit in enumerate(labels, start=1) if hit]
    ranks += [None] * (targets - len(ranks))
    tied = tied_average_precision_at(labels, falling, k=k, targets=targets)
    assert tied == pytest.approx(average_precision_at(ranks, k))


@given(target_ranks(), CUTS)
def test_average_precision_by_brute_force(ranks: tuple[int | None, ...], k: int) -> None:
    found = {rank for rank in ranks if rank is not None}
    total = 0.0
    for place in range(1, k + 1):
        precision = sum(earlier in found for earlier in range(1, place + 1)) / place
        total += precision * (place in found)
    assert average_precision_at(ranks, k) == pytest.approx(total / min(k, len(ranks)))


@given(target_ranks(), st.sampled_from((5, 10, 25, 50)))
def test_circos_public_definition(ranks: tuple[int | None, ...], k: int) -> None:
    # As the data set's own evaluation goes: 50 predictions, labels by membership, precisions by
    # cumulated sums, divided by the smaller of k and the number of ground truths.
    hidden = iter(range(1000, 2000))
    truths = [1000 - rank if rank is not None else next(hidden) for rank in ranks]
    predictions = np.array([1000 - place for place in range(1, 51)])
    labels = np.isin(predictions, truths)
    precisions = np.cumsum(labels, axis=0) * labels / np.arange(1, 51)
    assert average_precision_at(ranks, k) == pytest.approx(
        float(np.sum(precisions[:k])) / min(len(truths), k)
    )
    single = predictions == truths[0]
    assert main_success_at(ranks, k) == float(np.sum(single[:k]))


@given(scored_places(), CUTS)
def test_inquires_ap_agrees_with_scikit_learn(
    places: tuple[list[bool], list[float], int], k: int
) -> None:
    labels, scores, targets = places
    hits = sum(labels[:k])
    value = tied_average_precision_at(labels, scores, k=k, targets=targets)
    if not hits:
        assert value == 0
        return
    theirs = average_precision_score(labels[:k], scores[:k]) * hits / min(targets, k)
    assert value == pytest.approx(theirs)


@given(scored_places())
def test_ndcg_agrees_with_scikit_learn(places: tuple[list[bool], list[float], int]) -> None:
    labels, scores, targets = places
    k = len(labels)
    unseen = targets - sum(labels)
    truth = [*map(float, labels), *[1.0] * unseen]
    if len(truth) < 2:
        return
    theirs = ndcg_score([truth], [[*scores, *[-100.0] * unseen]], k=k)
    assert tied_ndcg_at(labels, scores, k=k, targets=targets) == pytest.approx(theirs)


def test_figures_agree_with_ir_measures() -> None:
    chance = random.Random(7)
    for _ in range(40):
        labels, ranks = _random_ranking(chance)
        theirs = _ir_measures(labels, targets=len(ranks))
        falling = [float(-place) for place in range(len(labels))]
        # Its AP divides by all right answers, whatever k is.
        cut = min(10, len(ranks)) / len(ranks)
        assert success_at(ranks, 5) == theirs[Success @ 5]
        assert average_precision_at(ranks, 10) * cut == pytest.approx(theirs[AP @ 10])
        ndcg = tied_ndcg_at(labels, falling, k=10, targets=len(ranks))
        assert ndcg == pytest.approx(theirs[nDCG @ 10])
        assert reciprocal_rank(ranks) == pytest.approx(theirs[RR])


def _random_ranking(chance: random.Random) -> tuple[list[bool], list[int | None]]:
    labels = [chance.random() < 0.15 for _ in range(60)]
    ranks: list[int | None] = [place for place, hit in enumerate(labels, start=1) if hit]
    return labels, [*ranks, *[None] * chance.randint(1, 6)]


def _ir_measures(labels: Sequence[bool], *, targets: int) -> dict[object, float]:
    run = {"q": {f"d{place:03}": float(-place) for place in range(len(labels))}}
    right = {f"d{place:03}": 1 for place, hit in enumerate(labels) if hit}
    right |= {f"unseen{number}": 1 for number in range(targets - len(right))}
    asked = [Success @ 5, AP @ 10, nDCG @ 10, RR]
    found: dict[object, float] = ir_measures.calc_aggregate(asked, {"q": right}, run)
    return found
