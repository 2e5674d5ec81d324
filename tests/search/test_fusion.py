from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.fusion import RANK_CONSTANT, fuse, shared_ranks

rankings = st.lists(
    st.lists(st.integers(0, 30), unique=True, max_size=20).map(
        lambda items: {item: place for place, item in enumerate(items, start=1)}
    ),
    min_size=1,
    max_size=3,
)


@given(rankings)
def test_every_item_of_any_ranking_is_fused_and_no_other(ranks: list[dict[int, int]]) -> None:
    assert set(fuse(ranks)) == {item for ranking in ranks for item in ranking}


@given(rankings)
def test_an_item_better_in_every_ranking_is_better_fused(ranks: list[dict[int, int]]) -> None:
    fused = fuse(ranks)
    everywhere = set.intersection(*(set(ranking) for ranking in ranks))
    for one in everywhere:
        for other in everywhere:
            if all(ranking[one] < ranking[other] for ranking in ranks):
                assert fused[one] > fused[other]


@given(st.lists(st.integers(0, 30), unique=True, max_size=20))
def test_fusing_one_ranking_keeps_its_order(items: list[int]) -> None:
    fused = fuse([{item: place for place, item in enumerate(items, start=1)}])
    assert sorted(items, key=lambda item: -fused[item]) == items


def test_the_score_is_the_papers() -> None:
    assert fuse([{"a": 1}, {"a": 2}]) == {"a": 1 / (RANK_CONSTANT + 1) + 1 / (RANK_CONSTANT + 2)}


def test_equal_scores_share_the_best_rank() -> None:
    assert shared_ranks([5.0, 3.0001, 3.0, 1.0]) == [1, 2, 2, 4]
    assert shared_ranks([]) == []
