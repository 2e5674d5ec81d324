"""Which queries go on with one another, and what was said before each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.types import Turn

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from imagescope_tui.evaluation.task import BenchmarkQuery


class Conversations:
    """The rounds of all conversations; a query that stands alone is one of a single round."""

    def __init__(self, queries: Sequence[BenchmarkQuery]) -> None:
        self._queries = queries
        numbers = {query.id: number for number, query in enumerate(queries)}
        self._before = [
            None if query.earlier is None else numbers.get(query.earlier) for query in queries
        ]
        self._is_continued = frozenset(self._before)
        self._readings: dict[int, str] = {}

    def left(self, done: Container[int]) -> Iterator[list[int]]:
        """The numbers of the queries of each conversation that are not done, in their order."""
        heads: list[int] = []
        rounds: dict[int, list[int]] = {}
        for number, before in enumerate(self._before):
            heads.append(number if before is None else heads[before])
            rounds.setdefault(heads[number], []).append(number)
        for chain in rounds.values():
            waiting = [number for number in chain if number not in done]
            if waiting:
                yield waiting

    def note(self, number: int, reading: str) -> None:
        """Remember what a query was read as, for those that go on with it."""
        if number in self._is_continued and reading:
            self._readings[number] = reading

    def history(self, number: int) -> tuple[Turn, ...]:
        """What was said before a query, oldest first."""
        turns: list[Turn] = []
        before = self._before[number]
        while before is not None:
            reading = self._readings.get(before, "")
            turns.append(Turn(text=self._queries[before].text, reading=reading))
            before = self._before[before]
        return tuple(reversed(turns))
