"""What is kept of a query that was run: a line of `queries.jsonl`, enough for every measure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DEPTH = 100
"""How many places of a ranking are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """One query after one stage."""

    ranking: tuple[str, ...]
    """Names, best first, DEPTH at most."""
    scores: tuple[float, ...]
    """What the stage ordered by, place by place; equal scores are ties."""
    target_ranks: tuple[int | None, ...]
    """Rank from 1 of each right answer, in the order of the query's targets; None where it is
    beyond what was ranked."""
    seconds: float = 0.0
    model_calls: dict[str, int] = field(default_factory=dict)
    """Requests per role."""
    tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRecord:
    """One query that was run, or failed."""

    id: str
    stages: dict[str, StageRecord] = field(default_factory=dict)
    """By stage, `1` to `3`; a stage that could not run repeats the one before. Parts of stage 1
    that were ranked alone go by their names: `picture`, `captions`, `words`, `captions+words`."""
    targets: int = 0
    """How many right answers there are."""
    groups: tuple[str, ...] = ()
    failure: str = ""
    """Why the query could not be run at all; it then scores zero."""
    degradations: tuple[dict[str, Any], ...] = ()
    """Stages that fell back: `stage`, `reason`, `fallback`."""
    details: dict[str, Any] = field(default_factory=dict)
    """How it came about, to be read by people and opened in the screen: text, reference, intent,
    propositions, answers, verdicts."""
