"""Halves of a batch, each with half of the cores."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = pytest.mark.clip


@pytest.fixture(autouse=True, scope="module")
def cores() -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield 4
    torch.set_num_threads(before)


@given(st.lists(st.integers(), max_size=9))
def test_all_is_worked_once_and_in_order(items: list[int]) -> None:
    from indexer.models.side_by_side import SideBySide

    parts = SideBySide().map(tuple, items)
    assert [item for part in parts for item in part] == items
    assert len(parts) == (1 if len(items) < 2 else 2)


def test_halves_are_worked_at_the_same_time_with_half_of_the_cores(cores: int) -> None:
    from indexer.models.side_by_side import SideBySide

    meeting = threading.Barrier(2, timeout=30)

    def work(items: Sequence[int]) -> int:
        meeting.wait()
        return int(torch.get_num_threads())

    assert SideBySide().map(work, [1, 2]) == [cores // 2, cores // 2]
    assert torch.get_num_threads() == cores
    with ThreadPoolExecutor(1) as another:
        assert another.submit(torch.get_num_threads).result() == cores


@pytest.mark.parametrize("count", [1, 3])
def test_no_core_is_left_out(count: int) -> None:
    from indexer.models.side_by_side import SideBySide

    torch.set_num_threads(count)
    try:
        assert SideBySide().map(len, [1, 2, 3]) == [3]
    finally:
        torch.set_num_threads(4)


def test_who_asks_in_a_thread_of_its_own_has_threads_of_its_own() -> None:
    from indexer.models.side_by_side import SideBySide

    halves = SideBySide()

    def names() -> set[int]:
        return set(halves.map(lambda _: threading.get_ident(), [1, 2]))

    with ThreadPoolExecutor(1) as another:
        assert names().isdisjoint(another.submit(names).result())
