"""Pieces of SQL with their values, and how they go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL and its values, to be used after WHERE."""

    text: str
    values: tuple[Any, ...] = ()

    @property
    def negated(self) -> Condition:
        """True where this is false, or cannot be told."""
        return Condition(f"({self.text}) IS NOT TRUE", self.values)


def all_of(conditions: Iterable[Condition]) -> Condition:
    """True where each of the conditions is; everywhere where there are none."""
    joined = _joined(" AND ", tuple(conditions))
    return Condition(joined.text or "1", joined.values)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """True where at least one of the conditions is; nowhere where there are none."""
    joined = _joined(" OR ", tuple(conditions))
    return Condition(f"({joined.text or '0'})", joined.values)


def _joined(word: str, conditions: tuple[Condition, ...]) -> Condition:
    return Condition(
        word.join(condition.text for condition in conditions),
        tuple(value for condition in conditions for value in condition.values),
    )
