"""What a stage cost per query: seconds, tokens, and requests to the models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.runs.record import QueryRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCosts:
    """Per query, over those that came through the stage."""

    queries: int
    seconds_mean: float = 0.0
    seconds_median: float = 0.0
    seconds_p95: float = 0.0
    """19 in 20 queries took no longer."""
    tokens_mean: float = 0.0
    calls_mean: dict[str, float] = field(default_factory=dict)
    """Requests per role, in the order of their names."""


def costs_of(records: Sequence[QueryRecord], stage: str) -> StageCosts:
    """The costs of one stage; without any where no query came through it."""
    found = [record.stages[stage] for record in records if stage in record.stages]
    if not found:
        return StageCosts(queries=0)
    seconds = np.array([item.seconds for item in found])
    roles = sorted({role for item in found for role in item.model_calls})
    return StageCosts(
        queries=len(found),
        seconds_mean=float(seconds.mean()),
        seconds_median=float(np.median(seconds)),
        seconds_p95=float(np.percentile(seconds, 95)),
        tokens_mean=sum(item.tokens for item in found) / len(found),
        calls_mean={
            role: sum(item.model_calls.get(role, 0) for item in found) / len(found)
            for role in roles
        },
    )
