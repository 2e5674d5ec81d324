"""How many photos each month has, in the order of the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.items import IS_ITEM
from storage.records import MonthRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.conditions import Condition
    from storage.sql import Sql

_MONTH = "substr(photos.moment, 1, 7)"
# From each month the index leads to the one before it, and counting between two places of an index
# is several times as fast as grouping all it holds. `2019` alone is a prefix of its months.
_OF_ALL = f"""
    WITH RECURSIVE months(month) AS (
        SELECT (SELECT {_MONTH} FROM photos WHERE {IS_ITEM} ORDER BY moment DESC LIMIT 1)
        UNION ALL
        SELECT (SELECT {_MONTH} FROM photos WHERE {IS_ITEM} AND moment < month
                ORDER BY moment DESC LIMIT 1)
        FROM months WHERE month IS NOT NULL
    )
    SELECT month, (
        SELECT count(*) FROM photos WHERE {IS_ITEM}
        AND moment BETWEEN month AND iif(length(month) < 7, month, month || '~')
    ) FROM months WHERE month IS NOT NULL"""


class SortKeys:
    """What rows are sorted by first, as SQL, each from the smallest."""

    def __init__(self, keys: Sequence[Condition]) -> None:
        self.texts = tuple(key.text for key in keys)
        self.values = tuple(value for key in keys for value in key.values)


def months_of_all(sql: Sql, *, oldest_first: bool) -> tuple[MonthRun, ...]:
    """Every month of the library, by date alone."""
    rows = sql.rows(_OF_ALL)
    return _runs(reversed(rows) if oldest_first else rows)


def months_passing(
    sql: Sql, condition: Condition, first: SortKeys, *, oldest_first: bool
) -> tuple[MonthRun, ...]:
    """The months of what fulfils a condition, in an order by other keys and then by date."""
    groups = ", ".join((*first.texts, "month"))
    rows = sql.rows(
        f"SELECT {_MONTH} AS month, count(*) FROM photos WHERE {condition.text}"
        f" GROUP BY {groups} ORDER BY {groups} {'ASC' if oldest_first else 'DESC'}",
        [*condition.values, *first.values, *first.values],
    )
    return _runs(rows)


def _runs(rows: Iterable[tuple[Any, ...]]) -> tuple[MonthRun, ...]:
    return tuple(MonthRun(month=row[0], photos=row[1]) for row in rows)
