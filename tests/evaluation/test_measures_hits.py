"""Hits over the rounds of a conversation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.evaluation.measures.hits import conversations, hits_by_round

RANKS = st.one_of(st.none(), st.integers(1, 60))
CONVERSATIONS = st.dictionaries(
    st.integers(0, 10), RANKS.map(lambda rank: (rank,)), min_size=1, max_size=11
)


def test_a_conversation_counts_from_the_first_round_that_found_its_photo() -> None:
    ranks = {0: (40,), 1: (9,), 2: (30,), 3: (2,)}
    assert hits_by_round(ranks, k=10, rounds=(0, 1, 2, 3)) == (0, 1, 1, 1)
    assert hits_by_round(ranks, k=5, rounds=(0, 1, 2, 3)) == (0, 0, 0, 1)


def test_without_round_0_a_hit_of_the_caption_alone_does_not_count() -> None:
    ranks = {0: (1,), 1: (90,), 2: (3,)}
    assert hits_by_round(ranks, k=10, rounds=(0, 1, 2)) == (1, 1, 1)
    assert hits_by_round(ranks, k=10, rounds=(1, 2)) == (0, 1)


def test_a_round_that_was_not_run_keeps_what_was_found_and_finds_nothing() -> None:
    assert hits_by_round({1: (1,)}, k=10, rounds=(0, 1, 2)) == (0, 1, 1)
    assert hits_by_round({0: (None,)}, k=10, rounds=(0, 1)) == (0, 0)


def test_ids_are_told_apart_by_dialogue_and_round() -> None:
    found = conversations([("a/b/10", (1,)), ("a/b/2", (None,)), ("lone", (3,))])
    assert found == {"a/b": {10: (1,), 2: (None,)}, "lone": {0: (3,)}}


@given(CONVERSATIONS, st.integers(1, 50), st.integers(1, 50))
def test_hits_never_fall_with_rounds_nor_with_k(
    ranks: dict[int, tuple[int | None]], a: int, b: int
) -> None:
    low, high = sorted((a, b))
    rounds = range(11)
    fewer = hits_by_round(ranks, k=low, rounds=rounds)
    more = hits_by_round(ranks, k=high, rounds=rounds)
    assert list(fewer) == sorted(fewer)
    assert all(x <= y for x, y in zip(fewer, more, strict=True))


@given(CONVERSATIONS, st.integers(1, 50))
def test_hits_by_brute_force(ranks: dict[int, tuple[int | None]], k: int) -> None:
    for number, hit in enumerate(hits_by_round(ranks, k=k, rounds=range(11))):
        seen = [rank for earlier, (rank,) in ranks.items() if earlier <= number and rank]
        assert hit == any(rank <= k for rank in seen)
